"""Dokumentasjon (DOK): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("documentation", Text("Dokumentasjon", "Dokumentasjon"))
