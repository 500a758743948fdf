"""Retention as tables: the bridge, segments against their targets, who broke them, movements and renewals."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from expcomp.exact import PPM
from expcomp.output.table import Column, Table, amounts, counts, rates, texts
from expcomp.output.text import money, rate
from expcomp.pay.retained import RetentionPay
from expcomp.period import to_iso
from expcomp.reports.guardrails import Segment, losses, resting_pay
from expcomp.reports.retention import RetentionReport
from expcomp.retention.ledger import MOVEMENTS
from expcomp.retention.rates import Rate, reaches

NO_SEGMENT = "(none)"
NOTHING = "n/a"


def fraction(value: Rate) -> Fraction | None:
    """The exact value; None of nothing."""
    top, bottom = value
    return Fraction(top, bottom) if bottom else None


def shown(value: Rate) -> Fraction | str:
    found = fraction(value)
    return NOTHING if found is None else found


def too_few(report: RetentionReport) -> str:
    """What stands where a rate is masked: `<5`."""
    return f"<{report.terms.rules.min_accounts}"


def masked_note(report: RetentionReport) -> str:
    least = report.terms.rules.min_accounts
    return f"{too_few(report)}: fewer than {least} accounts, or one more that they could be told from"


def bridge_table(report: RetentionReport) -> Table:
    """From the base to the end, and on to what the company is worth."""
    total = report.total
    steps = (
        (f"base, {to_iso(report.base)}", total.base_minor),
        ("+ expansion", total.expansion_minor),
        ("- contraction", -total.contraction_minor),
        ("- churn", -total.churn_minor),
        (f"= end, {to_iso(report.end)}", total.end_minor),
        ("+ new", total.new_minor),
        ("+ win-back", total.win_back_minor),
        ("± exchange rates", total.fx_minor),
        ("± below zero at the base", total.start_minor - total.base_minor),
        ("= company at the end", total.now_minor),
    )
    shown_ = [step for step in steps if step[1] or step[0][0] not in "±"]
    columns = (texts("bridge", [name for name, _ in shown_]), amounts("a year", [minor for _, minor in shown_]))
    currency = (report.terms.currency,) * len(shown_)
    return Table("From the base to the end", columns, currency, notes=_merged(report))


def _merged(report: RetentionReport) -> tuple[str, ...]:
    """Merges restate history, so that what they move is nothing in the bridge."""
    families = report.recurring.families(report.end, rolled=False)
    count = int((families.survivor != np.arange(len(families.survivor))).sum())
    if not count:
        return ()
    what = f"{count:,} merged accounts count" if count > 1 else "1 merged account counts"
    return (f"{what} for the account that took over, over all of history: nothing of it is churn",)


def segment_table(report: RetentionReport) -> Table:
    """Each segment, frozen at the base, against its target and floor."""
    found = report.segments
    columns = (
        texts("segment", [each.name or NO_SEGMENT for each in found]),
        counts("accounts", [each.retained.accounts for each in found]),
        *_rates(report, found),
        texts("guardrail", [each.verdict.value for each in found]),
        amounts("base", [each.retained.base_minor for each in found]),
    )
    total = [_all(report)] if len(found) > 1 else []
    notes = (*total, *_masked(report))
    return Table("By segment at the base", columns, (report.terms.currency,) * len(found), panels=True, notes=notes)


def _rates(report: RetentionReport, found: Sequence[Segment]) -> list[Column]:
    hidden = too_few(report)

    def column(name: str) -> list[Fraction | str | None]:
        return [shown(getattr(each.retained, name)) if each.shown else hidden for each in found]

    targets = [each.target for each in found]
    limits = {
        "target": [Fraction(t.nrr, PPM) if t else None for t in targets],
        "floor": [Fraction(t.grr, PPM) if t else None for t in targets],
    }
    if not any(targets):
        return [rates("NRR", column("nrr")), rates("GRR", column("grr")), rates("logos", column("logo"))]
    return [
        rates("NRR", column("nrr")), rates("target", limits["target"]), rates("GRR", column("grr")),
        rates("floor", limits["floor"]), rates("logos", column("logo")),
    ]  # fmt: skip


def _all(report: RetentionReport) -> str:
    total = report.total
    nrr, grr = rate(shown(total.nrr)), rate(shown(total.grr))
    return f"all segments together: NRR {nrr}, GRR {grr}; sums are divided, percentages never averaged"


def _masked(report: RetentionReport) -> tuple[str, ...]:
    return () if all(segment.shown for segment in report.segments) else (masked_note(report),)


def loss_tables(report: RetentionReport, pay: RetentionPay) -> Iterator[Table]:
    """For each segment that broke its guardrail the accounts that did, the greatest loss first."""
    yield from (_loss_table(report, segment, pay) for segment in report.broken)


def _loss_table(report: RetentionReport, segment: Segment, pay: RetentionPay) -> Table:
    rows = losses(report.accounts, segment.name)
    columns = (
        texts("account", rows["account_id"]),
        texts("name", names_of(report, rows["account_id"])),
        amounts("base", rows["base_minor"]),
        amounts("end", rows["end_minor"]),
        amounts("lost", rows["lost_minor"], adds_up=True),
    )
    notes = tuple(_resting(report, segment, pay))
    title = f"{segment.name or NO_SEGMENT} broke its guardrail: {missed(segment)}"
    return Table(title, columns, (report.terms.currency,) * len(rows), keys=2, notes=notes, empty="no account lost")


def _resting(report: RetentionReport, segment: Segment, pay: RetentionPay) -> Iterator[str]:
    """The pay that looks at a segment's target or floor, and what of it is kept back from people of the segment."""
    if looks := resting_pay([report.plan]):
        yield f"pay that looks at it: {'; '.join(looks)}"
    if mine := pay.blocked_in(segment.name):
        minor, payees = sum(each.amount_minor for each in mine), sorted({each.payee_id for each in mine})
        yield f"pay kept back from people of the segment: {money(minor, report.terms.currency)} ({', '.join(payees)})"
    elif looks:
        yield "nothing is kept back from people of the segment: each is measured by their own accounts"


