"""A municipality's plan as data: the document, how its words are read, which rules are on, and its rows with quotes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import Protocol, TypeVar

from pydantic import Field, model_validator

from .base import Frozen
from .fault_words import marked
from .verdict import Reading


class Strict(Frozen):
    """Settings-like data: a misspelt key is an error."""

    model_config = Frozen.model_config | {"extra": "forbid"}


class Document(Strict):
    """The plan document itself."""

    id: str
    title: str
    municipality: str
    language: str = "nb"
    version: str
    """Name of the version, as flags carry it."""
    approved: date
    valid_from: date
    """From this day its rows judge; before ``approved`` the plan-only ones give a question at most."""
    valid_to: date | None = None
    next_revision: date | None = None
    last_revision: date | None = None
    """«Siste revisjonsdato», where the document fills it in."""
    category: str | None = None
    law_in_force: date
    """Nothing that happened before this day is judged."""

    @property
    def label(self) -> str:
        """What findings and flags carry: document id and version."""
        return f"{self.id}/{self.version}"


class Ladder(Strict):
    """For a duty without a time limit: school days until it becomes a question, and until it becomes a deviation."""

    review_after: int = Field(ge=0)
    deviation_after: int = Field(ge=0)

    @model_validator(mode="after")
    def _rises(self) -> Ladder:
        if self.deviation_after < self.review_after:
            raise ValueError(marked("deviation_after kan ikke være mindre enn review_after"))
        return self


class Readings(Strict):
    """Every choice of meaning, decided once and shown in each finding. ``source`` names who decided."""

    source: str
    day: Reading = Reading.CALENDAR_DAY
    """What «samme dag» and «dagen etter» count: dates, or school days."""
    tolerance_outside_school_hours: bool = False
    """A notice received outside school hours may be answered by the end of the next school day."""
    tolerance_next_school_day: bool = False
    """«senest dagen etter» may mean the next school day."""
    tolerance_days_at_most: int = 3
    """No tolerance reaches further than this many calendar days."""
    school_hours_from: time = time(8, 0)
    school_hours_to: time = time(16, 0)
    straks_review_after_minutes: int = 120
    """«straks» on the same local day, but later than this in school hours, is a question."""
    registered_late_after_school_days: int = 1
    written_ahead_minutes: int = Field(default=15, ge=0)
    """An entry written more than this before its own time says what was to be done; less is clocks that differ."""
    heard_before_choice_school_days: int = Field(default=10, ge=0)
    """A conversation longer before what began the case than this was about something else."""
    default_ladder: Ladder = Ladder(review_after=5, deviation_after=20)
    ladders: dict[str, Ladder] = Field(default={})
    """Rule code → its own ladder."""
    heard_again_after_weeks: int = 4
    log_expected_every_school_days: int = 20
    plan_unchanged_after_weeks: int = 8
    cycle_due_soon_days: int = 28
    cycle_documented_within_days: int = 30
    copied_from_letters: int = Field(default=60, ge=20)
    """A text of a plan that is at least so long, and stands in another case too, is asked about (judging/copies.py)."""
    template_prompts: tuple[str, ...] = ()
    """What the municipality's own template has written in a plan's fields: it is nobody's text."""
    routine_old_after_days: int = 365
    """A routine whose version is older than this is shown with a remark."""

    def ladder(self, rule: str) -> Ladder:
        """The ladder of ``rule``."""
        return self.ladders.get(rule, self.default_ladder)


class Switch(Strict):
    """Whether a rule is on in this municipality, why, and who decided."""

    on: bool
    reason: str
    source: str


class Home(StrEnum):
    """What the tool does about a row of the plan."""

    RULE = "rule"
    PART = "part"
    """part of another rule"""
    QUESTION = "question"
    """a review question that a rule asks at the right moment"""
    NONE = "none"
    """no machine can check this"""


class PlanRow(Strict):
    """One sentence of the plan that asks for something."""

    name: str
    """Short name, in the plan's language."""
    quote: str | None = None
    """The plan's own words; ``None`` only for rows of the law that the plan does not state."""
    section: str | None = None
    home: Home
    of: str | None = None
    """For part and question: the code of the rule that takes it up."""
    why: str | None = None
    """For none: why no machine can check it."""

    @model_validator(mode="after")
    def _has_a_home(self) -> PlanRow:
        if self.home in (Home.PART, Home.QUESTION) and not self.of:
            raise ValueError(marked("part og question må si i 'of' hvilken regel de hører til"))
        if self.home is Home.NONE and not self.why:
            raise ValueError(marked("en rad som ingen maskin kan sjekke, må si hvorfor i 'why'"))
        return self


class Switched(Protocol):
    """What a plan turns on or off: the rule of one duty."""

    @property
    def row(self) -> str:
        """The code of the row that it belongs to."""

    @property
    def optional(self) -> bool:
        """Whether it is on only where a plan turns it on."""


D = TypeVar("D", bound=Switched)


class MunicipalPlan(Strict):
    """A plan, whole."""

    name: str
    """Folder name under plans/, for example ``oyer-2024``."""
    document: Document
    readings: Readings
    earlier: tuple[str, ...] = ()
    """Folders of earlier versions, each judging the events of its own time."""
    rules: dict[str, Switch] = Field(default={})
    """Only what departs from the standard: optional rules that are on, other rules that are off."""
    rows: dict[str, PlanRow]
    citations: dict[str, str] = Field(default={})
    """Paragraph (key of plans/law.toml) → the heading that the document gives it."""

    @model_validator(mode="after")
    def _speaks_of_its_own_rows(self) -> MunicipalPlan:
        strange = sorted((self.rules.keys() | self.readings.ladders.keys()) - self.rows.keys())
        if strange:
            raise ValueError(f"ingen rad har koden {', '.join(strange)}, som står i rules eller readings.ladders")
        return self

    def turned_on(self, duties: Iterable[D]) -> list[D]:
        """Those of ``duties`` that are on by :meth:`is_on`, which is asked here of all of them at once."""
        rows, switches = self.rows, self.rules
        return [
            duty
            for duty in duties
            if (duty.row in rows and not duty.optional if (switch := switches.get(duty.row)) is None else switch.on)
        ]

    def is_on(self, code: str, *, optional: bool) -> bool:
        """Whether the rule ``code`` is on: it has a row here, and no switch says otherwise."""
        switch = self.rules.get(code)
        if switch is not None:
            return switch.on
        return code in self.rows and not optional
