"""Judging now, straight from a source or from files: no store, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from ..adapters.ports import AnnualCycle, CaseProblem, CaseSource, SourceItem
from ..domain.annual_cycle import CycleStatus
from ..domain.calendar import school_year_of
from ..domain.case import Case
from ..domain.errors import SourceError
from ..domain.moment import local_day
from ..domain.verdict import Assessment
from .came import Settled
from .policy import Judging
from .problems import kept_apart, problem_of
from .settle import Identity, settled, settled_cycle

Progress = Callable[[str, int], None]
"""Called with a school's number and how many of its cases have been judged."""


@dataclass
class Judged:
    """What a judgement found, and what it could not see."""

    assessments: list[Assessment] = field(default_factory=list)
    statuses: list[CycleStatus] = field(default_factory=list)
    problems: list[CaseProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a person should know of the files, and is no mistake."""
    complete: bool = True
    """False: something could not be read, or a source broke off."""
    settles: bool = False
    """Whether it is asked what would settle what is open in the cases that are in hand: only what is shown to who acts needs it."""
    settled: dict[Identity, Settled] = field(default_factory=dict)
    """What would settle each open finding, by its identity, where that was asked."""
    days: dict[str, dict[str, date]] = field(default_factory=dict)
    """By case: the day of each entry, by its id, where that was asked. It goes no further than the report that is made now."""

    def take(self, item: SourceItem, judging: Judging, as_of: datetime) -> None:
        """Judges one item and lets go of its content."""
        if isinstance(item, CaseProblem):
            self.problems.append(item)
            self.complete = False
            return
        assessment = kept_apart(lambda: judging.case(item, as_of), item.id)
        if isinstance(assessment, CaseProblem):
            self.take(assessment, judging, as_of)
            return
        if assessment.crashed:
            self.complete = False
        self.assessments.append(assessment)
        if self.settles:
            self.days[item.id] = _days(item)
        if self.settles and not assessment.over:
            self.settle(lambda: settled(item, assessment.findings, judging, as_of), item.id)

    def settle(self, ask: Callable[[], dict[Identity, Settled]], case: str | None = None) -> None:
        """Where asking breaks, nothing is said of what would settle it: the verdict stands all the same."""
        found = kept_apart(ask, case)
        if not isinstance(found, CaseProblem):
            self.settled |= found


def _days(case: Case) -> dict[str, date]:
    """The day of each notice, entry, plan, evaluation and incident of ``case``, by its id."""
    lists = (case.notices, case.log, case.activity_plans, case.evaluations, case.incidents)
    return {item.id: item.at.day for items in lists for item in items if item.at is not None}


def school_years(as_of: datetime) -> tuple[str, str]:
    """The school year of ``as_of`` and the one before it: those whose annual cycle is looked at."""
    this = school_year_of(local_day(as_of))
    first = int(this[:4])
    return f"{first - 1}-{first}", this


def judge_school(
    source: CaseSource,
    cycle: AnnualCycle | None,
    judging: Judging,
    *,
    school: str,
    as_of: datetime,
    progress: Progress | None = None,
    settles: bool = False,
) -> Judged:
    """All cases of ``school`` and its annual cycle, now; with ``settles`` also what would settle what is open.

    A source that breaks off leaves the result incomplete and says so in ``problems``. Raises Fatal and Retryable only
    when nothing at all could be read.
    """
    judged = Judged(settles=settles)
    try:
        for number, item in enumerate(source.changed_cases(school, None), 1):
            judged.take(item, judging, as_of)
            if progress is not None:
                progress(school, number)
    except SourceError as error:
        if not judged.assessments:
            raise
        judged.complete = False
        judged.problems.append(problem_of(error))
    if cycle is not None:
        judge_cycle(cycle, judging, judged, school=school, as_of=as_of)
    return judged


def judge_cycle(cycle: AnnualCycle, judging: Judging, judged: Judged, *, school: str | None, as_of: datetime) -> None:
    """The annual cycle of a school (``None`` = the municipality) in this school year and the last."""
    for school_year in school_years(as_of):
        try:
            facts = cycle.facts(school, school_year)
        except SourceError as error:
            judged.complete = False
            judged.problems.append(problem_of(error))
            continue
        found = kept_apart(partial(judging.cycle, facts, as_of))
        if isinstance(found, CaseProblem):
            judged.take(found, judging, as_of)
            continue
        assessment, status = found
        judged.assessments.append(assessment)
        judged.statuses.append(status)
        if judged.settles:
            judged.settle(partial(settled_cycle, facts, assessment.findings, judging, as_of))
