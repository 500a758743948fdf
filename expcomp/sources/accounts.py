"""Accounts: references to them by id, by the CRM's id or by a name that only one has; and accounts nobody exported."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.exact import Ints
from expcomp.sources.book import Needs
from expcomp.sources.complaints import Complaints, joined_by_name, quote
from expcomp.sources.draft import Draft
from expcomp.sources.tables import Kind
from expcomp.sources.typed import blank_column
from expcomp.sources.words import same
from expcomp.texts import LARGE, all_blank, arrow_text, encoded, look_up, strangers

DERIVED = Code("D432", "accounts-derived")
CRM_ID_REPEATED = Code("D407", "crm-id-repeated")
BY_NAME = Code("D435", "accounts-joined-by-name")

Groups = dict[str, tuple[str, ...]]


class AccountDirectory:
    """Which account each crm_id and name stands for; several accounts of one name are an ambiguity."""

    def __init__(self, accounts: Draft) -> None:
        self.frame = accounts.frame
        self.ids = arrow_text(self.frame["account_id"])

    @cached_property
    def by_crm(self) -> Groups:
        return _grouped(self.frame["crm_id"], self.frame["account_id"])

    @cached_property
    def by_name(self) -> Groups:
        return _grouped(map(same, self.frame["name"]), self.frame["account_id"])

    def find(self, text: str) -> tuple[str, str]:
        """The account that a text which is no account_id means, and how it was found; blank when it means none."""
        if not text:
            return "", ""
        if text in self.by_crm:
            return self.by_crm[text][0], "crm_id"
        named = self.by_name.get(same(text), ())
        return (named[0], "name") if len(named) == 1 else ("", "")

    def help(self, text: str) -> str:
        """Why a name did not do."""
        named = self.by_name.get(same(text), ())
        return f"{' and '.join(map(quote, named))} have this name: use the id" if named else ""

    @cached_property
    def known(self) -> list[str]:
        """Every text that an account may be written as, for the nearest of them."""
        return [text for text in (*self.frame["account_id"], *self.frame["name"]) if text]


def _grouped(texts: Iterable[str], ids: Iterable[str]) -> Groups:
    groups: Groups = {}
    for text, account in zip(texts, ids, strict=True):
        if text and account not in groups.get(text, ()):
            groups[text] = (*groups.get(text, ()), account)
    return groups


def resolve_accounts(draft: Draft, directory: AccountDirectory) -> None:
    """References by crm_id or by name become account ids; an account_id always wins. What means no one account stays
    as it is: `refer` tells about it."""
    for name in draft.of_kind(Kind.ACCOUNT):
        if all_blank(draft.frame[name]):
            continue
        rows = strangers(draft.frame[name], directory.ids)
        if len(rows):
            _resolve(draft, name, draft.texts(name), rows, directory)
        else:
            draft.known.add(name)


def _resolve(draft: Draft, name: str, texts: pa.Array, rows: Ints, directory: AccountDirectory) -> None:
    distinct, codes = encoded(texts.take(pa.array(rows)))
    found = [directory.find(text) for text in distinct]
    meant = np.array([bool(account) for account, _ in found], np.bool_)[codes]
    by_name = np.array([how == "name" for _, how in found], np.bool_)
    if by_name.any():
        names = [text for text, named in zip(distinct, by_name.tolist(), strict=True) if named]
        message = f"{draft.table.name}.{name}: {joined_by_name(names, 'account', 'accounts', 'account')}"
        place = draft.where(name, draft.first_in_file(rows[by_name[codes]]))
        draft.complaints.note(BY_NAME, place, message, "an id column is safer")
    if meant.any():
        column = draft.frame[name].to_numpy(dtype=object).copy()
        column[rows[meant]] = np.array([account for account, _ in found], dtype=object)[codes[meant]]
        draft.frame[name] = pd.Series(column, dtype="str")


def check_crm_ids(accounts: Draft) -> None:
    """A crm_id stands for one account only, and is not another account's account_id."""
    sound = np.flatnonzero(~accounts.bad)
    ids, crm = accounts.frame["account_id"].iloc[sound], accounts.frame["crm_id"].iloc[sound]
    if all_blank(crm):
        return
    other = look_up(crm, ids)
    repeated = (crm.duplicated(keep=False) & (crm != "")).to_numpy()
    wrong = sound[repeated | ((other >= 0) & (other != np.arange(len(crm))))]
    if len(wrong):
        accounts.tell(CRM_ID_REPEATED, "crm_id", wrong, "stands for two accounts", "correct one of them")
        refused = np.zeros(len(accounts), np.bool_)
        refused[wrong] = True
        accounts.refuse(refused)


def derive_accounts(drafts: dict[str, Draft], complaints: Complaints, needs: Needs) -> pd.DataFrame:
    """Accounts known only from the ids other tables name; they have no attributes."""
    ids = [draft.texts(name) for draft in drafts.values() for name in draft.of_kind(Kind.ACCOUNT) if len(draft)]
    unique = pc.unique(pa.chunked_array(ids, LARGE))
    unique = unique.filter(pc.not_equal(unique, ""))
    unique = unique.take(pc.sort_indices(unique))
    if len(unique):
        message = f"no file gives accounts: {len(unique):,} derived from the ids in other files, no attributes"
        complaints.note(DERIVED, None, message, "export the accounts to use their segment, health, value or holders")
    columns = {wanted.name: blank_column(wanted.kind, len(unique)) for wanted in needs.fields_of("accounts")}
    columns["account_id"] = pd.array(unique.to_pylist(), dtype="str")
    columns["input_file"] = pd.Categorical([""] * len(unique), categories=[""])
    columns["input_row"] = np.zeros(len(unique), np.int64)
    return pd.DataFrame(columns)
