"""`--payee`, `--role`, `--segment` and their like: who is shown. They narrow the view, never the calculation."""

from collections.abc import Sequence

import pandas as pd

from expcomp.diagnostics import Code, Refused
from expcomp.pay.sheet_view import SheetView
from expcomp.suggest import did_you_mean

NOBODY = Code("C304", "nobody-to-show")


def narrowed(
    sheet: SheetView, payees: Sequence[str] | None, roles: Sequence[str] | None, segments: Sequence[str] | None
) -> SheetView:
    """The same sheet with the lines, payees and waiting tranches of those asked for."""
    if not (payees or roles or segments):
        return sheet
    people = sheet.book["payees"]
    wanted = set(people["payee_id"])
    for column, values in (("payee_id", payees), ("role", roles), ("segment", segments)):
        if not values:
            continue
        found = known(values, people[column], f"no payee has the {column}")
        wanted &= set(people.loc[people[column].isin(found), "payee_id"])
    return sheet.showing(frozenset(wanted))


def known(values: Sequence[str] | None, column: pd.Series, otherwise: str) -> list[str]:
    """The texts of a column that equal a value but for case. Raises `Refused` (C304) for a value that none does."""
    by_folded: dict[str, list[str]] = {}
    for text in column.unique():
        by_folded.setdefault(str(text).casefold(), []).append(str(text))
    for value in values or ():
        if value.casefold() not in by_folded:
            help_ = did_you_mean(value, column.unique())
            raise Refused(NOBODY.at(None, f'{otherwise} "{value}"', help_))
    return [text for value in values or () for text in by_folded[value.casefold()]]
