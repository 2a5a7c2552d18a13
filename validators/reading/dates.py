"""Dates in words: the day that «15. april», «uke 17» or «innen utgangen av mai» ends on, where a plan says it in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ...domain.moment import MONTHS
from .vague_phrases import is_filler

_SHORT = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
_MONTH = "(?P<name>" + "|".join((*MONTHS, "sept", *_SHORT)) + r")\b\.?"
_YEAR = r"(?P<year>20\d\d)"
_ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b")
_NUMBERS = re.compile(
    r"(?<![\d.,:])(?<!kl )(?<!kl\. )(?<!klokka )(?P<day>\d{1,2})\s?[./]\s?(?P<month>\d{1,2})"
    r"(?:\s?[./-]\s?(?P<year>20\d\d|\d\d)\b(?!\s?[./]\s?\d)|\.?(?![\d.:/]))"
)
"""What follows as a year is none where it begins a date itself: «16.9-16.10»."""
_NAMED = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\s?\.?\s?{_MONTH}(?:\s+{_YEAR}\b)?")
_WEEK = re.compile(rf"\b(?:uke|veke)\s*(?:nr\.?\s*)?(?P<week>\d{{1,2}})\b(?:\s*[-/,i]?\s*{_YEAR}\b)?")
_WHOLE_MONTH = re.compile(rf"\b(?:i|innen|innan|utgangen av|slutten av|løpet av)\s+{_MONTH}(?:\s+{_YEAR}\b)?")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A day found in a text. ``alone``: the text says nothing else, so there is no doubt what the day is for."""

    day: date
    alone: bool
    begins: date
    """The first day of what is named: the Monday of a week, else :attr:`day`."""


def written_date(text: str | None, after: date) -> WrittenDate | None:
    """The first day after ``after`` that ``text`` names, else the last one it names, else ``None``.

    A week ends on its Sunday, a month on its last day. A date without a year is its first occurrence after ``after``:
    a plan decided in March that says «15. april» means the next one.
    """
    if text is None:
        return None
    lower = text.casefold()
    found = sorted(
        (day, is_filler(lower[:start] + " " + lower[end:]), _begins(day, lower[start:end]))
        for day, start, end in days_in(lower, after)
    )
    later = [item for item in found if item[0] > after]
    chosen = later[0] if later else found[-1] if found else None
    return WrittenDate(*chosen) if chosen is not None else None


def _begins(day: date, named: str) -> date:
    return day - timedelta(days=6) if _WEEK.fullmatch(named) else day


def days_in(text: str, after: date) -> Iterator[tuple[date, int, int]]:
    """The days that ``text`` (in small letters) names, each with the place where it stands; as :func:`written_date` reads them."""
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, _NAMED, _NUMBERS, _WEEK, _WHOLE_MONTH):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            day = _day(match.groupdict(), after)
            if day is not None:
                yield day, *match.span()


def _day(parts: dict[str, str | None], after: date) -> date | None:
    year = parts.get("year")
    if year is not None:
        return _in_year(parts, int(year) if len(year) == 4 else 2000 + int(year))
    # The last week of the year before may end in this one; 29 February comes back within eight years.
    for candidate in range(after.year - 1, after.year + 9):
        day = _in_year(parts, candidate)
        if day is not None and day > after:
            return day
    return None


def _in_year(parts: dict[str, str | None], year: int) -> date | None:
    week, name, month, day = parts.get("week"), parts.get("name"), parts.get("month"), parts.get("day")
    try:
        if week is not None:
            return date.fromisocalendar(year, int(week), 7)
        number = _month(name) if name is not None else int(month or 0)
        if day is None:
            return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
        return date(year, number, int(day))
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(n for n, short in enumerate(_SHORT, 1) if name.startswith(short))
