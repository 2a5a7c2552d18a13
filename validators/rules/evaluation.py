"""Evaluering av tiltak (EV): each measure by its day, and against its goal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ...domain.activity_plan import ActivityPlan, Evaluation, GoalReached, Measure, PlanStatus
from ...domain.case import ClosingReason
from ...domain.log import LogEntry, LogKind, Recorded
from ...domain.moment import Moment
from ...domain.value import value
from ...domain.verdict import Outcome, Reason, Verdict
from ..judge import Judge
from ..known import KnownCase, Period
from ..occasions import each_plan
from ..plan_parts import measure_scope, plan_scope
from ..proof import WEAK, from_outside
from ..reading.evaluation_dates import EvaluationDate, EvaluationSaid, evaluation_date, own_evaluation_date
from ..rule import Chapter

CHAPTER = Chapter("evaluation")


@CHAPTER.rule("EV-01")
def evaluated_against_goal(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Dokumentasjon på evaluering av tiltak opp mot mål, må gå fram av referat fra oppfølging/oppdatert aktivitetsplan.»

    Per measure where the measure has its own date, else once for the plan. Each version is judged for the dates that came
    while it was the decided one: a date that a newer version moved before it came asks a question at most.
    """
    outcomes: dict[str, Outcome] = {}
    for versions in case.histories:
        for place, plan in enumerate(versions):
            for appointment in _appointments(judge, plan):
                outcome = _evaluated(case, judge, appointment, versions[:place], versions[place + 1 :])
                if outcome is not None:
                    outcomes[appointment.scope] = outcome
    yield from outcomes.values()


@value(frozen=True, slots=True)
class _Appointment:
    """One thing to evaluate by one version of a plan: a measure with a date of its own, or the rest of the plan."""

    scope: str
    plan: ActivityPlan
    measures: tuple[Measure, ...]
    """What must be evaluated; empty = a plan that tells its measures in words."""
    alone: bool
    """Whether it is one measure with its own date."""
    when: EvaluationDate


def _appointments(judge: Judge, plan: ActivityPlan) -> Iterator[_Appointment]:
    measures = {measure.id: measure for measure in plan.measures}.values()
    rest = []
    for measure in measures:
        own = own_evaluation_date(judge, plan, measure)
        if own.said in (EvaluationSaid.A_DAY, EvaluationSaid.IN_WORDS):
            yield _Appointment(measure_scope(plan, measure), plan, (measure,), True, own)
        else:
            rest.append(measure)
    if rest or not measures:
        yield _Appointment(plan_scope(plan), plan, tuple(rest), False, evaluation_date(judge, plan))


def _evaluated(
    case: KnownCase,
    judge: Judge,
    due: _Appointment,
    earlier: Sequence[ActivityPlan],
    later: Sequence[ActivityPlan],
) -> Outcome | None:
    decided, newer = due.plan.at, next(iter(later), None)
    day = due.when.day
    if day is None or decided is None or day <= decided.day:
        if newer is not None or (day is not None and _appointed_before(judge, due, earlier)):
            return None
        return _without_a_day(case, judge, due)
    replaced = newer.at if newer is not None else None
    if newer is not None and (replaced is None or replaced.day < day):
        return _moved(case, judge, due, day, newer, replaced)
    outcome = _by_its_day(case, judge, due, day, _renewal(case, judge, due, day, later))
    open_or_met = outcome is not None and outcome.verdict in (Verdict.DUE, Verdict.MET)
    if open_or_met and _put_off(case, judge, due, day):
        return judge.review(due.scope, "date_moved_without_evaluation", due.plan, event=Moment.on(day))
    return outcome


def _renewal(
    case: KnownCase, judge: Judge, due: _Appointment, day: date, later: Sequence[ActivityPlan]
) -> ActivityPlan | None:
    """The version that may document the evaluation: of those made in time the first with news, else the very next one."""
    in_time = [plan for plan in later if _day_of(plan) <= judge.last_day(day, 0)]
    return next((plan for plan in in_time if _says_more_than_a_date(case, due.plan, plan)), next(iter(later), None))


