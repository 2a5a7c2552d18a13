"""References and case numbers that tell who somebody is (an identity number, a name, a user name) become pseudonyms before anything
else sees them. The way back is the source's own list: nothing here keeps it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Collection
from gettext import gettext as _
from typing import Any

from ..domain.base import ReadingContext, is_pseudonym
from ..domain.errors import UnreadableCase

_ELEVEN_DIGITS = re.compile(
    r"(?<!\d)(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])"  # a day, perhaps of a D-number
    r"(?:0[1-9]|1[0-2]|4[1-9]|5[0-2]|6[6-9]|7[0-7]|8[1-9]|9[0-2])"  # a month, perhaps of a test series
    r"\d{2}[-._/]?\d{5}(?!\d)"
)
DIGITS = 11
"""Of an identity number."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s:]{1,4}(?=\d)")
_JOINED = re.compile(r"([a-zæøå]{2,})[._-]([a-zæøå]{2,})\d{0,4}")
_WITH_DIGITS = re.compile(r"([a-zæøå]{4,8})\d{2,4}")
_CAPITALISED = re.compile(r"([A-ZÆØÅ][a-zæøå]{2,})(?:[A-ZÆØÅ][a-zæøå]*)*\d{0,4}")
_PARTS_PLAYED = """
elev eleven elever pupil student barn child klasse class lærer laerer teacher kontaktlærer contact ansatt tilsett staff rektor rector
leder leiar leader mor far foresatt føresett guardian owner eier eigar rådgiver adviser external anonym anonymous ukjent unknown system
bruker user person actor note notat logg log entry notice varsel melding sak case plan tiltak measure part ref pseudonym sfo ppt
inspektør assistent vikar gruppe team trinn lag avdeling kontor administrasjon admin vakt
"""
_NO_NAMES = frozenset(_PARTS_PLAYED.split())
_CALLED_SO = """
saker saksnr saksnummer elevsak personsak systemsak skole skule skolemiljø skolemiljo miljø miljo arkiv journal mappe
test prøve demo eksempel example fil file dokument nummer år aar kommune sikkersak
"""
_IN_CASE_NUMBERS = frozenset(_CALLED_SO.split())
"""Words that stand in case numbers and are no names; a municipality's own are its setting ``case_words``."""
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}", re.IGNORECASE)
_WRITTEN = re.compile(r"(?<![^\W_])(?:([^\W\d_]+)\d*|\d+([^\W\d_]+))(?![^\W_])")
"""A word alone, or with digits on one side of it; letters and digits in turn are a code."""
_CAMEL = re.compile(r"[A-ZÆØÅ]?[a-zæøå]+")
_DOTTED = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})\.([^\W\d_]{2,})")
_SHORTEST = 3
"""Letters: fewer of them are no name that could be known again."""
_LENGTH = 12


def holds_identity_number(reference: str) -> bool:
    """Whether eleven digits that begin with a date stand in ``reference``, whatever their control digits."""
    if len(reference) < DIGITS:
        return False
    return any(_ELEVEN_DIGITS.search(written) for written in {reference, _BETWEEN_DIGITS.sub("", reference)})


def looks_like_a_user_name(reference: str) -> bool:
    """Whether ``reference`` is made as user names are: «kari.nordmann», «karnor01», «KariN», an address of mail; no word for a part
    played."""
    name, at, _host = reference.partition("@")
    if name and at:
        return True
    for shape, text in ((_JOINED, reference.casefold()), (_WITH_DIGITS, reference), (_CAPITALISED, reference)):
        found = shape.fullmatch(text)
        if found is not None:
            return not any(part.casefold() in _NO_NAMES for part in found.groups())
    return False


def names_in(reference: str) -> tuple[str, ...]:
    """The words of a reference of somebody that are names: «kari.nordmann», «KariN»; none in «karnor01», and none where it tells nobody."""
    if not looks_like_a_user_name(reference) or _WITH_DIGITS.fullmatch(reference):
        return ()
    return tuple(word for word in _CAMEL.findall(reference.partition("@")[0]) if len(word) >= _SHORTEST)


def pseudonym(reference: str, key: bytes) -> str:
    """The same for the same ``reference`` and ``key``, in every case; without the key nobody finds the way back."""
    digest = hmac.digest(key, reference.encode(errors="surrogatepass"), hashlib.sha256)
    return f"p-{base64.b32encode(digest).decode()[:_LENGTH].lower()}"


