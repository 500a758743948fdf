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
FIRST_DAY = terms.YEAR_START - 365
DAYS = pa.array(np.arange(FIRST_DAY, FIRST_DAY + 4 * 365).astype("datetime64[D]").astype(str))


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


def in_order(changes: Changes, lines: Lines, schedule: Ints) -> Changes:
    """By payee, deal, component, day and milestone: one sort of one number."""
    packed = lines.payee[changes.component, changes.deal] << 24 | changes.deal
    packed = packed << 3 | changes.component
    packed = packed << 15 | changes.on
    return changes.take(np.argsort(packed << 3 | terms.MILESTONE_RANK[schedule[changes.deal], changes.milestone]))


def core_columns(job: Job, rows: slice) -> dict[str, pa.Array]:
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


def all_columns(job: Job, rows: slice) -> dict[str, pa.Array]:
    change, core = job.changes.take(rows), core_columns(job, rows)
    component, deal, count = change.component, change.deal, len(change.deal)
    line, family = job.lines.take(component, deal), job.deals.family[deal]
    credited = _money(line.credited)
    tier, account, schedule = job.tier[deal], job.deals.account[deal], job.reached.schedule[deal]
    source, evidence = job.reached.source[change.milestone, deal], job.reached.row[change.milestone, deal]
    credit, back = component <= terms.MANAGER, change.loss != NONE
    role, renewal = component.clip(max=terms.MANAGER), (family == terms.RENEWAL).astype(np.int64)
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
        "rule": _rules(terms.RULES[component, family]),
        "source": _places(np.zeros(count, np.int64), job.deals.row[deal]),
        "plan": pa.repeat("bench", count),
        "plan_version": pa.repeat("1", count),
        "tier_rule": _rules(terms.TIER_RULES[tier]),
        "override_by": blank,
        "close_date": _days(job.deals.close[deal]),
        "value": _money(job.deals.value[deal]),
        "share": _words([f"{n}%" for n in range(101)], terms.SHARES[renewal, tier, role], credit),
        "split_source": blank,
        "credited": credited,
        "quota_credit": credited,
        "rate": _words(terms.RATE_TEXTS, terms.RATES[role, family], credit),
        "base": _money(line.base),
        "running_total": _money(line.before),
        "window_quota": _money(line.quota),
        "bands": _bands(line, role),
        "accelerated": _money(np.where(credit, line.gross, 0)),
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
        **dict.fromkeys(terms.OF_METRICS, blank),
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
    """Through decimals: sixteen bytes each, the upper eight only the sign."""
    halves = np.stack((cents, cents >> 63), axis=1)
    decimals = pa.Array.from_buffers(MONEY, len(cents), [None, pa.py_buffer(halves)])
    return decimals.cast(pa.string())


def _days(days: Ints, where: Flags | None = None) -> pa.Array:
    return _pick(DAYS, days - FIRST_DAY, where)


def _places(source: Ints, row: Ints) -> pa.Array:
    folders = _words([f"data/{name}.csv:" for name in SOURCES], source)
    return pc.binary_join_element_wise(folders, pa.array(row).cast(pa.string()), "")


def _fractions(top: Ints, bottom: Ints) -> pa.Array:
    some = pa.array(top, mask=top == 0).cast(pa.string())
    return pc.binary_join_element_wise(some, pa.array(bottom).cast(pa.string()), "/")


def _bands(line: Lines, role: Ints) -> pa.Array:
    """`20000.00 × 1 + 30000.00 × 1.5`; nothing where no accelerator applies."""
    scaled = line.quota > 0
    middle = np.where(scaled, line.credited - line.low - line.high, 0)
    parts = []
    for factors, column in zip(terms.FACTORS, (line.low, middle, line.high), strict=True):
        amount = pc.if_else(pa.array(column > 0), _money(column), None)
        parts.append(pc.binary_join_element_wise(amount, _words(factors, role), " × "))
    parts[0] = pc.if_else(pa.array(scaled), parts[0], "")  # Arrow drops rows of which it skips every part
    return pc.binary_join_element_wise(*parts, " + ", null_handling="skip")
