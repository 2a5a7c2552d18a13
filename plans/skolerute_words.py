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


_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_CLAUSES = re.compile(r"\s+[-–—]\s+|[,;:/|]")
_OTHERS = r"sfo|(?:skole|skule)fritid\w*|barnehage|\bbhg\b|kultur(?:skol|skul)\w*"
_OF_OTHERS = re.compile(_OTHERS)
"""Who has days of their own, that are no pupils' days."""
_SAID_OF_OTHERS = re.compile(rf"(?:^|[,;|]) *(?:{_OTHERS})\w* *:[^,;|]*")
_OTHERS_ARE_OPEN = re.compile(
    rf"(?:[.!]|\b(?:og|men|med)\b|\bm/|[+&])? *\b(?:{_OTHERS})\w*[- ]*(?:er|har|held|holder)? *(?:ferie)?"
    r"(?:åpe\w*|ope\w*|steng\w*|lukk\w*|tilbu\w*|tilbo\w*)"
)
"""«Høstferie. SFO åpen»: what is said of others in the same breath, and says nothing of the school."""
_SCHOOL = re.compile(r"skol|skul|elev|lærer|lærar")
_POINT_OF_REFERENCE = re.compile(
    r"\b(?:før|etter|til|fra|frå|mot|i) +(?:\w*ferien?|\w*ferie[rn]*|j[uo]l\w*|påsk\w*|romj[uo]l\w*|sommer\w*|sumar\w*|pinse\w*)\b"
)
"""«… etter juleferien»: the vacation is only what the event lies beside."""
_FIRST_DAY = re.compile(r"\b(?:første|fyrste|1\.) *(?:skole|skule)dag\w*|\b(?:skole|skule)start\w*")
_LAST_DAY = re.compile(r"\bsiste *(?:skole|skule)dag\w*|\b(?:skole|skule)slutt\w*|\b(?:skole|skule)avslut\w*")
_CALLED_OFF = re.compile(r"avlys|flytta|flyttet")
_NO_WORD_OF_IT = re.compile(r"påmeld|frist|søknad|\bmøte")
_ALL_OF_THEM = re.compile(r"\b1\.? *[-–] *10\. *(?:klasse\w*|trinn\w*|årssteg\w*|steg\w*)")
_IN_PART = re.compile(
    r"\d\. *(?:trinn|klasse|årssteg|steg)|(?:ungdoms|barne|mellom|små|stor)(?:skol|skul|trinn|steg)|ettermiddag|\bhalv"
)
_VACATION = re.compile(r"ferie(?:[nr]|dag\w*|uk[ea]\w*|vek[ea]\w*)?\b")
_FREE = re.compile(
    rf"""{_VACATION.pattern}
      | \bfri(?:e\ dag\w*|dag\w*)?\b(?!\ (?:lek|leik|frukt|melk|mjølk|skyss|entr|adgang|tilgang))
        (?!\ for\ (?!elev|barn|skol|skul|hele\ |heile\ |alle(?:$|\ (?:elev|barn|trinn|klass|skol|skul|steg))|\d))
        (?!\ fr[aå]\ (?!og\ med|f\.?o\.?m|skol|skul|undervis|\d|kl\b|\w*dag\b))
      | \b(?:elev|skole|skule|undervisnings|undervisings)fri\w* | \b(?:j[uo]le|påske|høst|haust|vinter|sommer|sumar)fri\b
      | \bplan(?:l\w*)?\.?[ -]?dag\w* | \bplanlegging\b | \bp-dag\w*
      | \bkursdag\w* | \bstudiedag\w* | \binn?e?klemt\w* | \bklemdag\w* | \bavspasering\w*
      | \b(?:ingen|ikke|ikkje|inga)\ (?:skole|skule|skoledag|skuledag|undervisning|undervising|elever|elevar)\b
      | ^(?:alle\ )?(?:skolen?|skolene|skulen?|skulane)(?:\ og\ (?:{_OTHERS}))?\ (?:er\ |held\ |holder\ )?steng[td]
      | ^steng[td](?:$|\ (?:pga|på\ grunn|i\ )) | \bj[uo]lafta?e?n\b | \bnyttårsafta?e?n\b
      | ^(?:j[uo]l[ae]?n?|romj[uo]l[ae]?n?|påsk[ae]n?)(?:\ \d{{4}})?$ """,
    re.X,
)


def what_it_says(summary: str, month: int, days: int = 1) -> Says:
    """What ``summary`` says of ``days`` all-day days that begin in ``month``.

    What is said of SFO and of others than the school is left out, in brackets, between commas or in the same breath; what the days
    lie beside is no vacation itself, and neither is a first or last school day that a vacation of several days names. What holds for
    some of the pupils, for half the day, or no more, is no free day, in brackets or not.
    """
    words = " ".join(summary.casefold().split())
    asides = _of_school(", ".join(one or other for one, other in _IN_BRACKETS.findall(words)))
    words = " ".join(_IN_BRACKETS.sub(" ", words).split()) or words.strip("()[] ")
    if not words:
        return Says.NOT_UNDERSTOOD
    clauses = _of_school(words) or _of_school(_OTHERS_ARE_OPEN.sub(", ", words))
    if not clauses:
        # SFO has planning days of its own; a vacation is hardly ever SFO's alone.
        beside = _POINT_OF_REFERENCE.sub(" ", words)
        return Says.NOT_UNDERSTOOD if _VACATION.search(beside) and not _NO_WORD_OF_IT.search(words) else Says.OPEN
    if any(_CALLED_OFF.search(one) or _is_in_part(one) for one in asides) or any(map(_CALLED_OFF.search, clauses)):
        return Says.NOT_UNDERSTOOD
    found = {_clause(clause, month, days) for clause in clauses}
    if found == {Says.NOT_UNDERSTOOD}:  # «Konferansetimer (elevfri)»
        return Says.FREE if any(_clause(one, month, days) is Says.FREE for one in asides) else Says.NOT_UNDERSTOOD
    if Says.FREE in found and days > 1:
        return Says.FREE
    if {Says.OPEN, Says.FREE} <= found:
        return Says.NOT_UNDERSTOOD
    return next(says for says in (Says.FIRST_DAY, Says.LAST_DAY, Says.OPEN, Says.FREE) if says in found)


def _of_school(words: str) -> list[str]:
    """The clauses that say something of the school, or of nobody in particular."""
    clauses = [clause.strip(" .") for clause in _CLAUSES.split(_SAID_OF_OTHERS.sub(" ", words))]
    return [c for c in clauses if c and (not _OF_OTHERS.search(c) or _SCHOOL.search(_OF_OTHERS.sub(" ", c)))]


def _is_in_part(words: str) -> bool:
    return _IN_PART.search(_ALL_OF_THEM.sub(" ", words)) is not None


def _clause(words: str, month: int, days: int) -> Says:
    first, last = _FIRST_DAY.search(words), _LAST_DAY.search(words)
    around = _POINT_OF_REFERENCE.sub(" ", _LAST_DAY.sub(" ", _FIRST_DAY.sub(" ", words))).strip()
    in_part = _is_in_part(words)
    free = _FREE.search(around) and not _NO_WORD_OF_IT.search(words) and not in_part
    if free and (days > 1 or not (first or last)):
        return Says.FREE
    if first and month in (8, 9):
        return Says.FIRST_DAY
    if last and month in (6, 7):
        return Says.NOT_UNDERSTOOD if in_part else Says.LAST_DAY
    return Says.OPEN if (first or last) and not free else Says.NOT_UNDERSTOOD
