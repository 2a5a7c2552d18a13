"""Reading texts, in memory only: is a field more than a placeholder? Presence is not quality, and never length."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

_LETTERS = "0-9a-zæøåéèêòóôüäö"
_WORD, _NOT_WORDS = re.compile(f"[{_LETTERS}]+"), re.compile(f"[^{_LETTERS}]+")
KEPT = 4096
"""Answers about texts that are kept while one case is judged: many rules ask the same of the same field."""


@cache
def _placeholders() -> frozenset[str]:
    raw = tomllib.loads((files("skolemiljo.validators.reading") / "placeholders.toml").read_text("utf-8"))
    return frozenset(bare(text) for text in raw["texts"])


@cache
def _first_words() -> frozenset[str]:
    return frozenset(text.partition(" ")[0] for text in _placeholders())


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
    first = _WORD.search(text.casefold()) if text is not None else None
    if text is None or first is None:
        return False
    if first[0] not in _first_words() and first[0][0] not in "xz0":
        return True  # nearly always: no placeholder begins like this
    words = bare(text)
    if words[0] in "xz0" and len(set(words)) == 1:  # «x», «xx», «xxx», «000»
        return False
    return words not in _placeholders()
