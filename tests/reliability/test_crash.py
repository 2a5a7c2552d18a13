"""A night that is killed at any instant loses nothing and doubles nothing: the next one takes it up.

``make crash`` runs 200 instants (SKOLEMILJOTEST_CRASHES=200); in ``make test`` there are a few. Each instant is drawn from a
seed: a number of function calls after which the process kills itself with SIGKILL, or a time after which it is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import IO, Any

import pytest

from .vendor import FIRST_NIGHT, compare, disturb, settings_for, vendors
from .zygote import PATIENCE

CRASHES = int(os.environ.get("SKOLEMILJOTEST_CRASHES", "12"))
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
REPORT = os.environ.get("SKOLEMILJOTEST_CRASH_REPORT")
BLOCK = 12
"""Instants against one mock: a new one now and then keeps its journal short."""


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

    def run(self, url: str, store: Path, as_of: Any, **how: Any) -> dict[str, Any]:
        wanted = {"url": url, "store": str(store), "as_of": as_of.isoformat(), **how}
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
    chance = Random(SEED + block)  # noqa: S311 - trials, not secrets
    store = tmp_path / "store.sqlite"
    wanted = min(BLOCK, CRASHES - block * BLOCK)
    killed = tried = 0
    with vendors() as mock:
        settings = settings_for(mock, read_timeout=PATIENCE)
        at = FIRST_NIGHT
        whole = zygote.run(mock.url, store, at)
        assert whole["state"] == "complete", whole
        while killed < wanted:
            tried += 1
            assert tried < wanted * 4, "the nights end before they are killed"
            at += timedelta(hours=1)
            disturb(mock, chance, at - timedelta(minutes=5))
            if killed % 4 == 1:
                # A lost folder: the kill may hit its making. What is remembered of the log beside it is lost with it.
                for file in (*tmp_path.glob("store.sqlite*"), *tmp_path.glob("runlog.jsonl*")):
                    file.unlink()
            by_time = killed % 3 == 2
            how = {"seconds": chance.uniform(0.0, 0.5)} if by_time else {"calls": chance.randrange(1, whole["calls"])}
            ended = zygote.run(mock.url, store, at, **how)
            assert ended["killed"] or ended["state"] == "complete", (how, ended)
            killed += ended["killed"]
            again = zygote.run(mock.url, store, at + timedelta(minutes=1))
            assert again.get("state") == "complete", (how, again)
            found = compare(mock, settings, store, at + timedelta(minutes=2))
            assert found.whole, (SEED + block, tried, how, found)
        _report(mock.mock.app.requests, len(mock.mock.state.journal), killed)


def _report(requests: int, writes: int, killed: int) -> None:
    if REPORT is not None:
        with Path(REPORT).open("a") as file:
            file.write(json.dumps({"killed": killed, "requests": requests, "writes": writes}) + "\n")
