"""Whether a note beside an entry of the annual cycle leaves doubt that it was done, and for all."""

from __future__ import annotations

import re
from functools import cache

from .bare_words import bare, data, kept


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(data('cycle_notes.toml')[name])})\b")


_SOME_OF = re.compile(r"\b(\d+) av (\d+)\b")
"""«28 av 32 ansatte»"""


@kept
def leaves_doubt(note: str | None) -> bool:
    """Whether ``note`` may say that somebody was left out, that a part is left, or that it was not done («assistentene var ikke med»)."""
    if note is None:
        return False
    words = bare(note)
    some_of = any(some != every for some, every in _SOME_OF.findall(words))
    return "?" in note or some_of or _pattern("doubt").search(_pattern("harmless").sub(" ", words)) is not None
