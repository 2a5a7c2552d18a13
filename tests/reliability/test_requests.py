"""How many requests a night sends: what it costs the vendor is counted, and grows with what changed, not with what is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from skolemiljo.adapters.mock.fault_layer import FaultLayer
from skolemiljo.adapters.mock.faults import Fault, FaultRule
from skolemiljo.adapters.sikker_sak.connector import SikkerSak
from skolemiljo.domain.case import Case
from skolemiljo.store import Store

from .vendor import FIRST_NIGHT, disturb, night, settings_for, vendors

Counted = Callable[[], Counter[str]]


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What has been asked since the last look, by method and what was asked for."""
    seen: Counter[str] = Counter()
    answer = FaultLayer.__call__

    async def counted(self: FaultLayer, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            what = re.sub(r"SM-[0-9-]+|[0-9]{9}|municipality|[0-9]{4}-[0-9]{4}", "*", scope["path"])
            seen[f"{scope['method']} {what.removeprefix('/sikkersak').removeprefix('/aarshjul')}"] += 1
        await answer(self, scope, receive, send)

    monkeypatch.setattr(FaultLayer, "__call__", counted)

    def look() -> Counter[str]:
        found = Counter(seen)
        seen.clear()
        return found

    return look


def test_a_night_asks_once_for_a_page_and_three_times_for_a_record_it_writes(requests: Counted, tmp_path: Path) -> None:
    cases, schools = 24, 2
    with vendors(cases=cases, schools=schools) as mock, Store.open(tmp_path / "store.sqlite") as store:
        settings = settings_for(mock, page_size=50, read_timeout=30)
        assert night(settings, store, FIRST_NIGHT).state == "complete"
        assert requests() == {
            "POST /connect/token": 2,
            "GET /v1/schools": 1,
            "GET /v1/schools/*/cases": schools,
            "GET /v1/schools/*/case-numbers": 2 * schools,
            # Nobody knew what stood there, so it is looked at first; and nothing is done before it has been read back.
            "GET /v1/cases/*/compliance": 2 * cases,
            "PUT /v1/cases/*/compliance": cases,
            "GET /v1/cycles/*/*/entries": 2 * (schools + 1),
            "GET /v1/cycles/*/*/status": 4 * (schools + 1),
            "PUT /v1/cycles/*/*/status": 2 * (schools + 1),
        }

        quiet = {
            "POST /connect/token": 2,
            "GET /v1/schools": 1,
            "GET /v1/schools/*/cases": schools,
            "GET /v1/schools/*/case-numbers": schools,
            "GET /v1/cycles/*/*/entries": 2 * (schools + 1),
        }
        assert night(settings, store, FIRST_NIGHT + timedelta(minutes=5)).state == "complete"
        assert requests() == quiet

        disturb(mock, Random(1), FIRST_NIGHT + timedelta(hours=1), cases=1)  # noqa: S311 - no secret
        summary = night(settings, store, FIRST_NIGHT + timedelta(hours=2))
        assert (summary.state, summary.total("written")) == ("complete", 1)
        assert requests() == {
            **quiet,  # what changed came in one answer, so nothing can have moved meanwhile
            "PUT /v1/cases/*/compliance": 1,
            "GET /v1/cases/*/compliance": 1,
        }


def test_what_stands_judged_is_asked_for_and_not_read_again(
    requests: Counted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A quiet night reads nothing: neither what the overlap shows again, nor what was hidden and still is. What is not hidden
    any longer is read, though its version is the same."""
    cases, schools = 24, 2
    opened: list[Any] = []

    read = SikkerSak._read

    def counted(self: SikkerSak, raw: Any, etag: str | None) -> Case:
        opened.append(raw)
        return read(self, raw, etag)

    monkeypatch.setattr(SikkerSak, "_read", counted)
    with vendors(cases=cases, schools=schools) as mock, Store.open(tmp_path / "store.sqlite") as store:
        settings = settings_for(mock, page_size=50, read_timeout=30)
        hides = FaultRule(Fault.HIDDEN_FIELD)
        mock.mock.plan.rules.append(hides)
        first = night(settings, store, FIRST_NIGHT)
        assert (first.total("read"), len(opened)) == (cases, cases)

        requests()
        opened.clear()
        quiet = night(settings, store, FIRST_NIGHT + timedelta(minutes=5))
        assert (quiet.state, quiet.total("read"), quiet.total("judged")) == ("complete", cases, 0)
        assert quiet.total("unknown") == first.total("unknown") > 0, "what could not be checked is told every night"
        asked = requests()
        assert asked["GET /v1/schools/*/cases"] == schools
        assert 0 < asked["GET /v1/cases/*"] < cases, "each is tried again, but those that the pages show"
        assert opened == []

        mock.mock.plan.rules.remove(hides)
        seen = night(settings, store, FIRST_NIGHT + timedelta(minutes=10))
        assert (seen.total("judged"), len(opened)) == (cases, cases)
        assert seen.total("unknown") < first.total("unknown")


def test_a_large_school_costs_its_pages_and_no_more(requests: Counted, tmp_path: Path) -> None:
    with vendors(cases=24, schools=1) as mock, Store.open(tmp_path / "store.sqlite") as store:
        night(settings_for(mock, page_size=5, read_timeout=30), store, FIRST_NIGHT, write_back=False)
        asked = requests()
    assert asked["GET /v1/schools/*/cases"] == 5
    assert not any(what.startswith("PUT") for what in asked)
    assert asked["GET /v1/cases/*/compliance"] == 0
