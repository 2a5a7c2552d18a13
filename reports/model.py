"""What a report says as a whole, before it has a form: a school, all of them, what a reader must know. Findings and cases: items.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from ..domain.annual_cycle import CycleStatus
from ..domain.calendar import SchoolCalendar
from ..domain.moment import local_day
from ..domain.plan import MunicipalPlan
from ..domain.problem import ProblemKind
from ..domain.role import Role
from ..domain.school import School
from ..domain.verdict import Basis, Severity, Verdict
from ..validators.rule import Chapter, Rule
from .items import CaseBlock, Group, Identity, Item, Part, Resolved, ShownAcceptance, Standing
from .links import NO_LINKS, Links
from .privacy import EXACT, NOT_ASKED, OUTSIDE, UNSEEN, Numbers, Square

Reader = Literal["rector", "owner"]

OF_THE_LAW = (Basis.LAW, Basis.BOTH)
"""Accepting a duty of these moves it to its own part of the report, and never takes it out of a count: no person can waive it."""


class WarningCode(StrEnum):
    """What a reader must know about the report as a whole."""

    INCOMPLETE = "incomplete"
    CRASHED = "crashed"
    PLAN_REVISION_OVERDUE = "plan_revision_overdue"
    PLAN_EXPIRED = "plan_expired"
    CALENDAR_MISSING = "calendar_missing"
    PRESENCE_ONLY = "presence_only"
    ACCEPTANCE_EXPIRED = "acceptance_expired"
    ACCEPTANCE_INVALID = "acceptance_invalid"
    ACCEPTANCE_OUTGROWN = "acceptance_outgrown"
    OLD = "old"
    """what is told was seen on an earlier day"""
    CHANGED_BY_OTHERS = "changed_by_others"
    """what we wrote outside, and somebody else has changed: it stays so until a person restores ours"""

    NOT_CARRIED = "not_carried"
    """what the source never has: the path first in ``items``, then the codes of the duties that can't be checked without it"""
    UNREAD = "unread"
    """cases that could not be looked at at all: they are in none of the numbers"""
    COPIED = "copied"
    """the same text stands in the plans of several cases: a question, of no rule"""
    DISPUTED = "disputed"
    """rules that people hold to be wrong about a case"""


@dataclass(frozen=True, slots=True)
class Problem:
    """A case (or a whole school, ``case`` None) that could not be looked at."""

    school: str | None
    case: str | None
    kind: ProblemKind = ProblemKind.UNREADABLE
    place: str = ""
    """where a person finds the file, where its name is not told"""


@dataclass(frozen=True, slots=True)
class Previous:
    """What stood in the report before: verdict by identity (rule, school, case, scope), and when."""

    as_of: datetime
    verdicts: Mapping[Identity, Verdict]


@dataclass(frozen=True, slots=True)
class Warning:
    """One warning. ``day`` where it speaks of one, ``items`` the codes or case numbers it speaks of."""

    code: WarningCode
    day: date | None = None
    number: int | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Only:
    """What of a school is asked for: one case, what one role is responsible for, the cases that need something today."""

    case: str | None = None
    role: Role | None = None
    today: bool = False


EVERYTHING = Only()