# --- the evaluations of one appointment ------------------------------------------------------------------------------------


_WHERE = ("minutes", "updated_plan")
"""«referat fra oppfølging/oppdatert aktivitetsplan»"""


@value(frozen=True, slots=True)
class _Evaluations:
    """The evaluations of one appointment since the version was decided, by what they are worth."""

    whole: list[Evaluation]
    """with a result, against the goal, for all measures and pupils"""
    unclear: list[Evaluation]
    """with a result, or an answer to whether the goal was reached; not clear whether against the goal, or what it showed"""
    elsewhere: list[Evaluation]
    """whole, but neither in minutes nor in an updated plan, or by somebody who is not the school"""
    lacking: list[Evaluation]
    """without a result, not against the goal, or not for every measure or pupil"""

    def until(self, day: date) -> _Evaluations:
        """Those made by ``day``, or whose day is not known."""
        parts = (self.whole, self.unclear, self.elsewhere, self.lacking)
        return _Evaluations(*([one for one in part if _day_of(one) <= day] for part in parts))

    def less_than_whole(self, judge: Judge, due: _Appointment, event: Moment | None) -> Outcome | None:
        """The best that those say which are not whole; ``None`` = there are none."""
        if self.elsewhere:
            return judge.review(due.scope, _who_or_where(self.elsewhere), *self.elsewhere, event=event)
        if self.unclear:
            return judge.review(due.scope, "against_the_goal", *self.unclear, event=event)
        return judge.deviation(due.scope, Reason.INCOMPLETE, *self.lacking, event=event) if self.lacking else None


def _evaluations(case: KnownCase, judge: Judge, due: _Appointment) -> _Evaluations:
    found = _Evaluations([], [], [], [])
    decided = due.plan.at
    about = [
        evaluation
        for evaluation in case.evaluations_of(due.plan)
        if (when := evaluation.at) is None or decided is None or not when.certainly_before(decided)
    ]
    together = _covering_together(judge, about, due)
    for evaluation in about:
        if due.measures and evaluation.measures and not _measures_of(due) & set(evaluation.measures):
            continue
        whole = evaluation.id in together or _covers(evaluation, due)
        measured, says = _measured_against_goal(evaluation), judge.answers(evaluation.result, "evaluations.result")
        if not whole or measured is False or not (says or evaluation.goal_reached in _TOLD):
            found.lacking.append(evaluation)
        elif measured is None or not says:
            found.unclear.append(evaluation)
        elif evaluation.documented_in not in _WHERE or from_outside(evaluation.author):
            found.elsewhere.append(evaluation)
        else:
            found.whole.append(evaluation)
    return found


def _who_or_where(evaluations: Sequence[Evaluation]) -> str:
    """What must be asked of evaluations that stand nowhere in the plan's words, or that nobody at the school wrote."""
    return "who_did_it" if all(from_outside(evaluation.author) for evaluation in evaluations) else "where_documented"


_TOLD = (GoalReached.YES, GoalReached.PARTLY, GoalReached.NO)
"""How it went, where somebody has said it: «no» is a whole evaluation too."""


def _measured_against_goal(evaluation: Evaluation) -> bool | None:
    """Whether the measures were held against the goal; ``None`` = not said, or said both ways, which a person must settle."""
    told = evaluation.goal_reached in _TOLD
    if evaluation.goal_reached is GoalReached.UNKNOWN or (told and evaluation.against_goal is False):
        return None
    return told or evaluation.against_goal


def _of_no_plan(case: KnownCase) -> list[Evaluation]:
    """Evaluations that name no plan in a case with several: each may be of any of them."""
    several = len({plan.plan for plan in case.decided_plans}) > 1
    return [evaluation for evaluation in case.evaluations if evaluation.plan is None] if several else []


def _measures_of(due: _Appointment) -> set[str]:
    return {measure.id for measure in due.measures}


def _pupils_of(due: _Appointment) -> set[str]:
    named = {ref for measure in due.measures for ref in measure.pupils}
    return named if due.alone and named else set(due.plan.pupils) | named


