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
    (50, "#000000", "#f7fbff"),
    (70, "#000000", "#deebf7"),
    (80, "#000000", "#c6dbef"),
    (90, "#000000", "#9ecae1"),
    (97, "#000000", "#6baed6"),
    (10**9, "#ffffff", "#2171b5"),
)
"""ColorBrewer RdBu and Blues, for people who do not see red from green."""

STEPS = {Scale.DIVERGING: DIVERGING, Scale.SEQUENTIAL: SEQUENTIAL}


def colour(value: Fraction, scale: Scale) -> str:
    """The style of a rate's cell on a terminal."""
    letters, ground = next((letters, ground) for below, letters, ground in STEPS[scale] if value * 100 < below)
    return f"{letters} on {ground}"
