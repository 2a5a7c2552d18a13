"""The annual cycle of a school as page and paper show it: each school year that has items, the newest first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..domain.annual_cycle import CycleItemStatus, CycleState
from .model import SchoolReport
from .sentences import Sentences


@dataclass(frozen=True)
class CycleYear:
    """A school year of the annual cycle: the items that are not done, and in short those that are."""

    name: str
    open: tuple[tuple[CycleItemStatus, str], ...]
    """each with the group or the paragraph that it is about, where the duty has several"""
    done: str


def cycle_years(report: SchoolReport, say: Sentences) -> list[CycleYear]:
    """The school years that have items, the newest first."""
    return [
        CycleYear(
            status.school_year,
            tuple(
                (item, _about(item, say))
                for item in status.items
                if item.state not in (CycleState.DONE, CycleState.NOT_APPLICABLE)
            ),
            say.codes(Counter(item.item for item in status.items if item.state is CycleState.DONE).items()),
        )
        for status in sorted(report.cycle, key=lambda status: status.school_year, reverse=True)
        if status.items
    ]


def _about(item: CycleItemStatus, say: Sentences) -> str:
    part = item.scope.rpartition("/")[2]
    return say.words.scope(part) if part.startswith(("group:", "law:")) else ""
