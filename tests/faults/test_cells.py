"""Faults of cells: amounts, dates, ids, people and words, by their numbers in the field report."""

import json

import pytest

from .conftest import DEAL, HEADER, PAYEES, PLAN, Company, book_of

FIRST, REST = "006Hr00000AqytB", "IAR"


@pytest.mark.parametrize("written", ['"$9,000.00"', '"9,000.00"', "USD 9000", "9000.0", '" 9000 "', '"9 000.00"'])
def test_11_amounts_as_people_write_them(company: Company, written: str) -> None:
    company.deals(DEAL.replace("9000", written)).pays("900.00")


@pytest.mark.parametrize("written", ["12.5k", "9000 dollars", "1e4", "--9000"])
def test_11_amounts_of_no_accepted_form(company: Company, written: str) -> None:
    company.deals(DEAL.replace("9000", written)).refuses("deals.csv:2:4 D302", written)


def test_12_decimal_comma_and_semicolons(company: Company) -> None:
    header, row = HEADER.replace(",", ";"), DEAL.replace(",", ";")
    company.table("deals", header, row.replace("9000", "9.000,50")).pays("900.05")
    company.table("deals", header, row.replace("9000", "9.000"))
    company.refuses("deals.csv:2:4 D303", "decimal: point  or  decimal: comma")
    company.file("expcomp.yaml", "sources: {deals: {file: deals.csv, decimal: comma}}\n").pays("900.00")


def test_14_owner_blank_or_not_in_the_roster(company: Company) -> None:
    company.deals(DEAL.replace("ana", "anna")).refuses("deals.csv:2:7 D402", 'nearest: "ana"')
    company.deals(DEAL.removesuffix("ana")).stops("deals.csv:2 D511", "nobody holds it")


def test_14_a_stranger_in_a_column_that_no_role_reads(company: Company) -> None:
    """The plan pays the deal's owner: who the account's csm is decides nothing, and stops nobody's pay."""
    company.table("accounts", "account_id,csm,partner", "A1,Joe Left,Acme Consulting")
    sheet = company.pays("900.00")  # 10% of 9,000, as without the file
    assert [line["payee_id"] for line in sheet["lines"]] == ["ana"]
    said = " ".join(company.warns("D402").out.split())
    assert 'accounts.csm: 1 person is no payee: "Joe Left"; no role of a plan is found by this column' in said
    assert "{from: account.csm}" in said


def test_14_a_stranger_in_a_column_that_a_role_reads(company: Company) -> None:
    """The same file stops the run as soon as a role pays by it; the other column still does not."""
    plan = PLAN.replace("roles:\n", "roles:\n  csm: {from: account.csm}\n").replace("{ae: 100%}", "{ae: 60%, csm: 40%}")
    company.file("plans/plan.yaml", plan.replace("rates:\n", "rates:\n  - {role: csm, rate: 5%}\n"))
    company.table("accounts", "account_id,csm,partner", "A1,Joe Left,Acme Consulting")
    said = company.refuses("accounts.csv:2:2 D402", '"Joe Left" in column "csm" is no payee', "an end_date")
    assert '"Acme Consulting" in column' not in said
    company.table("accounts", "account_id,csm,partner", "A1,ben,Acme Consulting")
    sheet = company.pays("540.00")  # ana: 60% of 9,000 = 5,400, of which 10%
    assert {row["payee_id"]: row["gross"] for row in sheet["payees"]}["ben"] == "180.00"  # 3,600, of which 5%


def test_15_a_person_spelled_differently(company: Company) -> None:
    company.deals(DEAL.replace("ana", "Reyes Ana")).refuses("D402", '"Reyes Ana"')
    company.deals(DEAL.replace("ana", "ANA.REYES@example.com")).pays("900.00")


def test_16_crm_ids_of_15_and_18_characters(company: Company) -> None:
    company.deals(DEAL.replace("D1", FIRST)).table("splits", "deal_id,payee,share", f"{FIRST}{REST},ana,100%")
    (line,) = company.pays("900.00")["lines"]
    assert line["deal_id"] == FIRST + REST


def test_17_ids_that_a_spreadsheet_damaged(company: Company) -> None:
    company.deals(DEAL.replace("D1", "1.23E+05")).refuses("deals.csv:2:1 D317", "re-saved by a spreadsheet")
    company.deals(DEAL.replace("A1", "1234")).table("accounts", "account_id", "001234")
    company.refuses("deals.csv:2:2 D404", '"001234" differs only in leading zeros')


