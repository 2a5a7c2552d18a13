"""Judging a school's cases as they come, keeping what was found, and making sure that what came is all there is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from gettext import gettext as _

from ..adapters.ports import CaseProblem
from ..domain.case import Case, CaseStatus
from ..domain.errors import CaseForbidden, Skippable, SourceError
from ..domain.flag import fingerprint_of
from ..domain.problem import ProblemKind
from ..judging.next_change import changes_at
from ..judging.policy import Judging
from ..judging.problems import kept_apart, problem_of
from ..store import MUNICIPALITY, JudgedCase, StandsJudged
from .account import account, missing
from .context import Night, NightProgress, SchoolTonight
from .reading import Arrival, Listing, ReadCase
from .summary import SchoolSummary

_BATCH = 100
"""Judgements kept in one transaction."""
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class SchoolJudged:
    """A school whose reading is over, whole or broken off."""

    tonight: SchoolTonight
    summary: SchoolSummary
    newest: datetime | None
    """The latest time of change seen."""


class SchoolJudge:
    """Judges one school's cases in the main thread, and lets go of their content. :meth:`finish` hands on what came of it."""

    def __init__(self, night: Night, tonight: SchoolTonight) -> None:
        self._night = night
        self._store = night.store
        self._tonight = tonight
        self._school = tonight.school
        self.summary = SchoolSummary(self._school, full=tonight.request.every_id)
        self._judged: list[JudgedCase] = []
        """FreshJudgement and not yet kept."""
        self._newest = tonight.state.cursor
        self._before = night.store.case_ids(self._school)
        self._due = frozenset(tonight.request.due)
        self._hidden: set[str] = set()
        """Cases that are there, and that neither the source's list nor its count shows: we may not see them."""
        self._listed: frozenset[str] | None = None
        """The source's own list of ids, where it was read."""
        self._counted: Listing | None = None
        """What it said beside that; its count is good once, since what is looked up afterwards may be new."""
        self._not_there: list[CaseProblem] = []
        """Cases that could not be found, until the source's own list says whether they have gone."""

    def take(self, item: Arrival | FreshJudgement | Listing) -> None:
        """Judges one item, where that was not done where it was read."""
        if isinstance(item, Listing):
            self._listed, self._counted = item.ids, item
        elif isinstance(item, StandsJudged):
            self.summary = self.summary.plus(read=1)
            self._saw(item.modified_at)
        elif isinstance(item, CaseProblem) and item.any_school and item.case is not None:
            self._unclaimed(item, item.case)
        else:
            self.summary = self.summary.plus(read=1)
            judged: FreshJudgement | CaseProblem
            if isinstance(item, ReadCase):
                if self._was_judged(item.case):
                    self._saw(item.case.modified_at.instant if item.case.modified_at is not None else None)
                    return
                judged = judged_case(self._night.judging, self._night.as_of, item.case, item.mark)
            else:
                judged = item
            if isinstance(judged, FreshJudgement):
                self._add(to_stand(self._night, judged))
            elif judged.kind == ProblemKind.GONE and judged.case is not None:
                self._not_there.append(judged)
            else:
                self._problem(judged)

    def _was_judged(self, case: Case) -> bool:
        """Whether this very version stands judged, by all that judges tonight: read once more because clocks differ, and not because
        anything is new in it. What time has changed, or was not seen whole, is judged anew."""
        if self._tonight.request.every_id or case.id in self._due or case.hidden or not case.etag:
            return False
        known = self._store.case(case.id)
        return (
            known is not None
            and known.judged_at is not None
            and known.vanished_at is None
            and (known.school, known.etag) == (case.school, case.etag)
            and case.modified_at is not None
            and known.modified_at == case.modified_at.instant
        )

    def _saw(self, modified: datetime | None) -> None:
        if modified is not None and (self._newest is None or modified > self._newest):
            self._newest = modified

    def _add(self, judged: JudgedCase) -> None:
        self.summary = self.summary.with_judged(judged.assessment)
        self._judged.append(judged)
        self._saw(judged.modified_at)
        if len(self._judged) >= _BATCH:
            self.keep()
        self._night.tell(NightProgress("judge", self._school, self.summary.judged))

    def _problem(self, problem: CaseProblem) -> None:
        self.keep()
        self.summary = self.summary.plus(problems=(problem,))
        note_problem(self._night, self._school, problem)

    def _unclaimed(self, problem: CaseProblem, case: str) -> None:
        """Names a case that may be any school's, and counts it here."""
        if case not in self._unclaimed_cases:
            self.keep()
            self.summary = self.summary.plus(unclaimed=(problem,))
            self._store.put_problem(MUNICIPALITY, case, problem.kind)

    @property
    def _unclaimed_cases(self) -> frozenset[str]:
        return frozenset(str(problem.case) for problem in self.summary.unclaimed)

    def keep(self) -> None:
        """Keeps what has been judged so far."""
        if self._judged:
            self._store.put_judged(self._judged)
            self._judged.clear()

    # --- the whole school ----------------------------------------------------------------------------------------

    def finish(self, error: Exception | None) -> SchoolJudged:
        """The school has been read, or its reading broke off with ``error``."""
        self.keep()
        if error is None:
            try:
                self._gone_or_only_not_found()
                if self._tonight.request.listed:
                    self._reconcile()
            except SourceError as broken:
                error = broken
        for problem in self._not_there:  # the source did not get as far as to say whether it still lists them
            self._problem(problem)
        self._count()
        self._listed = None  # a large municipality's lists would be all that grows
        self.summary = replace(self.summary, finished=True)
        if error is not None:
            broken_off = problem_of(error)
            self.summary = replace(self.summary.plus(problems=(broken_off,)), error=broken_off.kind)
            self._night.log.error("reading broke off", school=self._school, kind=type(error).__name__)
        return SchoolJudged(self._tonight, self.summary, self._newest)

    def _gone_or_only_not_found(self) -> None:
        """A case that could not be found has vanished only where the source's own list lacks it too; else it is a problem."""
        if not self._not_there:
            return
        if self._listed is None:
            self._listed = frozenset(self._night.source.case_ids(self._school))
        while self._not_there:
            problem = self._not_there.pop(0)
            self._found_or_gone(problem, listed=problem.case in self._listed)

    def _found_or_gone(self, found: ReadCase | CaseProblem, *, listed: bool) -> None:
        if isinstance(found, CaseProblem) and found.kind == ProblemKind.GONE and found.case is not None:
            if listed:
                self._problem(found)
            else:
                self._gone(found.case)
        else:
            self.take(found)

    def _reconcile(self) -> None:
        """Compares what we know of a school with what the source says it has, until they agree or it is told."""
        source, listed = self._night.source, self._listed
        for _round in range(_ROUNDS):
            known, count = self._known(), self._count_there()
            self.summary = replace(self.summary, source_count=count, known_count=len(known))
            if listed is None and count is not None and count == len(known):
                return
            if listed is None:
                listed = frozenset(source.case_ids(self._school))
            if listed == known and count in (None, len(known)):
                return
            self._settle(listed, known)
            listed = None
        known, count = self._known(), self._count_there()
        self.summary = replace(self.summary, source_count=count, known_count=len(known))
        if count not in (None, len(known)):
            what = _("kildens antall saker er et annet enn vårt; det sammenlignes igjen neste natt")
            self.summary = self.summary.plus(problems=(CaseProblem(None, ProblemKind.COUNTS_DISAGREE, (), what),))

    def _count_there(self) -> int | None:
        counted, self._counted = self._counted, None
        return self._night.source.count(self._school) if counted is None else counted.count

    def _known(self) -> frozenset[str]:
        return (self._store.case_ids(self._school) | self._unclaimed_cases) - self._hidden

    def _settle(self, listed: frozenset[str], known: frozenset[str]) -> None:
        """Looks up each case that only one side knows."""
        for case in sorted(listed - known - self._hidden):
            self.summary = self.summary.plus(appeared=1)
            self._look_up(case, listed=True)
        for case in sorted(known - listed):
            self._look_up(case, listed=False)
        self.keep()

    def _look_up(self, case: str, *, listed: bool) -> None:
        try:
            found: ReadCase | CaseProblem = ReadCase(self._night.source.case(case), None)
        except Skippable as error:
            found = problem_of(error, case)
            if isinstance(error, CaseForbidden):
                self._hidden.add(case)
        self._found_or_gone(found, listed=listed)

    def _gone(self, case: str) -> None:
        self.keep()
        self._store.put_vanished(case, self._night.as_of)
        if self._store.case(case) is not None:
            self.summary = self.summary.plus(vanished=(case,))
            self._night.log.warning("case vanished", school=self._school, case=case)

    def _count(self) -> None:
        """Counts what there was and what there is, and says where the source shows so little that it is not believed."""
        night, options = self._night, self._night.options
        states = self._store.cases(self._school)
        allowed, share = options.gone_allowed, options.gone_share_allowed
        gone = missing(states, night.as_of, allowed=allowed, share=share)
        still = tuple(state.case for state in gone.named if state.case not in self.summary.vanished)
        unknown = self._store.number_unknown(self._school)
        self.summary = replace(
            self.summary, account=account(self._before, states, gone), still_gone=still, unknown=unknown
        )
        if gone.alarm and not self._tonight.closed(night.as_of):
            what = _(
                "{n} av {known} åpne saker er borte fra kilden: sjekk tilgangen og eksporten. Er det riktig at de er borte: "
                "skolemiljo sync --accept-gone {school} --reason …"
            ).format(n=len(gone.open), known=gone.open_known, school=self._school)
            self.summary = self.summary.plus(problems=(CaseProblem(None, ProblemKind.MANY_VANISHED, (), what),))


