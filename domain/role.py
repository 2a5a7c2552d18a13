"""The parts that people play in a case. No model stands here: a rule's page needs none."""

from __future__ import annotations

from enum import StrEnum


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
