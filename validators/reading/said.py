"""What a text can say as an answer, and where a pointer points: what reading one comes to."""

from __future__ import annotations

from enum import Enum, IntEnum

from ...domain.value import value


class Said(IntEnum):
    """What a text says, from least to most of an answer."""

    NOTHING = 0
    """empty, a placeholder, the field's own prompt, «ingen», «vet ikke», «som avtalt», «kommer»"""
    LATER = 1
    """put off, with something beside: «må diskuteres med foreldrene», «avklares på møtet 12.10.»"""
    NOT_APPLICABLE = 2
    """«ikke aktuelt», with a reason"""
    ELSEWHERE = 3
    """only where to look: «se planen», «står på hvert tiltak», «som over»"""
    ANSWER = 4


class Place(Enum):
    """What a pointer points at."""

    FIELD = "field"
    MEASURE = "measure"
    MINUTES = "minutes"
    LOG = "log"
    ANALYSIS = "analysis"
    PLAN = "plan"
    ASSESSMENT = "assessment"
    OUTSIDE = "outside"
    """a paper, an e-mail, another system"""
    SAME = "same"
    """«det samme», «som over»: what stands before it"""


@value(frozen=True, slots=True)
class Pointer:
    """Where a text points; ``letter``: of the plan's fields, a to f."""

    place: Place
    letter: str | None = None


@value(frozen=True, slots=True)
class Answer:
    """How a text was read. ``pointer`` is there where it says :attr:`Said.ELSEWHERE`."""

    said: Said
    pointer: Pointer | None = None
