"""When a measure is carried out (field c): a time that a reader can hold on to, and the day on which it was over."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from .answers import read_answer
from .bare_words import bare, data, kept
from .dates import days_in
from .said import Said

_OPEN = re.compile(
    r"\b(fra|frå|fom|f\.o\.m\.?|starter|startar|begynner|byrjar|tek til|oppstart|etter|siden|sidan)\b(?:(?!\btil\b|\but\b|–|-)[^,;]){0,25}$"
)
_UNTIL = re.compile(r"^[^,;]{0,12}?(\btil\b|–|-|\bog ut\b|\but\b|t\.o\.m|\btom\b)")
_WEEKS = re.compile(r"\b(uke|veke)(?:r|ne)?\s*(\d{1,2})\s?[-–]\s?(\d{1,2})\b")
_OUT = re.compile(r"\but\b")
_HALF_A_YEAR = timedelta(days=183)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    raw = data("times.toml")
    return _words(raw["named"]), _words(raw["unsure"])


def _words(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])(?:" + "|".join(patterns) + r")(?![\w-])")


_OF_A_DOCUMENT = re.compile(
    r"\b(av|fra|frå|datert|dagsett|den|pr|per)\.?\s+(den\s+)?(\d{1,2}\.\s?(\d{1,2}\.?|[a-z]{3,9})(\s?\d{2,4})?|\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)
"""The day of a document, where a text only points at one."""


_AS_NEEDED = re.compile(r"\b(?:ved|etter|om) behov(?: (?:i|på|under|om|ved) \w+)*")
"""Where it is only done as needed, the place or the break names no time: «ved behov i friminutt»."""


_SOME_TIMES = re.compile(r"\b(?:noen|nokre) (?:ganger|gonger) (?:i|per|pr|om) \w+")
"""«noen ganger i uka»: in which week, and how often?"""
_GOES_ON = re.compile(r"(\b(?:fra|frå|f\.?o\.?m\.?)[^,;?]{2,25}?),? (?:og )?inntil (?:videre|vidare)\b", re.IGNORECASE)
"""It has begun on a day that is named, and puts nothing off: «fra 10.3. inntil videre»."""


@kept
def names_a_time(text: str) -> bool:
    """Whether ``text`` names a date, a week, a weekday, how often, a month or season, a lesson or break, or a period with an end.

    What is not recognised is no time: «ved behov», «etter ferien», «når vi får vikar», «se felt b». Nor is one that the text
    itself takes back («ikke bestemt, kanskje i uke 42», «uke 42?»), or the day of what it points at («jf. referat av 12.9.»).
    """
    text = _GOES_ON.sub(r"\1", text)
    said = read_answer(text).said
    if said is Said.ELSEWHERE:
        text = _OF_A_DOCUMENT.sub(" ", text)
    words = _SOME_TIMES.sub(" ", _AS_NEEDED.sub(" ", bare(text)))
    named, unsure = _patterns()
    if said is Said.LATER or "?" in text or unsure.search(words):
        return False
    return named.search(words) is not None or any(True for _ in days_in(text.casefold(), date(2000, 1, 1)))


_ENDS = {"vår": (6, 30), "sommer": (8, 31), "sumar": (8, 31), "høst": (12, 31), "haust": (12, 31), "jul": (12, 31)}
_SEASON = re.compile(rf"\b(?P<name>{'|'.join(_ENDS)})(?:en|a|semesteret|halvåret)? (?P<year>20\d\d)\b")


@kept
def over_by(text: str, near: date) -> date | None:
    """The last day that ``text`` names as an end; ``None`` where it names none, or goes on («fra 12.10.»).

    A day without a year is the one nearest to ``near``; a season only counts with its year.
    """
    lower, ends = _spelled_out(text), []
    for day, start, end in days_in(lower, near - _HALF_A_YEAR):
        if _OPEN.search(lower[:start]) and not _UNTIL.search(lower[end:]):
            return None
        ends.append(day)
    for season in _SEASON.finditer(lower):
        if _OPEN.search(lower[: season.start()]):
            return None
        ends.append(date(int(season["year"]), *_ENDS[season["name"]]))
    return max(ends, default=None)


@kept
def begins_on(text: str, near: date) -> date | None:
    """The first day that ``text`` names, as :func:`over_by` reads them."""
    return min((day for day, _, _ in days_in(_spelled_out(text), near - _HALF_A_YEAR)), default=None)


def _spelled_out(text: str) -> str:
    """«uke 30–32», «August» and «ut mai» as :mod:`.dates` reads them."""
    return "i " + _OUT.sub("til utgangen av", _WEEKS.sub(r"\1 \2 – \1 \3", text.casefold()))
