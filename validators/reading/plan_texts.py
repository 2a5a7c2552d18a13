"""The texts of a plan together: a sentence that stands in several of its fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ...domain.activity_plan import ActivityPlan
from .answers import read_answer
from .bare_words import bare
from .said import Said

SAME_IN = 3
"""In how many fields the same sentence is a question: it can't be the answer to all of them."""
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


def repeated(texts: Mapping[str, Iterable[str | None]], in_fields: int = SAME_IN) -> frozenset[str]:
    """The fields (by path) whose text, in any of its rows, stands word for word in ``in_fields`` fields or more.

    Rows of one field count once: the same person may be responsible for every measure.
    """
    fields: dict[str, set[str]] = defaultdict(set)
    for path, rows in texts.items():
        for text in rows:
            words = bare(text) if text is not None else ""
            if words:
                fields[words].add(path)
    answered = (
        {path for path in paths if read_answer(words, path).said is Said.ANSWER}
        for words, paths in fields.items()
        if len(paths) >= in_fields
    )
    return frozenset(path for paths in answered if len(paths) >= in_fields for path in paths)
