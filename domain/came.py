"""What comes of an act: what is said of a next step beside what to do, and remembered with the finding. It holds no content."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from .answer import Reason, Verdict
from .value import value


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


@value(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a duty when an act is done: those parts of a finding, in the place of its own."""

    verdict: Verdict
    reason: Reason | None = None
    question: str | None = None
    deadline: date | None = None
    asks_after: date | None = None

    @property
    def last_day(self) -> date | None:
        """As of a finding."""
        return self.deadline or self.asks_after

    @property
    def parts(self) -> dict[str, Any]:
        """By name."""
        return {name: getattr(self, name) for name in self.__slots__}


@value(frozen=True, slots=True)
class Settled:
    """What comes of what a finding's remedy names."""

    now: Came
    """if it is done and entered now"""
    left: Left | None = None
    in_time: bool = False
    """Whether it is in order if it was done in time and is entered now, or, where its day has not come, is done on that day."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the remedy is no help: neither done now nor entered as done in time does it change anything."""
        return self.now is Came.NOTHING and not self.in_time
