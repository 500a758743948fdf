"""The types of a subscription's lines, which say whether a line recurs."""

USAGE = ("usage", "metered", "consumption", "overage")
"""Line types of a subscription that recur by what was used."""

ONE_OFF = (
    "one_time", "one_off", "non_recurring", "nonrecurring", "services", "professional_services", "setup", "setup_fee",
    "implementation", "onboarding", "training", "hardware",
)  # fmt: skip
"""Line types that are not recurring value."""

ESCALATOR = "escalator"
"""The line type, or kind, of a price rise that a contract agreed on."""

TOLD_FIRST = ("recurring", "usage", "one_time", "subscription", "license", "support", "add_on", "services")

LINE_TYPES = tuple(dict.fromkeys((
    *TOLD_FIRST, "subscriptions", "licence", "licenses", "licences", "seat", "seats", "platform", "product", "module",
    "maintenance", "saas", "base", "addon", "discount", "credit", ESCALATOR, *USAGE, *ONE_OFF,
)))  # fmt: skip
"""Every known one, in the spelling that is stored; a line of none recurs, and so do all but those above."""
