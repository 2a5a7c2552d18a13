"""The nightly run: what to look at, judge it, write what differs, read it back, and say what was done."""

from __future__ import annotations

import hashlib
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from ..adapters.ports import AnnualCycle, CaseProblem, CaseSource, FlagSink, SourceItem
from ..domain.case import Case
from ..domain.errors import (
    CaseForbidden,
    CaseNotFound,
    Fatal,
    Skippable,
    SkolemiljoError,
    SourceError,
    StoreError,
)
from ..domain.flag import ComplianceRecord
from ..domain.verdict import Verdict
from ..store import (
    MUNICIPALITY,
    Intention,
    JudgedCase,
    JudgedCycle,
    SchoolState,
    Store,
    cycle_subject,
)
from .horizon import changes_at
from .judging import Judging
from .live import school_years
from .pulling import End, pull
from .reading import Listing, Reading, problem_of, read_school
from .runlog import Kind, RunLog
from .sending import (
    KEPT_CHANGING,
    CasePlace,
    CyclePlace,
    DryCycle,
    DrySink,
    Outcome,
    Sender,
    intention_for,
    new_key,
    record_fingerprint,
    status_fingerprint,
)
from .summary import RecordChange, RunSummary, SchoolSummary

_BATCH = 100
"""Judgements kept in one transaction."""
_SOME = 20
"""So many cases of a school may be gone in one night before that is taken for a fault of the source."""
_ROUNDS = 2
_SLACK = timedelta(hours=12)
"""A weekly run that starts a little earlier than last week is still weekly."""

JUDGEMENT_FAILED = "JudgementFailed"
COUNTS_DISAGREE = "CountsDisagree"
MANY_VANISHED = "ManyVanished"


class AlreadyRunning(SkolemiljoError):
    """Another run holds the lock."""

    exit_code = 75


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
    lock = nullcontext() if options.dry_run else _locked(_lock_file(options, store))
    with lock, _signals(stop) if options.handle_signals else nullcontext():
        if options.dry_run:
            places = (DrySink(sink), DryCycle(cycle) if cycle is not None else None)
            with store.scratch() as scratch:
                night = _Night(source, *places, judging, scratch, options, None, progress, stop, clock, summary)
                return night.run()
        return _Night(source, sink, cycle, judging, store, options, run_log, progress, stop, clock, summary).run()


def _lock_file(options: Options, store: Store) -> Path:
    if options.lock is not None:
        return options.lock
    if store.path is None:
        raise StoreError("a store that is no file needs a lock file: set `lock`")
    return store.path.with_name(store.path.name + ".lock")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise AlreadyRunning(f"another run is at work (it holds {path.name}); try again when it is done") from None
    except OSError as error:
        raise StoreError(f"the lock file {path.name} can't be made: {error.strerror}") from None
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


class _SchoolNight:
    """One school while it is being read: what has come of it so far."""

    def __init__(self, school: str, state: SchoolState, basis: str, *, full: bool) -> None:
        self.school = school
        self.state = state
        self.basis = basis
        self.summary = SchoolSummary(school, full=full)
        self.judged: list[JudgedCase] = []
        self.newest = state.cursor
        self.listed: frozenset[str] | None = None


