"""`validate-plan` accepts exactly what `payout` pays by. A longer run: `python -m lint.mutants 3000` in tests/."""

from .mutants import judged

ROUNDS = 150


def test_validate_plan_accepts_exactly_what_payout_accepts() -> None:
    verdicts = {(number, verdict) for number, _, verdict in judged(ROUNDS, seed=0)}
    assert [f"seed {number}: {verdict}" for number, verdict in verdicts if not verdict.agree] == []
    accepted = sum(verdict.payout != 4 for _, verdict in verdicts)
    assert ROUNDS / 10 < accepted < ROUNDS * 9 / 10
