"""A skolerute in an iCalendar file, as Outlook, Google, ical.net and php write it: each event read by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from gettext import gettext as _

from ..domain.errors import SettingsError
from ..domain.moment import OSLO
from .skolerute import ONE_DAY, FreeDays, NotUnderstood, is_no_school_day
from .skolerute_words import Says, what_it_says

_FOLDED = re.compile(rb"\r?\n[ \t]")
_EVENT = re.compile(r"^BEGIN:VEVENT[ \t]*$(.*?)(?:^END:VEVENT|(?=^BEGIN:VEVENT)|\Z)", re.M | re.S | re.I)
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.ASCII)
_LENGTH = re.compile(
    r"\+?P(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,3})D)?"
    r"(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?",
    re.ASCII,
)
_MIDNIGHT = re.compile(r"\d{8}T0000(?:00)?Z", re.ASCII)
_ALL_DAY_ENDS = re.compile(r"(?:\d{8}(?:T(?:0000|23\d\d)(?:\d\d)?Z?)?)?", re.ASCII)
_UTC = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT"})
_SHOWN = 60
"""Characters of a summary that are repeated."""


def read_icalendar(data: bytes, name: str, school: str | None) -> tuple[FreeDays, list[NotUnderstood]]:
    """The free days of the file ``name``, and the events that were not understood. Raises SettingsError where it is none."""
    text = as_text(_FOLDED.sub(b"", data)).replace("\r\n", "\n").replace("\r", "\n")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise SettingsError(_("{name} er ikke en gyldig iCalendar-fil").format(name=name))
    free, loose = FreeDays(school, name), []
    first: dict[int, date] = {}
    last: dict[int, date] = {}
    for found in _EVENT.finditer(text):
        event = _properties(found[1])
        words = _summary(event)
        try:
            span = _days_of(event)
        except ValueError as error:
            loose.append(NotUnderstood(name, words, event.get("DTSTART", "")[:20], str(error)))
            continue
        if event.get("STATUS", "").upper() == "CANCELLED":
            continue
        says = what_it_says(words, span.start.month, (span.after - span.start).days)
        if not span.whole_days and says not in (Says.FIRST_DAY, Says.LAST_DAY):
            if says is Says.FREE:
                loose.append(NotUnderstood(name, words, f"{span.start:%d.%m.%Y}", _("har klokkeslett")))
        elif says is Says.NOT_UNDERSTOOD:
            if not all(is_no_school_day(day) for day in span.days()):
                loose.append(NotUnderstood(name, words, f"{span.start:%d.%m.%Y}", ""))
        elif says is Says.FIRST_DAY:  # a class that begins later than the others closes no school
            first[span.start.year] = min(span.start, first.get(span.start.year, date.max))
        elif says is Says.LAST_DAY:
            last[span.start.year] = max(span.start, last.get(span.start.year, date.min))
        elif says is Says.FREE and ("RRULE" in event or "RDATE" in event):
            loose.append(NotUnderstood(name, words, f"{span.start:%d.%m.%Y}", _("gjentas; skriv hver fridag for seg")))
        elif says is Says.FREE:
            free.add(span.start, span.after, words)
    for day in first.values():
        free.add_summer(day, None)
    for day in last.values():
        free.add_summer(None, day)
    free.years = free.covered()
    if not free.days:
        what = _("{name} har ingen heldagshendelse som sier ferie, fri eller planleggingsdag")
        broken = [f"«{one.words}» {one.why}" for one in loose if one.why]
        raise SettingsError("; ".join([what.format(name=name), *broken[:3]]))
    return free, loose


def as_text(data: bytes) -> str:
    """The file's text: UTF-8, or else as older Windows programs write (cp1252, of which Latin-1 is the rest)."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


@dataclass(frozen=True, slots=True)
class _Span:
    start: date
    after: date
    """The first day that is not part of it."""
    whole_days: bool

    def days(self) -> Iterator[date]:
        """Each of them."""
        return (self.start + timedelta(days=number) for number in range((self.after - self.start).days))


def _properties(block: str) -> dict[str, str]:
    """Name → value of the event's own lines, without their parameters; those of an alarm inside it are left out."""
    from icalendar.parser import Contentline

    found: dict[str, str] = {}
    inside = 0
    for line in block.splitlines():
        if re.match(r"(BEGIN|END):", line, re.I):
            inside += 1 if line[:1] in "bB" else -1
        elif line.strip() and not inside:
            try:
                key, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]  # icalendar types it not
            except ValueError:
                continue
            in_utc = "T" in value and str(parameters.get("TZID", "")).upper() in _UTC and not value.endswith("Z")
            found.setdefault(key.upper(), value.strip() + ("Z" if in_utc else ""))
    return found


def _summary(event: dict[str, str]) -> str:
    from icalendar import vText

    words = "".join(
        letter if letter.isprintable() else " " for letter in str(vText.from_ical(event.get("SUMMARY", "")))
    )
    return " ".join(words.split())[:_SHOWN]


def _days_of(event: dict[str, str]) -> _Span:
    """The days of the event. Raises ValueError with a text of our own where they can't be read.

    An all-day event is dates, or times from midnight to midnight (or to the last minute of a day), in UTC or not. DTEND is
    exclusive; without it and without DURATION it is one day (RFC 5545 3.6.1).
    """
    begins, ends = event.get("DTSTART", ""), event.get("DTEND", "")
    if _MIDNIGHT.fullmatch(begins) and _ALL_DAY_ENDS.fullmatch(ends):  # dates that a program has called UTC
        begins, ends = begins.rstrip("Z"), ends.rstrip("Z")
    start, start_time = _when(begins)
    if ends:
        end, end_time = _when(ends)
    elif event.get("DURATION"):
        begun = datetime.combine(start, time(*(start_time or (0, 0))))
        ended = begun + _length(event["DURATION"])
        end, end_time = ended.date(), (ended.hour, ended.minute)
    else:
        end, end_time = start + ONE_DAY, None
    if end < start:
        raise ValueError(_("slutter før det begynner"))
    if end_time is not None and end_time[0] == 23:
        end, end_time = end + ONE_DAY, (0, 0)
    whole = start_time in (None, (0, 0)) and end_time in (None, (0, 0))
    if (end - start).days > 366:
        raise ValueError(_("varer i over et år"))
    return _Span(start, max(end, start + ONE_DAY), whole)


def _length(value: str) -> timedelta:
    found = _LENGTH.fullmatch(value.upper())
    if found is None or not any(found.groups()):
        raise ValueError(_("har ingen dato som kan leses"))
    return timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})


def _when(value: str) -> tuple[date, tuple[int, int] | None]:
    parts = _WHEN.fullmatch(value)
    if parts is None:
        raise ValueError(_("har ingen dato som kan leses"))
    try:
        day = date(int(parts[1]), int(parts[2]), int(parts[3]))
        if parts[4] is None:
            found: tuple[date, tuple[int, int] | None] = day, None
        else:
            wall = datetime.fromisoformat(f"{day}T{parts[4]}:{parts[5]}:00" + ("+00:00" if parts[7] else ""))
            wall = wall.astimezone(OSLO) if parts[7] else wall
            found = wall.date(), (wall.hour, wall.minute)
    except (ValueError, OverflowError):
        raise ValueError(_("har ingen dato som kan leses")) from None
    if not 2000 <= found[0].year <= 2100:
        raise ValueError(_("har ingen dato som kan leses"))
    return found
