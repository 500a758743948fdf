"""The changes as the columns of the tool's CSV of lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import terms
from .changes import Changes
from .evidence import SOURCES, Reached
from .inputs import Accounts, Deals, Payees
from .lines import Lines
from .losses import Losses
from .reading import MONEY, NONE, Flags, Ints

PLAN = "plans/bench.yaml"


@dataclass(frozen=True, slots=True)
class Job:
    """Everything the columns are made from."""

    payees: Payees
    accounts: Accounts
    deals: Deals
    tier: Ints
    lines: Lines
    reached: Reached
    losses: Losses
    told: pa.Array
    changes: Changes

    def order(self) -> Ints:
        """By payee, deal, component, day and milestone: one sort of one number."""
        component, deal = self.changes.component, self.changes.deal
        packed = self.lines.payee[component, deal] << 24 | deal
        packed = packed << 3 | component
        packed = packed << 15 | self.changes.on
        return np.argsort(packed << 3 | terms.MILESTONE_RANK[self.reached.schedule[deal], self.changes.milestone])


def core_columns(job: Job, rows: Ints) -> dict[str, pa.Array]:
    change = job.changes.take(rows)
    return {
        "payee_id": _pick(job.payees.ids.texts, job.lines.payee[change.component, change.deal]),
        "deal_id": _pick(job.deals.ids.texts, change.deal),
        "component": _words(terms.COMPONENTS, change.component),
        "milestone": _words(terms.MILESTONES, job.reached.schedule[change.deal] * 3 + change.milestone),
        "on": _days(change.on),
        "amount": _money(change.amount),
        "reason": _words(terms.REASONS, change.reason),
    }


def all_columns(job: Job, rows: Ints) -> dict[str, pa.Array]:
    change, core, count = job.changes.take(rows), core_columns(job, rows), len(rows)
    component, deal = change.component, change.deal
    line = job.lines.take(component, deal)
    tier, account, schedule = job.tier[deal], job.deals.account[deal], job.reached.schedule[deal]
    source, evidence = job.reached.source[change.milestone, deal], job.reached.row[change.milestone, deal]
    credit, back = component <= terms.MANAGER, change.loss != NONE
    blank = pa.repeat("", count)
    return {
        "period": pa.repeat("2026Q4", count),
        "kind": pa.repeat("movement", count),
        **{name: core[name] for name in ("payee_id", "deal_id", "component", "milestone", "on")},
        "period_earned": _words(
            terms.QUARTERS, np.searchsorted(terms.QUARTER_STARTS, change.reached, side="right") - 1
        ),
        "amount": core["amount"],
        "currency": pa.repeat("USD", count),
        "reason": core["reason"],
        "role": _words(terms.COMPONENT_ROLES, component),
        "account_id": _pick(job.accounts.ids.texts, account),
        "tier": _words(terms.TIERS, tier),
        "rule": _rules(line.rule),
        "source": _places(np.zeros(count, np.int64), job.deals.row[deal]),
        "plan": pa.repeat("bench", count),
        "plan_version": pa.repeat("1", count),
        "tier_rule": _rules(terms.TIER_RULES[tier]),
        "override_by": blank,
        "close_date": _days(job.deals.close[deal]),
        "value": _money(job.deals.value[deal]),
        "share": _words([f"{n}%" for n in range(101)], line.share, credit),
        "split_source": blank,
        "credited": _money(line.credited),
        "quota_credit": _money(line.credited),
        "rate": _words(list(terms.RATE_TEXTS.values()), np.searchsorted(list(terms.RATE_TEXTS), line.rate), credit),
        "base": _money(line.base),
        "running_total": _money(line.before),
        "window_quota": _money(line.quota),
        "bands": _bands(line, component),
        "accelerated": _money(line.accelerated),
        "carved_out": pa.repeat("0.00", count),
        "basis": _money(line.basis),
        "gross": _money(line.gross),
        "schedule_rule": _rules(terms.SCHEDULE_RULES[schedule]),
        "milestone_share": _words(terms.SHARE_TEXTS, schedule * 3 + change.milestone),
        "tranche": _money(change.tranche),
        "status": _words(("advance", "earned"), (change.milestone == terms.EARNED).astype(np.int64)),
        "state": pa.repeat("reached", count),
        "deadline": _days(job.reached.deadline[deal], change.milestone == terms.TIMED),
        "held_from": blank,
        "reached_on": _days(change.reached),
        "evidence": _places(source, evidence),
        "lost_share": _fractions(change.lost, job.deals.value[deal]),
        "earned": _money(change.earned),
        "entitled": _money(change.entitled),
        "event": _pick(job.told, job.losses.event[change.loss], back),
        "event_rule": _rules(job.losses.rule[change.loss], back),
        "changed": blank,
        "before": blank,
        "after": blank,
        "payee_name": _pick(job.payees.names, line.payee),
        "account_name": _pick(job.accounts.names, account),
    }


def _pick(texts: pa.Array, at: Ints, where: Flags | None = None) -> pa.Array:
    """The text at each position; nothing outside `where`."""
    return texts.take(pa.array(at, mask=None if where is None else ~where))


def _words(known: Sequence[str], at: Ints, where: Flags | None = None) -> pa.Array:
    return _pick(pa.array(known), at, where)


def _rules(lines: Ints, where: Flags | None = None) -> pa.Array:
    return _words([f"{PLAN}:{line}" for line in range(100)], lines, where)


def _money(cents: Ints) -> pa.Array:
    """As decimals: sixteen bytes each, the upper eight only the sign."""
    halves = np.stack((cents, cents >> 63), axis=1)
    return pa.Array.from_buffers(MONEY, len(cents), [None, pa.py_buffer(halves)])


def _days(days: Ints, where: Flags | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=None if where is None else ~where).cast(pa.date32())


def _places(source: Ints, row: Ints) -> pa.Array:
    folders = _words([f"data/{name}.csv:" for name in SOURCES], source)
    return pc.binary_join_element_wise(folders, pa.array(row).cast(pa.string()), "")


def _fractions(top: Ints, bottom: Ints) -> pa.Array:
    some = pa.array(top, mask=top == 0).cast(pa.string())
    return pc.binary_join_element_wise(some, pa.array(bottom).cast(pa.string()), "/")


def _bands(line: Lines, component: Ints) -> pa.Array:
    """`20000.00 × 1 + 30000.00 × 1.5`."""
    parts = []
    for band, column in enumerate((line.low, line.middle, line.high)):
        amount = pc.if_else(pa.array(column > 0), _money(column).cast(pa.string()), None)
        parts.append(
            pc.binary_join_element_wise(amount, _words(terms.FACTORS[band], component.clip(max=terms.MANAGER)), " × ")
        )
    some = pa.array(line.low + line.middle + line.high > 0)
    parts[0] = pc.if_else(some, parts[0], "")  # Arrow drops rows of which it skips every part
    return pc.binary_join_element_wise(*parts, " + ", null_handling="skip")
