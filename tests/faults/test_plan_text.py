"""Faults of what is written as YAML, by their numbers in the field report: the plan with exit code 4, the config 2."""

import pytest

from .conftest import PLAN, Company


def test_22_a_rate_without_its_percent_sign(company: Company) -> None:
    company.file("plans/plan.yaml", PLAN.replace("rate: 10%", "rate: 10")).stops("plan.yaml:7", "10", exit=4)


def test_23_a_misspelled_key(company: Company) -> None:
    company.file("plans/plan.yaml", PLAN + "clawbcks: []\n").stops("plan.yaml:11", 'did you mean "clawbacks"?', exit=4)
    company.file("expcomp.yaml", "pay_perod: month\n").stops("expcomp.yaml:1:1 C103", '"pay_period"', exit=2)


@pytest.mark.parametrize("period", ["Q1-2027", "2027q1", "2027-Q1"])
def test_38_a_period_typed_in_another_form(company: Company, period: str) -> None:
    done = company.run("payout", "--period", period)
    assert done.exit == 2
    assert "C302" in done.err
    assert "did you mean 2027Q1?" in done.err


def test_68_a_key_twice(company: Company) -> None:
    company.file("plans/plan.yaml", PLAN + "rates: []\n").stops("plan.yaml:11", "rates", exit=4)


def test_69_words_that_yaml_takes_for_something_else(company: Company) -> None:
    """`NO` is a country here and `012` an id: they stay text."""
    company.file("plans/plan.yaml", PLAN.replace("id: small", "id: NO").replace("tier: B", "tier: on")).pays("900.00")
    company.file("plans/plan.yaml", PLAN.replace("rate: 10%", "rate: 1e3")).stops("plan.yaml:7", "1e3", exit=4)


@pytest.mark.parametrize("text", ["\tx: 1\n", "x: 'open\n", "x: a: b\n"])
def test_70_a_tab_an_open_quote_and_a_colon_in_a_value(company: Company, text: str) -> None:
    company.file("plans/plan.yaml", PLAN + text).stops("plan.yaml:11:", "E101", exit=4)
    company.file("plans/plan.yaml", PLAN).file("expcomp.yaml", text).stops("expcomp.yaml:1:", "C102", exit=2)
