"""What a user waits for before anything is computed, beside what Python and its libraries take to start."""

from pathlib import Path

from .measure import EXPCOMP, Command, in_turn, machine, python, table, told

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "plans" / "expansion.yaml"

NOTHING = """
import typer
app = typer.Typer()
@app.command()
def nothing() -> None: ...
app()
"""
REFERENCES = {
    "pass": python("-c", "pass"),
    "typer": python("-c", "import typer"),
    "nothing": python("-c", NOTHING),
    "pandas": python("-c", "import pandas"),
    "libraries": python("-c", "import pandas, pyarrow, typer"),
}


def run_startup(rounds: int) -> str:
    programs: dict[str, Command] = {
        **REFERENCES,
        "--version": (EXPCOMP, "--version"),
        "--help": (EXPCOMP, "--help"),
        **_validation(),
        "payout of the sample": (EXPCOMP, "payout", "--project", str(ROOT), "--period", "2027Q1"),
    }
    found = in_turn(programs, rounds)
    meaning = '"nothing" is a Typer command that does nothing; "libraries" imports pandas, pyarrow and typer'
    return f"{machine()}; {rounds} rounds in turn, medians; ratios of CPU\n{meaning}\n" + table(
        found, tuple(REFERENCES)
    )


def _validation() -> dict[str, Command]:
    """Once the command exists."""
    if "validate-plan" not in told((EXPCOMP, "--help")):
        return {}
    return {
        "validate-plan": (EXPCOMP, "validate-plan", str(PLAN)),
        "validate-plan --no-examples": (EXPCOMP, "validate-plan", "--no-examples", str(PLAN)),
    }
