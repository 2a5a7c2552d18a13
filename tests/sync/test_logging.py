"""Logs: JSON on stderr, types and places of errors, and never a word that someone wrote."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from skolemiljo.domain.case import Case
from skolemiljo.journal.log_lines import configure_logging, without_query

SECRET = "zqmerkezq"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging(stream=stream)
    yield stream
    root.handlers[:], root.level = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_level_and_time(stream: io.StringIO) -> None:
    structlog.get_logger("skolemiljo.sync").bind(run="r").warning("write set aside", subject="S-1", number=3)
    (line,) = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {"event": "write set aside", "level": "warning", "run": "r", "subject": "S-1", "number": 3}


def test_an_error_is_types_and_places_only(stream: io.StringIO) -> None:
    def inner(secret: str) -> None:
        raise ValueError(f"could not read {secret}")

    try:
        try:
            inner(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as caught:
        structlog.get_logger("skolemiljo.sync").exception("case could not be judged", case="S-1")
        structlog.get_logger("skolemiljo.sync").error("again", error_was=caught)
    first, second = lines(stream)
    assert first["error"] == ["RuntimeError", "ValueError"]
    assert first["places"]
    assert second["error_was"] == "RuntimeError"
    assert SECRET not in stream.getvalue()


def test_a_librarys_message_is_told_without_its_words(stream: io.StringIO) -> None:
    logging.getLogger("urllib3.connectionpool").warning("Retry: %s", f"/cases?name={SECRET}")
    logging.getLogger("other").error(f"value {SECRET}")
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("other").exception("broke on %s", SECRET)
    found = lines(stream)
    assert [line["logger"] for line in found] == ["urllib3.connectionpool", "other", "other"]
    assert found[2]["error"] == ["ValueError"]
    assert SECRET not in stream.getvalue()


def test_a_model_is_told_by_its_type(stream: io.StringIO) -> None:
    raw = {"id": "S-1", "school": "310000019", "status_history": [{"status": "open", "at": "2026-03-09"}]}
    case = Case.model_validate(raw | {"log": [{"id": "l1", "text": SECRET}]})
    structlog.get_logger("skolemiljo.sync").info("x", case=case, many=[case], inside={"a": case})
    (line,) = lines(stream)
    assert (line["case"], line["many"], line["inside"]) == ("Case", ["Case"], {"a": "Case"})
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://a.no/v1/cases?q=zq", "https://a.no/v1/cases"),
        ("https://user:pw@a.no:8443/x#zq", "https://a.no:8443/x"),
        ("see http://127.0.0.1:80/a?b=c and https://b.no/?d", "see http://127.0.0.1:80/a and https://b.no/"),
        ("http://[::1]:99/a?b", "http://[::1]:99/a"),
        ("http://[oops?b", "(an address)"),
        ("no address? none", "no address? none"),
    ],
)
def test_addresses_lose_their_query(address: str, bare: str) -> None:
    assert without_query(address) == bare


def test_less_than_the_level_is_not_told(stream: io.StringIO) -> None:
    structlog.get_logger("skolemiljo.sync").debug("small")
    assert stream.getvalue() == ""


_CRASH = """
from skolemiljo.journal.log_lines import crash_without_words
crash_without_words()
def judge(text):
    raise KeyError(text)
try:
    judge("zqmerkezq")
except KeyError as error:
    raise RuntimeError("zqmerkezq") from error
"""


def test_a_crash_tells_types_and_places() -> None:
    said = subprocess.run([sys.executable, "-c", _CRASH], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "RuntimeError < KeyError" in said.stderr
    assert SECRET not in said.stderr + said.stdout
