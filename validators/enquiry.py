"""Plikt til å undersøke (UN): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("enquiry", Text("Plikt til å undersøke", "Plikt til å undersøkje"))
