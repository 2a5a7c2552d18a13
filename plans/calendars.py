"""School calendars: Norway's public holidays from a library, and the local skolerute from TOML, iCalendar or CSV."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import Any

from ..domain.calendar import SchoolCalendar, school_year_bounds, school_year_of
from ..domain.errors import SettingsError
from ..domain.fault_words import why_not
from ..domain.school import is_organisation_number
from ..domain.toml import at_line, read_toml
from .skolerute import ONE_DAY, FreeDays, NotUnderstood, is_day, public_holidays

SCHOOL_DAYS = 190
"""In a school year for pupils, by the regulation to opplæringslova; a number to compare with, and no verdict hangs on it."""
_FAR_FROM_IT = 5


def load_calendar(path: Path | None, school: str | None = None) -> SchoolCalendar:
    """The calendar of ``school`` (organisation number; ``None`` = the municipality's own) from a skolerute.

    ``path``: a TOML file, an iCalendar file (.ics), a CSV by day, or a folder of such files; see docs/skolerute.md. ``None``: weekends and
    public holidays only, no school year is known. Raises SettingsError naming file and key.
    """
    return calendars(path)(school)


class Calendars:
    """From school (organisation number; ``None`` = the municipality) to its calendar; each is built once."""

    def __init__(self, read: Iterable[FreeDays], not_understood: Iterable[NotUnderstood] = ()) -> None:
        self._read = tuple(read)
        self.not_understood = tuple(not_understood)
        """What stands in the files and could not be read, or says nothing we know."""
        self._calendars: dict[str | None, SchoolCalendar] = {}
        _refuse_twice(self._read)

    def __call__(self, school: str | None) -> SchoolCalendar:
        """The calendar of ``school``."""
        if school not in self._calendars:
            years = frozenset(year for one in self._of(school) for year in one.years)
            free = self.free_days(school)
            self._calendars[school] = SchoolCalendar(public_holidays(), frozenset(free), years, free)
        return self._calendars[school]

    def free_days(self, school: str | None) -> dict[date, str]:
        """Every free day of ``school`` that a file tells, and why in the file's words."""
        own = {year for one in self._read if one.school == school for year in one.years}
        found: dict[date, str] = {}
        for one in self._of(school):
            for day, why in one.days.items():
                # A school's own skolerute stands in place of the municipality's for that year.
                if one.school == school or school_year_of(day) not in own:
                    found.setdefault(day, why)
        return dict(sorted(found.items()))

    def _of(self, school: str | None) -> list[FreeDays]:
        return [one for one in self._read if one.school in (school, None)]


def calendars(path: Path | None) -> Calendars:
    """The calendars of the files at ``path`` (see :func:`load_calendar`). Raises SettingsError."""
    if path is None:
        return Calendars(())
    read: list[FreeDays] = []
    not_understood: list[NotUnderstood] = []
    for file, school in _files(path):
        days, loose = _read_file(file, school)
        read += days
        not_understood += loose
    return Calendars(read, not_understood)


def school_days_in(calendar: SchoolCalendar, school_year: str) -> int:
    """How many school days the year has for pupils."""
    first, last = school_year_bounds(school_year)
    return calendar.between(first - ONE_DAY, last)


def is_far_from_the_regulation(school_days: int) -> bool:
    """Whether a year of so many school days is likely to be read wrongly, or not whole."""
    return abs(school_days - SCHOOL_DAYS) > _FAR_FROM_IT


def missing_years(calendar: SchoolCalendar, first: date, last: date) -> tuple[str, ...]:
    """The school years from ``first`` to ``last`` whose skolerute is not known: only weekends and holidays are free there."""
    wanted = range(int(school_year_of(first)[:4]), int(school_year_of(last)[:4]) + 1)
    return tuple(name for year in wanted if (name := f"{year}-{year + 1}") not in calendar.known_years)


def _refuse_twice(read: Iterable[FreeDays]) -> None:
    """The same year twice for one owner: nobody can tell which holds. What only reaches into a year is no second one."""
    seen: dict[tuple[str, str | None], str] = {}
    for one in read:
        for year in sorted(one.years):
            if (year, one.school) in seen:
                twice = _("{place}: skoleåret {school_year} står allerede i {seen}")
                where = seen[year, one.school]
                raise SettingsError(twice.format(place=one.place, school_year=year, seen=where))
            seen[year, one.school] = one.place


def _files(path: Path) -> list[tuple[Path, str | None]]:
    if not path.is_dir():
        return [(path, None)]
    files = sorted(f for f in path.iterdir() if f.suffix.casefold() in (".toml", ".ics", ".csv"))
    if not files:
        raise SettingsError(_("mappa {name} har ingen skolerute (.toml, .ics eller .csv)").format(name=path.name))
    # 310000019.ics is that school's; any other name is the municipality's.
    return [(file, file.stem if is_organisation_number(file.stem) else None) for file in files]


def _read_file(path: Path, school: str | None) -> tuple[list[FreeDays], list[NotUnderstood]]:
    name = f"skoleruta {path.name}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(_("{name} kan ikke leses ({why_not})").format(name=name, why_not=why_not(error))) from None
    match path.suffix.casefold():
        case ".ics":
            from .skolerute_ics import read_icalendar  # what its words mean is loaded by whoever has such a file

            free, loose = read_icalendar(data, name, school)
            return [free], loose
        case ".csv":
            from .skolerute_csv import read_days
            from .skolerute_ics import as_text

            return read_days(as_text(data), name, school)
    return list(_read_toml(data, name, school)), []


def _read_toml(data: bytes, name: str, school: str | None) -> Iterator[FreeDays]:
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


def _from_toml(entry: dict[str, Any], place: str, school: str | None) -> FreeDays:
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
    free = FreeDays(owner, place, years=frozenset({school_year}))
    for span in spans:
        _add_span(free, span, bounds, f"{place} ({school_year})")
    return free


def _add_span(free: FreeDays, span: Any, bounds: tuple[date, date], place: str) -> None:
    keys = span.keys() if isinstance(span, dict) else frozenset()
    start = span.get("from") if keys else None
    end = span.get("to", start) if keys else None
    if keys - {"from", "to", "why"} or not is_day(start) or not is_day(end):
        raise SettingsError(
            _("{place}: hvert ledd i free er {{from, to, why}} med datoer; to og why kan utelates").format(place=place)
        )
    if not bounds[0] <= start <= end <= bounds[1]:
        raise SettingsError(
            _("{place}: fridagene fra {start} til {end} er snudd eller ligger utenfor skoleåret").format(
                place=place, start=start, end=end
            )
        )
    free.add(start, end + ONE_DAY, str(span.get("why", "")))
