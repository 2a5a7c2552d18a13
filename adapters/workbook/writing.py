"""A workbook for people: an empty template, or one with cases in it; the same as a folder of CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ...domain.annual_cycle import CycleEntry
from ...domain.case import Case
from ...domain.errors import optional_part
from ...domain.moment import FIRST_YEAR, LAST_YEAR
from ...domain.school import School
from .cells import NO_STAND, Wrong, written
from .grids import letters
from .layout import LANGUAGES, OPENED, Column, Holds, Sheet, Words, hand_entry, read_me, roles, sheets, told

SheetValue = str | int | date | datetime | None
_ROWS = 2000
"""Rows that have lists to choose from and dates that are checked."""
_NUMBERED = 200
"""Rows that have their number from the start."""
_DAY = "[$-414]dd.mm.yyyy"
_TIME = "[$-414]dd.mm.yyyy hh:mm"
_WIDTHS = {
    Holds.TEXT: 36,
    Holds.TEXTS: 24,
    Holds.WORD: 26,
    Holds.MOMENT: 17,
    Holds.DAY: 12,
    Holds.PERSON: 20,
    Holds.PEOPLE: 28,
}
_MESSAGE_AT_MOST = 255


@dataclass
class Content:
    """What stands in the sheets: key of a sheet → its rows, each with a cell for each of its columns."""

    language: str = "nb"
    rows: dict[str, list[tuple[SheetValue, ...]]] = field(default_factory=lambda: {key: [] for key in sheets()})

    def add_school(self, school: School) -> None:
        """Adds a school."""
        sheet = sheets()["schools"]
        self._add(sheet, school.model_dump(mode="json"))

    def add_cycle(self, entry: CycleEntry) -> None:
        """Adds what is recorded in the annual cycle."""
        self._add(sheets()["cycle"], entry.model_dump(mode="json"))

    def add_case(self, case: Case) -> None:
        """Adds a case. What no cell can hold is named among its unreadable fields: it is never left out in silence."""
        lost: set[str] = set()
        raw = case.model_dump(mode="json")
        history = list(raw.pop("status_history"))
        first = history[0]
        if first["status"] == "open" and first["reason"] is None:
            raw[OPENED] = history.pop(0)
        for sheet in sheets().values():
            items = history if sheet.key == "status" else raw.get(sheet.of) if sheet.of_cases else None
            if sheet.of and not sheet.parents:
                for item in items or ():
                    self._add(sheet, item, lost, case=case.id)
                    for part in sheets().values():
                        if sheet.key in part.parents:
                            self._add_parts(part, sheet, item, lost, case.id)
        raw["unreadable"] = sorted({*raw["unreadable"], *lost})
        self._add(sheets()["cases"], raw, lost, case=case.id)

    def _add_parts(self, part: Sheet, above: Sheet, item: Mapping[str, Any], lost: set[str], case: str) -> None:
        held = item.get(part.of)
        for one in [held] if isinstance(held, Mapping) else held or ():
            self._add(part, one, lost, case=case, parent=item["id"], parent_sheet=above.key)

    def _add(self, sheet: Sheet, item: Mapping[str, Any], lost: set[str] | None = None, **about: str) -> None:
        cells: list[SheetValue] = []
        for column in sheet.columns:
            try:
                value = about[column.path] if column.path in about else _value(item, column)
                cells.append(written(column, value, self.language))
            except Wrong:
                cells.append(None)
                if lost is not None:
                    lost.update(p for p in sheet.fields(column) if p.startswith(about.get("parent_sheet", "")))
        self.rows[sheet.key].append(tuple(cells))


def cells_of(sheet: Sheet, item: Mapping[str, Any], language: str) -> tuple[SheetValue, ...]:
    """The cells of a row that says ``item``. Raises Wrong where no cell can hold a part of it."""
    return tuple(written(column, _value(item, column), language) for column in sheet.columns)


def _value(item: Mapping[str, Any], column: Column) -> Any:
    value: Any = item
    for part in column.path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    if value is None and column.holds is Holds.STAND:
        return NO_STAND
    return None if value == [] else value


# --- CSV -------------------------------------------------------------------------------------------------------------


def csv_files(content: Content) -> Iterator[tuple[str, bytes]]:
    """Each sheet as a CSV file that Norwegian Excel opens right: its name and its bytes."""
    for key, sheet in sheets().items():
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow([column.title(content.language) for column in sheet.columns])
        writer.writerows([[_in_csv(cell) for cell in row] for row in content.rows[key]])
        yield f"{sheet.name(content.language)}.csv", out.getvalue().encode("utf-8-sig")


def _in_csv(cell: SheetValue) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d.%m.%Y %H:%M:%S}".removesuffix(":00")
    return f"{cell:%d.%m.%Y}" if isinstance(cell, date) else "" if cell is None else str(cell)


# --- workbooks -------------------------------------------------------------------------------------------------------


def workbook(content: Content) -> bytes:
    """The workbook as bytes of an .xlsx file. Raises MissingPart where xlsxwriter is not installed."""
    return _written(content.language, sheets(), content.rows, "lines", ())


def hand_entry_book(
    rows: Mapping[str, Sequence[tuple[SheetValue, ...]]], today: Sequence[Sequence[SheetValue]], language: str
) -> bytes:
    """The workbook of what is to be entered by hand. ``rows``: of its sheets (layout.toml); ``today``: the day's list, headings first."""
    return _written(language, hand_entry(), rows, "hand_entry", today)


