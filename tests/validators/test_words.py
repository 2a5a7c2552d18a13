"""Reading short answers: whole-field phrases, dates in words, and words that may be sensitive."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolemiljo.validators.reading.dates import written_date
from skolemiljo.validators.reading.filled_in import bare, is_filled_in
from skolemiljo.validators.reading.sensitive_words import find_sensitive_words
from skolemiljo.validators.reading.vague_phrases import Phrase, says_only

DECIDED = date(2026, 3, 12)


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((files("skolemiljo.validators.reading") / name).read_text("utf-8"))


# --- is anything written? ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "  ", "-", "…", "x", "XXX", "zz", "00", "?!", "Kommer", "se over"])
def test_a_placeholder_is_no_answer(text: str | None) -> None:
    assert not is_filled_in(text)


@pytest.mark.parametrize("text", ["Xylofon", "zoo", "0 av 4", "1", "aa", "Ro", "xz", "Kommer hver dag kl. 8"])
def test_a_short_answer_is_an_answer(text: str) -> None:
    assert is_filled_in(text)


# --- whole-field phrases -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "ved behov",
        "Ved behov.",
        "VED BEHOV!",
        "- jevnlig",
        "Fortløpende og ved behov",
        "jamleg",
        "Evalueres fortløpende",
        "Etter avtale",
        "så snart som mulig",
    ],
)
def test_a_vague_time_alone_is_vague(text: str) -> None:
    assert says_only(Phrase.VAGUE_TIME, text)


@pytest.mark.parametrize(
    "text",
    [
        "Hver dag",
        "Ved behov i gymtimene",
        "Jevnlig, hver fredag",
        "Fra 12. mars",
        "Uke 12-20",
        "I storefri",
        "",
        "   ",
        None,
        "og",
        "evalueres",
        "Behovet vurderes mandag",
    ],
)
def test_a_vague_word_in_a_real_answer_changes_nothing(text: str | None) -> None:
    assert not says_only(Phrase.VAGUE_TIME, text)


@pytest.mark.parametrize(
    "text", ["Skolen", "alle", "Lærerne", "alle lærerne på trinnet", "Vi", "skulen", "Teamet", "de ansatte og ledelsen"]
)
def test_a_team_alone_is_a_team(text: str) -> None:
    assert says_only(Phrase.TEAM, text)


@pytest.mark.parametrize(
    "text",
    [
        "Kontaktlærer",
        "Rektor",
        "Anne",
        "Teamet ved Kari",
        "Alle lærerne, koordinert av inspektør",
        "SFO-leder",
        "Helsesykepleier",
    ],
)
def test_a_person_or_post_is_no_team(text: str) -> None:
    assert not says_only(Phrase.TEAM, text)


@pytest.mark.parametrize(
    "text",
    [
        "Barnets beste er vurdert.",
        "Ja",
        "OK",
        "Er vurdert",
        "Vurdert og ivaretatt",
        "Hensynet til barnets beste er ivaretatt",
        "Omsynet til eleven sitt beste er ivareteke",
    ],
)
def test_a_bare_claim_is_a_bare_claim(text: str) -> None:
    assert says_only(Phrase.BARE_CLAIM, text)


@pytest.mark.parametrize(
    "text",
    [
        "Barnets beste er vurdert: hun vil bli i klassen.",
        "Ro.",
        "Eleven ønsker ikke klassebytte",
        "Trygghet veier tyngst",
    ],
)
def test_an_assessment_is_no_bare_claim(text: str) -> None:
    assert not says_only(Phrase.BARE_CLAIM, text)


_PHRASES = _toml("vague_phrases.toml")


@pytest.mark.parametrize("phrase", list(Phrase))
def test_every_phrase_says_only_itself_and_one_real_word_undoes_it(phrase: Phrase) -> None:
    family = _PHRASES[phrase.value]
    assert isinstance(family, dict)
    for text in family["says"]:
        assert says_only(phrase, text), text
        assert says_only(phrase, f"  {text.upper()}!! ")
        assert not says_only(phrase, f"{text} trampoline")
        assert not says_only(phrase, f"trampoline {text}")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_asked(text: str) -> None:
    for phrase in Phrase:
        assert says_only(phrase, text) in (True, False)
    assert bare(bare(text)) == bare(text)


# --- dates in words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day", "alone"),
    [
        ("2026-04-15", date(2026, 4, 15), True),
        ("15.04.2026", date(2026, 4, 15), True),
        ("15.4.26", date(2026, 4, 15), True),
        ("15/4-26", date(2026, 4, 15), True),
        ("15.04.", date(2026, 4, 15), True),
        ("15. april", date(2026, 4, 15), True),
        ("15 apr. 2026", date(2026, 4, 15), True),
        ("innen 15. april", date(2026, 4, 15), True),
        ("1. mars", date(2027, 3, 1), True),
        ("12. mars", date(2027, 3, 12), True),
        ("29. februar", date(2028, 2, 29), True),
        ("uke 17", date(2026, 4, 26), True),
        ("veke 17", date(2026, 4, 26), True),
        ("Uke 17 2026", date(2026, 4, 26), True),
        ("uke 53 2026", date(2027, 1, 3), True),
        ("uke 2", date(2027, 1, 17), True),
        ("i mai", date(2026, 5, 31), True),
        ("innen utgangen av desember", date(2026, 12, 31), True),
        ("innen utgangen av desember 2026", date(2026, 12, 31), True),
        ("i februar 2028", date(2028, 2, 29), True),
        ("Møte fredag 17. april kl. 12.15", date(2026, 4, 17), False),
        ("15. april og 15. mai", date(2026, 4, 15), False),
        ("12. mars 2026", date(2026, 3, 12), True),
        ("1.2.2026, og så 1.6.2026", date(2026, 6, 1), False),
    ],
)
def test_a_day_is_read_out_of_words(text: str, day: date, alone: bool) -> None:
    found = written_date(text, DECIDED)
    assert found is not None
    assert (found.day, found.alone) == (day, alone)


_MONTHS = (
    ("januar", "jan"),
    ("februar", "feb"),
    ("mars", "mar"),
    ("april", "apr"),
    ("mai", "mai"),
    ("juni", "jun"),
    ("juli", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("september", "sept"),
    ("oktober", "okt"),
    ("november", "nov"),
    ("desember", "des"),
)


@pytest.mark.parametrize(("name", "short"), _MONTHS)
def test_a_month_is_read_by_its_name_and_its_short_name(name: str, short: str) -> None:
    number = list(dict(_MONTHS)).index(name) + 1
    for text in (f"20. {name} 2027", f"20. {short} 2027", f"20 {short}. 2027"):
        found = written_date(text, DECIDED)
        assert found is not None
        assert found.day == date(2027, number, 20), text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "etter påske",
        "kl. 09.10",
        "klokka 09.10",
        "kl 12.00-13.00",
        "32. mai",
        "31. april",
        "uke 54",
        "uke 0",
        "jevnlig",
        "3 ganger",
        "rom 112",
        "Mai har ansvar",
        "62 28 54 00",
        "15.13.2026",
        "00.00.",
    ],
)
def test_no_day_is_read_out_of_other_things(text: str | None) -> None:
    assert written_date(text, DECIDED) is None


@settings(deadline=None)
@given(st.dates(date(2025, 1, 1), date(2060, 12, 31)), st.integers(1, 300))
def test_a_date_without_a_year_is_the_next_one(decided: date, ahead: int) -> None:
    day = decided + timedelta(days=ahead)
    for text in (f"{day.day}.{day.month}.", f"{day.day:02d}.{day.month:02d}"):
        found = written_date(text, decided)
        assert found is not None
        assert found.day == day


def test_the_last_week_of_a_year_that_ends_in_the_next_is_that_week() -> None:
    found = written_date("Uke 53", date(2027, 1, 1))
    assert found is not None
    assert (found.begins, found.day) == (date(2026, 12, 28), date(2027, 1, 3))


@settings(deadline=None)
@given(st.text(max_size=80), st.dates(date(2024, 8, 1), date(2100, 1, 1)))
def test_any_text_gives_a_day_or_none(text: str, decided: date) -> None:
    found = written_date(text, decided)
    assert found is None or date(2000, 1, 1) <= found.day


# --- words that may be sensitive -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "ny medisin",
        "Diagnosen er klar",
        "ADHD",
        "Barnevernet ringte",
        "sjukmeld",
        "hun er muslim",
        "Mor er i fengsel",
        "BUP",
        "ABUP",
        "selvskading",
        "overgrep",
        "skilsmissen",
        "Hun kutter seg",
        "Faren slår",
    ],
)
def test_sensitive_words_are_found(text: str) -> None:
    assert find_sensitive_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rusler i gangen",
        "legger igjen jakka",
        "Det er noe å snakke om",
        "buplass",
        "Gjerdet ved ballbingen",
        "addere",
        "hivende",
        "grusom lek",
        "Vi leker i skogen",
        "Alt var rolig",
    ],
)
def test_ordinary_words_are_not(text: str) -> None:
    assert find_sensitive_words(text) == ()


def test_the_place_is_the_place_in_the_text() -> None:
    text = "İ dag: ny medisin"
    (place,) = find_sensitive_words(text)
    assert text[place - 1 :].startswith("medisin")


def test_every_pattern_of_the_list_is_a_pattern_of_its_own() -> None:
    words = _toml("sensitive_words.toml")["words"]
    assert isinstance(words, dict)
    for patterns in words.values():
        for pattern in patterns:
            assert re.compile(pattern).search("trampoline") is None
