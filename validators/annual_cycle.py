"""Ansvar, forankring og oppfølging: årshjulet (AAR): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter(
    "annual_cycle",
    Text("Ansvar, forankring og oppfølging: årshjulet", "Ansvar, forankring og oppfølging: årshjulet"),
)
