"""`--payee`, `--role` and `--segment`: who is shown. They narrow the view, never the calculation."""

from collections.abc import Sequence

from expcomp.diagnostics import Code, Refused
from expcomp.pay.sheet import Sheet
from expcomp.suggest import did_you_mean

NOBODY = Code("C304", "nobody-to-show")


def narrowed(
    sheet: Sheet, payees: Sequence[str] | None, roles: Sequence[str] | None, segments: Sequence[str] | None
) -> Sheet:
    """The same sheet with the lines, payees and waiting tranches of those asked for."""
    if not (payees or roles or segments):
        return sheet
    people = sheet.book["payees"]
    wanted = set(people["payee_id"])
    for column, values in (("payee_id", payees), ("role", roles), ("segment", segments)):
        if not values:
            continue
        known = {str(value).casefold() for value in people[column]}
        for value in values:
            if value.casefold() not in known:
                help_ = did_you_mean(value, people[column].unique())
                raise Refused(NOBODY.at(None, f'no payee has the {column} "{value}"', help_))
        folded = {value.casefold() for value in values}
        wanted &= set(people.loc[people[column].str.casefold().isin(folded), "payee_id"])
    return sheet.showing(frozenset(wanted))
