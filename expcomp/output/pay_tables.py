"""What each payee is paid and how it came about: kinds of pay, gross, what is taken back, paid."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from expcomp.output.table import Column, Table, amounts, texts
from expcomp.pay.netting import PAYEE
from expcomp.pay.sheet_view import SheetView

KINDS = ("credit", "cap", "overlay", "spiff", "bonus", "modifier", "manual")
ADJUSTMENTS, DEDUCTIONS = "adjustments", "deductions"
NETTED = ("gross", "clawback", "brought_forward", "recovered", "paid", "carried_forward", "written_off")


def people(sheet: SheetView) -> pd.DataFrame:
    """name and role by payee_id."""
    return sheet.book["payees"].set_index("payee_id")[["name", "role"]].fillna("").astype(object)


def named(sheet: SheetView, payee_ids: pd.Series) -> pd.DataFrame:
    """name and role of these payees, row by row; "" for one the exports no longer hold."""
    return people(sheet).reindex(payee_ids.to_numpy(object)).fillna("").reset_index(drop=True)


def netted(sheet: SheetView) -> pd.DataFrame:
    """One row per payee and currency: the amounts of netting.py (`*_minor`), added up over the pay periods."""
    columns = [f"{name}_minor" for name in NETTED]
    return sheet.payees.groupby(PAYEE, sort=True, as_index=False)[columns].sum()


def by_kind(lines: pd.DataFrame, keys: Sequence[str] = PAYEE) -> pd.DataFrame:
    """Minor units by payee and currency: the lines of nets that pay, one column per kind of pay, which add up
    to gross; and negative adjustments, which with the clawbacks of deals add up to what is taken."""
    kind = lines["component"].str.partition(":")[0]
    no_deal = lines["deal_id"] == ""
    within = [
        lines["period"], lines["payee_id"], lines["currency"], lines["deal_id"],
        lines["component"].where(no_deal, ""), lines["milestone"].where(no_deal, ""),
    ]  # fmt: skip
    net = lines.groupby(within)["amount_minor"].transform("sum")
    column = np.where(net >= 0, kind.where(kind != "manual", ADJUSTMENTS), np.where(kind == "manual", DEDUCTIONS, ""))
    found = lines.assign(column=column)
    found = found[found["column"] != ""]
    return found.pivot_table("amount_minor", list(keys), "column", aggfunc="sum", fill_value=0).astype("int64")


def with_kinds(payees: pd.DataFrame, lines: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Rows of payees, by `keys`, and their columns of `by_kind`."""
    if not len(lines):
        return payees
    rows = pd.MultiIndex.from_frame(payees[list(keys)])
    return payees.reset_index(drop=True).join(by_kind(lines, keys).reindex(rows, fill_value=0).reset_index(drop=True))


def pay_table(sheet: SheetView) -> Table:
    """The sheet: one row per payee and currency, ordered by currency and payee."""
    frame = with_kinds(netted(sheet), sheet.postings, PAYEE)
    frame = frame.sort_values(["currency", "payee_id"], ignore_index=True)
    who = named(sheet, frame["payee_id"])
    keys = [texts("payee", frame["payee_id"]), texts("name", who["name"]), texts("role", who["role"])]
    if frame["currency"].nunique() > 1:
        keys.append(texts("currency", frame["currency"]))
    kinds, netting = _kinds(frame), _netting(sheet, frame)
    return Table(
        f"Pay for {sheet.period}", (*keys, *kinds, *netting), list(frame["currency"]), keys=len(keys),
        parts=_parts(keys, kinds, netting), empty="nobody is paid and nobody owes anything", notes=_notes(sheet, frame),
    )  # fmt: skip


