"""How a deadline was counted, in words: from what, in which days, and which of them were free and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ..domain.calendar import SchoolCalendar
from ..domain.verdict import Finding, Reading
from .report_language import Words, plain

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def counted(finding: Finding, calendar: SchoolCalendar | None, words: Words) -> str:
    """«5 skoledager, regnet fra man. 9. mars; fri 13. mars (planleggingsdag)», or an empty text where there is no day.

    ``calendar``: the school's; without it the days are not told.
    """
    first, last = finding.counted_from, finding.last_day
    if first is None or last is None:
        return ""
    if first == finding.deadline:
        return words.gettext("regnet fra samme dag")
    day = words.short_day(first, year=first.year != last.year)
    if finding.reading is None:
        return words.gettext("regnet fra {day}").format(day=day)
    if finding.reading is Reading.CALENDAR_DAY or calendar is None:
        reading = words.reading(finding.reading)
        return words.gettext("regnet i {reading} fra {day}").format(reading=reading, day=day)
    days = calendar.between(first, last)
    said = words.ngettext("{n} skoledag, regnet fra {day}", "{n} skoledager, regnet fra {day}", days, day=day)
    free = ", ".join(_told(*stretch, words=words) for stretch in _free(calendar, first, last))
    return words.gettext("{said}; fri {free}").format(said=said, free=free) if free else said


def _free(calendar: SchoolCalendar, first: date, last: date) -> Iterator[tuple[date, date, str | None]]:
    """The free days after ``first`` up to and with ``last``, weekends left out, those on end with one reason as one."""
    begins: tuple[date, date, str | None] | None = None
    day = first + _ONE_DAY
    while day <= last:
        if day.weekday() < _SATURDAY:
            why = calendar.why.get(day)
            if calendar.is_school_day(day):
                if begins is not None:
                    yield begins
                begins = None
            elif begins is not None and begins[2] == why:
                begins = (begins[0], day, why)
            else:
                if begins is not None:
                    yield begins
                begins = (day, day, why)
        day += _ONE_DAY
    if begins is not None:
        yield begins


def _told(first: date, last: date, why: str | None, *, words: Words) -> str:
    said = words.day_of_month(first)
    if last != first:
        said = (
            f"{first.day}.–{words.day_of_month(last)}"
            if first.month == last.month
            else f"{said} – {words.day_of_month(last)}"
        )
    return f"{said} ({plain(why) if why else words.gettext('helligdag')})"
