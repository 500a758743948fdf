"""What a plan allows itself: warnings silenced by code, with a reason and an end; stale allowances are findings."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from expcomp.diagnostics import Code, Finding, Severity
from expcomp.plan.model import Allowance, Plan

EXPIRED = Code("W520", "allowance-expired")
UNNEEDED = Code("W521", "allowance-unneeded")


def without_allowed(plan: Plan, findings: Iterable[Finding], today: date) -> Iterator[Finding]:
    """The findings of a plan that it does not allow, and its allowances that are over or silence nothing."""
    found = list(findings)
    allowances = [*plan.allow, *plan.plan.allow]
    silenced = {allowance.code for allowance in allowances if not _is_over(allowance, today)}
    yield from (f for f in found if f.severity is not Severity.WARNING or f.code not in silenced)
    for allowance in allowances:
        yield from _stale(allowance, found, today)


def _stale(allowance: Allowance, found: Sequence[Finding], today: date) -> Iterator[Finding]:
    code = allowance.code
    if not any(finding.code == code and finding.severity is Severity.WARNING for finding in found):
        why = "an error cannot be allowed" if code.startswith("E") else "the plan has no such finding"
        yield UNNEEDED.warning(allowance.place, f"{code} is allowed and needs not be: {why}", "take the allowance out")
    elif _is_over(allowance, today):
        message = f"{code} was allowed until {allowance.until} ({allowance.why}); that is over on {today}"
        yield EXPIRED.warning(allowance.place, message, "change the plan, or decide again and set a new  until:")


def _is_over(allowance: Allowance, today: date) -> bool:
    return allowance.until is not None and allowance.until < today
