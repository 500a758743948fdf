"""`signal.sla_met` against the second calculator, on random signals answered about when they fell due."""

import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from second_calculator.answers import sla_met
from second_calculator.plan import Plans

from expcomp.diagnostics import Place
from expcomp.period import to_day
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.reports.in_time import answered_in_time
from expcomp.sources.given import book_from_rows

from .telling import USUAL, plan_text

CALENDAR = {"timezone": "Europe/Berlin", "hours": {"Mon-Thu": ["09:00-12:00", "13:00-18:00"], "Fri": "22:00-04:00"},
            "holidays": ["2027-03-29", "2027-05-13"]}  # fmt: skip
STEPS = (
    -3600,
    0,
    0,
    1,
    1800,
    3599,
    4 * 3600,
    4 * 3600 + 1,
    24 * 3600,
    24 * 3600 + 1,
    30 * 3600,
    72 * 3600,
    10 * 86_400,
)


def signals(chance: random.Random, count: int) -> tuple[list[dict[str, str]], list[dict[str, str]], list[date]]:
    rows, pauses, closes = [], [], []
    for number in range(count):
        routed = datetime(2027, 2, 20, tzinfo=UTC) + timedelta(seconds=chance.randrange(90 * 86_400))

        def later(odds: float, since: datetime = routed) -> str:
            at = since + timedelta(seconds=chance.choice(STEPS))
            return at.strftime("%Y-%m-%dT%H:%M:%SZ") if chance.random() < odds else ""

        row = {"signal_id": f"S{number}", "account_id": "A1", "identified_at": "2027-01-01T00:00:00Z",
               "urgency": chance.choice(("hot", "warm", "watch", "")), "routed_at": later(0.95),
               "acknowledged_at": later(0.6), "contacted_at": later(0.6), "outcome_at": later(0.1),
               "withdrawn_at": later(0.1)}  # fmt: skip
        rows.append(row)
        closes.append((routed + timedelta(days=chance.choice((0, 0, 1, 3, 12)))).date())
        if chance.random() < 0.3:
            pauses.append(
                {"signal_id": row["signal_id"], "from": later(1), "to": later(0.9, routed + timedelta(days=2))}
            )
    return rows, [pause for pause in pauses if not pause["to"] or pause["from"] < pause["to"]], closes


@pytest.mark.parametrize("clock", ["elapsed", "business"])
def test_both_calculators_agree(clock: str) -> None:
    rows, pauses, closes = signals(random.Random(5), 800)
    text = plan_text({**USUAL, "clock": clock}, calendar=CALENDAR)
    plans = plan_set([bind_plan(text, "plan")])
    tables = {"signals": rows, "pauses": pauses, "accounts": [{"account_id": "A1"}]}
    book = book_from_rows(tables, needs_of(plans), Place("given"))
    order = {signal: at for at, signal in enumerate(book["signals"]["signal_id"])}
    at = np.array([order[row["signal_id"]] for row in rows])

    met, missed = answered_in_time(plans, book, at, np.array([*map(to_day, closes)]), plans.zone)

    rules = Plans([text])
    slow = [sla_met(rules, pauses, row, close) for row, close in zip(rows, closes, strict=True)]
    fast = [True if yes else False if no else None for yes, no in zip(met, missed, strict=True)]
    assert {True, False, None} <= set(slow)
    differing = [(f, s, close, row) for f, s, close, row in zip(fast, slow, closes, rows, strict=True) if f is not s]
    assert not differing, differing[:3]
