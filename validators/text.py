"""Reading texts, in memory only: is a field more than a placeholder? Presence is not quality, and never length."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

_NOT_WORDS = re.compile(r"[^0-9a-zæøåéèêòóôüäö]+")
KEPT = 4096
"""Answers about texts that are kept while one case is judged: many rules ask the same of the same field."""


@cache
def _placeholders() -> frozenset[str]:
    raw = tomllib.loads((files("skolemiljo.validators") / "placeholders.toml").read_text("utf-8"))
    return frozenset(bare(text) for text in raw["texts"])


@lru_cache(KEPT)
def bare(text: str) -> str:
    """``text`` in small letters, with one space for everything that is neither letter nor digit."""
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


@lru_cache(KEPT)
def is_filled_in(text: str | None) -> bool:
    """Whether ``text`` holds an answer: it has a letter or digit, and is not, as a whole, a known placeholder.

    «-», «x», «…», «se over», «kommer» and template prompts are not answers; a short real sentence is. A placeholder word
    inside a real sentence changes nothing (requirements A-32).
    """
    if text is None:
        return False
    words = bare(text)
    if not words:
        return False
    if words[0] in "xz0" and len(set(words)) == 1:  # «x», «xx», «xxx», «000»
        return False
    return words not in _placeholders()
