"""Every row of docs/faults.md, over real HTTP: what the night does, and that the next one makes it good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from skolemiljo.adapters.mock.faults import Fault, FaultRule, RequestKind
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.domain import errors
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.settings import Settings
from skolemiljo.store import Store
from skolemiljo.sync.summary import RunSummary

from .vendor import FIRST_NIGHT, compare, disturb, night, settings_for, vendors

TABLE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
pytestmark = pytest.mark.xdist_group("faults")


@dataclass(frozen=True)
class Row:
    fault: Fault
    kind: RequestKind
    always: bool
    night: str
    named: frozenset[str]


def rows() -> list[Row]:
    """The table."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("| `") and line.count("|") == 7:  # the other tables are for people
            fault, kind, times, _, state, named = (cell.strip() for cell in line.strip("|").split("|"))
            assert times in ("once", "always"), line
            kinds = frozenset(filter(None, (name.strip() for name in named.split(","))))
            found.append(Row(Fault(fault.strip("`")), RequestKind(kind), times == "always", state, kinds))
    return found


def name_of(row: Row) -> str:
    return f"{row.fault.value}-{row.kind.value}-{'always' if row.always else 'once'}"


class Town:
    """One municipality for all rows: each begins where the one before was made good."""

    def __init__(self, mock: RunningMock, settings: Settings, path: Path) -> None:
        self.mock = mock
        self.settings = settings
        self.path = path
        self.at = FIRST_NIGHT
        self.chance = Random(4)  # noqa: S311 - trials, not secrets

    def night(self, at: datetime, **options: Any) -> RunSummary:
        with Store.open(self.path) as store:
            return night(self.settings, store, at, full_every=timedelta(days=3650), **options)

    def untouched(self) -> str:
        """A case that nobody has touched for long, so that it does not come in a page."""
        state = self.mock.mock.state
        school = self.mock.mock.municipality.schools()[0]["organisation_number"]
        return str(state.cases_of(school)[0].content["id"])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with vendors(cases=20) as mock:
        town = Town(mock, settings_for(mock), tmp_path_factory.mktemp("faults") / "store.sqlite")
        assert town.night(town.at).complete
        yield town


def test_the_table_has_every_fault() -> None:
    assert {row.fault for row in rows()} == set(Fault)
    assert len(rows()) == len(set(map(name_of, rows())))


@pytest.mark.parametrize("row", rows(), ids=name_of)
def test_a_bad_night_and_the_one_after(town: Town, row: Row) -> None:
    town.at += timedelta(hours=26)
    disturb(town.mock, town.chance, town.at - timedelta(minutes=30))
    if row.kind is RequestKind.CASE:
        alone = town.untouched()
        with Store.open(town.path) as store:
            known = store.case(alone)
            assert known is not None
            store.put_problem(known.school, alone, ProblemKind.UNREADABLE)  # it is then read by its number
    rule = FaultRule(row.fault, row.kind, times=None if row.always else 1)
    town.mock.mock.plan.rules.append(rule)
    try:
        summary = town.night(town.at, full=row.kind is RequestKind.LIST)
    finally:
        town.mock.mock.plan.clear()
    assert rule.struck > 0, "the fault never struck"
    named = {problem.kind for _, problem in summary.problems()} | {kind for _, kind in summary.set_aside}
    named |= {summary.error} if summary.error else set()
    assert (summary.state, frozenset(named)) == (row.night, row.named)
    assert [case for school in summary.schools for case in school.vanished] == [], "the source's list has them all"
    passing = row.night == "failed" and all(issubclass(getattr(errors, kind), errors.Retryable) for kind in named)
    assert summary.exit_code == (0 if row.night == "complete" else 75 if passing else 3)

    before = len(town.mock.mock.state.journal)
    after = town.night(town.at + timedelta(minutes=5))
    assert after.complete, [*after.problems(), *after.set_aside]
    found = compare(town.mock, town.settings, town.path, town.at + timedelta(minutes=6))
    assert (found.lost, found.differing, found.run_log) == ((), (), None)
    # The bad night itself may have had to write a whole record again; the one after doubles nothing.
    journal = town.mock.mock.state.journal
    last = {w.target: w.fingerprint for w in journal[:before] if w.stored and w.fault != Fault.PARTIAL_WRITE}
    again = [w.target for w in journal[before:] if w.stored and last.get(w.target) == w.fingerprint]
    assert again == []