def words_of(text: str) -> frozenset[str]:
    """The words in ``text`` that are long enough to be a name, without regard to case."""
    return frozenset(word.casefold() for word in _WORD.findall(text) if len(word) >= _SHORTEST)


def tells_who(number: str, *, no_names: Collection[str] = (), named: frozenset[str] = frozenset()) -> bool:
    """Whether a case number is, or holds, an identity number, a name or a user name.

    ``no_names``: words that are none here; ``named``: the names that the source gives in the case, word by word.
    """

    if is_pseudonym(number):
        return False
    if holds_identity_number(number) or names_in_number(number, no_names=no_names, named=named):
        return True
    return looks_like_a_user_name(number) and all(_is_name(word, no_names) for word in _WORD.findall(number))


def names_in_number(
    number: str, *, no_names: Collection[str] = (), named: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The words of a case number that are names, in order; what is asked is as for :func:`tells_who`."""
    words = [word for word in _WORD.findall(number) if _is_name(word, no_names)]
    dotted = {
        word
        for found in _DOTTED.finditer(number)
        if all(_is_name(part, no_names) for part in found.groups())
        for word in found.groups()
    }
    if len(words) == len(_WORD.findall(number)):
        dotted.update(names_in(number))
    return tuple(
        word
        for word in _WORD.findall(number)
        if word.casefold() in named
        or word in dotted
        or (word in words and len(word) >= _SHORTEST and word[0].isupper() and not word.isupper())
    )


def _is_name(word: str, no_names: Collection[str]) -> bool:
    small = word.casefold()
    return not (small in _NO_NAMES or small in _IN_CASE_NUMBERS or small in no_names)


def may_tell_who(number: str, no_names: Collection[str] = ()) -> bool:
    """Whether a case number holds a word that is a name if somebody in the case is called so."""
    return bool(_unknown_words(words_of(number), no_names)) and not is_pseudonym(number)


def may_be_names(number: str, no_names: Collection[str] = ()) -> frozenset[str]:
    """The words of a case number that nobody but its writer can know for names: all that are neither of a code (a UUID, «7f3abc9») nor known."""
    if _CODE.fullmatch(number):
        return frozenset()
    words = (found[1] or found[2] for found in _WRITTEN.finditer(number))
    return _unknown_words(words_of(" ".join(filter(None, words))), no_names)


def named_in(number: str, context: ReadingContext, named: frozenset[str]) -> frozenset[str]:
    """What is a name in ``number``: what the case names, and all that may be a name where the source names nobody."""
    return named | may_be_names(number, context.no_names) if context.names_nobody else named


def _unknown_words(words: frozenset[str], no_names: Collection[str]) -> frozenset[str]:
    return words - _NO_NAMES - _IN_CASE_NUMBERS - set(no_names)


def case_number(
    raw: Any, context: ReadingContext, *, system: str, name: str | None = None, named: frozenset[str] = frozenset()
) -> Any:
    """The case number ``raw`` as the rest of the house knows it: itself, or a pseudonym where it tells who the case is about.

    ``name``: what the case is called where its number can't be told. Raises UnreadableCase where there is no key to make the
    pseudonym with: one that nobody can make again would take decisions and flags from their case.
    """
    number = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
    if not isinstance(number, str):
        return number
    if not tells_who(number, no_names=context.no_names, named=named_in(number, context, named)):
        return number
    if not context.reference_key:
        raise UnreadableCase(no_key(), system=system, case=name, fields=("id",))
    found = pseudonym(number, context.reference_key)
    context.numbers[found] = number
    return found


def known_as(place: str, case: str) -> str:
    """Where in the source a person finds the case that is a pseudonym everywhere else."""
    return _("{place}: saken heter {case} i rapportene, for nummeret kan vise hvem den gjelder").format(
        place=place, case=case
    )


def no_key() -> str:
    """What to do where a pseudonym is needed and there is no key."""
    return _(
        "saksnummeret kan vise hvem saken gjelder: legg en nøkkel som fila pseudonym_key i mappa med hemmeligheter, eller sett "
        "ordene i det som ikke er navn, under case_words"
    )