def test_18_dates_that_may_be_either(company: Company) -> None:
    company.deals(DEAL.replace("2027-02-10", "03/04/2027")).refuses("deals.csv:2:5 D314", "dates: month_first")
    company.file("expcomp.yaml", "sources: {deals: {file: deals.csv, dates: month_first}}\n")
    (line,) = company.pays("900.00")["lines"]
    assert line["on"] == "2027-03-04"


def test_19_a_date_time_near_the_end_of_the_quarter(company: Company) -> None:
    """03:30 UTC on 1 April is 23:30 on 31 March in New York: 2027Q1."""
    company.deals(DEAL.replace("2027-02-10", "2027-04-01T03:30:00Z"))
    (line,) = company.pays("900.00")["lines"]
    assert line["on"] == "2027-03-31"
    company.deals(DEAL.replace("2027-02-10", "2027-04-01T00:00:00Z")).warns("D330")


def test_20_the_last_second_of_the_last_day(company: Company) -> None:
    company.deals(DEAL.replace("2027-02-10", "2027-03-31 23:59:59")).pays("900.00")


@pytest.mark.parametrize(("shares", "total"), [(("60%", "39.99%"), "99.99%"), (("60%", "50%"), "110%")])
def test_21_splits_that_are_not_100_percent(company: Company, shares: tuple[str, str], total: str) -> None:
    company.file("plans/plan.yaml", PLAN.replace("{ae: 100%}}", "{ae: 100%}, splits: crm}"))
    company.table("splits", "deal_id,payee,share,role", f"D1,ana,{shares[0]},ae", f"D1,ben,{shares[1]},ae")
    company.stops("splits.csv:2 D512", f"add up to {total}, not 100%")


@pytest.mark.parametrize("name", ["R&D [EMEA]", "Acme [/]", "[red]x"])
def test_31_names_that_look_like_markup(company: Company, name: str) -> None:
    company.table("accounts", "account_id,name", f"A1,{name}").table("deals", HEADER, DEAL.replace("ana", name))
    assert f'"{name}"' in company.refuses("D402")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x"])
def test_32_texts_that_start_like_a_formula(company: Company, name: str) -> None:
    """Text in every form; the negative amount stays a number."""
    company.table("deals", HEADER + ",name", DEAL + f",{name}", DEAL.replace("D1", "D2").replace("9000", "12.5k") + ",")
    company.table("adjustments", "payee_id,period,amount,reason,requested_by,approved_by", f"ana,2027Q1,-5,{name},t,l")
    done = company.run("payout", "--period", "2027Q1", "--lenient", "--lines", "--format", "csv")
    assert done.exit == 1
    assert ",-5.00," in done.out
    company.table("deals", HEADER, DEAL.replace("ana", name))
    rejected = company.run("check-data", "--format", "csv").out
    assert f",'{name}," in rejected


def test_37_a_negative_deal(company: Company) -> None:
    company.deals(DEAL.replace("9000", "(9000)")).stops("deals.csv:2 D503", "events table")


def test_25_a_deal_of_somebody_who_holds_no_role_by_then(company: Company) -> None:
    company.table("payees", "payee_id,role,name,end_date", "ana,ae,Ana Reyes,2027-01-31", "ben,ae,Ben Okafor,")
    company.stops("deals.csv:2 D511", "D1 credits the role ae, and its holder had left by the close date")
    assert company.run("close", "--period", "2027Q1", "--opening", "none").exit == 3


def test_39_two_currencies_and_none(company: Company) -> None:
    company.deals(DEAL + ",EUR", DEAL.replace("D1", "D2") + ",", header=HEADER + ",currency")
    company.stops("deals.csv:2 D501", "no rate from EUR to USD on or before 2027-02-10")
    company.table("fx", "currency,date,rate", "EUR,2027-02-01,1.10").pays("1890.00")  # 990 + 900
    company.deals(DEAL.replace("9000", "€9000") + ",USD", header=HEADER + ",currency").refuses("deals.csv:2:4 D306")


def test_40_another_owner_after_the_first_milestone(company: Company) -> None:
    halves = "pays: 50%, on: closed_won}, {name: later, pays: 50%, on: date, after: 90 days}"
    company.file("plans/plan.yaml", PLAN.replace("pays: 100%, on: closed_won}", halves)).pays("450.00")
    close = company.run("close", "--period", "2027Q1", "--opening", "none")
    assert close.exit == 0, close.said
    company.deals(DEAL.replace("ana", "ben"))
    done = company.run("payout", "--period", "2027Q2", "--as-of", "2027-06-30", "--format", "json")
    sheet = json.loads(done.out)
    assert [(line["payee_id"], line["amount"]) for line in sheet["lines"]] == [("ana", "450.00")]  # 900 in all, to her
    assert "D546" in done.out  # and the new owner is told


