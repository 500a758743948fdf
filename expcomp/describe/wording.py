"""The plan's values in words: amounts, shares, lists, durations, and conditions as a reader would say them."""

import re
from collections.abc import Iterable, Sequence

from expcomp.money import decimals, percent, to_text
from expcomp.period import Duration, Unit
from expcomp.plan.conditions import Between, Condition, Conditions, FieldType, Is, OneOf
from expcomp.sources.tables import MOTIONS

NUMBER = re.compile(r"(?<![.\d])\d{4,}")

FIELD_WORDS = {
    "deal.acv": "the deal's value",
    "deal.motion": "the deal's motion",
    "deal.family": "the deal",
    "deal.product": "the product",
    "deal.source": "the deal's source",
    "deal.partner_role": "the partner's role",
    "deal.term_months": "the term in months",
    "account.acv": "the account's recurring value just before the deal",
    "account.segment": "the account's segment",
    "account.region": "the account's region",
    "account.health": "the account's health",
    "account.seat_utilization": "the account's seat use",
    "signal.category": "the signal's category",
    "signal.urgency": "the signal's urgency",
    "payee.segment": "the payee's segment",
    "payee.role": "the payee's role",
}
FLAG_WORDS = {
    "deal.self_serve": ("the deal is self-serve", "the deal is not self-serve"),
    "deal.bundled_with_renewal": ("the deal is bundled into a renewal", "the deal is not bundled into a renewal"),
    "signal.qualified": ("the deal has a qualified signal", "the deal's signal is not qualified"),
    "signal.sla_met": ("the signal was answered in time", "the signal was not answered in time"),
}
FAMILY_WORDS = {"upsell": "an upsell", "cross_sell": "a cross-sell", "usage": "usage growth",
                "multi_year": "a multi-year deal", "renewal": "a renewal", "new_logo": "a new logo",
                "contraction": "a contraction"}  # fmt: skip
FAMILIES = {"upsell": "upsells", "cross_sell": "cross-sells", "usage": "usage growth",
            "multi_year": "multi-year deals", "renewal": "renewals", "new_logo": "new logos",
            "contraction": "contractions"}  # fmt: skip
METRICS = {"nrr": "net revenue retention (NRR)", "grr": "gross revenue retention (GRR)",
           "logo_retention": "the share of customers kept", "expansion": "expansion revenue",
           "signal_quality": "signal quality (won among the signals routed)",
           "sla_rate": "the share of signals answered in time"}  # fmt: skip


def amount(minor: int, currency: str) -> str:
    """`10,000 USD`, with decimals only where there are any."""
    text = to_text(minor, currency, grouped=True)
    places = decimals(currency)
    whole = text[: -places - 1] if places and text.endswith("." + "0" * places) else text
    return f"{whole} {currency}"


def money(minor: int, currency: str) -> str:
    """`1,200.00`, for columns of amounts."""
    return to_text(minor, currency, grouped=True)


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`"""
    *first, end = list(words) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def one_of(words: Iterable[str]) -> str:
    return listed(words, "or")


def shares(parts: dict[str, int]) -> str:
    return listed(f"{role} {percent(ppm)}" for role, ppm in parts.items())


def grouped(text: str) -> str:
    """`20000.00 × 1` → `20,000.00 × 1`"""
    return NUMBER.sub(lambda found: f"{int(found[0]):,}", text)


def a_deal(kind: str) -> str:
    """`an upsell`, `an upsell (capacity)`"""
    return _of_kind(kind, FAMILY_WORDS)


def _of_kind(kind: str, words: dict[str, str]) -> str:
    family = MOTIONS.get(kind, kind)
    return words[family] if kind == family else f"{words[family]} ({kind})"


def family(name: str) -> str:
    """`upsell (tier, feature or capacity)`"""
    motions = [motion for motion, of in MOTIONS.items() if of == name and motion != name]
    plain = name.replace("_", "-")
    return f"{plain} ({one_of(motions)})" if motions else plain


def where(conditions: Conditions, currency: str) -> str:
    """All conditions as one clause: `the deal is an upsell and the deal's value is below 10,000 USD`."""
    return listed(_said(condition, currency) for condition in conditions)


def deals_where(conditions: Conditions, currency: str, every: str = "every deal") -> str:
    """Deals by what they are, then by what else must hold: `self-serve upsells where …`."""
    if not conditions:
        return every
    kinds: list[str] = []
    others: list[Condition] = []
    self_serve = ""
    for condition in conditions:
        if isinstance(condition.test, OneOf) and condition.field in ("deal.family", "deal.motion") and not kinds:
            written = _as_written(condition.written, condition.test)
            kinds = [_of_kind(word.casefold(), FAMILIES) for word in written]
        elif condition.field == "deal.self_serve" and condition.test == Is(True):
            self_serve = "self-serve "
        else:
            others.append(condition)
    further = f" where {where(tuple(others), currency)}" if others else ""
    return f"{self_serve}{listed(kinds or ['deals'])}{further}"


def _said(condition: Condition, currency: str) -> str:
    test = condition.test
    if isinstance(test, Is):
        yes, no = FLAG_WORDS.get(condition.field, (f"{condition.field} is yes", f"{condition.field} is no"))
        return yes if test.value else no
    subject = FIELD_WORDS.get(condition.field, condition.field)
    if isinstance(test, OneOf):
        words = _as_written(condition.written, test)
        named = [FAMILY_WORDS.get(word.casefold(), word) for word in words] if "family" in condition.field else words
        return f"{subject} is {one_of(named)}"
    return f"{subject} is {one_of(_bounds(bound, condition.type, currency) for bound in test)}"


def _as_written(written: str, test: OneOf) -> Sequence[str]:
    """The words in the plan's order and spelling."""
    words = [word.strip() for word in written.strip("[]").split(",")]
    return words if {word.casefold() for word in words} == test.words else sorted(test.words)


def _bounds(bound: Between, type_: FieldType, currency: str) -> str:
    low = None if bound.low is None else quantity(bound.low, type_, currency)
    high = None if bound.high is None else quantity(bound.high, type_, currency)
    if low is None:
        return f"at most {high}" if bound.high_included else f"below {high}"
    if high is None:
        return f"at least {low}" if bound.low_included else f"above {low}"
    return low if bound.low == bound.high else f"from {low} to below {high}"


def quantity(value: int, type_: FieldType, currency: str) -> str:
    """A bound of a condition: money, a share, or a number."""
    if type_ is FieldType.MONEY:
        return amount(value, currency)
    if type_ is FieldType.SHARE:
        return percent(value)
    sign, whole = "-" if value < 0 else "", abs(value)
    return sign + f"{whole // 1_000_000}.{whole % 1_000_000:06d}".rstrip("0").rstrip(".")


def clock(duration: Duration) -> str:
    """`4 hours`"""
    hours = duration.unit is Unit.HOURS
    return f"{duration.count} {'hour' if duration.count == 1 else 'hours'}" if hours else str(duration)
