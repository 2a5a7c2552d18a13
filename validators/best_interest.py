"""Barns beste: vurdere, vekte, vise (BB): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("best_interest", Text("Barns beste: vurdere, vekte, vise", "Barns beste: vurdere, vekte, vise"))
