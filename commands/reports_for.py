"""The three users' views: rektor's school, the owner's schools, and exported files with no server at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING, Required, TypedDict, Unpack

from ..domain.errors import CaseNotFound, SettingsError, Skippable, SourceError
from ..domain.moment import OSLO, local_day
from ..domain.problem import ProblemKind
from ..domain.school import School
from ..judging.copies import Alike, alike
from ..judging.judged import Judged, days_of, school_years
from ..reports.build import audit_report, school_report
from ..reports.links import Links
from ..reports.model import EVERYTHING, AuditReport, Only, Previous, Problem, SchoolReport, TrendPoint
from ..sync.account import missing
from ..validators import CHAPTERS, RULES
from .pseudonyms import pseudonyms
from .run_log_lines import disputes, note_opened
from .workplace import is_called

if TYPE_CHECKING:
    from ..adapters.ports import CaseProblem
    from ..judging.now import Progress
    from ..store import CaseState, Store, Tally
    from .workplace import Workplace


HOLDS = timedelta(hours=26)
"""How long what a night saw can be taken for all there is; by then the next one has come."""
_A_WEEK = timedelta(days=7)
"""What is new is told since then: a rektor who looks each morning and one who looks each Monday both see it."""


class _Asked(TypedDict, total=False):
    """How a report of a school is asked for."""

    as_of: Required[datetime]
    language: str | None
    offline: bool
    """What the last nightly run saw, without asking the source."""
    since: date | None
    """What is new is told since that day, or since what was ``told`` last."""
    told: Previous | None
    progress: Progress | None


def for_rector(
    work: Workplace,
    number: str,
    *,
    only: Only = EVERYTHING,
    **asked: Unpack[_Asked],
) -> tuple[SchoolReport, Judged]:
    """One school (its number, or the name it has here), as its rektor may see it: cases in which a leader is the subject
    are left out.
    """
    make, judged = _seen_by_rector(work, number, **asked)
    report = make(only)
    if only.case is not None and not (report.cases or any(problem.case for problem in report.problems)):
        raise SettingsError(_("skolen har ingen sak med det nummeret: se etter i listen uten --case"))
    judged.complete = report.complete
    shown = {problem.case for problem in report.problems}
    judged.problems = [problem for problem in judged.problems if problem.case in shown]
    return report, judged


def for_rector_and_each_case(
    work: Workplace, number: str, *, as_of: datetime
) -> tuple[SchoolReport, dict[str, SchoolReport]]:
    """What the last night saw of a school, and the same of each open case alone. When things were done is told where the source
    is to be had."""
    make, judged = _seen_by_rector(work, number, as_of=as_of, offline=True)
    _look_into(work, judged)
    whole = make(EVERYTHING)
    return whole, {block.case: make(Only(case=block.case)) for block in whole.open_cases if block.case is not None}


def _look_into(work: Workplace, judged: Judged) -> None:
    """Looks up the days in the open cases that the store tells of; where the source is not to be had, they are not told."""
    for assessment in judged.assessments:
        if assessment.case is None or assessment.over or assessment.leader_accused:
            continue
        try:
            judged.days[assessment.case] = days_of(work.source.case(assessment.case))
        except Skippable:
            continue
        except (SourceError, SettingsError):
            return


def _seen_by_rector(
    work: Workplace,
    number: str,
    *,
    as_of: datetime,
    language: str | None = None,
    offline: bool = False,
    since: date | None = None,
    told: Previous | None = None,
    progress: Progress | None = None,
) -> tuple[Callable[[Only], SchoolReport], Judged]:
    """What a report of a school is made by, of all of it or of a part; and what it is made of."""
    store = work.remembered
    seen_at = None
    if offline:
        kept = needed(store)
        names = {known: kept.school(known).name or "" for known in kept.schools()}
        called = next((known for known, name in names.items() if is_called(number, known, name)), None)
        if called is None and names:
            listed = ", ".join(f"{known} {name}" for known, name in [*names.items()][:10])
            raise SettingsError(
                _(
                    "ingen skole har det nummeret eller navnet; lageret har {schools}. Er skolen ny: kjør skolemiljo sync først"
                ).format(schools=listed)
            )
        school, seen_at = (None, None) if called is None else stored_school(kept, called)
        if school is None or seen_at is None:
            raise SettingsError(_("lageret har ingen slik skole: kjør skolemiljo sync først"))
        judged = _stored(kept, school.organisation_number, seen_at, as_of)
    else:
        from ..judging.now import judge_school

        school = work.school(number)
        judged = judge_school(
            work.source,
            work.cycle,
            work.judging,
            school=school.organisation_number,
            as_of=as_of,
            progress=progress,
            dated=True,
        )
        _ask_for_the_missing(work, judged, school.organisation_number, as_of)
    make = partial(
        school_report,
        school,
        judged.assessments,
        judged.statuses,
        plan=work.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=as_of,
        complete=judged.complete,
        previous=told or _previous(store, school.organisation_number, seen_at or as_of, since),
        acceptances=store.acceptances() if store is not None else (),
        problems=_unread(work, school.organisation_number, as_of)
        if offline
        else _problems(judged.problems, school.organisation_number),
        leader_cases=frozenset() if store is None else store.leader_cases(),
        copies=_copies(store, school.organisation_number),
        changed=_changed(store),
        seen_at=seen_at,
        language=language or work.settings.language_of(school),
        reader="rector",
    )
    return lambda only: _with_place(work, make(only=only), judged), judged


def for_owner(
    work: Workplace,
    *,
    as_of: datetime,
    language: str | None = None,
    offline: bool = False,
    since: date | None = None,
    progress: Progress | None = None,
) -> tuple[AuditReport, Judged]:
    """All schools and the municipality's own annual cycle. A school that can't be read is named; the others go on.

    What is new is told since the day ``since``. Cases come under pseudonyms: :func:`for_one_case` opens one.
    """
    store, names = work.remembered, pseudonyms(work)
    whole = Judged()
    problems: list[Problem] = []
    seen_at = None
    if offline:
        kept = needed(store)
        stored = [stored_school(kept, number) for number in kept.schools() if not is_over(kept, number, as_of)]
        schools: Sequence[School] = [school for school, _ in stored]
        seen_at = min((seen for _, seen in stored if seen is not None), default=None)
        whole = _stored(kept, None, seen_at or as_of, as_of)
        problems += [
            Problem(school.organisation_number, None, ProblemKind.NEVER_READ) for school, seen in stored if seen is None
        ]
        problems += [problem for school in schools for problem in _unread(work, school.organisation_number, as_of)]
    else:
        from ..judging.now import judge_cycle

        schools = work.schools
        lost = [] if store is None else sorted(set(store.schools()) - {s.organisation_number for s in schools})
        for number in lost:
            if store is not None and not is_over(store, number, as_of):
                schools = (*schools, stored_school(store, number)[0])
                problems.append(Problem(number, None, ProblemKind.NEVER_READ))
        for school in work.schools:
            judged = _one_school(work, school.organisation_number, as_of, progress)
            _add(whole, judged)
            problems += _problems(judged.problems, school.organisation_number)
        cycle = Judged()
        judge_cycle(work.cycle, work.judging, cycle, school=None, as_of=as_of)
        _add(whole, cycle)
        problems += _problems(cycle.problems, None)
    report = audit_report(
        schools,
        names.assessments(whole.assessments),
        whole.statuses,
        plan=work.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=as_of,
        complete=whole.complete,
        previous=names.previous(_previous(store, None, seen_at or as_of, since)),
        acceptances=names.acceptances(store.acceptances() if store is not None else ()),
        problems=names.problems(problems),
        copies={one.organisation_number: names.copies(_copies(store, one.organisation_number)) for one in schools},
        trend=_trend(store, as_of),
        disputes=disputes(work.settings.run_log_path),
        changed=[(number, what if "/" in what else names.of(what)) for number, what in _changed(store)],
        seen_at=seen_at,
        language=language or work.settings.language_of(None),
    )
    whole.complete = report.complete
    return replace(report, source=work.settings.source), whole


def for_one_case(
    work: Workplace, wanted: str, *, reason: str, as_of: datetime, language: str | None = None
) -> tuple[SchoolReport, Judged]:
    """One case under its own number, as the owner opens it. ``wanted``: its number, or its pseudonym in an audit.

    That it was opened, and why, is in the run log before anything is shown. Raises SettingsError where the reason won't
    do or no case is called so, and what the source raises.
    """
    known = tuple(school.organisation_number for school in work.schools)
    number = _number_of(work, wanted, known)
    note_opened(work, number, reason)
    judged = Judged(dated=True)
    case = work.source.case(number)
    judged.take(case, work.judging, as_of)
    store = work.remembered
    report = school_report(
        work.school(case.school),
        judged.assessments,
        plan=work.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=as_of,
        complete=judged.complete,
        acceptances=[a for a in (store.acceptances() if store is not None else ()) if a.case == number],
        problems=_problems(judged.problems, case.school),
        language=language or work.settings.language_of(None),
        reader="owner",
        only=Only(case=number),
    )
    report = _with_place(work, report, judged)
    judged.complete = report.complete
    return report, judged


def _with_place(work: Workplace, report: SchoolReport, judged: Judged) -> SchoolReport:
    """``report`` with where its cases are found, when what they hold was done, and by which days its school counts."""
    source = work.settings.source
    return replace(report, links=links(work), source=source, days=judged.days, calendar_of=work.calendar_of)


def links(work: Workplace) -> Links:
    """Where cases and entries are found in the case system, as the settings say."""
    return Links(work.settings.case_url, work.settings.log_url)


def _number_of(work: Workplace, wanted: str, schools: Iterable[str]) -> str:
    """The case number that ``wanted`` is, or is the pseudonym of."""
    names = pseudonyms(work)
    for school in schools:
        for number in work.source.case_ids(school):
            if wanted in (number, names.of(number)):
                return number
    raise SettingsError(_("ingen sak heter det: skriv saksnummeret, eller dekknavnet fra den nyeste oversikten"))


def _changed(store: Store | None) -> list[tuple[str | None, str]]:
    """What we wrote outside and somebody else has changed, each with its school."""
    if store is None:
        return []
    years = [(year.rpartition("/")[0] or None, year) for year in store.years_changed_by_others()]
    return [*((school, case) for school in store.schools() for case in store.changed_by_others(school)), *years]


def _one_school(work: Workplace, school: str, as_of: datetime, progress: Progress | None) -> Judged:
    from ..judging.now import judge_school
    from ..judging.problems import problem_of

    try:
        judged = judge_school(work.source, work.cycle, work.judging, school=school, as_of=as_of, progress=progress)
    except SourceError as error:
        return Judged(problems=[problem_of(error)], complete=False)
    _ask_for_the_missing(work, judged, school, as_of)
    return judged


def _ask_for_the_missing(work: Workplace, judged: Judged, school: str, as_of: datetime) -> None:
    """Asks for each case that the last night knew of and the source did not show now: an empty list is no peace."""
    from ..adapters.ports import CaseProblem
    from ..judging.problems import problem_of

    store = work.remembered
    seen = {assessment.case for assessment in judged.assessments} | {problem.case for problem in judged.problems}
    states = () if store is None else store.cases(school)
    for state in (state for state in states if state.vanished_at is None and state.case not in seen):
        try:
            case = work.source.case(state.case)
        except SourceError as error:
            if not (isinstance(error, CaseNotFound) and state.closed):
                judged.problems.append(problem_of(error, state.case))
                judged.complete = False
        else:
            if case.school == school:
                judged.take(case, work.judging, as_of)
    judged.problems += [
        CaseProblem(state.case, ProblemKind.GONE, (), _("saken er borte fra kilden"))
        for state in _missing(work, states, as_of)
        if state.case not in seen
    ]


def _missing(work: Workplace, states: Iterable[CaseState], as_of: datetime) -> tuple[CaseState, ...]:
    """Open cases that are gone from the source, and that nobody has accepted."""
    allowed, share = work.settings.sync.gone_allowed, work.settings.sync.gone_share_allowed
    return missing(states, as_of, allowed=allowed, share=share).open


def is_over(store: Store, school: str, as_of: datetime) -> bool:
    """Whether the school is closed and has no cases any more."""
    closed_on = store.school(school).closed_on
    return closed_on is not None and closed_on < local_day(as_of) and not store.case_ids(school)


def _copies(store: Store | None, school: str) -> tuple[Alike, ...]:
    """Which of the school's cases had the same text in their plans when they were last judged by a night."""
    return () if store is None else alike(store.prints(school))


