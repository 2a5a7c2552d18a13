"""Many nights in simulated time with a part of all requests failing: the flags end as if nothing had failed.

``make soak`` runs 100 nights (SKOLEMILJOTEST_NIGHTS=100) with 5 % faults; in ``make test`` there are a few. Two towns live the
same days: people write, cases move and go away. One of the two has faults. Figures: docs/reliability.md.
"""

from __future__ import annotations

import io
import json
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from skolemiljo.adapters.mock.faults import TRANSIENT, Fault
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.journal.log_lines import configure_logging
from skolemiljo.store import Store

from .vendor import FIRST_NIGHT, compare, disturb, night, settings_for, vendors

NIGHTS = int(os.environ.get("SKOLEMILJOTEST_NIGHTS", "5"))
RATE = float(os.environ.get("SKOLEMILJOTEST_FAULT_RATE", "0.05"))
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
REPORT = os.environ.get("SKOLEMILJOTEST_SOAK_REPORT")
MARK = "Kvitlyngsjokolade"
PATIENCE = 10
"""Nights after the last at most, until one is complete."""


@dataclass
class Town:
    mock: RunningMock
    store: Path
    chance: Random
    states: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def live(self, at: datetime) -> None:
        """One day and one night."""
        disturb(self.mock, self.chance, at - timedelta(hours=9), cases=5)
        state, schools = self.mock.mock.state, [s["organisation_number"] for s in self.mock.mock.municipality.schools()]
        ids = [case["id"] for case in self.mock.mock.municipality.cases()]
        if self.chance.random() < 0.3:
            state.touch(self.chance.choice(ids), {"school": self.chance.choice(schools)})
        if self.chance.random() < 0.05:
            state.touch(self.chance.choice(ids), {"delete": True})
        self.night(at)

    def night(self, at: datetime) -> None:
        """One night."""
        with Store.open(self.store) as store:
            summary = night(settings_for(self.mock, attempts=3), store, at, threads=1)
        self.states.append(summary.state)
        self.said.append(json.dumps(summary.to_json(), ensure_ascii=False))


@pytest.mark.timeout(7200)
@pytest.mark.xdist_group("soak")
def test_nights_with_faults_end_as_nights_without(tmp_path: Path) -> None:
    log = io.StringIO()
    configure_logging(level="debug", stream=log)
    with ExitStack() as stack:
        towns = []
        for name in ("calm", "rough"):
            folder = tmp_path / name
            folder.mkdir()
            mock = stack.enter_context(vendors(cases=30, schools=3, marker=MARK))
            towns.append(Town(mock, folder / "store.sqlite", Random(SEED)))  # noqa: S311 - trials, not secrets
        calm, rough = towns
        plan = rough.mock.mock.plan
        plan.faults, plan.rate, plan.seed = TRANSIENT, RATE, SEED
        at = FIRST_NIGHT
        for _ in range(NIGHTS):
            at += timedelta(days=1)
            calm.live(at)
            rough.live(at)
        extra = 0
        while rough.states[-1] != "complete":
            extra += 1
            assert extra <= PATIENCE, rough.states
            at += timedelta(hours=1)
            calm.night(at)
            rough.night(at)
        faults = dict(sorted(plan.counts.items()))
        requests = rough.mock.mock.app.requests
        plan.clear()
        assert set(calm.states) == {"complete"}
        lost = _different(calm.mock, rough.mock)
        found = compare(rough.mock, settings_for(rough.mock), rough.store, at + timedelta(minutes=1))
        doubled = _doubled(rough.mock)
    leaked = _leaked(tmp_path, [*rough.said, *calm.said, log.getvalue()])
    figures = {
        "nights": NIGHTS + extra,
        "complete nights": rough.states.count("complete"),
        "requests": requests,
        "faults": sum(faults.values()),
        "faults by kind": faults,
        "lost": len(lost) + len(found.lost) + len(found.differing),
        "doubled": len(doubled),
        "leaked": len(leaked),
    }
    if REPORT is not None:
        Path(REPORT).write_text(json.dumps(figures, indent=1) + "\n")
    assert sum(faults.values()) > 0
    assert (lost, doubled, leaked) == ([], [], [])
    assert (found.lost, found.differing, found.run_log) == ((), (), None)


def _different(calm: RunningMock, rough: RunningMock) -> list[str]:
    """Where the two towns' vendors hold something else."""

    def plain(mock: RunningMock) -> dict[str, Any]:
        state = mock.mock.state
        held = {str(key): body for key, body in (*state.records.items(), *state.cycle_statuses.items())}
        return {key: {k: v for k, v in body.items() if k not in ("judgedAt", "asOf")} for key, body in held.items()}

    one, other = plain(calm), plain(rough)
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _doubled(mock: RunningMock) -> list[str]:
    """What was stored whole twice in a row though nothing had changed."""
    found: list[str] = []
    last: dict[str, str] = {}
    for write in mock.mock.state.journal:
        if not write.stored or write.fault == Fault.PARTIAL_WRITE:
            continue
        if last.get(write.target) == write.fingerprint:
            found.append(write.target)
        last[write.target] = write.fingerprint
    return found


def _leaked(folder: Path, said: list[str]) -> list[str]:
    """Where the planted word came out."""
    mark = MARK.encode()
    files = [file.name for file in folder.rglob("*") if file.is_file() and mark in file.read_bytes()]
    return files + [f"said {number}" for number, text in enumerate(said) if MARK in text]
