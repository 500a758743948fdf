"""The arithmetic behind the pay of a deal or a payee, read from the columns of the calculation."""

from collections.abc import Iterable
from difflib import get_close_matches

from expcomp.diagnostics import Code, Refused
from expcomp.output.deal_story import tell_deal
from expcomp.output.payee_story import tell_payee
from expcomp.pay.sheet import Sheet

UNKNOWN = Code("C306", "nothing-of-that-id")


def explain_any(sheet: Sheet, what: str) -> str:
    """A deal, else a payee of that id. Raises `Refused` with the nearest ids for one that is neither."""
    if what in _deals(sheet):
        return explain_deal(sheet, what)
    if what in _payees(sheet):
        return explain_payee(sheet, what)
    raise _unknown("deal and no payee", what, _deals(sheet) | _payees(sheet))


def explain_deal(sheet: Sheet, deal_id: str) -> str:
    if deal_id not in _deals(sheet):
        raise _unknown("deal", deal_id, _deals(sheet))
    return tell_deal(sheet, deal_id)


def explain_payee(sheet: Sheet, payee_id: str) -> str:
    if payee_id not in _payees(sheet):
        raise _unknown("payee", payee_id, _payees(sheet))
    return tell_payee(sheet, payee_id)


def _deals(sheet: Sheet) -> set[str]:
    """Of the exports, and posted ones that an export no longer holds."""
    return set(sheet.book["deals"]["deal_id"]) | set(sheet.postings["deal_id"]) - {""}


def _payees(sheet: Sheet) -> set[str]:
    return set(sheet.book["payees"]["payee_id"]) | set(sheet.payees["payee_id"])


def _unknown(kind: str, what: str, ids: Iterable[str]) -> Refused:
    near = _nearest(what, ids)
    help_ = f"did you mean {', '.join(near)}?" if near else "ids are written as  payout --lines  prints them"
    return Refused(UNKNOWN.at(None, f'there is no {kind} "{what}"', help_))


def _nearest(what: str, ids: Iterable[str]) -> list[str]:
    """Ids that begin alike (a short Salesforce id is the beginning of the long one), else similar ones."""
    folded = what.casefold()
    known = sorted(ids)
    alike = [id_ for id_ in known if id_.casefold().startswith(folded)]
    if alike:
        return alike[:3]
    start = [id_ for id_ in known if id_[:1].casefold() == folded[:1]]
    return get_close_matches(what, start[:20_000], n=3, cutoff=0.6)
