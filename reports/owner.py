"""What the owner acts on: duties of their own, which school needs help today, and where nobody has acted for long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from ..domain.people import Role
from ..domain.verdict import Verdict
from .items import Act, CaseBlock, Part, Standing
from .model import AuditReport, HeatRow, SchoolReport
from .privacy import counted
from .sentences import Sentences
from .view import line

_FOUR_WEEKS = timedelta(weeks=4)
_DUTIES_TO_RAISE = 2
_ASKS_NOW = (Part.TODAY, Part.SOON, Part.REVIEW)


@dataclass(frozen=True)
class SchoolNow:
    """A school as the owner meets it: exact numbers, and cases under their pseudonyms."""

    needs: str
    opened: str
    overdue: str
    """days, in the median of the cases that are past a deadline"""
    silence: str
    """the longest time since anybody acted for a pupil, and in which case"""
    trend: str
    trend_class: str
    """good, bad or nothing"""
    unseen: str
    to_raise: str


@dataclass(frozen=True)
class OwnDuty:
    """One thing that nobody but the owner can do."""

    when: str
    what: str
    about: str
    """the cases, or the part of the annual cycle; empty where the text says it all"""
    cases: tuple[str, ...] = ()
    rule: str | None = None
    deadline: date | None = None

    @property
    def text(self) -> str:
        """In one line."""
        what = self.what
        if self.cases and self.about:
            what = f"{what.rstrip('.')} ({self.about})."
        elif self.about:
            what = f"{what} – {self.about}"
        return f"{self.when[:1].upper()}{self.when[1:]}: {what}" if self.when else what


def own_duties(report: AuditReport, say: Sentences) -> list[OwnDuty]:
    """What nobody but the owner can do, by when: cases about leaders, duties in cases, the municipality's annual cycle and plan.
    None of it leaves the owner."""
    if report.external:
        return []
    leaders: list[str] = []
    duties: list[OwnDuty] = []
    for block in (block for school in report.schools for block in school.open_cases):
        case = str(block.case)
        leaders += [case] if block.leader_accused else []
        duties += [
            _own(act, say, say.case_words(case), case)
            for act in block.acts
            if act.first.finding.role is Role.OWNER and act.part in _ASKS_NOW
        ]
    told = say.words.gettext("Følg opp selv, for en leder er beskyldt: {cases}")
    named = ", ".join(map(say.case_words, leaders))
    found = [OwnDuty("", told.format(cases=named), "", tuple(leaders))] if leaders else []
    cycle = report.municipality.cycle_block
    duties += [
        _own(act, say, line(act, say).about if act.part is Part.REVIEW else "")
        for act in (() if cycle is None else cycle.acts)
        if act.part in _ASKS_NOW
    ]
    return found + duties


def _own(act: Act, say: Sentences, about: str, *cases: str) -> OwnDuty:
    step = line(act, say)
    what = step.short if cases else step.what
    return OwnDuty(step.when, what, about, cases, act.rule, act.first.finding.deadline)


def school_now(row: HeatRow, report: AuditReport, say: Sentences) -> SchoolNow:
    """How the school of ``row`` stands."""
    school, words = row.report, say.words
    trend, way = _four_weeks(report, row.school.organisation_number, say)
    days = [-late for block in school.standing(Standing.TODAY) if (late := _latest(block)) < 0]
    raised = _to_raise(school)
    return SchoolNow(
        needs=counted(str(school.cases_today), not school.problems),
        opened=counted(str(len(school.open_cases)), not school.problems),
        overdue=str(round(median(days))) if days else "–",
        silence=_silence(school, say),
        trend=trend,
        trend_class=way,
        unseen=counted(str(school.in_standing(Standing.UNSEEN)), not school.problems),
        to_raise="; ".join(say.rule_title(code).rstrip(".") for code in raised[:_DUTIES_TO_RAISE])
        or words.gettext("ingenting i dag"),
    )


def _to_raise(school: SchoolReport) -> list[str]:
    """The duties that something is needed on today: those that are lacking in most open cases first, the gravest of them before."""
    lacking: Counter[str] = Counter()
    asked: dict[str, int] = {}
    for block in school.open_cases:
        acts = {act.rule: act for act in block.acts if act.part is Part.TODAY}
        lacking.update(code for code, act in acts.items() if act.first.finding.verdict is Verdict.DEVIATION)
        for code, act in acts.items():
            asked[code] = max(asked.get(code, 0), act.severity.rank)
    return sorted(asked, key=lambda code: (-lacking[code], -asked[code], code))


def most_help(report: AuditReport, say: Sentences) -> str:
    """Which school needs most help today, with what, and how it has gone there; an empty text where none does."""
    row = next(iter(by_need(report)), None)
    if row is None or not (row.report.blind or row.report.cases_today):
        return ""
    if row.report.blind:
        return say.words.gettext("{school} kunne ikke sjekkes.").format(school=row.school.name)
    now = school_now(row, report, say)
    told = say.words.gettext("Mest hjelp trenger {school}: {part} av {n} åpne saker trenger noe i dag.")
    said = [told.format(school=row.school.name, part=now.needs, n=now.opened)]
    if now.trend != "–":
        said.append(say.words.gettext("Avvik siste fire uker: {trend}.").format(trend=now.trend))
    return " ".join([*said, say.words.gettext("Ta opp: {duties}.").format(duties=now.to_raise)])


def by_need(report: AuditReport) -> list[HeatRow]:
    """The schools in which most cases need something today first; one that could not be looked at before them all."""
    return sorted(report.rows, key=lambda row: (not row.report.blind, -row.report.cases_today, row.school.name))


def _latest(block: CaseBlock) -> int:
    """Days from today to the deadline that passed first; 0 = none has."""
    items = (item for act in block.acts if act.part is Part.TODAY for item in act.items)
    return min((i.days for i in items if i.days is not None and i.finding.deadline is not None), default=0)


def _silence(school: SchoolReport, say: Sentences) -> str:
    acted = [(block.last_act, say.case_words(str(block.case))) for block in school.open_cases if block.last_act]
    never = sum(block.last_act is None and "log" not in block.hidden for block in school.open_cases)
    told = []
    if acted:
        day, case = min(acted)
        told.append(say.words.ngettext("{n} dag ({case})", "{n} dager ({case})", (school.today - day).days, case=case))
    if never:
        told.append(say.words.ngettext("{n} sak uten noe loggført", "{n} saker uten noe loggført", never))
    return "; ".join(told) or "–"


def _four_weeks(report: AuditReport, school: str, say: Sentences) -> tuple[str, str]:
    """How many more or fewer deviations that can be mended than four weeks ago, where there was a night then."""
    points = sorted((point.day, point.deviations) for point in report.trend if point.school == school)
    before = [number for day, number in points if points and day <= points[-1][0] - _FOUR_WEEKS]
    if not before:
        return "–", ""
    more = points[-1][1] - before[-1]
    if more > 0:
        return say.words.gettext("{n} flere").format(n=more), "bad"
    if more < 0:
        return say.words.gettext("{n} færre").format(n=-more), "good"
    return say.words.gettext("som før"), ""


def longest(report: AuditReport, say: Sentences) -> Iterable[str]:
    """Of each school the open case in which nobody has acted for longest, the longest first."""
    found: list[tuple[date, str, str]] = []
    for school in report.schools:
        acted = [(block.last_act, say.case_words(str(block.case))) for block in school.open_cases if block.last_act]
        if acted:
            day, case = min(acted)
            found.append((day, say.school_name(school), case))
    for day, name, case in sorted(found)[:3]:
        days = (report.today - day).days
        yield say.words.ngettext(
            "{school}: {n} dag ({case})", "{school}: {n} dager ({case})", days, school=name, case=case
        )


def failing(report: AuditReport, say: Sentences) -> Iterable[str]:
    """The duties that are lacking in most open cases of the municipality, with in how many."""
    found: Counter[str] = Counter()
    for block in (block for school in report.schools for block in school.open_cases):
        found.update(
            {
                act.rule
                for act in block.acts
                if act.part is Part.TODAY and act.first.finding.verdict is Verdict.DEVIATION
            }
        )
    for code, number in found.most_common(3):
        cases = say.words.ngettext("{n} åpen sak", "{n} åpne saker", number)
        yield f"{say.rule_title(code).rstrip('.')}: {cases}"
