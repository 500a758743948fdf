"""The sample company's exports of later quarters: copies of `sample_data`, changed row by row."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEALS = "salesforce_opportunities_2027-03-31.csv"
PEOPLE = {"ana": "Ana Reyes", "ben": "Ben Okafor", "dia": "Dia Petrov", "eli": "Eli Grant"}

Row = dict[str, str]


class Exports:
    """A project of its own: its `sample_data` is changed in place, as a new export replaces the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "sample_data"
        shutil.copytree(ROOT / "sample_data", self.data)
        (folder / "plans").mkdir()
        (folder / "expcomp.yaml").write_text("ledger: expcomp.ledger\n", encoding="utf-8")
        text = (ROOT / "plans" / "expansion.yaml").read_text(encoding="utf-8")
        for block in ("bonuses", "modifiers", "examples"):  # deals alone: what they pay can be worked by hand
            text = re.sub(rf"^{block}:.*\n(?:(?!\w).*\n?)*", "", text, flags=re.MULTILINE)
        (folder / "plans" / "expansion.yaml").write_text(text, encoding="utf-8")

    def deal(self, name: str, **columns: str) -> None:
        """Columns of one opportunity, by the first 15 characters of its id."""
        found = self._edit(lambda row: row | _named(columns) if row["Opportunity ID"] == name else row)
        assert found == 1, f"{name} is {found} rows"

    def reassign(self, old: str, new: str) -> int:
        """All opportunities of an owner get another one, as a CRM does when somebody leaves."""
        owner = {"Opportunity Owner": PEOPLE[new], "Opportunity Owner Email": PEOPLE[new].lower().replace(" ", ".")
                 + "@brightloom.example"}  # fmt: skip
        return self._edit(lambda row: row | owner if row["Opportunity Owner"] == PEOPLE[old] else row)

    def drop_deals(self, gone: Callable[[Row], bool]) -> int:
        return self._edit(lambda row: None if gone(row) else row)

    def add_deal(self, like: str, **columns: str) -> None:
        header, rows, footer = self._deals()
        first = next(row for row in rows if row["Opportunity ID"] == like)
        self._write(header, [*rows, first | _named(columns)], footer)

    def add(self, table: str, **columns: str) -> None:
        """A row of one of the plain tables, which is made where there is none."""
        path = self.data / f"{table}.csv"
        if not path.exists():
            path.write_text(",".join(columns) + "\n", encoding="utf-8")
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow([columns.get(name, "") for name in header])

    def change(self, table: str, change: Callable[[Row], Row | None]) -> int:
        """Every row of a plain table through `change`; None leaves it out. How many rows are others than before."""
        path = self.data / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            before = list(reader)
        after = [change(dict(row)) for row in before]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames or [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in after if row is not None)
        return sum(old != new for old, new in zip(before, after, strict=True))

    def _edit(self, change: Callable[[Row], Row | None]) -> int:
        header, rows, footer = self._deals()
        changed = [change(dict(row)) for row in rows]
        self._write(header, [row for row in changed if row is not None], footer)
        return sum(old != new for old, new in zip(rows, changed, strict=True))

    def _deals(self) -> tuple[list[str], list[Row], list[str]]:
        lines = (self.data / DEALS).read_text(encoding="utf-8").splitlines()
        end = next(number for number, line in enumerate(lines) if number and not line.startswith('"006'))
        reader = csv.DictReader(lines[:end])
        return list(reader.fieldnames or []), list(reader), lines[end:]

    def _write(self, header: list[str], rows: list[Row], footer: list[str]) -> None:
        with (self.data / DEALS).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            file.write("\n".join(footer) + "\n")


def _named(columns: dict[str, str]) -> Row:
    """`close_date="4/5/2027"` → the report's own header, Close Date."""
    names = {"acv": "ACV", "id": "Opportunity ID", "activation_date": "Activation Date", "close_date": "Close Date",
             "signal_id": "Signal ID"}  # fmt: skip
    return {names[name]: value for name, value in columns.items()}


def quarters(exports: Exports) -> Iterator[str]:
    """Each quarter to close, once its exports say what has become known by then."""
    yield "2027Q1"

    # Found out in the second quarter about the first.
    exports.deal("006Hr00000bRKsa", acv="40000.00")  # Tidewater Foods: an amount was wrong
    exports.deal("006Hr00000MZZj5", close_date="4/5/2027")  # Copperline Energy: signed later than entered
    exports.add("quotas", payee_id="eli", period="2027Q2", amount="300000.00", role="ae")
    assert exports.reassign("dia", "eli") == 11  # dia left: her deals, closed ones too, get a new owner
    assert exports.reassign("ben", "ana") == 31
    exports.add("events", account_id="001Hr000003izTlIAI", date="2027-04-20", event="churn")  # Meridian Freight, day 89
    exports.add("cancellations", deal_id="006Hr00000mCnhEIAS", date="2027-04-15", reason="never signed")  # Bluefin
    yield "2027Q2"

    # The third: a cancellation is taken back, a hold ends, rates are restated, a credit is moved, eli leaves.
    exports.change("cancellations", lambda row: None)
    exports.add("account_history", account_id="001Hr00000mkBpyIAE", date="2027-07-15", health="green")  # Sable Security
    exports.add("events", account_id="001Hr000002HiWgIAK", date="2027-08-06", event="contraction", amount="12000.00")
    assert exports.change("fx", lambda row: row | {"rate": f"{row['rate']}5"}) > 30
    exports.add(
        "resolutions",
        deal_id="006Hr00000a3meIIAQ",
        finding="role:ae",
        decision="move",
        by="mia",
        reason="eli closed it",
    )
    exports.change("payees", lambda row: row | {"end_date": "2027-08-31"} if row["payee_id"] == "eli" else row)
    yield "2027Q3"

    # The fourth: the export is filtered to its own quarter, and a deal that it no longer holds is lost.
    exports.add_deal("006Hr000002G8uO", id="006Hr00000NEW01", close_date="10/20/2027", acv="50000.00", signal_id="")
    exports.drop_deals(lambda row: not row["Close Date"].startswith("10/20/2027"))
    for path in exports.data.glob("hubspot*.csv"):
        path.unlink()
    exports.add("quotas", payee_id="ana", period="2027Q4", amount="600000.00", role="ae")
    exports.add("events", account_id="001Hr00000QPGoUIAX", date="2027-11-10", event="churn")  # Tidewater Foods, day 300
    yield "2027Q4"
