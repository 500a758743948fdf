"""A small plan whose blocks the tests replace, and its sections as plain text."""

import re
from collections.abc import Callable

import pytest

from expcomp.describe.describe import SECTIONS
from expcomp.describe.document import Document, Section
from expcomp.describe.view import View
from expcomp.output.document_text import to_text
from expcomp.plan.load import bind_plan

PLAN = """\
plan: {id: grow, version: 3, effective: {from: 2026-01-01}, currency: USD, timezone: America/New_York}
roles: {ae: {from: deal.owner}, csm: {from: account.csm}, signaler: {from: signal.logged_by}}
ownership:
  - {tier: A, when: {deal.acv: "< 10k"}, credit: {csm: 100%}}
  - {tier: B, credit: {ae: 60%, csm: 40%}}
rates: [{role: ae, rate: 10%}, {role: csm, rate: 5%}]
payout: [{schedule: one, milestones: [{name: booking, pays: 100%, on: closed_won}]}]
"""
BLOCK = re.compile(r"^(\w+):.*\n?(?:(?!\w).*\n?)*", re.MULTILINE)

Tell = Callable[..., str]


@pytest.fixture
def tell() -> Tell:
    """`tell("Caps", blocks, role)`: a section on one line; "" where the document has none."""

    def told(title: str, blocks: str = "", role: str = "") -> str:
        text = "\n".join({match[1]: match[0] for part in (PLAN, blocks) for match in BLOCK.finditer(part)}.values())
        parts = tuple(SECTIONS[title](View(bind_plan(text, "plan.yaml"), role)))
        whole = to_text([Document("", "", (Section("", parts),))], width=100_000)
        return " ".join(whole.split())

    return told
