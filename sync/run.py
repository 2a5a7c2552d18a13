"""The nightly run: what to look at, judge it, write what differs, read it back, and say what was done."""

from __future__ import annotations

import hashlib
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from pathlib import Path

import structlog

from ..adapters.ports import AnnualCycle, CaseSource, FlagSink
from ..domain.errors import SkolemiljoError, SourceError, StoreError
from ..domain.fault_words import why_not
from ..domain.school import School
from ..journal.run_log import Kind, RunLog
from ..judging.now import school_years
from ..judging.policy import Judging
from ..store import Store
from .context import Night, Options, Progress, SchoolNight, Stop
from .judge_school import Looking
from .pulling import End, pull
from .reading import Listing
from .sender import DryCycle, DrySink
from .summary import RunSummary, SchoolSummary
from .write_back import Writing

_SLACK = timedelta(hours=12)
"""A weekly run that starts a little earlier than last week is still weekly."""


class AlreadyRunning(SkolemiljoError):
    """Another run holds the lock."""

    exit_code = 75


def run_sync(
    *,
    source: CaseSource,
    judging: Judging,
    store: Store,
    as_of: datetime,
    sink: FlagSink | None = None,
    cycle: AnnualCycle | None = None,
    options: Options | None = None,
    run_log: RunLog | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Stop | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RunSummary:
    """One night, as known at ``as_of`` (zone-aware).

    Schools and cases fail alone and are named in the summary. Raises AlreadyRunning where another run holds the lock, and
    StoreError where the store can't go on; what was done until then is kept, and the next run takes it up.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of must carry a zone")
    options, stop = options or Options(), stop or Stop()
    summary = RunSummary(
        run=uuid.uuid4().hex,
        started_at=clock(),
        as_of=as_of,
        plan=judging.plan.document.label,
        dry_run=options.dry_run,
        write_back=options.write_back,
    )
    log = structlog.get_logger("skolemiljo.sync").bind(run=summary.run)
    tell = progress or (lambda _: None)
    with _signals(stop) if options.handle_signals else nullcontext():
        if options.dry_run:
            with store.scratch() as scratch:
                night = Night(source, judging, scratch, options, None, tell, stop, clock, summary, log)
                _run(night, DrySink(sink), DryCycle(cycle) if cycle is not None else None)
        else:
            with _locked(_lock_file(options, store)):
                _run(Night(source, judging, store, options, run_log, tell, stop, clock, summary, log), sink, cycle)
    return summary


def _run(night: Night, sink: FlagSink | None, cycle: AnnualCycle | None) -> None:
    summary, store = night.summary, night.store
    _take_decisions_back(night)
    summary.cut_off = store.begin_run(summary.run, started_at=summary.started_at, as_of=night.as_of, plan=summary.plan)
    summary.vanished_before = len(store.vanished())
    night.note(Kind.RUN_BEGAN, as_of=night.as_of, plan=summary.plan, cut_off=len(summary.cut_off))
    looking = Looking(night)
    writing = Writing(night, looking, sink, cycle)
    try:
        schools = _schools(night)
        _look_and_write(night, looking, writing, schools)
        if cycle is not None:
            _annual_cycle(night, writing, schools)
    except SourceError as error:
        # Not even the list of schools came: nothing can be said about any of them tonight.
        summary.error, summary.error_text, summary.error_exit = type(error).__name__, str(error), error.exit_code
        night.log.error("run broke off", kind=summary.error)
    summary.stopped = night.stop()
    _end(night)


def _take_decisions_back(night: Night) -> None:
    """Into a new store, before tonight's export writes over the only other place where people's decisions are."""
    export, store = night.options.acceptances_to, night.store
    if export is not None and not night.options.dry_run and export.is_file() and not store.runs(1):
        night.summary.decisions_back = store.import_acceptances(export)


def _schools(night: Night) -> list[SchoolNight]:
    summary, wanted = night.summary, night.options.schools
    found = {school.organisation_number: school for school in night.source.schools()}
    numbers = sorted(found)
    expected = night.store.schools() if wanted is None else wanted
    summary.missing_schools = tuple(sorted(set(expected) - set(numbers)))
    schools = [_begun(night, found[number]) for number in numbers if wanted is None or number in wanted]
    summary.schools.extend(school.summary for school in schools)
    return schools


def _begun(night: Night, found: School) -> SchoolNight:
    school, options = found.organisation_number, night.options
    known = night.store.school(school)
    state = replace(known, name=found.name, language=found.language)
    if state != known:
        night.store.put_school(state)
    basis = basis_of(night.judging, school)
    full = (
        options.full
        or state.cursor is None
        or state.full_at is None
        or state.basis != basis
        or not timedelta() <= night.as_of - state.full_at < options.full_every - _SLACK
    )
    return SchoolNight(school, state, basis, full=full)


def _look_and_write(night: Night, looking: Looking, writing: Writing, schools: Sequence[SchoolNight]) -> None:
    options = night.options
    readers = [looking.reader(school) for school in schools]
    try:
        for piece in pull(readers, threads=options.threads, window=options.window, stopped=night.stop):
            school, item = schools[piece.source], piece.item
            if isinstance(item, End):
                looking.finish(school, item.error)
                writing.cases(school)
                if school.summary.read_whole:
                    looking.move_on(school)
                _note_school(night, school.summary)
            elif isinstance(item, Listing):
                school.listed = item.ids
            else:
                looking.take(school, item)
    finally:
        for school in schools:
            looking.keep(school)  # also when stopped: what was judged need not be judged again
    looking.forget_claimed(schools)
    for school in schools:
        if not night.stop():
            writing.cases(school, again=True)  # cases that moved here from a school that was read later


def _note_school(night: Night, school: SchoolSummary) -> None:
    night.note(
        Kind.SCHOOL,
        school=school.school,
        complete=school.complete,
        full=school.full,
        judged=school.judged,
        written=school.written,
        set_aside=len(school.set_aside),
        problems=len(school.problems) + school.unclaimed,
        vanished=len(school.vanished),
        plan=night.summary.plan,
    )


def _annual_cycle(night: Night, writing: Writing, schools: Sequence[SchoolNight]) -> None:
    owners = [school.summary for school in schools]
    if night.options.schools is None:
        owners.append(SchoolSummary(None))
        night.summary.schools.append(owners[-1])
    for number, owner in enumerate(owners, 1):
        for year in school_years(night.as_of):
            if night.stop():
                return
            writing.school_year(owner, owner.school, year)
        if owner.school is None:
            owner.finished = True
        night.tell(Progress("cycle", owner.school, number, len(owners)))


def _end(night: Night) -> None:
    summary, options = night.summary, night.options
    if options.acceptances_to is not None and not options.dry_run:
        night.store.export_acceptances(options.acceptances_to)
    summary.ended_at = night.clock()
    data = summary.to_json()
    night.store.end_run(
        summary.run,
        ended_at=summary.ended_at,
        state=summary.state,
        summary=data,
        years=school_years(night.as_of),
    )
    night.note(Kind.RUN_ENDED, state=summary.state, **data["totals"])
    night.log.info("run ended", state=summary.state, **data["totals"])


def basis_of(judging: Judging, school: str | None) -> str:
    """SHA-256 over what judges: plan, rules, calendar, release. Another basis means that every case is judged anew."""
    from importlib.metadata import version

    calendar = judging.calendar_of(school)
    digest = hashlib.sha256(version("skolemiljo").encode())
    for plan in judging.plans:
        digest.update(plan.model_dump_json().encode())
    for part in (
        *(rule.code for rule in judging.rules),
        str(judging.read_text),
        *(day.isoformat() for day in sorted(calendar.holidays | calendar.free_days)),
        *sorted(calendar.known_years),
    ):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _lock_file(options: Options, store: Store) -> Path:
    if options.lock is not None:
        return options.lock
    if store.path is None:
        raise StoreError(_("et lager som ikke er en fil, trenger en låsefil"))
    return store.path.with_name(store.path.name + ".lock")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        busy = _("en annen kjøring er i gang (den holder {name}); prøv igjen når den er ferdig")
        raise AlreadyRunning(busy.format(name=path.name)) from None
    except OSError as error:
        raise StoreError(
            _("låsefila {name} kan ikke lages ({why_not})").format(name=path.name, why_not=why_not(error))
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop.request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


__all__ = ["AlreadyRunning", "Options", "Progress", "Stop", "basis_of", "run_sync"]