def missed(segment: Segment) -> str:
    """`NRR 89.52% under 110%, GRR 75.24% under 88%`; with as many decimals as tell them apart."""
    target = segment.target
    assert target is not None
    limits = (("NRR", segment.retained.nrr, target.nrr), ("GRR", segment.retained.grr, target.grr))
    return ", ".join(f"{name} {_beside(value, ppm)}" for name, value, ppm in limits if not reaches(value, ppm))


def _beside(value: Rate, ppm: int) -> str:
    limit = Fraction(ppm, PPM)
    exact = shown(value)
    places = next((n for n in range(2, 12) if rate(exact, n) != rate(limit, n)), 12)
    return f"{rate(exact, places)} under {rate(limit, 4 if ppm % 100 else 2)}"


def names_of(report: RetentionReport, ids: "pd.Series[str]") -> list[str]:
    """The names of accounts, "" where none is exported."""
    accounts = report.book["accounts"]
    named = dict(zip(accounts["account_id"], accounts["name"], strict=True))
    return [named.get(account, "") for account in ids]


def ledger_table(report: RetentionReport) -> Table:
    """Month by month."""
    rows = report.ledger
    names = ("start", *MOVEMENTS, "fx", "end")
    quiet = set(names) - {"start", "end"}
    moved = [name for name in names if name not in ("paused", "fx") or (rows[f"{name}_minor"] != 0).any()]
    columns = (
        texts("to", [to_iso(day) for day in rows["last_day"]]),
        *(amounts(name, rows[f"{name}_minor"], adds_up=name in quiet, quiet=name in quiet) for name in moved),
    )
    notes = (
        "start + new + reactivation + expansion - contraction - churn - paused + fx = end, every month",
        "what changes on the first day of a month counts in the month before: it is seen at the first instant after",
    )
    return Table("Movements month by month", columns, (report.terms.currency,) * len(rows), panels=True, notes=notes)


def renewal_table(report: RetentionReport) -> Table:
    """What fell due for renewal, by segment at the base."""
    rows = report.renewals
    due, kept = int(rows["due_minor"].sum()), int(rows["renewed_minor"].sum())
    columns = (
        counts("terms ended", [len(rows)]),
        amounts("due", [due]),
        amounts("renewed", [kept]),
        rates("renewal rate", [shown((kept, due))]),
    )
    notes = ("of the lines whose term ended in the window, at most what was due; this is no GRR",)
    return Table("Available to renew", columns, (report.terms.currency,), notes=notes)


def renewals_table(report: RetentionReport) -> Table:
    """Every term that ended."""
    rows = report.renewals
    columns = (
        texts("account", rows["account_id"]),
        texts("name", names_of(report, rows["account_id"])),
        texts("ended", [to_iso(day) for day in rows["ended"]]),
        amounts("due", rows["due_minor"], adds_up=True),
        amounts("renewed", rows["renewed_minor"], adds_up=True),
    )
    return Table("Terms that ended", columns, (report.terms.currency,) * len(rows), keys=2, empty="none ended")


ACCOUNT_COLUMNS = ("base", "end", "kept", "expansion", "contraction", "churn", "new", "win_back", "fx", "now")
"""Amounts of an account, as `retention/trailing.py` names them."""


def account_table(report: RetentionReport) -> Table:
    """Every account, and what became of it."""
    rows = report.accounts
    columns = (
        texts("account", rows["account_id"]),
        texts("name", names_of(report, rows["account_id"])),
        texts("segment", rows["segment"]),
        *(amounts(name.replace("_", " "), rows[f"{name}_minor"], adds_up=True, quiet=True) for name in ACCOUNT_COLUMNS),
        counts("days lapsed", [days or None for days in rows["lapsed_days"].tolist()]),
    )
    return Table("Accounts", columns, (report.terms.currency,) * len(rows), keys=2, empty="no account")
