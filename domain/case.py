"""A school-environment case, whole: everything a duty in the plan can turn on, and nothing more."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated

from pydantic import Field, field_serializer

from .activity_plan import ActivityPlan, Evaluation
from .base import Frozen, Ref
from .log import LogEntry, Recorded
from .moment import Moment
from .notice import Notice
from .people import Actor, Role
from .school import OrganisationNumber

CaseId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^([0-9]{1,10}|[0-9]{12,}|[0-9]*[A-Za-zÆØÅæøå][A-Za-z0-9ÆØÅæøå._/\-]*|[0-9]+[._/\-][A-Za-z0-9ÆØÅæøå._/\-]*)$",
    ),
]
"""The case number of the source. The pattern keeps control characters, spaces, markup and identity numbers (eleven digits
by themselves) out of every output."""


class CaseStatus(StrEnum):
    """Whether the case is open."""

    OPEN = "open"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a case was closed."""

    SAFE = "safe"
    """eleven har det trygt og godt"""
    UNFOUNDED = "unfounded"
    """undersøkt, og eleven har det trygt og godt: ingen aktivitetsplan skyldes"""
    NOT_BULLYING = "not_bullying"
    NOT_VIOLATION = "not_violation"
    MOVED = "moved"
    """eleven har byttet skole"""
    OTHER = "other"
    NOT_STATED = "not_stated"


class StatusChange(Frozen):
    """The case was opened, closed or reopened."""

    status: CaseStatus
    at: Moment
    registered_at: Moment | None = None
    by: Actor | None = None
    reason: ClosingReason | None = None


class SeverityChange(Frozen):
    """Someone decided whether the case is «alvorlig»."""

    serious: bool
    at: Moment
    registered_at: Moment | None = None
    by: Actor | None = None


class Suspected(StrEnum):
    """Who is said to be behind it. ``leader`` covers all of the school's leadership, rektor included."""

    NONE = "none"
    PUPIL = "pupil"
    STAFF = "staff"
    LEADER = "leader"
    UNKNOWN = "unknown"


class Suspicion(Frozen):
    """From ``at`` on it was known that someone is said to violate a pupil."""

    suspected: Suspected
    at: Moment
    registered_at: Moment | None = None
    by: Actor | None = None
    """Who got the suspicion or knowledge."""
    accused: tuple[Actor, ...] = ()
    obviously_unfounded: bool | None = None
    """Whether rektor has found the report «openbert grunnlaus» (oppl. § 12-5; the plan has no such exemption)."""


class PupilPart(StrEnum):
    """Affected: the notice is about this pupil. Involved: in the case in another way."""

    AFFECTED = "affected"
    INVOLVED = "involved"


class Pupil(Frozen):
    """A pupil in the case, by pseudonym."""

    ref: Ref
    part: PupilPart = PupilPart.AFFECTED
    identified_at: Moment | None = None
    """When the school found out who the pupil is, where the notice did not say."""
    joined_at: Moment | None = None
    """When the pupil became part of the case, where that was later."""


class GuardiansInformed(Frozen):
    """Guardians were informed about an incident."""

    at: Moment
    registered_at: Moment | None = None
    pupil: Ref | None = None
    """Whose guardians; ``None`` = the source does not say."""
    by: Actor | None = None


class Incident(Recorded):
    """A situation in which someone intervened (gripe inn), by the plan's four kinds (levels 1 to 4)."""

    level: int | None = Field(default=None, ge=1, le=4)
    pupils: tuple[Ref, ...] = ()
    intervener: Actor | None = None
    leader_called_at: Moment | None = None
    leader_called: bool | None = None
    guardians_informed: tuple[GuardiansInformed, ...] = ()
    contact_unsafe: bool | None = None
    """True where telling the guardians would be unsafe for the child."""
    description: str | None = None
    follow_up_responsible: Actor | None = None
    considered_not_documented: bool | None = None
    """Level 2: kontaktlærer has considered documentation and found none needed."""
    physical_intervention: bool | None = None
    intervention_account: str | None = None
    pupil_view: str | None = None


class Transfer(Frozen):
    """The case, with its duties, went from one school to another."""

    at: Moment
    from_school: OrganisationNumber
    to_school: OrganisationNumber


