"""Every word that a case may hold stands in the schema and in docs/case-format.md, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from skolemiljo.commands.pages import schema
from skolemiljo.domain.case import Case

DOCUMENT = Path(__file__).parents[2] / "docs" / "case-format.md"
_ROW = re.compile(r"^\| (.*`.+) \| (`[^|]+) \|$", re.M)


def _sets(kind: Any, depth: int = 0) -> Iterator[tuple[type[StrEnum], str]]:
    """Each set of words in the fields of ``kind``, with the last name of the field."""
    for name, field in kind.model_fields.items():
        for part in _parts(field.annotation):
            if issubclass(part, StrEnum):
                yield part, name
            elif issubclass(part, BaseModel) and depth < 4:
                yield from _sets(part, depth + 1)


def _parts(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


SETS = {words: {name for found, name in _sets(Case) if found is words} for words, _ in _sets(Case)}


def test_all_sets_of_words_are_found() -> None:
    assert {words.__name__ for words in SETS} >= {
        "LogKind",
        "Role",
        "Consideration",
        "StaffFound",
        "GoalReached",
        "ClosingReason",
    }


@pytest.mark.parametrize("words", SETS, ids=lambda words: words.__name__)
def test_the_document_has_each_word_and_no_other(words: type[StrEnum]) -> None:
    section = DOCUMENT.read_text("utf-8").partition("## Words\n")[2].partition("\n## ")[0]
    rows = {fields: re.findall(r"`([^`]+)`", its) for fields, its in _ROW.findall(section)}
    assert len(rows) == len(SETS)
    (fields,) = [fields for fields, its in rows.items() if its == [word.value for word in words]]
    told = {path.rpartition(".")[2] for path in re.findall(r"`([^`]+)`", fields)}
    assert told == SETS[words]


@pytest.mark.parametrize("words", SETS, ids=lambda words: words.__name__)
def test_the_schema_has_each_word_and_no_other(words: type[StrEnum]) -> None:
    assert json.loads(schema("case"))["$defs"][words.__name__]["enum"] == [word.value for word in words]


def test_the_keys_of_the_eight_moments_are_in_the_schema() -> None:
    moments = json.loads(schema("case"))["$defs"]["BestInterest"]["properties"]["moments"]["anyOf"][0]
    assert moments["propertyNames"] == {"$ref": "#/$defs/Consideration"}
