"""The annual cycle of internal control (årshjul, 1310.no): what is recorded there, and where each item stands."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from .base import Frozen, Ref
from .moment import Day
from .people import Role
from .school import OrganisationNumber

SchoolYear = Annotated[str, Field(pattern=r"^\d{4}-\d{4}$", examples=["2026-2027"])]


class Audience(StrEnum):
    """To whom something was made known."""

    PUPILS = "pupils"
    GUARDIANS = "guardians"
    STAFF = "staff"


class CycleKind(StrEnum):
    """What an entry in the annual cycle is about."""

    RULES_MADE_KNOWN = "rules_made_known"
    """regelverket om skolemiljø er gjort kjent (groups say for whom)"""
    PLAN_MADE_KNOWN = "plan_made_known"
    PLAN_FOLLOWED_UP = "plan_followed_up"
    PLAN_REVISED = "plan_revised"
    """årlig revidering ("no changes needed" included)"""
    REVISION_INITIATED = "revision_initiated"
    """rådgiver hos skoleeier har tatt initiativ"""
    COMPETENCE_CONSIDERED = "competence_considered"
    VULNERABILITY_MEETING = "vulnerability_meeting"
    INFORMATION_GIVEN = "information_given"
    DOCUMENTATION_DISCUSSED = "documentation_discussed"
    TEMPLATES_AVAILABLE = "templates_available"
    SUPERVISION_ROUTINE = "supervision_routine"
    """inspeksjonsrutine (``done_at`` = the version's date)"""
    SUPERVISION_AT_ABSENCE = "supervision_at_absence"
    SIGNS_TRAINING = "signs_training"
    VIOLATION_DISCUSSED = "violation_discussed"
    FEEDBACK_CULTURE = "feedback_culture"
    HOME_SCHOOL_ARENA = "home_school_arena"
    SUPERVISION_ROSTER = "supervision_roster"
    STATE_SUPERVISOR_INFORMATION = "state_supervisor_information"
    """informasjon om retten til å melde til statsforvalteren (L-05)"""
    PLATFORM_USE = "platform_use"
    OTHER = "other"


class CycleEntry(Frozen):
    """One thing recorded in the annual cycle of a school, or (``school`` is None) of the municipality."""

    id: Ref
    school: OrganisationNumber | None = None
    school_year: SchoolYear
    kind: CycleKind
    groups: tuple[Audience, ...] = ()
    """For whom it was done: one entry may be for several («elever, foreldre og ansatte»). Empty: for nobody in particular."""
    planned_on: Day | None = None
    """The school's own date for it («jf årshjul på den enkelte skole»): the last day by its own cycle."""
    done_at: Day | None = None
    documented_at: Day | None = None
    registered_at: AwareDatetime | None = None
    by: Role | None = None
    plan_version: str | None = None
    number: int | None = None
    """A count, where the item is one (for example how many of the staff have access)."""
    of: int | None = None
    note: str | None = None
    """What the school has written beside it as evidence. Read in memory only; it never leaves the process."""


class CycleFacts(Frozen):
    """What the annual cycle holds for one school (or the municipality) in one school year."""

    school: OrganisationNumber | None
    school_year: SchoolYear
    entries: tuple[CycleEntry, ...] = ()
    found: bool = True
    """False: the annual cycle does not know the school at all."""
    hidden: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    """Paths that came but could not be read."""


class CycleState(StrEnum):
    """Where an item of the annual cycle stands."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    DONE = "done"
    DONE_UNDOCUMENTED = "done_undocumented"
    LATE = "late"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class CycleItemStatus(Frozen):
    """The state of one item, as it is written back. Idempotent per school, school year and item."""

    item: str
    """Rule code and, for items per group, the group: ``AAR-01``."""
    scope: str
    state: CycleState
    due: date | None = None
    evidence: tuple[str, ...] = ()
    law: tuple[str, ...] = ()
    role: Role


class CycleStatus(Frozen):
    """The whole status of one school (or the municipality) in one school year."""

    school: OrganisationNumber | None
    school_year: SchoolYear
    plan: str
    items: tuple[CycleItemStatus, ...]
    as_of: AwareDatetime
