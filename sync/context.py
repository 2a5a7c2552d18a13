"""What one night works with: how it is to run, and what every part of it shares. Nothing here changes during the night."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ..adapters.ports import CaseSource
from ..domain.moment import local_day
from ..journal.run_log import Kind, RunLog
from ..judging.policy import Judging
from ..store import SchoolState, Store
from .reading import ReadRequest


@dataclass(frozen=True, slots=True)
class NightProgress:
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
    gone_allowed: int = 2
    gone_share_allowed: float = 0.2
    """So many open cases of a school may be gone, or such a share of them, before it is taken for a fault of the source."""
    write_from: date | None = None
    """On cases closed before this day no flag is written; ``None`` = the day of the first write."""
    source_mark: str = ""
    """Which source this is: the first write is remembered for one source."""
    first_write_waits: bool = False
    """Flags are to be written, and a person has not yet said that it may begin: nothing is written, and that is told."""
    tries: int = 3
    """How often one write is tried in a night before it is set aside."""
    threads: int = 4
    """Schools that are read at once."""
    writers: int = 8
    """Records that are written at once."""
    window: int = 200
    """Cases that wait in memory at most."""
    basis: str = ""
    """Everything in the settings that a verdict depends on."""
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
    signal: int | None = None
    """Which signal asked, where one did."""

    def __call__(self) -> bool:
        return self._event.is_set()

    def request(self, signal: int | None = None, *_: object) -> None:
        """Asks the run to finish the case in hand and stop (also as a signal handler)."""
        self.signal = signal
        self._event.set()


@dataclass(frozen=True, slots=True)
class Night:
    """What every part of the run shares."""

    run: str
    as_of: datetime
    """The moment that is judged."""
    source: CaseSource
    judging: Judging
    store: Store
    options: Options
    run_log: RunLog | None
    tell: Callable[[NightProgress], None]
    stop: Stop
    clock: Callable[[], datetime]
    log: Any
    """A structlog logger that carries the run's id."""

    @property
    def plan(self) -> str:
        """What the plan is called."""
        return self.judging.plan.document.label

    @property
    def writing(self) -> bool:
        """Whether anything goes out (in a dry run: to a place that keeps it to itself)."""
        return self.options.write_back or self.options.dry_run

    @property
    def write_from(self) -> date | None:
        """On cases closed before this day no flag is written; ``None`` while nothing has been written yet."""
        first = self.options.write_from or getattr(self.store.first_write(), "day", None)
        return local_day(self.as_of) if first is None and self.options.first_write_waits else first

    def note(self, kind: Kind, **facts: Any) -> None:
        """Adds a line to the run log, and keeps its anchor."""
        if self.run_log is not None:
            self.store.set_meta(*self.run_log.add(kind, run=self.run, **facts))


@dataclass(frozen=True, slots=True)
class SchoolTonight:
    """One school before it is read: where the last nights left it, by what it is judged, and what is asked for."""

    state: SchoolState
    basis: str
    request: ReadRequest

    @property
    def school(self) -> str:
        """Its organisation number."""
        return self.state.school

    def closed(self, as_of: datetime) -> bool:
        """Whether the school was closed at ``as_of``."""
        return self.state.closed_on is not None and self.state.closed_on < local_day(as_of)
