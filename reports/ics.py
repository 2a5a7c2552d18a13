"""A school's calendar: deadlines and the annual cycle as all-day events that carry case numbers and nothing more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ..domain.annual_cycle import CycleState
from ..domain.verdict import Verdict
from .model import AuditReport, Part, Report, SchoolReport
from .sentences import Sentences

if TYPE_CHECKING:
    from icalendar import Calendar, Event

_ALARM_DAYS = 3
_TODAY = "today"
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
    """How many cases need something today, deadlines that run, open deviations on the day their deadline passed, and the
    annual cycle, by day. Where nobody has set a deadline, the last day before the tool asks, and the description says so.

    ``named``: whether the school's name stands in each summary. What has been solved since the report before comes as
    cancelled, so that a calendar into which the file is read takes it away.
    """
    found = [_today(report, say, named=named)] if report.cases_today else []
    if report.problems:
        found.append(_unread(report, say, named=named))
    lead = f"{say.school_name(report)}: " if named else ""
    for item in report.items:
        finding = item.finding
        if finding.last_day is None or item.part not in (Part.TODAY, Part.SOON, Part.LATER) or finding.case is None:
            continue
        name = say.case_name(finding)
        late = item.part is Part.TODAY and item.days is not None and item.days < 0
        found.append(
            Entry(
                ("finding", *finding.identity),
                finding.last_day,
                lead + ", ".join(filter(None, (name, finding.rule, say.words.gettext("avvik") if late else ""))),
                "\n".join(filter(None, (say.rule_title(finding.rule), say.no_deadline(item), say.to_do(item)))),
                f"{finding.verdict} {late}",
            )
        )
    for gone in report.resolved:
        if gone.case and gone.was in (Verdict.DUE, Verdict.DEVIATION):
            name = say.case_words(gone.case)
            found.append(
                Entry(
                    ("finding", *gone.identity), report.today, f"{lead}{name}, {gone.rule}", "", "gone", cancelled=True
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


def _today(report: SchoolReport, say: Sentences, *, named: bool) -> Entry:
    """What the calendar's own day says: how many cases need something, and which. It moves on with each new file."""
    line = Sentences(report, say.words.language).headline()
    cases = ", ".join(case.case for case in report.cases if case.needs_today)
    school = report.school.organisation_number if report.school is not None else ""
    summary = f"{say.school_name(report)}: {line}" if named else line
    return Entry((_TODAY, report.reader, school), report.today, summary, cases, cases)


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
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if entry.day >= say.report.today and not entry.cancelled and entry.key[0] not in (_TODAY, _UNREAD):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", timedelta(days=-_ALARM_DAYS))
        event.add_component(alarm)
    return event
