"""The texts of a plan together: a sentence that stands in several of its fields."""

from __future__ import annotations

from ...domain.activity_plan import ActivityPlan
from .answers import SAME_IN, repeated

_OWN = ("problem", "measures_text", "goal", "summary_of_enquiry", "assessments", "further_plans", "pupil_contribution")


def texts_of(plan: ActivityPlan) -> dict[str, list[str | None]]:
    """The texts of ``plan`` by the path of their field; the assessment of the child's best is one field."""
    texts: dict[str, list[str | None]] = {f"activity_plans.{name}": [getattr(plan, name)] for name in _OWN}
    for name in ("text", "goal"):
        texts[f"activity_plans.measures.{name}"] = [getattr(measure, name) for measure in plan.measures]
    assessment = plan.best_interest
    said = [part for part in vars(assessment).values() if isinstance(part, str)] if assessment is not None else []
    return {**texts, "activity_plans.best_interest": [*said]}


def repeated_in(plan: ActivityPlan, fields: int = SAME_IN) -> frozenset[str]:
    """The fields (by path) of ``plan`` that hold a sentence which stands word for word in that many of its fields or more."""
    return repeated(texts_of(plan), fields)
