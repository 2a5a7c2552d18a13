"""A school's report part by part and duty by duty, as page and paper show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.annual_cycle import CycleItemStatus, CycleState
from .finding_sentences import SAID_ONCE
from .model import Item, Part, Report, SchoolReport
from .sentences import Sentences


@dataclass(frozen=True)
class SameAnswer:
    """Findings of one rule with one answer, that ask for the same thing."""

    status: str
    label: str
    to_do: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Duty:
    """What one part of the report says of one rule."""

    rule: str
    answers: tuple[SameAnswer, ...]

    @property
    def number(self) -> int:
        """How many findings it has."""
        return sum(len(answer.items) for answer in self.answers)


def duties(items: Iterable[Item], say: Sentences) -> list[Duty]:
    """``items`` of one part by rule, and those of one rule by answer, in the order of the first of each."""
    found: dict[str, dict[tuple[str, str], list[Item]]] = {}
    for item in items:
        answers = found.setdefault(item.finding.rule, {})
        answers.setdefault((_status(item, say), _to_do(item, say)), []).append(item)
    return [
        Duty(
            rule,
            tuple(
                SameAnswer(status, say.to_do_label(same[0]), to_do, tuple(same))
                for (status, to_do), same in answers.items()
            ),
        )
        for rule, answers in found.items()
    ]


def _status(item: Item, say: Sentences) -> str:
    """The verdict, where the part's heading does not say it already."""
    return "" if item.part is Part.REVIEW and item.finding.reason is None else say.status(item)


def _to_do(item: Item, say: Sentences) -> str:
    """What to do, where the part's lead does not say it already."""
    return "" if item.part in SAID_ONCE else say.to_do(item)


def parts_of(report: SchoolReport, say: Sentences) -> list[tuple[Part, list[Duty], int]]:
    return [
        (part, duties(report.part(part), say), len(report.part(part)))
        for part in Part
        if part is not Part.MET and report.part(part)
    ]


def count_boxes(report: Report, say: Sentences) -> list[tuple[str, str, str]]:
    """Name, number and the part of the page that it leads to."""
    targets = ["", "", "", ""]
    if isinstance(report, SchoolReport):
        deviations = next((part for part in (Part.TODAY, Part.CLOSED, Part.TOO_LATE) if report.part(part)), None)
        leads = (deviations, Part.SOON, Part.REVIEW, Part.UNKNOWN)
        targets = [part.value if part is not None and report.part(part) else "" for part in leads]
    return [(name, number, target) for (name, number), target in zip(say.counts(), targets, strict=True)]


@dataclass(frozen=True)
class CycleYear:
    """A school year of the annual cycle: the items that are not done, and in short those that are."""

    name: str
    open: tuple[CycleItemStatus, ...]
    done: str


def cycle_years(report: SchoolReport, say: Sentences) -> list[CycleYear]:
    """The school years that have items, the newest first."""
    return [
        CycleYear(
            status.school_year,
            tuple(item for item in status.items if item.state not in (CycleState.DONE, CycleState.NOT_APPLICABLE)),
            say.codes(Counter(item.item for item in status.items if item.state is CycleState.DONE).items()),
        )
        for status in sorted(report.cycle, key=lambda status: status.school_year, reverse=True)
        if status.items
    ]


def cycle_in_order(report: SchoolReport) -> list[tuple[str, int]]:
    return [
        (code, 1) for code in dict.fromkeys(i.finding.rule for i in report.part(Part.MET) if i.finding.case is None)
    ]
