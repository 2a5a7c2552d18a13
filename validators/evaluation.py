"""Evaluering av tiltak (EV): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("evaluation", Text("Evaluering av tiltak", "Evaluering av tiltak"))
