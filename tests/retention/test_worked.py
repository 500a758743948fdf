"""Published worked examples, recomputed, and the counter-examples to the definitions that are wrong."""

import pytest

from retention.small import moved, percent, recurring, retained

K = 1_000


@pytest.mark.parametrize(
    ("accounts", "nrr", "grr"),
    [
        # 100 start, 10 churn, 10 contraction, 10 expansion: gross churn 20 %, net churn 10 % (ChartMogul)
        (((10, 0), (40, 30), (50, 60)), "90.00", "80.00"),
        # 100 to 120, of which 10 are new: net churn -10 %
        (((100, 110), (0, 10)), "110.00", "100.00"),
        # 5,000 to 6,000: the published "5000/5000 = 1%" is 100 % (Chargebee)
        (((5_000, 6_000),), "120.00", "100.00"),
        # 10.0M - 0.6M - 0.9M + 1.8M: GRR 85 %, NRR 103 %
        (((3_000 * K, 2_400 * K), (900 * K, 0), (6_100 * K, 7_900 * K)), "103.00", "85.00"),
        # 100k + 20k - 5k - 10k = 105 %
        (((50 * K, 70 * K), (40 * K, 35 * K), (10 * K, 0)), "105.00", "85.00"),
        # 100k + 15k - 3k - 5k = 107 %
        (((50 * K, 65 * K), (45 * K, 42 * K), (5 * K, 0)), "107.00", "92.00"),
        # 1.0M + 200k - 50k - 100k = 105 %
        (((700 * K, 900 * K), (200 * K, 150 * K), (100 * K, 0)), "105.00", "85.00"),
        # 100k - 5k - 10k: GRR 85 %
        (((90 * K, 85 * K), (10 * K, 0)), "85.00", "85.00"),
        # 27,000 - 5,000: 81.48 %, printed as 81 %
        (((22_000, 22_000), (5_000, 0)), "81.48", "81.48"),
        # a quarter: 200k - 10k - 15k = 87.5 %
        (((185 * K, 175 * K), (15 * K, 0)), "87.50", "87.50"),
        # start 10,000, end 9,500 of which 500 new: endpoints say 90 %, whatever the movements add up to
        (((10_000, 9_000), (0, 500)), "90.00", "90.00"),
        # the cap is account by account: capped in sum, GRR would be 100 %
        (((100, 300), (100, 0)), "150.00", "50.00"),
        # 1,000 at 50 % and 100,000 at 110 %: 109.4 %, not the mean of 80 %
        (((1_000, 500), (100_000, 110_000)), "109.41", "99.50"),
    ],
)
def test_published_examples(accounts: tuple[tuple[int, int], ...], nrr: str, grr: str) -> None:
    found = moved(*accounts)
    assert (percent(found.nrr), percent(found.grr)) == (nrr, grr)


def test_a_flat_contract_in_euros_is_flat() -> None:
    """10,000 euros, 1.10 at the base and 1.05 at the end: 100 %, and 500 dollars of exchange rates, not 95.45 %."""
    rates = [
        {"currency": "EUR", "date": day, "rate": rate} for day, rate in (("2025-06-30", "1.10"), ("2026-06-30", "1.05"))
    ]
    found = retained(["A1 2025-01-01 - 10000 - - EUR"], tables={"fx": rates})
    assert (percent(found.nrr), percent(found.grr)) == ("100.00", "100.00")
    assert (found.base_minor, found.fx_minor, found.now_minor) == (11_000_00, -500_00, 10_500_00)


def test_nobody_at_the_base_is_no_rate() -> None:
    found = moved((0, 100))
    assert found.nrr == (0, 0)
    assert (found.accounts, found.new_minor) == (0, 100_00)


def test_parts_are_never_averaged() -> None:
    """SMB 150 %, MM 89.5 %, ENT 111.9 %: the mean is 117.1 %, the sum of ends by the sum of bases 105.3 %."""
    found = moved((6_000, 9_000), (105_000, 94_000), (210_000, 235_000))
    assert percent(found.nrr) == "105.30"


def test_the_names_of_a_rate_are_those_of_its_sums() -> None:
    found = moved((100, 80), (50, 70))
    assert (found.nrr, found.grr, found.logo) == ((150_00, 150_00), (130_00, 150_00), (2, 2))


def test_lines_of_a_book_are_read_once() -> None:
    """The same lines serve every window."""
    found = recurring(["A1 2025-01-01 - 100"])
    assert found.worth(20_000) is found.worth(20_100)