def _pairs(evaluation: Evaluation, due: _Appointment) -> set[tuple[str, str]]:
    """Which measures it evaluates for which pupils («» where the plan names none of them)."""
    measures = set(evaluation.measures) & _measures_of(due) if evaluation.measures else _measures_of(due)
    pupils = set(evaluation.pupils) & _pupils_of(due) if evaluation.pupils else _pupils_of(due)
    return {(measure, pupil) for measure in measures or {""} for pupil in pupils or {""}}


def _owed(due: _Appointment) -> set[tuple[str, str]]:
    return {(measure, pupil) for measure in _measures_of(due) or {""} for pupil in _pupils_of(due) or {""}}


def _covers(evaluation: Evaluation, due: _Appointment) -> bool:
    return _owed(due) <= _pairs(evaluation, due)


def _covering_together(judge: Judge, evaluations: Iterable[Evaluation], due: _Appointment) -> set[str]:
    """Ids of evaluations of one and the same day that cover all measures and pupils only together."""
    days: dict[date, list[Evaluation]] = {}
    for evaluation in evaluations:
        when = evaluation.at
        says = judge.answers(evaluation.result, "evaluations.result") or evaluation.goal_reached in _TOLD
        if when is not None and says and _measured_against_goal(evaluation) is not False:
            days.setdefault(when.day, []).append(evaluation)
    together: set[str] = set()
    for same_day in days.values():
        if _owed(due) <= {pair for evaluation in same_day for pair in _pairs(evaluation, due)}:
            together |= {evaluation.id for evaluation in same_day}
    return together


# --- judged by the day ------------------------------------------------------------------------------------------------------


def _by_its_day(
    case: KnownCase, judge: Judge, due: _Appointment, day: date, newer: ActivityPlan | None
) -> Outcome | None:
    found = _evaluations(case, judge, due)
    closed = _closed_before(case, day)
    if closed is not None:
        return _closed_first(judge, due, day, found, closed)
    outcome = _weighed(case, judge, due, day, found, newer)
    taken_out = due.plan.status is PlanStatus.REPLACED and newer is None
    if taken_out and outcome.verdict is Verdict.DUE:
        return None
    if taken_out and outcome.reason is Reason.UNDOCUMENTED:
        return outcome.ask("replaced_without_evaluation", due.plan)
    if not due.when.sure and outcome.verdict is Verdict.DEVIATION:
        return outcome.ask("date_in_words", due.plan)
    unnamed = [evaluation for evaluation in _of_no_plan(case) if _day_of(evaluation) >= day]
    if unnamed and outcome.reason is Reason.UNDOCUMENTED:
        return outcome.ask("which_plan", *unnamed)
    return outcome


def _weighed(
    case: KnownCase, judge: Judge, due: _Appointment, day: date, found: _Evaluations, newer: ActivityPlan | None
) -> Outcome:
    """The best that can be said: evaluated on the day, in an updated plan, doubtfully, lackingly, late, early, or not."""
    limit = judge.last_day(day, 0)
    whole = _on_the_day(judge, due, day, found.whole)
    if whole.verdict is Verdict.MET:
        shown = [e for e in found.whole if e.id in whole.evidence]
        together = [e.id for e in found.whole if any(_day_of(e) == _day_of(first) for first in shown)]
        return whole.but(evidence=tuple(together))
    changes = newer is not None and _says_more_than_a_date(case, due.plan, newer)
    renewed = _on_the_day(judge, due, day, [newer]) if newer is not None and changes else None
    if renewed is not None and renewed.verdict is Verdict.MET:
        return renewed.with_remarks(WEAK)
    minutes = _minutes(case, due)
    doubtful: tuple[tuple[Sequence[Recorded], str], ...] = (
        (found.elsewhere, _who_or_where(found.elsewhere)),
        (found.unclear, "against_the_goal"),
        (minutes, "minutes_only"),
    )
    for entries, question in doubtful:
        if entries and (outcome := _on_the_day(judge, due, day, entries)).verdict is Verdict.MET:
            return outcome.ask(question)
    if found.lacking and (lacking := _on_the_day(judge, due, day, found.lacking)).verdict is Verdict.MET:
        return lacking.but(verdict=Verdict.DEVIATION, reason=Reason.INCOMPLETE)
    if whole.verdict is not Verdict.DUE and whole.reason is not Reason.UNDOCUMENTED:
        return whole  # late, or in doubt about its time
    if judge.today <= limit:
        return whole
    if renewed is not None and renewed.reason is Reason.LATE:
        return renewed
    if newer is not None and not changes:
        return whole.ask("only_the_date_moved", newer)
    late = [item for item in (*found.elsewhere, *found.unclear, *minutes) if _day_of(item) > limit]
    if late:
        return whole.ask("minutes_only" if late[0] in minutes else "against_the_goal", *late)
    late_and_lacking = [evaluation for evaluation in found.lacking if _day_of(evaluation) > limit]
    if late_and_lacking:
        return whole.because(Reason.INCOMPLETE).with_evidence(*late_and_lacking)
    before = [e for e in (*found.whole, *found.elsewhere, *found.unclear) if _day_of(e) < day]
    return whole.ask("evaluated_early", *before) if before else whole