def test_41_no_evidence_of_a_milestone(company: Company) -> None:
    company.file("plans/plan.yaml", PLAN.replace("pays: 100%, on: closed_won}", "pays: 40%, on: closed_won}, "
                 "{name: activation, pays: 60%, on: activated, within: 90 days}"))  # fmt: skip
    (waiting,) = company.pays("360.00")["waiting"]
    assert (waiting["milestone"], waiting["amount"], waiting["state"]) == ("activation", "540.00", "pending")


def test_48_two_people_of_one_name(company: Company) -> None:
    company.table("payees", *PAYEES.splitlines(), "ana2,ae,Ana Reyes,")
    company.deals(DEAL.replace("ana", "Ana Reyes")).refuses("deals.csv:2:7 D403", 'may mean "ana" or "ana2"')


def test_49_an_account_with_two_csms(company: Company) -> None:
    company.table("accounts", "account_id,csm", "A1,ana", "A1,ben")
    company.refuses("accounts.csv:3:2 D401", "accounts.csv:2:2")


def test_50_blank_keys_never_meet(company: Company) -> None:
    company.table("accounts", "account_id,name", ",Acme").deals(DEAL.replace("A1", ""))
    company.refuses("accounts.csv:2:1 D301", "deals.csv:2:2 D301")


@pytest.mark.parametrize("name", ["NA", "None", "null", "True", "NaN"])
def test_59_words_that_other_readers_take_for_nothing(company: Company, name: str) -> None:
    company.table("payees", "payee_id,role,name", f"{name},ae,{name}").deals(DEAL.replace("ana", name))
    sheet = company.pays("0.00")
    assert [row["payee_id"] for row in sheet["payees"]] == [name]


def test_62_a_bare_serial(company: Company) -> None:
    """A column of day numbers can only mean days: they are read, and the run says so."""
    company.deals(DEAL.replace("2027-02-10", "46428")).warns("D332")


@pytest.mark.parametrize("date", ["10 Feb 2027", "2027-02-30"])
def test_62_a_date_as_text(company: Company, date: str) -> None:
    company.deals(DEAL.replace("2027-02-10", date)).refuses("deals.csv:2:5 D313", f'"{date}"')


def test_63_binary_noise_and_a_real_third_decimal(company: Company) -> None:
    rows = [HEADER.split(","), ["D1", "A1", "tier", 0.1 + 0.2, "2027-02-10", "true", "ana"]]
    company.workbook(book_of(rows)).pays("0.03")  # 0.30 × 10%
    rows[1][3] = 9000.125
    company.workbook(book_of(rows)).refuses("deals.xlsx[Deals]!D2 D304")


def test_64_an_id_of_more_than_15_digits(company: Company) -> None:
    rows = [HEADER.split(","), [12345678901234567890, "A1", "tier", 9000, "2027-02-10", "true", "ana"]]
    company.workbook(book_of(rows)).refuses("deals.xlsx[Deals]!A2 D317", "last digits are lost")


def test_65_a_percent_cell_and_a_percent_text(company: Company) -> None:
    """0.12 and 12% in one column are one share; 1 alone could be either."""
    company.file("plans/plan.yaml", PLAN.replace("{ae: 100%}}", "{ae: 100%}, splits: crm}"))
    company.table("splits", "deal_id,payee,share,role", "D1,ana,0.12,ae", "D1,ben,88%,ae").pays("108.00")  # 12% of 900
    company.table("splits", "deal_id,payee,share,role", "D1,ana,1,ae").refuses("splits.csv:2:3 D308")


def test_66_only_known_words_for_yes_and_no(company: Company) -> None:
    company.deals(DEAL.replace("true", "Y")).refuses("deals.csv:2:6 D311")
    company.file("expcomp.yaml", "values: {deal.won: {Y: true}}\n").pays("900.00")


def test_67_blanks_that_look_alike(company: Company) -> None:
    company.deals(DEAL.replace("ana", "Ana\u00a0Reyes")).pays("900.00")
    company.deals(DEAL.replace("D1", "D\u200b1")).refuses("deals.csv:2:1 D317", "invisible character")
