"""What a report says, before it has a form: pure data built from assessments, in the order people act on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

from ..domain.annual_cycle import CycleStatus
from ..domain.moment import local_day
from ..domain.people import Role
from ..domain.plan import MunicipalPlan
from ..domain.problem import ProblemKind
from ..domain.school import School
from ..domain.verdict import NOT_TO_BE_UNDONE, Assessment, Finding, RemarkCode, Severity, Verdict
from ..validators.rule import Chapter, Rule
from .report_language import plain

SOON_DAYS = 7
"""A deadline this many days ahead is «snart»."""
SMALLEST_COUNT = 5
"""Counts across pupils below this are shown as ``*`` to the owner."""

Identity = tuple[str, str, str, str]
Reader = Literal["rector", "owner"]


class Group(StrEnum):
    """The parts of a report, in the order they are read."""

    DEVIATION = "deviation"
    DUE = "due"
    REVIEW = "review"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    """avvik or question with a human decision that has not expired"""
    MET = "met"


class Part(StrEnum):
    """The parts of a report in the order people act on them."""

    TODAY = "today"
    """open deviations, and deadlines that are today or passed"""
    SOON = "soon"
    LATER = "later"
    CLOSED = "closed"
    """deviations in cases that are closed: to be written down, or the case to be opened again"""
    REVIEW = "review"
    UNKNOWN = "unknown"
    TOO_LATE = "too_late"
    """deviations that no act can undo: done, but late or in the wrong order"""
    ACCEPTED = "accepted"
    MET = "met"


class Urgency(StrEnum):
    """What the calendar says about a finding, most urgent first."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    DONE = "done"
    """done, but late or in the wrong order"""
    NONE = "none"


class Change(StrEnum):
    """How a finding stands to the one before."""

    NEW = "new"
    CONTINUED = "continued"


ACCEPTABLE = (Verdict.DEVIATION, Verdict.REVIEW)
"""What a person may decide about. What could not be checked is not among it, nor is a deadline that still runs."""


class AcceptanceState(StrEnum):
    """Whether an acceptance holds."""

    ACTIVE = "active"
    EXPIRED = "expired"
    OUTGROWN = "outgrown"
    """a question was accepted, and it has become a deviation: the finding is back"""
    INVALID = "invalid"
    """no reason, no end date or no known role: the finding is back"""


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
    UNREAD = "unread"
    """cases that could not be looked at at all: they are in none of the numbers"""


