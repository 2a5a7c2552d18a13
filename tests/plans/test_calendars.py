"""School calendars: public holidays from the library, the skolerute from TOML, iCalendar or a folder of both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from skolemiljo.domain.errors import SettingsError
from skolemiljo.plans.calendars import calendars, load_calendar, missing_years
from skolemiljo.plans.skolerute import public_holidays

SCHOOL, OTHER = "310000019", "310000027"

BOTH = f"""
[[year]]
school_year = "2026-2027"
free = [{{ from = 2026-10-05, to = 2026-10-09, why = "høstferie" }}, {{ from = 2026-11-20 }}]

[[year]]
school_year = "2026-2027"
school = "{SCHOOL}"
free = [{{ from = 2026-10-12, to = 2026-10-16 }}]

[[year]]
school_year = "2025-2026"
free = [{{ from = 2026-05-15 }}]
"""


def _written(folder: Path, text: str, name: str = "skolerute.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_public_holidays_of_easter_2026_and_christmas() -> None:
    days = public_holidays()
    assert {date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)} <= days
    # Sundays are weekends already, and Christmas Eve is no public holiday: it is the skolerute's.
    assert date(2026, 4, 12) not in days
    assert date(2026, 12, 24) not in days


def test_without_a_skolerute_no_year_is_known() -> None:
    calendar = load_calendar(None)
    assert not calendar.is_school_day(date(2026, 4, 3))
    assert calendar.is_school_day(date(2026, 7, 1))
    assert not calendar.covers(date(2026, 7, 1))


def test_a_schools_own_skolerute_stands_in_place_of_the_municipalitys(tmp_path: Path) -> None:
    calendar_of = calendars(_written(tmp_path, BOTH))
    autumn = (date(2026, 10, 6), date(2026, 10, 13))
    assert [calendar_of(None).is_school_day(day) for day in autumn] == [False, True]
    assert [calendar_of(OTHER).is_school_day(day) for day in autumn] == [False, True]
    assert [calendar_of(SCHOOL).is_school_day(day) for day in autumn] == [True, False]
    # The year that the school has not written is the municipality's.
    assert not calendar_of(SCHOOL).is_school_day(date(2026, 5, 15))
    assert calendar_of(SCHOOL) is calendar_of(SCHOOL)


def test_a_missing_year_is_named(tmp_path: Path) -> None:
    calendar = load_calendar(_written(tmp_path, BOTH))
    assert missing_years(calendar, date(2024, 9, 1), date(2027, 8, 1)) == ("2024-2025", "2027-2028")
    assert missing_years(calendar, date(2025, 8, 1), date(2027, 7, 31)) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[year]", "ikke gyldig TOML"),
        ("[year]\nschool_year = '2026-2027'", r"bare \[\[year\]\]"),
        ("[[aar]]", r"bare \[\[year\]\]"),
        ("[[year]]\nfree = []", "nr. 1: school_year må være"),
        ("[[year]]\nschool_year = '2026-2028'\nfree = []", "et skoleår som .2026-2027"),
        ("[[year]]\nschool_year = '2026-2027'", "free mangler"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = []\nskole = 'x'", "'skole' er et ukjent felt"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = []\nschool = '310000018'", "organisasjonsnummer"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = []\nschool = 310000019", "organisasjonsnummer"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = ['2026-10-05']", "hvert ledd i free"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = [{from = '2026-10-05'}]", "hvert ledd i free"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = [{from = 2026-10-05T00:00:00}]", "hvert ledd i free"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = [{from = 2026-10-05, til = 2026-10-09}]", "hvert ledd i free"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = [{from = 2026-10-09, to = 2026-10-05}]", "snudd"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = [{from = 2025-10-05}]", "utenfor skoleåret"),
        ("[[year]]\nschool_year = '2026-2027'\nfree = []\n" * 2, "2026-2027 står allerede i"),
    ],
)
def test_an_error_names_file_and_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        calendars(_written(tmp_path, text))
    assert "skolerute.toml" in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"kan ikke leses \(finnes ikke\)"):
        load_calendar(tmp_path / "borte.toml")


EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//nb
{events}
END:VCALENDAR
"""


