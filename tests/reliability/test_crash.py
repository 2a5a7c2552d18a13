"""A night that is killed at any instant loses nothing and doubles nothing: the next one takes it up.

``make crash`` runs 200 instants (SKOLEMILJOTEST_CRASHES=200), and as many of SKOLEMILJOTEST_CRASHES_POSTGRES with the store in
PostgreSQL; in ``make test`` there are a few. Each instant is drawn from a
seed: a number of function calls after which the process kills itself with SIGKILL, or a time after which it is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import IO, Any

import pytest

from .vendor import FIRST_NIGHT, compare, disturb, settings_for, vendors
from .zygote import HELD, PATIENCE

CRASHES = int(os.environ.get("SKOLEMILJOTEST_CRASHES", "12"))
CRASHES_IN_POSTGRES = int(os.environ.get("SKOLEMILJOTEST_CRASHES_POSTGRES", "8"))
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
REPORT = os.environ.get("SKOLEMILJOTEST_CRASH_REPORT")
BLOCK = 12
"""Instants against one mock: a new one now and then keeps its journal short."""


@dataclass
class Place:
    """Where the nights keep what they know."""

    store: Path | str
    log: Path
    anew: Callable[[], Path | str]
    """Takes it all away, and gives where the next one lies."""

    def is_lost(self) -> None:
        """A lost folder, or database: what is remembered of the log beside it is lost with it."""
        for file in self.log.parent.glob(f"{self.log.name}*"):
            file.unlink()
        self.store = self.anew()


class Zygote:
    """The process that forks the nights."""

    def __init__(self) -> None:
        root = Path(__file__).resolve().parent.parent
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reliability.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=root,
        )

    def run(self, url: str, place: Place, as_of: Any, **how: Any) -> dict[str, Any]:
        """How a night ended that was killed as ``how`` says, or was left alone."""
        wanted = {"url": url, "store": str(place.store), "log": str(place.log), "as_of": as_of.isoformat(), **how}
        into, out = self._pipes()
        into.write(json.dumps(wanted) + "\n")
        into.flush()
        answer: dict[str, Any] = json.loads(out.readline())
        return answer

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        for pipe in self._pipes():
            pipe.close()
        self._process.wait()


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range((CRASHES + BLOCK - 1) // BLOCK))
def test_killed_at_any_instant_nothing_is_lost_or_doubled(zygote: Zygote, tmp_path: Path, block: int) -> None:
    file = tmp_path / "store.sqlite"

    def anew() -> Path:
        for part in tmp_path.glob(f"{file.name}*"):
            part.unlink()
        return file

    place = Place(file, tmp_path / "runlog.jsonl", anew)
    _killed(zygote, place, block, min(BLOCK, CRASHES - block * BLOCK))


@pytest.mark.postgres
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range((CRASHES_IN_POSTGRES + BLOCK - 1) // BLOCK))
def test_the_same_with_the_store_in_a_database(zygote: Zygote, tmp_path: Path, postgres: str, block: int) -> None:
    schemas = (f"{postgres}?schema=drept{block}x{number}" for number in count())
    place = Place(next(schemas), tmp_path / "runlog.jsonl", lambda: next(schemas))
    _killed(zygote, place, block, min(BLOCK, CRASHES_IN_POSTGRES - block * BLOCK))


def _killed(zygote: Zygote, place: Place, block: int, wanted: int) -> None:
    chance = Random(SEED + block)  # noqa: S311 - trials, not secrets
    killed = tried = 0
    with vendors() as mock:
        settings = settings_for(mock, read_timeout=PATIENCE)
        at = FIRST_NIGHT
        whole = zygote.run(mock.url, place, at)
        assert whole["state"] == "complete", whole
        while killed < wanted:
            tried += 1
            assert tried < wanted * 4, "the nights end before they are killed"
            at += timedelta(hours=1)
            disturb(mock, chance, at - timedelta(minutes=5))
            if killed % 4 == 1:
                place.is_lost()  # the kill may hit its making
            by_time = killed % 3 == 2
            how = {"seconds": chance.uniform(0.0, 0.5)} if by_time else {"calls": chance.randrange(1, whole["calls"])}
            ended = zygote.run(mock.url, place, at, **how)
            assert ended["killed"] or ended["state"] == "complete", (how, ended)
            killed += ended["killed"]
            again = _once_it_is_free(lambda: zygote.run(mock.url, place, at + timedelta(minutes=1)))  # noqa: B023 - called at once
            assert again.get("state") == "complete", (how, again)
            found = compare(mock, settings, place.store, at + timedelta(minutes=2), log=place.log)
            assert found.whole, (SEED + block, tried, how, found)
        _report(mock.mock.app.requests, len(mock.mock.state.journal), killed)


def _once_it_is_free(run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """How the night after a killed one ended: a database lets go of what the killed one held when it sees that its connection is gone."""
    until = time.monotonic() + PATIENCE
    while (ended := run()).get("code") == HELD and time.monotonic() < until:
        time.sleep(0.05)
    return ended


def _report(requests: int, writes: int, killed: int) -> None:
    if REPORT is not None:
        with Path(REPORT).open("a") as file:
            file.write(json.dumps({"killed": killed, "requests": requests, "writes": writes}) + "\n")
