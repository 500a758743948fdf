"""The terminal: whatever the width, every amount and every id is there in full."""

import io
import re

import pytest

from expcomp.diagnostics import Code, Place, Severity
from expcomp.output.terminal import print_findings, print_lines, print_sheet
from expcomp.output.text import money
from expcomp.pay.sheet import Sheet

from .conftest import Build


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(sheet: Sheet, width: int | None, how=print_sheet, stream=None) -> str:  # type: ignore[no-untyped-def]
    stream = stream or io.StringIO()
    how(sheet, stream, width)
    return stream.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80, 200, None])
def test_no_amount_and_no_id_is_shortened(sheet: Sheet, width: int | None) -> None:
    text = printed(sheet, width)
    for row in sheet.payees.to_dict("records"):
        assert row["payee_id"] in text
        for name in ("gross", "paid", "recovered", "clawback", "carried_forward"):
            minor = row[f"{name}_minor"]
            assert minor == 0 or money(minor, "USD") in text or name == "clawback"
    lines = printed(sheet, width, print_lines)
    for row in sheet.lines.to_dict("records"):
        assert row["deal_id"] in lines
        assert money(row["amount_minor"], "USD") in lines
        assert row["source"] in lines
    assert "…" not in text + lines


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_the_width_unless_one_text_is_longer(sheet: Sheet, width: int) -> None:
    longest_word = max(len(word) for word in printed(sheet, width).split())
    for line in printed(sheet, width).splitlines():
        assert len(line) <= max(width, longest_word + 20)


def test_a_pipe_gets_plain_text(sheet: Sheet) -> None:
    text = printed(sheet, None)
    assert "\x1b" not in text
    assert not re.search("[─-╿]", text)


def test_a_terminal_gets_looks_but_no_markup_from_data(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    text = printed(sheet, 200, stream=Terminal())
    assert "\x1b[1m" in text
    assert "Red & [/] Co" in text
    assert "Eve␛[31m Red" in text
    assert "Eve\x1b" not in text


def test_no_colour_when_asked(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = printed(sheet, 200, stream=Terminal())
    assert not re.search(r"\x1b\[[\d;]*3\d", text)


def test_the_kinds_of_pay_add_up_to_gross(sheet: Sheet) -> None:
    from expcomp.output.pay_tables import pay_table

    columns = {column.name: column.values for column in pay_table(sheet).columns}
    kinds = [columns[name] for name in ("credit", "cap", "overlay", "spiff", "adjustments") if name in columns]
    assert [sum(row) for row in zip(*kinds, strict=True)] == list(columns["gross"])
    taken = columns["clawback"] + columns["deductions"]
    assert list(taken + columns["recovered"]) == list(columns["carried forward"])
    assert list(columns["gross"] - columns["recovered"]) == list(columns["paid"])


def test_control_totals_and_what_needs_a_person(sheet: Sheet) -> None:
    text = printed(sheet, 120)
    assert "not credited: not covered" in text
    assert "Held: 1" in text
    assert "no ledger" in text
    assert sheet.plans.versions[0]._hash[:12] in text


def test_a_longer_view_shows_every_pay_period(build: Build) -> None:
    text = printed(build("2027H1"), 200)
    assert "2027Q1" in text
    assert "2027Q2" in text


def test_an_empty_sheet_prints(build: Build) -> None:
    text = printed(build(deals=[{"deal_id": "D9", "account_id": "A1", "motion": "renewal", "acv": "1", "owner": "ana",
                                 "close_date": "2026-01-10"}], events=[], adjustments=[]), 80)  # fmt: skip
    assert "nobody is paid" in text


def test_findings_in_the_form_of_the_manual() -> None:
    code = Code("D302", "amount-not-a-number")
    finding = code.at(Place("data/deals.csv", 214, 7), '"12.5k\x1b" in column "Amount"', "write 12500")
    stream = io.StringIO()
    print_findings([finding], stream)
    assert stream.getvalue() == (
        'data/deals.csv:214:7 D302 amount-not-a-number: "12.5k␛" in column "Amount"\n  help: write 12500\n'
    )


def test_findings_on_a_terminal_are_broken_between_words_and_set_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    finding = Code("C202", "no-plans-folder").at(
        Place("plans/"), "there is no plan in this folder", "put one there " * 3
    )
    stream = Terminal()
    print_findings([finding], stream)
    assert re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue()).splitlines() == [
        "plans/ C202 no-plans-folder: there is no",
        "    plan in this folder",
        "  help: put one there put one there put",
        "    one there",
    ]


def test_findings_are_counted_after_twenty_of_a_code() -> None:
    many = [Code("D302", "bad").at(Place("f", line), "wrong") for line in range(1, 31)]
    many.append(Code("D999", "odd").at(None, "look", severity=Severity.WARNING))
    stream = io.StringIO()
    print_findings(many, stream)
    lines = stream.getvalue().splitlines()
    assert lines[20] == "… and 10 more of D302 bad"
    assert lines[-1] == "30 errors, 1 warning"
