"""Who did what: roles and pseudonyms. A name never gets further in than an adapter."""

from __future__ import annotations

from enum import StrEnum

from .base import Frozen, Ref


class Role(StrEnum):
    """A part played in a case, by the plan's own words (glossary: docs/glossary.md)."""

    PUPIL = "pupil"
    """eleven"""
    GUARDIAN = "guardian"
    """foreldre/foresatte"""
    CONTACT_TEACHER = "contact_teacher"
    """kontaktlærer"""
    TEACHER = "teacher"
    """annet pedagogisk personale"""
    STAFF = "staff"
    """andre ansatte i skolen: SFO, assistent, renhold, vaktmester"""
    LEADER = "leader"
    """skolens ledelse utenom rektor: avdelingsleder, inspektør, SFO-leder"""
    RECTOR = "rector"
    """rektor"""
    OWNER = "owner"
    """skoleeier/kommunalsjef"""
    ADVISER = "adviser"
    """rådgiver hos skoleeier"""
    EXTERNAL = "external"
    """andre: PPT, helsesykepleier og lignende"""
    ANONYMOUS = "anonymous"
    """ukjent avsender som ikke skal spores"""
    SYSTEM = "system"
    """et system, ikke et menneske"""
    UNKNOWN = "unknown"
    """kilden sier ikke hvem"""

    @property
    def works_at_school(self) -> bool:
        """Whether the plan's «alle som arbeider ved skolen» takes this role in."""
        return self in _AT_SCHOOL

    @property
    def is_pedagogical(self) -> bool:
        """Whether the plan expects own logs from this role («pedagogisk personale», rektor included)."""
        return self in _PEDAGOGICAL


_PEDAGOGICAL = frozenset({Role.CONTACT_TEACHER, Role.TEACHER, Role.LEADER, Role.RECTOR})
_AT_SCHOOL = _PEDAGOGICAL | {Role.STAFF}


class Actor(Frozen):
    """One person in a case: a role and, where the source has one, a pseudonym that is the same throughout the case."""

    role: Role
    """The role in which the person acted."""
    ref: Ref | None = None
    """Pseudonym of the person; never a name and never an identity number."""
    acts_for: Role | None = None
    """The role this person is a registered delegate of (requirements A-24); responsibility stays with that role."""

    def acts_as(self, *roles: Role) -> bool:
        """Whether the person acted in one of ``roles``, in person or as a registered delegate."""
        return self.role in roles or (self.acts_for is not None and self.acts_for in roles)

    def is_same_person(self, other: Actor | None) -> bool | None:
        """Whether both are one person; ``None`` where the source does not say."""
        if other is None or self.ref is None or other.ref is None:
            return None
        return self.ref == other.ref
