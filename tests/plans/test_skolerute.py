"""School calendars as municipalities and their programs write them: every day right, and nothing lost in silence."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.domain.errors import SettingsError
from skolemiljo.plans.calendars import Calendars, calendars, school_days_in
from skolemiljo.plans.skolerute_ics import read_icalendar
from skolemiljo.plans.skolerute_words import Says, what_it_says

AUTUMN = [date(2025, 10, 6) + timedelta(days=n) for n in range(5)]
WINTER = "SUMMARY:Vinterferie\nDTSTART;VALUE=DATE:20260216\nDTEND;VALUE=DATE:20260221"


def event(words: str, start: str, end: str = "", *more: str) -> str:
    """An event whose DTSTART and DTEND are written just as given."""
    return "\n".join(filter(None, (f"SUMMARY:{words}", f"DTSTART{start}", end and f"DTEND{end}", *more)))


def ics(*events: str) -> bytes:
    body = "\n".join(f"BEGIN:VEVENT\nUID:u{n}\n{one}\nEND:VEVENT" for n, one in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//invented//NO\n{body}\nEND:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def read(folder: Path, data: bytes, name: str = "rute.ics") -> Calendars:
    (folder / name).write_bytes(data)
    return calendars(folder / name)


def free(found: Calendars) -> set[date]:
    return {day for day in found.free_days(None) if day.month >= 9 or day.month <= 5}


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Høstferie",
        "Haustferie",
        "Høstferie (SFO åpen)",
        "Planleggingsdag (elevfri, SFO stengt)",
        "Høstferie - SFO åpen",
        "Planleggingsdag skole og SFO",
        "Planleggingsdag skole/SFO",
        "Fridag etter Kristi himmelfartsdag",
        "Fri onsdag før skjærtorsdag",
        "Planl.dag",
        "Planl. dag",
        "Plandag for lærerne",
        "Innklemt",
        "Inneklemt fredag",
        "Påske",
        "Påskeferie",
        "Romjul",
        "Romjula 2025",
        "Jule- og nyttårsferie",
        "Juleferien",
        "Elevfri dag",
        "Elevane har fri",
        "Fri",
        "Undervisningsfri",
        "Kursdag",
        "Studiedag",
        "Avspasering",
        "Skolen er stengt",
        "Julaften",
        "Første feriedag",
        "Siste feriedag",
        "Høstferie. SFO åpen",
        "Høstferie SFO åpen",
        "Høstferie SFO åpent",
        "Høstferie og SFO stengt",
        "Høstferie m/ SFO",
        "Høstferie med SFO-tilbud",
        "Haustferie (SFO ope)",
        "Haustferie. SFO ope",
        "Haustferie, SFO stengd",
        "Vinterferie uke 8",
        "Uke 40: Høstferie",
        "Veke 41 – Haustferie",
        "Planleggingsdag. SFO stengt.",
        "Planleggingsdag SFO stengt",
        "Planleggingsdag for lærere og SFO",
        "Planleggingsdag for ansatte i skole og SFO",
        "Felles planleggingsdag skole og barnehage",
        "Planleggingsdag for skole, SFO og barnehage",
        "Planleggingsdag – SFO har åpent",
        "Planleggingsdag/fri for elevene",
        "Fri for elevene",
        "Fri for elevar",
        "Fri for alle elever",
        "Fridag for elevane",
        "Elevfri",
        "Elevfri - planleggingsdag for lærere",
        "Elevfridag",
        "Konferansetimer (elevfri)",
        "Kurs for lærere (elevene har fri)",
        "Planl.dag 3",
        "Plan-dag",
        "P-dag",
        "Planleggingsdag nr. 2",
        "Planleggjingsdag",
        "Innklemt fredag (skolefri)",
        "Inneklemt dag",
        "Klemdag",
        "Julefri",
        "Påskefri",
        "Juleferie fra og med mandag",
        "Juleferie (siste skoledag 19.12, første skoledag 5.1)",
        "Jolaftan",
        "Julaftan",
        "Joleferie",
        "Jol",
        "Nyttårsaften",
        "Ingen skole",
        "Ikke skole",
        "Ingen undervisning",
        "Elevene har ikke skole",
        "Ikkje skule",
        "Skulefri",
        "Skulen er stengd",
        "Skolen stengt",
        "Stengt",
        "Frie dager",
        "Fridager",
        "Påskeferien",
        "Påskeferie t.o.m. 2. påskedag",
        "Feriedager",
        "Ferieuke",
        "HØSTFERIE",
        "Høst-ferie",
        "Romjulsferie",
        "Fri (etter avspasering)",
        "Høstferie (1.–10. trinn)",
        "Skolefri onsdag før påske",
        "Fri dagen etter Kr. himmelfart",
        "Fri 15. mai",
        "Fri skole og SFO",
        "Skole- og SFO-fri dag",
        "Høytidsdag, fri",
    ],
)
def test_days_without_school(words: str) -> None:
    assert what_it_says(words, 10) is Says.FREE


@pytest.mark.parametrize(
    "words",
    [
        "Mobilfri uke",
        "Røykfri dag",
        "Fri lek i skolegården",
        "Påmelding til ferieklubb",
        "Ferieklubb",
        "Frist for å søke SFO",
        "SFO stengt",
        "SFO åpen i høstferien",
        "Planleggingsdag SFO",
        "Siste skoledag før jul",
        "Første skoledag etter juleferien",
        "Skolestart etter høstferien",
        "Oppstart etter ferien",
        "Planleggingsmøte",
        "Påskeverksted",
        "Svømmehallen stengt",
        "Julebord",
        "Foreldremøte",
        "Avlyst: planleggingsdag",
        "Frifond",
        "Planleggingsdag barnehage",
        "Kulturskolen har fri",
        "SFO: planleggingsdag",
        "Skolefritidsordningen stengt",
        "Skolefri ettermiddag",
        "Fri for 10. trinn",
        "Planleggingsdag ungdomsskolen",
        "Skriftlig eksamen (fri for 8. og 9. trinn)",
        "Fri for mobbing",
        "En skole fri for mobbing",
        "Uke fri for skjerm",
        "Skjermfri uke",
        "Mobbefri uke",
        "Plastfri dag",
        "Bilfri uke",
        "Røykfri uke",
        "Sukkerfri uke",
        "Friluftsdag",
        "Friidrettsdag",
        "Friminuttkonkurranse",
        "Skolebiblioteket stengt",
        "Skolekontoret er stengt",
        "Skolekjøkkenet stengt",
        "Planleggingsdag (avlyst)",
        "Planleggingsdag (flyttet til 14. november)",
        "Høstferie - avlyst",
        "Planleggingsdag (ungdomsskolen)",
        "Fri (10. trinn)",
        "Elevfri (1.-4. trinn)",
        "Fri for 1. klasse",
        "Halv dag",
        "Halv planleggingsdag",
        "Skolen slutter kl. 12 (planleggingsmøte)",
        "Siste skoledag før høstferien",
        "Siste skoledag før vinterferie",
        "Første skoledag etter påske",
        "Skolen begynner igjen etter høstferien",
        "Skulestart etter jol",
        "Høstferieaktiviteter",
        "Høstferie SFO",
        "Høstferie på SFO",
        "SFO: høstferie",
        "SFO stengt (planleggingsdag)",
        "SFO planleggingsdag",
        "SFO har planleggingsdag",
        "Planleggingsdag for SFO",
        "Planleggingsdag i SFO",
        "Planleggingsdag SFO-ansatte",
        "SFO-planleggingsdag",
        "Planleggingsdag i barnehagene",
        "Påmelding SFO høstferien",
        "Påmeldingsfrist SFO vinterferie",
        "Frist for påmelding til SFO i ferien",
        "Foreldremøte før høstferien",
        "Feriekoloni",
        "FN-dagen",
        "Aktivitetsdag",
        "Karneval",
        "Skoletur",
        "Høstfest",
        "Juleavslutning",
        "Julegrantenning",
        "Påskelunsj",
        "Vinteraktivitetsdag",
        "Uke uten vold",
        "Leksefri uke",
        "Leksefritt",
        "Leksefri",
        "Fritidsklubb",
        "Fri entre i svømmehallen",
        "Gratis frukt",
        "Trygg skolevei-uke",
        "Dysleksivennlig uke",
        "Psykisk helse-uka",
        "Refleksdagen",
        "Ferieprat",
        "Etter ferien: oppstart prosjekt",
        "Fotografering",
        "Vaksinasjon 9. trinn",
        "Nasjonale prøver",
        "Tentamen",
        "Eksamen",
        "Læreplandag",
        "Timeplandag",
        "Årsplandag",
        "Juleferie. Første skoledag er 5. januar",
    ],
)
def test_days_of_school(words: str) -> None:
    assert what_it_says(words, 12) in (Says.OPEN, Says.NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    ("words", "month", "says"),
    [
        ("Skolestart", 8, Says.FIRST_DAY),
        ("Første skoledag", 8, Says.FIRST_DAY),
        ("Fyrste skuledag", 8, Says.FIRST_DAY),
        ("Skoleslutt", 6, Says.LAST_DAY),
        ("Siste skoledag før sommerferien", 6, Says.LAST_DAY),
        ("Siste skoledag", 12, Says.OPEN),
        ("Siste skoledag for 10. trinn", 6, Says.NOT_UNDERSTOOD),
        ("Høstferie SFO", 10, Says.NOT_UNDERSTOOD),
        ("", 10, Says.NOT_UNDERSTOOD),
    ],
)
def test_the_summer_lies_between_the_last_and_the_first_day(words: str, month: int, says: Says) -> None:
    assert what_it_says(words, month) is says


@pytest.mark.parametrize("words", ["Juleferie, siste skoledag 19. desember", "Juleferie. Første skoledag er 5. januar"])
def test_a_vacation_of_several_days_may_name_the_school_days_beside_it(words: str) -> None:
    assert what_it_says(words, 12, days=12) is Says.FREE
    assert what_it_says(words, 12, days=1) is Says.NOT_UNDERSTOOD


# --- forms -----------------------------------------------------------------------------------------------------------

VALUE = ";VALUE=DATE:"


@pytest.mark.parametrize(
    ("start", "end", "more"),
    [
        (VALUE + "20251006", VALUE + "20251011", ""),
        (
            ";TZID=W. Europe Standard Time:20251006T000000",
            ";TZID=W. Europe Standard Time:20251011T000000",
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        ),
        (";TZID=Europe/Oslo;VALUE=DATE:20251006", ";TZID=Europe/Oslo;VALUE=DATE:20251011", ""),
        (":20251006", ":20251011", ""),
        (":20251005T220000Z", ":20251010T220000Z", ""),
        (":20251006T000000", ":20251010T235900", ""),
        (VALUE + "20251006", "", "DURATION:P5D"),
        (":20251006T000000Z", ":20251011T000000Z", ""),
        (":20251006T000000Z", ":20251010T235959Z", ""),
        (";TZID=UTC:20251005T220000", ";TZID=UTC:20251010T220000", ""),
        (":20251006T000000", "", "DURATION:PT120H"),
        (":20251006T000000", "", "DURATION:P4DT23H59M59S"),
    ],
    ids=[
        "google",
        "outlook",
        "tzid-and-date",
        "ical.net",
        "php-utc",
        "last-minute",
        "duration",
        "dates-called-utc",
        "last-minute-called-utc",
        "tzid-utc",
        "hours",
        "days-and-hours",
    ],
)
def test_an_all_day_event_however_a_program_writes_it(tmp_path: Path, start: str, end: str, more: str) -> None:
    found = read(tmp_path, ics(event("Høstferie", start, end, more)))
    assert sorted(free(found)) == AUTUMN
    assert found.not_understood == ()


def test_a_file_in_latin1_and_a_line_folded_inside_a_letter(tmp_path: Path) -> None:
    last = event("Første skoledag", ";VALUE=DATE:20250818"), event("Siste skoledag", ";VALUE=DATE:20260619")
    latin = read(tmp_path, ics(WINTER, *last).decode().encode("latin-1"))
    assert not latin(None).is_school_day(date(2025, 8, 15))
    assert latin(None).is_school_day(date(2025, 8, 18))
    folded = ics(event("Høstferie", VALUE + "20251006", VALUE + "20251011")).replace("ø".encode(), b"\xc3\r\n \xb8")
    assert sorted(free(read(tmp_path, folded))) == AUTUMN


@pytest.mark.parametrize(
    "broken",
    [
        event("Ferie", ";VALUE=DATE:"),
        event("Ferie", ":i morgen"),
        event("Ferie", ";VALUE=DATE:20261399"),
        event("Ferie", ";VALUE=DATE:00010101"),
        event("Ferie", ";VALUE=DATE:20251006", ";VALUE=DATE:99991231"),
        event("Ferie", ";VALUE=DATE:20251006", ";VALUE=DATE:20301231"),
        "SUMMARY:Ferie",
        event("Ferie", ";VALUE=DATE:20251006", "", "RRULE:FREQ=YEARLY"),
        event("Ferie", ":20251006T080000", ":20251006T150000"),
        event("Ferie", ";VALUE=DATE:20251011", ";VALUE=DATE:20251006"),
        event("Ferie", ";VALUE=DATE:20251006", "", "DURATION:fem dager"),
        event("Ferie", ";VALUE=DATE:20251006", "", "DURATION:-P5D"),
    ],
)
def test_a_broken_event_is_named_by_file_and_summary_and_the_others_are_read(tmp_path: Path, broken: str) -> None:
    found = read(tmp_path, ics(broken, WINTER))
    assert len(free(found)) == 5
    [named] = found.not_understood
    assert (named.file, named.words) == ("skoleruta rute.ics", "Ferie")
    assert named.why


def test_the_first_and_the_last_day_have_hours_and_make_the_summer(tmp_path: Path) -> None:
    first = event("Første skoledag", ";TZID=Europe/Oslo:20250818T090000", ";TZID=Europe/Oslo:20250818T130000")
    last = event("Siste skoledag før sommerferien", ":20260619T060000Z", ":20260619T100000Z")
    calendar = read(tmp_path, ics(first, WINTER, last))(None)
    assert [calendar.is_school_day(date(2025, 8, day)) for day in (15, 18)] == [False, True]
    assert [calendar.is_school_day(date(2026, 6, day)) for day in (19, 22)] == [True, False]


def test_an_event_without_words_is_listed(tmp_path: Path) -> None:
    found = read(tmp_path, ics(WINTER, "DTSTART;VALUE=DATE:20251006\nDTEND;VALUE=DATE:20251011"))
    assert [one.days for one in found.not_understood] == ["06.10.2025"]


def test_a_cut_file_loses_no_event_in_silence(tmp_path: Path) -> None:
    whole = ics(WINTER, event("Høstferie", VALUE + "20251006", VALUE + "20251011"))
    cut = whole[: whole.rindex(b"DTSTART")]
    assert [one.words for one in read(tmp_path, cut).not_understood] == ["Høstferie"]


def test_what_was_not_understood_is_listed_and_the_school_is_open(tmp_path: Path) -> None:
    found = read(tmp_path, ics(WINTER, event("Mobilfri uke", VALUE + "20251013", VALUE + "20251018")))
    assert [(one.words, one.days, one.why) for one in found.not_understood] == [("Mobilfri uke", "13.10.2025", "")]
    assert found(None).is_school_day(date(2025, 10, 14))


# --- which years are known -------------------------------------------------------------------------------------------

SUMMER = event("Sommerferie", VALUE + "20260620", VALUE + "20260817")


def test_a_summer_that_reaches_into_august_makes_no_year_known(tmp_path: Path) -> None:
    found = read(tmp_path, ics(WINTER, SUMMER, event("Første skoledag", VALUE + "20260817")))
    assert found(None).known_years == {"2025-2026"}
    assert not found(None).is_school_day(date(2026, 8, 14))


def test_one_file_for_each_year_may_cross_the_first_of_august(tmp_path: Path) -> None:
    (tmp_path / "2025-2026.ics").write_bytes(ics(WINTER, SUMMER))
    (tmp_path / "2026-2027.ics").write_bytes(ics(event("Høstferie", VALUE + "20261005", VALUE + "20261010")))
    found = calendars(tmp_path)
    assert found(None).known_years == {"2025-2026", "2026-2027"}
    assert not found(None).is_school_day(date(2026, 8, 14))
    assert not found(None).is_school_day(date(2026, 10, 7))
    (tmp_path / "kopi.ics").write_bytes(ics(WINTER))
    with pytest.raises(SettingsError, match=r"kopi\.ics: skoleåret 2025-2026 står allerede i skoleruta 2025-2026"):
        calendars(tmp_path)


# --- by day ----------------------------------------------------------------------------------------------------------


def by_day(*columns: str, delimiter: str = ",") -> list[str]:
    """A line for each day from the first to the last school day; free in the autumn week and at weekends."""
    first, lines = date(2025, 8, 18), [delimiter.join(columns)]
    for day in (first + timedelta(days=n) for n in range(306)):
        school = "Nei" if day in AUTUMN or day.weekday() > 4 else "Ja"
        facts = {"dato": day.isoformat(), "elevdag": school, "kommentar": "høstferie" if day in AUTUMN else ""}
        lines.append(delimiter.join(facts.get(column, "Åsmyra skole") for column in columns))
    return lines


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_by_day(tmp_path: Path, delimiter: str) -> None:
    lines = by_day("dato", "skole", "elevdag", "kommentar", delimiter=delimiter)
    found = read(tmp_path, "\r\n".join(lines).encode("utf-8-sig"), "rute.csv")
    calendar = found(None)
    assert calendar.known_years == {"2025-2026"}
    assert [day for day in AUTUMN if calendar.is_school_day(day)] == []
    assert found.free_days(None)[AUTUMN[0]] == "høstferie"
    assert not calendar.is_school_day(date(2025, 8, 15))
    assert calendar.is_school_day(date(2025, 8, 18))
    assert not calendar.is_school_day(date(2026, 6, 22))


def test_a_csv_that_is_wrong_says_where(tmp_path: Path) -> None:
    lines = by_day("dato", "elevdag")
    found = read(tmp_path, "\n".join([*lines, "31.02.2026,Ja", "2026-03-02,kanskje"]).encode(), "rute.csv")
    assert len(found.not_understood) == 2
    with pytest.raises(SettingsError, match="kolonnene dato og elevdag"):
        read(tmp_path, b"a,b\n1,2", "rute.csv")
    two = "dato,skole,elevdag\n2025-10-06,A skole,Ja\n2025-10-06,B skole,Nei"
    with pytest.raises(SettingsError, match="ulike dager"):
        read(tmp_path, two.encode(), "rute.csv")


def test_a_csv_as_programs_write_it(tmp_path: Path) -> None:
    lines = by_day("dato", "elevdag", delimiter=";")
    for written in (
        "\r\n".join(["sep=;", *lines]).encode(),
        "\n".join(lines).replace("Ja", "yes").replace("Nei", "no").encode(),
        "\n".join([lines[0], *(f"{one[8:10]}/{one[5:7]}/{one[:4]}{one[10:]}" for one in lines[1:])]).encode(),
        "\n".join([lines[0], *(f"{one[:10]}T00:00:00+02:00{one[10:]}" for one in lines[1:])]).encode(),
    ):
        assert [day for day in AUTUMN if read(tmp_path, written, "rute.csv")(None).is_school_day(day)] == []
    at_night = "\n".join([*lines, "2025-11-06T23:00:00Z;Nei"])
    assert [one.words for one in read(tmp_path, at_night.encode(), "rute.csv").not_understood] == [
        "2025-11-06T23:00:00Z"
    ]
    with pytest.raises(SettingsError, match="kolonnene dato og elevdag"):
        read(tmp_path, "\r\n".join(lines).encode("utf-16"), "rute.csv")


def test_a_day_that_is_told_twice_and_otherwise_is_a_school_day_and_listed(tmp_path: Path) -> None:
    found = read(
        tmp_path, "\n".join([*by_day("dato", "elevdag"), "2025-10-07,Ja", "2025-10-08,Nei"]).encode(), "rute.csv"
    )
    assert [one.words for one in found.not_understood] == ["07.10.2025"]
    assert [found(None).is_school_day(day) for day in AUTUMN] == [False, True, False, False, False]


# --- the command -----------------------------------------------------------------------------------------------------


def asked(folder: Path, *arguments: str) -> str:
    settings = folder / "skolemiljo.toml"
    settings.write_text('school_calendar = "rute.ics"\nstore = "lager.sqlite"\n', "utf-8")
    done = CliRunner().invoke(main, ["--settings", str(settings), "calendar", "show", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_days_read_are_shown_with_their_number_and_what_was_not_understood(tmp_path: Path) -> None:
    autumn = event("Høstferie (SFO åpen)", VALUE + "20251006", VALUE + "20251011")
    found = read(tmp_path, ics(WINTER, autumn, SUMMER, event("Mobilfri uke", VALUE + "20251013")))
    days = school_days_in(found(None), "2025-2026")
    said = asked(tmp_path)
    assert f"2025-2026: {days} skoledager" in said
    assert "06.10.2025–10.10.2025  Høstferie (SFO åpen)" in said
    assert f"har {days} skoledager, og forskriften sier 190" in said
    assert "2026-2027: ikke kjent" in said
    assert "1 oppføring ble ikke forstått" in said
    assert "13.10.2025 «Mobilfri uke»" in said
    told = json.loads(asked(tmp_path, "--format", "json"))
    assert [(year["school_year"], year["known"]) for year in told["years"]] == [
        ("2025-2026", True),
        ("2026-2027", False),
    ]
    assert [one["words"] for one in told["not_understood"]] == ["Mobilfri uke"]


def test_a_public_holiday_that_is_written_out_needs_no_understanding() -> None:
    events = [
        ("20260403", "20260404", "Langfredag"),
        ("20260216", "20260221", "Vinterferie"),
        ("20260518", "20260519", "Skoleløp"),
    ]
    lines = [
        f"BEGIN:VEVENT\nDTSTART;VALUE=DATE:{first}\nDTEND;VALUE=DATE:{after}\nSUMMARY:{words}\nEND:VEVENT"
        for first, after, words in events
    ]
    text = "\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"])
    _, loose = read_icalendar(text.encode(), "rute.ics", None)
    assert [one.words for one in loose] == ["Skoleløp"]
