"""expcomp.yaml: where things are and how this company's exports are written. Closed schema, C-codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from expcomp.diagnostics import Code, Place, Refused
from expcomp.plan.nodes import Block, Items, compose, decode
from expcomp.sources.config_check import WRONG_VALUE, check_sources, check_values, field_of, retell
from expcomp.sources.presets import presets
from expcomp.sources.words import same
from expcomp.suggest import did_you_mean

NO_PROJECT = Code("C101", "no-project")
NOT_YAML = Code("C102", "config-not-yaml")

FILE = "expcomp.yaml"


def _one_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("one value is expected here")
    return str(value)


def _zone(value: Any) -> str:
    name = _one_text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{name}" is no time zone: write it like America/New_York or UTC') from None
    return name


def _row_number(value: Any) -> int:
    text = _one_text(value)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 10_000:
        raise ValueError(f'"{text}" is no row number: the first row is 1')
    return int(text)


def _preset(value: Any) -> str:
    name = _one_text(value)
    if name not in presets():
        raise ValueError(f'"{name}" is no preset: {did_you_mean(name, presets()) or ", ".join(presets())}')
    return name


def _encoding(value: Any) -> str:
    name = _one_text(value)
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f'"{name}" is no encoding: write it like utf-8 or cp1252') from None
    return name


def _as_list(value: Any) -> Any:
    """A table may come from one source or from several."""
    return value if isinstance(value, Items) else [value]


Text = Annotated[str, BeforeValidator(_one_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Zone = Annotated[str, BeforeValidator(_zone)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Closed):
    """How one kind of file is read. Blank values are found out from the file."""

    file: Text = ""
    preset: Annotated[str, BeforeValidator(_preset)] = ""
    sheet: Text = ""
    timezone: Zone = ""
    columns: dict[str, Text] = Field(default_factory=dict)
    dates: Literal["", "month_first", "day_first", "iso"] = ""
    decimal: Literal["", "point", "comma"] = ""
    header_row: Annotated[int, BeforeValidator(_row_number)] = 0
    encoding: Annotated[str, BeforeValidator(_encoding)] = ""


Sources = Annotated[tuple[Source, ...], BeforeValidator(lambda value: tuple(_as_list(value)))]


class Config(_Closed):
    """The project's settings. Paths are as written, relative to the project's folder; a blank `timezone`
    is the plan's."""

    plans: Text = "plans"
    data: Text = "sample_data"
    ledger: Text = "expcomp.ledger"
    out: Text = "out"
    timezone: Zone = ""
    pay_period: Literal["month", "quarter"] = "quarter"
    approval: Literal["none", "required"] = "none"
    sources: dict[str, Sources] = Field(default_factory=dict)
    values: dict[str, dict[str, Text]] = Field(default_factory=dict)

    def words(self) -> dict[tuple[str, str], dict[str, str]]:
        """`values` by (table, field), its words as `words.same` compares them."""
        return {
            field_of(key): {same(word): meaning for word, meaning in meanings.items()}
            for key, meanings in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class Project:
    """A folder, and its expcomp.yaml where it has one."""

    root: Path
    file: Path | None


def find_project(start: Path | None = None, explicit: Path | None = None) -> Project:
    """The folder named, else the nearest one above `start` (the working folder) that holds expcomp.yaml, else
    `start` itself. Raises `Refused` (C101) when the folder named is not there."""
    if explicit is not None:
        root = explicit.parent if explicit.name == FILE and explicit.is_file() else explicit
        if not root.is_dir():
            raise Refused(
                NO_PROJECT.at(Place(explicit.as_posix()), "there is no such folder", "name the project's folder")
            )
        return Project(root.resolve(), _file_in(root.resolve()))
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if file := _file_in(folder):
            return Project(folder, file)
    return Project(start, None)


def _file_in(folder: Path) -> Path | None:
    file = folder / FILE
    return file if file.is_file() else None


def load_config(
    folder: Path, overrides: Mapping[str, str] | None = None, kept: Callable[[str, bytes], object] | None = None
) -> Config:
    """The folder's expcomp.yaml with flags and environment laid over it; all defaults without a file.

    `overrides` hold top-level keys; `kept` is told the bytes that were read. Raises `Refused` with C-codes, each at
    its line and column.
    """
    file = folder / FILE
    tree = _read(file, kept) if file.is_file() else Block(Place(FILE))
    for key, value in (overrides or {}).items():
        tree[key] = value  # type: ignore[assignment]
    return bind_config(tree)


def _read(file: Path, kept: Callable[[str, bytes], object] | None) -> Block:
    try:
        data = file.read_bytes()
        if kept is not None:
            kept(FILE, data)
        text = decode(data, FILE)
        if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
            return Block(Place(FILE))
        tree = compose(text, FILE)
    except OSError as error:
        raise Refused(NO_PROJECT.at(Place(FILE), f"the file cannot be read: {error.strerror}")) from None
    except Refused as refused:
        raise Refused([NOT_YAML.at(each.place, each.message, each.help) for each in refused.findings]) from None
    if not isinstance(tree, Block):
        raise Refused(WRONG_VALUE.at(tree.place, "keys are expected here: plans, data, sources, …"))
    return tree


def bind_config(tree: Block) -> Config:
    """The tree as a Config, or `Refused` with everything that is wrong in it."""
    try:
        config = Config.model_validate(tree)
    except ValidationError as error:
        told = error.errors(include_url=False)
        raise Refused([retell(item, tree, _keys(item["loc"])) for item in told]) from None
    named = {table: [source.columns for source in sources] for table, sources in config.sources.items()}
    if findings := [*check_sources(named, tree), *check_values(config.values, tree)]:
        raise Refused(findings)
    return config


def _keys(loc: Sequence[int | str]) -> list[str]:
    """The keys that the block of an unknown key takes."""
    return list(Config.model_fields if len(loc) == 1 else Source.model_fields)
