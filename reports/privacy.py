"""Numbers across pupils as the owner may see them: small ones are hidden, and a sum does not give them away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SMALLEST_COUNT = 5
"""Counts across pupils below this are shown as ``*`` to the owner."""


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the owner's map: findings by group. Rules that are not triggered are in none of the numbers."""

    deviations: int = 0
    """those that something can still be done about: the same that the trend counts"""
    too_late: int = 0
    """those that no act can undo"""
    due: int = 0
    review: int = 0
    unknown: int = 0
    accepted: int = 0
    met: int = 0
    unread: int = 0
    """Cases that could not be looked at at all (or lists of them): what they hold is in none of the numbers."""
    across_pupils: bool = True
    """Whether the numbers count pupils' cases, so that small ones are hidden."""

    @property
    def checked(self) -> bool:
        """Whether anything could be checked."""
        return self.deviations + self.too_late + self.due + self.review + self.accepted + self.met > 0

    @property
    def asked(self) -> bool:
        """Whether anything was asked, answered or not."""
        return self.checked or self.unknown > 0 or self.unread > 0

    @property
    def shown(self) -> str:
        """The deviations as they may be shown: «–» not asked, «*» one to four across pupils, and «?» where something
        could not be checked, alone or after the number."""
        if not self.asked:
            return "–"
        number = shown_count(self.deviations, self.across_pupils)
        return counted(number if self.checked else "?", not (self.unknown or self.unread))


NOT_ASKED = Square()
UNSEEN = Square(unread=1)


def shown_count(number: int, across_pupils: bool = True) -> str:
    """``number`` as the owner may see it: ``*`` for one to four across pupils."""
    return "*" if across_pupils and 0 < number < SMALLEST_COUNT else str(number)


def counted(number: str, whole: bool) -> str:
    """``number`` as it was counted: where not all could be looked at (``whole`` False) nobody knows a zero, which is «?»,
    and another number may be higher: «3 ?»."""
    if whole or number.endswith("?"):
        return number
    return "?" if number in ("0", "–") else f"{number} ?"


def shown_total(numbers: Iterable[tuple[int, bool]]) -> str:
    """Numbers, each with whether it is across pupils, added up so that nobody can find a hidden one from the others: it is
    left out, and a plus tells that it is there; «*» where all that is there is hidden."""
    hidden = total = 0
    for number, across_pupils in numbers:
        if across_pupils and 0 < number < SMALLEST_COUNT:
            hidden += number
        else:
            total += number
    if not hidden:
        return str(total)
    return f"{total}+" if total else "*"


def shown_sum(cells: Iterable[Square]) -> str:
    """The deviations of ``cells`` added up as :func:`shown_total` does; «–» where nothing was asked, and «?» where something
    could not be checked."""
    asked = [cell for cell in cells if cell.asked]
    if not any(cell.checked for cell in asked):
        return "?" if asked else "–"
    shown = shown_total((cell.deviations, cell.across_pupils) for cell in asked)
    return f"{shown} ?" if any(cell.unknown or cell.unread for cell in asked) else shown
