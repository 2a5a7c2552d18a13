"""What the store gives and takes: small frozen values, so that nobody outside needs to know its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ..domain.annual_cycle import CycleStatus
from ..domain.problem import ProblemKind
from ..domain.verdict import Assessment


@dataclass(frozen=True, slots=True)
class Upgrade:
    """That the store's schema was brought from one release's to another's."""

    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SchoolState:
    """Where the last nights left a school. All moments are UTC."""

    school: str
    cursor: datetime | None = None
    """The latest time of change seen, by the source's own clock."""
    full_at: datetime | None = None
    basis: str | None = None
    name: str | None = None
    """What the school is called."""
    language: str | None = None
    """Its written language, where the source says."""
    closed_on: date | None = None
    """Its last day, where it is closed."""


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case that has been judged: what is kept of it."""

    assessment: Assessment
    school: str
    record_fingerprint: str | None
    """``None``: no flag is to be written on it."""
    etag: str | None = None
    modified_at: datetime | None = None
    seen_as: str | None = None
    """Fingerprint of the answer in which it came, where the source gives one."""
    changes_at: datetime | None = None
    """When time alone may change a verdict, or an entry dated ahead becomes known."""
    prints: Mapping[str, str] = field(default_factory=dict)
    """Keyed fingerprints of the texts of its plans (judging/copies.py) → the rule that asks for the field."""


@dataclass(frozen=True, slots=True)
class StandsJudged:
    """A case that stands judged just as the source answered."""

    case: str
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class FirstWrite:
    """When flags were written for the first time, and to which source (:attr:`Settings.source_mark`)."""

    day: date
    source: str


@dataclass(frozen=True, slots=True)
class CaseState:
    """What is remembered of one case."""

    case: str
    school: str
    etag: str | None
    modified_at: datetime | None
    judged_at: datetime | None
    """``None`` = never: it could not be read."""
    closed: bool | None
    """Whether it stood closed when it was judged."""
    leader_accused: bool
    problem: ProblemKind | None
    """What kept it from being read last time."""
    vanished_at: datetime | None
    gone_accepted_at: datetime | None
    """When a person said that it is right that it is gone."""


@dataclass(frozen=True, slots=True)
class Intention:
    """A write that is wanted, before it has been read back as done."""

    subject: str
    """Case id, or ``school/school year`` for the annual cycle."""
    of_cycle: bool
    school: str
    key: str
    fingerprint: str
    body: dict[str, Any] = field(repr=False)
    etag: str | None = None
    attempts: int = 0
    uncertain: bool = False
    """Something may stand there that nobody has read back: an earlier try ended without a clear answer."""
    set_aside: ProblemKind | None = None


@dataclass(frozen=True, slots=True)
class JudgedCycle:
    """The annual cycle of one school (or of the municipality) in one school year, judged."""

    status: CycleStatus
    assessment: Assessment
    fingerprint: str


@dataclass(frozen=True, slots=True)
class YearState:
    """What is remembered of it."""

    school: str | None
    school_year: str
    fingerprint: str
    written_fingerprint: str | None
    changed_to: str | None = None
    """What somebody else has put in the place of our status."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A human decision about one finding. ``until``: last day, inclusive; ``None`` = what is stored is no date."""

    id: str
    school: str | None
    case: str | None
    rule: str
    scope: str
    reason: str = field(repr=False)
    role: str = ""
    until: date | None = None
    created_at: datetime | None = None
    verdict: str | None = None
    """What was decided about; ``None`` where that was not kept."""
    malformed: tuple[str, ...] = ()
    """Names of the fields that are not as they should be: the finding is then back."""


@dataclass(frozen=True, slots=True)
class Run:
    """One night."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    as_of: datetime
    plan: str
    state: str
    summary: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings of a school had a verdict at the end of a night, over all rules.

    ``complete``: whether the school was read and judged to its end then. ``verdict``: as in the domain, and «too_late» apart from
    the deviations that something can still be done about.
    """

    run_id: str
    as_of: datetime
    complete: bool
    school: str | None
    verdict: str
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a digest said last: when, and what was open then."""

    as_of: datetime
    standing: dict[str, str]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What :meth:`Store.forget` removed."""

    cases: int
    runs: int
    cycles: int
    acceptances: int
