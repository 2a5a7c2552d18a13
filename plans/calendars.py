"""School calendars: Norway's public holidays from a library, and the local skolerute from TOML or iCalendar."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ..domain.calendar import SchoolCalendar, school_year_bounds, school_year_of
from ..domain.errors import SettingsError

_FIRST_YEAR, _LAST_YEAR = 2024, 2035


@cache
def public_holidays() -> frozenset[date]:
    """Norway's public holidays 2024–2035. Sundays are not among them (weekends are never school days anyway)."""
    import holidays

    norway = holidays.country_holidays("NO", years=range(_FIRST_YEAR, _LAST_YEAR + 1), include_sundays=False)
    return frozenset(norway)


def load_calendar(path: Path | None, school: str | None = None) -> SchoolCalendar:
    """The calendar of ``school`` (organisation number; ``None`` = the municipality's own) from a skolerute file.

    ``None`` for ``path``: weekends and public holidays only, no school year is known. Raises SettingsError naming file
    and key.
    """
    return calendars(path)(school)


def calendars(path: Path | None) -> Callable[[str | None], SchoolCalendar]:
    """A function from school to calendar; the file is read once, each calendar is built once."""
    years = _years(path) if path is not None else []

    @cache
    def calendar_of(school: str | None) -> SchoolCalendar:
        own: dict[str, frozenset[date]] = {}
        for year, owner, free in years:
            if owner == school or (owner is None and year not in own):
                own[year] = free
        return SchoolCalendar(public_holidays(), frozenset().union(*own.values()), frozenset(own))

    return calendar_of


Year = tuple[str, str | None, frozenset[date]]


def _years(path: Path) -> list[Year]:
    try:
        if path.suffix.casefold() == ".ics":
            return _from_icalendar(path.read_bytes(), path.name)
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise SettingsError(f"the school calendar {path.name} can't be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError(f"the school calendar {path.name} is not valid TOML in UTF-8") from None
    unknown = raw.keys() - {"year"}
    if unknown:
        raise SettingsError(f"the school calendar {path.name}: unknown key; only [[year]] is known")
    return [_from_toml(entry, number, path.name) for number, entry in enumerate(raw.get("year", []), 1)]


def _from_toml(entry: dict[str, Any], number: int, name: str) -> Year:
    where = f"the school calendar {name}: [[year]] number {number}"
    if entry.keys() - {"school_year", "school", "free"}:
        raise SettingsError(f"{where}: unknown key; known are school_year, school and free")
    try:
        school_year = str(entry["school_year"])
        first, last = school_year_bounds(school_year)
        days: set[date] = set()
        for span in entry["free"]:
            start, end = span["from"], span.get("to", span["from"])
            if not (isinstance(start, date) and isinstance(end, date) and first <= start <= end <= last):
                raise ValueError("from and to must be dates of the school year, in order")
            days.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    except (KeyError, TypeError, ValueError):
        raise SettingsError(
            f"{where}: school_year (2026-2027) and free = [{{from, to, why}}] with dates of that year are needed"
        ) from None
    return school_year, entry.get("school"), frozenset(days)


def _from_icalendar(data: bytes, name: str) -> list[Year]:
    """Every all-day event is free; each school year that has one counts as known."""
    from icalendar import Calendar

    try:
        events = Calendar.from_ical(data).walk("VEVENT")
    except ValueError:
        raise SettingsError(f"the school calendar {name} is not a valid iCalendar file") from None
    free: dict[str, set[date]] = {}
    for event in events:
        start = event.get("DTSTART")
        if start is None or isinstance(start.dt, datetime):
            continue
        stop = event.get("DTEND")
        end = stop.dt if stop is not None and not isinstance(stop.dt, datetime) else start.dt + timedelta(days=1)
        for n in range(max((end - start.dt).days, 1)):
            day = start.dt + timedelta(days=n)
            free.setdefault(school_year_of(day), set()).add(day)
    return [(year, None, frozenset(days)) for year, days in free.items()]
