"""Skjerpet aktivitetsplikt (SK): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("staff_suspicion", Text("Skjerpet aktivitetsplikt", "Skjerpa aktivitetsplikt"))
