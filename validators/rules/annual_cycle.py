"""Ansvar, forankring og oppfølging: årshjulet (AAR). What is recorded in 1310.no, per school and for the municipality."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ...domain.annual_cycle import Audience, CycleEntry, CycleKind, CycleState
from ...domain.moment import end_of, local_day, start_of
from ...domain.people import Role
from ...domain.verdict import Outcome, Reason, Remark, RemarkCode, Verdict
from ..judge import Judge
from ..known import CycleIndex
from ..reading.cycle_notes import leaves_doubt
from ..rule import Chapter, CycleRule

CHAPTER = Chapter("annual_cycle")


def scope_of_year(index: CycleIndex, group: Audience | None = None) -> str:
    """``school_year:2025-2026``, with ``/group:pupils`` where an item is per group."""
    return f"school_year:{index.school_year}" + (f"/group:{group.value}" if group is not None else "")


def done(entries: tuple[CycleEntry, ...]) -> list[CycleEntry]:
    """The entries with a day on which it was done."""
    return [entry for entry in entries if entry.done_at is not None]


_MISSING = (Verdict.DUE, Verdict.DEVIATION)


def is_missing(outcome: Outcome) -> bool:
    """Whether it is not done: then what could be meant as that is asked about."""
    return outcome.verdict in _MISSING or outcome.question == "past_own_date"


def within_year(
    index: CycleIndex,
    judge: Judge,
    entries: list[CycleEntry],
    *,
    first: date | None = None,
    last: date | None = None,
    group: Audience | None = None,
    question: str | None = None,
) -> Outcome:
    """Done on a day from ``first`` to ``last`` (standard: the whole school year), else open, soon due, or late.

    By the school's own cycle it may be late before that: then it is asked about, or said where it was done since.
    ``question``: for what is owed only where there is need. A missing entry is then asked about and is no deviation.
    """
    first, last = first or index.first_day, last or index.last_day
    scope = scope_of_year(index, group)
    in_time = [e for e in entries if e.done_at is not None and first <= e.done_at <= last]
    late = [e for e in entries if e.done_at is not None and e.done_at > last]
    if in_time:
        return _by_own_date(_done_in_time(index, judge, scope, in_time, last), index, entries, last)
    if late:
        return _outcome(scope, Verdict.DEVIATION, CycleState.LATE, last, reason=Reason.LATE, evidence=(late[0].id,))
    if index.today > last and question is not None:
        return _asked(scope, question, last, ())
    if index.today > last:
        return _outcome(scope, Verdict.DEVIATION, CycleState.LATE, last, reason=Reason.UNDOCUMENTED)
    soon = last - timedelta(days=judge.plan.readings.cycle_due_soon_days)
    state = CycleState.DUE_SOON if index.today >= soon else CycleState.OPEN
    # «open» becomes «due soon» under one and the same verdict; the status that is written back changes with it.
    changes_at = start_of(soon) if state is CycleState.OPEN else end_of(last)
    return _by_own_date(_outcome(scope, Verdict.DUE, state, last).but(changes_at=changes_at), index, entries, last)


def _by_own_date(outcome: Outcome, index: CycleIndex, entries: list[CycleEntry], last: date) -> Outcome:
    """«jf årshjul på den enkelte skole»: a task past the school's own date is late there, though the plan's year is open."""
    owed = [
        (e.planned_on, e) for e in entries if e.done_at is None and e.planned_on is not None and e.planned_on <= last
    ]
    passed = [(day, e) for day, e in owed if day < index.today]
    if outcome.verdict is Verdict.MET:
        late = {
            e.planned_on
            for e in entries
            if e.id in outcome.evidence and e.planned_on and e.done_at and e.planned_on < e.done_at
        }
        return outcome.with_remarks(*_own_dates(late | {day for day, _ in passed}))
    if outcome.verdict is not Verdict.DUE:
        return outcome
    if not passed:
        ends = [end_of(day) for day, _ in owed]
        return outcome.but(changes_at=min([*ends, *([outcome.changes_at] if outcome.changes_at else [])]))
    asked = _asked(outcome.scope, "past_own_date", last, tuple(e for _, e in passed))
    asked = asked.but(state=CycleState.LATE.value, changes_at=end_of(last))
    return asked.with_remarks(*_own_dates({day for day, _ in passed}))


def _own_dates(days: set[date]) -> Iterator[Remark]:
    return (Remark(code=RemarkCode.OWN_DATE, day=day) for day in sorted(days))


def _done_in_time(index: CycleIndex, judge: Judge, scope: str, entries: list[CycleEntry], last: date) -> Outcome:
    """The best shown of several entries speaks. One whose note may say that not all took part, or that something is left,
    is asked about where no other shows it."""
    unread = judge.presence_remarks() if any(entry.note for entry in entries) else ()
    certain = [entry for entry in entries if not (judge.read_text and leaves_doubt(entry.note))]
    if not certain:
        return _asked(scope, "not_for_all", last, (entries[0],))
    return _best_shown(index, scope, certain, last).with_remarks(*unread)


def _best_shown(index: CycleIndex, scope: str, entries: list[CycleEntry], last: date) -> Outcome:
    """Written down afterwards, then not written down, then written before."""
    for entry in entries:
        if _documented(entry, index) and not _written_before(entry, index):
            return _outcome(scope, Verdict.MET, CycleState.DONE, last, evidence=(entry.id,))
    for entry in entries:
        if not _written_before(entry, index):
            remarks = (Remark(code=RemarkCode.NOT_DOCUMENTED),)
            state = CycleState.DONE_UNDOCUMENTED
            return _outcome(scope, Verdict.MET, state, last, evidence=(entry.id,), remarks=remarks)
    asked = _asked(scope, "written_before_it_happened", last, (entries[0],))
    return asked.but(state=CycleState.DONE_UNDOCUMENTED.value)


def _documented(entry: CycleEntry, index: CycleIndex) -> bool:
    return entry.documented_at is not None and entry.documented_at <= index.today


def _written_before(entry: CycleEntry, index: CycleIndex) -> bool:
    """Whether all that is written is from before the day it is said to have been done: an intention, not a deed."""
    written = entry.documented_at if _documented(entry, index) else None
    if written is None and entry.registered_at is not None:
        written = local_day(entry.registered_at)
    return written is not None and entry.done_at is not None and written < entry.done_at


def _asked(scope: str, question: str, last: date, entries: tuple[CycleEntry, ...]) -> Outcome:
    """A question to a person; the item stays open in the annual cycle until it is answered there."""
    outcome = _outcome(scope, Verdict.REVIEW, CycleState.OPEN, last, evidence=tuple(e.id for e in entries))
    return outcome.but(question=question)


def _outcome(
    scope: str,
    verdict: Verdict,
    state: CycleState,
    last: date,
    *,
    reason: Reason | None = None,
    evidence: tuple[str, ...] = (),
    remarks: tuple[Remark, ...] = (),
) -> Outcome:
    return Outcome(
        scope=scope,
        verdict=verdict,
        state=state.value,
        reason=reason,
        deadline=last,
        event_day=last,
        evidence=evidence,
        remarks=remarks,
    )


def _once_a_year(kind: CycleKind, question: str | None = None) -> CycleRule:
    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        yield within_year(index, judge, [*index.all(kind)], question=question)

    return rule


def _once_a_year_for(group: Audience) -> CycleRule:
    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        """«Det er rektors ansvar at regelverket om skolemiljø er gjort kjent for elever, foreldre og ansatte»."""
        yield made_known(index, judge, CycleKind.RULES_MADE_KNOWN, group)

    return rule


def made_known(index: CycleIndex, judge: Judge, kind: CycleKind, group: Audience) -> Outcome:
    """Whether what ``kind`` says was made known to ``group`` in the school year; to nobody in particular is a question."""
    entries = index.all(kind)
    outcome = within_year(index, judge, [e for e in entries if group in e.groups], group=group)
    for_anyone = [e for e in entries if not e.groups and e.done_at is not None and e.done_at <= index.last_day]
    if is_missing(outcome) and for_anyone:
        return _asked(outcome.scope, "for_whom", index.last_day, (for_anyone[0],))
    return outcome


def _in_place(kind: CycleKind) -> CycleRule:
    """A routine that the school is to have: its version may be older than the school year, and then that is told."""

    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        newest_first = done(index.all(kind))[::-1]
        outcome = within_year(index, judge, newest_first, first=date.min)
        version = next((e.done_at for e in newest_first if e.id in outcome.evidence), None)
        oldest = min(index.today, index.last_day) - timedelta(days=judge.plan.readings.routine_old_after_days)
        if outcome.verdict is Verdict.MET and version is not None and version < oldest:
            old = Remark(code=RemarkCode.OLD_VERSION, day=version)
            outcome = outcome.with_remarks(old)
        yield outcome

    return rule


for _code, _group in (("AAR-01", Audience.PUPILS), ("AAR-02", Audience.GUARDIANS), ("AAR-03", Audience.STAFF)):
    CHAPTER.rule(_code)(_once_a_year_for(_group))


@CHAPTER.rule("AAR-04")
def cycle_in_use(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«skolene bruker 1310.no som årshjul for internkontroll»: the school is found there, with something done."""
    yield within_year(index, judge, done(index.entries) if index.facts.found else [])


