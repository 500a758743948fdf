"""The Book: all checked facts of one run, and the account of every row that was read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pandas as pd

from expcomp.diagnostics import Finding
from expcomp.lookups import days
from expcomp.money import Rounding
from expcomp.period import NEVER, Duration
from expcomp.sources.pinned import no_pins
from expcomp.sources.tables import TABLES, Field


@dataclass(frozen=True, slots=True)
class Needs:
    """What the plan wants of the data: its zone for days, its currency, its value column (blank: any), its own columns.

    `fields` adds columns to a table, or changes the kind of one (a column that a role names holds people); `unread`
    are columns of people, like `accounts.csm`, in which no role is looked for: whoever stands there is paid nothing.
    `grace` says from which day on a gap between subscriptions is no churn while it is shorter.
    """

    zone: ZoneInfo
    currency: str
    value: str = "acv"
    grace: tuple[tuple[int, Duration], ...] = ()
    rounding: Rounding = Rounding.HALF_UP
    fields: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def fields_of(self, table: str) -> tuple[Field, ...]:
        """The table's own fields in their order, then the plan's further ones."""
        named = {own.name: own for own in TABLES[table].fields}
        for further in self.fields.get(table, ()):
            own = named.get(further.name)
            named[further.name] = Field(further.name, further.kind, further.required or bool(own and own.required))
        return tuple(named.values())


OUTCOMES = ("read", "used", "ignored", "refused")
"""What becomes of the money of a file: the first is the sum of the others."""

REJECTED = (
    "file",
    "row",
    "place",
    "table",
    "column",
    "value",
    "code",
    "name",
    "reason",
    "help",
    "amount_minor",
    "currency",
)
"""One row for each reason that a row of a file is refused for; the money it carries stands at the first of them
(None where it carries none or its amount cannot be read)."""


@dataclass(frozen=True, slots=True)
class ColumnAccount:
    """How one column of a file was understood; `field` is empty for a column that was not used."""

    header: str
    field: str
    how: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileAccount:
    """What one file gave: read = kept + dropped (by reason) + refused, in rows. `verified`: whether its preset was
    made from real or published exports.

    `money` has for each currency the minor units read, used, ignored and refused, of the amounts in the field
    `money_field`; nothing where the table carries none.
    """

    path: str
    sha256: str
    table: str
    preset: str
    recognised_by: str
    rows_read: int
    dropped: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    columns: tuple[ColumnAccount, ...] = ()
    verified: bool = True
    money_field: str = ""
    money: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def rows_kept(self) -> int:
        return self.rows_read - self.dropped.total() - self.refused


@dataclass(frozen=True, slots=True)
class Book:
    """Every canonical table as a typed frame (shapes in `tables.py`), empty where no file gave it.

    Row order never matters: frames are sorted by their table's key. `events` have a further day, `known_on`: a churn
    read off the subscriptions (`derived_events`) is known only when its gap has outlasted the plan's grace; and
    `unknown`: why what was lost has no amount, blank where it has one.
    `rejected` holds the rows that were set aside instead of stopping the run (columns: REJECTED), `set_aside` the ids
    of deals among them. `pinned` are facts that stand as a closed period pinned them, whatever the exports say now;
    `carried` the deals that the exports no longer hold and that an archived export gave, each with its period.
    """

    frames: dict[str, pd.DataFrame]
    files: tuple[FileAccount, ...] = ()
    notes: tuple[Finding, ...] = ()
    derived_events: bool = False
    rejected: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=pd.Index(REJECTED), dtype=object))
    set_aside: frozenset[str] = frozenset()
    pinned: pd.DataFrame = field(default_factory=no_pins)
    carried: Mapping[str, str] = field(default_factory=dict)

    def span(self) -> tuple[int, int] | None:
        """The first and the last close date that today's export covers; None where it holds no deal."""
        deals = self["deals"]
        close = days(deals.loc[~deals["deal_id"].isin(self.carried).to_numpy(), "close_date"])
        close = close[close < NEVER]
        return (int(close.min()), int(close.max())) if len(close) else None

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]
