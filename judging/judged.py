"""What a judgement over many cases found, and what it could not see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from ..domain.annual_cycle import CycleStatus
from ..domain.calendar import school_year_of
from ..domain.moment import local_day
from ..domain.verdict import Assessment

if TYPE_CHECKING:
    from ..adapters.ports import CaseProblem, SourceItem
    from ..domain.case import Case
    from .policy import Judging


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
    dated: bool = False
    """Whether the days of what a case holds are taken too: only what is shown to who acts needs them."""
    days: dict[str, dict[str, date]] = field(default_factory=dict)
    """By case: the day of each entry, by its id, where that was asked. It goes no further than the report that is made now."""

    def take(self, item: SourceItem, judging: Judging, as_of: datetime) -> None:
        """Judges one item and lets go of its content."""
        from ..adapters.ports import CaseProblem
        from .problems import kept_apart

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
        if self.dated:
            self.days[item.id] = days_of(item)


def days_of(case: Case) -> dict[str, date]:
    """The day of each notice, entry, plan, evaluation and incident of ``case``, by its id."""
    lists = (case.notices, case.log, case.activity_plans, case.evaluations, case.incidents)
    return {item.id: item.at.day for items in lists for item in items if item.at is not None}


def school_years(as_of: datetime) -> tuple[str, str]:
    """The school year of ``as_of`` and the one before it: those whose annual cycle is looked at."""
    this = school_year_of(local_day(as_of))
    first = int(this[:4])
    return f"{first - 1}-{first}", this
