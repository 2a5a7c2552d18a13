"""Whole-field phrases: is what a field says, from end to end, no more than «ved behov», «skolen» or «er vurdert»?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from .bare_words import bare, data, kept


class Phrase(StrEnum):
    """A family of phrases in vague_phrases.toml."""

    VAGUE_TIME = "vague_time"
    """«ved behov», «jevnlig», «fortløpende»: no time that can be determined (requirements A-31)"""
    TEAM = "team"
    """«skolen», «alle», «lærerne»: nobody in particular"""
    BARE_CLAIM = "bare_claim"
    """«barnets beste er vurdert»: that it was done, not how"""
    UDIR_TOOL = "udir_tool"
    """the analysis tool on Udir's pages, by any of its names"""


@dataclass(frozen=True, slots=True)
class _Family:
    needed: frozenset[str]
    """At least one of these must be there."""
    allowed: frozenset[str]
    """Nothing but these may be there."""
    begins: frozenset[str]
    """What they begin with."""
    longest: int


@cache
def _family(phrase: Phrase) -> _Family:
    raw = data("vague_phrases.toml")
    family = raw[phrase.value]
    says = frozenset(bare(text) for text in family["says"])
    allowed = says | {bare(text) for text in (*raw["fillers"], *family.get("beside", ()))}
    begins = frozenset(text.partition(" ")[0] for text in allowed)
    return _Family(says, frozenset(allowed), begins, max(text.count(" ") + 1 for text in allowed))


@kept
def says_only(phrase: Phrase, text: str | None) -> bool:
    """Whether every word of ``text`` belongs to phrases of this family or is a filler, and at least one phrase is there.

    «Fortløpende og ved behov» is vague; «Hver dag, og ved behov også i leksehjelpen» is a real sentence.
    """
    if text is None:
        return False
    family = _family(phrase)
    words = bare(text).split()
    place, found = 0, False
    while place < len(words):
        if words[place] not in family.begins:
            return False
        for length in range(min(family.longest, len(words) - place), 0, -1):
            piece = " ".join(words[place : place + length])
            if piece in family.allowed:
                found = found or piece in family.needed
                place += length
                break
        else:
            return False
    return found


def is_filler(text: str) -> bool:
    """Whether ``text`` has no word of its own: nothing, or fillers such as «evalueres innen»."""
    return all(word in _fillers() for word in bare(text).split())


@cache
def _fillers() -> frozenset[str]:
    return frozenset(bare(text) for text in data("vague_phrases.toml")["fillers"])