def _add(whole: Judged, part: Judged) -> None:
    whole.assessments += part.assessments
    whole.statuses += part.statuses
    whole.problems += part.problems
    whole.complete = whole.complete and part.complete


def _problems(problems: Iterable[CaseProblem], school: str | None) -> list[Problem]:
    return [Problem(school=school, case=problem.case, kind=problem.kind, place=problem.place) for problem in problems]


def _unread(work: Workplace, school: str, at: datetime) -> list[Problem]:
    """What of ``school`` could not be read last night: all of it, single cases, those that may be any school's, and what is gone."""
    store = needed(work.remembered)
    broke_off = _broke_off(store, school)
    from ..store import MUNICIPALITY

    may_be = (*store.cases(school), *store.cases(MUNICIPALITY))
    unread = [case for case in may_be if case.problem is not None and case.vanished_at is None]
    found = [Problem(school, case.case, case.problem) for case in unread if case.problem is not None]
    found += [Problem(school, case.case, ProblemKind.GONE) for case in _missing(work, store.cases(school), at)]
    return found if broke_off is None else [Problem(school, None, broke_off), *found]


def _broke_off(store: Store, school: str) -> ProblemKind | None:
    """Why the last night that was to read ``school`` did not read it to its end; ``None`` = it did."""
    for run in store.runs():
        told = run.summary or {}
        if run.state == "failed":
            return ProblemKind(told.get("error") or ProblemKind.SOURCE_FAULT)
        looked_at = next((one for one in told.get("schools", ()) if one["school"] == school), None)
        if looked_at is not None:
            return None if looked_at["error"] is None else ProblemKind(looked_at["error"])
    return None