class _Night:
    """The run itself. Everything here is in the main thread; only the source's readers are in others."""

    def __init__(
        self,
        source: CaseSource,
        sink: FlagSink | None,
        cycle: AnnualCycle | None,
        judging: Judging,
        store: Store,
        options: Options,
        run_log: RunLog | None,
        progress: Callable[[Progress], None] | None,
        stop: Stop,
        clock: Callable[[], datetime],
        summary: RunSummary,
    ) -> None:
        self.source = source
        self.sink = sink
        self.cycle = cycle
        self.judging = judging
        self.store = store
        self.options = options
        self.run_log = run_log
        self.tell = progress or (lambda _: None)
        self.stop = stop
        self.clock = clock
        self.summary = summary
        self.as_of = summary.as_of
        self.writing = options.write_back or options.dry_run
        self.log = structlog.get_logger("skolemiljo.sync").bind(run=summary.run)
        self.sender = Sender(
            store, tries=options.tries, clock=clock, run_log=run_log, run=summary.run, plan=summary.plan
        )
        self.broken: dict[str, str] = {}
        """``case`` or ``cycle`` → kind of the fault that ended writing there for the night."""

    # --- the whole -----------------------------------------------------------------------------------------------

    def run(self) -> RunSummary:
        summary = self.summary
        summary.cut_off = self.store.begin_run(
            summary.run, started_at=summary.started_at, as_of=self.as_of, plan=summary.plan
        )
        summary.vanished_before = len(self.store.vanished())
        self._note(Kind.RUN_BEGAN, as_of=self.as_of, plan=summary.plan, cut_off=len(summary.cut_off))
        try:
            self._schools()
        except SourceError as error:
            # Not even the list of schools came: nothing can be said about any of them tonight.
            summary.error, summary.error_text = type(error).__name__, str(error)
            self.log.error("run broke off", kind=summary.error)
        summary.stopped = self.stop()
        self._end()
        return summary

    def _schools(self) -> None:
        numbers = sorted({school.organisation_number for school in self.source.schools()})
        known = set(self.store.schools())
        if self.options.schools is None:
            self.summary.missing_schools = tuple(sorted(known - set(numbers)))
        else:
            numbers = [number for number in numbers if number in self.options.schools]
            self.summary.missing_schools = tuple(sorted(set(self.options.schools) - set(numbers)))
        nights = [self._night_of(number) for number in numbers]
        self._read_and_judge(nights)
        if not self.stop():
            self._moved_cases(nights)
        self._cycles(nights)

    def _night_of(self, school: str) -> _SchoolNight:
        state = self.store.school(school)
        basis = basis_of(self.judging, school)
        full = (
            self.options.full
            or state.cursor is None
            or state.full_at is None
            or state.basis != basis
            or not timedelta() <= self.as_of - state.full_at < self.options.full_every - _SLACK
        )
        night = _SchoolNight(school, state, basis, full=full)
        self.summary.schools.append(night.summary)
        return night

    def _end(self) -> None:
        summary = self.summary
        if self.options.acceptances_to is not None and not self.options.dry_run:
            self.store.export_acceptances(self.options.acceptances_to)
        summary.ended_at = self.clock()
        data = summary.to_json()
        self.store.end_run(summary.run, ended_at=summary.ended_at, state=summary.state, summary=data)
        self._note(Kind.RUN_ENDED, state=summary.state, **data["totals"])
        self.log.info("run ended", state=summary.state, **data["totals"])

    def _note(self, kind: Kind, **facts: Any) -> None:
        if self.run_log is not None:
            self.store.set_meta(*self.run_log.add(kind, run=self.summary.run, **facts))

    # --- reading and judging -------------------------------------------------------------------------------------

    def _read_and_judge(self, nights: Sequence[_SchoolNight]) -> None:
        readers = [self._reader(night) for night in nights]
        pulled = pull(readers, threads=self.options.threads, window=self.options.window, stopped=self.stop)
        try:
            for piece in pulled:
                night, item = nights[piece.source], piece.item
                if isinstance(item, End):
                    self._school_is_read(night, item.error)
                elif isinstance(item, Listing):
                    night.listed = item.ids
                else:
                    self._take(night, item)
        finally:
            for night in nights:
                self._keep(night)  # also when stopped: what was judged need not be judged again

    def _reader(self, night: _SchoolNight) -> Callable[[], Iterator[SourceItem | Listing]]:
        since = None if night.summary.full or night.state.cursor is None else night.state.cursor - self.options.overlap
        wanted = Reading(
            night.school,
            since,
            due=self.store.due_cases(night.school, self.as_of),
            every_id=night.summary.full,
        )
        return lambda: read_school(self.source, wanted)

    def _take(self, night: _SchoolNight, item: SourceItem) -> None:
        night.summary.read += 1
        if isinstance(item, CaseProblem):
            self._problem(night, item)
            return
        judged = self._judge(night, item)
        if judged is None:
            return
        night.judged.append(judged)
        modified = judged.modified_at
        if modified is not None and (night.newest is None or modified > night.newest):
            night.newest = modified
        if len(night.judged) >= _BATCH:
            self._keep(night)
        self.tell(Progress("judge", night.school, night.summary.judged))

    def _judge(self, night: _SchoolNight, case: Case) -> JudgedCase | None:
        try:
            assessment = self.judging.case(case, self.as_of)
            record = ComplianceRecord.of(assessment, school=case.school)
            judged = JudgedCase(
                assessment=assessment,
                school=case.school,
                leader_accused=case.leader_is_accused(),
                record_fingerprint=record_fingerprint(record),
                etag=case.etag,
                modified_at=case.modified_at.instant if case.modified_at is not None else None,
                changes_at=changes_at(case, self.as_of, assessment.changes_at),
            )
        except Exception as error:  # noqa: BLE001 - one case may never stop a night, whatever is wrong with it or with us
            self.log.error("case could not be judged", case=case.id, kind=type(error).__name__)
            self._problem(night, CaseProblem(case.id, JUDGEMENT_FAILED, (), "report this as a fault of the program"))
            return None
        night.summary.judged += 1
        night.summary.crashed.update(assessment.crashed)
        night.summary.unknown += sum(finding.verdict is Verdict.UNKNOWN for finding in assessment.findings)
        return judged

    def _problem(self, night: _SchoolNight, problem: CaseProblem) -> None:
        night.summary.problems.append(problem)
        if problem.case is not None:
            self._keep(night)
            self.store.put_problem(night.school, problem.case, problem.kind, self.as_of)
        self.log.warning("case could not be read", school=night.school, case=problem.case, kind=problem.kind)

    def _keep(self, night: _SchoolNight) -> None:
        if night.judged:
            self.store.put_judged(night.judged)
            night.judged.clear()

    # --- a school that has been read -----------------------------------------------------------------------------

    def _school_is_read(self, night: _SchoolNight, error: Exception | None) -> None:
        self._keep(night)
        if error is None:
            try:
                self._reconcile(night)
            except SourceError as broken:
                error = broken
        if error is not None:
            night.summary.error = type(error).__name__
            if not isinstance(error, SourceError):
                self.log.error("reading failed", school=night.school, kind=night.summary.error)
            else:
                night.summary.problems.append(problem_of(error))
        night.summary.finished = True
        self._write_cases(night)
        if night.summary.read_whole:
            self._move_on(night)
        self._note(
            Kind.SCHOOL,
            school=night.school,
            complete=night.summary.complete,
            full=night.summary.full,
            judged=night.summary.judged,
            written=night.summary.written,
            set_aside=len(night.summary.set_aside),
            problems=len(night.summary.problems),
            vanished=len(night.summary.vanished),
            plan=self.summary.plan,
        )

    def _move_on(self, night: _SchoolNight) -> None:
        state = night.state
        self.store.put_school(
            replace(
                state,
                # A school without a single time of change is read whole each night.
                cursor=night.newest,
                full_at=self.as_of if night.summary.full else state.full_at,
                complete_at=self.as_of,
                basis=night.basis,
                source_count=night.summary.source_count,
            )
        )

    def _reconcile(self, night: _SchoolNight) -> None:
        """Compares what we know of a school with what the source says it has, until they agree or it is told."""
        listed = night.listed
        summary = night.summary
        for _ in range(_ROUNDS):
            known = self.store.case_ids(night.school)
            count = self.source.count(night.school)
            summary.source_count, summary.known_count = count, len(known)
            if listed is None and count is not None and count == len(known):
                return
            if listed is None:
                listed = frozenset(self.source.case_ids(night.school))
            if listed == known and count in (None, len(known)):
                return
            if not self._settle(night, listed, known):
                return
            listed = None
        summary.known_count = len(self.store.case_ids(night.school))
        summary.source_count = self.source.count(night.school)
        if summary.source_count not in (None, summary.known_count):
            summary.problems.append(
                CaseProblem(
                    None, COUNTS_DISAGREE, (), "the source's count is not ours; it is compared again next night"
                )
            )

    def _settle(self, night: _SchoolNight, listed: frozenset[str], known: frozenset[str]) -> bool:
        """Looks up each case that only one side knows. False: so many are gone that the list is not believed."""
        missing = sorted(known - listed)
        if len(missing) > max(_SOME, len(known) // 5):
            night.summary.problems.append(
                CaseProblem(None, MANY_VANISHED, (), "the source shows far fewer cases than before: check its access")
            )
            return False
        for case in sorted(listed - known):
            night.summary.appeared += 1
            self._look_up(night, case)
        for case in missing:
            self._look_up(night, case, expected=True)
        self._keep(night)
        return True

    def _look_up(self, night: _SchoolNight, case: str, *, expected: bool = False) -> None:
        try:
            found = self.source.case(case)
        except (CaseNotFound, CaseForbidden) as error:
            if expected:
                self.store.put_vanished(case, type(error).__name__, self.as_of)
                night.summary.vanished.append(case)
                self.log.warning("case vanished", school=night.school, case=case, kind=type(error).__name__)
            else:
                self._take(night, problem_of(error, case))
        except Skippable as error:
            self._take(night, problem_of(error, case))
        else:
            self._take(night, found)

    def _moved_cases(self, nights: Sequence[_SchoolNight]) -> None:
        """Cases that came to a school after it had been written: moved from one that was read later."""
        for night in nights:
            if self.writing and self.sink is not None and night.summary.finished and not night.summary.waiting:
                self._write_cases(night, late=True)

    # --- writing -------------------------------------------------------------------------------------------------

    def _write_cases(self, night: _SchoolNight, *, late: bool = False) -> None:
        summary = night.summary
        wanted: list[tuple[Intention, RecordChange]] = []
        done_before = {subject for subject, _ in summary.set_aside} if late else set()
        if late:
            summary.held = 0
        for record, etag in self.store.unwritten(night.school):
            if record.case in done_before:
                continue
            change = _difference(record, self.store.written(record.case))
            if not self.writing or self.sink is None:
                summary.would_write += 1
            elif change.cleared and not summary.read_whole:
                summary.held += 1
            else:
                wanted.append((intention_for(record, etag), change))
        if not wanted:
            return
        self.store.intend([item for item, _ in wanted], self.clock())
        waiting = {item.subject: item for item in self.store.intentions(night.school) if not item.of_cycle}
        stands = self.store.written_fingerprints(night.school)
        for number, (item, change) in enumerate(wanted, 1):
            if self.sink is None or not self._may_send("case", self.sender):
                summary.waiting += 1
                continue
            item = waiting[item.subject]
            if not item.uncertain and stands.get(item.subject) == item.fingerprint:
                self.store.drop_intention(item)  # an older wish was never sent, and what stands is right again
                continue
            self._send_case(night, self.sink, item, change)
            self.tell(Progress("write", night.school, number, len(wanted)))

    def _may_send(self, where: str, sender: Sender) -> bool:
        if sender.system_is_down:
            self.broken.setdefault(where, "NoAnswer")
        return not self.stop() and where not in self.broken

    def _send_case(self, night: _SchoolNight, sink: FlagSink, item: Intention, change: RecordChange) -> None:
        place = CasePlace(sink)
        for _ in range(self.options.tries):
            try:
                outcome = self.sender.send(item, place, look_first=self.store.written(item.subject) is None)
            except Fatal as error:
                self._writing_broke("case", night.summary, error)
                return
            if outcome is not Outcome.CONFLICT:
                self._count(night.summary, item, outcome, change)
                return
            night.summary.conflicts += 1
            again = self._judge_again(night, item)
            if again is None:
                return
            item, change = again
        self.store.set_aside(item, KEPT_CHANGING, self.clock())
        night.summary.set_aside.append((item.subject, KEPT_CHANGING))

    def _judge_again(self, night: _SchoolNight, item: Intention) -> tuple[Intention, RecordChange] | None:
        """The case was changed since it was read: pulls it, judges it, and gives the new intention, if one is left."""
        try:
            case = self.source.case(item.subject)
        except SourceError as error:
            if isinstance(error, Skippable):
                self._problem(night, problem_of(error, item.subject))
            self.store.set_aside(item, type(error).__name__, self.clock())
            night.summary.set_aside.append((item.subject, type(error).__name__))
            return None
        judged = self._judge(night, case)
        if judged is None:
            self.store.set_aside(item, JUDGEMENT_FAILED, self.clock())
            night.summary.set_aside.append((item.subject, JUDGEMENT_FAILED))
            return None
        self.store.put_judged([judged])
        record = ComplianceRecord.of(judged.assessment, school=judged.school)
        change = _difference(record, self.store.written(record.case))
        if change.cleared and not night.summary.read_whole:
            night.summary.held += 1
            return None
        self.store.intend([intention_for(record, judged.etag)], self.clock())
        return next(i for i in self.store.intentions() if i.subject == item.subject and not i.of_cycle), change

    def _count(self, summary: SchoolSummary, item: Intention, outcome: Outcome, change: RecordChange) -> None:
        if outcome is Outcome.SET_ASIDE:
            stored = next(i for i in self.store.intentions(item.school) if i.subject == item.subject)
            summary.set_aside.append((item.subject, stored.set_aside or ""))
            self.log.warning("write set aside", subject=item.subject, kind=stored.set_aside)
            return
        if outcome is Outcome.STOOD:
            summary.stood += 1
        else:
            summary.written += 1
            summary.count(change)
        if self.options.dry_run:
            summary.changes.append(change)

    def _writing_broke(self, where: str, summary: SchoolSummary, error: Fatal) -> None:
        self.broken[where] = type(error).__name__
        summary.waiting += 1
        summary.problems.append(problem_of(error))
        self.log.error("writing broke off", where=where, kind=type(error).__name__)

    # --- the annual cycle ----------------------------------------------------------------------------------------

    def _cycles(self, nights: Sequence[_SchoolNight]) -> None:
        if self.cycle is None:
            return
        owners: list[tuple[str | None, SchoolSummary]] = [(night.school, night.summary) for night in nights]
        if self.options.schools is None:
            whole = SchoolSummary(None)
            self.summary.schools.append(whole)
            owners.append((None, whole))
        for number, (school, summary) in enumerate(owners, 1):
            for year in school_years(self.as_of):
                if self.stop():
                    return
                self._cycle_year(self.cycle, summary, school, year)
            if school is None:
                summary.finished = True
            self.tell(Progress("cycle", school, number, len(owners)))

    def _cycle_year(self, cycle: AnnualCycle, summary: SchoolSummary, school: str | None, year: str) -> None:
        try:
            facts = cycle.facts(school, year)
            assessment, status = self.judging.cycle(facts, self.as_of)
        except SourceError as error:
            summary.problems.append(problem_of(error))
            return
        except Exception as error:  # noqa: BLE001 - one school year may never stop a night
            self.log.error("annual cycle could not be judged", school=school, year=year, kind=type(error).__name__)
            summary.problems.append(CaseProblem(None, JUDGEMENT_FAILED, (), "report this as a fault of the program"))
            return
        summary.crashed.update(assessment.crashed)
        fingerprint = status_fingerprint(status)
        last = self.store.put_cycle(JudgedCycle(status, assessment, fingerprint))
        if not facts.found:
            summary.cycles_unknown += 1
            return
        subject = cycle_subject(school, year)
        owner = school or MUNICIPALITY
        pending = [i for i in self.store.intentions(owner) if i.of_cycle and i.subject == subject]
        if last.written_fingerprint == fingerprint and not pending:
            summary.cycles_unchanged += 1
            return
        if not self.writing:
            summary.would_write += 1
            return
        body = status.model_dump(mode="json")
        self.store.intend(
            [Intention(subject, of_cycle=True, school=owner, key=new_key(), fingerprint=fingerprint, body=body)],
            self.clock(),
        )
        self._send_cycle(cycle, summary, subject, owner, look_first=last.written_fingerprint is None)

    def _send_cycle(
        self, cycle: AnnualCycle, summary: SchoolSummary, subject: str, owner: str, *, look_first: bool
    ) -> None:
        if not self._may_send("cycle", self.sender):
            summary.waiting += 1
            return
        item = next(i for i in self.store.intentions(owner) if i.of_cycle and i.subject == subject)
        try:
            outcome = self.sender.send(item, CyclePlace(cycle), look_first=look_first)
        except Fatal as error:
            self._writing_broke("cycle", summary, error)
            return
        if outcome in (Outcome.DONE, Outcome.STOOD):
            summary.cycles_written += 1
            return
        stored = next(i for i in self.store.intentions(owner) if i.of_cycle and i.subject == subject)
        summary.set_aside.append((subject, stored.set_aside or "Conflict"))


def _difference(record: ComplianceRecord, before: ComplianceRecord | None) -> RecordChange:
    old = {(flag.rule, flag.scope): flag for flag in before.flags} if before is not None else {}
    new = {(flag.rule, flag.scope): flag for flag in record.flags}
    return RecordChange(
        record.case,
        added=len(new.keys() - old.keys()),
        changed=sum(old[key] != flag for key, flag in new.items() if key in old),
        cleared=len(old.keys() - new.keys()),
    )


__all__ = ["AlreadyRunning", "Options", "Progress", "Stop", "basis_of", "run_sync"]
