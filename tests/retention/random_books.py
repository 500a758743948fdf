"""Random small companies: overlapping lines, lapses and returns, credits, currencies, merges, parents."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from retention.slow import Rules, month_later

ACCOUNTS = ("A1", "A2", "A3", "A4", "A5", "A6")
FIRST = date(2024, 1, 1)
MONTHS = 36

days = st.builds(
    lambda month, day: month_later(FIRST, month) + timedelta(day),
    st.integers(0, MONTHS - 1),
    st.sampled_from((0, 0, 0, 1, 14, 27)),
)


@st.composite
def lines(draw: Any) -> dict[str, str]:
    start = draw(days)
    kind = draw(st.sampled_from(("", "", "", "", "escalator", "paused")))
    row = {
        "account_id": draw(st.sampled_from(ACCOUNTS)),
        "start": start.isoformat(),
        "currency": draw(st.sampled_from(("USD", "USD", "EUR", "JPY"))),
        "line_type": draw(st.sampled_from(("", "recurring", "usage"))) if not kind else "recurring",
        "kind": kind,
    }
    if draw(st.booleans()):
        row["end"] = (start + timedelta(draw(st.sampled_from((1, 30, 92, 181, 365, 730))))).isoformat()
    amount = draw(st.integers(-40, 400))
    if row["currency"] == "JPY":
        row["arr"] = str(amount * 1000)
    elif draw(st.booleans()):
        row["mrr"] = f"{amount}.{draw(st.integers(0, 99)):02d}"
    else:
        row["arr"] = f"{amount * 12}.{draw(st.integers(0, 99)):02d}"
    return row


def rates(seed: int) -> list[dict[str, str]]:
    """One a month for each currency."""
    return [
        {
            "currency": currency,
            "date": month_later(FIRST, month).isoformat(),
            "rate": f"{whole}{10 + (month * seed) % 90}",
        }
        for currency, whole in (("EUR", "1."), ("JPY", "0.0"))
        for month in range(2 * MONTHS)
    ]


@st.composite
def books(draw: Any) -> dict[str, list[dict[str, str]]]:
    """Merges lead from an account to a later one, parents to an earlier one, so that neither runs in a circle."""
    accounts = [
        {"account_id": account, "segment": draw(st.sampled_from(("smb", "ent"))),
         "parent_id": draw(st.sampled_from(("", "", *ACCOUNTS[:at])))}
        for at, account in enumerate(ACCOUNTS)
    ]  # fmt: skip
    merges = []
    for at, account in enumerate(ACCOUNTS[:-1]):
        if draw(st.integers(0, 3)) == 0:
            effective = draw(st.sampled_from(("", "2025-03-01", "2026-06-01", "2028-01-01")))
            merges.append({"from": account, "to": draw(st.sampled_from(ACCOUNTS[at + 1 :])), "effective": effective})
    parented = {row["from"] for row in merges} | {row["to"] for row in merges}
    accounts = [row | ({"parent_id": ""} if row["account_id"] in parented else {}) for row in accounts]
    accounts = [row | ({"parent_id": ""} if row["parent_id"] in parented else {}) for row in accounts]
    return {
        "accounts": accounts,
        "subscriptions": [
            {**line, "product": f"P{at}"} for at, line in enumerate(draw(st.lists(lines(), min_size=1, max_size=14)))
        ],
        **({"merges": merges} if merges else {}),
        "fx": rates(draw(st.integers(0, 89))),
    }


rules = st.builds(
    Rules,
    rollup=st.sampled_from(("none", "parent", "ultimate_parent")),
    strict_lapse=st.booleans(),
    reactivation_reset_days=st.sampled_from((None, None, 60, 180)),
    grr_path=st.sampled_from(("endpoint", "running_min")),
    pause_days=st.sampled_from((0, 0, 45)),
    usage_months=st.sampled_from((0, 3, 12)),
    escalator=st.sampled_from(("include", "exclude")),
    grace_days=st.sampled_from((0, 31)),
    baseline_offset=st.sampled_from((0, 0, 1)),
)

windows = st.builds(
    lambda base, months: (base, month_later(base + timedelta(1), months) - timedelta(1)),
    st.sampled_from((date(2024, 12, 31), date(2025, 1, 30), date(2025, 6, 30))),
    st.sampled_from((1, 3, 12)),
)
