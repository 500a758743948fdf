"""The project's data folder → the Book. The only reader of data files; each is read once."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from expcomp.diagnostics import Code, Place, Refused, Severity
from expcomp.sources.advice import called, columns_line, in_quotes, listed, source_line
from expcomp.sources.assemble import assemble, examine
from expcomp.sources.book import Book, Needs
from expcomp.sources.cells import Cells
from expcomp.sources.column import Settings
from expcomp.sources.complaints import Complaints, quote
from expcomp.sources.config import FILE, Config, Source
from expcomp.sources.csv_file import CsvSettings, read_csv
from expcomp.sources.excel_file import SHEETS_UNREAD, read_sheets, sheet_unclear
from expcomp.sources.extent import Progress, check_size, size_of, untold
from expcomp.sources.layout import HEADER_NOT_FOUND, total_rows
from expcomp.sources.presets import normal, presets
from expcomp.sources.raw import RawTable
from expcomp.sources.recognise import (
    COLUMN_MISSING,
    NOT_RECOGNISED,
    Wish,
    known_headers,
    recognise,
    unused,
)
from expcomp.sources.sheet import SheetSettings
from expcomp.sources.tables import TABLES
from expcomp.sources.totals import check_totals
from expcomp.sources.typed import Match, Reading
from expcomp.sources.words import Words
from expcomp.suggest import did_you_mean

NO_DATA = Code("D100", "no-data")
UNREADABLE = Code("D101", "file-unreadable")
NO_SUCH_FILE = Code("D113", "source-matches-no-file")
NOT_NAMED = Code("D124", "file-not-named")
PRESET_UNVERIFIED = Code("D232", "preset-unverified")
COLUMN_ASKS = Code("D233", "column-not-understood")
NO_ROWS = Code("D118", "file-without-rows")
COLUMNS_UNUSED = Code("D230", "columns-not-used")

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
SHEET_ENDINGS = (".xlsx", ".xlsm")


Kept = Callable[[str, bytes], object]
"""Told the bytes of every file that is read, by its name below the data folder."""

Shown = Callable[[Path], str]


def read_book(
    config: Config,
    root: Path,
    needs: Needs,
    *,
    lenient: bool = False,
    progress: Progress = untold,
    kept: Kept | None = None,
    shown: Shown | None = None,
    posted_deals: Collection[str] = (),
) -> Book:
    """Every recognised file of the data folder, checked and joined. `shown` names the files, where not as they lie;
    `posted_deals` may be told of although the deals export holds them no more.

    Raises `Refused` with everything that is wrong in all of the files; when `lenient`, wrong rows are set aside.
    """
    complaints = Complaints()
    reader = _Reader(config, root, needs, complaints, progress, kept, shown)
    readings = _declared(reader, needs, complaints)
    return assemble(readings, needs, complaints, lenient=lenient, posted_deals=posted_deals)


def check_book(
    config: Config, root: Path, needs: Needs, *, lenient: bool = False, progress: Progress = untold
) -> tuple[Book, Complaints]:
    """What can be said of the files, whatever is wrong with them: nobody may be paid by this Book."""
    complaints = Complaints()
    readings = _declared(_Reader(config, root, needs, complaints, progress), needs, complaints)
    return examine(readings, needs, complaints, lenient=lenient), complaints


def _declared(reader: "_Reader", needs: Needs, complaints: Complaints) -> Iterator[Reading]:
    """Every reading in turn; when all were read, the columns that the plan declares are looked for in them."""
    told = []
    for reading in reader.readings():
        told.append(replace(reading, raw=reading.raw.without_columns()))
        yield reading
        del reading  # or its cells would stay while the next file is read
    _check_declared(told, needs, complaints)


def _check_declared(readings: list[Reading], needs: Needs, complaints: Complaints) -> None:
    """A column that the plan declares must be in a file of its table: conditions on it would never hold."""
    for table, fields in needs.fields.items():
        of_table = [reading for reading in readings if reading.match.table == table]
        for field in fields:
            if of_table and not any(field.name in reading.match.columns for reading in of_table):
                first = of_table[0].raw
                message = f"no column for {table}.{field.name}, which the plan uses"
                line = columns_line(table, first.label, first.headers, [[field.name]], of_table[0].match.columns)
                help = f"write in expcomp.yaml:  {line}"
                complaints.error(COLUMN_MISSING, first.locate(first.header_row, 0), message, help)


@dataclass(frozen=True, slots=True)
class _Task:
    """A file to read, for one source of the config or, without a table, for whatever it is."""

    path: Path
    table: str
    source: Source


class _Reader:
    def __init__(
        self,
        config: Config,
        root: Path,
        needs: Needs,
        complaints: Complaints,
        progress: Progress,
        kept: Kept | None = None,
        shown: Shown | None = None,
    ) -> None:
        self.kept, self._named = kept, shown
        self.config, self.root, self.needs, self.complaints, self.progress = config, root, needs, complaints, progress
        self.folder = root / config.data
        self.wishes = {
            (table, number): Wish(table, source.preset, source.columns)
            for table, sources in config.sources.items()
            for number, source in enumerate(sources)
        }
        self.known = known_headers(self.wishes.values(), needs)
        self.bytes: dict[Path, bytes] = {}
        self.named: set[str] = set()

    def readings(self) -> Iterator[Reading]:
        tasks = list(self._tasks())
        sizes = [size_of(task.path) for task in tasks]
        for number, task in enumerate(tasks):
            errors = len(self.complaints.errors)
            self.progress(self._shown(task.path), sum(sizes[:number]), sum(sizes))
            once = sum(other.path == task.path for other in tasks) == 1
            try:
                yield from self._of_task(task, once=once)
            except Refused as refused:
                self.complaints.extend(refused.findings)
            if self.config.sources and not task.table:
                self.complaints.excuse(errors, (HEADER_NOT_FOUND, NOT_RECOGNISED))

    def _of_task(self, task: _Task, *, once: bool) -> Iterator[Reading]:
        """The tables of a file, each given up when it was taken; of a file that is asked for once, its bytes too."""
        tables = self._raw_tables(task)
        if once:
            self.bytes.pop(task.path, None)
        while tables:
            yield from self._reading(tables.pop(0), task)

    def _tasks(self) -> Iterator[_Task]:
        """What the config names, then every other data file of the folder.

        Where the config has a `sources` block, a further file that is no table is only warned about.
        """
        files = self._files()
        claimed: set[Path] = set()
        for table, sources in self.config.sources.items():
            for source in sources:
                pattern = source.file or f"{table}.*"
                found = [file for file in files if fnmatch(file.relative_to(self.folder).as_posix(), pattern)]
                claimed.update(found)
                yield from (_Task(file, table, source) for file in found)
                if found:
                    self.named.add(table)
                elif files:
                    self._tell_no_file(table, pattern, files)
        yield from (_Task(file, "", Source()) for file in files if file not in claimed and file.parent == self.folder)
        if not files:
            self._tell_no_data()

    def _tell_no_data(self) -> None:
        there = self.folder.is_dir()
        message = "the data folder holds no .csv or .xlsx file" if there else "there is no such data folder"
        beside = sorted(folder.name for folder in self.root.iterdir() if any(map(_is_data, folder.glob("*"))))
        help = "put the exports there (.csv or .xlsx, at least payees and deals), or write in expcomp.yaml:  data: "
        place = Place(self._shown(self.folder))
        self.complaints.error(NO_DATA, place, message, help + (beside[0] if beside else "FOLDER"))

    def _files(self) -> list[Path]:
        """Data files below the folder, in order of name; lock files and everything else are ignored."""
        return sorted(filter(_is_data, self.folder.rglob("*"))) if self.folder.is_dir() else []

    def _tell_no_file(self, table: str, pattern: str, files: list[Path]) -> None:
        names = [file.relative_to(self.folder).as_posix() for file in files]
        help = did_you_mean(pattern, names) or f"say with  file:  which it is; there are {listed(names)}"
        message = f'sources.{table}: no file in {self._shown(self.folder)} is called "{pattern}"'
        self.complaints.error(NO_SUCH_FILE, Place(FILE), message, help)

    def _tell_not_named(self, raw: RawTable, match: Match) -> None:
        """A further file of a table whose files the config names: is it an old one, or was it forgotten?"""
        message = f"the file is {match.table} ({match.reason}), and sources.{match.table} names other files"
        named = f"{match.table}: [{{file: …}}, {{file: …}}]"
        help = f"name it there too, as one of a list:  {named}; or move it out of the data folder"
        self.complaints.error(NOT_NAMED, raw.locate(0, 0), message, help)

    def _raw_tables(self, task: _Task) -> list[RawTable]:
        shown, source = self._shown(task.path), task.source
        if task.path not in self.bytes:
            try:
                check_size(task.path, shown)
                self.bytes[task.path] = task.path.read_bytes()
            except OSError as error:
                raise Refused(UNREADABLE.at(Place(shown), f"the file cannot be read: {error.strerror}")) from None
            if self.kept is not None:
                self.kept(task.path.relative_to(self.folder).as_posix(), self.bytes[task.path])
        data = self.bytes[task.path]
        if task.path.suffix.lower() in TEXT_ENDINGS:
            settings = CsvSettings(source.encoding, source.header_row, task.table or called(task.path.stem))
            return [read_csv(data, shown, task.path.stem, self.known, settings)]
        own = SheetSettings(source.sheet, source.header_row, source.decimal, task.table or called(task.path.stem))
        sheets = read_sheets(data, shown, self.known, own)
        if len(sheets) > 1 and task.table:
            raise Refused(sheet_unclear(shown, [sheet.name for sheet in sheets], task.table))
        return list(self._recognisable(sheets, shown)) if len(sheets) > 1 else sheets

    def _recognisable(self, sheets: list[RawTable], shown: str) -> Iterator[RawTable]:
        """Of several sheets those that are a table, or nearly one; at least one must be."""
        strange = []
        for sheet in sheets:
            tried = Complaints()
            recognise(sheet, Wish(), self.needs, tried)
            if any(finding.code == NOT_RECOGNISED.id for finding in tried.errors):
                strange.append(sheet.name)
            else:
                yield sheet
        if len(strange) == len(sheets):
            raise Refused(sheet_unclear(shown, strange))
        if strange:
            message = "sheets that are no table are not read: " + ", ".join(map(quote, strange))
            self.complaints.note(SHEETS_UNREAD, Place(shown), message)

    def _reading(self, raw: RawTable, task: _Task) -> Iterator[Reading]:
        source = task.source
        self.complaints.extend(raw.notes)
        wish = Wish(task.table, source.preset, source.columns)
        match = recognise(raw, wish, self.needs, self.complaints)
        if match is None:
            return
        if not task.table and match.table in self.named:
            self._tell_not_named(raw, match)
            return
        settings = Settings(
            zone=self._zone(source),
            plan_zone=self.needs.zone,
            dates=source.dates,
            decimal=source.decimal,
            since_1904=raw.since_1904,
            values=self._words(match),
        )
        self._note_unused(raw, match)
        self._note_preset(raw, match)
        if not len(raw.rows):
            message, place = "the file has a header and no row", raw.locate(raw.header_row, 0)
            self.complaints.note(NO_ROWS, place, message, "export it again if there should be any", Severity.WARNING)
        yield Reading(_without_deleted(self._without_totals(raw, match, settings), match), match, settings)

    def _zone(self, source: Source) -> ZoneInfo:
        name = source.timezone or self.config.timezone
        return ZoneInfo(name) if name else self.needs.zone

    def _words(self, match: Match) -> Words:
        """The preset's words, and the config's over them."""
        own, preset = self.config.words(), presets()[match.preset].values
        return {key: {**preset.get(key, {}), **own.get(key, {})} for key in (*preset, *own)}

    def _note_preset(self, raw: RawTable, match: Match) -> None:
        """What a person should know about how the preset understood the file."""
        preset = presets()[match.preset]
        if not preset.verified:
            message = f"read by the preset {preset.name}, which was made without a sample of such an export"
            help = "look at how each column was understood:  expcomp check-data --show-mapping"
            self.complaints.note(PRESET_UNVERIFIED, raw.locate(0, 0), message, help)
        taken = {index for columns in match.columns.values() for index in columns}
        for index, header in enumerate(raw.headers):
            why = preset.ask.get(normal(header), "")
            if why and index not in taken:
                place = raw.locate(raw.header_row, raw.numbers[index])
                line = source_line(match.table, raw.label, f"columns: {{acv: {in_quotes(header)}}}")
                help = f"if it is the yearly value, write in expcomp.yaml:  {line}"
                message = f"column {quote(header)} is not read: it {why}"
                self.complaints.note(COLUMN_ASKS, place, message, help, Severity.WARNING)

    def _note_unused(self, raw: RawTable, match: Match) -> None:
        if count := unused(raw, match):
            message = f"{count} of {len(raw.headers)} columns are not used"
            help = "expcomp check-data --show-mapping lists them"
            self.complaints.note(COLUMNS_UNUSED, raw.locate(0, 0), message, help, Severity.NOTE)

    def _without_totals(self, raw: RawTable, match: Match, settings: Settings) -> RawTable:
        """Drop totals rows, after comparing what they say with the rows above."""
        keys = [index for name in TABLES[match.table].key for index in match.columns.get(name, ())[:1]]
        totals = total_rows(raw.columns, keys) if len(raw.rows) else None
        if totals is None or not totals.any():
            return raw
        check_totals(raw, match, totals, settings, self.complaints)
        return raw.keep(~totals, "totals row")

    def _shown(self, path: Path) -> str:
        if self._named is not None:
            return self._named(path)
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def _without_deleted(raw: RawTable, match: Match) -> RawTable:
    """Rows that the system itself has thrown away, and exports all the same, are no facts."""
    marked = presets()[match.preset].deleted.get(match.table)
    for header, column in zip(raw.headers, raw.columns, strict=True):
        if normal(header) == marked:
            cells = Cells(column)
            gone = np.array([text.casefold() in ("true", "1") for text in cells.texts], np.bool_)
            return raw.keep(~gone[cells.codes], "deleted row")
    return raw


def _is_data(file: Path) -> bool:
    endings = (*TEXT_ENDINGS, *SHEET_ENDINGS)
    return file.suffix.lower() in endings and not file.name.startswith(("~$", ".")) and file.is_file()
