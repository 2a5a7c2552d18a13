"""The mock vendors over real HTTP, a night against them, and the question whether store and vendors agree."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr

from skolemiljo.adapters.connect import case_adapter, cycle_adapter
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, school_calendar
from skolemiljo.adapters.mock.running import RunningMock, start
from skolemiljo.adapters.mock.state import Tuning
from skolemiljo.journal.run_log import ANCHOR, RunLog, verify
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.loader import load_plan
from skolemiljo.settings import Settings, load_settings
from skolemiljo.store import Store
from skolemiljo.sync.run import Options, run_sync
from skolemiljo.sync.summary import RunSummary

FIRST_NIGHT = AS_OF + timedelta(hours=13)
"""A quarter past four, more or less, in the night after the invented municipality's last day."""


@cache
def judging() -> Judging:
    """Øyer's plan, every rule, the invented skolerute."""
    calendar = school_calendar()
    return Judging((load_plan("oyer-2024"),), lambda _: calendar)


@contextmanager
def vendors(*, cases: int = 24, schools: int = 2, marker: str | None = None) -> Iterator[RunningMock]:
    """The mock, answering over HTTP, with faults that are small and quick."""
    tuning = Tuning(retry_after=0, slow_seconds=0.05, hang_seconds=3, huge_bytes=4 * 1024 * 1024)
    municipality = Municipality(schools=schools, cases=cases, marker=marker)
    with start(municipality, as_of=AS_OF, tuning=tuning) as mock:
        yield mock


def settings_for(mock: RunningMock, **patience: Any) -> Settings:
    """Settings as a municipality would have them, with little patience, so that faults get through to the run."""
    return settings_at(mock.url, **patience)


def settings_at(url: str, *, page_size: int = 5, attempts: int = 2, read_timeout: float = 1.0) -> Settings:
    """The same from the mock's address alone."""
    plain = load_settings()
    common: dict[str, Any] = {
        "token_url": f"{url}/connect/token",
        "client_id": "skolemiljo-mock",
        "tenant_id": "00000000-0000-4000-8000-000000009901",
        "page_size": page_size,
        "attempts": attempts,
        "budget": max(20.0, 2 * read_timeout),
        "read_timeout": read_timeout,
        "bytes_at_most": 2 * 1024 * 1024,
    }
    return plain.model_copy(
        update={
            "source": "sikker_sak",
            "cycle": "annual_cycle",
            "client_secret": SecretStr("mock-secret-for-loopback-only"),
            "sikker_sak": plain.sikker_sak.model_copy(update={**common, "base_url": f"{url}/sikkersak"}),
            "annual_cycle": plain.annual_cycle.model_copy(update={**common, "base_url": f"{url}/aarshjul"}),
        }
    )


def night(
    settings: Settings,
    store: Store,
    as_of: datetime,
    *,
    by: Judging | None = None,
    log: Path | None = None,
    **options: Any,
) -> RunSummary:
    """One night over HTTP; ``by`` another judgement than the ordinary one, ``log`` the run log where it is not beside the store."""
    source, cycle = hurried(case_adapter(settings)), hurried(cycle_adapter(settings))
    log = log or (store.path.with_name("runlog.jsonl") if store.path is not None else None)
    run_log = RunLog(log, memory=store) if log is not None else None
    return run_sync(
        source=source,
        sink=source,
        cycle=cycle,
        judging=by or judging(),
        store=store,
        as_of=as_of,
        options=Options(**{"write_back": True, "write_from": date(2024, 8, 1), "basis": settings.read, **options}),
        run_log=run_log,
    )


def hurried(adapter: Any) -> Any:
    """The adapter, waiting no longer than a moment between two tries."""
    adapter._http._sleep = lambda seconds: time.sleep(min(seconds, 0.01))
    return adapter


def disturb(mock: RunningMock, chance: Random, at: datetime, *, cases: int = 6) -> None:
    """People at work: some cases get another log, so that their flags change."""
    state = mock.mock.state
    state.clock.set(at)
    ids = [case["id"] for case in mock.mock.municipality.cases()]
    for case in chance.sample(ids, cases):
        whole = mock.mock.municipality.case(ids.index(case)).get("log", [])
        state.touch(case, {"set": {"log": [entry for entry in whole if chance.random() < 0.6]}})


@dataclass(frozen=True)
class Agreement:
    """What was found when store and vendors were laid side by side."""

    lost: tuple[str, ...]
    """what should stand there and does not"""
    doubled: tuple[str, ...]
    """what was stored twice in a row though nothing had changed"""
    differing: tuple[str, ...]
    """where the store believes something else than what stands there"""
    run_log: str | None
    """what is wrong with the run log"""

    @property
    def whole(self) -> bool:
        return not (self.lost or self.doubled or self.differing or self.run_log)


def compare(
    mock: RunningMock,
    settings: Settings,
    where: Path | str,
    as_of: datetime,
    by: Judging | None = None,
    log: Path | None = None,
) -> Agreement:
    """Lays the journal, what stands at the vendors, the store, and a judgement from nothing side by side."""
    source = case_adapter(settings)
    log = log or Path(where).with_name("runlog.jsonl")
    with Store.open(where) as store:
        believed = store.written_fingerprints()
        differing = [case for case, print_of in believed.items() if _standing(source, case) != print_of]
        differing += [item.subject for item in store.intentions()]
        verified = verify(log, store.meta(ANCHOR))
    with Store.in_memory() as nothing:
        fresh = night(settings, nothing, as_of, by=by, dry_run=True)
    lost = [change.case for school in fresh.schools for change in school.changes]
    lost += ["annual cycle"] * fresh.total("cycles_written") + ["not everything could be compared"] * (
        not fresh.complete
    )
    doubled = []
    last: dict[str, str] = defaultdict(str)
    for write in mock.mock.state.journal:
        if write.stored:
            if last[write.target] == write.fingerprint:
                doubled.append(write.target)
            last[write.target] = write.fingerprint
    return Agreement(tuple(lost), tuple(doubled), tuple(differing), verified.problem)


def _standing(source: Any, case: str) -> str | None:
    record = source.read(case)
    return None if record is None else record.fingerprint
