"""«Planen skal være dynamisk» (TI-11): gone through again when time has passed or something new is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...domain.activity_plan import ActivityPlan
from ...domain.log import Recorded
from ...domain.moment import Moment, end_of
from ...domain.verdict import Outcome, Verdict, scope_of
from ..judge import Judge
from ..known import KnownCase
from ..rule import Chapter

CHAPTER = Chapter("measures")


@CHAPTER.rule("TI-11")
def plan_kept_up(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Planen skal være dynamisk, og må oppdateres etter hvert.»: per current plan of an open case."""
    if case.closed is not None:
        return
    for plan in case.current_plans:
        touched = [(when, item) for item in (plan, *case.evaluations_of(plan)) if (when := item.at) is not None]
        newest = sorted(touched, key=lambda pair: pair[0].sort_key, reverse=True)
        outcomes = [_kept_up(case, judge, plan, item, when) for when, item in newest]
        # Where the last evaluation is in doubt, the plan was gone through no less by the time before it.
        yield next((outcome for outcome in outcomes if outcome.verdict is not Verdict.REVIEW), outcomes[0])


def _kept_up(case: KnownCase, judge: Judge, plan: ActivityPlan, item: Recorded, last: Moment) -> Outcome:
    """``item``: the version or evaluation by which the plan was last gone through, at ``last``."""
    scope, event = scope_of(plan=plan.plan), plan.at
    news = [
        (when, notice)
        for notice in case.notices
        if (when := notice.at) is not None
        and last.certainly_before(when)
        and (not plan.pupils or any(pupil.ref in plan.pupils for pupil in case.pupils_of(notice)))
    ]
    stale = last.day + timedelta(weeks=judge.plan.readings.plan_unchanged_after_weeks)
    if news:
        arrived, notice = min(news, key=lambda pair: pair[0].sort_key)
        answer_by = judge.calendar.add(arrived.day, judge.plan.readings.ladder("TI-11").review_after)
        answer_by = min(answer_by, stale)
        remarks = judge.uncounted(arrived.day, answer_by)
        if judge.today > answer_by:
            return judge.review(scope, "new_information", plan, notice, event=event, remarks=remarks)
        return Outcome(
            scope=scope,
            verdict=Verdict.DUE,
            asks_after=answer_by,
            counted_from=arrived.day,
            event_day=event.day if event else None,
            evidence=(notice.id,),
            remarks=remarks,
            changes_at=end_of(answer_by),
        )
    if judge.today > stale:
        return judge.review(scope, "unchanged", plan, event=event)
    return judge.met(scope, plan, item, event=event).but(changes_at=end_of(stale))
