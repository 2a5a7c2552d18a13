"""Sheets → schools, cases and the annual cycle. What is wrong is told by sheet, row and column; everything else goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import Any

from pydantic import ValidationError

from ...domain.annual_cycle import CycleEntry
from ...domain.base import ReadingContext, is_pseudonym
from ...domain.case import Case
from ...domain.errors import Fatal
from ...domain.fault_words import mistakes
from ...domain.moment import OSLO
from ...domain.problem import ProblemKind
from ...domain.school import School
from ..case_file import told
from ..habits import read_model
from ..ports import CaseProblem
from ..references import known_as
from .cells import NO_STAND
from .grids import SYSTEM, Grid, letters
from .layout import OPENED, Sheet, carried, is_beside, plainly, sheet_called, sheets
from .tables import CellMistake, Row, Table, rows_of, table_of

_TOLD_AT_MOST = 8
"""Mistakes that are told of one case."""
_ANNUAL = "cycle"


@dataclass
class Found:
    """All that the sheets hold."""

    cases: dict[str, Case] = field(default_factory=dict)
    problems: dict[str, CaseProblem] = field(default_factory=dict)
    """By case number, or by a name for what can't be told whose it is."""
    school_of: dict[str, str | None] = field(default_factory=dict)
    """Case or problem → school; ``None``: it may be any school's."""
    schools: tuple[School, ...] = ()
    cycle: list[CycleEntry] = field(default_factory=list)
    cycle_mistakes: list[tuple[str | None, str | None, CellMistake]] = field(default_factory=list)
    """School and school year of what can't be read in the annual cycle, where they can be told, and what is wrong."""
    has_cases: bool = False
    """Whether there is a sheet of cases at all."""
    has_cycle: bool = False
    cycle_missing: frozenset[str] = frozenset()
    """The paths of the annual cycle's facts that there is no column for."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of the sheets, and is no mistake: hidden rows, columns that nobody knows."""
    missing: frozenset[str] = frozenset()
    """The paths of the case format that there is no column for, in one workbook at least."""
    carries: frozenset[str] = frozenset()
    """The paths of the case format that there are columns for."""


def read_sheets(grids: Iterable[Grid], context: ReadingContext) -> Found:
    """Everything in ``grids``. Raises Fatal where none of them is a sheet that is known."""
    return _Reading(context).read(list(grids))


