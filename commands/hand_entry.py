"""What is entered by hand: a sheet of what stands to be entered goes out, and the filled-in sheet comes back as the receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..adapters.hand_entry import (
    Entered,
    FlagRow,
    HandEntries,
    Identity,
    ItemRow,
    Standing,
    ToDo,
    flags_of,
    is_removal,
    items_of,
    removal,
    to_do,
)
from ..adapters.workbook.layout import Sheet, hand_entry
from ..adapters.workbook.receipt import read_receipt
from ..adapters.workbook.writing import cells_of, hand_entry_book
from ..domain.annual_cycle import CycleState
from ..domain.errors import SettingsError, SourceError
from ..domain.verdict import Verdict
from ..journal.run_log import Kind
from ..judging.judged import school_years
from ..reports.report_language import Words
from ..reports.rows import today_header, today_rows
from ..reports.sentences import Sentences
from ..validators import RULES
from . import reports_for
from .output import write
from .run_log_lines import run_log

if TYPE_CHECKING:
    from ..adapters.workbook.tables import CellMistake
    from .workplace import Workplace

Echo = Callable[[str], Any]
_ORDER = (ToDo.REMOVE, ToDo.CHANGE, ToDo.ENTER, ToDo.DONE)


class ByHand:
    """What stands to be entered by hand in a municipality, and what has been."""

    def __init__(self, work: Workplace, at: datetime) -> None:
        self._work = work
        self._years = school_years(at)
        self._adapters = {"flags": work.source, "items": work.cycle}
        self._places = {name: getattr(adapter, "by_hand", None) for name, adapter in self._adapters.items()}
        place = next((place for place in self._places.values() if place is not None), None)
        if place is None:
            raise SettingsError(_("ingenting føres for hånd her: kilden og årshjulet får det skrevet av nattkjøringen"))
        self.entries = HandEntries(place)
        self.unread: list[SourceError] = []

    def standing(self, sheet: str) -> list[Standing]:
        """What stands to be entered, of the kind that ``sheet`` has. What can't be read is noted in ``unread``."""
        if self._places[sheet] is None:
            return []
        return list(self._flags() if sheet == "flags" else self._items())

    def _flags(self) -> Iterator[Standing]:
        seen = set()
        for school in self._work.schools:
            for case in self._work.source.case_ids(school.organisation_number):
                try:
                    record = self._work.source.read(case) if case not in seen else None
                except SourceError as error:
                    self.unread.append(error)
                    continue
                seen.add(case)
                if record is not None:
                    yield from flags_of(record)

    def _items(self) -> Iterator[Standing]:
        for school in (None, *(school.organisation_number for school in self._work.schools)):
            for year in self._years:
                try:
                    status = self._work.cycle.read_status(school, year)
                except SourceError as error:
                    self.unread.append(error)
                    continue
                if status is not None:
                    yield from items_of(status)


def make(work: Workplace, out: Path, *, school: str | None, language: str, at: datetime, echo: Echo) -> list[str]:
    """Writes the sheet of what is to be entered, and tells how much. What could not be read is told in what comes back.

    ``school``: the sheet of one school alone, without cases about its leadership. Raises SettingsError and SourceError.
    """
    hand = ByHand(work, at)
    store = reports_for.needed(work.remembered)
    number = work.school(school).organisation_number if school is not None else None
    left_out = store.leader_cases() if number is not None else frozenset[str]()
    entered = hand.entries.read()
    words = Words(language)
    rows: dict[str, list[tuple[Any, ...]]] = {}
    left = 0
    for key, sheet in hand_entry().items():
        standing = [one for one in hand.standing(key) if number in (None, one.school) and one.owner not in left_out]
        gone = [
            old
            for old in entered.values()
            if (old.school_year is None) == (key == "flags")
            and number in (None, old.school)
            and old.owner not in left_out
            and old.identity not in {one.identity for one in standing}
        ]
        found = [_asked(sheet, one, entered, words) for one in standing] + [_removed(sheet, old, words) for old in gone]
        found.sort(key=lambda row: (_ORDER.index(row.to_do), row.school or "", *_sorted_by(row)))
        left += sum(row.to_do is not ToDo.DONE for row in found)
        rows[key] = [cells_of(sheet, row.model_dump(mode="json"), language) for row in found]
    write(out, hand_entry_book(rows, _today(work, number, language, at), language))
    told = ngettext("{n} rad skal føres for hånd.", "{n} rader skal føres for hånd.", left)
    echo(_("Skrevet: {file}").format(file=out))
    echo(told.format(n=left))
    return [str(error) for error in hand.unread]