def _on_the_day(judge: Judge, due: _Appointment, day: date, entries: Sequence[Recorded]) -> Outcome:
    """``entries`` weighed as something due on ``day``; what came before the day, or the week that is named, is left out here."""
    begins = due.when.begins or day
    within = [entry for entry in entries if begins <= _day_of(entry) < day]
    if within and due.when.day == day:
        own = judge.by_day(due.scope, Moment.on(_day_of(within[0])), within, days=0, answers=False)
        return own.but(deadline=judge.last_day(day, 0), counted_from=day, event_day=day)
    since = [entry for entry in entries if _day_of(entry) >= day]
    return judge.by_day(due.scope, Moment.on(day), since, days=0, answers=False)


def _day_of(item: Recorded) -> date:
    when = item.at
    return when.day if when is not None else date.min


def _minutes(case: KnownCase, due: _Appointment) -> list[LogEntry]:
    """«referat fra oppfølging» about this plan; one that names none counts where the case has a single plan."""
    alone = len({plan.plan for plan in case.decided_plans}) == 1
    return [
        entry
        for entry in case.all(LogKind.FOLLOW_UP)
        if (entry.plan == due.plan.plan or (entry.plan is None and alone))
        and (entry.measure is None or not due.measures or entry.measure in _measures_of(due))
        and entry.held is not False
    ]


def _says_more_than_a_date(case: KnownCase, plan: ActivityPlan, newer: ActivityPlan) -> bool:
    """Whether the newer version differs in anything but dates: else it only puts the evaluation off, or lets the measures go on.

    What can't be seen in one of them is no difference.
    """
    seen = (name for name in _CONTENT if not case.cannot_see(f"activity_plans.{name}"))
    return any(_content(plan, name) != _content(newer, name) for name in seen)


_NO_DATES = {"evaluate_on": None, "evaluate_when": None, "start": None, "end": None}
_CONTENT = (
    "measures",
    "problem",
    "measures_text",
    "when",
    "responsible",
    "goal",
    "summary_of_enquiry",
    "assessments",
    "further_plans",
    "pupil_contribution",
    "best_interest",
)


def _content(plan: ActivityPlan, name: str) -> object:
    if name == "measures":
        return tuple(m.model_copy(update=_NO_DATES) for m in plan.measures)
    return getattr(plan, name)


# --- dates that were moved, that nobody can read, or that the case did not live to see ---------------------------------------


def _moved(
    case: KnownCase,
    judge: Judge,
    due: _Appointment,
    day: date,
    newer: ActivityPlan,
    replaced: Moment | None,
) -> Outcome | None:
    """The version was replaced before its date came: a question where the same thing got a later date and no evaluation."""
    ahead = [a.when.day for a in _appointments(judge, newer) if _same_thing(a, due)]
    if not any(other is not None and other > day for other in ahead):
        return None
    done = _evaluations(case, judge, due)
    if any(replaced is None or _day_of(e) <= replaced.day for e in (*done.whole, *done.elsewhere, *done.unclear)):
        return None
    return judge.review(due.scope, "date_moved_without_evaluation", due.plan, newer, event=Moment.on(day))


