"""Schools that are read whole in processes of their own: what comes of it is what comes of it in one, whatever happens to them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.ports import CaseSource
from skolemiljo.domain.errors import RateLimited, SkolemiljoError, UnreadableCase
from skolemiljo.judging.policy import Judging
from skolemiljo.store import Store
from skolemiljo.sync.beside import Beside
from skolemiljo.sync.run import Options, run_sync
from skolemiljo.sync.summary import RunSummary
from skolemiljo.tests.reliability.sources import Faulty, Refusing, dying, faulty, opened, refusing

from .vendor import judging

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    Municipality(seed=7, schools=3, cases=18).write_folder(tmp_path / "eksport")
    (tmp_path / "eksport" / "cases" / "odelagt.json").write_text("{", "utf-8")
    return tmp_path


def night(
    town: Path, name: str, source: CaseSource, at: datetime = AS_OF, beside: Beside | None = None
) -> tuple[RunSummary, Any]:
    """A night's summary, and what its store says afterwards."""
    with closing(Store.open(town / name)) as store:
        options = Options(lock=town / f"{name}.lock")
        summary = run_sync(source=source, judging=judging(), store=store, as_of=at, options=options, beside=beside)
        records = [record for school in store.schools() for record, _ in store.unwritten(school)]
        return summary, (list(store.assessments()), [store.cases(school) for school in store.schools()], records)


def beside(how: Callable[[Path], tuple[CaseSource, Judging]], town: Path, processes: int = 2) -> Beside:
    return Beside(processes, partial(how, town / "eksport"))


def told(summary: RunSummary) -> list[Any]:
    return [
        (s.school, s.read, s.judged, s.problems, s.unclaimed, s.account, s.error, s.read_whole) for s in summary.schools
    ]


def test_what_is_found_is_the_same_and_no_school_was_read_here(town: Path) -> None:
    alone, kept = night(town, "alene.sqlite", Folder(town / "eksport"))
    assert sum(s.judged for s in alone.schools) == 18
    assert len(alone.unclaimed) == 1
    apart, its = night(town, "delt.sqlite", Refusing(town / "eksport"), beside=beside(opened, town))
    assert told(apart) == told(alone)
    assert its == kept
    # The next night, in which nothing is read whole, needs no process.
    later = AS_OF + timedelta(days=1)
    again, _ = night(town, "delt.sqlite", Folder(town / "eksport"), later, beside(dying, town))
    once_more, _ = night(town, "alene.sqlite", Folder(town / "eksport"), later)
    assert told(again) == told(once_more)


@pytest.mark.parametrize(("how", "source"), [(refusing, Refusing), (faulty, Faulty)])
def test_a_school_that_can_not_be_read_is_told_as_it_is_in_one_process(
    town: Path, how: Any, source: type[Folder], capfd: pytest.CaptureFixture[str]
) -> None:
    alone, _ = night(town, "alene.sqlite", source(town / "eksport"))
    apart, _ = night(town, "delt.sqlite", source(town / "eksport"), beside=beside(how, town))
    assert told(apart) == told(alone)
    assert all(school.error is not None for school in apart.schools if school.school)
    assert "Marker" not in "".join(capfd.readouterr())


def test_processes_that_die_take_nothing_with_them(town: Path) -> None:
    alone, kept = night(town, "alene.sqlite", Folder(town / "eksport"))
    apart, its = night(town, "delt.sqlite", Folder(town / "eksport"), beside=beside(dying, town))
    assert told(apart) == told(alone)
    assert its == kept


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("for mange", system="s", retry_after=3.5, request_id="r-1"),
        UnreadableCase("feil", system="s", case="2026-1", fields=("log",)),
    ],
)
def test_an_error_comes_whole_from_another_process(error: SkolemiljoError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - bytes that this very line has made
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
