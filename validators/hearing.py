"""Å bli hørt / samtaler med barn (HB): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("hearing", Text("Å bli hørt / samtaler med barn", "Å bli høyrd / samtalar med barn"))
