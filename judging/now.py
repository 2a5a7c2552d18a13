"""Judging now, straight from a source or from files: no store, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from ..adapters.ports import AnnualCycle, CaseProblem, CaseSource
from ..domain.errors import SourceError
from .judged import Judged, school_years
from .policy import Judging
from .problems import kept_apart, problem_of

Progress = Callable[[str, int], None]
"""Called with a school's number and how many of its cases have been judged."""


def judge_school(
    source: CaseSource,
    cycle: AnnualCycle | None,
    judging: Judging,
    *,
    school: str,
    as_of: datetime,
    progress: Progress | None = None,
    dated: bool = False,
) -> Judged:
    """All cases of ``school`` and its annual cycle, now; with ``dated`` also the days of what the cases hold.

    A source that breaks off leaves the result incomplete and says so in ``problems``. Raises Fatal and Retryable only
    when nothing at all could be read.
    """
    judged = Judged(dated=dated)
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
