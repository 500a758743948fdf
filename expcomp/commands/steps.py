"""The numbered steps of closing; for tests, the program can be made to die right after any of them."""

import os
from dataclasses import dataclass, field

EXIT_AT = "EXPCOMP_EXIT_AT_STEP"
"""Environment variable for tests: the number of the step after which the program dies as if it was killed."""

KILLED = 137


@dataclass
class Steps:
    """Counts steps as they are done, each with its name."""

    exit_at: int = field(default_factory=lambda: int(os.environ.get(EXIT_AT) or 0))
    done: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.done.append(name)
        if len(self.done) == self.exit_at:
            os._exit(KILLED)
