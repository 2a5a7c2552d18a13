"""References that tell who somebody is (an identity number, a user name) become pseudonyms before anything else sees them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_ELEVEN_DIGITS = re.compile(
    r"(?<!\d)(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])"  # a day, perhaps of a D-number
    r"(?:0[1-9]|1[0-2]|4[1-9]|5[0-2]|6[6-9]|7[0-7]|8[1-9]|9[0-2])"  # a month, perhaps of a test series
    r"\d{2}[-._/]?\d{5}(?!\d)"
)
_JOINED = re.compile(r"([a-zæøå]{2,})[._-]([a-zæøå]{2,})\d{0,4}")
_WITH_DIGITS = re.compile(r"([a-zæøå]{4,8})\d{2,4}")
_CAPITALISED = re.compile(r"([A-ZÆØÅ][a-zæøå]{2,})(?:[A-ZÆØÅ][a-zæøå]*)*\d{0,4}")
_PARTS_PLAYED = """
elev eleven elever pupil student barn child klasse class lærer laerer teacher kontaktlærer contact ansatt tilsett staff rektor rector
leder leiar leader mor far foresatt føresett guardian owner eier eigar rådgiver adviser external anonym anonymous ukjent unknown system
bruker user person actor note notat logg log entry notice varsel melding sak case plan tiltak measure part ref pseudonym sfo ppt
inspektør assistent vikar
"""
_NO_NAMES = frozenset(_PARTS_PLAYED.split())
_LENGTH = 12


def holds_identity_number(reference: str) -> bool:
    """Whether eleven digits that begin with a date stand in ``reference``, whatever their control digits."""
    return _ELEVEN_DIGITS.search(reference) is not None


def looks_like_a_user_name(reference: str) -> bool:
    """Whether ``reference`` is made as user names are: «kari.nordmann», «karnor01», «KariN»; no word for a part played."""
    for shape, text in ((_JOINED, reference.casefold()), (_WITH_DIGITS, reference), (_CAPITALISED, reference)):
        found = shape.fullmatch(text)
        if found is not None:
            return not any(part.casefold() in _NO_NAMES for part in found.groups())
    return False


def pseudonym(reference: str, key: bytes) -> str:
    """The same for the same ``reference`` and ``key``, in every case; without the key nobody finds the way back."""
    digest = hmac.digest(key, reference.encode(errors="surrogatepass"), hashlib.sha256)
    return f"p-{base64.b32encode(digest).decode()[:_LENGTH].lower()}"
