"""Many nights in simulated time with a part of all requests failing: the flags end as if nothing had failed.

``make soak`` runs 100 nights (SKOLEMILJOTEST_NIGHTS=100) with 5 % faults; in ``make test`` there are a few. Two towns live the
same days: people write, cases move and go away, and now and then something larger happens (:class:`Happening`). One of the
two has faults. Figures: docs/reliability.md.
"""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import pytest

from skolemiljo.adapters.mock.faults import TRANSIENT, Fault
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.commands.decisions import record
from skolemiljo.domain.moment import local_day
from skolemiljo.journal.log_lines import configure_logging
from skolemiljo.judging.policy import Judging
from skolemiljo.settings import Settings
from skolemiljo.store import Store

from .vendor import FIRST_NIGHT, compare, disturb, judging, night, settings_for, vendors

NIGHTS = int(os.environ.get("SKOLEMILJOTEST_NIGHTS", "8"))
RATE = float(os.environ.get("SKOLEMILJOTEST_FAULT_RATE", "0.05"))
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
REPORT = os.environ.get("SKOLEMILJOTEST_SOAK_REPORT")
MARK = "Kvitlyngsjokolade"
DECISION: dict[str, Any] = {
    "rule": "VA-08",
    "reason": "møtet ble flyttet etter ønske fra hjemmet",
    "role": "rector",
    "until": date(2027, 11, 1),
    "at": datetime(2026, 11, 21, 8, tzinfo=UTC),
}
PATIENCE = 10
"""Nights after the last at most, until one is complete."""


class Happening(StrEnum):
    """What is no person's daily work."""

    LABELS = "labels changed"
    """The municipality maps its labels of log types otherwise."""
    PLAN = "plan changed"
    EMPTIED = "source emptied for a night"
    EXPORT = "export of decisions emptied for a night"
    MERGED = "school closed, its cases go to another"
    RESTORED = "vendor restored from an old copy"


@dataclass
class Town:
    mock: RunningMock
    store: Path
    chance: Random
    states: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    backups: list[dict[str, Any]] = field(default_factory=list)
    by: Judging = field(default_factory=judging)
    labels: dict[str, list[str]] = field(default_factory=dict)
    restored: set[int] = field(default_factory=set)
    """Lines of the journal before which the vendor was restored: what stood last has been lost."""

    @property
    def settings(self) -> Settings:
        plain = settings_for(self.mock, attempts=3)
        return plain.model_copy(update={"sikker_sak": plain.sikker_sak.model_copy(update={"labels": self.labels})})

    def live(self, at: datetime, what: Happening | None) -> None:
        """One day and one night, on which ``what`` has happened."""
        disturb(self.mock, self.chance, at - timedelta(hours=9), cases=5)
        state, schools = self.mock.mock.state, [s["organisation_number"] for s in self.mock.mock.state.schools()]
        ids = [case["id"] for case in self.mock.mock.municipality.cases()]
        if self.chance.random() < 0.3:
            state.touch(self.chance.choice(ids), {"school": self.chance.choice(schools)})
        if self.chance.random() < 0.05:
            state.touch(self.chance.choice(ids), {"delete": True})
        if what is not None:
            self.happened[what] += 1
            self.happen(what, at, schools)
        self.night(at)
        state.emptied = False
        self.backups.append(state.copy())

    def happen(self, what: Happening, at: datetime, schools: list[str]) -> None:
        """Something larger than a day's work."""
        state = self.mock.mock.state
        match what:
            case Happening.LABELS:
                self.labels = {} if self.labels else {"follow_up": ["Notat"]}
            case Happening.PLAN:
                document = self.by.plan.document
                newer = document.model_copy(update={"version": f"{document.version}+"})
                self.by = replace(self.by, plans=(self.by.plan.model_copy(update={"document": newer}),))
            case Happening.EMPTIED:
                state.emptied = True
            case Happening.EXPORT:
                self.decisions.unlink(missing_ok=True)
            case Happening.MERGED if len(schools) > 2:
                state.merge_school(schools[-1], schools[0])
                with Store.open(self.store) as store:  # «skolemiljo school close»
                    closed_on = local_day(at) - timedelta(days=1)
                    store.put_school(replace(store.school(schools[-1]), closed_on=closed_on))
            case Happening.RESTORED:
                self.restored.add(len(state.journal))
                state.restore(self.backups[max(0, len(self.backups) - 4)])

    @property
    def decisions(self) -> Path:
        return self.store.with_name("decisions.json")

    def night(self, at: datetime, **options: Any) -> None:
        """One night; what is gone for good, a person says the day after."""
        with Store.open(self.store) as store:
            settings = self.settings
            summary = night(settings, store, at, by=self.by, threads=1, acceptances_to=self.decisions, **options)
            if summary.state == "incomplete" and not self.mock.mock.state.emptied:
                for school in store.schools():  # «sync --accept-gone»
                    store.accept_gone(school, at)
            if not store.acceptances():
                record(store, **DECISION, case=next(iter(store.case_ids(store.schools()[0]))))
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
        emptied, happening = set(), Random(SEED)  # noqa: S311 - trials, not secrets
        for number in range(NIGHTS):
            at += timedelta(days=1)
            what = _happening(number, happening)
            if what is Happening.EMPTIED:
                emptied.add(number)
            calm.live(at, what)
            rough.live(at, what)
        at += timedelta(hours=1)
        for town in towns:  # after a whole night what an older copy has brought back is right again
            town.night(at, full=True)
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
        assert {number for number, state in enumerate(calm.states) if state != "complete"} == emptied
        assert all(rough.states[number] != "complete" for number in emptied), "an emptied source is never peace"
        lost = _different(calm.mock, rough.mock)
        found = compare(rough.mock, rough.settings, rough.store, at + timedelta(minutes=1), rough.by)
        for town in towns:
            with Store.open(town.store) as store:
                assert len(store.acceptances()) == 1
            assert "VA-08" in town.decisions.read_text("utf-8")
        doubled = _doubled(rough)
    leaked = _leaked(tmp_path, [*rough.said, *calm.said, log.getvalue()])
    figures = {
        "nights": len(rough.states),
        "complete nights": rough.states.count("complete"),
        "requests": requests,
        "happened": dict(sorted(rough.happened.items())),
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


def _happening(number: int, chance: Random) -> Happening | None:
    """In a short run one each night, from the second on; in a long one now and then."""
    if number <= len(Happening):
        return list(Happening)[number - 1] if number else None
    return chance.choice(list(Happening)) if chance.random() < 0.2 else None


def _different(calm: RunningMock, rough: RunningMock) -> list[str]:
    """Where the two towns' vendors hold something else."""

    def plain(mock: RunningMock) -> dict[str, Any]:
        state = mock.mock.state
        held = {str(key): body for key, body in (*state.records.items(), *state.cycle_statuses.items())}
        return {key: {k: v for k, v in body.items() if k not in ("judgedAt", "asOf")} for key, body in held.items()}

    one, other = plain(calm), plain(rough)
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _doubled(town: Town) -> list[str]:
    """What was stored whole twice in a row though nothing had changed."""
    found: list[str] = []
    last: dict[str, str] = {}
    for line, write in enumerate(town.mock.mock.state.journal):
        if line in town.restored:
            last.clear()
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