def _put_off(case: KnownCase, judge: Judge, due: _Appointment, day: date) -> bool:
    """Whether the date was changed to a later one within the version itself, and nothing had been evaluated by then."""
    changed = [
        edit.at.day
        for edit in due.plan.edits
        if edit.field.rpartition(".")[2] == "evaluate_on"
        and edit.previous is not None
        and edit.previous.day < day
        and edit.at.known_at(case.as_of)
    ]
    if not changed:
        return False
    done = _evaluations(case, judge, due)
    first = min((_day_of(e) for e in (*done.whole, *done.elsewhere, *done.unclear)), default=date.max)
    return any(when < first for when in changed)


def _same_thing(one: _Appointment, other: _Appointment) -> bool:
    return bool(_measures_of(one) & _measures_of(other)) or (not one.alone and not other.alone)


def _appointed_before(judge: Judge, due: _Appointment, earlier: Sequence[ActivityPlan]) -> bool:
    """Whether an earlier version set this same date: then it is judged there, and only stands here still."""
    return any(
        appointment.when.day == due.when.day and _same_thing(appointment, due)
        for plan in earlier
        for appointment in _appointments(judge, plan)
    )


def _without_a_day(case: KnownCase, judge: Judge, due: _Appointment) -> Outcome | None:
    """No day to count to. An evaluation is good whenever it comes; a case closed without one has not evaluated at all."""
    found, event = _evaluations(case, judge, due), due.plan.at
    if found.whole:
        return judge.met(due.scope, found.whole[0], event=event)
    less = found.less_than_whole(judge, due, event)
    if less is not None or due.plan.status is not PlanStatus.CURRENT:
        return less
    if case.closed is not None:
        if case.closed.reason in (ClosingReason.MOVED, ClosingReason.UNFOUNDED):
            return None
        return judge.deviation(due.scope, Reason.UNDOCUMENTED, due.plan, event=event)
    if due.when.said in (EvaluationSaid.A_DAY, EvaluationSaid.IN_WORDS):
        question = "date_in_words" if due.when.said is EvaluationSaid.IN_WORDS else "no_date_ahead"
        return judge.review(due.scope, question, due.plan, event=event)
    return None  # field e is empty: AP-E says so


def _closed_before(case: KnownCase, day: date) -> Period | None:
    """The period that had ended before ``day`` came, unless the case had been opened again by then."""
    begun = [period for period in case.periods if period.opened.day <= day]
    last = begun[-1] if begun else None
    return last if last is not None and last.closed is not None and last.closed.day < day else None


def _closed_first(judge: Judge, due: _Appointment, day: date, found: _Evaluations, period: Period) -> Outcome | None:
    """The case was closed before the date: the last evaluation before that was the one to go by."""
    event, by_then = period.closed, found.until(day)
    if by_then.whole:
        return judge.met(due.scope, by_then.whole[-1], event=event)
    if period.reason in (ClosingReason.MOVED, ClosingReason.UNFOUNDED):
        return None
    asked = judge.review(due.scope, "closed_before_the_date", due.plan, event=event, deadline=day)
    return by_then.less_than_whole(judge, due, event) or asked


@CHAPTER.each("EV-02", each_plan)
def goal_stated(_case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
    """«evaluering av tiltak opp mot mål»: per current plan, a goal for the whole or for every measure."""
    each = [judge.answers(measure.goal, "activity_plans.measures.goal") for measure in plan.measures]
    if judge.answers(plan.goal, "activity_plans.goal") or (each and all(each)):
        return judge.met(plan_scope(plan), plan, event=plan.at, remarks=judge.presence_remarks())
    return judge.review(plan_scope(plan), "no_goal", plan, event=plan.at)
