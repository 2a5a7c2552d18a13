"""Cases from outside: what is refused, by case and field and without a word of content, and what comes through unchanged."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skolemiljo.adapters.case_file import read_case, read_case_file, told
from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import UnreadableCase

MARK = "TRYLLEORD"
OSLO = ZoneInfo("Europe/Oslo")


def case(**changes: Any) -> dict[str, Any]:
    """A small case in the case format."""
    return {
        "id": "SM-2026-7",
        "school": "310000019",
        "status_history": [{"status": "open", "at": "2026-03-09T08:00:00+01:00"}],
        **changes,
    }


def read(raw: Any, **options: Any) -> Case:
    return read_case(json.dumps(raw).encode(), system="folder", name="navn-1", **options)


def refused(raw: Any, **options: Any) -> UnreadableCase:
    with pytest.raises(UnreadableCase) as raised:
        read(raw, **options)
    error = raised.value
    assert MARK not in str(error) + repr(error) + repr(error.fields)
    assert error.__cause__ is None
    assert error.__suppress_context__
    return error


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"school": "310000018"}, "school"),
        ({"school": 310000018}, "school"),
        ({"status_history": []}, "status_history"),
        ({"status_history": [{"status": MARK, "at": "2026-03-09"}]}, "status_history.0.status"),
        ({"log": [{"id": "l1", "happened_at": MARK}]}, "log.0.happened_at"),
        ({"log": [{"id": "l1", "text": {"a": MARK}}]}, "log.0.text"),
        ({"log": MARK}, "log"),
        ({"log": [{"id": f"Kari {MARK}"}]}, "log.0.id"),
        ({"pupils": [{"ref": f"Kari {MARK}"}]}, "pupils.0.ref"),
        ({"log": [{"id": "l1", "author": {"role": "rector", "ref": f"<b>{MARK}"}}]}, "log.0.author.ref"),
        ({"log": [{"id": "l1\x1b[2J"}]}, "log.0.id"),
        ({"hidden": [["log"]]}, "hidden"),
        ({"hidden": "log"}, "hidden"),
        ({"incidents": [{"id": "h1", "level": 5}]}, "incidents.0.level"),
        ({"etag": '"1"\r\nX: ' + MARK}, "etag"),
        ({"status_history": [{"status": "open", "at": "0001-01-01"}]}, "status_history.0.at"),
        ({"hidden": None}, "hidden"),
    ],
)
def test_a_wrong_field_is_named_and_its_content_is_not(changes: dict[str, Any], field: str) -> None:
    error = refused(case(**changes))
    assert error.case == "SM-2026-7"
    assert any(path == field or path.startswith(f"{field}.") for path in error.fields), error.fields


def test_keys_from_outside_are_not_repeated() -> None:
    error = refused(case(activity_plans=[{"id": "a1", "plan": "p1", "best_interest": {"moments": {MARK: "x"}}}]))
    assert error.fields == ("activity_plans.0.best_interest.moments.*",)


@pytest.mark.parametrize("id_", ["", "a b", "../../etc/passwd", "x" * 65, "<b>", "a\nb", 7.5, None, "-x"])
def test_a_case_number_that_could_do_harm_is_refused_and_not_repeated(id_: Any) -> None:
    error = refused(case(id=id_))
    assert error.fields == ("id",)
    assert error.case == "navn-1"


def test_many_faults_are_told_only_in_part() -> None:
    assert len(refused(case(log=[{"id": ""}] * 1000)).fields) == 8


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"null",
        b"[]",
        b'"tekst"',
        b"\xff\xfe{}",
        '{"id": "SM-1"}'.encode("utf-16"),
        b'{"id": "SM-1", "id": "SM-2"}',
        b'{"id": "SM-1", "version": NaN}',
        b'{"id":' + b"[" * 100_000,
        b'{"log":' * 900 + b"0" + b"}" * 900,
        b'{"id": "SM-1", "school": ' + b"9" * 10_000 + b"}",
        b'{"id": "SM-1"',
    ],
)
def test_hostile_documents_are_unreadable_and_nothing_else(data: bytes) -> None:
    with pytest.raises(UnreadableCase) as raised:
        read_case(data, system="folder", name="navn-1")
    assert raised.value.case in ("navn-1", "SM-1")


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_case(b"\xef\xbb\xbf" + json.dumps(case()).encode(), system="folder").id == "SM-2026-7"


def test_a_time_without_zone_needs_a_declared_one() -> None:
    zoneless = case(status_history=[{"status": "open", "at": "2026-03-09T08:00:00"}])
    assert "source_zone" in str(refused(zoneless))
    assert str(read(zoneless, zone=OSLO).opened_at.day) == "2026-03-09"
    assert read(zoneless, zone=OSLO).opened_at == read(case()).opened_at


def test_unknown_fields_are_counted_by_name_and_their_names_only_where_they_are_plain() -> None:
    context = ReadingContext()
    read(case(gradering="x", log=[{"id": "l1", "nytt_felt": 1, f"felt om {MARK}": 2}]), context=context)
    assert dict(context.unknown_fields) == {"Case.gradering": 1, "LogEntry.nytt_felt": 1, "LogEntry.?": 1}


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_link_a_folder_a_pipe_and_a_giant_are_no_case_files(tmp_path: Path) -> None:
    outside = tmp_path / "utenfor-1.json"
    outside.write_text(json.dumps(case()))
    link, folder, pipe, giant = (tmp_path / f"sak-{number}.json" for number in range(1, 5))
    link.symlink_to(outside)
    folder.mkdir()
    os.mkfifo(pipe)
    with giant.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    for path in (link, folder, pipe, giant, tmp_path / "sak-9.json"):
        with pytest.raises(UnreadableCase) as raised:
            read_case_file(path)
        assert raised.value.case == path.stem
    assert read_case_file(outside).id == "SM-2026-7"


@pytest.mark.parametrize(
    "stem", ["Kari Nordmann", "KariNordmann", "05840399895", "sak-05840399895", "a\x1b[2J1", "-x1"]
)
def test_a_file_called_after_a_person_is_told_by_a_sum(stem: str) -> None:
    assert told(stem).startswith("fil-")
    assert stem not in told(stem)
    assert told(stem) == told(stem)
    assert told(stem) != told(stem + "1")


@pytest.mark.parametrize("stem", ["SM-2026-7", "2026_15", "fil-12ab34cd"])
def test_a_file_called_after_its_case_is_told_by_its_name(stem: str) -> None:
    assert told(stem) == stem


# --- there and back --------------------------------------------------------------------------------------------------


def test_every_kind_of_case_comes_through_unchanged() -> None:
    for raw in Municipality(seed=5, cases=60).cases():
        first = read(raw)
        assert read_case(first.model_dump_json().encode(), system="folder") == first


_FIRST, _LAST = datetime(2000, 1, 2), datetime(2030, 1, 1)  # noqa: DTZ001 - hypothesis gives them their zones
_TIMES = st.datetimes(_FIRST, _LAST, timezones=st.timezones()).map(datetime.isoformat)
_DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(date.isoformat)


def documents(schema: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    """JSON documents that our own published JSON Schema allows."""

    def value(part: dict[str, Any]) -> st.SearchStrategy[Any]:
        if "$ref" in part:
            return definition(part["$ref"].rpartition("/")[2])
        if "anyOf" in part:
            return st.one_of([value(option) for option in part["anyOf"]])
        if "enum" in part:
            return st.sampled_from(part["enum"])
        match part.get("type"):
            case "string":
                return string(part)
            case "integer":
                return st.integers(part.get("minimum", 0), part.get("maximum", 9))
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case "array":
                unique = repr if part.get("uniqueItems") else None
                return st.lists(value(part["items"]), min_size=part.get("minItems", 0), max_size=2, unique_by=unique)
            case "object" if "properties" in part:
                fields = {name: value(inner) for name, inner in part["properties"].items()}
                needed = {name: fields.pop(name) for name in part.get("required", ())}
                return st.fixed_dictionaries(needed, optional=fields)
            case "object":
                keys = value(part["propertyNames"]) if "propertyNames" in part else st.text(max_size=5)
                return st.dictionaries(keys, value(part["additionalProperties"]), max_size=2)
        raise AssertionError(f"the schema has something the test does not know: {sorted(part)}")

    def string(part: dict[str, Any]) -> st.SearchStrategy[str]:
        if part.get("examples") == ["310000019"]:
            return st.sampled_from(["310000019", "310000027"])
        if part.get("description", "").startswith("ISO 8601"):
            return _TIMES | _DAYS
        if part.get("format") == "date":
            return _DAYS
        if "pattern" in part:
            return st.from_regex(part["pattern"].replace("$", r"\Z"), fullmatch=True).filter(
                lambda text: part.get("minLength", 0) <= len(text) <= part.get("maxLength", 10**6)
            )
        return st.text(max_size=8)

    @cache
    def definition(name: str) -> st.SearchStrategy[Any]:
        return st.deferred(lambda: value(definitions[name]))

    return value(schema)


_SCHEMA = Case.model_json_schema()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents(_SCHEMA, _SCHEMA["$defs"]))
def test_what_our_schema_allows_is_read_and_comes_back_the_same(raw: dict[str, Any]) -> None:
    first = read(raw, context=ReadingContext(reference_key=b"a key of this test alone"))
    again = read_case(first.model_dump_json().encode(), system="folder")
    assert again == first
    assert again.model_dump_json() == first.model_dump_json()


_KINDS_OF_NONSENSE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 7, -1.5, MARK, [MARK], {MARK: MARK}, "", "\x00", [[]], {}]
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 59), st.randoms(use_true_random=False), _KINDS_OF_NONSENSE)
def test_any_value_in_any_place_is_read_or_refused_without_a_word_of_it(
    number: int, random: Any, nonsense: Any
) -> None:
    raw = json.loads(json.dumps(_seeds()[number]))
    place = raw
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = random.choice(keys)
        if not isinstance(place[key], dict | list) or not place[key] or random.random() < 0.3:
            break
        place = place[key]
    place[key] = nonsense
    try:
        read(raw)
    except UnreadableCase as error:
        assert MARK not in str(error) + repr(error.fields)  # noqa: PT017 - either outcome is right


@cache
def _seeds() -> list[dict[str, Any]]:
    return list(Municipality(seed=5, cases=60).cases())
