"""A school's calendar: deadlines and the annual cycle as all-day events that carry case numbers and nothing more."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ..domain.annual_cycle import CycleState
from ..domain.verdict import Verdict
from .items import Act, CaseBlock, Part
from .model import AuditReport, Report, SchoolReport
from .sentences import Sentences
from .view import line

if TYPE_CHECKING:
    from icalendar import Calendar, Event

_ALARM = timedelta(hours=7, minutes=30)
"""Into the day: what is due is told in the morning, when there is time for it."""
_CASE = "case"
_UNREAD = "unread"
_STANDING = frozenset({CycleState.OPEN, CycleState.DUE_SOON, CycleState.LATE, CycleState.DONE_UNDOCUMENTED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing with a day. ``key`` stays the same as long as it is the same thing, whatever its day or words."""

    key: tuple[str, ...]
    day: date
    summary: str
    description: str
    state: str
    """what stands about it, in codes: with the day, what makes it another entry than before"""
    cancelled: bool = False
    link: str | None = None
    """where the case is"""

    @property
    def uid(self) -> str:
        """A stable id without content: a hash of what the entry is about."""
        return f"{_sum(*self.key)[:32]}@skolemiljo"

    @property
    def fingerprint(self) -> str:
        """A hash of what the entry says, whatever the language."""
        return _sum(self.state if self.cancelled else f"{self.day} {self.state}")


def render(report: Report, language: str | None = None, *, sequences: Mapping[str, int] | None = None) -> bytes:
    """``report`` as an iCalendar file. An audit has all its schools in one calendar.

    ``sequences``: uid → how often the event has changed, as the store remembers it. Where nothing remembers, all are 0,
    and the later DTSTAMP decides which of two is the newer (RFC 5546, 2.1.5).
    """
    say = Sentences(report, language)
    calendar = _calendar(say)
    for entry in _all(report, say):
        calendar.add_component(_event(say, entry, (sequences or {}).get(entry.uid, 0)))
    made: bytes = calendar.to_ical()
    return made


def fingerprints(report: Report) -> dict[str, str]:
    """Of each event of ``report``, by uid, a hash of what it says."""
    return {entry.uid: entry.fingerprint for entry in _all(report, Sentences(report))}


def _all(report: Report, say: Sentences) -> Iterator[Entry]:
    named = isinstance(report, AuditReport)
    for school in report.reports if isinstance(report, AuditReport) else (report,):
        yield from entries(school, say, named=named)


def entries(report: SchoolReport, say: Sentences, *, named: bool = False) -> list[Entry]:
    """What to do in each case by day, and the annual cycle.

    One entry for each case and day, said as the act that comes first: today's, with what is overdue, and the next day's, which
    names the days after it. ``named``:
    whether the school's name stands in each summary. Where something of a case has been solved since the report before,
    the days that it may have had no more come as cancelled, so that a calendar into which the file is read takes them away.
    """
    found = [_unread(report, say, named=named)] if report.problems else []
    lead = f"{say.school_name(report)}: " if named else ""
    number = report.school.organisation_number if report.school is not None else ""
    solved = Counter(e.case for e in report.resolved if e.case and e.was in (Verdict.DUE, Verdict.DEVIATION))
    days_of: dict[str, int] = {}
    for block in report.shown_cases:
        case = str(block.case)
        days = _days(block, report.today)
        days_of[case] = len(days)
        for place, (day, acts) in enumerate(days):
            found.append(_act_entry((_CASE, report.reader, number, case, str(place)), day, acts, lead, block, say))
    for case, times in solved.items():
        first = days_of.get(case, 0)
        for place in range(first, first + times):
            summary = f"{lead}{say.case_words(case)}"
            found.append(
                Entry(
                    (_CASE, report.reader, number, case, str(place)), report.today, summary, "", "gone", cancelled=True
                )
            )
    for status in report.cycle:
        for entry in status.items:
            if entry.due is None or entry.state not in _STANDING:
                continue
            found.append(
                Entry(
                    ("cycle", status.school or "", status.school_year, entry.item, entry.scope),
                    entry.due,
                    f"{lead}{say.words.gettext('Årshjulet')}: {say.rule_title(entry.item)} ({entry.item})",
                    say.words.cycle_state(entry.state),
                    entry.state,
                )
            )
    return sorted(found, key=lambda entry: (entry.day, entry.key))


def _days(block: CaseBlock, today: date) -> list[tuple[date, list[Act]]]:
    """What there is to do in a case today, and on the next day that something is due with all that comes after."""
    now = [act for act in block.acts if act.part is Part.TODAY]
    ahead = [act for act in block.acts if act.part in (Part.SOON, Part.LATER) and act.first.finding.last_day]
    day = min((act.first.finding.last_day for act in ahead if act.first.finding.last_day), default=None)
    found = [(today, now)] if now else []
    return [*found, (day, ahead)] if day is not None else found


def _act_entry(key: tuple[str, ...], day: date, acts: list[Act], lead: str, block: CaseBlock, say: Sentences) -> Entry:
    steps = [line(act, say) for act in acts]
    case = say.case_words(str(block.case))
    told = f"{lead}{steps[0].short.rstrip('.')}, {case[:1].lower()}{case[1:]}{say.and_more(len(steps) - 1)}"
    described = (
        " ".join(
            filter(None, (f"{step.when}:", step.short, f"({step.about})" if step.about else "", step.code, *step.notes))
        )
        for step in steps
    )
    stands = " ".join(
        f"{act.rule} {act.first.finding.last_day} {act.first.finding.verdict} {len(act.items)}" for act in acts
    )
    link = say.report.links.to_case(str(block.case)) if block.case else None
    return Entry(key, day, told, "\n".join(described), stands, link=link)


def _unread(report: SchoolReport, say: Sentences, *, named: bool) -> Entry:
    """That not all could be looked at, on the calendar's own day: what is not here may still have a deadline."""
    line = say.not_all()
    school = report.school.organisation_number if report.school is not None else ""
    told = "\n".join(say.problem(problem) for problem in report.problems)
    cases = ", ".join(sorted({problem.case or "?" for problem in report.problems}))
    summary = f"{say.school_name(report)}: {line}" if named else line
    return Entry((_UNREAD, report.reader, school), report.today, summary, told, cases)


def _sum(*parts: str) -> str:
    return hashlib.sha256(chr(31).join(parts).encode()).hexdigest()


def _calendar(say: Sentences) -> Calendar:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//skolemiljo//NONSGML reports//NO")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say.title())
    calendar.add("x-wr-caldesc", f"{say.headline()}. " + ", ".join(f"{name}: {n}" for name, n in say.tiles()))
    return calendar


def _event(say: Sentences, entry: Entry, sequence: int) -> Event:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", say.report.as_of)
    event.add("sequence", sequence)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.summary)
    if entry.description:
        event.add("description", entry.description)
    if entry.link is not None:
        event.add("url", entry.link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if entry.day >= say.report.today and not entry.cancelled and entry.key[0] != _UNREAD:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", _ALARM)
        event.add_component(alarm)
    return event