def _written(
    language: str,
    of: Mapping[str, Sheet],
    rows: Mapping[str, Sequence[tuple[SheetValue, ...]]],
    lines: str,
    today: Sequence[Sequence[SheetValue]],
) -> bytes:
    with optional_part("xlsx"):
        import xlsxwriter  # type: ignore[import-untyped]  # it comes without types

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _Book(book, language, of, rows).write(lines, today)
    return out.getvalue()


class _Book:
    def __init__(
        self, book: Any, language: str, of: Mapping[str, Sheet], rows: Mapping[str, Sequence[tuple[SheetValue, ...]]]
    ) -> None:
        self._book = book
        self._language = language
        self._of = of
        self._rows = rows
        top = {"valign": "top", "text_wrap": True}
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._plain = book.add_format(top)
        self._text = book.add_format({**top, "num_format": "@"})
        self._formats = {Holds.DAY: book.add_format({**top, "num_format": _DAY}), Holds.COUNT: self._plain}
        for holds in (Holds.MOMENT, Holds.INSTANT):
            self._formats[holds] = book.add_format({**top, "num_format": _TIME})
        self._day_alone = book.add_format({"num_format": _DAY})
        head = {**top, "bold": True, "border": 1, "locked": True}
        self._head = book.add_format({**head, "bg_color": "#E6E8EB"})
        self._must = book.add_format({**head, "bg_color": "#1E2B3C", "font_color": "#FFFFFF"})
        self._lists: dict[tuple[str, ...], str] = {}

    def write(self, lines: str, today: Sequence[Sequence[SheetValue]]) -> None:
        """All the sheets; the day's list only where there is one."""
        self._explain(lines)
        if today:
            self._plain_sheet(told("beside")["today"][self._at], today)
        for sheet in self._of.values():
            self._sheet(sheet)
        name = told("beside")["lists"][self._at]
        lists = self._book.add_worksheet(name)
        lists.hide()
        for place, words in enumerate(self._lists):
            lists.write_column(0, place, words, self._text)

    @property
    def _at(self) -> int:
        return LANGUAGES.index(self._language)

    def _plain_sheet(self, name: str, rows: Sequence[Sequence[SheetValue]]) -> None:
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for place in range(max(map(len, rows))):
            page.set_column(place, place, 30, self._text)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if number == 0:
                    page.write_string(0, place, str(cell), self._head)
                elif isinstance(cell, date):
                    page.write_datetime(number, place, cell, self._formats[Holds.DAY])
                elif cell is not None:
                    page.write_string(number, place, str(cell), self._text)

    def _explain(self, lines: str) -> None:
        page = self._book.add_worksheet(told("beside")["read_me"][self._at])
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        for place, width in enumerate((28, 34, 90, 14)):
            page.set_column(place, place, width)
        row = 0
        for line in read_me()[lines]:
            page.merge_range(row, 0, row, 3, line[self._at], self._title if row == 0 else self._plain)
            page.set_row(row, 24 if row == 0 else 32)
            row += 1
        row += 1
        for place, heading in enumerate(read_me()["headings"]):
            page.write_string(row, place, heading[self._at], self._head)
        for sheet in self._of.values():
            row += 1
            page.write_string(row, 0, sheet.name(self._language), self._head)
            page.merge_range(row, 1, row, 3, sheet.help[self._at], self._plain)
            for column in sheet.columns:
                row += 1
                page.write_string(row, 1, column.title(self._language), self._plain)
                page.write_string(row, 2, self._help(column), self._plain)
                page.write_string(row, 3, ("ja" if column.must else ""), self._plain)

    def _help(self, column: Column) -> str:
        return " ".join(filter(None, (column.help[self._at], told("holds")[column.holds][self._at])))

    def _sheet(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet.name(self._language))
        page.freeze_panes(1, 2 if sheet.number else 1)
        page.set_landscape()
        page.set_paper(9)
        page.repeat_rows(0)
        for place, column in enumerate(sheet.columns):
            folded = {"level": 1, "hidden": True} if column.rare else {}
            page.set_column(
                place, place, _WIDTHS.get(column.holds, 14), self._formats.get(column.holds, self._text), folded
            )
            page.write_string(0, place, column.title(self._language), self._must if column.must else self._head)
            self._check(page, place, column)
        rows = self._rows[sheet.key]
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                self._cell(page, number, place, sheet.columns[place], cell)
        if sheet.number:
            self._number(page, sheet, rows)

    def _number(self, page: Any, sheet: Sheet, rows: Sequence[tuple[SheetValue, ...]]) -> None:
        """Numbers for rows to come; none that is taken."""
        place = next(place for place, column in enumerate(sheet.columns) if column.path == "id")
        taken = {row[place] for row in rows}
        number = 0
        for row in range(len(rows) + 1, len(rows) + 1 + _NUMBERED):
            number += 1
            while f"{sheet.number}-{number}" in taken:
                number += 1
            page.write_string(row, place, f"{sheet.number}-{number}", self._text)

    def _cell(self, page: Any, row: int, place: int, column: Column, cell: SheetValue) -> None:
        form = self._formats.get(column.holds, self._text)
        if isinstance(cell, date):
            page.write_datetime(row, place, cell, form)
        elif isinstance(cell, int):
            page.write_number(row, place, cell, form)
        elif cell is not None:
            page.write_string(row, place, cell, form)

    def _check(self, page: Any, place: int, column: Column) -> None:
        """What may be typed in the column: lists to choose from, dates that are dates."""
        message = self._help(column)[:_MESSAGE_AT_MOST]
        rule: dict[str, Any] = {"input_message": message, "error_message": message, "ignore_blank": True}
        match column.holds:
            case Holds.MOMENT | Holds.INSTANT | Holds.DAY:
                first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 1, 1)
                rule |= {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
                if column.holds is not Holds.DAY:  # midnight is a day alone
                    cell = f"{letters(place + 1)}2"
                    alone = {
                        "type": "formula",
                        "criteria": f"=AND(ISNUMBER({cell}),MOD({cell},1)=0)",
                        "format": self._day_alone,
                    }
                    page.conditional_format(1, place, _ROWS, place, alone)
            case Holds.COUNT:
                rule |= {"validate": "integer", "criteria": ">=", "value": 0}
            case Holds.WORD | Holds.YES_NO | Holds.STAND:
                rule |= {"validate": "list", "source": self._list(self._choices(column))}
            case Holds.PERSON:
                rule |= {"validate": "list", "source": self._list(roles().all(self._language)), "show_error": False}
            case Holds.SCHOOL if column.path != "organisation_number" and "schools" in self._of:
                name = sheets()["schools"].name(self._language)
                rule |= {"validate": "list", "source": f"='{name}'!$B$2:$B$200", "show_error": False}
            case Holds.NUMBER_OF if column.path == "case" and place == 0:
                rule |= {"validate": "any"}
            case _:
                rule |= {"validate": "any"}
        page.data_validation(1, place, _ROWS, place, rule)

    def _choices(self, column: Column) -> tuple[str, ...]:
        if column.holds is Holds.WORD:
            words: Words | None = column.words
            return words.all(self._language) if words is not None else ()
        yes_no = ("ja", "nei")
        return yes_no if column.holds is Holds.YES_NO else (*yes_no, str(written(column, NO_STAND, self._language)))

    def _list(self, words: tuple[str, ...]) -> str:
        """Where the words to choose from stand."""
        name = told("beside")["lists"][self._at]
        if words not in self._lists:
            column = letters(len(self._lists) + 1)
            self._lists[words] = f"='{name}'!${column}$1:${column}${len(words)}"
        return self._lists[words]


def content_of(
    cases: Iterable[Case] = (),
    schools: Iterable[School] = (),
    cycle: Iterable[CycleEntry] = (),
    *,
    language: str = "nb",
) -> Content:
    """The sheets with all of these in them."""
    content = Content(language)
    for school in schools:
        content.add_school(school)
    for case in cases:
        content.add_case(case)
    for entry in cycle:
        content.add_cycle(entry)
    return content