def needed(store: Store | None) -> Store:
    """The store that a command can't do without. Raises SettingsError where there is none."""
    if store is None:
        raise SettingsError(
            _(
                "det finnes ikke noe lager ennå: kjør skolemiljo sync først (check-school og audit leser kilden selv uten --offline)"
            )
        )
    return store


def stored_school(store: Store, number: str) -> tuple[School, datetime | None]:
    """A school as the store has it, and when it was last read to its end (``None`` = it never was)."""
    kept = store.school(number)
    school = School(organisation_number=number, name=kept.name or number, language=kept.language)
    for run in store.runs():
        schools = (run.summary or {}).get("schools", ()) if run.state in ("complete", "incomplete") else ()
        if any(looked_at["school"] == number and looked_at["error"] is None for looked_at in schools):
            return school, run.as_of
    return school, None


def _stored(store: Store, school: str | None, at: datetime, as_of: datetime) -> Judged:
    """What the night ``at`` left; it is not whole where the next night should have been by ``as_of``. The store keeps school years
    that nobody asks about any more."""
    from ..store import MUNICIPALITY

    years = school_years(at)
    return Judged(
        assessments=list(store.assessments(school, years=years)),
        statuses=list(store.cycle_statuses(school, years=years)),
        complete=as_of <= at + HOLDS
        and all(case.problem is None for owner in (school, MUNICIPALITY) for case in store.cases(owner)),
    )


