"""Entries that deny themselves: what was not done, put off, or is still to be done proves nothing; a «not» in what was said does not count."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from skolemiljo.domain.log import LogEntry, LogKind
from skolemiljo.validators.reading.denials import denies_itself

TYPED = tomllib.loads((Path(__file__).parent / "denied_entries.toml").read_text("utf-8"))
NOT_DONE, DONE = (
    [(kind, text) for kind, texts in TYPED.items() for text in texts.get(name, ())] for name in ("not_done", "done")
)


def _entry(kind: str, text: str) -> LogEntry:
    return LogEntry(id="l1", kind=LogKind(kind), happened_at=None, registered_at=None, text=text)


@pytest.mark.parametrize(
    "text", ["Nei", "nei.", "Vet ikke", "Veit ikkje!", "Ikke aktuelt", "Må sjekkes", "N/A", "Nei, neste uke", "Usikker"]
)
@pytest.mark.parametrize("kind", sorted(TYPED))
def test_an_entry_that_says_no_and_no_more_denies_itself(kind: str, text: str) -> None:
    assert denies_itself(_entry(kind, text))


@pytest.mark.parametrize(
    "text", ["", "-", "Ja", "Ok", "Ferdig", "Utført", "Som avtalt", "Spurt om hun ville si mer: nei. Hun tegnet."]
)
@pytest.mark.parametrize("kind", sorted(TYPED))
def test_an_entry_that_says_nothing_or_tells_of_a_no_does_not(kind: str, text: str) -> None:
    assert not denies_itself(_entry(kind, text))


@pytest.mark.parametrize(("kind", "text"), NOT_DONE)
def test_an_entry_that_says_it_was_not_done_denies_itself(kind: str, text: str) -> None:
    assert denies_itself(_entry(kind, text))


@pytest.mark.parametrize(("kind", "text"), DONE)
def test_an_entry_of_what_was_said_there_does_not(kind: str, text: str) -> None:
    assert not denies_itself(_entry(kind, text))


@pytest.mark.parametrize(("kind", "text"), NOT_DONE)
def test_that_it_was_done_after_all_takes_the_doubt_away(kind: str, text: str) -> None:
    done = {"measure_started": "Startet likevel i dag", "rector_received": "Mottatt likevel i dag"}
    after_all = done.get(kind, "Snakket likevel sammen i dag")
    assert not denies_itself(_entry(kind, f"{text}. {after_all}."))


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Ga beskjed til e-2", True),
        ("E2 er informert om saken", True),
        ("Ga beskjed til e-1 og e-2", False),
        ("Fortalte henne at e-2 også er snakket med", False),
        ("Ga beskjed til E1", False),
        ("Ga beskjed", False),
    ],
)
def test_that_another_pupil_was_told_does_not_show_that_this_one_was(text: str, denied: bool) -> None:
    entry = _entry("pupil_told", text)
    assert denies_itself(entry.model_copy(update={"pupils": ("e1",)})) is denied
    assert not denies_itself(entry.model_copy(update={"pupils": ("7f3a",)}))  # pseudonyms that cannot be compared
