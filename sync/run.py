"""The nightly run: what to look at, judge it, write what differs, read it back, and say what was done."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from gettext import gettext as _
from itertools import count
from typing import Any

import structlog

from ..adapters.ports import AnnualCycle, CaseSource, FlagSink, carries_of, reads_by
from ..domain.errors import Fatal, SourceError
from ..domain.moment import local_day
from ..domain.school import School
from ..journal.run_log import Kind, RunLog
from ..judging.judged import school_years
from ..judging.policy import Judging, rules_content
from ..store import MUNICIPALITY, BrokenExport, FirstWrite, Store
from ..store.plain import parts
from .beside import Beside, Read, reading
from .context import Night, NightProgress, Options, SchoolTonight, Stop
from .errands import Errand, Errands, Wide, kept, together
from .holding import holding
from .judge_school import SchoolJudge, SchoolJudged
from .pulling import End, pull
from .reading import ReadRequest
from .sender import DryCycle, DrySink
from .stopping import answering
from .summary import FirstWriteWaits, RunSummary, SchoolSummary
from .write_back import WriteBack

_CLOCKS_APART = 600
"""Seconds. More than this between two clocks is no small drift."""
_SLACK = timedelta(hours=12)
"""A weekly run that starts a little earlier than last week is still weekly."""


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
    beside: Beside | None = None,
    progress: Callable[[NightProgress], None] | None = None,
    stop: Stop | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RunSummary:
    """One night, as known at ``as_of`` (zone-aware). ``beside``: processes that read and judge the schools that are read whole.

    Schools and cases fail alone and are named in the summary. Raises AlreadyRunning where another run holds the lock, and
    StoreError where the store can't go on; what was done until then is kept, and the next run takes it up.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of must carry a zone")
    options, stop, run, started_at = options or Options(), stop or Stop(), uuid.uuid4().hex, clock()
    log = structlog.get_logger("skolemiljo.sync").bind(run=run)
    tell = progress or (lambda _: None)
    night = Night(run, as_of, source, judging, store, options, run_log, tell, stop, clock, log)
    with answering(stop.request) if options.handle_signals else nullcontext():
        if options.dry_run:
            with store.scratch() as scratch:
                dry = replace(night, store=scratch, run_log=None)
                return _run(dry, DrySink(sink), DryCycle(cycle) if cycle is not None else None, started_at, beside)
        with holding(store, options.lock):
            return _run(night, sink, cycle, started_at, beside)


def _run(
    night: Night, sink: FlagSink | None, cycle: AnnualCycle | None, started_at: datetime, beside: Beside | None
) -> RunSummary:
    store, options = night.store, night.options
    decisions, decisions_problem = _decisions_taken_back(night)
    cut_off = store.begin_run(night.run, started_at=started_at, as_of=night.as_of, plan=night.plan)
    summary = RunSummary(
        run=night.run,
        started_at=started_at,
        as_of=night.as_of,
        plan=night.plan,
        dry_run=options.dry_run,
        write_back=options.write_back,
        decisions_back=len(decisions),
        decisions_problem=decisions_problem,
        cut_off=cut_off,
    )
    night.note(Kind.RUN_BEGAN, as_of=night.as_of, plan=night.plan, cut_off=len(cut_off))
    for part in parts(decisions):
        night.note(Kind.DECISIONS_BACK, acceptances=list(part))
    try:
        found = {school.organisation_number: school for school in night.source.schools()}
        _hold_the_clocks_together(night)
        summary = replace(summary, odd_schools=tuple(getattr(night.source, "odd", ())))
        new, closed = _changes_among(found, store)
        summary = replace(summary, new_schools=new, closed_schools=closed)
        expected = store.schools() if options.schools is None else options.schools
        wanted = [found[number] for number in sorted(found) if options.schools is None or number in options.schools]
        lost = [_not_shown(night, number) for number in sorted(set(expected) - found.keys())]
        missing = tuple(school.school for school in lost if not school.closed(night.as_of))
        summary = replace(summary, missing_schools=missing)
        _note_first_write(night)
        write_back = WriteBack(night, sink, cycle)
        shown = [_tonight(night, school) for school in wanted]
        every = [*shown, *(school for school in lost if school.request.due)]
        with (
            reading(night, [school.request for school in every], beside) as read,
            Errands(store, night.run_log, threads=options.writers) as errands,
        ):
            schools = _schools(night, write_back, errands, every, read)
            if cycle is not None:
                schools = _annual_cycle(night, write_back, errands, schools[: len(shown)]) + schools[len(shown) :]
        summary = replace(summary, schools=tuple(schools))
    except SourceError as error:
        # Not even the list of schools came: nothing can be said about any of them tonight.
        summary = replace(summary, error=error.kind, error_text=str(error), error_exit=error.exit_code)
        night.log.error("run broke off", kind=summary.error)
    return _ended(night, replace(summary, stopped=night.stop(), stopped_by=night.stop.signal))


