"""The schemas of plan and config: what they accept is what the readers accept, and every key has a text."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from expcomp.diagnostics import Refused
from expcomp.plan.load import bind_plan
from expcomp.plan.record import Record
from expcomp.schema.config import config_schema
from expcomp.schema.draft7 import Keys, read_keys
from expcomp.schema.plan import plan_schema
from expcomp.sources.config import Config, Source

ROOT = Path(__file__).parents[2]
PLANS = sorted([*(ROOT / "plans").rglob("*.yaml"), *(ROOT / "tests" / "cases" / "plans").glob("*.yaml")])
PLAN, CONFIG = plan_schema(), config_schema()
SMALL = """\
plan: {id: grow, version: 1, effective: {from: 2026-01-01}, currency: USD, timezone: UTC}
roles: {ae: {from: deal.owner}}
ownership: [{tier: All, credit: {ae: 100%}}]
rates: [{role: ae, rate: 10%}]
payout: [{schedule: one, milestones: [{name: booking, pays: 100%, on: closed_won}]}]
"""


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: dates and `no` stay text, numbers and true are typed."""


EditorLoader.yaml_implicit_resolvers = {}
for tag, form, first in (
    ("bool", r"true|false|True|False|TRUE|FALSE", "tfTF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", yaml.resolver.re.compile(f"^(?:{form})$"), first)


def as_edited(text: str) -> Any:
    return yaml.load(text, EditorLoader)


def errors(schema: dict[str, Any], text: str) -> list[str]:
    return [error.message for error in Draft7Validator(schema).iter_errors(as_edited(text))]


@pytest.mark.parametrize("schema", [PLAN, CONFIG], ids=["plan", "config"])
def test_it_is_draft_7(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)
    for value in walked(schema):
        assert "$defs" not in value
        assert "$ref" not in value or set(value) == {"$ref"}, "draft-07 ignores what stands beside a $ref"


def walked(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walked(inner)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_is_valid(path: Path) -> None:
    assert errors(PLAN, path.read_text(encoding="utf-8")) == []


BAD = {
    "unknown key": ("rate: 10%", "rates: 10%"),
    "unknown block": ("rates:", "rate:"),
    "wrong word": ("closed_won}", "closed_won, status: later}"),
    "bare share": ("rate: 10%", "rate: 10"),
    "share as a fraction": ("ae: 100%", "ae: 1.0"),
    "not a date": ("2026-01-01", "01/01/2026"),
    "not a currency": ("USD", "DOLLARS"),
    "missing key": ("pays: 100%, ", ""),
    "a list where a block belongs": ("{ae: {from: deal.owner}}", "[ae]"),
    "unknown field": ("credit:", "when: {acv: 10k}, credit:"),
    "word outside its vocabulary": ("credit:", "when: {deal.family: upsel}, credit:"),
    "share without its sign": ("credit:", "when: {account.seat_utilization: '>= 0.8'}, credit:"),
    "duration without a unit": ("closed_won}", "closed_won, within: 90}"),
    "two decimals too many": ("rate: 10%", "rate: 10.12345%"),
    "unknown table": ("payout:", "examples: [{name: x, given: {deal: []}, period: 2026Q1, expect: []}]\npayout:"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_plans_are_refused_by_the_schema_and_by_the_reader(name: str) -> None:
    old, new = BAD[name]
    bad = SMALL.replace(old, new, 1)
    assert bad != SMALL
    assert errors(PLAN, SMALL) == []
    assert errors(PLAN, bad) != []
    if name != "unknown table":  # examples are read when they are run
        with pytest.raises(Refused, match=r"E[23]\d\d"):
            bind_plan(bad, "plan.yaml")


FORMS = [
    ("deal.acv", "10_000"), ("deal.acv", "10000"), ("deal.acv", '"< 10k"'), ("deal.acv", '"10k .. 1.5M"'),
    ("deal.term_months", "24"), ("deal.term_months", '">= 24"'), ("account.seat_utilization", '"< 40%"'),
    ("deal.self_serve", "true"), ("deal.family", "[upsell, usage]"), ("account.region", "[no, emea]"),
    ("account.segment", "012"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), FORMS)
def test_conditions_are_typed_by_an_editor(field: str, value: str) -> None:
    text = SMALL.replace("credit:", f"when: {{{field}: {value}}}, credit:")
    assert errors(PLAN, text) == []
    bind_plan(text, "plan.yaml")


def test_the_config_takes_one_source_or_several() -> None:
    one = "sources: {deals: {file: deals.csv, preset: hubspot, header_row: 3}}\nvalues: {deal.won: {1: true}}\n"
    several = "pay_period: month\nsources: {deals: [{file: a.csv}, {file: b.csv, dates: day_first}]}\n"
    assert errors(CONFIG, one) == errors(CONFIG, several) == []


@pytest.mark.parametrize(
    "text",
    ["plan: plans\n", "pay_period: week\n", "sources: {deal: {file: a.csv}}\n", "sources: {deals: {preset: sap}}\n",
     "sources: {deals: {header_row: 0}}\n"],
)  # fmt: skip
def test_bad_configs_are_not_valid(text: str) -> None:
    assert errors(CONFIG, text) != []


def plan_records(record: type[Record] = Record) -> Iterator[type[Record]]:
    for inner in record.__subclasses__():
        yield inner
        yield from plan_records(inner)


KEYS = [
    *((read_keys("keys_of_plan.yaml"), record) for record in sorted(plan_records(), key=lambda r: r.__name__)),
    (read_keys("keys_of_config.yaml"), Config),
    (read_keys("keys_of_config.yaml"), Source),
]


@pytest.mark.parametrize(("keys", "record"), KEYS, ids=[record.__name__ for _, record in KEYS])
def test_every_key_has_a_text_and_no_text_is_without_its_key(keys: Keys, record: type[Any]) -> None:
    texts = keys[record.__name__]
    assert set(texts) == {field.alias or name for name, field in record.model_fields.items()}
    for name, field in record.model_fields.items():
        meaning = texts[field.alias or name][0]
        assert meaning.endswith("."), meaning
        if isinstance(field.default, str) and field.default:
            assert f"{field.default} " in f"{meaning} ".replace(")", " ").replace(",", " "), "says what is left out"


def test_no_text_speaks_of_a_record_that_is_not_there() -> None:
    assert set(read_keys("keys_of_plan.yaml")) == {record.__name__ for record in plan_records()}


@pytest.mark.parametrize("schema", [PLAN, CONFIG], ids=["plan", "config"])
def test_every_example_is_valid(schema: dict[str, Any]) -> None:
    shown = 0
    for record in (schema, *schema["definitions"].values()):
        for key, value in record.get("properties", {}).items():
            own = {**value, "definitions": schema["definitions"]}
            for example in value.get("examples", ()):
                shown += 1
                assert list(Draft7Validator(own).iter_errors(example)) == [], f"{key}: {example}"
    assert shown > 10


@pytest.mark.parametrize(("of", "made"), [("plan", PLAN), ("config", CONFIG)])
def test_the_command_prints_it_and_writes_it(of: str, made: dict[str, Any], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "expcomp", "schema", of]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert json.loads(printed) == made
    subprocess.run([*command, "-o", "x.schema.json"], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "x.schema.json").read_text(encoding="utf-8") == printed


def test_the_schema_beside_the_shipped_plans_is_todays() -> None:
    beside = json.loads((ROOT / "plans" / "plan.schema.json").read_text(encoding="utf-8"))
    assert beside == PLAN, "write it again:  expcomp schema plan -o plans/plan.schema.json --force"
    for path in (ROOT / "plans").rglob("*.yaml"):
        modeline = path.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
        assert (path.parent / modeline).resolve() == ROOT / "plans" / "plan.schema.json"
