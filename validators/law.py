"""Plikter i loven som planen ikke nevner (L): the rules of this chapter, in the plan's order."""

from __future__ import annotations

from .rule import Chapter, Text

CHAPTER = Chapter("law", Text("Plikter i loven som planen ikke nevner", "Plikter i lova som planen ikkje nemner"))
