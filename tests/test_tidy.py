"""The house: imports point one way, modules stay small, and the pay path holds no float and no row loop."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "expcomp"
MODULES = sorted(PACKAGE.rglob("*.py"))

VALUES = {
    "blocks",
    "money",
    "exact",
    "fx",
    "lanes",
    "line_types",
    "lookups",
    "period",
    "places",
    "recurring",
    "texts",
    "visible",
    "diagnostics",
    "suggest",
}
ALLOWED = {
    "values": set(),
    "plan": {"values", "sources.tables", "sources.book"},
    "sources": {"values", "plan.nodes", "plan.scalars"},
    "retention": {"values", "plan", "sources.book", "sources.tables"},
    "ledger": {"values"},
    "pay": {"values", "plan", "sources.book", "sources.pinned", "sources.tables", "retention", "reports"},
    "reports": {"values", "plan", "sources.book", "sources.tables", "retention"},
    "lint": {"values", "plan", "sources.tables", "sources.given", "pay"},
    "describe": {"values", "plan", "sources", "pay", "retention", "reports"},
    "manual": {"values"},
    "schema": {"values", "plan", "sources"},
    "output": {
        "values",
        "plan",
        "sources.book",
        "sources.tables",
        "pay",
        "retention",
        "reports",
        "manual",
        "describe",
        "lint.probes",
    },
    "commands": {
        "values",
        "plan",
        "sources",
        "pay",
        "retention",
        "reports",
        "ledger",
        "output",
        "manual",
        "schema",
        "describe",
        "lint",
    },
    "cli": {"commands", "values"},
}
"""Which rooms (or modules of a room) each room may import."""

BANNED = {
    "float": "amounts are whole numbers of minor units",
    "round": "round once, with exact.rounded or round_ratio",
    "iterrows": "work on columns",
    "itertuples": "work on columns",
    "apply": "work on columns",
}


def room_of(module: str) -> str:
    parts = module.split(".")
    if len(parts) < 2 or parts[1] in VALUES:
        return "values"
    return parts[1]


def imports(path: Path) -> list[str]:
    """The modules of ours that a module imports when it is loaded or run (not for types alone)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in typing_only:
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if name.startswith("expcomp.")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    module = ".".join(["expcomp", *path.relative_to(PACKAGE).with_suffix("").parts])
    room = room_of(module)
    if room in ("__init__", "__main__"):
        return
    for name in imports(path):
        target = name.removeprefix("expcomp.")
        inside = room_of(name) == room
        allowed = room_of(name) in ALLOWED[room] or any(
            target == a or target.startswith(a + ".") for a in ALLOWED[room]
        )
        assert inside or allowed, f"{module} imports {name}: {room} may import {sorted(ALLOWED[room])}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_says_what_it_is_for_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with one sentence: what it is responsible for"
    assert text.count("\n") <= 480, "more than one responsibility?"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long to read at once"


PAY_PATH = [*sorted((PACKAGE / "pay").glob("*.py")), *sorted((PACKAGE / "retention").glob("*.py"))]


@pytest.mark.parametrize("path", PAY_PATH, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_pay_path_works_on_columns_of_whole_numbers(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        assert name not in BANNED, f"line {node.lineno}: {name}: {BANNED[name]}"


def declared_codes() -> dict[str, str]:
    """Every `Code("D302", "amount-not-a-number")` of the package; one declared twice has one name."""
    declared: dict[str, str] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Code":
                code, name = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
                assert declared.setdefault(code, name) == name, f"{code} is {declared[code]} and {name}"
    return declared


def test_codes_are_unique() -> None:
    assert len(declared_codes()) > 60


@pytest.mark.parametrize("path", sorted((PACKAGE / "commands").glob("*.py")), ids=lambda path: path.name)
def test_exports_are_read_inside_of_reading(path: Path) -> None:
    """So that no command forgets to keep its memory and to tell how far it has come."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and "reading()" in map(ast.unparse, (item.context_expr for item in node.items))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("read_book", "check_book"):
            assert id(node) in inside, f"line {node.lineno}: with reading() as progress"