class _Reading:
    def __init__(self, context: ReadingContext) -> None:
        self._context = context
        context.zone = OSLO  # who fills in a sheet looks at the clock on the wall
        self._found = Found()
        self._tables: dict[str, list[Table]] = {key: [] for key in sheets()}
        self._strays: dict[str, list[CellMistake]] = defaultdict(list)
        self._raw: dict[str, dict[str, Any]] = {}
        self._rows: dict[str, list[tuple[tuple[str | int, ...], Row]]] = defaultdict(list)
        """Case → where in it each row went."""
        self._mistakes: dict[str, list[CellMistake]] = defaultdict(list)

    def read(self, grids: list[Grid]) -> Found:
        found = self._found
        self._find_tables(grids)
        missing = self._missing()
        found.missing, found.carries = missing, carried() - missing
        names = self._schools()
        self._cases(names)
        for key, sheet in sheets().items():
            if sheet.of_cases and sheet.of and not sheet.parents:
                self._lists(self._tables[key], names)
        for key, sheet in sheets().items():
            if sheet.parents:
                self._parts(self._tables[key], names)
        self._finish(missing)
        self._cycle(names)
        return found

    # --- which sheets and columns there are ----------------------------------------------------------------------

    def _find_tables(self, grids: list[Grid]) -> None:
        strange, seen = 0, set()
        for grid in grids:
            sheet = sheet_called(grid.name)
            if sheet is None:
                strange += bool(grid.rows) and not is_beside(grid.name)
                continue
            if (sheet.key, grid.book) in seen:
                where = _("arket {name}").format(name=sheet.names[0])
                self._stray(sheet, CellMistake(where, sheet.key, _("står der to ganger: slå dem sammen")))
                continue
            seen.add((sheet.key, grid.book))
            table = table_of(sheet, grid)
            if table is None:
                where = _("arket {name}").format(name=sheet.names[0])
                wanted = ", ".join(column.titles[0] for column in sheet.columns if column.must)
                what = _("finner ikke overskriftene: skriv dem som i malen, på én rad ({wanted})").format(wanted=wanted)
                self._stray(sheet, CellMistake(where, sheet.key, what))
                continue
            self._tables[sheet.key].append(table)
            self._note(table)
        if not any(self._tables.values()) and not self._strays:
            raise Fatal(
                _("arbeidsboka har ingen av arkene i malen: lag en ny mal med skolemiljo workbook template"),
                system=SYSTEM,
            )
        if strange:
            self._found.notes.append(_("{n} ark er ikke i malen, og er ikke lest").format(n=strange))

    def _note(self, table: Table) -> None:
        name = _("arket {name}").format(name=table.sheet.name(table.language))
        hidden = sorted(row for row in table.grid.hidden_rows if row > table.heading)
        if table.grid.hidden:
            self._found.notes.append(_("{sheet} er skjult, og er lest likevel").format(sheet=name))
        if hidden:
            rows = ", ".join(map(str, hidden[:_TOLD_AT_MOST])) + (" …" if len(hidden) > _TOLD_AT_MOST else "")
            self._found.notes.append(_("{sheet}: skjulte rader er lest likevel: {rows}").format(sheet=name, rows=rows))
        extra = {
            p for row, cells in table.grid.rows.items() if row >= table.heading for p in cells
        } - table.columns.keys()
        if extra:
            columns = ", ".join(letters(place) for place in sorted(extra)[:_TOLD_AT_MOST])
            what = _("{sheet}: kolonner som ikke er i malen, er ikke lest: {columns}")
            self._found.notes.append(what.format(sheet=name, columns=columns))

    def _missing(self) -> frozenset[str]:
        """The paths that there is no column for, in one workbook at least."""
        missing: set[str] = set()
        books = {table.grid.book for tables in self._tables.values() for table in tables}
        for sheet in sheets().values():
            if not sheet.of_cases or sheet.key == "cases":
                continue
            if len({table.grid.book for table in self._tables[sheet.key]}) < max(len(books), 1):
                missing.update(sheet.paths)
                self._found.notes.append(
                    _("arket {name} mangler: pliktene som trenger det, kan ikke sjekkes").format(name=sheet.names[0])
                )
        for table in (table for tables in self._tables.values() for table in tables):
            there = {column.path for column in table.columns.values()}
            gone = [c for c in table.sheet.columns if c.path not in there]
            if table.sheet.of_cases:
                missing.update(path for column in gone for path in table.sheet.fields(column))
            if gone:
                titles = ", ".join(column.title(table.language) for column in gone[:_TOLD_AT_MOST])
                name = _("arket {name}").format(name=table.sheet.name(table.language))
                what = _("{sheet}: disse kolonnene mangler: {columns}")
                self._found.notes.append(what.format(sheet=name, columns=titles))
        return frozenset(missing)

    # --- rows ----------------------------------------------------------------------------------------------------

    def _schools(self) -> dict[str, str | None]:
        """The schools of their own sheet, and their numbers by name."""
        listed: list[School] = []
        names: dict[str, str | None] = {}
        for row in (row for table in self._tables["schools"] for row in rows_of(table, {}, self._context)):
            try:
                if not row.mistakes:
                    listed.append(read_model(School, row.values, self._context))
            except ValidationError as error:
                _tell(row, error)
            for mistake in row.mistakes:
                self._stray(row.table.sheet, mistake)
        by_number = {school.organisation_number: school for school in listed}
        for number, school in by_number.items():
            plain = plainly(school.name)
            names[plain] = None if names.get(plain, number) != number else number
        self._found.schools = tuple(by_number.values())
        return names

    def _cases(self, names: Mapping[str, str | None]) -> None:
        for row in (row for table in self._tables["cases"] for row in rows_of(table, names, self._context)):
            number = row.get("case")
            if number is None:
                self._lost(row)
            elif number in self._raw:
                first = self._rows[number][0][1]
                where = first.table.where(first.number)
                row.mistake("case", _("saken står også i {where}: hver sak skal ha én rad").format(where=where))
                self._mistakes[number] += row.mistakes
            else:
                raw: dict[str, Any] = {"id": number}
                opened = {}
                for path, value in row.values.items():
                    if path.startswith(f"{OPENED}."):
                        opened[path.partition(".")[2]] = value
                    elif path != "case":
                        raw[path] = value
                if opened:
                    raw["status_history"] = [{"status": "open", **opened}]
                    self._rows[number].append((("status_history", 0), row))
                self._raw[number] = raw
                if is_pseudonym(number):
                    self._found.notes.append(known_as(row.table.where(row.number), number))
                self._rows[number].insert(0, ((), row))
                self._mistakes[number] += row.mistakes

    def _lists(self, tables: Iterable[Table], names: Mapping[str, str | None]) -> None:
        for row in (row for table in tables for row in rows_of(table, names, self._context)):
            case = self._case_of(row)
            if case is None:
                continue
            name = row.table.sheet.of
            items = self._raw[case].setdefault(name, [])
            item = _nested(row.values)
            number = item.get("id") or item.get("ref")
            if number is not None:
                same = [
                    r for where, r in self._rows[case] if where[:1] == (name,) and number in (r.get("id"), r.get("ref"))
                ]
                if same:
                    what = _("nummeret står også i rad {row}: hver rad i en sak skal ha sitt eget")
                    row.mistake("id" if "id" in item else "ref", what.format(row=same[0].number))
            self._rows[case].append(((name, len(items)), row))
            items.append(item)
            self._mistakes[case] += row.mistakes

    def _parts(self, tables: Iterable[Table], names: Mapping[str, str | None]) -> None:
        for row in (row for table in tables for row in rows_of(table, names, self._context)):
            case = self._case_of(row)
            if case is None:
                continue
            sheet = row.table.sheet
            above = row.get("parent_sheet") if len(sheet.parents) > 1 else sheet.parents[0]
            if above is not None and not self._tables[above]:
                continue  # told once for the whole sheet
            owner = next(
                (
                    (where, self._raw[case][str(where[0])][where[1]])
                    for where, other in self._rows[case]
                    if len(where) == 2 and where[0] == above and other.get("id") == row.get("parent")
                ),
                None,
            )
            if owner is not None:
                where, item = owner
                part = _nested({p: v for p, v in row.values.items() if p not in ("parent", "parent_sheet")})
                if sheet.of == "best_interest":
                    if sheet.of in item:
                        row.mistake("parent", _("raden den hører til, har alt en vurdering: slå dem sammen"))
                    item[sheet.of] = part
                    self._rows[case].append(((*where, sheet.of), row))
                else:
                    parts = item.setdefault(sheet.of, [])
                    self._rows[case].append(((*where, sheet.of, len(parts)), row))
                    parts.append(part)
            elif row.get("parent") is not None and above is not None:
                name = sheets()[str(above)].name(row.table.language)
                what = _("ingen rad i arket {name} har dette nummeret i denne saken: se etter om det er riktig")
                row.mistake("parent", what.format(name=name))
            self._mistakes[case] += row.mistakes

    def _case_of(self, row: Row) -> str | None:
        case = row.get("case")
        if case in self._raw:
            return str(case)
        if case is None:
            self._lost(row)
        else:
            row.mistake("case", _("saken står ikke i arket Saker: skriv den der, eller rett saksnummeret"))
            self._strays[told(str(case))] += row.mistakes
        return None

    def _lost(self, row: Row) -> None:
        """It can't be told whose case the row is about."""
        if not row.mistakes:
            row.mistake("case", _("skriv saksnummeret"))
        for mistake in row.mistakes:
            self._stray(row.table.sheet, mistake)

    def _stray(self, sheet: Sheet, mistake: CellMistake) -> None:
        if sheet.key == _ANNUAL:
            self._found.cycle_mistakes.append(("?", None, mistake))
        else:
            self._strays[f"arket-{sheet.names[0].replace(' ', '-')}"].append(mistake)

    # --- what came of it -----------------------------------------------------------------------------------------

    def _finish(self, missing: frozenset[str]) -> None:
        found = self._found
        for number, raw in self._raw.items():
            raw["not_carried"] = sorted({*raw.get("not_carried", ()), *missing})
            wrong = self._mistakes[number] + self._strays.pop(told(number), [])
            school = raw.get("school")
            if not wrong:
                try:
                    found.cases[number] = read_model(Case, raw, self._context)
                except ValidationError as error:
                    wrong = [self._placed(number, mistake.place, mistake.words) for mistake in mistakes(error)]
                except RecursionError:
                    wrong = [CellMistake(_("saken"), "", _("er nøstet for dypt"))]
            if wrong:
                found.problems[told(number)] = _problem(told(number), wrong, any_school=school is None)
            found.school_of[told(number) if wrong else number] = school
        for number, wrong in self._strays.items():
            found.problems[number] = _problem(number, wrong, any_school=True)
            found.school_of[number] = None

    def _placed(self, case: str, place: tuple[int | str, ...], words: str) -> CellMistake:
        """A mistake that the case format itself found, at the cell it came from."""
        best, row = max(
            ((where, row) for where, row in self._rows[case] if place[: len(where)] == where),
            key=lambda found: len(found[0]),
        )
        rest = [str(part) for part in place[len(best) :] if isinstance(part, str)]
        if best == ("status_history", 0) and row.table.sheet.key == "cases":
            rest = [OPENED, *rest]
        for end in range(len(rest), 0, -1):
            path = ".".join(rest[:end])
            if row.table.sheet.column(path) is not None:
                return CellMistake(row.table.where(row.number, path), row.table.told_path(path), words)
        return CellMistake(row.table.where(row.number), row.table.sheet.key, words)

    def _cycle(self, names: Mapping[str, str | None]) -> None:
        found = self._found
        found.has_cases = bool(self._tables["cases"])
        found.has_cycle = bool(self._tables[_ANNUAL])
        found.cycle_missing = frozenset(
            f"entries.{column.path}"
            for table in self._tables[_ANNUAL]
            for column in table.sheet.columns
            if column not in table.columns.values()
        )
        seen: dict[tuple[Any, ...], Row] = {}
        for row in (row for table in self._tables[_ANNUAL] for row in rows_of(table, names, self._context)):
            number = tuple(map(row.get, ("school", "school_year", "id")))
            if number in seen:
                row.mistake(
                    "id",
                    _("nummeret står også i rad {row}: hver rad skal ha sitt eget").format(row=seen[number].number),
                )
            else:
                seen[number] = row
            try:
                if not row.mistakes:
                    found.cycle.append(CycleEntry.model_validate(row.values, context=self._context))
            except ValidationError as error:
                _tell(row, error)
            whose = "?" if any(mistake.path == "school" for mistake in row.mistakes) else row.get("school")
            found.cycle_mistakes += [(whose, row.get("school_year"), mistake) for mistake in row.mistakes]


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by path as the model has them, one in another; without what only says where the row belongs."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        if path == "case":
            continue
        above, _dot, name = path.rpartition(".")
        place = found.setdefault(above, {}) if above else found
        place[name] = None if value == NO_STAND else value
    return found


def _tell(row: Row, error: ValidationError) -> None:
    for mistake in mistakes(error):
        row.mistake(str(mistake.place[0]) if mistake.place else "", mistake.words)


def _problem(case: str, wrong: list[CellMistake], *, any_school: bool) -> CaseProblem:
    what = "; ".join(mistake.told() for mistake in wrong[:_TOLD_AT_MOST])
    if len(wrong) > _TOLD_AT_MOST:
        what = _("{what}; og {n} til").format(what=what, n=len(wrong) - _TOLD_AT_MOST)
    fields = tuple(dict.fromkeys(mistake.path for mistake in wrong))[:_TOLD_AT_MOST]
    return CaseProblem(case, ProblemKind.UNREADABLE, fields, what, any_school=any_school)
