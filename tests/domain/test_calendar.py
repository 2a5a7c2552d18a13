"""School days: counted the same way by the fast calendar and by a slow finger on the wall."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolemiljo.domain.calendar import SchoolCalendar, school_year_bounds, school_year_of

EASTER = [date(2026, 4, d) for d in (2, 3, 5, 6)]
CALENDAR = SchoolCalendar(
    holidays=frozenset({*EASTER, date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 25), date(2026, 12, 25)}),
    free_days=frozenset(date(2026, 6, 20) + timedelta(days=n) for n in range(58)),
    known_years=frozenset({"2025-2026", "2026-2027"}),
)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def slow_add(day: date, school_days: int) -> date:
    while school_days:
        day += timedelta(days=1)
        school_days -= CALENDAR.is_school_day(day)
    return day


@given(days, st.integers(0, 400))
def test_adding_school_days_is_counting_them(day: date, number: int) -> None:
    assert CALENDAR.add(day, number) == slow_add(day, number)


@given(days, days)
def test_between_counts_the_school_days_after_the_first_up_to_the_last(first: date, last: date) -> None:
    span = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    assert CALENDAR.between(first, last) == sum(map(CALENDAR.is_school_day, span))


@given(days)
def test_next_after_is_the_first_school_day_that_is_later(day: date) -> None:
    assert CALENDAR.next_after(day) == slow_add(day, 1)
    assert CALENDAR.on_or_after(day) == (day if CALENDAR.is_school_day(day) else slow_add(day, 1))


def test_the_day_after_wednesday_before_easter_is_the_tuesday_after_it() -> None:
    assert CALENDAR.next_after(date(2026, 4, 1)) == date(2026, 4, 7)


@given(days)
def test_a_school_year_holds_its_own_days(day: date) -> None:
    first, last = school_year_bounds(school_year_of(day))
    assert first <= day <= last


def test_the_school_year_turns_between_july_and_august() -> None:
    assert school_year_of(date(2026, 7, 31)) == "2025-2026"
    assert school_year_of(date(2026, 8, 1)) == "2026-2027"
    assert school_year_bounds("2025-2026") == (date(2025, 8, 1), date(2026, 7, 31))


def test_a_calendar_tells_which_days_it_knows() -> None:
    assert CALENDAR.covers(date(2025, 8, 1))
    assert not CALENDAR.covers(date(2025, 7, 31))
    assert CALENDAR.covers_span(date(2025, 8, 1), date(2027, 7, 31))
    assert not CALENDAR.covers_span(date(2025, 7, 31), date(2026, 1, 1))
    assert not CALENDAR.covers_span(date(2026, 1, 1), date(2027, 8, 1))


def test_weekends_holidays_and_the_schools_own_free_days_are_no_school_days() -> None:
    friday = date(2026, 3, 6)
    week = [CALENDAR.is_school_day(friday + timedelta(days=n)) for n in range(4)]
    assert week == [True, False, False, True]
    assert not CALENDAR.is_school_day(date(2026, 5, 14))  # Kristi himmelfartsdag
    assert not CALENDAR.is_school_day(date(2026, 6, 22))  # a Monday of the summer


def test_no_school_days_are_added_by_staying_where_one_is() -> None:
    saturday = date(2026, 3, 7)
    assert CALENDAR.add(saturday, 0) == saturday
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add(saturday, -1)


@pytest.mark.parametrize("wrong", ["2026", "2026-2028", "26-27", "2026-2027-2028", "høsten"])
def test_a_school_year_has_one_form(wrong: str) -> None:
    with pytest.raises(ValueError, match="2026-2027"):
        school_year_bounds(wrong)


def test_a_calendar_without_school_days_is_an_error_and_no_endless_search() -> None:
    closed = SchoolCalendar(free_days=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(366 * 400)))
    with pytest.raises(ValueError, match="no school day"):
        closed.next_after(date(2026, 1, 1))
