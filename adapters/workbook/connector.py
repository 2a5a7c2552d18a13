"""The ports over sheets that people fill in: a workbook, a folder of them, or a folder of CSV files.

In: the sheets. Out: flags and the annual cycle's status, as files in a folder beside, to be entered by hand.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from ...domain.annual_cycle import CycleFacts, CycleStatus
from ...domain.base import ReadingContext
from ...domain.carries import Carries
from ...domain.case import Case
from ...domain.errors import CaseNotFound, Fatal, SettingsError, SourceError, UnreadableCase
from ...domain.flag import ComplianceRecord
from ...domain.school import School
from ..ports import CaseProblem, Receipt, SourceItem
from ..record_files import RecordFiles
from .grids import SYSTEM, read_grids
from .reading import Found, read_sheets


class Workbook:
    """CaseSource, FlagSink and AnnualCycle over the sheets in ``path``; what is written lies in the folder ``out``.

    The sheets are read when they are first asked for, and anew when a file has changed.
    """

    def __init__(self, path: Path, out: Path | None = None, *, context: ReadingContext | None = None) -> None:
        if not path.exists():
            raise SettingsError(_("workbook.path finnes ikke: sjekk stien"))
        self._path = path
        self.by_hand = out or path.parent / "ut"
        """Where what is to be entered by hand lies."""
        self._records = RecordFiles(self.by_hand, system=SYSTEM)
        self.context = context or ReadingContext(names_nobody=True)
        self._stamp: object = None
        self._last = Found()

    @property
    def _found(self) -> Found:
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._last = read_sheets(read_grids(self._path), self.context)
            self._stamp = stamp
        return self._last

    def _stamp_now(self) -> object:
        files = sorted(self._path.iterdir()) if self._path.is_dir() else [self._path]
        try:
            return [(f.name, s.st_mtime_ns, s.st_ctime_ns, s.st_size) for f in files for s in (f.lstat(),)]
        except FileNotFoundError:  # taken away between the listing and now
            return None

    # --- what the sheets hold ------------------------------------------------------------------------------------

    @property
    def carries(self) -> Carries:
        """What the sheets can ever hold: they mark their cases with what there is no column for."""
        return Carries(self._found.missing)

    @property
    def carried(self) -> frozenset[str]:
        """The paths of the case format that the sheets have columns for."""
        return self._found.carries

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the sheets, and is no mistake: hidden rows, columns that nobody knows."""
        return tuple(self._found.notes)

    @property
    def unknown_fields(self) -> Counter[str]:
        """The fields nobody knows, counted: a sheet has none."""
        return self.context.unknown_fields

    # --- cases ---------------------------------------------------------------------------------------------------

    def schools(self) -> Iterable[School]:
        """The schools of their own sheet, and those that have cases all the same."""
        found = self._with_cases()
        numbers = {school.organisation_number for school in found.schools}
        forgotten = sorted({number for number in found.school_of.values() if number is not None} - numbers)
        return [*found.schools, *(School(organisation_number=number, name=number) for number in forgotten)]

    def count(self, school: str) -> int | None:
        """How many cases of ``school`` there are."""
        return sum(1 for _ in self.case_ids(school))

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[SourceItem]:
        """All the school's cases, whatever ``since`` says: nothing in a sheet tells when it was changed."""
        del since
        found = self._with_cases()
        for case_id in self.case_ids(school):
            yield found.problems[case_id] if case_id in found.problems else _marked(found.cases[case_id])

    def case(self, case_id: str) -> Case:
        """One case. Raises CaseNotFound and UnreadableCase."""
        found = self._with_cases()
        problem = found.problems.get(case_id)
        if problem is not None:
            raise UnreadableCase(problem.what_to_do, system=SYSTEM, case=problem.case, fields=problem.fields)
        if case_id not in found.cases:
            what = _("saken står ikke i arket Saker: sjekk saksnummeret, eller skriv den inn")
            raise CaseNotFound(what, system=SYSTEM, case=case_id)
        return _marked(found.cases[case_id])

    def case_ids(self, school: str) -> Iterator[str]:
        """The ids of the school's cases, and of what can't be told whose it is."""
        for case_id, whose in self._with_cases().school_of.items():
            if whose in (None, school):
                yield case_id

    def items(self) -> Iterator[Case | CaseProblem]:
        """Every case of every school once, a broken one as the problem it is."""
        found = self._with_cases()
        yield from found.problems.values()
        yield from map(_marked, found.cases.values())

    def _with_cases(self) -> Found:
        found = self._found
        if not found.has_cases and not found.problems:
            raise Fatal(_("arket Saker mangler: ta det fra malen"), system=SYSTEM)
        return found

    # --- flags ---------------------------------------------------------------------------------------------------

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        """Writes ``flags/<case>.json``; the key needs no memory here, for the whole file is written."""
        del idempotency_key
        return self._records.write_record(record, self.case(record.case), if_match)

    def read(self, case_id: str) -> ComplianceRecord | None:
        """The record in ``flags/<case>.json``. Raises SourceError where it is not this case's record."""
        return self._records.read_record(case_id)

    # --- annual cycle --------------------------------------------------------------------------------------------

    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        """What the sheet of the annual cycle holds; no row means that it does not know the school in that year.

        Raises SourceError where a row that is, or may be, about it can't be read.
        """
        found = self._found
        wrong = [
            mistake
            for whose, year, mistake in found.cycle_mistakes
            if whose in ("?", school) and year in (None, school_year)
        ]
        if wrong:
            raise SourceError("; ".join(mistake.told() for mistake in wrong[:8]), system=SYSTEM)
        entries = tuple(e for e in found.cycle if (e.school, e.school_year) == (school, school_year))
        return CycleFacts(
            school=school,
            school_year=school_year,
            entries=entries,
            found=bool(entries),
            hidden=found.cycle_missing,
        )

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:
        """Writes ``cycle-status/…json``."""
        del idempotency_key
        self._records.write_status(status)

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """The status in ``cycle-status/…json``."""
        return self._records.read_status(school, school_year)


def _marked(case: Case) -> Case:
    """The case with a mark that changes when anything in it does."""
    content = case.model_copy(update={"etag": None}).model_dump_json()
    return case.model_copy(update={"etag": hashlib.sha256(content.encode()).hexdigest()[:32]})