@dataclass(frozen=True, slots=True)
class FreshJudgement:
    """The judgement of a case, before it is said whether flags are to stand on it: that only the store knows."""

    id: str
    case: JudgedCase
    closed_on: date | None
    """The last day on which it was closed, where it ever was."""


def judged_case(judging: Judging, as_of: datetime, case: Case, mark: str | None = None) -> FreshJudgement | CaseProblem:
    """The judgement of ``case``, or the problem that it is where the judgement broke; ``mark``: of the answer in which it came. Asks
    nothing of the night: any process can do it."""

    def judged() -> FreshJudgement:
        assessment = judging.case(case, as_of)
        of_case = JudgedCase(
            assessment=assessment,
            school=case.school,
            record_fingerprint=None,
            etag=case.etag,
            modified_at=case.modified_at.instant if case.modified_at is not None else None,
            seen_as=mark,
            changes_at=changes_at(case, as_of, assessment.changes_at),
            prints=judging.fingerprints(case, as_of),
        )
        closings = (change.at.day for change in case.status_history if change.status is CaseStatus.CLOSED)
        return FreshJudgement(case.id, of_case, max(closings, default=None))

    return kept_apart(judged, case.id)


def to_stand(night: Night, judged: FreshJudgement) -> JudgedCase:
    """The case with the fingerprint of what is to stand on it: none where it was closed before flags were written at all."""
    assessment, since = judged.case.assessment, night.write_from
    before = assessment.closed and since is not None and judged.closed_on is not None and judged.closed_on < since
    if before and night.store.written(judged.id) is None:
        return judged.case
    return replace(
        judged.case, record_fingerprint=fingerprint_of(assessment, judged.case.school, night.store.withheld())
    )


def judge_case(night: Night, case: Case) -> JudgedCase | CaseProblem:
    """The judgement of ``case`` and what is to stand on it, or the problem that it is where the judgement broke."""
    judged = judged_case(night.judging, night.as_of, case)
    return to_stand(night, judged) if isinstance(judged, FreshJudgement) else judged


def note_problem(night: Night, school: str, problem: CaseProblem) -> None:
    """Keeps, and tells the log, that a case could not be looked at."""
    if problem.case is not None:
        night.store.put_problem(school, problem.case, problem.kind)
    night.log.warning("case could not be read", school=school, case=problem.case, kind=problem.kind)
