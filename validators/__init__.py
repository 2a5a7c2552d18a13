"""The rules: one file is one chapter of the plan, in the plan's order, readable by a jurist."""

from __future__ import annotations

from . import (
    annual_cycle,
    best_interest,
    documentation,
    enquiry,
    evaluation,
    hearing,
    intervention,
    law,
    measures,
    metadata,
    notification,
    prevention,
    staff_suspicion,
)
from .rule import Chapter, Rule

CHAPTERS: tuple[Chapter, ...] = (
    metadata.CHAPTER,
    annual_cycle.CHAPTER,
    prevention.CHAPTER,
    intervention.CHAPTER,
    notification.CHAPTER,
    enquiry.CHAPTER,
    measures.CHAPTER,
    evaluation.CHAPTER,
    hearing.CHAPTER,
    best_interest.CHAPTER,
    documentation.CHAPTER,
    staff_suspicion.CHAPTER,
    law.CHAPTER,
)
"""The one registry, in the plan's order."""

RULES: dict[str, Rule] = {rule.code: rule for chapter in CHAPTERS for rule in chapter.rules}
"""Every rule by its code."""
