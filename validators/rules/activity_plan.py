"""What the activity plan holds: its sections (TI-08, TI-09, TI-10) and its fields a to e (AP-A to AP-E), in the plan's order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from ...domain.activity_plan import ActivityPlan, Measure
from ...domain.people import Actor, Role
from ...domain.verdict import Outcome, Reason, Verdict
from ..judge import UNANSWERED, Judge
from ..known import KnownCase
from ..occasions import each_measure, each_plan
from ..plan_parts import Grade, answered, graded, plan_field, plan_scope, unless_repeated
from ..proof import WEAK, from_outside
from ..reading.answers import read_answer
from ..reading.evaluation_dates import EvaluationSaid, evaluation_date
from ..reading.responsible import Who, responsible
from ..reading.said import Place, Said
from ..reading.times import begins_on, names_a_time, over_by
from ..rule import Chapter

CHAPTER = Chapter("measures")


def _section(code: str, field: str) -> None:
    """Enters a rule about one section of the plan: it is filled in."""

    def filled_in(case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
        return plan_field(case, judge, plan, f"activity_plans.{field}", getattr(plan, field))

    CHAPTER.each(code, each_plan)(filled_in)


_section("TI-08", "summary_of_enquiry")
_section("TI-09", "assessments")
_section("TI-10", "further_plans")


# --- «og skal som minimum inneholde» a) – f) ------------------------------------------------------------------------------


@CHAPTER.each("AP-A", each_plan)
def problem_stated(case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
    """«hvilket problem tiltakene skal løse»: per current plan; a draft or replaced version answers nothing."""
    return plan_field(case, judge, plan, "activity_plans.problem", plan.problem)


@CHAPTER.each("AP-B", each_plan)
def measures_stated(case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
    """«hvilke tiltak skolen har planlagt»: per current plan, at least one, and each with words."""
    scope, event = plan_scope(plan), plan.at
    said = [judge.said(measure.text, "activity_plans.measures.text") for measure in plan.measures]
    in_words = judge.said(plan.measures_text, "activity_plans.measures_text")
    full = all(one is Said.ANSWER for one in said)
    if in_words is not Said.ANSWER and not (said and full):
        doubt = next((UNANSWERED[one] for one in (*said, in_words) if one in UNANSWERED), None)
        if doubt is None or Said.NOTHING in said:
            return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
        return judge.review(scope, doubt, plan, event=event)
    # An empty row beside measures told in words, or a placeholder beside full rows: shown, but not in its place.
    placeholder = in_words is not Said.ANSWER and bool((plan.measures_text or "").strip())
    remarks = (WEAK,) if placeholder or not full else ()
    shown = judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *remarks))
    path = "activity_plans.measures_text" if in_words is Said.ANSWER else "activity_plans.measures.text"
    return unless_repeated(case, judge, plan, path, shown)


@CHAPTER.each("AP-C", each_measure)
def carried_out_when(case: KnownCase, judge: Judge, scope: str, plan: ActivityPlan, measure: Measure | None) -> Outcome:
    """«når tiltakene skal gjennomføres»: per measure of each current plan; the plan's own field may answer for all."""
    if _over_before_notice(case, judge, plan, measure):
        return judge.review(scope, "over_before_notice", plan, event=plan.at)
    times = _or_pointed_at(plan.when, "c", names_a_time)
    grades = [graded(judge, words, times) for words in ([measure.when] if measure is not None else []) + [plan.when]]
    if measure is not None and measure.start is not None and measure.end is not None and measure.end < measure.start:
        return judge.review(scope, "ends_before_it_starts", plan, event=plan.at)
    if measure is not None and (measure.start is not None or measure.end is not None):
        return _dated(judge, scope, plan, grades)
    return answered(judge, scope, plan, grades, "no_fixed_time")


def _or_pointed_at(whole: str | None, letter: str, answers: Callable[[str], bool]) -> Callable[[str], bool]:
    """Whether a measure's text answers, or points at the same field of the whole plan, and that answers."""

    def says(text: str) -> bool:
        pointer = read_answer(text).pointer
        to_whole = pointer is not None and (pointer.place is Place.PLAN or pointer.letter == letter)
        return answers(text) or (to_whole and whole is not None and answers(whole))

    return says


