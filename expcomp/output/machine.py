"""A sheet as JSON for other programs: full columns, decimal texts, sorted, the same bytes every time."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Finding
from expcomp.money import to_text
from expcomp.output.control_tables import sum_table
from expcomp.output.line_tables import shown_name, waiting_rows
from expcomp.output.pay_tables import NETTED, named, netted
from expcomp.output.rejected_table import rejected_findings
from expcomp.output.table import amounts
from expcomp.output.text import INVISIBLE, Texts, by_currency, each
from expcomp.pay.lines import LINE_COLUMNS
from expcomp.pay.sheet_view import SheetView
from expcomp.pay.trace import NAMES
from expcomp.period import to_iso
from expcomp.sources.book import Book

SCHEMA_VERSION = 1
ROW_END = ",\n  "

LINE_KEYS = (
    "payee_id", "deal_id", "component", "milestone", "on", "period_earned", "amount_minor", "currency", "reason",
    "tier", "rule", "source",
)  # fmt: skip
TRACE_KEYS = tuple(name for name in LINE_COLUMNS if name not in (*LINE_KEYS, *NAMES))


def to_json(sheet: SheetView) -> str:
    """The object of design page 8, one row of a list per line. A line's `trace` holds its further columns that
    are not blank."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "command": "payout",
        "period": str(sheet.period),
        "as_of": to_iso(sheet.as_of),
        "currency": sheet.currency,
        "status": "draft" if sheet.is_draft else "closed",
    }
    lists = {
        "payees": _payees(sheet, netted(sheet)),
        **({"pay_periods": _payees(sheet, sheet.payees)} if len(sheet.pay_periods) > 1 else {}),
        "lines": _lines(sheet.lines),
        "waiting": _waiting(sheet),
        "not_paid": _not_paid(sheet),
        "parts_not_paid": _parts_not_paid(sheet),
        "control_totals": to_records(_control_totals(sheet)),
        "findings": to_records(chain(rejected_findings(sheet.book), finding_records(sheet.notices))),
    }
    fields = [f"{_json(name)}: {_json(value)}" for name, value in head.items()]
    fields += [f"{_json(name)}: [{rows}]" for name, rows in lists.items()]
    return "{" + ",\n ".join(fields) + "}\n"


def findings_json(findings: Iterable[Finding]) -> str:
    """The objects of a list of findings."""
    return to_records(finding_records(findings))


