"""What one night works with: how it is to run, what it reads and keeps, and one school while it is being looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..adapters.ports import CaseSource
from ..journal.run_log import Kind, RunLog
from ..judging.policy import Judging
from ..store import JudgedCase, SchoolState, Store
from .summary import RunSummary, SchoolSummary


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run has come: ``stage`` is ``judge``, ``write`` or ``cycle``; ``total`` None = not known."""

    stage: str
    school: str | None
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. Everything is safe as it stands: nothing is written to an outside system."""

    write_back: bool = False
    dry_run: bool = False
    """Go through everything, write nothing anywhere, and tell what would have been written."""
    full: bool = False
    """Read everything, and compare with the source's own list."""
    schools: tuple[str, ...] | None = None
    """Only these; ``None`` = all, and the municipality's own annual cycle."""
    overlap: timedelta = timedelta(hours=24)
    """Read again what was changed this long before the cursor: clocks differ, and changes are stamped before they show."""
    full_every: timedelta = timedelta(days=7)
    tries: int = 3
    """How often one write is tried in a night before it is set aside."""
    threads: int = 4
    """Schools that are read at once."""
    window: int = 200
    """Cases that wait in memory at most."""
    lock: Path | None = None
    """Lock file; standard: beside the store. A store that is no file needs one."""
    acceptances_to: Path | None = None
    """File to which the acceptances are exported at the end."""
    handle_signals: bool = False
    """Let SIGTERM and SIGINT finish the case in hand, and then stop."""


@dataclass
class Stop:
    """A wish to stop. The run looks at it between two cases."""

    _event: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> bool:
        return self._event.is_set()

    def request(self, *_: object) -> None:
        """Asks the run to finish the case in hand and stop (also as a signal handler)."""
        self._event.set()


@dataclass(frozen=True)
class Night:
    """What every part of the run shares."""

    source: CaseSource
    judging: Judging
    store: Store
    options: Options
    run_log: RunLog | None
    tell: Callable[[Progress], None]
    stop: Stop
    clock: Callable[[], datetime]
    summary: RunSummary
    log: Any
    """A structlog logger that carries the run's id."""

    @property
    def as_of(self) -> datetime:
        """The moment that is judged."""
        return self.summary.as_of

    @property
    def writing(self) -> bool:
        """Whether anything goes out (in a dry run: to a place that keeps it to itself)."""
        return self.options.write_back or self.options.dry_run

    def note(self, kind: Kind, **facts: Any) -> None:
        """Adds a line to the run log, and keeps its anchor."""
        if self.run_log is not None:
            self.store.set_meta(*self.run_log.add(kind, run=self.summary.run, **facts))


class SchoolNight:
    """One school while it is being looked at: what has come of it so far."""

    def __init__(self, school: str, state: SchoolState, basis: str, *, full: bool) -> None:
        self.school = school
        self.state = state
        self.basis = basis
        self.summary = SchoolSummary(school, full=full)
        self.judged: list[JudgedCase] = []
        """Judged and not yet kept."""
        self.newest = state.cursor
        """The latest time of change seen."""
        self.unclaimed: set[str] = set()
        """Cases that can't be read and may be any school's: :attr:`RunSummary.unclaimed` tells them once."""
        self.listed: frozenset[str] | None = None
        """The source's own list of ids, where it was read."""
