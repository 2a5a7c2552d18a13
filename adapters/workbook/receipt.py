"""The sheets of what is entered by hand, as they come back: which rows a person says are entered, by whom and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from pydantic import ValidationError

from ...domain.base import ReadingContext
from ...domain.errors import Fatal
from ...domain.fault_words import mistakes
from ...domain.moment import OSLO
from ..hand_entry import Entered, FlagRow, Identity, ItemRow
from .grids import SYSTEM, read_grids
from .layout import hand_entry, sheet_called
from .tables import CellMistake, Row, rows_of, table_of


def read_receipt(
    path: Path, at: datetime, is_ours: Callable[[Identity], bool]
) -> tuple[list[Entered], list[CellMistake]]:
    """The rows in ``path`` that are said to be entered, and what can't be read.

    ``at``: now; nothing was entered later. ``is_ours``: whether such a thing can have been asked for. Raises Fatal where
    there is no sheet of ours at all.
    """
    found: list[Entered] = []
    wrong: list[CellMistake] = []
    known = False
    for grid in read_grids(path):
        sheet = sheet_called(grid.name, hand_entry())
        table = table_of(sheet, grid) if sheet is not None else None
        if sheet is not None and table is None:
            raise Fatal(
                _("finner ikke overskriftene: bruk arket som skolemiljo workbook handover laget"), system=SYSTEM
            )
        if table is None:
            continue
        known = True
        for row in rows_of(table, {}, ReadingContext()):
            entered = _entered(row, at, is_ours)
            wrong += row.mistakes
            if entered is not None and not row.mistakes:
                found.append(entered)
    if not known:
        raise Fatal(_("det er ingen kvittering der: bruk arket som skolemiljo workbook handover laget"), system=SYSTEM)
    return found, wrong


def _entered(row: Row, at: datetime, is_ours: Callable[[Identity], bool]) -> Entered | None:
    filled = [path for path in ("entered", "by", "at") if row.get(path) is not None]
    if not filled or (filled == ["entered"] and not row.get("entered")):
        return None
    if not row.get("entered"):
        row.mistake("entered", _("skriv ja når det er ført, eller tøm de andre cellene"))
    for path, what in (("by", _("skriv rollen til den som førte det")), ("at", _("skriv når det ble ført"))):
        if path not in filled and not any(mistake.path == path for mistake in row.mistakes):
            row.mistake(path, what)
    if row.mistakes:
        return None
    model = FlagRow if row.table.sheet.key == "flags" else ItemRow
    try:
        read: FlagRow | ItemRow = model.model_validate(row.values, context=ReadingContext(zone=OSLO))
    except ValidationError as error:
        for mistake in mistakes(error):
            row.mistake(str(mistake.place[0]) if mistake.place else "", mistake.words)
        return None
    if read.at is None or read.by is None or not read.at.known_at(at):
        row.mistake("at", _("det tidspunktet er ikke kommet ennå"))
        return None
    if isinstance(read, FlagRow):
        owner, school_year = read.case, None
    else:
        owner, school_year = "-".join(filter(None, (read.school, read.school_year))), read.school_year
    identity = Identity(owner, read.rule, read.scope)
    if not is_ours(identity):
        row.mistake("rule", _("dette er ikke noe som skal føres: lag et nytt ark med skolemiljo workbook handover"))
        return None
    return Entered(
        **identity._asdict(),
        school=read.school,
        school_year=school_year,
        receipt=read.receipt,
        by=read.by,
        at=read.at,
    )
