"""Plikt til å gripe inn (GI): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("intervention", Text("Plikt til å gripe inn", "Plikt til å gripe inn"))