def _previous(store: Store | None, school: str | None, as_of: datetime, since: date | None) -> Previous | None:
    """How it stood after the last night before the day ``since`` ended, or a week ago; after the first of our nights where
    none is so old. Nothing where there is no night but the one that is looked at."""
    nights = [] if store is None else store.nights(as_of)
    if store is None or not nights:
        return None
    wanted = as_of - _A_WEEK if since is None else datetime.combine(since, time.max, OSLO)
    moment = next((night for night in nights if night <= wanted), nights[-1])
    return None if moment == as_of else Previous(moment, store.standing(school, moment))


def _trend(store: Store | None, as_of: datetime) -> list[TrendPoint]:
    """Deviations and unknowns per day and school, over the stored nights up to ``as_of``; the municipality's own are in no map."""
    if store is None:
        return []

    # One value for each school and day, that of the day's last run: two runs of one moment are one night, not twice as much.
    last: dict[tuple[date, str], list[Tally]] = {}
    for tally in store.tallies():
        if tally.as_of <= as_of and tally.school is not None:
            night = last.setdefault((local_day(tally.as_of), tally.school), [])
            if night and night[0].run_id != tally.run_id:
                night.clear()
            night.append(tally)
    return [_point(day, school, tallies) for (day, school), tallies in last.items()]


def _point(day: date, school: str | None, tallies: Sequence[Tally]) -> TrendPoint:
    from ..store import TOO_LATE

    counts = {tally.verdict: tally.number for tally in tallies}
    return TrendPoint(
        day=day,
        school=school,
        deviations=counts.get("deviation", 0),
        unknown=counts.get("unknown", 0),
        too_late=counts.get(TOO_LATE, 0),
        complete=all(tally.complete for tally in tallies),
    )
