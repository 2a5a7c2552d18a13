"""Where the functions that judge stand, and how they are loaded."""

from __future__ import annotations

from functools import cache
from importlib import import_module

FILES = {
    "metadata": ("metadata",),
    "annual_cycle": ("annual_cycle",),
    "prevention": ("prevention",),
    "intervention": ("intervention",),
    "notification": ("notification", "pupil_told", "owner_notice"),
    "enquiry": ("first_meeting", "enquiry", "enquiry_carried_out"),
    "measures": ("measures", "plan_for_each_pupil", "activity_plan", "plan_best_interest", "plan_kept_up"),
    "evaluation": ("evaluation", "asked_at_the_end"),
    "hearing": ("hearing",),
    "best_interest": ("best_interest",),
    "documentation": ("documentation",),
    "staff_suspicion": ("staff_suspicion", "heard_in_staff_cases"),
    "law": ("law",),
}
"""The files in rules/ of each chapter, in the plan's order; a long chapter has a file for each duty."""


@cache
def load_rules() -> None:
    """Loads the functions that judge. Whoever only tells what a rule is, or what was judged, needs none of them."""
    for file in (file for files in FILES.values() for file in files):
        import_module(f".rules.{file}", __package__)
