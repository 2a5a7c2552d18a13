"""Whose words stand in a field that is to tell what the child thinks: hers, or the home's, the school's, or only that she was asked."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache

from .bare_words import bare, data, kept, plain


class _Whose(Enum):
    """What one clause tells, as far as whose_words.toml knows it."""

    OTHERS = auto()
    ALONE = auto()
    OWN = auto()
    NONE = auto()
    AHEAD = auto()


_SENTENCE = re.compile(
    r"[.!?;]+(?=\s|$)(?!\s+(?:jan|feb|mars|apr|mai|jun|jul|aug|sep|okt|nov|des)\w*\b)|\n", re.IGNORECASE
)
"""«12. mars» ends no sentence."""
_CLAUSE = re.compile(
    r"[,:()–—]|\s-\s|\b(?:men|mens|medan)\b|\bog\b(?=\s+(?:selv|sj[øo]lv?|eleven|elev|han|hun|ho|hu|barnet|e-?\d|jenta|gutten|guten)\b)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[«\"“][^«»\"“”]*\w+ [^«»\"“”]*[»\"”]")
_NAMED = re.compile(r"[a-zæøå,] +[A-ZÆØÅ][a-zæøå]+")
_STANDS_FOR = re.compile(r"[A-Z]{2,}")


@cache
def _patterns() -> dict[_Whose, re.Pattern[str]]:
    raw = data("whose_words.toml")

    def whole(patterns: list[str]) -> re.Pattern[str]:
        found = "|".join(patterns)
        while _STANDS_FOR.search(found):
            found = _STANDS_FOR.sub(lambda name: raw["names"][name[0]], found)
        return re.compile(found)

    return {_Whose[name.upper()]: whole(patterns) for name, patterns in raw["is"].items()}


@cache
def _act() -> tuple[frozenset[str], frozenset[str]]:
    """The words that name the act, and all that may stand beside them."""
    raw = data("whose_words.toml")["act"]
    names = frozenset(raw["names"].split())
    return names, names | frozenset(raw["beside"].split())


def _only_names_the_act(clause: str) -> bool:
    names, every = _act()
    words = frozenset(clause.split())
    return not words.isdisjoint(names) and all(word in every or word.isdigit() for word in words)


@kept
def not_the_childs_own(text: str) -> bool:
    """Whether nothing in ``text`` is what the child says, thinks or feels.

    «Mor mener hun har det vondt», «elevsamtale tirsdag» and «vet ikke om hun ble spurt» are not; «vil ikke ut», «redd», and what is
    quoted are. What others say lasts to the end of their sentence, where the child is not said to speak herself.
    """
    words = plain(text)
    return not _QUOTED.search(words) and not any(map(_is_her_own, _SENTENCE.split(words)))


def _is_her_own(sentence: str) -> bool:
    patterns, others = _patterns(), False
    with_others = _NAMED.search(sentence) is not None  # «mor og Nora»
    for clause in filter(None, map(bare, _CLAUSE.split(sentence))):
        alone = not with_others and patterns[_Whose.ALONE].match(clause) is not None
        others = others or alone or patterns[_Whose.OTHERS].match(clause) is not None
        if others:
            if patterns[_Whose.OWN].match(clause):
                return True
        elif not (
            _only_names_the_act(clause) or patterns[_Whose.NONE].match(clause) or patterns[_Whose.AHEAD].match(clause)
        ):
            return True
    return False
