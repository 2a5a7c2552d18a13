"""Looking at the cases: judge what comes, keep it, and make sure that what came is all there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from gettext import gettext as _

from ..adapters.ports import CaseProblem, SourceItem
from ..domain.case import Case
from ..domain.errors import CaseForbidden, CaseNotFound, Skippable, SourceError
from ..domain.flag import ComplianceRecord
from ..domain.verdict import Verdict
from ..judging.next_change import changes_at
from ..judging.problems import our_fault, problem_of
from ..store import MUNICIPALITY, JudgedCase
from .context import Night, Progress, SchoolNight
from .reading import Listing, Reading, read_school
from .sender import record_fingerprint

_BATCH = 100
"""Judgements kept in one transaction."""
_SOME = 20
"""So many cases of a school may be gone in one night before that is taken for a fault of the source."""
_ROUNDS = 2

COUNTS_DISAGREE = "CountsDisagree"
MANY_VANISHED = "ManyVanished"


class Looking:
    """Judges the cases of a night, in the main thread."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._store = night.store

    # --- one case ------------------------------------------------------------------------------------------------

    def reader(self, school: SchoolNight) -> Callable[[], Iterator[SourceItem | Listing]]:
        """What another thread calls to read the school."""
        state, full = school.state, school.summary.full
        wanted = Reading(
            school.school,
            None if full or state.cursor is None else state.cursor - self._night.options.overlap,
            due=self._store.due_cases(school.school, self._night.as_of),
            every_id=full,
        )
        return lambda: read_school(self._night.source, wanted)

    def take(self, school: SchoolNight, item: SourceItem) -> None:
        """Judges one item and lets go of its content."""
        if isinstance(item, CaseProblem) and item.any_school and item.case is not None:
            self._unclaimed(school, item, item.case)
            return
        school.summary.read += 1
        if isinstance(item, CaseProblem):
            self.problem(school, item)
            return
        judged = self.judge(school, item)
        if judged is None:
            return
        school.judged.append(judged)
        modified = judged.modified_at
        if modified is not None and (school.newest is None or modified > school.newest):
            school.newest = modified
        if len(school.judged) >= _BATCH:
            self.keep(school)
        self._night.tell(Progress("judge", school.school, school.summary.judged))

    def judge(self, school: SchoolNight, case: Case) -> JudgedCase | None:
        """The judgement of ``case``; ``None`` where it broke, which is told."""
        night, summary = self._night, school.summary
        try:
            assessment = night.judging.case(case, night.as_of)
            record = ComplianceRecord.of(assessment, school=case.school)
            judged = JudgedCase(
                assessment=assessment,
                school=case.school,
                leader_accused=case.leader_is_accused(),
                record_fingerprint=record_fingerprint(record),
                etag=case.etag,
                modified_at=case.modified_at.instant if case.modified_at is not None else None,
                changes_at=changes_at(case, night.as_of, assessment.changes_at),
            )
        except Exception as error:  # noqa: BLE001 - one case may never stop a night, whatever is wrong with it or with us
            night.log.error("case could not be judged", case=case.id, kind=type(error).__name__)
            self.problem(school, our_fault(case.id))
            return None
        summary.judged += 1
        summary.crashed.update(assessment.crashed)
        summary.unknown += sum(finding.verdict is Verdict.UNKNOWN for finding in assessment.findings)
        return judged

    def problem(self, school: SchoolNight, problem: CaseProblem) -> None:
        """Names a case that could not be looked at."""
        school.summary.problems.append(problem)
        if problem.case is not None:
            self.keep(school)
            self._store.put_problem(school.school, problem.case, problem.kind, self._night.as_of)
        self._night.log.warning("case could not be read", school=school.school, case=problem.case, kind=problem.kind)

    def _unclaimed(self, school: SchoolNight, problem: CaseProblem, case: str) -> None:
        """Names, once in a night, a case that may be any school's, and counts it at each of them."""
        school.unclaimed.add(case)
        school.summary.unclaimed = len(school.unclaimed)
        told = self._night.summary.unclaimed
        if case in {other.case for other in told}:
            return
        told.append(problem)
        self.keep(school)
        self._store.put_problem(MUNICIPALITY, case, problem.kind, self._night.as_of)
        self._night.log.warning("case could not be read", school=None, case=case, kind=problem.kind)

    def forget_claimed(self, schools: Sequence[SchoolNight]) -> None:
        """What an earlier night could not tell whose it was, and is not there any more: it has been mended, or taken away."""
        if schools and all(school.summary.finished and school.summary.error is None for school in schools):
            still = {str(problem.case) for problem in self._night.summary.unclaimed}
            self._store.forget_unclaimed(self._store.case_ids(MUNICIPALITY) - still)

    def keep(self, school: SchoolNight) -> None:
        """Keeps what has been judged so far."""
        if school.judged:
            self._store.put_judged(school.judged)
            school.judged.clear()

    # --- the whole school ----------------------------------------------------------------------------------------

    def finish(self, school: SchoolNight, error: Exception | None) -> None:
        """The school has been read, or its reading broke off with ``error``."""
        self.keep(school)
        if error is None:
            try:
                self._reconcile(school)
            except SourceError as broken:
                error = broken
        school.listed = None  # a large municipality's lists would be all that grows
        school.summary.finished = True
        if error is None:
            return
        school.summary.error = type(error).__name__
        if isinstance(error, SourceError):
            school.summary.problems.append(problem_of(error))
        self._night.log.error("reading broke off", school=school.school, kind=school.summary.error)

    def move_on(self, school: SchoolNight) -> None:
        """All of the school was seen: the next night begins where this one ended."""
        state, as_of = school.state, self._night.as_of
        self._store.put_school(
            replace(
                state,
                # None where no case tells when it was changed: then all is read each night. A case stamped in the future
                # must not draw the cursor past what others will be stamped with.
                cursor=None if school.newest is None else min(school.newest, as_of),
                full_at=as_of if school.summary.full else state.full_at,
                complete_at=as_of,
                basis=school.basis,
                source_count=school.summary.source_count,
            )
        )

    def _reconcile(self, school: SchoolNight) -> None:
        """Compares what we know of a school with what the source says it has, until they agree or it is told."""
        source, summary, listed = self._night.source, school.summary, school.listed
        for _round in range(_ROUNDS):
            known = self._store.case_ids(school.school) | school.unclaimed
            count = source.count(school.school)
            summary.source_count, summary.known_count = count, len(known)
            if listed is None and count is not None and count == len(known):
                return
            if listed is None:
                listed = frozenset(source.case_ids(school.school))
            if listed == known and count in (None, len(known)):
                return
            if not self._settle(school, listed, known):
                return
            listed = None
        summary.known_count = len(self._store.case_ids(school.school) | school.unclaimed)
        summary.source_count = source.count(school.school)
        if summary.source_count not in (None, summary.known_count):
            what = _("kildens antall saker er et annet enn vårt; det sammenlignes igjen neste natt")
            summary.problems.append(CaseProblem(None, COUNTS_DISAGREE, (), what))

    def _settle(self, school: SchoolNight, listed: frozenset[str], known: frozenset[str]) -> bool:
        """Looks up each case that only one side knows. False: so many are gone that the list is not believed."""
        missing = sorted(known - listed)
        if len(missing) > max(_SOME, len(known) // 5):
            what = _("kilden viser langt færre saker enn før: sjekk tilgangen")
            school.summary.problems.append(CaseProblem(None, MANY_VANISHED, (), what))
            return False
        for case in sorted(listed - known):
            school.summary.appeared += 1
            self._look_up(school, case)
        for case in missing:
            self._look_up(school, case, may_be_gone=True)
        self.keep(school)
        return True

    def _look_up(self, school: SchoolNight, case: str, *, may_be_gone: bool = False) -> None:
        try:
            found: SourceItem = self._night.source.case(case)
        except Skippable as error:
            if may_be_gone and isinstance(error, CaseNotFound | CaseForbidden):
                self._store.put_vanished(case, type(error).__name__, self._night.as_of)
                school.summary.vanished.append(case)
                self._night.log.warning("case vanished", school=school.school, case=case, kind=type(error).__name__)
                return
            found = problem_of(error, case)
        self.take(school, found)
