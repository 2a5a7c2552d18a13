"""How a duty is judged; here the one registry of rules, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Rule
from .rules import (
    activity_plan,
    annual_cycle,
    asked_at_the_end,
    best_interest,
    documentation,
    enquiry,
    enquiry_carried_out,
    evaluation,
    first_meeting,
    heard_in_staff_cases,
    hearing,
    intervention,
    law,
    measures,
    metadata,
    notification,
    owner_notice,
    plan_best_interest,
    plan_for_each_pupil,
    plan_kept_up,
    prevention,
    pupil_told,
    staff_suspicion,
)

CHAPTERS: tuple[Chapter, ...] = tuple(
    Chapter(name, [rule for file in files for rule in file.CHAPTER.rules])
    for name, files in {
        "metadata": (metadata,),
        "annual_cycle": (annual_cycle,),
        "prevention": (prevention,),
        "intervention": (intervention,),
        "notification": (notification, pupil_told, owner_notice),
        "enquiry": (first_meeting, enquiry, enquiry_carried_out),
        "measures": (measures, plan_for_each_pupil, activity_plan, plan_best_interest, plan_kept_up),
        "evaluation": (evaluation, asked_at_the_end),
        "hearing": (hearing,),
        "best_interest": (best_interest,),
        "documentation": (documentation,),
        "staff_suspicion": (staff_suspicion, heard_in_staff_cases),
        "law": (law,),
    }.items()
)
"""The one registry, in the plan's order; a long chapter has a file for each duty."""

RULES: dict[str, Rule] = {rule.code: rule for chapter in CHAPTERS for rule in chapter.rules}
"""Every rule by its code."""
