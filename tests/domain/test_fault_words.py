"""What is said of a wrong value or file: Norwegian, short, and nothing of what stood there."""

from __future__ import annotations

import errno
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AnyUrl, AwareDatetime, Field, TypeAdapter, ValidationError

from skolemiljo.domain.fault_words import mistakes, why_not
from skolemiljo.domain.log import LogKind
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.plan import Ladder, Strict
from skolemiljo.domain.school import OrganisationNumber

MARK = "Kari-TRYLLEORD"


def told(wanted: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(wanted).validate_python(value)
    words = mistakes(raised.value)[0].words
    assert MARK not in words
    return words


@pytest.mark.parametrize(
    ("wanted", "value", "words"),
    [
        (bool, MARK, "må være true eller false"),
        (bool, [], "må være true eller false"),
        (int, MARK, "må være et helt tall"),
        (int, 1.5, "må være et helt tall"),
        (float, MARK, "må være et tall"),
        (str, {MARK: 1}, "må være tekst"),
        (Annotated[str, Field(min_length=3)], "x", "må ha minst 3 tegn"),
        (Annotated[str, Field(max_length=3)], MARK, "kan ha høyst 3 tegn"),
        (Annotated[str, Field(pattern="^a$")], MARK, "er ikke skrevet slik formatet krever"),
        (Annotated[list[int], Field(min_length=1)], [], "må ha minst 1 innslag"),
        (Literal["nb", "nn"], MARK, "må være 'nb' eller 'nn'"),
        (LogKind, MARK, "er ikke et ord som formatet har"),
        (Annotated[int, Field(gt=0)], 0, "må være større enn 0"),
        (Annotated[int, Field(ge=1)], 0, "må være minst 1"),
        (Annotated[int, Field(lt=9)], 9, "må være mindre enn 9"),
        (Annotated[int, Field(le=8)], 9, "kan være høyst 8"),
        (date, MARK, "må være en dato som 2026-11-25"),
        (date, datetime.fromisoformat("2026-11-25T08:00"), "må være en dato som 2026-11-25"),
        (datetime, MARK, "må være et tidspunkt som 2026-11-25T08:00:00+01:00"),
        (AwareDatetime, datetime.fromisoformat("2026-11-25T08:00"), "må ha tidssone"),
        (time, MARK, "må være et klokkeslett som 08:00:00"),
        (AnyUrl, MARK, "må være en nettadresse"),
        (Path, 7, "må være stien til en fil eller mappe"),
        (list[int], MARK, "må være en liste"),
        (dict[str, int], MARK, "må være en gruppe med felter"),
        (Ladder, MARK, "må være en gruppe med felter"),
        (Ladder, {"review_after": 1}, "mangler"),
        (Ladder, {"review_after": 1, "deviation_after": 2, MARK: 1}, "er et ukjent felt"),
        (OrganisationNumber, MARK, "må være et organisasjonsnummer: ni siffer med riktig kontrollsiffer"),
        (Moment, MARK, "må være en dato eller et tidspunkt som 2026-11-25 eller 2026-11-25T08:00:00+01:00"),
        (complex, MARK, "er ikke gyldig (complex_type)"),
    ],
)
def test_what_is_wrong_is_told_in_norwegian(wanted: Any, value: Any, words: str) -> None:
    assert told(wanted, value) == words


def test_every_fault_has_its_place() -> None:
    class Both(Strict):
        one: int
        ladder: Ladder

    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Both).validate_python({"one": "x", "ladder": {"review_after": -1, "deviation_after": 2}})
    assert [(fault.place, fault.kind) for fault in mistakes(raised.value)] == [
        (("one",), "int_parsing"),
        (("ladder", "review_after"), "greater_than_equal"),
    ]


def test_why_a_file_can_not_be_had(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="borte") as missing:
        (tmp_path / "borte").read_bytes()
    assert why_not(missing.value) == "finnes ikke"
    assert why_not(PermissionError(errno.EACCES, MARK, MARK)) == "ingen tilgang"
    assert why_not(OSError(errno.EXDEV, MARK)) == "OSError"
    assert why_not(OSError(MARK)) == "OSError"
