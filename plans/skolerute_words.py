"""What the words of an all-day event in a municipality's calendar say: no school, first or last day, or nothing we know."""

from __future__ import annotations

import re
from enum import Enum, auto


class Says(Enum):
    """What an event says of its days."""

    FREE = auto()
    FIRST_DAY = auto()
    """school begins: the summer ends the day before"""
    LAST_DAY = auto()
    OPEN = auto()
    """an ordinary school day, in words we know"""
    NOT_UNDERSTOOD = auto()
    """taken for school days, and listed"""


_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CLAUSES = re.compile(r"\s+[-–—]\s+|[,;:/|]")
_OTHERS = r"sfo|(?:skole|skule)fritid\w*|barnehage|\bbhg\b|kultur(?:skol|skul)\w*"
_OF_OTHERS = re.compile(_OTHERS)
"""Who has days of their own, that are no pupils' days."""
_SAID_OF_OTHERS = re.compile(rf"(?:^|[,;|]) *(?:{_OTHERS})\w* *:[^,;|]*")
_SCHOOL = re.compile(r"skol|skul|elev")
_POINT_OF_REFERENCE = re.compile(
    r"\b(?:før|etter|til|fra|frå|mot|i) +(?:\w*ferien?|\w*ferie[rn]*|jul\w*|påsk\w*|romjul\w*|sommer\w*|sumar\w*|pinse\w*)\b"
)
"""«… etter juleferien»: the vacation is only what the event lies beside."""
_FIRST_DAY = re.compile(r"\b(?:første|fyrste|1\.) *(?:skole|skule)dag\w*|\b(?:skole|skule)start\w*")
_LAST_DAY = re.compile(r"\bsiste *(?:skole|skule)dag\w*|\b(?:skole|skule)slutt\w*|\b(?:skole|skule)avslut\w*")
_CALLED_OFF = re.compile(r"avlys|flytta|flyttet")
_NO_WORD_OF_IT = re.compile(r"påmeld|frist|søknad|\bmøte")
_IN_PART = re.compile(
    r"\d\. *(?:trinn|klasse|årssteget|steget)|(?:ungdoms|barne|mellom)(?:skol|skul|trinn|steg)|ettermiddag|\bhalv"
)
_FREE = re.compile(
    r"""ferie(?:[nr]|dag\w*)?\b | \bfri(?:dag\w*)?\b(?!\ (?:lek|leik|frukt|melk|mjølk|skyss|entr|adgang|tilgang))
      | \b(?:elev|skole|skule|undervisnings|undervisings)fri\w* | \bplan(?:l\w*)?\.?[ -]?dag\w* | \bplanlegging\b | \bp-dag\w*
      | \bkursdag\w* | \bstudiedag\w* | \binn?e?klemt\w* | \bavspasering\w*
      | ^(?:skol|skul)\w*\ (?:er\ |held\ |holder\ )?stengt | ^stengt | \bjulafta?e?n\b | \bnyttårsafta?e?n\b
      | ^(?:jul[ae]?n?|romjul[ae]?n?|påsk[ae]n?)(?:\ \d{4})?$ """,
    re.X,
)


def what_it_says(summary: str, month: int) -> Says:
    """What ``summary`` says of all-day days that begin in ``month``.

    What is said of SFO and of others than the school is left out, in brackets or between commas; what the days lie beside is
    no vacation itself; and what holds for some of the pupils, or for half the day, is no free day.
    """
    words = " ".join(summary.casefold().split())
    words = " ".join(_IN_BRACKETS.sub(" ", words).split()) or words.strip("()[] ")
    clauses = [clause.strip() for clause in _CLAUSES.split(_SAID_OF_OTHERS.sub(" ", words))]
    of_school = [c for c in clauses if c and (not _OF_OTHERS.search(c) or _SCHOOL.search(_OF_OTHERS.sub(" ", c)))]
    if not of_school:
        return Says.OPEN
    if _CALLED_OFF.search(words):
        return Says.NOT_UNDERSTOOD
    found = {_clause(clause, month) for clause in of_school}
    order = (Says.FIRST_DAY, Says.LAST_DAY, Says.OPEN, Says.FREE)
    return next((says for says in order if says in found), Says.NOT_UNDERSTOOD)


def _clause(words: str, month: int) -> Says:
    if _FIRST_DAY.search(words):
        return Says.FIRST_DAY if month in (8, 9) else Says.OPEN
    if _LAST_DAY.search(words):
        return Says.LAST_DAY if month in (6, 7) else Says.OPEN
    said = _FREE.search(_POINT_OF_REFERENCE.sub(" ", words).strip())
    if said and not _NO_WORD_OF_IT.search(words) and not _IN_PART.search(words):
        return Says.FREE
    return Says.NOT_UNDERSTOOD
