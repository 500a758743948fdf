"""Conditions on the fields of the language, with values that the books aim at."""

from __future__ import annotations

from collections.abc import Sequence

from .dice import EDGES, Dice

Value = str | list[str]

WORDS: dict[str, Sequence[Value]] = {
    "deal.motion": ("tier", ["feature", "capacity"], ["adjacent", "platform"], "usage"),
    "deal.family": ("upsell", ["upsell", "multi_year"], "cross_sell", ["cross_sell", "usage"], "usage"),
    "deal.product": ("Core", ["core", "Analytics"], "analytics"),
    "deal.source": ("csm", ["inbound", "csm"]),
    "deal.partner_role": ("influenced", ["influenced", "sourced"]),
    "account.segment": ("enterprise", ["smb", "mid_market"]),
    "account.region": ("EMEA", ["emea", "APAC"]),
    "account.health": ("red", ["red", "yellow"], "green"),
    "signal.category": ("product", ["product", "relationship"]),
    "signal.urgency": ("hot", ["hot", "warm"]),
}
OTHERS: dict[str, Sequence[Value]] = {
    "deal.term_months": (">= 12", "12 .. 24", "< 24", ["12", "36"]),
    "deal.self_serve": ("true", "false"),
    "deal.bundled_with_renewal": ("true", "false"),
    "account.seat_utilization": ("< 40%", ">= 80%", "40% .. 80%", "> 33.3333%", "<= 50%"),
    "signal.qualified": ("true", "false"),
}
FIELDS: dict[str, tuple[str, Sequence[Value]]] = {
    "deal.partner_tier": ("text", ("gold", ["gold", "Silver"])),
    "account.health_score": ("number", (">= 70", "< 70", "50 .. 70.5")),
    "deal.margin": ("share", (">= 30%", "< 30%", "30% .. 62.5%")),
    "deal.list_price": ("money", (">= 10k", "< 25_000", "10k .. 40k")),
    "deal.strategic": ("yes/no", ("true", "false")),
    "account.grade": ("word", ("a", ["A", "b"])),
}
"""Fields that every plan declares: their kind, and what conditions ask of them."""

COMMON = ("deal.acv", "account.acv", "deal.family", "account.segment", "deal.self_serve")


def when(dice: Dice, currency: str, among: Sequence[str] = (), most: int = 2) -> dict[str, Value]:
    """One or more conditions; without `among`, on any field of the language."""
    every = ("deal.acv", "account.acv", *WORDS, *OTHERS, *FIELDS)
    fields = among or (COMMON if dice.maybe(0.5) else every)
    return {field: _value(dice, field, currency) for field in dice.some(fields, 1, most)}


def _value(dice: Dice, field: str, currency: str) -> Value:
    if field in ("deal.acv", "account.acv"):
        return _money(dice, currency)
    if field in FIELDS:
        return dice.pick(FIELDS[field][1])
    return dice.pick(WORDS[field] if field in WORDS else OTHERS[field])


def _money(dice: Dice, currency: str) -> Value:
    low = dice.pick(EDGES[:-1])
    high = dice.pick([edge for edge in EDGES if edge > low])
    cents = dice.pick({"JPY": ("",), "KWD": ("", ".001", ".99")}.get(currency, ("", "", ".01", ".99")))
    return dice.pick((
        f"< {low // 1000}k", f"<= {low}{cents}", f"> {low}{cents}", f">= {high // 1000}k",
        f"{low // 1000}k .. {high}{cents}", [str(low), f">= {high}"],
    ))  # fmt: skip
