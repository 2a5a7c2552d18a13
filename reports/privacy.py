"""Numbers across pupils: as they are inside the owner's own view; in what leaves it small ones are hidden, and no sum gives
one away, for each that is shown is made of the smallest numbers that are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SMALLEST_COUNT = 5
"""Counts across pupils below this are shown as ``*`` in what leaves the owner."""


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


NOT_ASKED = Square()
UNSEEN = Square(unread=1)
KINDS = ("deviations", "too_late", "due", "review", "unknown", "accepted", "met")
"""The numbers of a square."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are shown: with ``hide``, as those outside may see them."""

    hide: bool

    def count(self, number: int, across_pupils: bool = True) -> str:
        """``number``; where numbers are hidden, ``*`` for one to four across pupils."""
        return "*" if self.hide and across_pupils and 0 < number < SMALLEST_COUNT else str(number)

    def total(self, numbers: Iterable[tuple[int, bool]], *, alone: bool = False) -> str:
        """Numbers, each with whether it is across pupils, added up so that nobody can find a hidden one from the others: it
        is left out, and a plus tells that it is there; «*» where all that is there is hidden.

        ``alone``: no other sum is made of these numbers. Then the whole sum is shown where each hidden one may still be
        anything from one to four.
        """
        found = [(number, self.count(number, across_pupils) == "*") for number, across_pupils in numbers]
        total = sum(number for number, hidden in found if not hidden)
        small = [number for number, hidden in found if hidden]
        if not small:
            return str(total)
        span = SMALLEST_COUNT - 2  # from the smallest that is hidden to the largest
        if alone and len(small) + span <= sum(small) <= (SMALLEST_COUNT - 1) * len(small) - span:
            return str(total + sum(small))
        return f"{total}+" if total else "*"

    def sum(self, squares: Iterable[Square], kind: str = "deviations") -> str:
        """One kind of number of ``squares`` added up as :meth:`total` does; «–» where nothing was asked, and «?» where
        something could not be checked, alone or after the number."""
        asked = [square for square in squares if square.asked]
        if not any(square.checked for square in asked):
            return "?" if asked else "–"
        shown = self.total((getattr(square, kind), square.across_pupils) for square in asked)
        return counted(shown, not any(square.unknown or square.unread for square in asked))


EXACT = Numbers(hide=False)
"""To the owner, and of a school to its own rektor."""
OUTSIDE = Numbers(hide=True)
"""To those outside, and to a channel that others read too."""


def counted(number: str, whole: bool) -> str:
    """``number`` as it was counted: where not all could be looked at (``whole`` False) nobody knows a zero, which is «?»,
    and another number may be higher: «3 ?»."""
    if whole or number.endswith("?"):
        return number
    return "?" if number in ("0", "–") else f"{number} ?"
