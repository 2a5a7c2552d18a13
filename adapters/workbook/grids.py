"""Sheets as they come: a workbook (.xlsx) of any program, or a folder of CSV files, as rows of cells. Nothing is judged here."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from ...domain.errors import Fatal, optional_part
from ...domain.fault_words import why_not
from ..case_file import BYTES_AT_MOST, read_plain_file
from .cells import Unread, is_blank

SYSTEM = "workbook"
_UNPACKED_AT_MOST = 96 * 1024 * 1024
"""Bytes of a workbook's parts together."""
_MERGED_AT_MOST = 100_000
"""Cells that lie in merged areas; a reader makes each of them."""
_MERGED = re.compile(rb"mergeCell\s[^>]*?ref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ODS = "application/vnd.oasis.opendocument"


@dataclass
class Grid:
    """One sheet: its cells by row and column, both from 1."""

    name: str
    rows: dict[int, dict[int, Any]]
    epoch: datetime | None = None
    """What dates are counted from; ``None``: there are no numbers that are dates."""
    hidden_rows: frozenset[int] = frozenset()
    hidden: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Areas that are one cell to whoever looks: first row, first column, last row, last column."""
    book: str = ""
    """Which workbook it is in, where there are several."""


def read_grids(path: Path) -> Iterator[Grid]:
    """The sheets in ``path``: a workbook, or a folder of CSV files or of workbooks. Raises Fatal, which says what to do."""
    if not path.is_dir():
        yield from _read_file(path)
        return
    found = sorted(filter(_is_sheets, path.iterdir()))
    if not found:
        raise Fatal(_("det er ingen arbeidsbok (.xlsx) og ingen CSV-filer i mappa: legg dem der"), system=SYSTEM)
    books = [file for file in found if file.suffix.casefold() == ".xlsx"]
    for file in found:
        told = (
            _("arbeidsbok {number} av {n}").format(number=books.index(file) + 1, n=len(books)) if file in books else ""
        )
        for grid in _read_file(file):
            grid.book = told if len(books) > 1 else ""
            yield grid


def holds_sheets(path: Path) -> bool:
    """Whether ``path`` is a file, or a folder in which there are workbooks or CSV files."""
    return not path.is_dir() or any(_is_sheets(file) for file in path.iterdir())


def _is_sheets(file: Path) -> bool:
    return file.suffix.casefold() in (".csv", ".xlsx") and not file.name.startswith((".", "~$"))


def letters(place: int) -> str:
    """The letters of the column in ``place`` (1 first): A, B, …, AA."""
    found = ""
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _read_file(path: Path) -> Iterator[Grid]:
    try:
        data = read_plain_file(path, BYTES_AT_MOST)
    except OSError as error:
        what = _("er en lenke; lenker følges ikke") if path.is_symlink() else why_not(error)
        raise Fatal(_("arbeidsboka kan ikke leses ({what})").format(what=what), system=SYSTEM) from None
    except ValueError as error:
        raise Fatal(_("arbeidsboka er {error}").format(error=error), system=SYSTEM) from None
    if path.suffix.casefold() == ".csv":
        yield _csv_grid(path, data)
    else:
        yield from _xlsx_grids(data)


# --- CSV -------------------------------------------------------------------------------------------------------------


def _csv_grid(path: Path, data: bytes) -> Grid:
    text = _decoded(data)
    first, _end, rest = text.partition("\n")
    given = re.fullmatch(r"sep=(.)\r?", first)
    if given is not None:  # a line that Excel alone understands
        text = rest
    head = text.partition("\n")[0]
    delimiter = given[1] if given is not None else max(";,\t", key=head.count)
    rows: dict[int, dict[int, Any]] = {}
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            row = {place: cell for place, cell in enumerate(cells, 1) if not is_blank(cell)}
            if row:
                rows[number] = row
    except csv.Error:
        raise Fatal(_("en CSV-fil kan ikke leses: lagre den på nytt fra regnearket"), system=SYSTEM) from None
    # Google calls the file «workbook - sheet», LibreOffice «workbook-sheet».
    return Grid(path.stem.rpartition("-")[2].strip(), rows)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what Excel calls CSV


# --- workbooks -------------------------------------------------------------------------------------------------------


def _xlsx_grids(data: bytes) -> Iterator[Grid]:
    with optional_part("xlsx"):
        import openpyxl
    has_formulas = _looked_through(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's warnings repeat what stands in cells
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
            formulas = openpyxl.load_workbook(io.BytesIO(data), keep_links=False) if has_formulas else None
            grids = [_grid(book, sheet, formulas) for sheet in book.worksheets]
        except Exception:  # noqa: BLE001 - a broken workbook breaks the library in any way there is
            raise _broken() from None
    yield from grids


def _looked_through(data: bytes) -> bool:
    """Whether the workbook has formulas. Raises Fatal on what is no workbook, or would fill the memory."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Fatal(
            _("arbeidsboka har passord eller er i et gammelt format: lagre den uten passord som .xlsx"), system=SYSTEM
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = parts.namelist()
            kind = parts.read("mimetype") if "mimetype" in names else b""
            if kind.decode("latin-1").startswith(_ODS):
                raise Fatal(_("arbeidsboka er i formatet .ods: lagre den som .xlsx"), system=SYSTEM)
            if sum(part.file_size for part in parts.infolist()) > _UNPACKED_AT_MOST:
                raise Fatal(_("arbeidsboka er for stor: del den, for eksempel i én for hver skole"), system=SYSTEM)
            has_formulas, merged = False, 0
            for name in names:
                if not name.casefold().endswith((".xml", ".rels")):
                    continue
                part = parts.read(name)
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                    raise _broken()
                if "worksheets/" in name.casefold():
                    has_formulas = has_formulas or _FORMULA.search(part) is not None
                    merged += sum(_cells_in(*found.groups()) for found in _MERGED.finditer(part))
    except (Fatal, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - as above
        raise _broken() from None
    if merged > _MERGED_AT_MOST:
        raise Fatal(_("arbeidsboka har svære sammenslåtte felt: del dem opp, og lagre den på nytt"), system=SYSTEM)
    return has_formulas


def _broken() -> Fatal:
    return Fatal(_("arbeidsboka kan ikke leses: åpne den i regnearket, og lagre den på nytt som .xlsx"), system=SYSTEM)


def _cells_in(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    width = abs(_column_number(right) - _column_number(left)) + 1
    return width * (abs(int(bottom) - int(top)) + 1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _grid(book: Any, sheet: Any, formulas: Any) -> Grid:
    typed = formulas[sheet.title] if formulas is not None else None
    rows: dict[int, dict[int, Any]] = {}
    # The library's own way of going through a sheet makes every cell up to the last one, of which there may be a billion.
    for (row, column), cell in sheet._cells.items():
        value = _value(cell, typed._cells.get((row, column)) if typed is not None else None)
        if not is_blank(value):
            rows.setdefault(row, {})[column] = value
    hidden_rows = frozenset(row for row in rows if row in sheet.row_dimensions and sheet.row_dimensions[row].hidden)
    merged = [(area.min_row, area.min_col, area.max_row, area.max_col) for area in sheet.merged_cells.ranges]
    return Grid(
        sheet.title, dict(sorted(rows.items())), book.epoch, hidden_rows, sheet.sheet_state != "visible", merged
    )


def _value(cell: Any, typed: Any) -> Any:
    if cell.data_type == "e":
        return Unread(_("cellen viser en feil: skriv verdien"))
    # A formula whose answer is an empty text has that for its type; one that was never calculated has nothing.
    if cell.value is None and typed is not None and typed.data_type == "f" and cell.data_type != "str":
        return Unread(_("formelen er aldri regnet ut: åpne arbeidsboka i regnearket og lagre den, eller skriv verdien"))
    return cell.value
