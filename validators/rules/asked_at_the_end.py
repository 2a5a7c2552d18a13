"""The pupil herself is asked before a case is closed (EV-03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...domain.log import Hearing, LogEntry, LogKind
from ...domain.moment import Moment, latest
from ...domain.verdict import Outcome, scope_of
from ..heard import HEARD
from ..judge import Judge
from ..known import KnownCase, Period
from ..proof import DECLINED, sort
from ..rule import Chapter

CHAPTER = Chapter("evaluation")


@CHAPTER.rule("EV-03")
def pupil_asked_at_the_end(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«barns subjektive opplevelse skal være et grunnleggende hensyn»: per affected pupil and closing."""
    for pupil in case.affected:
        outcomes: dict[str, Outcome] = {}
        for period in case.periods:
            if period.closed is None or period.moved is not None:
                continue
            if pupil.joined_at is not None and period.closed.certainly_before(pupil.joined_at):
                continue
            scope = scope_of(pupil=pupil.ref, closed=period.closed.day.isoformat())
            outcomes[scope] = _asked(case, judge, scope, pupil.ref, period, period.closed)
        yield from outcomes.values()


def _asked(case: KnownCase, judge: Judge, scope: str, pupil: str, period: Period, closed: Moment) -> Outcome:
    since = _last_measure(case, pupil, period, closed) or period.opened
    talks = [
        entry
        for entry in case.for_pupil(pupil, LogKind.PUPIL_CONVERSATION)
        if entry.can_follow(since)
        and entry.can_precede(closed)
        and (entry.held is not False or entry.hearing is not None)
    ]
    shown = sort(case, judge, HEARD, talks, pupil=pupil)
    held = [entry for entry in shown.sure if entry.hearing is not Hearing.DECLINED]
    declined = [entry for entry in shown.sure if entry.hearing is Hearing.DECLINED]
    if held:
        return _what_was_said(judge, scope, held[-1], since, closed)
    if declined:
        return judge.met(scope, declined[-1], event=closed, remarks=(DECLINED,))
    if shown.doubtful:
        return judge.review(scope, shown.doubtful[0].why, shown.doubtful[0].item, event=closed)
    if any(entry.hearing is Hearing.HEARD for entry in talks):
        return judge.review(scope, "heard_but_not_held", *talks, event=closed)
    return judge.review(scope, "offered_only" if talks else "not_asked", *talks, event=closed)


def _what_was_said(judge: Judge, scope: str, talk: LogEntry, since: Moment, closed: Moment) -> Outcome:
    when = talk.at
    if talk.feels_safe is False:
        return judge.review(scope, "says_unsafe", talk, event=closed)
    if when is None or since.before(when) is None or when.before(closed) is None:
        return judge.review(scope, "order_unclear", talk, event=closed)
    if talk.happened_at is None:
        return judge.review(scope, "time_unknown", talk, event=closed)
    if (closed.day - when.day) > timedelta(weeks=judge.plan.readings.heard_again_after_weeks):
        return judge.review(scope, "asked_long_before", talk, event=closed, remarks=judge.elapsed(when.day, closed.day))
    return judge.met(scope, talk, event=closed)


def _last_measure(case: KnownCase, pupil: str, period: Period, closed: Moment) -> Moment | None:
    """When the last measure for ``pupil`` was over in ``period``: by the log or the plans' own dates, else when decided.

    A measure that names nobody may be hers too. One without an end, or that goes on after the closing, counts from when it began.
    """
    plans = [plan for plan in case.decided_plans if pupil in case.pupils_of_plan(plan)]
    begun = [entry.at for entry in case.all(LogKind.MEASURE_STARTED) if _may_be_hers(case, entry, pupil)]
    begun += [
        Moment.on(day)
        for plan in plans
        for measure in plan.measures
        for day in (measure.start, measure.end)
        if day is not None and (not measure.pupils or pupil in measure.pupils)
    ]
    reopened = period.opened if period != case.periods[0] else None
    for moments in (begun, [plan.at for plan in plans]):
        within = [
            moment
            for moment in moments
            if moment is not None
            and not closed.certainly_before(moment)
            and (reopened is None or not moment.certainly_before(reopened))
        ]
        if within:
            return latest(within)
    return None


def _may_be_hers(case: KnownCase, started: LogEntry, pupil: str) -> bool:
    """Whether the measure that was put into effect can be for ``pupil``: by its own word, else by its plan's."""
    if started.pupils:
        return pupil in started.pupils
    versions = [plan for plan in case.decided_plans if plan.plan == started.plan]
    return not versions or any(pupil in case.pupils_of_plan(plan) for plan in versions)
