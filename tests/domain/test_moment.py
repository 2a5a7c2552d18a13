"""Moments: one local date in Europe/Oslo, whatever the clock, the zone of the source or the zone of the process."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.moment import OSLO, Moment, end_of, local_day, start_of

MOMENT = TypeAdapter(Moment)
instants = st.integers(946684800, 4102444800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(instants, offsets)
def test_local_day_is_the_date_on_the_wall_in_oslo(instant: datetime, zone: timezone) -> None:
    assert local_day(instant.astimezone(zone)) == instant.astimezone(OSLO).date()


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_begins_and_ends_at_midnight_in_oslo_also_when_the_clock_changes(day: date) -> None:
    tick = timedelta(microseconds=1)
    assert local_day(start_of(day)) == day == local_day(end_of(day) - tick)
    assert local_day(start_of(day) - tick) == day - timedelta(days=1)
    assert local_day(end_of(day)) == day + timedelta(days=1)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-30", 24)])
def test_the_days_of_summer_time_are_23_and_25_hours_long(day: str, hours: int) -> None:
    one = date.fromisoformat(day)
    assert end_of(one) - start_of(one) == timedelta(hours=hours)


@given(instants)
def test_a_moment_survives_json(instant: datetime) -> None:
    moment = Moment.at(instant)
    assert MOMENT.validate_json(MOMENT.dump_json(moment)) == moment


@given(
    st.lists(
        st.one_of(instants.map(Moment.at), st.dates(date(2024, 1, 1), date(2026, 1, 1)).map(Moment.on)),
        min_size=3,
        max_size=3,
    )
)
def test_before_is_an_order_where_it_answers(moments: list[Moment]) -> None:
    a, b, c = moments
    if a.before(b) and b.before(c):
        assert a.before(c)
    if a.before(b):
        assert b.before(a) is False
    if a.before(b) is None:
        assert b.before(a) is None
        assert a.day == b.day


def test_a_date_alone_cannot_tell_the_order_on_its_own_day() -> None:
    noon = Moment.parse("2026-03-09T12:00:00+01:00")
    assert Moment.on(date(2026, 3, 9)).before(noon) is None
    assert Moment.on(date(2026, 3, 8)).before(noon) is True


def test_a_zoneless_time_is_an_error_unless_the_source_declares_its_zone() -> None:
    with pytest.raises(ValidationError, match="source_zone"):
        MOMENT.validate_python("2026-03-09T12:00:00")
    context = ReadingContext(zone=ZoneInfo("Europe/Oslo"))
    assert MOMENT.validate_python("2026-03-09T12:00:00", context=context) == Moment.parse("2026-03-09T12:00:00+01:00")


def test_the_doubled_hour_of_autumn_is_in_doubt_and_its_order_is_not_decided() -> None:
    first, second = (Moment.parse(f"2026-10-25T02:{minute}:00", OSLO) for minute in (10, 50))
    assert first.doubtful
    assert second.doubtful
    assert first.before(second) is None
    assert first.before(Moment.parse("2026-10-25T04:30:00", OSLO)) is True
    assert MOMENT.validate_json(MOMENT.dump_json(first), context=ReadingContext(zone=OSLO)) == first


@given(st.text(max_size=60))
def test_nothing_of_a_bad_time_is_repeated(text: str) -> None:
    fixed = {
        "kan ha høyst 40 tegn",
        "må være en dato eller et tidspunkt som 2026-11-25 eller 2026-11-25T08:00:00+01:00",
        "må ha et år fra 2000 til 2100",
        "er et tidspunkt uten tidssone: sett source_zone",
    }
    assume(not text[:1].isdigit())
    with pytest.raises(ValidationError) as raised:
        MOMENT.validate_python(text)
    assert {e["msg"] for e in raised.value.errors(include_input=False)} <= fixed


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Adak"])
def test_the_zone_of_the_process_never_matters(zone: str) -> None:
    code = (
        "from skolemiljo.domain.moment import Moment;"
        "print(Moment.parse('2026-03-09T23:50:00+01:00').day, Moment.parse('2026-03-09T23:10:00Z').day)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2026-03-09", "2026-03-10"]
