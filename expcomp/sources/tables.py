"""The canonical tables: their fields, how each is read, and the shape of the frames a Book holds.

A frame has one column per field, named as here, plus `input_file` (category) and `input_row` (int64: the
physical line of a CSV, the row number of a worksheet). Blanks are kept apart from zeros:

| kind      | column                                                             | blank   |
| --------- | ------------------------------------------------------------------ | ------- |
| ID, TEXT, WORD, PERSON, ACCOUNT, PERIOD, CURRENCY, RATE | str          | ""      |
| MONEY     | Int64, minor units of the row's currency                           | <NA>    |
| SHARE     | Int64, parts per million                                           | <NA>    |
| NUMBER    | Int64, millionths                                                  | <NA>    |
| FLAG      | boolean                                                            | <NA>    |
| DAY       | datetime64[s], a day in the plan's zone                            | NaT     |
| INSTANT   | datetime64[us, UTC]                                                | NaT     |
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ID = "id"
    TEXT = "text"
    WORD = "word"  # compared trimmed and without case; kept as written
    MOTION = "motion"  # a word of the vocabulary of motions; stored in its canonical form
    PERSON = "person"  # any of a payee's ids, e-mail or unique name; stored as payee_id
    ACCOUNT = "account"  # account_id or crm_id of an account; stored as account_id
    PERIOD = "period"
    CURRENCY = "currency"
    RATE = "rate"  # exact decimal text
    MONEY = "money"
    SHARE = "share"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `required` means that the column must exist and its cells may not be blank."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table. `key` fields identify a row: identical rows are dropped, different ones refused.

    `any_of` lists groups of fields of which at least one column must exist. `money` is the field that
    control totals add up, in the currency of the row's `currency` field (else the plan's).
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    any_of: tuple[tuple[str, ...], ...] = ()
    money: str = ""

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


def _table(
    name: str,
    spec: str,
    key: str,
    any_of: tuple[tuple[str, ...], ...] = (),
    money: str = "",
) -> Table:
    """`spec` is `field:kind` words; a `!` marks a field whose cells may not be blank."""
    fields = []
    for word in spec.split():
        field, kind = word.split(":")
        fields.append(Field(field.rstrip("!"), Kind(kind), field.endswith("!")))
    return Table(name, tuple(fields), tuple(key.split()), any_of, money)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "payees",
            "payee_id!:id role!:word name:text email:text manager_id:person segment:word start_date:day "
            "end_date:day currency:currency target_variable:money payroll_id:id crm_id:id cs_id:id "
            "work_state:word",
            key="payee_id",
        ),
        _table(
            "accounts",
            "account_id!:id name:text segment:word region:word acv:money csm:person am:person ae:person "
            "health:word health_score:number parent_id:account partner:person renewal_date:day crm_id:id",
            key="account_id",
        ),
        _table(
            "deals",
            "deal_id!:id account_id:account motion:motion acv:money arr:money amount:money close_date:day "
            "won:flag stage:word owner:person currency:currency created_at:instant product:text "
            "term_months:number self_serve:flag bundled_with_renewal:flag partner:person partner_role:word "
            "override_tier:text override_by:text signal_id:id activated_on:day source:text name:text",
            key="deal_id",
            any_of=(("account_id",), ("close_date",), ("motion",), ("acv", "arr", "amount"), ("won", "stage")),
        ),
        _table(
            "splits",
            "deal_id!:id payee!:person share!:share role:word split_type:word",
            key="deal_id payee role split_type",
        ),
        _table("team", "deal_id!:id payee!:person role!:word", key="deal_id payee role"),
        _table(
            "assignments",
            "account_id!:account role!:word payee!:person from!:day to:day",
            key="account_id role payee from",
        ),
        _table(
            "signals",
            "signal_id!:id account_id!:account identified_at!:instant routed_at:instant logged_by:person "
            "assigned_to:person category:word type:word urgency:word named_buyer:flag budget:flag "
            "timeline:flag product_fit:flag context:text acknowledged_at:instant contacted_at:instant "
            "outcome:word outcome_at:instant outcome_reported_at:instant deal_id:id withdrawn_at:instant",
            key="signal_id",
        ),
        _table(
            "urgency_changes",
            "signal_id!:id changed_at!:instant urgency_before!:word urgency_after!:word",
            key="signal_id changed_at",
        ),
        _table("pauses", "signal_id!:id from!:instant to:instant reason:text", key="signal_id from"),
        _table(
            "subscriptions",
            "account_id!:account start!:day mrr:money arr:money end:day product:text currency:currency "
            "line_type:word kind:word",
            key="account_id start end product line_type kind",
            any_of=(("mrr", "arr"),),
        ),
        _table(
            "events",
            "account_id!:account date!:day event!:word amount:money product:text deal_id:id",
            key="account_id date event product deal_id amount",
            money="amount",
        ),
        _table(
            "usage",
            "account_id!:account date!:day seats_purchased:number seats_active:number product:text "
            "units:number limit:number",
            key="account_id date product",
        ),
        _table("teams", "payee_id!:person team!:word from:day to:day", key="payee_id team from"),
        _table("targets", "payee_id!:person from!:day target_variable!:money", key="payee_id from"),
        _table(
            "account_history",
            "account_id!:account date!:day health:word health_score:number segment:word acv:money",
            key="account_id date",
        ),
        _table(
            "resolutions",
            "deal_id!:id finding!:word decision!:word by!:text reason:text",
            key="deal_id finding",
        ),
        _table(
            "milestones",
            "deal_id!:id milestone!:word reached_on!:day share:share",
            key="deal_id milestone reached_on",
        ),
        _table(
            "receipts",
            "deal_id!:id date!:day collected!:money invoiced!:money",
            key="deal_id date collected invoiced",
            money="collected",
        ),
        _table("quotas", "payee_id!:person period!:period amount!:money role:word", key="payee_id period role"),
        _table("fx", "currency!:currency date!:day rate!:rate", key="currency date"),
        _table("merges", "from!:id to!:id effective:day", key="from"),
        _table(
            "adjustments",
            "payee_id!:person period!:period amount!:money reason!:text requested_by!:text approved_by!:text "
            "reference:text",
            key="payee_id period reference amount reason",
            money="amount",
        ),
        _table("cancellations", "deal_id!:id date!:day reason!:text", key="deal_id"),
    )
}

MOTIONS: dict[str, str] = {
    "tier": "upsell",
    "feature": "upsell",
    "capacity": "upsell",
    "adjacent": "cross_sell",
    "complementary": "cross_sell",
    "platform": "cross_sell",
    "upsell": "upsell",
    "cross_sell": "cross_sell",
    "usage": "usage",
    "multi_year": "multi_year",
    "renewal": "renewal",
    "new_logo": "new_logo",
    "contraction": "contraction",
}
"""Each word of the vocabulary of motions and its family; a family may stand for itself."""


def singular(table: str) -> str:
    """`deals` → `deal`: how config keys and conditions name a table's row."""
    return table if table in ("usage", "team", "fx") else table.removesuffix("s")