def _changes_among(found: Mapping[str, School], store: Store) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The schools that are new tonight, and those that are told to be closed tonight."""
    known = frozenset(store.schools())
    closed = (number for number in sorted(known & found.keys()) if found[number].closed_on is not None)
    return (
        tuple(sorted(found.keys() - known)) if known else (),
        tuple(number for number in closed if store.school(number).closed_on is None),
    )


def _decisions_taken_back(night: Night) -> tuple[tuple[str, ...], str | None]:
    """The decisions that the export has and the store lacks: it may be new, or an older copy. What keeps them from being
    read is told, and the night goes on without them."""
    export = night.options.acceptances_to
    if export is None or night.options.dry_run or not export.exists():
        return (), None
    try:
        return night.store.import_acceptances(export), None
    except BrokenExport as error:
        night.log.error("export of decisions could not be read")
        return (), str(error)


def _note_first_write(night: Night) -> None:
    """Before anything is written for the first time to this source: cut off in between, the next night is no first write."""
    mark = FirstWrite(local_day(night.as_of), night.options.source_mark)
    if night.writing and getattr(night.store.first_write(), "source", None) != mark.source:
        night.store.keep_first_write(mark)
        night.note(Kind.FIRST_WRITE, day=mark.day.isoformat(), source=mark.source)


def _tonight(night: Night, found: School) -> SchoolTonight:
    """What to read of a school: everything, or what changed since its cursor and what time has changed."""
    school, options = found.organisation_number, night.options
    known = night.store.school(school)
    state = replace(known, name=found.name, language=found.language, closed_on=found.closed_on or known.closed_on)
    if state != known:
        night.store.put_school(state)
    source = (reads_by(night.source), *sorted(carries_of(night.source).lacks))
    basis = basis_of(night.judging, school, options.basis, found.model_dump_json(), str(night.write_from), *source)
    full = (
        options.full
        or state.cursor is None
        or state.full_at is None
        or state.basis != basis
        or not timedelta() <= night.as_of - state.full_at < options.full_every - _SLACK
    )
    since = None if full or state.cursor is None else state.cursor - options.overlap
    due = night.store.due_cases(school, night.as_of)
    stands = {} if since is None else night.store.standing_cases(school, night.as_of, since)
    return SchoolTonight(state, basis, ReadRequest(school, since, due=due, stands=stands, every_id=full))


def _hold_the_clocks_together(night: Night) -> None:
    """Stops the night before it writes where our clock and the source's are far apart: each verdict hangs on the day."""
    heard = getattr(night.source, "heard", None)
    if heard is None or heard.mock or heard.clock_offset is None:
        return
    offset = heard.clock_offset
    if abs(offset) > _CLOCKS_APART:
        apart = _("klokka der og klokka på denne maskinen går {n} sekunder fra hverandre: still den som er feil")
        raise Fatal(apart.format(n=abs(round(offset))), system=heard.server or _("kilden"))


def _not_shown(night: Night, school: str) -> SchoolTonight:
    """A school that the source no longer shows: each of its cases is asked for, since it may be at another school now."""
    state = night.store.school(school)
    due = tuple(sorted(night.store.case_ids(school)))
    return SchoolTonight(state, state.basis or "", ReadRequest(school, due=due, listed=False))


def _schools(
    night: Night, write_back: WriteBack, errands: Errands, schools: Sequence[SchoolTonight], read: Read
) -> list[SchoolSummary]:
    """Reads, judges and writes back each school, several at a time; what came of each, in their order.

    What one school has to be told goes out while the next is read and judged.
    """
    judges = [SchoolJudge(night, school) for school in schools]
    readers = [partial(read, school.request) for school in schools]
    done: dict[int, SchoolSummary] = {}
    pulled = pull(
        readers,
        threads=night.options.threads,
        window=night.options.window,
        stopped=night.stop,
        wake=errands.woken_by,
        meanwhile=errands.turn,
    )
    try:
        for piece in pulled:
            judge = judges[piece.source]
            if isinstance(piece.item, End):
                finished = _finished(night, write_back, judge.finish(piece.item.error))
                errands.start(finished, partial(done.__setitem__, piece.source), write_back.ahead)
            else:
                judge.take(piece.item)
        errands.finish()
    finally:
        for judge in judges:
            judge.keep()  # also when stopped: what was judged need not be judged again
    summaries = [done.get(number, judge.summary) for number, judge in enumerate(judges)]
    _name_unclaimed(night, summaries)
    if night.stop():
        return summaries
    # Once more: cases that moved here from a school that was read later.
    return [errands.run(write_back.cases(summary, again=True)) for summary in summaries]


