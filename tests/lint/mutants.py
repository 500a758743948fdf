"""Plans with one to three random changes: what `validate-plan` accepts, `payout` pays by, and the other way round.

python -m lint.mutants 3000 [SEED]      (in tests/) looks at so many and prints the first that differ
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from expcomp.commands.make import make_sheet
from expcomp.diagnostics import Refused, Severity

from .checking import report

ROOT = Path(__file__).parents[2]
PLANS = [path.read_text("utf-8") for path in sorted((ROOT / "plans").rglob("*.yaml"))]

DATA = {
    "payees": "payee_id,role,manager_id,target_variable\nana,ae,mia,120000\ncam,csm,mia,40000\nmia,manager,,\n"
    "pat,partner,,\n",
    "accounts": "account_id,csm,segment,acv,health\nA1,cam,smb,80000,green\nA2,cam,enterprise,400000,red\n",
    "deals": "deal_id,account_id,motion,acv,close_date,won,owner,partner,partner_role,self_serve,product\n"
    "D1,A1,adjacent,40000,2027-02-10,true,ana,,,false,core\n"
    "D2,A1,tier,8000,2027-02-20,true,ana,,,false,core\n"
    "D3,A2,capacity,120000,2027-03-01,true,ana,pat,sourced,false,core\n"
    "D4,A2,usage,3000,2027-03-09,true,ana,,,true,core\n",
    "signals": "signal_id,account_id,identified_at,routed_at,logged_by,deal_id,"
    "budget,named_buyer,timeline,product_fit\n"
    "S1,A1,2027-01-10T10:00:00Z,2027-01-20T10:00:00Z,cam,D1,true,true,true,true\n",
    "quotas": "payee_id,period,amount\nana,2027Q1,150000\nana,2027Q2,150000\nana,2027Q3,150000\nana,2027Q4,150000\n"
    "cam,2027,300000\n",
    "usage": "account_id,date,seats_purchased,seats_active\nA1,2027-01-02,100,85\nA2,2027-01-02,100,30\n",
    "events": "account_id,date,event,amount\nA1,2027-03-20,contraction,5000\n",
    "receipts": "deal_id,date,collected,invoiced\nD3,2027-03-05,60000,120000\n",
    "team": "deal_id,payee,role\nD3,mia,Solution Engineer\n",
}

KEY = re.compile(r"[A-Za-z_.]+(?=:)")
NUMBER = re.compile(r"\d[\d_]*(?:\.\d+)?")
WORD = re.compile(r"(?<=[:\[,{] )[A-Za-z_.]+")
NUMBERS = ("0", "1", "5", "012", "1e3", "99.99999", "-1", "100", "1000000000000", "99999", "0.5", "12:30", "NO")


@dataclass(frozen=True)
class Verdict:
    """Exit codes of both commands (4: the plan is refused); "crash" for an exception that nobody expected."""

    validate: int | str
    payout: int | str

    @property
    def agree(self) -> bool:
        return "crash" not in str(self) and (self.validate == 4) == (self.payout == 4)


def mutated(dice: random.Random) -> str:
    text = dice.choice(PLANS)
    for _ in range(dice.randint(1, 3)):
        text = dice.choice((_line, _line, _key, _key, _number, _number, _word))(dice, text)
    return text


def _line(dice: random.Random, text: str) -> str:
    """A line deleted, doubled, moved or indented otherwise."""
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(dice.randrange(len(lines)), lines.pop(at))
        case _:
            lines[at] = lines[at].removeprefix("  ") if dice.random() < 0.5 else "  " + lines[at]
    return "\n".join(lines)


def _key(dice: random.Random, text: str) -> str:
    keys = list(KEY.finditer(text))
    other = dice.choice(keys)[0] if dice.random() < 0.7 else dice.choice(keys)[0] + "s"
    return _put(text, dice.choice(keys), other)


def _number(dice: random.Random, text: str) -> str:
    numbers = list(NUMBER.finditer(text))
    return _put(text, dice.choice(numbers), dice.choice((dice.choice(NUMBERS), dice.choice(numbers)[0])))


def _word(dice: random.Random, text: str) -> str:
    words = list(WORD.finditer(text))
    return _put(text, dice.choice(words), dice.choice(words)[0])


def _put(text: str, found: re.Match[str], new: str) -> str:
    return text[: found.start()] + new + text[found.end() :]


def project_in(folder: Path) -> Path:
    (folder / "plans").mkdir()
    (folder / "expcomp.yaml").write_text("data: data\n")
    (folder / "data").mkdir()
    for table, rows in DATA.items():
        (folder / "data" / f"{table}.csv").write_text(rows)
    return folder


def judge(project: Path, text: str) -> Verdict:
    (project / "plans" / "plan.yaml").write_text(text, encoding="utf-8")
    return Verdict(_code(lambda: _validated(project)), _code(lambda: make_sheet(project, "2027Q1", None, None, None)))


def _validated(project: Path) -> None:
    """Examples left out: payout does not run them."""
    found = [f for f in report(project=project, examples=False).findings if f.severity is Severity.ERROR]
    if found:
        raise Refused(found)


def _code(run: Callable[[], object]) -> int | str:
    try:
        run()
    except Refused as refused:
        return refused.exit_code
    except OverflowError:
        return 3
    except Exception as error:  # a traceback is what is looked for
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
        return f"crash {type(error).__name__} {error} {where}"
    return 0


def judged(rounds: int, seed: int) -> Iterator[tuple[int, str, Verdict]]:
    """Every round: its seed, the plan, the verdict."""
    with tempfile.TemporaryDirectory() as folder:
        project = project_in(Path(folder))
        for number in range(seed, seed + rounds):
            text = mutated(random.Random(number))
            yield number, text, judge(project, text)


if __name__ == "__main__":
    seen: Counter[str] = Counter()
    for number, text, verdict in judged(int(sys.argv[1]), int([*sys.argv, "0"][2])):
        seen[f"validate {verdict.validate}, payout {verdict.payout}"] += 1
        if not verdict.agree and seen[str(verdict)] < 1:
            seen[str(verdict)] += 1
            sys.stdout.write(f"seed {number}: {verdict}\n{text}\n")
    sys.stdout.write(f"{seen}\n")
