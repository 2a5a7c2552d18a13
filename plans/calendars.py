"""School calendars: Norway's public holidays from a library, and the local skolerute from TOML or iCalendar."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from gettext import gettext as _
from pathlib import Path
from typing import Any, TypeGuard

from ..domain.calendar import SchoolCalendar, school_year_bounds, school_year_of
from ..domain.errors import SettingsError
from ..domain.fault_words import why_not
from ..domain.school import is_organisation_number
from ..domain.toml import at_line, read_toml

_FIRST_YEAR, _LAST_YEAR = 2020, 2060
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Skolerute:
    """The free days of one school year, of one school (organisation number) or, with ``None``, of the municipality."""

    school_year: str
    school: str | None
    free: frozenset[date]
    place: str
    """Where it was read, for an error: file name and which part of it."""


@cache
def public_holidays() -> frozenset[date]:
    """Norway's public holidays 2020–2060. Sundays are not among them (weekends are never school days anyway)."""
    import holidays

    norway = holidays.country_holidays("NO", years=range(_FIRST_YEAR, _LAST_YEAR + 1), include_sundays=False)
    return frozenset(norway)


def load_calendar(path: Path | None, school: str | None = None) -> SchoolCalendar:
    """The calendar of ``school`` (organisation number; ``None`` = the municipality's own) from a skolerute.

    ``path``: a TOML file, an iCalendar file (.ics), or a folder of such files; see docs/skolerute.md. ``None``: weekends and
    public holidays only, no school year is known. Raises SettingsError naming file and key.
    """
    return calendars(path)(school)


def calendars(path: Path | None) -> Callable[[str | None], SchoolCalendar]:
    """A function from school to calendar; the files are read once, each calendar is built once."""
    years = _distinct(_read(path)) if path is not None else []

    @cache
    def calendar_of(school: str | None) -> SchoolCalendar:
        chosen: dict[str, frozenset[date]] = {}
        for year in years:
            # A school's own skolerute stands in place of the municipality's for that year.
            if year.school == school or (year.school is None and year.school_year not in chosen):
                chosen[year.school_year] = year.free
        return SchoolCalendar(public_holidays(), frozenset().union(*chosen.values()), frozenset(chosen))

    return calendar_of


def missing_years(calendar: SchoolCalendar, first: date, last: date) -> tuple[str, ...]:
    """The school years from ``first`` to ``last`` whose skolerute is not known: only weekends and holidays are free there."""
    wanted = range(int(school_year_of(first)[:4]), int(school_year_of(last)[:4]) + 1)
    return tuple(name for year in wanted if (name := f"{year}-{year + 1}") not in calendar.known_years)


def _distinct(years: Iterable[Skolerute]) -> list[Skolerute]:
    seen: dict[tuple[str, str | None], str] = {}
    kept = []
    for year in years:
        key = (year.school_year, year.school)
        if key in seen:
            raise SettingsError(
                _("{place}: skoleåret {school_year} står allerede i {seen}").format(
                    place=year.place, school_year=year.school_year, seen=seen[key]
                )
            )
        seen[key] = year.place
        kept.append(year)
    return kept


def _read(path: Path) -> Iterator[Skolerute]:
    if not path.is_dir():
        yield from _read_file(path, None)
        return
    files = sorted(f for f in path.iterdir() if f.suffix.casefold() in (".toml", ".ics"))
    if not files:
        raise SettingsError(_("mappa {name} har ingen skolerute (.toml eller .ics)").format(name=path.name))
    for file in files:
        # 310000019.ics is that school's; any other name is the municipality's.
        yield from _read_file(file, file.stem if is_organisation_number(file.stem) else None)