class AcceptanceRecord(Protocol):
    """A human decision about one finding, as the store keeps it. Malformed values are told, never trusted."""

    @property
    def school(self) -> str | None: ...
    @property
    def case(self) -> str | None: ...
    @property
    def rule(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def until(self) -> date | None: ...
    @property
    def verdict(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An acceptance as a report shows it."""

    school: str | None
    case: str | None
    rule: str
    scope: str
    reason: str
    role: str
    until: date | None
    state: AcceptanceState = AcceptanceState.ACTIVE
    verdict: str | None = None
    """what was decided about; ``None`` where that is not known"""


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
class Item:
    """One finding as a reader meets it."""

    finding: Finding
    group: Group
    urgency: Urgency
    days: int | None
    """Days from the report's day to the deadline; negative = passed."""
    change: Change | None = None
    was: Verdict | None = None
    acceptance: Acceptance | None = None
    closed: bool = False
    """Whether the case is closed."""

    @property
    def part(self) -> Part:
        """Where in the report it stands."""
        if self.group is Group.DEVIATION:
            if self.urgency is Urgency.DONE:
                return Part.TOO_LATE
            return Part.CLOSED if self.closed else Part.TODAY
        if self.group is Group.DUE:
            return {
                Urgency.OVERDUE: Part.TODAY,
                Urgency.TODAY: Part.TODAY,
                Urgency.SOON: Part.SOON,
            }.get(self.urgency, Part.LATER)
        return Part(self.group.value)

    @property
    def needs_today(self) -> bool:
        """Whether someone must act on it today."""
        return self.part is Part.TODAY


@dataclass(frozen=True, slots=True)
class Resolved:
    """What stood open in the report before and is no more: ``now`` is met or not applicable, or None = not asked any more."""

    identity: Identity
    was: Verdict
    now: Verdict | None

    @property
    def rule(self) -> str:
        return self.identity[0]

    @property
    def case(self) -> str:
        return self.identity[2]

    @property
    def scope(self) -> str:
        return self.identity[3]


@dataclass(frozen=True, slots=True)
class Warning:
    """One warning. ``day`` where it speaks of one, ``items`` the codes or case numbers it speaks of."""

    code: WarningCode
    day: date | None = None
    number: int | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in numbers."""

    case: str
    closed: bool
    needs_today: bool
    next_deadline: date | None
    counts: Mapping[Group, int]
    in_order: tuple[tuple[str, int], ...]
    """Rules that are met, with how many times, in the rules' order."""
    not_applicable: int


@dataclass(frozen=True, slots=True)
class InOrder:
    """A rule that is in order in so many ``cases`` (0 = in the annual cycle)."""

    rule: str
    cases: int
    years: tuple[str, ...] = ()
    """Scopes of the school years in which it is, where something of it stands open too."""


def _first_scope(scope: str) -> str:
    """The school year, of the scope of a finding about the annual cycle."""
    return scope.partition("/")[0]


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
    items: tuple[Item, ...]
    """Open findings first, by what is due first; findings that are met last."""
    cases: tuple[CaseLine, ...]
    not_applicable: int
    resolved: tuple[Resolved, ...] = ()
    previous_as_of: datetime | None = None
    warnings: tuple[Warning, ...] = ()
    problems: tuple[Problem, ...] = ()
    cycle: tuple[CycleStatus, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    """All of them that concern this report, whatever their state."""
    seen_at: datetime | None = None
    """When the cases were looked at, where that is not now."""
    _parts: dict[Part, tuple[Item, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def today(self) -> date:
        """The report's day in Europe/Oslo."""
        return local_day(self.as_of)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """The cases that could not be looked at at all."""
        return tuple(problem for problem in self.problems if problem.case is not None)

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
    def alike(self) -> tuple[tuple[CaseLine, ...], ...]:
        """The cases, those that have nothing open and the same in order taken together."""
        found: dict[object, list[CaseLine]] = {}
        for line in self.cases:
            is_open = any(number for group, number in line.counts.items() if group is not Group.MET)
            codes = tuple(code for code, _ in line.in_order)
            found.setdefault(line.case if is_open else codes, []).append(line)
        return tuple(tuple(lines) for lines in found.values())

    @property
    def unseen(self) -> tuple[tuple[Item, ...], ...]:
        """What could not be checked, by case and reason: one case that is hidden is one thing to do, not thirty."""
        found: dict[object, list[Item]] = {}
        for item in self.part(Part.UNKNOWN):
            found.setdefault((item.finding.case, item.finding.reason), []).append(item)
        return tuple(tuple(items) for items in found.values())

    @property
    def met_by_rule(self) -> tuple[InOrder, ...]:
        """Rules that are in order somewhere, in the plan's order."""
        cases: dict[str, set[str]] = defaultdict(set)
        years: dict[str, set[str]] = defaultdict(set)
        for finding in (item.finding for item in self.part(Part.MET)):
            cases[finding.rule] |= {finding.case} if finding.case else set()
            years[finding.rule] |= set() if finding.case else {_first_scope(finding.scope)}
        half = {i.finding.rule for i in self.open_items if i.finding.case is None}
        order = [code for code in self.rules if code in cases] + sorted(cases.keys() - self.rules.keys())
        return tuple(
            InOrder(code, len(cases[code]), tuple(sorted(years[code])) if code in half else ()) for code in order
        )

    @property
    def cases_today(self) -> int:
        """How many cases need something today."""
        return sum(line.needs_today for line in self.cases)

    @property
    def cases_closed(self) -> int:
        """How many closed cases have deviations that something can still be done about."""
        return len({item.finding.case for item in self.part(Part.CLOSED)})

    @property
    def cycle_today(self) -> int:
        """How many findings about the annual cycle (no case) need something today."""
        return sum(item.needs_today and item.finding.case is None for item in self.items)

    @property
    def soon(self) -> tuple[Item, ...]:
        """Deadlines within the next :data:`SOON_DAYS` days, today left out."""
        return self.part(Part.SOON)

    def at_or_over(self, severity: Severity) -> tuple[Item, ...]:
        """Deviations, not accepted, at least as severe as ``severity`` (for the exit code)."""
        return tuple(i for i in self.group(Group.DEVIATION) if i.finding.severity.rank >= severity.rank)


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of the owner's map: findings by group. Rules that are not triggered are in none of the numbers."""

    deviations: int = 0
    due: int = 0
    review: int = 0
    unknown: int = 0
    accepted: int = 0
    met: int = 0
    unread: int = 0
    """Cases that could not be looked at at all (or lists of them): what they hold is in none of the numbers."""
    across_pupils: bool = True
    """Whether the numbers count pupils' cases, so that small ones are hidden."""

    @property
    def checked(self) -> bool:
        """Whether anything could be checked."""
        return self.deviations + self.due + self.review + self.accepted + self.met > 0

    @property
    def asked(self) -> bool:
        """Whether anything was asked, answered or not."""
        return self.checked or self.unknown > 0 or self.unread > 0

    @property
    def shown(self) -> str:
        """The deviations as they may be shown: «–» not asked, «*» one to four across pupils, and «?» where something
        could not be checked, alone or after the number."""
        if not self.asked:
            return "–"
        number = shown_count(self.deviations, self.across_pupils)
        return counted(number if self.checked else "?", not (self.unknown or self.unread))


NOT_ASKED = Cell()
UNSEEN = Cell(unread=1)


def shown_count(number: int, across_pupils: bool = True) -> str:
    """``number`` as the owner may see it: ``*`` for one to four across pupils."""
    return "*" if across_pupils and 0 < number < SMALLEST_COUNT else str(number)


def counted(number: str, whole: bool) -> str:
    """``number`` as it was counted: where not all could be looked at (``whole`` False) nobody knows a zero, which is «?»,
    and another number may be higher: «3 ?»."""
    if whole or number.endswith("?"):
        return number
    return "?" if number in ("0", "–") else f"{number} ?"


def shown_sum(cells: Iterable[Cell]) -> str:
    """The deviations of ``cells`` added up without giving a hidden number away: the hidden ones are left out, and a plus
    tells that they are there; «*» where all that is there is hidden, «–» where nothing was asked, and «?» where something
    could not be checked."""
    asked = [cell for cell in cells if cell.asked]
    hidden = [c for c in asked if c.across_pupils and 0 < c.deviations < SMALLEST_COUNT]
    total = sum(c.deviations for c in asked) - sum(c.deviations for c in hidden)
    if not any(cell.checked for cell in asked):
        return "?" if asked else "–"
    shown = str(total) if not hidden else f"{total}+" if total else "*"
    return f"{shown} ?" if any(cell.unknown or cell.unread for cell in asked) else shown


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
    by_chapter: Mapping[str, Cell]
    by_rule: Mapping[str, Cell]
    report: SchoolReport

    def chapter(self, name: str) -> Cell:
        """The square of a chapter."""
        return self.by_chapter.get(name) or (UNSEEN if self.report.problems else NOT_ASKED)

    def rule(self, code: str) -> Cell:
        """The square of a rule."""
        return self.by_rule.get(code) or (UNSEEN if self.report.problems else NOT_ASKED)

    @property
    def total(self) -> str:
        """All deviations of the school, as they may be shown beside its chapters."""
        return shown_sum([*self.by_chapter.values(), *([UNSEEN] if self.report.problems else [])])

    def small(self, number: int) -> str:
        """A number of the school's pupils as the owner may see it, and as it was counted."""
        return counted(shown_count(number), not self.report.problems)


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
        """Every item of every report, by what is due first."""
        return tuple(sorted((i for r in self.reports for i in r.items), key=_order))

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

_PARTS = {part: place for place, part in enumerate(Part)}
_ROLES = frozenset(role.value for role in Role)
_OPEN = frozenset({Verdict.DEVIATION, Verdict.DUE, Verdict.REVIEW, Verdict.UNKNOWN})


def school_report(
    school: School | None,
    assessments: Iterable[Assessment],
    cycle_statuses: Sequence[CycleStatus] = (),
    *,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    as_of: datetime,
    complete: bool = True,
    chapters: Sequence[Chapter] = (),
    previous: Previous | None = None,
    acceptances: Iterable[AcceptanceRecord] = (),
    problems: Sequence[Problem] = (),
    leader_cases: frozenset[str] = frozenset(),
    seen_at: datetime | None = None,
    language: str = "nb",
    reader: Reader = "rector",
) -> SchoolReport:
    """The report of one school.

    ``assessments``: of the school's cases and of its annual cycle. ``leader_cases``: numbers of cases in which a leader of
    the school is the subject; for the reader ``rector`` nothing in the report speaks of them. ``complete``: whether the
    run saw everything; problems, crashes and findings that could not be checked make the report incomplete all the same.
    ``seen_at``: when the cases were looked at, where that is not ``as_of``.
    """
    hidden = leader_cases if reader == "rector" else frozenset()
    kept = [a for a in assessments if a.case is None or a.case not in hidden]
    problems = tuple(p for p in problems if p.case is None or p.case not in hidden)
    today = local_day(as_of)
    decided = _by_identity(acceptances, today, hidden, None if school is None else school.organisation_number)
    _mark_outgrown(decided, kept)
    items = sorted((item for a in kept for item in _items(a, today, previous, decided)), key=_order)
    crashed = tuple(sorted({code for a in kept for code in a.crashed}))
    not_applicable = Counter(f.case for a in kept for f in a.findings if f.verdict is Verdict.NOT_APPLICABLE)
    return SchoolReport(
        school=None if school is None else school.model_copy(update={"name": plain(school.name)}),
        as_of=as_of,
        plan=plan,
        rules=rules,
        chapters=tuple(chapters),
        language=language,
        reader=reader,
        complete=complete and not problems and not crashed and all(a.complete for a in kept),
        items=tuple(items),
        cases=_case_lines(kept, items, not_applicable, rules),
        not_applicable=sum(not_applicable.values()),
        resolved=_resolved(kept, previous),
        previous_as_of=previous.as_of if previous is not None else None,
        warnings=(
            *_old(seen_at, today),
            *_unread(problems),
            *_warnings(items, crashed, plan, today, complete and not problems, decided.values()),
        ),
        problems=problems,
        cycle=tuple(cycle_statuses),
        acceptances=tuple(decided.values()),
        seen_at=seen_at,
    )


def audit_report(
    schools: Sequence[School],
    assessments: Iterable[Assessment],
    cycle_statuses: Sequence[CycleStatus] = (),
    *,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    as_of: datetime,
    complete: bool = True,
    chapters: Sequence[Chapter] = (),
    previous: Previous | None = None,
    acceptances: Iterable[AcceptanceRecord] = (),
    problems: Sequence[Problem] = (),
    trend: Sequence[TrendPoint] = (),
    seen_at: datetime | None = None,
    language: str = "nb",
) -> AuditReport:
    """The owner's report over all ``schools``. ``assessments``: of every school and (school None) of the municipality.

    An assessment of a school that is not in ``schools`` (closed, or unknown to the roster) is shown under its number.
    """
    by_school: dict[str | None, list[Assessment]] = defaultdict(list)
    for assessment in assessments:
        by_school[assessment.school].append(assessment)
    kept_acceptances = tuple(acceptances)
    known = {school.organisation_number: school for school in schools}
    for number in sorted(by_school.keys() - known.keys() - {None}, key=str):
        known[str(number)] = School(organisation_number=str(number), name=str(number))

    def report_of(school: School | None) -> SchoolReport:
        number = None if school is None else school.organisation_number
        return school_report(
            school,
            by_school[number],
            [s for s in cycle_statuses if s.school == number],
            plan=plan,
            rules=rules,
            as_of=as_of,
            complete=complete,
            chapters=chapters,
            previous=previous,
            acceptances=kept_acceptances,
            problems=tuple(p for p in problems if p.school == number),
            seen_at=seen_at,
            language=language,
            reader="owner",
        )

    rows = sorted((_heat_row(school, report_of(school), rules) for school in known.values()), key=_worst_first)
    municipality = report_of(None)
    reports = [*(row.report for row in rows), municipality]
    return AuditReport(
        as_of=as_of,
        plan=plan,
        rules=rules,
        chapters=tuple(chapters),
        language=language,
        complete=complete and all(report.complete for report in reports),
        rows=tuple(rows),
        municipality=municipality,
        trend=tuple(sorted(trend, key=lambda point: (point.day, point.school or ""))),
        previous_as_of=previous.as_of if previous is not None else None,
        warnings=_joined_warnings(reports),
        problems=tuple(problems),
        seen_at=seen_at,
    )


def urgency_of(finding: Finding, today: date) -> Urgency:
    """What the calendar says about ``finding`` on ``today``."""
    if finding.verdict is Verdict.DEVIATION:
        return Urgency.DONE if finding.reason in NOT_TO_BE_UNDONE else Urgency.OVERDUE
    if finding.verdict is not Verdict.DUE or finding.deadline is None:
        return Urgency.NONE
    days = (finding.deadline - today).days
    if days < 0:
        return Urgency.OVERDUE
    if days == 0:
        return Urgency.TODAY
    return Urgency.SOON if days <= SOON_DAYS else Urgency.LATER


def _order(item: Item) -> tuple[object, ...]:
    """By part, then by deadline, then by how much hangs on it, then by case and rule.

    A deadline that is today comes before those that have passed: it is the only one that can still be met.
    """
    finding = item.finding
    return (
        _PARTS[item.part],
        item.urgency is not Urgency.TODAY,
        finding.deadline or date.max,
        -finding.severity.rank,
        finding.case or "",
        finding.rule,
        finding.scope,
    )


def _items(
    assessment: Assessment, today: date, previous: Previous | None, decided: Mapping[Identity, Acceptance]
) -> Iterable[Item]:
    for finding in assessment.findings:
        if finding.verdict is Verdict.NOT_APPLICABLE:
            continue
        acceptance = decided.get(_decision_key(finding.rule, finding.school, finding.case, finding.scope))
        group = Group(finding.verdict.value)
        if acceptance is not None and acceptance.state is AcceptanceState.ACTIVE and finding.verdict in ACCEPTABLE:
            group = Group.ACCEPTED
        was = previous.verdicts.get(finding.identity) if previous is not None else None
        change = None
        if previous is not None and finding.verdict in _OPEN:
            change = Change.CONTINUED if was is finding.verdict else Change.NEW
        yield Item(
            finding=finding,
            group=group,
            urgency=urgency_of(finding, today) if group is not Group.ACCEPTED else Urgency.NONE,
            days=None if finding.deadline is None else (finding.deadline - today).days,
            change=change,
            was=was,
            acceptance=acceptance,
            closed=assessment.closed,
        )


def _decision_key(rule: str, school: str | None, case: str | None, scope: str) -> Identity:
    """A case number is enough to find a case again when it has moved; a school's own findings need the school."""
    return rule, "" if case else school or "", case or "", scope


def _by_identity(
    acceptances: Iterable[AcceptanceRecord], today: date, hidden: frozenset[str], school: str | None
) -> dict[Identity, Acceptance]:
    found: dict[Identity, Acceptance] = {}
    for record in acceptances:
        if record.case in hidden or (record.school is not None and record.school != school):
            continue
        state = AcceptanceState.ACTIVE
        malformed = getattr(record, "malformed", ())  # the store's own word for what it could not read
        if malformed or record.until is None or not record.reason.strip() or record.role not in _ROLES:
            state = AcceptanceState.INVALID
        elif record.until < today:
            state = AcceptanceState.EXPIRED
        acceptance = Acceptance(
            record.school,
            record.case,
            plain(record.rule),
            plain(record.scope),
            plain(record.reason),
            plain(record.role),
            record.until,
            state,
            record.verdict,
        )
        key = _decision_key(record.rule, record.school, record.case, record.scope)
        standing = found.get(key)
        if standing is None or standing.state is not AcceptanceState.ACTIVE:
            found[key] = acceptance
    return found


def _mark_outgrown(decided: dict[Identity, Acceptance], assessments: Iterable[Assessment]) -> None:
    """A question that a person accepted does not cover the deviation that it has become since."""
    for finding in (f for a in assessments for f in a.findings if f.verdict is Verdict.DEVIATION):
        key = _decision_key(finding.rule, finding.school, finding.case, finding.scope)
        acceptance = decided.get(key)
        if acceptance is None or acceptance.state is not AcceptanceState.ACTIVE:
            continue
        if acceptance.verdict == Verdict.REVIEW:
            decided[key] = replace(acceptance, state=AcceptanceState.OUTGROWN)


def _case_lines(
    assessments: Sequence[Assessment],
    items: Sequence[Item],
    not_applicable: Mapping[str | None, int],
    rules: Mapping[str, Rule],
) -> tuple[CaseLine, ...]:
    by_case: dict[str, list[Item]] = {a.case: [] for a in assessments if a.case is not None}
    for item in items:
        if item.finding.case is not None:
            by_case.setdefault(item.finding.case, []).append(item)
    closed = {a.case for a in assessments if a.closed}
    places = {code: place for place, code in enumerate(rules)}
    lines = []
    for case, found in by_case.items():
        met = Counter(item.finding.rule for item in found if item.group is Group.MET)
        lines.append(
            CaseLine(
                case=case,
                closed=case in closed,
                needs_today=any(item.needs_today for item in found),
                next_deadline=min(
                    (i.finding.deadline for i in found if i.group is Group.DUE and i.finding.deadline), default=None
                ),
                counts=Counter(item.group for item in found),
                in_order=tuple(sorted(met.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[0]))),
                not_applicable=not_applicable.get(case, 0),
            )
        )
    lines.sort(key=lambda line: (not line.needs_today, line.next_deadline or date.max, line.case))
    return tuple(lines)


def _resolved(assessments: Sequence[Assessment], previous: Previous | None) -> tuple[Resolved, ...]:
    """What was open before and is not now, in cases and school years that were looked at both times. A case that was not
    looked at now is a problem of its own and solves nothing; nor does it that a school year is over."""
    if previous is None:
        return ()
    now = {f.identity: f.verdict for a in assessments for f in a.findings}
    looked_at = {(a.school or "", a.case) for a in assessments if a.case}
    looked_at |= {(a.school or "", _first_scope(f.scope)) for a in assessments if not a.case for f in a.findings}
    found = []
    for identity, was in previous.verdicts.items():
        _, school, case, scope = identity
        if was not in _OPEN or (school, case or _first_scope(scope)) not in looked_at:
            continue
        verdict = now.get(identity)
        if verdict is None or verdict in (Verdict.MET, Verdict.NOT_APPLICABLE):
            found.append(Resolved(identity, was, verdict))
    return tuple(sorted(found, key=lambda r: (r.now is None, r.case, r.rule, r.scope)))


def _old(seen_at: datetime | None, today: date) -> Iterable[Warning]:
    if seen_at is not None and local_day(seen_at) < today:
        yield Warning(WarningCode.OLD, local_day(seen_at))


def _unread(problems: Sequence[Problem]) -> Iterable[Warning]:
    cases = tuple(dict.fromkeys(problem.case for problem in problems if problem.case is not None))
    if cases:
        yield Warning(WarningCode.UNREAD, number=len(cases), items=cases)


def _warnings(
    items: Sequence[Item],
    crashed: tuple[str, ...],
    plan: MunicipalPlan,
    today: date,
    complete: bool,
    acceptances: Iterable[Acceptance],
) -> Iterable[Warning]:
    unknown = sum(item.group is Group.UNKNOWN for item in items)
    if unknown or not complete:
        yield Warning(WarningCode.INCOMPLETE, number=unknown)
    if crashed:
        yield Warning(WarningCode.CRASHED, items=crashed)
    document = plan.document
    if document.valid_to is not None and document.valid_to < today:
        yield Warning(WarningCode.PLAN_EXPIRED, document.valid_to)
    elif document.next_revision is not None and document.next_revision < today:
        yield Warning(WarningCode.PLAN_REVISION_OVERDUE, document.next_revision)
    remarks = Counter(remark.code for item in items for remark in item.finding.remarks)
    if remarks[RemarkCode.CALENDAR_MISSING]:
        yield Warning(WarningCode.CALENDAR_MISSING, number=remarks[RemarkCode.CALENDAR_MISSING])
    if remarks[RemarkCode.PRESENCE_ONLY]:
        yield Warning(WarningCode.PRESENCE_ONLY, number=remarks[RemarkCode.PRESENCE_ONLY])
    states: dict[AcceptanceState, list[str]] = defaultdict(list)
    for acceptance in acceptances:
        states[acceptance.state].append(" ".join(filter(None, (acceptance.case, acceptance.rule))))
    for state, code in _BACK.items():
        if states[state]:
            yield Warning(code, items=tuple(sorted(states[state])))


_BACK = {
    AcceptanceState.EXPIRED: WarningCode.ACCEPTANCE_EXPIRED,
    AcceptanceState.OUTGROWN: WarningCode.ACCEPTANCE_OUTGROWN,
    AcceptanceState.INVALID: WarningCode.ACCEPTANCE_INVALID,
}
"""Acceptances that no longer hold, and the warning that says so."""


def _joined_warnings(reports: Sequence[SchoolReport]) -> tuple[Warning, ...]:
    """The warnings of all reports, each kind once."""
    joined: dict[WarningCode, Warning] = {}
    for name, warning in ((_name_of(report), w) for report in reports for w in report.warnings):
        before = joined.get(warning.code)
        numbers = [w.number for w in (before, warning) if w is not None and w.number is not None]
        # Which case and which duty stand on the schools' own pages: of a decision only the school is named here.
        named = warning.items if warning.code is WarningCode.CRASHED or not warning.items else (name,)
        items = (before.items if before is not None else ()) + named
        joined[warning.code] = Warning(
            warning.code, warning.day, sum(numbers) if numbers else None, tuple(dict.fromkeys(items))
        )
    order = list(WarningCode)
    return tuple(sorted(joined.values(), key=lambda warning: order.index(warning.code)))


def _name_of(report: SchoolReport) -> str:
    return report.school.name if report.school is not None else plain(report.plan.document.municipality)


_FIELD_OF_GROUP = {
    Group.DEVIATION: "deviations",
    Group.DUE: "due",
    Group.REVIEW: "review",
    Group.UNKNOWN: "unknown",
    Group.ACCEPTED: "accepted",
    Group.MET: "met",
}


def _heat_row(school: School, report: SchoolReport, rules: Mapping[str, Rule]) -> HeatRow:
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    by_chapter: dict[str, Counter[str]] = defaultdict(Counter)
    of_pupils: dict[str, bool] = defaultdict(bool)
    for item in report.items:
        code = item.finding.rule
        rule = rules.get(code)
        chapter = rule.chapter if rule is not None else ""
        name = _FIELD_OF_GROUP[item.group]
        by_rule[code][name] += 1
        by_chapter[chapter][name] += 1
        if item.finding.case is not None:
            of_pupils[code] = of_pupils[chapter] = True
    for counts in (*by_rule.values(), *by_chapter.values()):
        counts["unread"] += len(report.problems)
    return HeatRow(
        school=school if report.school is None else report.school,
        by_rule={code: Cell(**counts, across_pupils=of_pupils[code]) for code, counts in by_rule.items()},
        by_chapter={name: Cell(**counts, across_pupils=of_pupils[name]) for name, counts in by_chapter.items()},
        report=report,
    )


def _worst_first(row: HeatRow) -> tuple[object, ...]:
    """Schools that could not be looked at, then by critical deviations, all deviations, what is unseen, and name."""
    deviations = row.report.group(Group.DEVIATION)
    critical = sum(item.finding.severity is Severity.CRITICAL for item in deviations)
    unknown = len(row.report.group(Group.UNKNOWN)) + len(row.report.problems)
    return not row.report.blind, -critical, -len(deviations), -unknown, row.school.name
