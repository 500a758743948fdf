"""Posted lines of closed periods: what stands, what is carried, and the balances they leave."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused, Severity
from expcomp.lookups import days
from expcomp.money import to_text
from expcomp.pay.changes import COMPARED
from expcomp.pay.keys import KEY
from expcomp.pay.metric_lines import EXPLAINING
from expcomp.pay.milestones import PostedDays
from expcomp.pay.netting import PAYEE, Amounts, Rule, settle_payees
from expcomp.pay.pins import ROLE
from expcomp.pay.resolutions import Resolved, resolve, stands_though_missing
from expcomp.period import Period, Span, to_date, to_day
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book
from expcomp.sources.pinned import no_pins

CLOSED = Code("L101", "period-is-closed")
NOT_NEXT = Code("L102", "not-the-next-period")
ONLY_PAY_PERIODS = Code("L103", "not-a-pay-period")
MISSING = Code("D545", "posted-deal-missing")
CARRIED = Code("D547", "posted-deal-carried")
NO_PAYEE = Code("D549", "posted-payee-missing")

SHOWN = 5
"""Ids that a message lists."""

MANUAL, BONUS, MODIFIER = "manual:", "bonus:", "modifier:"
OPENING = "opening"
"""The reason of lines that were paid before there was a ledger: nobody knows the balance they left."""

TAKEN_BACK = ("clawback", "cancelled")
"""Reasons of lines that name the day of what took them back, not the day reached."""

LOOKED_AT = frozenset(
    (*KEY, "period", "on", "period_earned", "reason", "amount", "plan", "plan_version", *COMPARED, *EXPLAINING)
)
"""All that anything asks of a posted line."""


@dataclass(frozen=True)
class Posted:
    """`lines`: text columns as posted, and amount_minor (a frame of `sources/posted.py`); `pinned`: the facts without
    a date they were made from (`sources/pinned.py`), all rows in the order they were posted; `closed`: periods that
    were closed, also those without a line; `carried_forward`: payee_id, currency and carried_forward_minor as the last
    of them left it, None where that is to be worked out from the lines; `source`: where they come from."""

    lines: pd.DataFrame
    pinned: pd.DataFrame = field(default_factory=no_pins)
    closed: tuple[str, ...] = ()
    carried_forward: pd.DataFrame | None = None
    source: str = "posted lines"

    def posted_days(self, plans: PlanSet) -> PostedDays:
        """Milestones of deals that were paid once, and are never held again. (What a modifier took of one was posted
        when its window ended.)"""
        ends = {str(period): period.last_day for period in self.periods(plans)}
        columns = ["deal_id", "milestone", "period", "on", "reason", "component"]
        reached = self.lines.reindex(columns=columns, fill_value="")
        reached = reached[~(reached["reason"].isin(TAKEN_BACK) | reached["component"].str.startswith(MODIFIER))]
        first = {text: to_day(date.fromisoformat(text)) if text else 0 for text in reached["on"].unique()}
        days = pd.DataFrame({"on": reached["on"].map(first), "until": reached["period"].map(ends)}).astype("int64")
        found = days.groupby([reached["deal_id"], reached["milestone"]]).agg({"on": "min", "until": "max"})
        return dict(zip(found.index, zip(found["on"].tolist(), found["until"].tolist(), strict=True), strict=True))

    def periods(self, plans: PlanSet) -> list[Period]:
        named = {*self.lines["period"], *self.closed}
        return sorted({plans.calendar.parse(text) for text in named}, key=lambda p: p.first_day)

    def told(self, plans: PlanSet) -> str:
        """Where the lines come from, how many they are, and the periods they are of."""
        periods = [str(period) for period in self.periods(plans)]
        span = f"{periods[0]} to {periods[-1]}" if len(periods) > 1 else "".join(periods)
        return f"{self.source}: {len(self.lines):,} lines of {span}" if periods else self.source

    def check(self, wanted: tuple[Period, ...], pay_span: Span, plans: PlanSet) -> None:
        """Only a pay period after the last posted one can be computed. Raises `Refused` (L-codes)."""
        if len(wanted) != 1 or wanted[0].span is not pay_span:
            message = f"against posted lines a {pay_span} is computed, one at a time"
            raise Refused(ONLY_PAY_PERIODS.at(None, message))
        closed = self.periods(plans)
        if not closed:
            return
        last, period = closed[-1], wanted[0]
        if period.first_day <= last.last_day:
            raise Refused(
                CLOSED.at(None, f"{period} is among the posted lines, which run to {last}: it stands as paid")
            )

    def last_day(self, plans: PlanSet) -> int:
        """The end of the last posted period; -1 when nothing was posted yet."""
        closed = self.periods(plans)
        return closed[-1].last_day if closed else -1

    def refuse_gap(self, period: Period, plans: PlanSet) -> None:
        """A pay period between the last posted one and this moved pay, and was not posted."""
        last = self.periods(plans)[-1]
        raise Refused(NOT_NEXT.at(None, f"the posted lines run to {last}: {last.next()} comes before {period}"))

    def without_deal(self, kind: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """What was posted of a kind of lines that belong to no deal, by key, with these columns of the key's last."""
        mine = self.lines[self.lines["component"].str.startswith(kind)].groupby(KEY, sort=True)
        last = mine.last().reindex(columns=list(columns), fill_value="")
        return last.assign(amount_minor=mine["amount_minor"].sum())

    def by_key(self) -> pd.DataFrame:
        """What was posted of deals by key (index KEY), with the text columns of the key's last line."""
        of_deals = self.lines[~self.lines["component"].str.startswith((MANUAL, BONUS))]
        ordered = of_deals.assign(order=np.arange(len(of_deals)))
        total = ordered.groupby(KEY, sort=True)["amount_minor"].sum()
        last = ordered.groupby(KEY, sort=True).last()
        kept = [name for name in ("period_earned", "on", "reason", *COMPARED, "plan", "plan_version") if name in last]
        return last[kept].astype(object).add_prefix("posted_").assign(amount_minor=total)

    def resolved(self, book: Book) -> Resolved:
        """The pinned facts that stand, and those that a resolution moves. Raises `Refused` (D549) for a holder of a
        role who is no payee any more: what was paid to a leaver stays with the leaver."""
        found = resolve(book, self.pinned)
        holders = found.standing[found.standing["fact"].str.startswith(ROLE).to_numpy(np.bool_)]
        lost = holders[~holders["value"].isin(set(book["payees"]["payee_id"])).to_numpy()]
        help_ = "keep people who left in the payees export, with their end_date"
        findings = [
            NO_PAYEE.at(
                None, f"{payee} is credited with {_counted(of_payee)} since {period}, and is no payee today", help_
            )
            for (payee, period), of_payee in lost.groupby(["value", "period"])["deal_id"]
        ]
        if findings:
            raise Refused(findings)
        return found

    def carried(self, book: Book, cancelled: Container[str] = ()) -> list[str]:
        """Posted deals that today's export does not hold and that stand as posted: closed outside the span of
        the export, resolved to keep, set aside, or cancelled only later. Any other inside the span stops the run."""
        known = set(book["deals"]["deal_id"]) | {""}
        absent = sorted(deal for deal in set(self.lines["deal_id"]) - known if deal not in cancelled)
        keep = stands_though_missing(book) | set(book["cancellations"]["deal_id"]) | book.set_aside
        if (span := book.span()) is None:
            return absent
        first, last = span
        missing = [deal for deal in absent if deal not in keep and first <= self._closed_on(deal) <= last]
        if missing:
            raise Refused([self._missing(deal) for deal in missing])
        return absent

    def counted(self, book: Book, cancelled: Container[str] = ()) -> list[str]:
        """Deals without a posted line that are pinned because lines rest on the quota they fill, and that today's
        export does not hold: carried where they closed outside its span."""
        known = {*book["deals"]["deal_id"], *self.lines["deal_id"], ""}
        return sorted(deal for deal in set(self.pinned["deal_id"]) - known if deal not in cancelled)

    def carried_findings(self, book: Book, stand: Sequence[str]) -> Iterator[Finding]:
        """Deals that are not in today's export: `stand` as they were posted, the others with the rows of an archive."""
        for period, deals in sorted(pd.Series(book.carried, dtype="str").groupby(lambda deal: book.carried[deal])):
            message = f"{_named(list(deals.index))} not in today's export: taken from that of {period}"
            yield CARRIED.at(None, message, severity=Severity.NOTE)
        if stand:
            message = f"{_named(stand)} not in today's export: nothing more is paid or taken back until a row returns"
            yield CARRIED.at(None, message, severity=Severity.NOTE)

    def _closed_on(self, deal: str) -> int:
        """The posted close date, else the earliest day anything of the deal counted from."""
        mine = self.lines[self.lines["deal_id"] == deal]
        column = "close_date" if "close_date" in mine and (mine["close_date"] != "").any() else "on"
        dates = [text for text in mine.get(column, pd.Series(dtype=object)) if text]
        return min((to_day(to_date(0).fromisoformat(text)) for text in dates), default=0)

    def _missing(self, deal: str) -> Finding:
        mine = self.lines[self.lines["deal_id"] == deal]
        paid = mine.groupby("currency")["amount_minor"].sum()
        amounts = ", ".join(f"{to_text(int(minor), str(currency))} {currency}" for currency, minor in paid.items())
        message = f"{deal} was paid ({amounts}) and is missing from today's export: a missing row is not a cancellation"
        stands = f"a resolutions row  {deal},missing,keep,<who>  if it stands"
        help_ = f"add it to cancellations.csv if it was cancelled, or {stands}"
        return MISSING.at(None, message, help_)

    def balances(self, plans: PlanSet, book: Book) -> pd.Series:
        """The balance brought forward by (payee_id, currency): as the last period left it, else the netting of every
        posted period, in order."""
        if self.carried_forward is not None:
            kept = self.carried_forward.set_index(PAYEE)["carried_forward_minor"]
            return kept[kept != 0]
        reasons = self.lines.get("reason", pd.Series("", self.lines.index))
        paid = self.lines[(reasons != OPENING).to_numpy()]
        people = book["payees"]
        end = days(people["end_date"])
        index = pd.MultiIndex.from_arrays([[], []], names=PAYEE)
        balance = pd.Series(np.zeros(0, dtype=np.int64), index=index)
        for period in self.periods(plans):
            mine = paid[paid["period"] == str(period)]
            left = frozenset(people.loc[end < period.first_day, "payee_id"])
            rule = Rule.of(plans.about_period(period.last_day))
            settled = settle_payees(Amounts.of(mine), balance, left, rule).set_index(PAYEE)
            balance = settled["carried_forward_minor"]
        return balance[balance != 0]


def _counted(deals: pd.Series) -> str:
    count = deals.nunique()
    return str(deals.iloc[0]) if count == 1 else f"{count} deals"


def _named(deals: Sequence[str]) -> str:
    more = f" and {len(deals) - SHOWN:,} more" if len(deals) > SHOWN else ""
    return f"{', '.join(sorted(deals)[:SHOWN])}{more} {'is' if len(deals) == 1 else 'are'}"
