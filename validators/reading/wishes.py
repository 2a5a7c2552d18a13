"""What stands in a measure that is none: «vi burde kanskje ha en voksen ute», «hvis vi får vikar», «vurderer å dele klassen»."""

from __future__ import annotations

import re
from functools import cache

from .bare_words import bare, data

_SENTENCE = re.compile(r"[.!?;]+(?=\s|$)|\n|\bmen\b", re.IGNORECASE)
_STANDS_FOR = re.compile(r"[A-Z]{2,}")


@cache
def _said_by() -> frozenset[str]:
    return frozenset(data("wishes.toml")["said_by"].split())


@cache
def _wishes() -> re.Pattern[str]:
    raw = data("wishes.toml")
    return re.compile(_STANDS_FOR.sub(lambda name: raw["names"][name[0]], "|".join(raw["wishes"]["starts"])))


def without_wishes(text: str) -> str:
    """``text`` without the sentences that only wish, doubt or wait for means; ``text`` itself where it has none.

    What comes after «men» stands by itself: «burde vært gjort før, men nå er det vakt ved skogen».
    """
    if _said_by().isdisjoint(bare(text).split()):
        return text
    sentences = _SENTENCE.split(text)
    meant = [sentence for sentence in sentences if _wishes().match(bare(sentence)) is None]
    return text if len(meant) == len(sentences) else ". ".join(meant)