@CHAPTER.rule("AAR-05")
def documented_when_done(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«det skal dokumenteres der når dette er gjort»: per group; nothing to document before it is done."""
    for group in Audience:
        entries = [
            e
            for e in done(index.all(CycleKind.RULES_MADE_KNOWN))
            if group in e.groups and e.done_at is not None and index.first_day <= e.done_at <= index.last_day
        ]
        if entries:
            yield _documentation_of(entries, scope_of_year(index, group), index, judge)


def _documentation_of(entries: list[CycleEntry], scope: str, index: CycleIndex, judge: Judge) -> Outcome:
    """One group's: documented by any of ``entries``, else still possible, else missing."""
    allowed = timedelta(days=judge.plan.readings.cycle_documented_within_days)
    written = [e for e in entries if _documented(e, index)]
    for entry in written:
        if not _written_before(entry, index) and entry.done_at is not None and entry.documented_at is not None:
            late = entry.documented_at - entry.done_at > allowed
            remarks = (Remark(code=RemarkCode.REGISTERED_LATE, day=entry.documented_at),) if late else ()
            return _outcome(scope, Verdict.MET, CycleState.DONE, entry.done_at, evidence=(entry.id,), remarks=remarks)
    first = entries[0]
    assert first.done_at is not None  # noqa: S101 - only entries with a day are asked about
    last = first.done_at + allowed
    if written:
        outcome = _asked(scope, "written_before_it_happened", last, (written[0],))
    elif index.today <= last:
        outcome = _outcome(scope, Verdict.DUE, CycleState.DONE_UNDOCUMENTED, last, evidence=(first.id,))
        outcome = outcome.but(changes_at=end_of(last))
    else:
        reason = Reason.UNDOCUMENTED
        outcome = _outcome(
            scope, Verdict.DEVIATION, CycleState.DONE_UNDOCUMENTED, last, reason=reason, evidence=(first.id,)
        )
    state = CycleState.DONE_UNDOCUMENTED.value  # «når dette er gjort»: no day, and the tool's own after that
    return outcome.but(state=state, deadline=None, asks_after=last, counted_from=first.done_at, event_day=first.done_at)


@CHAPTER.rule("AAR-06")
def plan_made_known(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Planen skal gjøres kjent»: the version that holds, in the school year; a new version is made known anew."""
    document = judge.plan.document
    entries = index.all(CycleKind.PLAN_MADE_KNOWN)
    versions = (document.version, document.label)
    right = [e for e in entries if e.plan_version in versions or (e.done_at is None and e.plan_version is None)]
    unnamed = [
        e
        for e in entries
        if e.plan_version is None and e.done_at is not None and index.first_day <= e.done_at <= index.last_day
    ]
    outcome = within_year(index, judge, right)
    if is_missing(outcome) and unnamed:
        outcome = _asked(outcome.scope, "which_version", index.last_day, (unnamed[0],))
    yield outcome


CHAPTER.rule("AAR-07")(_once_a_year(CycleKind.PLAN_FOLLOWED_UP))


def _june(index: CycleIndex) -> tuple[date, date]:
    """«juni»: the 1st to the 30th, in the school year's second half."""
    return date(index.last_day.year, 6, 1), date(index.last_day.year, 6, 30)


@CHAPTER.rule("AAR-08")
def june_revision(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«en årlig revidering i juni der nødvendige justeringer blir gjort»: in June; that nothing had to change counts."""
    first, last = _june(index)
    yield within_year(index, judge, [*index.all(CycleKind.PLAN_REVISED)], first=first, last=last)


@CHAPTER.rule("AAR-09")
def adviser_takes_initiative(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rådgiver hos skoleeier har ansvar for å ta initiativ til det.» By the adviser, and before the revision."""
    first, last = _june(index)
    taken = [e for e in done(index.all(CycleKind.REVISION_INITIATED)) if e.done_at and e.done_at >= index.first_day]
    by_adviser = [e for e in taken if e.by is Role.ADVISER]
    unnamed = [e for e in taken if e.by in (None, Role.UNKNOWN)]
    revised = [e for e in done(index.all(CycleKind.PLAN_REVISED)) if e.done_at is not None and e.done_at >= first]
    planned = [e for e in index.all(CycleKind.REVISION_INITIATED) if e.done_at is None]
    outcome = within_year(index, judge, [*by_adviser, *planned], last=last)
    if outcome.verdict is Verdict.MET and revised:
        yield _before_the_revision(outcome, by_adviser[0], revised[0], last)
    elif by_adviser:
        yield outcome
    elif unnamed:
        yield _asked(outcome.scope, "who_took_it", last, (unnamed[0],))
    elif taken:
        yield _missed(outcome, last, Reason.WRONG_ROLE, taken[0])
    elif revised:
        # The revision was held; nobody can take the initiative to it any more.
        yield _missed(outcome, last, Reason.UNDOCUMENTED, revised[0])
    else:
        yield outcome


def _before_the_revision(outcome: Outcome, initiative: CycleEntry, revision: CycleEntry, last: date) -> Outcome:
    assert initiative.done_at is not None and revision.done_at is not None  # noqa: S101, PT018 - both come from done()
    if initiative.done_at < revision.done_at:
        return outcome
    if initiative.done_at == revision.done_at:
        return _asked(outcome.scope, "order_unclear", last, (initiative, revision))
    return _missed(outcome, last, Reason.ORDER, initiative, revision)


def _missed(outcome: Outcome, last: date, reason: Reason, *entries: CycleEntry) -> Outcome:
    evidence = tuple(entry.id for entry in entries)
    return _outcome(outcome.scope, Verdict.DEVIATION, CycleState.LATE, last, reason=reason, evidence=evidence)


@CHAPTER.rule("AAR-10")
def competence_considered(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Denne revidering har også som mål å avdekke behov for videre kompetanseutvikling.» With the June revision."""
    first, last = _june(index)
    yield within_year(index, judge, [*index.all(CycleKind.COMPETENCE_CONSIDERED)], first=first, last=last)


CHAPTER.rule("AAR-11")(_once_a_year(CycleKind.VULNERABILITY_MEETING))
CHAPTER.rule("AAR-12")(_once_a_year(CycleKind.INFORMATION_GIVEN, question="was_it_needed"))
CHAPTER.rule("AAR-13")(_once_a_year(CycleKind.DOCUMENTATION_DISCUSSED))
CHAPTER.rule("AAR-14")(_once_a_year(CycleKind.TEMPLATES_AVAILABLE))
CHAPTER.rule("AAR-15")(_in_place(CycleKind.SUPERVISION_ROUTINE))
CHAPTER.rule("AAR-16")(_in_place(CycleKind.SUPERVISION_AT_ABSENCE))
CHAPTER.rule("AAR-17")(_once_a_year(CycleKind.SIGNS_TRAINING))
CHAPTER.rule("AAR-18")(_once_a_year(CycleKind.VIOLATION_DISCUSSED))
CHAPTER.rule("AAR-19")(_once_a_year(CycleKind.FEEDBACK_CULTURE, question="worked_with"))
CHAPTER.rule("AAR-20")(_once_a_year(CycleKind.HOME_SCHOOL_ARENA))
