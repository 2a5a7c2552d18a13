"""A sheet whose headings are found: its rows as values by column, and what is wrong in them by sheet, row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import Any

from ...domain.base import ReadingContext
from .cells import About, Unread, Wrong, is_blank, read_cell
from .grids import Grid, letters
from .layout import LANGUAGES, Column, Sheet, plainly

_HEADING_AT_MOST = 20
"""Rows down to which the headings are looked for."""


@dataclass
class CellMistake:
    """One thing that is wrong: where a person finds it, the field, and what to write."""

    where: str
    path: str
    what: str

    def told(self) -> str:
        """In one line."""
        return f"{self.where}: {self.what}"


@dataclass
class Row:
    """One row that holds something."""

    table: Table
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    """Path of the column → value as the case format has it."""
    mistakes: list[CellMistake] = field(default_factory=list)

    def mistake(self, path: str, what: str) -> None:
        """Notes that something is wrong in the column ``path``."""
        self.mistakes.append(CellMistake(self.table.where(self.number, path), self.table.told_path(path), what))

    def get(self, path: str) -> Any:
        """The value in the column ``path``, ``None`` where there is none."""
        return self.values.get(path)


@dataclass
class Table:
    """One sheet whose headings are known."""

    sheet: Sheet
    grid: Grid
    language: str
    heading: int
    """The row of the headings."""
    columns: dict[int, Column]
    """Place → what stands there."""

    def where(self, row: int, path: str | None = None) -> str:
        """Sheet, row and column, as a person finds them."""
        name = self.sheet.name(self.language)
        sheet = _("arket {name}").format(name=name)
        parts = [*([self.grid.book] if self.grid.book else []), sheet, _("rad {row}").format(row=row)]
        place = next((place for place, column in self.columns.items() if column.path == path), None)
        if place is not None:
            letter, title = letters(place), self.columns[place].title(self.language)
            parts.append(_("kolonne {letter} ({title})").format(letter=letter, title=title))
        return ", ".join(parts)

    def told_path(self, path: str) -> str:
        """The field of the case format that the column ``path`` fills."""
        column = self.sheet.column(path)
        fields = self.sheet.fields(column) if column is not None else ()
        return fields[0] if fields else self.sheet.key


def table_of(sheet: Sheet, grid: Grid) -> Table | None:
    """The sheet with its headings, which may have moved; ``None`` where a column that its rows can't do without is not found."""
    _spread(grid)
    for heading, cells in list(grid.rows.items())[:_HEADING_AT_MOST]:
        named = {place: sheet.column(text) for place, text in sorted(cells.items()) if isinstance(text, str)}
        found = [column for column in named.values() if column is not None]
        # Where two columns are called the same, nobody can tell which is meant: then neither is.
        columns = {place: c for place, c in named.items() if c is not None and found.count(c) == 1}
        there = {column.path for column in columns.values()}
        if {column.path for column in sheet.columns if column.must} <= there:
            own = [cells[place] for place in columns]
            norwegian = [
                sum(plainly(text) == plainly(c.titles[n]) for text, c in zip(own, columns.values(), strict=True))
                for n in (0, 1)
            ]
            return Table(sheet, grid, LANGUAGES[norwegian[1] > norwegian[0]], heading, columns)
    return None


def _spread(grid: Grid) -> None:
    """A value in cells that are merged downwards counts for each of them; what is merged across columns can't be told apart."""
    for top, left, bottom, right in grid.merged:
        value = grid.rows.get(top, {}).get(left)
        if value is None:
            continue
        for row in range(top, bottom + 1):
            if row not in grid.rows:
                continue
            for column in range(left, right + 1):
                across = Unread(_("cellen er slått sammen med andre kolonner: del den opp"))
                if right > left:
                    grid.rows[row].setdefault(column, across)
                elif right == left:
                    grid.rows[row][column] = value


def rows_of(table: Table, names: Mapping[str, str | None], context: ReadingContext) -> Iterator[Row]:
    """The rows in which something stands beside a number that the template put there."""
    sheet = table.sheet
    about = About(language=table.language, epoch=table.grid.epoch, schools=names, context=context)
    for number, cells in table.grid.rows.items():
        if number <= table.heading:
            continue
        held = {column.path for place, column in table.columns.items() if not is_blank(cells.get(place))}
        if not held or (sheet.number and held == {"id"}):
            continue
        row = Row(table, number)
        for place, column in table.columns.items():
            try:
                value = read_cell(column, cells.get(place), about)
            except Wrong as wrong:
                row.mistake(column.path, str(wrong))
                continue
            if value is not None:
                row.values[column.path] = value
            elif column.must and is_blank(cells.get(place)):
                row.mistake(column.path, _("skriv noe her; cellen kan ikke være tom"))
        yield row