def _event(words: str, start: str, end: str | None = None, *more: str) -> str:
    lines = ["BEGIN:VEVENT", f"UID:{words}-{start}", f"SUMMARY:{words}", f"DTSTART;VALUE=DATE:{start}"]
    lines += [f"DTEND;VALUE=DATE:{end}"] if end else []
    return "\r\n".join([*lines, *more, "END:VEVENT"])


def _ics(folder: Path, *events: str, name: str = "skolerute.ics") -> Path:
    return _written(folder, EVENTS.format(events="\n".join(events)).replace("\r\n", "\n").replace("\n", "\r\n"), name)


def test_an_icalendar_as_municipalities_publish_it(tmp_path: Path) -> None:
    calendar = load_calendar(
        _ics(
            tmp_path,
            _event("Første skoledag", "20260817"),
            _event("Høstferie", "20261005", "20261010"),
            _event("Planleggingsdag", "20261120"),
            _event("Siste skoledag før jul", "20261218"),
            _event("Første skoledag etter juleferien", "20270104"),
            _event("Elevfri", "20270514", None, "DURATION:P2D"),
            _event("Foreldremøte", "20261007"),
            _event("Foreldremøte", "20260909"),
            _event("Vinterferie", "20270222", "20270227", "STATUS:CANCELLED"),
            _event("Siste skoledag", "20270618"),
        )
    )
    closed = ["2026-08-14", "2026-10-05", "2026-10-09", "2026-11-20", "2027-05-14", "2027-06-21", "2027-07-30"]
    opened = ["2026-08-17", "2026-09-09", "2026-10-12", "2026-12-18", "2027-01-04", "2027-02-22", "2027-06-18"]
    assert [day for day in closed if calendar.is_school_day(date.fromisoformat(day))] == []
    assert [day for day in opened if not calendar.is_school_day(date.fromisoformat(day))] == []
    assert calendar.known_years == {"2026-2027"}


def test_a_timed_event_closes_no_school(tmp_path: Path) -> None:
    timed = "BEGIN:VEVENT\nUID:1\nSUMMARY:Fri fra kl 12\nDTSTART:20261218T110000Z\nEND:VEVENT"
    calendar = load_calendar(_ics(tmp_path, timed, _event("Høstferie", "20261005", "20261010")))
    assert calendar.is_school_day(date(2026, 12, 18))


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ((_event("Fridag", "20260515", None, "RRULE:FREQ=YEARLY"),), "«Fridag» gjentas"),
        ((_event("Foreldremøte", "20261007"),), "ingen heldagshendelse"),
        ((), "ingen heldagshendelse"),
    ],
)
def test_an_icalendar_that_cannot_be_trusted(tmp_path: Path, events: tuple[str, ...], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_calendar(_ics(tmp_path, *events))


def test_something_else_called_ics(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ikke en gyldig iCalendar"):
        load_calendar(_written(tmp_path, "hei\nBEGIN:VEVENT\n:::", "x.ics"))


def test_a_folder_has_a_file_for_each_school(tmp_path: Path) -> None:
    _ics(tmp_path, _event("Høstferie", "20261005", "20261010"), name="kommunen.ics")
    _ics(tmp_path, _event("Høstferie", "20261012", "20261017"), name=f"{SCHOOL}.ics")
    _written(tmp_path, "[[year]]\nschool_year = '2026-2027'\nfree = [{from = 2026-11-02}]", f"{OTHER}.toml")
    _written(tmp_path, "not a calendar", "lesmeg.txt")
    calendar_of = calendars(tmp_path)
    days = (date(2026, 10, 6), date(2026, 10, 13), date(2026, 11, 2))
    free = {owner: [not calendar_of(owner).is_school_day(day) for day in days] for owner in (None, SCHOOL, OTHER)}
    assert free == {None: [True, False, False], SCHOOL: [False, True, False], OTHER: [False, False, True]}


def test_an_empty_folder_is_no_skolerute(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="har ingen skolerute"):
        load_calendar(tmp_path)
