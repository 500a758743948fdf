"""Who reads: everybody, or the holders of one role, and what of the plan concerns them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from expcomp.describe.samples import Sample, commission_samples
from expcomp.plan.model import Plan


@dataclass(frozen=True)
class View:
    """A plan for the holders of `role`, or for everybody where that is blank."""

    plan: Plan
    role: str = ""

    @property
    def currency(self) -> str:
        return self.plan.plan.currency

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles shown: all, or one's own and those that anybody may come to hold by logging a signal."""
        if not self.role:
            return tuple(self.plan.roles)
        return tuple(name for name, role in self.plan.roles.items() if name == self.role or by_signal(role.from_))

    @cached_property
    def credited(self) -> tuple[str, ...]:
        """Roles shown that some tier credits."""
        return tuple(name for name in self.roles if any(name in tier.credit for tier in self.plan.ownership))

    @cached_property
    def samples(self) -> list[Sample]:
        return commission_samples(self.plan)

    def sees(self, roles: Iterable[str]) -> bool:
        return any(role in self.roles for role in roles)


def by_signal(source: str) -> bool:
    return source.startswith("signal.")
