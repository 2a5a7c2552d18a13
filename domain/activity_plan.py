"""The activity plan (aktivitetsplan) in all its versions, its measures and their evaluations."""

from __future__ import annotations

from enum import StrEnum

from .base import Frozen, Ref
from .log import BestInterest, Recorded
from .moment import Day
from .people import Actor


class PlanStatus(StrEnum):
    """Where a version stands. A draft decides nothing; a replaced version rescues nothing."""

    DRAFT = "draft"
    CURRENT = "current"
    REPLACED = "replaced"


class MeasureType(StrEnum):
    """What kind of measure, where the source says; two of them need an enkeltvedtak of their own."""

    ORDINARY = "ordinary"
    PROTECTIVE = "protective"
    """skjerming/vern som settes inn straks"""
    CHANGE_OF_SCHOOL = "change_of_school"
    EXPULSION = "expulsion"


class Measure(Frozen):
    """One measure (tiltak)."""

    id: Ref
    text: str | None = None
    type: MeasureType = MeasureType.ORDINARY
    pupils: tuple[Ref, ...] = ()
    start: Day | None = None
    end: Day | None = None
    when: str | None = None
    """«når» in words, where no dates are given."""
    responsible: str | None = None
    """Who is responsible, in the source's words (a name may stand here: memory only)."""
    responsible_role: Actor | None = None
    carried_out_by: str | None = None
    evaluate_on: Day | None = None
    evaluate_when: str | None = None
    goal: str | None = None


class ActivityPlan(Recorded):
    """One version of an activity plan. ``happened_at`` is when this version was decided."""

    plan: Ref
    """Id that all versions of the same plan share."""
    version: int = 1
    status: PlanStatus = PlanStatus.DRAFT
    pupils: tuple[Ref, ...] = ()
    """Pupils the plan names; empty = a plan for a class or group that names none."""
    problem: str | None = None
    """a) hvilket problem tiltakene skal løse"""
    measures_text: str | None = None
    """b) in words, where the source has no measure rows"""
    measures: tuple[Measure, ...] = ()
    """b) hvilke tiltak skolen har planlagt"""
    when: str | None = None
    """c) når tiltakene skal gjennomføres, for the whole plan"""
    responsible: str | None = None
    """d) hvem som er ansvarlig, for the whole plan"""
    evaluate_on: Day | None = None
    """e) når tiltakene skal evalueres, for the whole plan"""
    evaluate_when: str | None = None
    """e) in words"""
    best_interest: BestInterest | None = None
    """f) vurderinga av barnets beste"""
    best_interest_ref: Ref | None = None
    """Id of a log entry that holds the assessment instead."""
    summary_of_enquiry: str | None = None
    assessments: str | None = None
    further_plans: str | None = None
    pupil_contribution: str | None = None
    analysis_ref: Ref | None = None
    """Id of the analysis the plan builds on."""
    rests_on: tuple[Ref, ...] = ()
    """Ids of the logs the plan builds on."""
    goal: str | None = None
    template: str | None = None
    """Id of the template it was made from."""

    def chooses_other_measures_than(self, before: ActivityPlan) -> bool:
        """Whether this version has a measure, or measures in words, that the version ``before`` did not have."""
        known = {(measure.id, measure.text) for measure in before.measures}
        added = any((measure.id, measure.text) not in known for measure in self.measures)
        return added or self.measures_text != before.measures_text


class GoalReached(StrEnum):
    """How it went, measured against the goal. «No» is as whole an evaluation as «yes»."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    """det er ikke mulig å si ennå"""


class Evaluation(Recorded):
    """An evaluation of measures against their goal."""

    plan: Ref | None = None
    measures: tuple[Ref, ...] = ()
    """Ids of the measures evaluated; empty = all of the plan."""
    result: str | None = None
    against_goal: bool | None = None
    """Whether the measures were measured against the goal («evaluert opp mot mål»). It does not say how it went: ``goal_reached`` does."""
    goal_reached: GoalReached | None = None
    """Whether the goal was reached; ``None`` = the source has no such field."""
    documented_in: str | None = None
    """``minutes`` (referat fra oppfølging) or ``updated_plan`` (oppdatert aktivitetsplan); any other word is asked about."""
    pupils: tuple[Ref, ...] = ()