def receive(work: Workplace, path: Path, *, at: datetime, echo: Echo) -> list[CellMistake]:
    """Takes the filled-in sheet for read, and tells what is left. What can't be read comes back, by cell."""
    hand = ByHand(work, at)
    before = hand.entries.read()
    cases = {case for school in work.schools for case in work.source.case_ids(school.organisation_number)}
    schools = {school.organisation_number for school in work.schools}

    def is_ours(identity: Identity) -> bool:
        of_a_year = identity.owner.rpartition("-")[0].rpartition("-")[0]
        known = identity.owner in cases or of_a_year in schools or identity.owner in school_years(at)
        return identity in before or (known and identity.rule in RULES)

    found, wrong = read_receipt(path, at, is_ours)
    after = dict(before)
    for one in found:
        if is_removal(one.receipt):
            after.pop(one.identity, None)
        else:
            after[one.identity] = one
    added = [one for one in after.values() if before.get(one.identity) != one]
    removed = before.keys() - after.keys()
    if after != before:
        hand.entries.write(after.values())
        run_log(work, "hand_entry").add_and_anchor(Kind.ENTERED, entered=len(added), removed=len(removed))
    echo(_("Kvittert: {n} ført, {removed} fjernet.").format(n=len(added), removed=len(removed)))
    left = waiting(hand)
    echo(ngettext("{n} rad gjenstår.", "{n} rader gjenstår.", left).format(n=left))
    return wrong


def waiting(hand: ByHand) -> int:
    """How many rows are left to enter, change or remove."""
    entered = hand.entries.read()
    standing = [one for key in hand_entry() for one in hand.standing(key)]
    left = sum(to_do(one, entered) is not ToDo.DONE for one in standing)
    return left + len(entered.keys() - {one.identity for one in standing})


def _asked(sheet: Sheet, one: Standing, entered: Mapping[Identity, Entered], words: Words) -> FlagRow | ItemRow:
    """The row that asks for ``one``; what has been entered already shows by whom and when."""
    do = to_do(one, entered)
    before = entered[one.identity] if do is ToDo.DONE else None
    done = {"entered": True, "by": before.by, "at": before.at} if before is not None else {}
    return _row(
        sheet, one.identity, one.school, one.school_year, words, receipt=one.receipt, to_do=do, says=one, **done
    )


def _removed(sheet: Sheet, old: Entered, words: Words) -> FlagRow | ItemRow:
    receipt = removal(old.identity)
    return _row(sheet, old.identity, old.school, old.school_year, words, receipt=receipt, to_do=ToDo.REMOVE)


def _row(
    sheet: Sheet,
    identity: Identity,
    school: str | None,
    school_year: str | None,
    words: Words,
    *,
    says: Standing | None = None,
    **more: Any,
) -> FlagRow | ItemRow:
    rule = RULES.get(identity.rule)
    more |= {
        "rule": identity.rule,
        "scope": identity.scope,
        "school": school,
        "duty": rule.page.title.in_language(words.language) if rule is not None else None,
        "about": words.scope(identity.scope) or None,
    }
    if sheet.key == "flags":
        shown = words.verdict(Verdict(says.says)) if says is not None else None
        return FlagRow(case=identity.owner, verdict=shown, deadline=says.day if says is not None else None, **more)
    shown = words.cycle_state(CycleState(says.says)) if says is not None else None
    return ItemRow(school_year=str(school_year), state=shown, due=says.day if says is not None else None, **more)


def _sorted_by(row: FlagRow | ItemRow) -> tuple[str, ...]:
    return (row.case if isinstance(row, FlagRow) else row.school_year, row.rule, row.scope)


def _today(work: Workplace, number: str | None, language: str, at: datetime) -> list[list[Any]]:
    """The day's list as the last night saw it, school by school, without cases about a school's leadership."""
    found: list[list[Any]] = []
    for school in work.schools:
        if number not in (None, school.organisation_number):
            continue
        report, _judged = reports_for.for_rector(
            work, school.organisation_number, as_of=at, language=language, offline=True
        )
        say = Sentences(report, language)
        if not found:
            found.append([say.words.gettext("Skole"), *today_header(report, say)])
        found += [[school.name, *row] for row in today_rows(report, say)]
    return found
