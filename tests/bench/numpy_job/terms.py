"""The plan, as its only reader would put it into constants; rule numbers are lines of plan.yaml."""

import numpy as np

SINCE = 20_726
"""2026-09-30, the day before the quarter, in days since 1970."""
AS_OF = 20_818
YEAR_START = 20_454
DAYS = 365
QUARTERS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
QUARTER_STARTS = np.array([20_454, 20_544, 20_635, 20_727])
ZONE = "America/New_York"

UPSELL, CROSS_SELL, USAGE, MULTI_YEAR, RENEWAL, NEW_LOGO = range(6)
FAMILY = {
    "tier": UPSELL, "feature": UPSELL, "capacity": UPSELL, "adjacent": CROSS_SELL, "complementary": CROSS_SELL,
    "platform": CROSS_SELL, "usage": USAGE, "multi_year": MULTI_YEAR, "renewal": RENEWAL, "new_logo": NEW_LOGO,
}  # fmt: skip
"""New logos fill quotas and are not paid."""

TIERS = ("Enterprise", "Mid-market", "Velocity")
TIER_RULES = np.array([20, 23, 27])
ENTERPRISE, MID_MARKET, VELOCITY = range(3)
ENTERPRISE_FROM, MID_MARKET_FROM = 150_000_00, 40_000_00

AE, CSM, MANAGER, SIGNAL, OVERRIDE = range(5)
COMPONENTS = ("credit:ae", "credit:csm", "credit:manager", "overlay:signal credit", "overlay:team override")
COMPONENT_ROLES = ("ae", "csm", "manager", "signaler", "manager")
SHARES = np.array([[[60, 30, 10], [70, 30, 0], [45, 55, 0]], [[60, 30, 10], [35, 65, 0], [45, 55, 0]]])
"""Percent of a deal by renewal or not, tier and role."""

RATE_UNIT = 10_000
RATES = np.array([[825, 1000, 825, 825, 275, 825], [450, 450, 300, 450, 450, 450], [125] * 6])
"""By role and family."""
RULES = np.array([[46, 44, 46, 46, 45, 46], [48, 48, 47, 48, 48, 48], [49] * 6, [31] * 6, [37] * 6])
"""By component and family."""
RATE_TEXTS = [f"{rate / 100:.2f}".rstrip("0").rstrip(".") + "%" for rate in range(RATES.max() + 1)]
SIGNAL_SHARE, OVERRIDE_SHARE = 25, 4

Bands = tuple[tuple[int, ...], tuple[int, ...]]
"""Edges in percent of the quota, and multipliers."""
AE_BANDS: Bands = ((100, 125), (10_000, 15_000, 20_000))
CSM_BANDS: Bands = ((80, 110), (7_500, 10_000, 16_000))
FACTORS = (("1", "0.75", "0"), ("1.5", "1", "0"), ("2", "1.6", "0"))
"""The multipliers of each band as they are told, for account executives, CSMs and everybody else."""
MULTIPLIER_UNIT = 10_000

LOOKBACK = 150
MARKS = ("budget", "named_buyer", "timeline", "product_fit")
MARKS_NEEDED = 3

ADOPTION, STANDARD = range(2)
SCHEDULE_RULES = np.array([70, 76])
MILESTONES = ("booking", "go live", "settled", "booking", "activation", "retention")
MILESTONE_RANK = np.array([[1, 2, 4], [1, 0, 3]])
"""Milestones in the order of their names."""
SHARE_TEXTS = ("40%", "35%", "25%", "30%", "50%", "20%")
CUMULATIVE = np.array([[0, 40, 75, 100], [0, 30, 80, 100]])
"""Percent paid before the first milestone, by the first, by the second, by the third."""
WITHIN = np.array([120, 180])
"""Days from close to the last on which the second milestone counts."""
SETTLED_AFTER_DAYS, RETAINED_AFTER_MONTHS = 90, 6
ACTIVE_FROM = 80

TIMED, EARNED = 1, 2
"""The second milestone of either schedule has a last day; the third is never taken back."""
CHURN_IN_FULL, TAKEN_BACK_FOR = 90, 365
EARLY_CHURN_RULE, CHURN_RULE, CONTRACTION_RULE = 86, 87, 88

OF_METRICS = (
    "metric", "scope", "window", "numerator", "denominator", "base_accounts", "gates", "curve_share", "of_target",
    "days_paid", "year_to_date",
)  # fmt: skip
"""Columns that only bonuses and modifiers fill."""

REASONS = ("commission", "milestone", "clawback")
COMMISSION, MILESTONE, CLAWBACK = range(len(REASONS))
