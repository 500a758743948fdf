"""expcomp.yaml: defaults for everything, and C-codes with line and column for anything that is wrong."""

from pathlib import Path

import pytest

from expcomp.diagnostics import Refused
from expcomp.sources.config import Config, find_project, load_config


def refused(folder: Path, text: str) -> list[str]:
    (folder / "expcomp.yaml").write_text(text, "utf-8")
    with pytest.raises(Refused) as caught:
        load_config(folder)
    assert caught.value.exit_code == 2
    return [" — ".join(filter(None, (str(finding), finding.help))) for finding in caught.value.findings]


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n", None])
def test_an_empty_or_missing_file_is_all_defaults(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "expcomp.yaml").write_text(text)
    assert load_config(tmp_path) == Config()
    assert (Config().data, Config().plans, Config().pay_period) == ("sample_data", "plans", "quarter")


def test_the_page_s_example_is_read(tmp_path: Path) -> None:
    text = """
plans: plans
data: sample_data
ledger: expcomp.ledger
out: out
timezone: America/New_York          # for timestamps that carry none
pay_period: quarter
approval: none
sources:
  deals:    {file: "salesforce_opportunities*.csv", preset: salesforce-report}
  signals:  {file: gainsight_cta.xlsx, sheet: CTA, preset: gainsight, timezone: UTC}
  usage:    {file: usage.csv, columns: {seats_active: "Active seats"}}
values:
  deal.motion: {"Upsell - Seats": capacity, "Existing Customer - Upgrade": tier}
  deal.won:    {"Closed Won": true, "Closed Lost": false}
"""
    (tmp_path / "expcomp.yaml").write_text(text)
    config = load_config(tmp_path)
    assert config.sources["signals"][0].timezone == "UTC"
    assert config.words()[("deals", "motion")]["upsell - seats"] == "capacity"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("dat: x\n", 'expcomp.yaml:1:1 C103 unknown-key: "dat" is no key here — did you mean "data"?'),
        (
            "sources:\n  deals: {shet: x}\n",
            'expcomp.yaml:2:11 C103 unknown-key: "shet" is no key here — did you mean "sheet"?',
        ),
        (
            "sources: {deal: {file: x}}\n",
            'expcomp.yaml:1:11 C105 unknown-table: "deal" is no table — did you mean "deals"?',
        ),
        (
            "sources: {deals: {columns: {close_dat: x}}}\n",
            'expcomp.yaml:1:29 C106 unknown-field: "close_dat" is no field of deals',
        ),
        (
            "pay_period: week\n",
            'expcomp.yaml:1:13 C104 wrong-value: "week" is not one of month, quarter',
        ),
        (
            "timezone: Newyork\n",
            'expcomp.yaml:1:11 C104 wrong-value: "Newyork" is no time zone',
        ),
        (
            "sources: {deals: {preset: salesforce}}\n",
            'expcomp.yaml:1:27 C104 wrong-value: "salesforce" is no preset: did you mean "salesforce-api"?',
        ),
        (
            "values: {deal.motion: {Upgrade: teir}}\n",
            "expcomp.yaml:1:33 C104 wrong-value",
        ),
        ("data: [a]\n", "expcomp.yaml:1:7 C104 wrong-value: one value is expected here"),
        ("sources: x\n", "expcomp.yaml:1:10 C104 wrong-value: a block of keys is expected here"),
        ("- a\n", "expcomp.yaml:1:1 C104 wrong-value: keys are expected here: plans, data, sources, …"),
        ("data: a\ndata: b\n", "expcomp.yaml:2:1 C102 config-not-yaml"),
        ("data: *a\n", "expcomp.yaml:1:7 C102 config-not-yaml"),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, text: str, finding: str) -> None:
    (told,) = refused(tmp_path, text)
    assert told.startswith(finding)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert len(refused(tmp_path, "dat: x\npay_period: week\nout: [1]\n")) == 3


def test_flags_beat_the_file(tmp_path: Path) -> None:
    (tmp_path / "expcomp.yaml").write_text("data: here\nout: there\n")
    assert load_config(tmp_path, {"data": "elsewhere"}).data == "elsewhere"
    with pytest.raises(Refused, match="command line C104 wrong-value"):
        load_config(tmp_path, {"pay_period": "week"})


def test_the_project_is_found_by_walking_up(tmp_path: Path) -> None:
    (tmp_path / "expcomp.yaml").write_text("")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_project(tmp_path / "a" / "b").root == tmp_path.resolve()
    assert find_project(tmp_path, tmp_path / "a").root == (tmp_path / "a").resolve()
    assert find_project(tmp_path, tmp_path / "a").file is None
    with pytest.raises(Refused, match="C101 no-project"):
        find_project(tmp_path, tmp_path / "nowhere")