def _read_file(path: Path, school: str | None) -> Iterator[Skolerute]:
    name = f"skoleruta {path.name}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(_("{name} kan ikke leses ({why_not})").format(name=name, why_not=why_not(error))) from None
    if path.suffix.casefold() == ".ics":
        yield from _from_icalendar(data, name, school)
        return
    try:
        raw = read_toml(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        broken = _("{name} er ikke gyldig TOML i UTF-8{where}")
        raise SettingsError(broken.format(name=name, where=at_line(error))) from None
    entries = raw.get("year", [])
    if raw.keys() - {"year"} or not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise SettingsError(_("{name}: bare [[year]] kan stå her").format(name=name))
    for number, entry in enumerate(entries, 1):
        yield _from_toml(entry, f"{name}, [[year]] nr. {number}", school)


def _from_toml(entry: dict[str, Any], place: str, school: str | None) -> Skolerute:
    unknown = sorted(entry.keys() - {"school_year", "school", "free"})
    if unknown:
        raise SettingsError(
            _("{place}: {unknown!r} er et ukjent felt; de som kan stå her, er school_year, school og free").format(
                place=place, unknown=unknown[0]
            )
        )
    owner = entry.get("school", school)
    if owner is not None and not (isinstance(owner, str) and is_organisation_number(owner)):
        raise SettingsError(_("{place}: school må være et organisasjonsnummer i anførselstegn").format(place=place))
    try:
        school_year = str(entry["school_year"])
        bounds = school_year_bounds(school_year)
    except (KeyError, ValueError):
        raise SettingsError(_('{place}: school_year må være et skoleår som "2026-2027"').format(place=place)) from None
    spans = entry.get("free")
    if not isinstance(spans, list):
        raise SettingsError(
            _("{place}: free mangler; skriv free = [{{from = 2026-10-05, to = 2026-10-09}}]").format(place=place)
        )
    days = {day for span in spans for day in _days_of(span, bounds, f"{place} ({school_year})")}
    return Skolerute(school_year, owner, frozenset(days), place)


def _days_of(span: Any, bounds: tuple[date, date], place: str) -> Iterator[date]:
    keys = span.keys() if isinstance(span, dict) else frozenset()
    start = span.get("from") if keys else None
    end = span.get("to", start) if keys else None
    if keys - {"from", "to", "why"} or not _is_day(start) or not _is_day(end):
        raise SettingsError(
            _("{place}: hvert ledd i free er {{from, to, why}} med datoer; to og why kan utelates").format(place=place)
        )
    if not bounds[0] <= start <= end <= bounds[1]:
        raise SettingsError(
            _("{place}: fridagene fra {start} til {end} er snudd eller ligger utenfor skoleåret").format(
                place=place, start=start, end=end
            )
        )
    for n in range((end - start).days + 1):
        yield start + timedelta(days=n)


def _is_day(value: Any) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


# What all-day events of a municipality's calendar say. The school is open on the days of any other event.
_FREE = re.compile(r"ferie|\bfri\b|fridag|[a-zæøå]fri\b|planlegging|plandag|kursdag|inneklemt|avspasering|stengt", re.I)
_OPEN = re.compile(r"\b(første|fyrste|siste|fram|framme|etter|før)\b|skolestart|skulestart|\bsfo\b", re.I)
_FIRST_DAY = re.compile(r"\b(første|fyrste)\s+(skole|skule)dag|(skole|skule)start", re.I)
_LAST_DAY = re.compile(r"\bsiste\s+(skole|skule)dag", re.I)


def _from_icalendar(data: bytes, name: str, school: str | None) -> Iterator[Skolerute]:
    """All-day events whose words say that school is closed, and the summer around the first and the last school day."""
    from icalendar import Calendar

    try:
        events = [event for calendar in Calendar.from_ical(data, multiple=True) for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError):
        raise SettingsError(_("{name} er ikke en gyldig iCalendar-fil").format(name=name)) from None
    free: dict[str, set[date]] = {}
    for event in events:
        for day in _closed_by(event, name):
            free.setdefault(school_year_of(day), set()).add(day)
    if not free:
        raise SettingsError(
            _("{name} har ingen heldagshendelse som sier ferie, fri eller planleggingsdag").format(name=name)
        )
    for year, days in free.items():
        yield Skolerute(year, school, frozenset(days), name)


def _closed_by(event: Any, name: str) -> Iterator[date]:
    start = event.get("DTSTART")
    if start is None or not _is_day(start.dt) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    words = str(event.get("SUMMARY", ""))
    year_first, year_last = school_year_bounds(school_year_of(start.dt))
    if _FIRST_DAY.search(words) and start.dt.month in (8, 9):
        first, after = year_first, start.dt
    elif _LAST_DAY.search(words) and start.dt.month in (6, 7):
        first, after = start.dt + _ONE_DAY, year_last + _ONE_DAY
    elif _FREE.search(words) and not _OPEN.search(words):
        if event.get("RRULE") is not None or event.get("RDATE") is not None:
            raise SettingsError(
                _("{name}: hendelsen {dt} gjentas; skriv hver fridag for seg").format(name=name, dt=start.dt)
            )
        first, after = start.dt, _end_of(event, start.dt)
    else:
        return
    for n in range(max((after - first).days, 0)):
        yield first + timedelta(days=n)


def _end_of(event: Any, start: date) -> date:
    """The day after the event's last day (DTEND is exclusive; without it an all-day event is one day, RFC 5545 3.6.1)."""
    end, length = event.get("DTEND"), event.get("DURATION")
    if end is not None and _is_day(end.dt):
        last: date = end.dt
        return max(last, start + _ONE_DAY)
    if length is not None and isinstance(length.dt, timedelta):
        return start + max(length.dt, _ONE_DAY)
    return start + _ONE_DAY