@dataclass(frozen=True)
class SchoolReport:
    """Everything that is said about one school (or, ``school`` None, about the municipality itself)."""

    school: School | None
    as_of: datetime
    plan: MunicipalPlan
    rules: Mapping[str, Rule]
    chapters: tuple[Chapter, ...]
    language: str
    reader: Reader
    complete: bool
    items: Iterable[Item]
    """Case by case as in ``cases``, and the annual cycle before the closed ones; what is met last."""
    cases: tuple[CaseBlock, ...]
    """Open cases first, the one that needs most first; then the closed ones, worst first."""
    cycle_block: CaseBlock | None
    """The annual cycle, where something of it was asked."""
    not_applicable: int
    resolved: tuple[Resolved, ...] = ()
    previous_as_of: datetime | None = None
    warnings: tuple[Warning, ...] = ()
    problems: tuple[Problem, ...] = ()
    cycle: tuple[CycleStatus, ...] = ()
    acceptances: tuple[ShownAcceptance, ...] = ()
    """All of them that concern this report, whatever their state."""
    only: Only = EVERYTHING
    """What was asked for. The numbers of cases are the school's all the same where it is what needs something today."""
    seen_at: datetime | None = None
    """When the cases were looked at, where that is not now."""
    links: Links = NO_LINKS
    source: str = ""
    """The adapter that the cases come from."""
    days: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    """By case: the day of each entry, by its id, where the case was at hand when the report was made."""
    calendar_of: Callable[[str | None], SchoolCalendar] | None = field(default=None, compare=False)
    """From a school's number to its calendar; it is asked for when days are told."""
    _parts: dict[Part, tuple[Item, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def calendar(self) -> SchoolCalendar | None:
        """The school's, by which its days are counted."""
        number = None if self.school is None else self.school.organisation_number
        return None if self.calendar_of is None else self.calendar_of(number)

    @property
    def today(self) -> date:
        """The report's day in Europe/Oslo."""
        return local_day(self.as_of)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """The cases that could not be looked at at all."""
        return tuple(problem for problem in self.problems if problem.case is not None)

    @property
    def own(self) -> bool:
        """Whether it is the municipality's own: its annual cycle and its plan, and no case."""
        return not self.across_pupils

    @property
    def across_pupils(self) -> bool:
        """Whether its numbers count pupils' cases; the municipality's own annual cycle has none."""
        return self.school is not None or bool(self.cases) or bool(self.unread)

    @property
    def blind(self) -> bool:
        """Whether nothing of it could be looked at: the school as a whole, or each of its cases."""
        unread = {problem.case for problem in self.problems}
        return None in unread or (bool(unread) and all(line.case in unread for line in self.cases))

    def group(self, group: Group) -> tuple[Item, ...]:
        """The items of ``group``, in order."""
        return tuple(item for item in self.items if item.group is group)

    def part(self, part: Part) -> tuple[Item, ...]:
        """The items of ``part``, in order."""
        if not self._parts:
            found: dict[Part, list[Item]] = {name: [] for name in Part}
            for item in self.items:
                found[item.part].append(item)
            self._parts.update({name: tuple(items) for name, items in found.items()})
        return self._parts[part]

    @property
    def open_items(self) -> tuple[Item, ...]:
        """Everything but what is in order."""
        return tuple(item for item in self.items if item.group is not Group.MET)

    @property
    def open_cases(self) -> tuple[CaseBlock, ...]:
        """The cases that somebody works in."""
        return tuple(block for block in self.cases if not block.closed)

    @property
    def closed_cases(self) -> tuple[CaseBlock, ...]:
        """The closed cases in which something is missing, asked or could not be checked."""
        return tuple(block for block in self.cases if block.closed and block.standing is not Standing.IN_ORDER)

    @property
    def shown_cases(self) -> tuple[CaseBlock, ...]:
        """The open cases that were asked for."""
        return self.standing(Standing.TODAY) if self.only.today else self.open_cases

    def standing(self, standing: Standing) -> tuple[CaseBlock, ...]:
        """The open cases that stand there."""
        return tuple(block for block in self.open_cases if block.standing is standing)

    def in_standing(self, standing: Standing) -> int:
        """How many cases stand there, each once: one that could not be read now stands as it was last seen, and where it never was,
        among what could not be checked."""
        never_seen = {problem.case for problem in self.unread} - {block.case for block in self.open_cases}
        return len(self.standing(standing)) + (len(never_seen) if standing is Standing.UNSEEN else 0)

    @property
    def numbers(self) -> Numbers:
        """How its numbers are shown."""
        return EXACT

    @property
    def cases_today(self) -> int:
        """How many cases need something today."""
        return len(self.standing(Standing.TODAY))

    @property
    def cycle_today(self) -> int:
        """How many findings about the annual cycle (no case) need something today."""
        cycle = self.cycle_block
        return 0 if cycle is None else sum(item.needs_today for act in cycle.acts for item in act.items)

    @property
    def soon(self) -> tuple[Item, ...]:
        """Deadlines within the next :data:`SOON_DAYS` days, today left out."""
        return self.part(Part.SOON)

    def at_or_over(self, severity: Severity) -> tuple[Item, ...]:
        """Deviations, not accepted, at least as severe as ``severity`` (for the exit code)."""
        return tuple(i for i in self.group(Group.DEVIATION) if i.finding.severity.rank >= severity.rank)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How one school stood on one stored night."""

    day: date
    school: str | None
    deviations: int
    """those that something can still be done about"""
    unknown: int = 0
    too_late: int = 0
    """those that no act can undo: they are never fewer, so they tell nothing about how it goes now"""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One school in the map."""

    school: School
    by_rule: Mapping[str, Square]
    by_chapter: Mapping[str, tuple[Square, ...]]
    """The squares of each chapter's rules: of them its number is made, so that it gives none of them away."""
    report: SchoolReport
    standing: Mapping[Standing, int]
    """How many cases stand where."""
    cases: int
    unread: int
    """Cases that could not be looked at at all."""
    new: int | None
    """What is open and was not in the report before; None where there was none."""
    solved: int

    def chapter(self, name: str) -> tuple[Square, ...]:
        """The squares of a chapter's rules."""
        return self.by_chapter.get(name) or ((UNSEEN,) if self.report.problems else ())

    def rule(self, code: str) -> Square:
        """The square of a rule."""
        return self.by_rule.get(code) or (UNSEEN if self.report.problems else NOT_ASKED)

    @property
    def all(self) -> tuple[Square, ...]:
        """The squares of all rules."""
        return (*self.by_rule.values(), *([UNSEEN] if self.report.problems else []))


@dataclass(frozen=True)
class AuditReport:
    """Everything that is said to the owner about all schools."""

    as_of: datetime
    plan: MunicipalPlan
    rules: Mapping[str, Rule]
    chapters: tuple[Chapter, ...]
    language: str
    complete: bool
    rows: tuple[HeatRow, ...]
    """Worst school first."""
    municipality: SchoolReport
    """What concerns the municipality itself: its annual cycle, the plan document."""
    trend: tuple[TrendPoint, ...] = ()
    previous_as_of: datetime | None = None
    warnings: tuple[Warning, ...] = ()
    problems: tuple[Problem, ...] = ()
    seen_at: datetime | None = None
    """When the cases of the school that was looked at longest ago were looked at, where that is not now."""
    external: bool = False
    """Whether it leaves the owner: then it holds no case, and no number from which a small one can be had."""
    links: Links = NO_LINKS
    source: str = ""
    """The adapter that the cases come from."""

    @property
    def numbers(self) -> Numbers:
        """How its numbers are shown."""
        return OUTSIDE if self.external else EXACT

    @property
    def today(self) -> date:
        """The report's day in Europe/Oslo."""
        return local_day(self.as_of)

    @property
    def schools(self) -> tuple[SchoolReport, ...]:
        """The report of each school, worst first."""
        return tuple(row.report for row in self.rows)

    @property
    def reports(self) -> tuple[SchoolReport, ...]:
        """The schools' reports and the municipality's own, last."""
        return (*self.schools, self.municipality)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item of every report, school by school; what is met last."""
        return tuple(
            item for met in (False, True) for r in self.reports for item in r.items if (item.group is Group.MET) is met
        )

    @property
    def rule_codes(self) -> tuple[str, ...]:
        """The rules that were asked anywhere, in the plan's order."""
        asked = {code for row in self.rows for code, cell in row.by_rule.items() if cell.asked}
        return tuple(code for code in self.rules if code in asked) + tuple(sorted(asked - self.rules.keys()))

    def at_or_over(self, severity: Severity) -> tuple[Item, ...]:
        """Deviations, not accepted, at least as severe as ``severity`` (for the exit code)."""
        return tuple(item for report in self.reports for item in report.at_or_over(severity))


Report = SchoolReport | AuditReport

ON_TOP = frozenset(
    {WarningCode.INCOMPLETE, WarningCode.UNREAD, WarningCode.CRASHED, WarningCode.CALENDAR_MISSING, WarningCode.OLD}
)
"""Warnings that change how the first lines are read; the others stand after the findings."""
