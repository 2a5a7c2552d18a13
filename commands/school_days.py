"""The skolerute as it was read: which days are free and why, how many school days are left, and what was not understood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from ..domain.calendar import school_year_of
from ..plans.calendars import SCHOOL_DAYS, Calendars, calendars, is_far_from_the_regulation, school_days_in
from ..plans.skolerute import ONE_DAY, NotUnderstood

if TYPE_CHECKING:
    from .workplace import Workplace


@dataclass(frozen=True, slots=True)
class Span:
    """Free days one after the other, for the same reason."""

    first: date
    last: date
    why: str


def read(work: Workplace) -> Calendars:
    """The skolerute that the settings name. Raises SettingsError."""
    return calendars(work.settings.school_calendar)


def show(work: Workplace, school: str | None, form: str) -> str:
    """Every school year that the files tell of, for ``school`` (organisation number; ``None`` = the municipality)."""
    found = read(work)
    owner = work.school(school).organisation_number if school is not None else None
    by_year: dict[str, list[Span]] = {}
    for span in _spans(found.free_days(owner)):
        by_year.setdefault(school_year_of(span.first), []).append(span)
    if form == "json":
        return _as_json(found, owner, by_year)
    return "\n".join(_lines(found, owner, by_year))


def warnings(found: Calendars, school: str | None, school_year: str) -> Iterator[str]:
    """What a person should look at: a year of far too many or too few school days."""
    calendar = found(school)
    number = school_days_in(calendar, school_year)
    if school_year in calendar.known_years and is_far_from_the_regulation(number):
        what = _("{school_year} har {n} skoledager, og forskriften sier {right}: er alle fridagene, og sommeren, med?")
        yield what.format(school_year=school_year, n=number, right=SCHOOL_DAYS)


def told(one: NotUnderstood) -> str:
    """One entry that was not understood, in a line."""
    why = f" ({one.why})" if one.why else ""
    return f"{one.file}: {one.days} «{one.words}»{why}".replace("  ", " ")


def _lines(found: Calendars, owner: str | None, by_year: dict[str, list[Span]]) -> Iterator[str]:
    calendar = found(owner)
    if not by_year:
        yield _("Ingen skolerute er lest: bare helger og helligdager er fri. Sett school_calendar (docs/skolerute.md).")
    for year, spans in sorted(by_year.items()):
        if year in calendar.known_years:
            number = school_days_in(calendar, year)
            yield ngettext("{year}: {n} skoledag", "{year}: {n} skoledager", number).format(year=year, n=number)
        else:
            yield _("{year}: ikke kjent, bare noen dager er lest").format(year=year)
        yield from (f"  {_days(span)}  {span.why}".rstrip() for span in spans)
        yield from (f"  {_('SE PÅ')}: {warning}" for warning in warnings(found, owner, year))
    if found.not_understood:
        n = len(found.not_understood)
        yield ngettext(
            "{n} oppføring ble ikke forstått, og regnes som skoledag:",
            "{n} oppføringer ble ikke forstått, og regnes som skoledager:",
            n,
        ).format(n=n)
        yield from (f"  {told(one)}" for one in found.not_understood)


def _days(span: Span) -> str:
    first = f"{span.first:%d.%m.%Y}"
    return first if span.first == span.last else f"{first}–{span.last:%d.%m.%Y}"


def _spans(days: dict[date, str]) -> Iterator[Span]:
    span: Span | None = None
    for day, why in days.items():
        joined = span is not None and span.last + ONE_DAY == day and span.why == why
        if span is not None and joined and school_year_of(span.last) == school_year_of(day):
            span = Span(span.first, day, why)
            continue
        if span is not None:
            yield span
        span = Span(day, day, why)
    if span is not None:
        yield span


def _as_json(found: Calendars, owner: str | None, by_year: dict[str, list[Span]]) -> str:
    calendar = found(owner)
    years = [
        {
            "school_year": year,
            "known": year in calendar.known_years,
            "school_days": school_days_in(calendar, year),
            "free": [asdict(span) for span in spans],
        }
        for year, spans in sorted(by_year.items())
    ]
    whole = {"school": owner, "years": years, "not_understood": [asdict(one) for one in found.not_understood]}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=date.isoformat)
