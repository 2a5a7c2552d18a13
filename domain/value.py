"""Values of our own making that are made in great numbers: frozen dataclasses, of which mypy and not the interpreter sees to it.

A frozen dataclass writes each field through ``object.__setattr__``, which was a seventh of the time that judging took. So these
are frozen for whoever writes code, are equal and hashed by what they hold, and are written like any other object while it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["value"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen, slots, kw_only=False):
        """``dataclass(frozen=True, slots=True)`` for mypy; at run time the same without the guard."""
        return dataclass(unsafe_hash=frozen, slots=slots, kw_only=kw_only)