def finding_records(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    for f in findings:
        yield {"code": f.code, "name": f.name, "severity": str(f.severity), "message": f.message,
               "place": str(f.place) if f.place else None, "help": f.help}  # fmt: skip


def _payees(sheet: SheetView, frame: pd.DataFrame) -> str:
    """Amounts by payee and currency, added up over the pay periods, or with `period` for each of them."""
    frame = frame if "period" in frame else frame.assign(period=_pay_period(sheet))
    frame = frame.sort_values(["payee_id", "currency", "period"], ignore_index=True)
    frame[["name", "role"]] = named(sheet, frame["payee_id"])
    names = ["payee_id", *(f"{name}_minor" for name in NETTED), "currency", "name", "role", "period"]
    return _objects(_fields(frame, names))


def _pay_period(sheet: SheetView) -> str:
    return str(sheet.pay_periods[0]) if len(sheet.pay_periods) == 1 else str(sheet.period)


def _lines(frame: pd.DataFrame) -> str:
    own, traced = _fields(frame, LINE_KEYS), _fields(frame, TRACE_KEYS, lead=', "trace": {', blanks=False)
    return _objects([*own, *traced], end="}}")


def _waiting(sheet: SheetView) -> str:
    names = ("payee_id", "deal_id", "component", "milestone", "amount_minor", "state", "currency")
    return _objects(_fields(waiting_rows(sheet), names))


def _not_paid(sheet: SheetView) -> str:
    frame = sheet.not_paid.sort_values("deal_id")
    return _objects(_fields(frame, ("deal_id", "reason", "value_minor", "currency")))


def _parts_not_paid(sheet: SheetView) -> str:
    """Bonuses, and parts of deals, that pay nothing; without amount where none was computed."""
    frame = sheet.unpaid_parts
    known = (frame["currency"] != "").to_numpy()
    frame = frame.assign(amount_minor=frame["amount_minor"].astype("Int64").where(known))
    return _objects(
        _fields(frame, ("deal_id", "payee_id", "component", "milestone", "reason", "amount_minor", "currency"))
    )


def _fields(frame: pd.DataFrame, names: Sequence[str], lead: str = "{", *, blanks: bool = True) -> list[Texts]:
    """`{"payee_id": "ana"` and then `, "amount": "12.00"` by row; without `blanks` nothing for a blank text."""
    fields = []
    for name in names:
        start = f"{lead}{_json(shown_name(name))}: "
        if name.endswith("_minor"):
            column = amounts(name, frame[name]).values
            fields.append(by_currency(column, frame["currency"], partial(_amount_field, start), start + "null"))
        else:
            fields.append(each(frame[name], partial(_text_field, start, blanks)))
        lead = ", "
    return fields


def _amount_field(start: str, minor: int, currency: str) -> str:
    return f'{start}"{to_text(minor, currency)}"'


def _text_field(start: str, blanks: bool, value: object) -> str:
    return f"{start}{_json(str(value))}" if blanks or value != "" else ""


def _objects(fields: Sequence[Texts], end: str = "}") -> str:
    """The fields of each row one after the other, the rows on lines of their own."""
    return _joined(fields, "", end + ROW_END).removesuffix(ROW_END)


def to_records(records: Iterable[dict[str, Any]]) -> str:
    """The objects of a list, one per line."""
    return ROW_END.join(_json(record) for record in records)


def file_totals(book: Book) -> Iterator[dict[str, Any]]:
    """Rows and money of every file: read = used + ignored + refused."""
    for file in sorted(book.files, key=lambda f: (f.path, f.table)):
        money = {
            currency: {name: to_text(minor, currency) for name, minor in sums.items()}
            for currency, sums in file.money.items()
        }
        yield {
            "of": "rows", "file": file.path, "table": file.table, "sha256": file.sha256, "read": file.rows_read,
            "used": file.rows_kept, "ignored": dict(sorted(file.dropped.items())), "refused": file.refused,
            **({"money_of": file.money_field, "money": money} if money else {}),
        }  # fmt: skip


def _control_totals(sheet: SheetView) -> Iterator[dict[str, Any]]:
    yield from file_totals(sheet.book)
    for row in sheet.deal_totals.frame.to_dict("records"):
        amount = to_text(int(row["amount_minor"]), row["currency"])
        yield {"of": "deals", "currency": row["currency"], "standing": row["standing"], "rows": int(row["rows"]),
               "value": amount}  # fmt: skip
    sums = {column.name: column.values for column in sum_table(sheet).columns}
    for at, currency in enumerate(sums.pop("currency")):
        yield {"of": "sums", "currency": currency, **{n: to_text(v[at], currency) for n, v in sums.items()}}


def json_text(value: Mapping[str, Any]) -> str:
    """An object of few rows, one key or list item per line."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return INVISIBLE.sub(lambda found: json.dumps(found[0])[1:-1] if found[0] != "\n" else "\n", text) + "\n"


def _json(value: Any) -> str:
    """Text stays as it is; what could act on a terminal is written as \\uXXXX."""
    text = json.dumps(value, ensure_ascii=False)
    return INVISIBLE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _joined(columns: Sequence[Texts], between: str, end: str) -> str:
    """Row by row the texts of all columns, in one piece of memory that Arrow fills."""
    if len(columns[0]) == 0:
        return ""
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    nothing, end_, between_ = (pa.scalar(text, pa.large_string()) for text in ("", end, between))
    arrays[-1] = pc.binary_join_element_wise(arrays[-1], end_, nothing)
    rows = pc.binary_join_element_wise(*arrays, between_)
    return str(rows.buffers()[2].to_pybytes().decode())