def _finished(night: Night, write_back: WriteBack, judged: SchoolJudged) -> Errand[SchoolSummary]:
    """A school that has been read is written, and moved on where all of it was seen: the next night begins there."""
    summary = yield from write_back.cases(judged.summary)

    def moved_on() -> None:
        if summary.read_whole and judged.tonight.request.listed:
            state, as_of = judged.tonight.state, night.as_of
            night.store.put_school(
                replace(
                    state,
                    # None where no case tells when it was changed: then all is read each night. A case stamped in the future
                    # must not draw the cursor past what others will be stamped with.
                    cursor=None if judged.newest is None else min(judged.newest, as_of),
                    full_at=as_of if summary.full else state.full_at,
                    basis=judged.tonight.basis,
                )
            )

    yield from kept(moved_on, (Kind.SCHOOL, _facts_of(night, summary)))
    return summary


def _name_unclaimed(night: Night, schools: Sequence[SchoolSummary]) -> None:
    """Names once what may be any school's. What an earlier night could not tell whose it was, and is not there any more,
    has been mended or taken away."""
    unclaimed = {str(problem.case): problem.kind for school in schools for problem in school.unclaimed}
    for case, kind in unclaimed.items():
        night.log.warning("case could not be read", school=None, case=case, kind=kind)
    if schools and all(school.finished and school.error is None for school in schools):
        night.store.forget_unclaimed(night.store.case_ids(MUNICIPALITY) - unclaimed.keys())


def _facts_of(night: Night, school: SchoolSummary) -> dict[str, Any]:
    return {
        "run": night.run,
        "school": school.school,
        "complete": school.complete,
        "full": school.full,
        "judged": school.judged,
        "written": school.written,
        "set_aside": len(school.set_aside),
        "problems": len(school.problems) + len(school.unclaimed),
        "vanished": len(school.vanished),
        "plan": night.plan,
    }


def _annual_cycle(
    night: Night, write_back: WriteBack, errands: Errands, schools: Sequence[SchoolSummary]
) -> list[SchoolSummary]:
    owners = [
        *schools,
        *(
            [SchoolSummary(None, full=night.options.full or any(s.full for s in schools))]
            if night.options.schools is None
            else []
        ),
    ]
    progress = count(1)

    def one(owner: SchoolSummary) -> Errand[SchoolSummary]:
        if night.stop():
            return owner
        summary = yield from write_back.school_years(owner, school_years(night.as_of))
        night.tell(NightProgress("cycle", owner.school, next(progress), len(owners)))
        return replace(summary, finished=True) if owner.school is None and not night.stop() else summary

    return errands.run(together(map(one, owners), Wide(max(night.options.writers, 1))))


def _ended(night: Night, summary: RunSummary) -> RunSummary:
    if night.options.first_write_waits:
        records = [record for school in night.store.schools() for record, _etag in night.store.unwritten(school)]
        waits = FirstWriteWaits(len(records), sum(len(record.flags) for record in records))
        summary = replace(summary, first_write_waits=waits)
    export = night.options.acceptances_to
    if export is not None and not night.options.dry_run and summary.decisions_problem is None:
        try:
            night.store.export_acceptances(export)
        except BrokenExport as error:
            summary = replace(summary, decisions_problem=str(error))
    ended_at = night.clock()
    summary = replace(summary, ended_at=ended_at)
    data = summary.to_json()
    night.store.end_run(
        night.run,
        ended_at=ended_at,
        state=summary.state,
        summary=data,
        years=school_years(night.as_of),
        whole=summary.read_whole,
    )
    night.note(Kind.RUN_ENDED, state=summary.state, **data["totals"])
    night.log.info("run ended", state=summary.state, **data["totals"])
    return summary


def basis_of(judging: Judging, school: str | None, *more: str) -> str:
    """SHA-256 over everything that a verdict depends on: the plan, the rules and the law by their content, the calendar,
    and ``more`` (the settings that are read, what the list of schools says). Another means that every case is judged anew."""
    calendar = judging.calendar_of(school)
    digest = hashlib.sha256(rules_content().encode())
    for part in (
        judging.plans_content,
        *(rule.code for rule in judging.rules),
        str(judging.read_text),
        hmac.digest(judging.copies_key, b"basis", hashlib.sha256).hex(),
        *(day.isoformat() for day in sorted(calendar.holidays | calendar.free_days)),
        *sorted(calendar.known_years),
        *more,
    ):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


__all__ = ["NightProgress", "Options", "Stop", "basis_of", "run_sync"]