def _parts(keys: list[Column], kinds: list[Column], netting: list[Column]) -> tuple[tuple[str, ...], ...]:
    """Who is paid what; how gross came about; how paid came about; what is paid in which pay period."""
    short = [key.name for key in keys if key.name in ("payee", "currency")]
    by_period = [column.name for column in netting if column.name.startswith("paid ")]
    names = [column.name for column in netting if column.name not in by_period]
    result = "paid" if "paid" in names else "gross"
    parts = [
        (*(key.name for key in keys), result),
        (*short, *(column.name for column in kinds), "gross"),
        (*short, *names),
    ]
    return (*parts, (*short, *by_period, "paid")) if by_period else tuple(parts)


def _kinds(frame: pd.DataFrame) -> list[Column]:
    return [amounts(name, frame[name], adds_up=True, quiet=True) for name in kinds_of(frame) if frame[name].any()]


def kinds_of(frame: pd.DataFrame) -> list[str]:
    """The columns of `by_kind` that make up gross, known kinds first."""
    known = [ADJUSTMENTS if kind == "manual" else kind for kind in KINDS]
    columns = [
        str(name) for name in frame.columns if not str(name).endswith("_minor") and name not in (DEDUCTIONS, *PAYEE)
    ]
    return sorted(columns, key=lambda name: (known.index(name) if name in known else len(known), name))


def _netting(sheet: SheetView, frame: pd.DataFrame) -> list[Column]:
    """gross to carried forward; a column that is nothing for everybody is left out, gross and paid never."""
    deductions = frame.get(DEDUCTIONS, pd.Series(0, frame.index))
    values = {
        "gross": frame["gross_minor"],
        "clawback": frame["clawback_minor"] - deductions,
        DEDUCTIONS: deductions,
        "brought forward": frame["brought_forward_minor"],
        "recovered": frame["recovered_minor"],
        **_paid_by_period(sheet, frame),
        "paid": frame["paid_minor"],
        "carried forward": frame["carried_forward_minor"],
        "written off": frame["written_off_minor"],
    }
    if sheet.is_view:
        del values["paid"]
    kept = {"gross", "clawback"} if sheet.is_view else {"gross", "clawback", "recovered", "paid", "carried forward"}
    if sheet.stands_on_posted:
        kept.add("brought forward")
    return [
        amounts(name, minor, adds_up=True, quiet=name not in ("gross", "paid"))
        for name, minor in values.items()
        if name in kept or minor.any()
    ]


def _paid_by_period(sheet: SheetView, frame: pd.DataFrame) -> dict[str, pd.Series]:
    if len(sheet.pay_periods) < 2:
        return {}
    paid = sheet.payees.pivot_table("paid_minor", PAYEE, "period", aggfunc="sum", fill_value=0).astype("int64")
    rows = paid.reindex(pd.MultiIndex.from_frame(frame[PAYEE]), fill_value=0).reset_index(drop=True)
    return {f"paid {period}": rows[str(period)] for period in sheet.pay_periods if str(period) in rows}


def full_payees(sheet: SheetView) -> pd.DataFrame:
    """One row per pay period, payee and currency, all columns under the names of the machine forms; amounts in
    minor units end in `_minor`."""
    keys = [*PAYEE, "period"]
    frame = with_kinds(sheet.payees, sheet.postings, keys).sort_values(keys, ignore_index=True)
    kinds = kinds_of(frame.drop(columns=["period", "has_left"]))
    frame = frame.rename(columns={name: f"{name}_minor" for name in kinds})
    frame[["name", "role"]] = named(sheet, frame["payee_id"])
    amounts_ = [f"{name}_minor" for name in (*kinds, *NETTED)]
    return frame[["period", "payee_id", "name", "role", "currency", *amounts_]]


def _notes(sheet: SheetView, frame: pd.DataFrame) -> tuple[str, ...]:
    if sheet.is_view:
        return (
            f"{sheet.period} is shorter than a pay period: what is recovered and paid is decided for the pay period",
        )
    taken = bool((frame["clawback_minor"] + frame["brought_forward_minor"]).any())
    rule = "gross − recovered = paid; clawback, deductions and brought forward + recovered = carried forward"
    return (rule,) if taken else ()
