"""Reading texts, in memory only: is a field more than a placeholder? Presence is not quality, and never length."""

from __future__ import annotations

from functools import cache

from .bare_words import bare, data, kept

__all__ = ["bare", "is_filled_in"]


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(bare(text) for text in data("placeholders.toml")["texts"])


@kept
def is_filled_in(text: str | None) -> bool:
    """Whether ``text`` holds an answer: it has a letter or digit, and is not, as a whole, a known placeholder.

    «-», «x», «…», «se over», «kommer» and template prompts are not answers; a short real sentence is. A placeholder word
    inside a real sentence changes nothing (requirements A-32).
    """
    words = bare(text) if text is not None else ""
    if not words:
        return False
    if words[0] in "xz0" and len(set(words)) == 1:  # «x», «xx», «xxx», «000»
        return False
    return words not in _placeholders()
