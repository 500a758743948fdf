"""People: every reference becomes a payee_id, by id or e-mail, else by a name that only one payee has."""

from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np

from expcomp.diagnostics import Code, Severity
from expcomp.exact import Ints
from expcomp.sources.complaints import counted, joined_by_name, quote, some_of
from expcomp.sources.draft import Draft
from expcomp.sources.tables import Kind, singular
from expcomp.sources.words import nearest_help, same
from expcomp.texts import all_blank, coded_text, encoded

PERSON_UNKNOWN = Code("D402", "person-unknown")
PERSON_AMBIGUOUS = Code("D403", "person-ambiguous")
BY_NAME = Code("D430", "people-joined-by-name")

Groups = dict[str, tuple[str, ...]]

ID_FIELDS = ("payee_id", "crm_id", "cs_id", "payroll_id")


class Directory:
    """Who each id, e-mail (without case) and name stands for; several payees are an ambiguity.

    E-mails and names are gone through only when a reference is no id.
    """

    def __init__(self, payees: Draft) -> None:
        self.frame = payees.frame
        self.ids: list[str] = self.frame["payee_id"].tolist()
        self.own = frozenset(("", *self.ids))

    @cached_property
    def by_id(self) -> Groups:
        groups: Groups = {}
        for name in ID_FIELDS[1:]:
            if not all_blank(self.frame[name]):
                self._group(groups, self.frame[name].tolist())
        groups.update((payee, (payee,)) for payee in self.ids if payee)
        return groups

    @cached_property
    def by_email(self) -> Groups:
        return self._group({}, map(str.casefold, self.frame["email"].tolist()))

    @cached_property
    def by_name(self) -> Groups:
        return self._group({}, map(same, self.frame["name"].tolist()))

    def _group(self, groups: Groups, texts: Iterable[str]) -> Groups:
        """The groups, with who each text stands for added."""
        for text, payee in zip(texts, self.ids, strict=True):
            if text:
                others = groups.get(text, ())
                groups[text] = tuple(sorted({*others, payee})) if others else (payee,)
        return groups

    def all_are_ids(self, texts: Iterable[str]) -> bool:
        """Whether each is blank or a payee_id, which nothing overrides."""
        return self.own.issuperset(texts)

    def find(self, text: str) -> tuple[tuple[str, ...], str]:
        """The payees the text may mean, and how they were found. An exact payee_id always means its payee."""
        if text in self.by_id:
            return self.by_id[text], "id"
        if "@" in text:
            return self.by_email.get(text.casefold(), ()), "e-mail"
        return self.by_name.get(same(text), ()), "name"

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every text that a person may be written as, for the nearest of them."""
        columns = (self.ids, self.frame["name"].tolist(), self.frame["email"].tolist())
        return tuple(dict.fromkeys(text for column in columns for text in column if text))


def resolve_people(draft: Draft, directory: Directory, unread: Collection[str]) -> None:
    """Turn each PERSON column into payee ids. Unknown people are errors, except on deals that are not won and in
    columns that nobody is paid by (`unread`)."""
    for name in draft.of_kind(Kind.PERSON):
        if not all_blank(draft.frame[name]):
            _resolve(draft, name, directory, matters=f"{draft.table.name}.{name}" not in unread)


def _resolve(draft: Draft, name: str, directory: Directory, *, matters: bool) -> None:
    texts, codes = encoded(draft.frame[name])
    if directory.all_are_ids(texts):
        return
    found, by_name, strangers, refused = [], list[int](), list[int](), np.zeros(len(draft), np.bool_)
    for code, text in enumerate(texts):
        payees, how = directory.find(text) if text else ((), "")
        found.append(payees[0] if len(payees) == 1 else "")
        if text and len(payees) != 1 and not matters:
            strangers.append(code)
        elif text and len(payees) != 1:
            rows = np.flatnonzero(codes == code)
            refused[_tell(draft, name, text, rows, directory)] = True
        elif how == "name":
            by_name.append(code)
    if by_name:
        _note_names(draft, name, [texts[code] for code in by_name], np.flatnonzero(np.isin(codes, by_name)))
    if strangers:
        _note_strangers(draft, name, [texts[code] for code in strangers], np.flatnonzero(np.isin(codes, strangers)))
    if found != texts:
        draft.frame[name] = coded_text(found, codes)
    draft.refuse(refused)


def _tell(draft: Draft, name: str, text: str, rows: Ints, directory: Directory) -> Ints:
    """Tell about a text that is not one payee; returns the positions that are refused for it."""
    payees, _ = directory.find(text)
    matters = rows
    if draft.table.name == "deals":
        won = draft.frame["won"].fillna(False).to_numpy(dtype=np.bool_)
        matters = rows[won[rows]]
    if payees:
        message, help = (
            "may mean " + " or ".join(map(quote, payees)),
            "use an id or e-mail that only one payee has",
        )
    else:
        message, help = (
            "is no payee",
            nearest_help(text, directory.known)
            or "add them to payees, with an end_date if they left, or correct the name",
        )
    code = PERSON_AMBIGUOUS if payees else PERSON_UNKNOWN
    if len(matters):
        draft.tell(code, name, matters, message, help)
    else:
        draft.tell(
            code,
            name,
            rows,
            f"{message}; no won deal is concerned, the field stays blank",
            help,
            severity=Severity.NOTE,
        )
    return matters


def _note_strangers(draft: Draft, name: str, texts: list[str], rows: Ints) -> None:
    """People in a column that pays nobody."""
    told = f"{counted(texts, 'person is no payee', 'people are no payees')}: {some_of(texts)}"
    message = f"{draft.table.name}.{name}: {told}; no role of a plan is found by this column, which stays blank there"
    help = f"to pay whom it names, write under  roles:  in the plan  {{from: {singular(draft.table.name)}.{name}}}"
    draft.complaints.note(PERSON_UNKNOWN, draft.where(name, draft.first_in_file(rows)), message, help)


def _note_names(draft: Draft, name: str, texts: list[str], rows: Ints) -> None:
    place = draft.where(name, draft.first_in_file(rows))
    message = f"{draft.table.name}.{name}: {joined_by_name(texts, 'person', 'people', 'payee')}"
    draft.complaints.note(BY_NAME, place, message, "an id or e-mail column is safer")
