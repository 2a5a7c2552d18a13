"""Plikt til å varsle (VA): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("notification", Text("Plikt til å varsle", "Plikt til å varsle"))