def _over_before_notice(case: KnownCase, judge: Judge, plan: ActivityPlan, measure: Measure | None) -> bool:
    """Whether the time that is given was over before the first notice came: then nothing was to be done after it."""
    arrivals = [when.day for notice in case.notices if (when := notice.at) is not None]
    if not arrivals:
        return False
    notice, decided = min(arrivals), plan.at
    if measure is not None and measure.end is not None:
        return measure.end < notice
    if measure is not None and measure.start is not None:
        return False
    words = next((w for w in (measure.when if measure is not None else None, plan.when) if (w or "").strip()), None)
    over = over_by(words, decided.day if decided is not None else notice) if words and judge.read_text else None
    return over is not None and over < notice


def _dated(judge: Judge, scope: str, plan: ActivityPlan, grades: Sequence[Grade]) -> Outcome:
    """A date answers whatever the texts beside it say; a placeholder there makes it weak."""
    remarks = (WEAK,) if Grade.PLACEHOLDER in grades else ()
    return judge.met(scope, plan, event=plan.at, remarks=remarks)


@CHAPTER.each("AP-D", each_measure)
def responsible_named(
    _case: KnownCase, judge: Judge, scope: str, plan: ActivityPlan, measure: Measure | None
) -> Outcome:
    """«hvem som er ansvarlig for gjennomføringen av tiltakene»: per measure of each current plan."""
    named = _or_pointed_at(plan.responsible, "d", _names_somebody)
    whole, event = graded(judge, plan.responsible, named), plan.at
    own = measure.responsible if measure is not None and (measure.responsible or "").strip() else plan.responsible
    if (
        judge.read_text
        and own
        and responsible(own) is Who.OUTSIDE
        and (measure is None or measure.responsible_role is None)
    ):
        return judge.review(scope, "not_the_school", plan, event=event)
    if measure is None:
        return answered(judge, scope, plan, [whole], "a_team")
    role, text = _role_grade(measure.responsible_role), graded(judge, measure.responsible, named)
    role_of = measure.responsible_role
    if from_outside(role_of) or (role_of is not None and role_of.acts_as(Role.EXTERNAL)):
        return judge.review(scope, "not_the_school", plan, event=event)
    if role is Grade.GOOD:
        return _dated(judge, scope, plan, [text])
    if role is Grade.DOUBTFUL and text is not Grade.GOOD:
        return judge.review(scope, "a_team", plan, event=event)
    outcome = answered(judge, scope, plan, [text, whole], "a_team")
    if outcome.verdict is Verdict.DEVIATION and judge.answers(measure.carried_out_by):
        return judge.review(scope, "only_who_carries_out", plan, event=event)
    return outcome


def _names_somebody(text: str) -> bool:
    return responsible(text) is Who.SOMEBODY


def _role_grade(actor: Actor | None) -> Grade:
    """A role is an answer where it points at one person; «ansatte» and «pedagogisk personale» do so only with a person."""
    if actor is None or actor.role in (Role.UNKNOWN, Role.SYSTEM, Role.ANONYMOUS):
        return Grade.EMPTY
    if actor.ref is None and actor.role in (Role.TEACHER, Role.STAFF):
        return Grade.DOUBTFUL
    return Grade.GOOD


@CHAPTER.each("AP-E", each_measure)
def evaluated_when(_case: KnownCase, judge: Judge, scope: str, plan: ActivityPlan, measure: Measure | None) -> Outcome:
    """«når tiltakene skal evalueres»: per measure of each current plan; a day that lies after the plan's own."""
    when, event = evaluation_date(judge, plan, measure), plan.at
    if when.said in (EvaluationSaid.NOTHING, EvaluationSaid.PLACEHOLDER):
        return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
    weak = (WEAK,) if when.weakly else ()
    if when.day is None:
        if not judge.read_text:
            return judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *weak))
        return judge.review(scope, "no_fixed_day", plan, event=event)
    if event is None or when.day <= event.day:
        return judge.review(scope, "not_after_the_plan", plan, event=event)
    begins = _begins(judge, plan, measure)
    if begins is not None and when.day < begins:
        return judge.review(scope, "evaluated_before_it_begins", plan, event=event)
    return judge.met(scope, plan, event=event, remarks=weak)


def _begins(judge: Judge, plan: ActivityPlan, measure: Measure | None) -> date | None:
    """When the measure begins, by its own date or by field c."""
    if measure is not None and measure.start is not None:
        return measure.start
    words, decided = (measure.when if measure is not None else None) or plan.when, plan.at
    return begins_on(words, decided.day) if words and decided is not None and judge.read_text else None
