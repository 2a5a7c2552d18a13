"""Forebygging og de fem delpliktene (FO, DP, FM): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("prevention", Text("Forebygging og de fem delpliktene", "Førebygging og dei fem delpliktene"))