class Case(Frozen):
    """One case, as far as the reader was allowed to see it."""

    id: CaseId
    school: OrganisationNumber
    """Organisation number of the school that has the case now."""
    status_history: tuple[StatusChange, ...] = Field(min_length=1)
    """The first entry is the opening."""
    severity: tuple[SeverityChange, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    investigator: Actor | None = None
    """Who investigates, where the case says."""
    pupils: tuple[Pupil, ...] = ()
    notices: tuple[Notice, ...] = ()
    log: tuple[LogEntry, ...] = ()
    activity_plans: tuple[ActivityPlan, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    incidents: tuple[Incident, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    from_after_school_care: bool = False
    """Whether the case comes from SFO or leksehjelp (oppl. § 12-1)."""
    language: str | None = None
    """``nb`` or ``nn``: the written language of the case's documents, where the source says."""
    hidden: frozenset[str] = frozenset()
    """Paths the reader was not allowed to see, e.g. ``log``, ``activity_plans.best_interest``: unknown, never missing."""
    unreadable: frozenset[str] = frozenset()
    """Paths that came but could not be read."""
    not_carried: frozenset[str] = frozenset()
    """Paths that the source never has (``notices.read_at``), and kinds of entry (``log:pupil_told``): unknown, never missing."""
    etag: str | None = Field(default=None, max_length=200, pattern=r"^[\x21-\x7e]+$")
    """The source's version of the case. It goes back in a header, so it holds nothing that a header can not; nor spaces, as a name has."""
    modified_at: Moment | None = None

    @field_serializer("hidden", "unreadable", "not_carried", when_used="json")
    def _in_order(self, paths: frozenset[str]) -> list[str]:
        """A set has no order of its own; the same case gives the same document in every process."""
        return sorted(paths)

    def is_hidden(self, path: str) -> bool:
        """Whether ``path`` or anything above it is hidden, could not be read, or is nothing that the source ever has."""
        above = and_above(path)
        return not (
            self.hidden.isdisjoint(above) and self.unreadable.isdisjoint(above) and self.not_carried.isdisjoint(above)
        )

    def lacks(self, path: str) -> bool:
        """Whether ``path`` or anything above it is nothing that the source ever has."""
        return not self.not_carried.isdisjoint(and_above(path))

    def hides_part_of(self, path: str) -> bool:
        """Whether something below ``path`` can't be seen (see :meth:`is_hidden`), for example ``log.author`` below ``log``."""
        below, unseen = f"{path}.", (self.hidden, self.unreadable, self.not_carried)
        return any(hidden.startswith(below) for paths in unseen if paths for hidden in paths)

    def _can_not_see(self, name: str, *deciding: str) -> bool:
        """Whether anything of a list is kept from the reader, or what decides in it is nothing that the source ever has."""
        kept_back = any(path == name or path.startswith(f"{name}.") for path in self.hidden | self.unreadable)
        return kept_back or any(self.lacks(f"{name}.{part}") for part in deciding)

    @property
    def opened_at(self) -> Moment:
        """When the case was first opened."""
        return self.status_history[0].at

    def leader_is_accused(self, as_of: datetime | None = None) -> bool:
        """Whether anyone in the school's leadership is, or ever was, the subject: such a case is kept from rektor.

        Where the suspicions, or a part of them, can't be seen, nobody can say that none is: then it is kept back too.
        """
        if self._can_not_see("suspicions", "suspected", "accused"):
            return True
        return any(
            suspicion.suspected is Suspected.LEADER
            or any(actor.acts_as(Role.LEADER, Role.RECTOR) for actor in suspicion.accused)
            for suspicion in self.suspicions
            if as_of is None or suspicion.at.known_at(as_of)
        )

    def staff_is_accused(self) -> bool:
        """Whether anyone who works at the school is, or ever was, said to violate a pupil; true where that can't be seen."""
        if self.leader_is_accused() or self._can_not_see("notices", "accuses_staff"):
            return True
        told = any(notice.accuses_staff for notice in self.notices)
        return told or any(
            suspicion.suspected is Suspected.STAFF or any(actor.role.works_at_school for actor in suspicion.accused)
            for suspicion in self.suspicions
        )


@cache
def and_above(path: str) -> tuple[str, ...]:
    """``path`` itself and what it stands in: ``log.author`` stands in ``log``. Rules ask for the same few, which are the format's own."""
    parts = path.split(".")
    return tuple(".".join(parts[:length]) for length in range(1, len(parts) + 1))
