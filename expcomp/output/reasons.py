"""The closed list of reasons in words: what a reason means, and what would have to be true."""

WORDS: dict[str, tuple[str, str]] = {
    "not_won": (
        "the deal is not won",
        "it would have to stand in a won stage of the export, with a close date by the day the sheet looks at",
    ),
    "not_covered": (
        "the plan does not pay this kind of deal",
        "its motion would have to be of a family that the plan covers",
    ),
    "outside_plan": (
        "no plan takes the deal",
        "its close date and its facts would have to fit a plan's  effective  and  applies",
    ),
    "no_tier": (
        "no tier of the plan fits the deal",
        "the conditions of a tier would have to hold on the close date",
    ),
    "role_vacant": (
        "nobody holds the role on the close date",
        "the export would have to name a holder",
    ),
    "no_signal": (
        "no signal is linked to the deal",
        "a signal would have to name the deal, or the deal a signal",
    ),
    "signal_unqualified": (
        "the signal lacks the marks that qualify it, or was withdrawn",
        "it would have to carry as many marks as the plan asks for",
    ),
    "signal_late": (
        "the signal was routed after the deal, or never",
        "it would have to be routed before the deal closed or was created, as the plan asks",
    ),
    "signal_expired": (
        "the signal was routed too long before the close date",
        "it would have to be routed within the plan's lookback",
    ),
    "pending": (
        "a milestone is not reached yet",
        "the milestone would have to be reached",
    ),
    "lapsed": (
        "the milestone was reached after its last day",
        "it would have to be reached by its last day",
    ),
    "held": (
        "a guardrail holds the pay back",
        "a later row of usage or health would have to show that the guardrail no longer holds",
    ),
    "zeroed": (
        "a guardrail pays nothing for the deal, or it is worth nothing",
        "the guardrail's condition would have to be false on the close date",
    ),
    "lost": (
        "the customer left or shrank",
        "the value would have to be still there when the milestone was reached, or past the clawback's end",
    ),
    "forfeited": (
        "the milestone was reached after the payee's last day",
        "it would have to be reached while the payee was employed",
    ),
    "capped": ("a cap is used up", "there would have to be room under the cap"),
    "budget_exhausted": ("the budget was spent on earlier deals", "the budget would have to reach this deal"),
    "gate_failed": ("the gate of the bonus was not met", "the gate's metric would have to reach its floor"),
    "below_curve": ("the metric lies below the curve", "the metric would have to reach the curve's first point"),
    "insufficient_base": ("there are too few accounts to measure", "more accounts would have to be held"),
    "payee_inactive": (
        "the holder of the role had left by the close date",
        "the export would have to name a holder who was employed on the close date",
    ),
}


def meaning(reason: str) -> str:
    return WORDS[reason][0]


def needed(reason: str) -> str:
    """What would have to be true for it to pay."""
    return WORDS[reason][1]
