"""Norwegian identity numbers in a text: which kind, and where; never the number itself.

Sources: Skatteetaten, folkeregisteret-api-dokumentasjon, «Nytt fødselsnummer fra 2032» and «Test for konsumenter» (month
+ 80 for synthetic numbers); month + 40 (Nav) and + 65 (Norsk helsenett) are other test series.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_FIRST_CONTROL = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_CONTROL = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SERIES = {0: False, 80: True, 40: True, 65: True}
"""What is added to the month → whether the series is for tests."""
_D_NUMBER = 40
"""Added to the day for people who are not residents."""

# One sign or a few spaces may stand between the pairs of the date, and between and within the five last digits; characters of no
# width may stand anywhere. Accounts (1234.56.78901) are parted otherwise and are left out.
_UNSEEN = "[\u00ad\u200b-\u200d\u2060\ufeff]*"
_BREAK = rf"{_UNSEEN}(?:\s{{0,4}}[-\u2010-\u2015./·:_,;|]\s{{0,4}}|\s{{1,4}})?{_UNSEEN}"
_D = rf"\d{_UNSEEN}"
_CANDIDATE = re.compile(
    rf"(?<!\d)(?=({_D}{_D}{_BREAK}{_D}{_D}{_BREAK}{_D}{_D}{_BREAK}{_D}{_D}{_BREAK}\d{_BREAK}{_D}\d)(?!\d))"
)
_ACCOUNT = re.compile(r"\d{4}[. ]\d{2}[. ]\d{5}")


class IdentityKind(StrEnum):
    """What sort of identity number it is."""

    ORDINARY = "ordinary"
    """fødselsnummer"""
    D_NUMBER = "d_number"
    SYNTHETIC = "synthetic"
    """of a test series, D-numbers included"""
    FROM_2032 = "from_2032"
    """right only by the control digits of numbers issued from 2032"""


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """An identity number in a text. ``position`` is the place of its first character, counted from 1."""

    kind: IdentityKind
    position: int


def find_identity_numbers(text: str) -> tuple[FoundNumber, ...]:
    """Every identity number in ``text``, in order of place.

    Eleven digits count when they begin with a date and both control digits are right: order numbers, accounts, telephone
    and case numbers do not. About one in a hundred random runs of eleven digits is right by chance (four in eleven of the
    first digit's remainders are allowed from 2032), and is then reported as one.
    """
    return tuple(_found(text))


def _found(text: str) -> Iterator[FoundNumber]:
    end = 0
    for match in _CANDIDATE.finditer(text):
        written = match[1]
        if match.start() < end or _ACCOUNT.fullmatch(written):
            continue
        kind = kind_of([unicodedata.digit(character) for character in written if character.isdecimal()])
        if kind is not None:
            end = match.start() + len(written)
            yield FoundNumber(kind, match.start() + 1)


def kind_of(digits: list[int]) -> IdentityKind | None:
    """The kind of identity number that eleven ``digits`` are, or ``None``."""
    if len(digits) != 11 or _remainder(digits, _SECOND_CONTROL) != 0:
        return None
    first = _remainder(digits, _FIRST_CONTROL)
    if first > 3:  # 0 by today's rule, 0 to 3 from 2032; sex and century cannot be read from those numbers
        return None
    series = _date_series(digits)
    if series is None:
        return None
    test, d_number = series
    if test:
        return IdentityKind.SYNTHETIC
    if first != 0:
        return IdentityKind.FROM_2032
    return IdentityKind.D_NUMBER if d_number else IdentityKind.ORDINARY


def _remainder(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11


def _date_series(digits: list[int]) -> tuple[bool, bool] | None:
    """Whether the first six digits are a date of a test series, and of a D-number; ``None`` = they are no date."""
    day, month, year = (digits[n] * 10 + digits[n + 1] for n in (0, 2, 4))
    d_number = day > _D_NUMBER
    day -= _D_NUMBER if d_number else 0
    for added, test in _SERIES.items():
        if 1 <= month - added <= 12:
            days = _DAYS_IN[month - added - 1]
            leap = month - added != 2 or day < 29 or year % 4 == 0
            return (test, d_number) if 1 <= day <= days and leap else None
    return None
