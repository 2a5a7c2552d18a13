"""The course of one case («hva skjer nå i saken»): the plan's own steps from notice to evaluation, and where the case stands.

It is made of the findings and of the days of what they rest on: no name, and no word of a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ..domain.verdict import Verdict
from .items import Group, Item, Part
from .model import SchoolReport
from .report_language import Words
from .sentences import Sentences

STEPS = {
    "notice": ("VA-00", "VA-01", "L-01", "L-02", "SK-01", "SK-02"),
    "told": ("VA-08",),
    "meeting": ("UN-07",),
    "enquiry": ("UN-01", "UN-05", "UN-09", "UN-12", "SK-03", "SK-08"),
    "feedback": ("UN-13",),
    "measures": ("TI-07", "SK-05"),
    "evaluation": ("EV-01",),
}
"""The steps in the plan's order («Skolens plikter trinn for trinn»), each with the duties that say whether it is taken."""
TAKEN = ("done", "late", "skipped")
"""Kinds of steps that the case is past. One of which nothing is owed is ahead until all before it and a later one are taken: what
hangs on an earlier step that lacks is not owed yet."""
_WIDE, _HIGH = 112, 84
"""Units of the picture: of one step, and of the whole."""


@dataclass(frozen=True)
class Step:
    """One step: what it is called, where it stands, and by when or since when."""

    name: str
    kind: str
    """done, late, skipped, missing, due, ask, unseen, ahead: what its colour says too"""
    said: str
    day: str
    here: bool
    """Whether the case stands here: the first step that is not taken."""
    x: int

    @property
    def words(self) -> str:
        """«senest man. 23. nov.»"""
        return " ".join(filter(None, (self.said, self.day)))


@dataclass(frozen=True)
class Course:
    """The steps of one case, and where it stands in a sentence."""

    title: str
    stands: str
    steps: tuple[Step, ...]
    width: int
    height: int = _HIGH

    @property
    def description(self) -> str:
        """The picture in words."""
        return "; ".join(f"{step.name}: {step.words}" for step in self.steps)


def course(report: SchoolReport, say: Sentences) -> Course | None:
    """The course of the one case that ``report`` is about; ``None`` where it is about more."""
    block = next((block for block in report.cases if block.case == report.only.case), None)
    if block is None or block.case is None:
        return None
    days = report.days.get(block.case, {})
    found = [[i for i in report.items if i.finding.case == block.case and i.finding.rule in r] for r in STEPS.values()]
    drawn = [_step(items, days, say) for items in found]
    reached = max((place for place, (kind, _, _) in enumerate(drawn) if kind in TAKEN), default=-1)
    if block.closed:
        reached = len(found)
    skipped = ("skipped", say.words.gettext("ikke aktuelt"), "")
    for place in range(min(reached, len(drawn))):
        before = block.closed or all(kind in TAKEN for kind, _, _ in drawn[:place])
        if drawn[place][0] == "ahead" and before:
            drawn[place] = skipped
    here = next((place for place, (kind, _, _) in enumerate(drawn) if kind not in TAKEN), None)
    words = say.words
    steps = tuple(
        Step(name, *told, here=place == here, x=place * _WIDE + _WIDE // 2)
        for place, (name, told) in enumerate(zip(_names(words), drawn, strict=True))
    )
    if here is not None:
        at = f"{steps[here].name} ({steps[here].words})"
        stands = words.gettext("Saken står ved dette steget: {step}").format(step=at)
    else:
        stands = words.gettext("Saken er lukket") if block.closed else words.gettext("Alle stegene i planen er gått")
    return Course(words.gettext("Hva skjer nå i saken"), stands, steps, _WIDE * len(steps))


def _names(words: Words) -> tuple[str, ...]:
    """What the steps are called, in their order."""
    return (
        words.gettext("Varsel"),
        words.gettext("Eleven får vite"),
        words.gettext("Møte"),
        words.gettext("Undersøkelse"),
        words.gettext("Tilbakemelding"),
        words.gettext("Tiltak"),
        words.gettext("Evaluering"),
    )


def _step(items: list[Item], days: Mapping[str, date], say: Sentences) -> tuple[str, str, str]:
    """Kind, words and day of a step: what is missing first, then what runs, what is asked or unseen, and what is done."""
    words = say.words
    missing = [i for i in items if i.finding.verdict is Verdict.DEVIATION and i.part in (Part.TODAY, Part.CLOSED)]
    if missing:
        return "missing", words.gettext("mangler"), _last_day(missing, say)
    due = [item for item in items if item.group is Group.DUE]
    if due:
        day = _last_day(due, say)
        return "due", words.gettext("senest") if day else words.gettext("uten frist"), day
    if any(item.part is Part.REVIEW for item in items):
        return "ask", words.gettext("et spørsmål"), ""
    if any(item.part is Part.UNKNOWN for item in items):
        return "unseen", words.gettext("ikke sjekket"), ""
    late = [item for item in items if item.part is Part.TOO_LATE]
    if late:
        return "late", words.gettext("gjort for sent"), _done(late, days, say)
    if items:
        return "done", words.gettext("gjort"), _done(items, days, say)
    return "ahead", words.gettext("ikke ennå"), ""


def _short(day: date | None, say: Sentences) -> str:
    return "" if day is None else say.words.short_day(day, year=day.year != say.report.today.year)


def _last_day(items: Iterable[Item], say: Sentences) -> str:
    """The first of the deadlines; of what has none, nothing is said."""
    return _short(min((i.finding.deadline for i in items if i.finding.deadline is not None), default=None), say)


def _done(items: Iterable[Item], days: Mapping[str, date], say: Sentences) -> str:
    """When the last of it was done, as far as what the findings rest on has a day."""
    first = (min((days[id] for id in item.finding.evidence if id in days), default=None) for item in items)
    return _short(max((day for day in first if day is not None), default=None), say)
