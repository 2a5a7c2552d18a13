"""A schema says of each field what the source says of it."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Iterator

import pytest

from skolemiljo.domain import base
from skolemiljo.domain.activity_plan import ActivityPlan
from skolemiljo.domain.log import LogEntry


@pytest.fixture
def unread() -> Iterator[None]:
    """No module's source has been read yet, and what is read here is remembered by nobody."""
    base._classes.cache_clear()
    yield
    base._classes.cache_clear()


def test_fields_are_described_by_the_text_below_them() -> None:
    fields = ActivityPlan.model_json_schema()["properties"]
    assert fields["problem"]["description"] == "a) hvilket problem tiltakene skal løse"
    assert "description" not in fields["goal"]


def test_inherited_fields_are_described_too() -> None:
    fields = LogEntry.model_json_schema()["properties"]
    assert fields["author"]["description"] == "Who wrote it."
    assert fields["actor"]["description"].startswith("Who did the thing")


@pytest.mark.usefixtures("unread")
def test_without_its_source_the_schema_has_no_descriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(kind: type) -> str:
        raise OSError("could not get source code")

    monkeypatch.setattr("inspect.getsource", gone)
    fields = LogEntry.model_json_schema()["properties"]
    assert "description" not in fields["author"]
    assert fields["author"]["default"] is None


@pytest.mark.usefixtures("unread")
def test_one_thread_at_a_time_reads_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that parsed at once broke off the reading of a school: CPython's parser loses count of its depth (SystemError)."""
    inside = 0
    most = 0
    really = inspect.getsource

    def watched(kind: type) -> str:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)
        source = really(kind)
        inside -= 1
        return source

    monkeypatch.setattr("inspect.getsource", watched)
    threads = [threading.Thread(target=ActivityPlan.model_json_schema) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
