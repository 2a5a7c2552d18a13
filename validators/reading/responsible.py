"""Who is responsible for a measure (field d): at least one person or post; everything else asks who."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import cache

from .answers import read_answer
from .bare_words import bare, data, kept
from .said import Said
from .times import names_a_time


class Who(Enum):
    """Whom a text names."""

    SOMEBODY = auto()
    """a person, a post, or a person's pseudonym"""
    OUTSIDE = auto()
    """only the pupil, the home, or another service: nobody at the school"""
    NOBODY = auto()
    """a team, a class, «noen», «lærerne», or nothing that is recognised"""


_NAME = re.compile(r"[A-ZÆØÅÁÉÖÄÜČŠŽŁ][a-zæøåáéèêóòôöäüčšžłç]+(?:[-’'][A-ZÆØÅ][a-zæøåáéèêóòôöäü]+)*")
_INITIALS = re.compile(r"[A-ZÆØÅ]{2}|[A-ZÆØÅ]\.?(?: ?[A-ZÆØÅ]\.)+")
_INITIAL_AND_SURNAME = re.compile(r"(?<!\w)[A-ZÆØÅ]\. ?(?:[A-ZÆØÅ]\. ?)*[A-ZÆØÅ][a-zæøåéèüöä]+")
_LEADS = re.compile(
    r"(?:^|[,;:(/–—-]|\bved|\bv\b\.?/?|\bog|\bsamt|\beller|\ber|\blær(?:er|ar)|\bansvarlig:?|\bansvarleg:?|\bfra|\bav)\s*$",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"^\s+(?:[A-ZÆØÅ][\wæøå.]*|\(|,|og\b|i\b|på\b|/|$)|^\s*(?:[,.(/;:]|$)")
_NOUN_ENDINGS = re.compile(
    r"\w+(en|et|ene|ane|er|erne|ar|ing|inga|ingen|het|heit|sjon|sjonen|skap|else|elsen|ning|dag|tid|isk|lig|leg)"
)
_LONGEST = 10


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    raw = data("responsible.toml")
    patterns = {name: words for name, words in raw.items() if name != "names"}
    return {name: re.compile(r"(?<![\w-])(?:" + "|".join(words) + r")(?![\w-])") for name, words in patterns.items()}


@cache
def _given_names() -> frozenset[str]:
    return frozenset(data("responsible.toml")["names"].split())


@kept
def responsible(text: str) -> Who:
    """Whom ``text`` names. «Kontaktlærer og eleven» is somebody; «Team 6. trinn», «Klassen» and «Noen» are nobody."""
    text = unicodedata.normalize("NFC", text).strip()
    lower, found = text.casefold(), _patterns()
    if "?" in text or read_answer(text).said in (Said.LATER, Said.ELSEWHERE) or found["unsure"].search(lower):
        return Who.NOBODY
    if found["posts"].search(lower) or found["pseudonyms"].search(lower):
        return Who.SOMEBODY
    outside = found["outside"].search(lower) is not None
    if not outside and _names_a_person(text):
        return Who.SOMEBODY
    return Who.OUTSIDE if outside else Who.NOBODY


def _names_a_person(text: str) -> bool:
    many = _patterns()["many"].search(text.casefold()) is not None
    letters = text.replace(".", "").replace(" ", "")  # «OK» and «N.N.» are nobody's
    initials = _INITIALS.fullmatch(text) is not None and read_answer(letters).said is Said.ANSWER
    if initials or _INITIAL_AND_SURNAME.search(text) or text.casefold() in _given_names():
        return True
    for name in _NAME.finditer(text):
        led = _LEADS.search(text[: name.start()]) is not None
        if name[0].casefold() in _given_names():
            if led or not many:
                return True
        elif not many and led and _is_shaped_as_a_name(text, name) and _may_be_a_name(name[0]):
            return True
    return False


def _may_be_a_name(word: str) -> bool:
    lower, found = word.casefold(), _patterns()
    ruled_out = any(found[kind].fullmatch(lower) for kind in ("many", "outside"))
    return not ruled_out and read_answer(bare(word)).said is Said.ANSWER and not names_a_time(word)


def _is_shaped_as_a_name(text: str, name: re.Match[str]) -> bool:
    """A name alone that ends as a common noun does is no more than a word with a capital letter; with a surname it is a name."""
    if _AFTER_NAME.search(text[name.end() :]) is None:
        return False
    follows = re.match(r"\s+[A-ZÆØÅ][a-zæøåáéèêóòôöäü]*\.?(?!\w)", text[name.end() :])
    if follows is not None:
        return True
    return len(name[0]) <= _LONGEST and _NOUN_ENDINGS.fullmatch(name[0].casefold()) is None
