"""The colours of heat maps: of a terminal and of a spreadsheet, told apart without red and green."""

from fractions import Fraction

from expcomp.output.table import Scale

Step = tuple[int, str, str]
"""Below so many percent: the letters and the ground."""

DIVERGING: tuple[Step, ...] = (
    (80, "#ffffff", "#b2182b"),
    (90, "#000000", "#ef8a62"),
    (98, "#000000", "#fddbc7"),
    (102, "#000000", "#f7f7f7"),
    (110, "#000000", "#d1e5f0"),
    (125, "#000000", "#67a9cf"),
    (10**9, "#ffffff", "#2166ac"),
)
SEQUENTIAL: tuple[Step, ...] = (
    (50, "#ffffff", "#a63603"),
    (70, "#000000", "#e6550d"),
    (80, "#000000", "#fd8d3c"),
    (90, "#000000", "#fdbe85"),
    (97, "#000000", "#feedde"),
    (10**9, "#000000", "#f7f7f7"),
)
"""ColorBrewer RdBu and Oranges, for people who do not see red from green: what is lost is what stands out."""

STEPS = {Scale.DIVERGING: DIVERGING, Scale.SEQUENTIAL: SEQUENTIAL}


def colour(value: Fraction, scale: Scale) -> str:
    """The style of a rate's cell on a terminal."""
    letters, ground = next((letters, ground) for below, letters, ground in STEPS[scale] if value * 100 < below)
    return f"{letters} on {ground}"
