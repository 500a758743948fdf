"""The manual that ships with the tool: one Markdown page per code, found by the code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from expcomp.diagnostics import Code, Refused
from expcomp.suggest import did_you_mean

NO_PAGE = Code("C320", "no-such-code")

PAGES = files("expcomp.manual") / "pages"
FAMILIES = {
    "C": "Command line and configuration",
    "D": "Data: the exports",
    "E": "Plan: errors, it cannot be paid by",
    "W": "Plan: warnings, it can and probably should not be",
    "L": "Ledger and closed periods",
    "O": "Output",
}
"""What the first letter of a code says, in the order of the list."""

CODE = re.compile(f"[{''.join(FAMILIES)}]\\d{{1,3}}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """`text` is the whole page: `# CODE kebab-name`, then its sections."""

    text: str

    @property
    def code(self) -> str:
        return self.text.removeprefix("# ").split(maxsplit=1)[0]

    @property
    def name(self) -> str:
        return self.text.splitlines()[0].split()[-1]


def page(code: str) -> Page:
    """The page of a code, in any case of letters. Raises `Refused` (C320) with the nearest for one without."""
    known = codes()
    if code.upper() not in known:
        help_ = did_you_mean(code.upper(), known) or "expcomp manual  lists them"
        raise Refused(NO_PAGE.at(None, f'there is no page for the code "{code}"', help_))
    return Page((PAGES / f"{code.upper()}.md").read_text(encoding="utf-8"))


def codes() -> list[str]:
    """The codes that have a page, by family in the order of `FAMILIES`."""
    found = sorted(entry.name.removesuffix(".md") for entry in PAGES.iterdir() if entry.name.endswith(".md"))
    return sorted(found, key=lambda code: list(FAMILIES).index(code[0]))


def pages() -> Iterator[Page]:
    return map(page, codes())


def looks_like_code(text: str) -> bool:
    """A letter of a family and up to three digits: `D302`, `w507`."""
    return CODE.fullmatch(text) is not None
