"""What comes of an act: what a report says of its next step, beside what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..domain.verdict import Finding


class Came(StrEnum):
    """What came of an act, the best first."""

    IN_ORDER = "in_order"
    AGAIN = "again"
    """in order now, and owed again later"""
    REMAINS = "remains"
    """something of the duty is left"""
    LOGGED = "logged"
    """the deviation stands, for it was done too late, but it is written down"""
    DECIDED = "decided"
    """nothing that can be seen changes: a person's decision settles it"""
    NOTHING = "nothing"
    """nothing changes"""


IN_ORDER = (Came.IN_ORDER, Came.AGAIN)


@dataclass(frozen=True, slots=True)
class Settled:
    """What comes of what a finding's remedy names."""

    now: Came
    """if it is done and entered now"""
    left: Finding | None = None
    """what is then left of the duty"""
    in_time: bool = False
    """Whether it is in order if it was done in time and is entered now, or, where its day has not come, is done on that day."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the remedy is no help: neither done now nor entered as done in time does it change anything."""
        return self.now is Came.NOTHING and not self.in_time
