"""Plans in, findings out: every check of one plan, of its versions and of plans in force together."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from expcomp.diagnostics import Finding
from expcomp.lint.accelerators import check_accelerators
from expcomp.lint.allowances import without_allowed
from expcomp.lint.clawbacks import check_clawbacks
from expcomp.lint.cliffs import check_cliffs
from expcomp.lint.document import check_document
from expcomp.lint.metrics import check_metrics
from expcomp.lint.overlays import check_overlays
from expcomp.lint.ownership import check_ownership
from expcomp.lint.rates import check_rates
from expcomp.lint.reach import reach
from expcomp.lint.roles import check_roles
from expcomp.lint.schedules import check_schedules
from expcomp.lint.spiffs import check_spiffs
from expcomp.lint.versions import by_id, check_together, check_versions
from expcomp.plan.model import Plan

CHECKS = (
    check_ownership, check_overlays, check_rates, check_accelerators, check_cliffs, check_schedules, check_spiffs,
    check_metrics, check_roles,
)  # fmt: skip


def lint(plans: Sequence[Plan], together: Iterable[Plan], today: date) -> list[Finding]:
    """The warnings of valid plans, without what they allow. `together` are those of the plans that pay side by
    side."""
    found: dict[int, list[Finding]] = {id(plan): [] for plan in plans}
    for versions in by_id(plans):
        for before, plan in zip([None, *versions], versions, strict=False):
            found[id(plan)] += _of(plan, before)
    for plan, finding in check_together(by_id(list(together))):
        found[id(plan)].append(finding)
    return [finding for plan in plans for finding in without_allowed(plan, found[id(plan)], today)]


def _of(plan: Plan, before: Plan | None) -> Iterator[Finding]:
    reached = reach(plan)
    for check in CHECKS:
        yield from check(reached)
    yield from check_clawbacks(plan)
    yield from check_document(plan, before)
    if before is not None:
        yield from check_versions(before, plan)
