"""Accounts: references to them by either id, and accounts nobody exported."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.sources.book import Needs
from expcomp.sources.complaints import Complaints
from expcomp.sources.draft import Draft
from expcomp.sources.tables import Kind
from expcomp.sources.typed import blank_column
from expcomp.texts import LARGE, all_blank, look_up

DERIVED = Code("D432", "accounts-derived")
CRM_ID_REPEATED = Code("D407", "crm-id-repeated")


def resolve_accounts(draft: Draft, accounts: Draft) -> None:
    """References by crm_id become account ids; an account_id always wins over a crm_id. An id that stands for two
    accounts, which is told elsewhere, means the first."""
    with_crm = _first_of_each(accounts.frame, "crm_id")
    if with_crm.empty:
        return
    with_id = _first_of_each(accounts.frame, "account_id")
    for name in draft.of_kind(Kind.ACCOUNT):
        texts = draft.frame[name]
        if all_blank(texts):
            continue
        by_crm = look_up(texts, with_crm["crm_id"])
        direct = look_up(texts, with_id["account_id"])
        use = (by_crm >= 0) & (direct < 0)
        if use.any():
            ids = with_crm["account_id"].to_numpy(dtype=object)[np.maximum(by_crm, 0)]
            draft.frame[name] = texts.mask(use, pd.Series(ids, dtype="str"))


def _first_of_each(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[((frame[name] != "") & ~frame[name].duplicated()).to_numpy()]


def check_crm_ids(accounts: Draft) -> None:
    """A crm_id stands for one account only, and is not another account's account_id."""
    ids, crm = accounts.frame["account_id"], accounts.frame["crm_id"]
    if all_blank(crm):
        return
    repeated = (crm.duplicated(keep=False) & (crm != "")).to_numpy()
    wrong = repeated | (crm.isin(ids) & (crm != ids) & (crm != "")).to_numpy()
    if wrong.any():
        message = "stands for two accounts"
        accounts.tell(CRM_ID_REPEATED, "crm_id", np.flatnonzero(wrong), message, "correct one of them")
        accounts.refuse(wrong)


def derive_accounts(drafts: dict[str, Draft], complaints: Complaints, needs: Needs) -> pd.DataFrame:
    """Accounts known only from the ids other tables name; they have no attributes."""
    ids: list[pa.ChunkedArray] = []
    for draft in drafts.values():
        ids += [draft.texts(name) for name in draft.of_kind(Kind.ACCOUNT) if len(draft)]
    found = pa.chunked_array([chunk for column in ids for chunk in column.chunks], LARGE)
    unique = pc.unique(found)
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
