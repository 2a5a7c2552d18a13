"""How a duty is judged; here the one registry of rules, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Rule
from .rules import (
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
