"""Every rule reads a field as that field: the words of its own heading say nothing there, and what answers there alone, answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from skolemiljo.domain.case import Case
from skolemiljo.domain.facts import paths
from skolemiljo.tests.laws.places import Place, found, put
from skolemiljo.validators.reading.answers import known_fields, read_answer
from skolemiljo.validators.reading.bare_words import data
from skolemiljo.validators.reading.filled_in import is_filled_in
from skolemiljo.validators.reading.said import Said
from skolemiljo.validators.reading.vague_phrases import Phrase, says_only

from .examples import case_of, school_calendar
from .test_changed import OF_CASES
from .test_rules import Judged, _judged

PLAIN = {Said.NOTHING: "Diverse", Said.ANSWER: "Vi ser mobbing ved bussen."}
"""What is read alike in every field."""
OF_SOME = ("Ja", "10", "bra", "analyseverktøy", "syk", "informert", "vurdert", "hørt", "Videreføres", "Hva er det?")
"""What says something in some fields and nothing in others."""
OTHERWISE = {
    "log.text": {"AP-F", "BB-01", "BB-05", "UN-14"},  # the words of an assessment, of a decision: read as those
}
"""Rules to which a field is another, or none of its own."""


def _read_otherwise(field: str) -> Iterator[str]:
    """What is read in ``field`` as in no other: words of its heading, and some more."""
    heading = data("answers.toml")["fields"][field].get("prompt", "").split()
    first = (" ".join(heading[:number]) for number in range(1, len(heading) + 1))
    says_nothing = (text for text in first if is_filled_in(text) and not says_only(Phrase.BARE_CLAIM, text))
    yield from [text for text in says_nothing if _is_read(text, field) == (Said.NOTHING, Said.ANSWER)][:1]
    for text in OF_SOME:
        here, elsewhere = _is_read(text, field)
        if here in PLAIN and here is not elsewhere:
            yield text


def _is_read(text: str, field: str) -> tuple[Said, Said]:
    return read_answer(text, field).said, read_answer(text).said


def _examples(path: str) -> Iterator[tuple[Judged, Case, list[tuple[Place, object]]]]:
    """The examples that hold something at ``path``, and where."""
    for block in OF_CASES:
        if path.rpartition(".")[2] in block.toml:
            judged = _judged(block, school_calendar())
            case = case_of(judged.data)
            places = [(place, value) for place, value in found(case, path) if value]
            if places and judged.data.get("read_text", True):
                yield judged, case, places


def _told(
    judged: Judged, case: Case, places: Iterable[tuple[Place, object]], text: str, field: str
) -> dict[str, tuple[object, ...]]:
    for place, value in places:
        case = put(case, place, (text,) if isinstance(value, tuple) else text)
    return {
        f"{finding.rule} {finding.scope}": (finding.verdict, finding.reason, finding.question)
        for finding in judged.again(case, judged.as_of).values()
        if finding.rule not in OTHERWISE.get(field, ())
    }


@pytest.mark.parametrize("field", sorted(known_fields()))
def test_a_field_is_read_as_itself(field: str) -> None:
    decided = 0
    for path in paths():
        for judged, case, places in _examples(path) if f".{path}".endswith(f".{field}") else ():
            told = {said: _told(judged, case, places, text, field) for said, text in PLAIN.items()}
            for text in _read_otherwise(field):
                assert _told(judged, case, places, text, field) == told[read_answer(text, field).said], text
            decided += told[Said.NOTHING] != told[Said.ANSWER]
    assert decided, "no example hangs on it"
