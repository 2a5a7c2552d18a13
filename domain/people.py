"""Who did what: roles and pseudonyms. A name never gets further in than an adapter."""

from __future__ import annotations

from .base import Frozen, Ref
from .role import Role

__all__ = ["Actor", "Role"]


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
