"""The account of a night: what there was of a school's cases, what there is now, and what is missing. Silence is never peace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..domain.problem import ProblemKind

if TYPE_CHECKING:
    from ..store import CaseState

TOLD_FOR = timedelta(days=30)
"""So long a case that has gone is named, where nobody has accepted it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A school's cases in numbers. ``seen``: those that could be read, tonight or on the night they last changed."""

    known: int
    """before the night"""
    seen: int
    new: int
    gone: int
    """still missing, and accepted by nobody"""
    forbidden: int
    unreadable: int

    def to_json(self) -> dict[str, int]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Missing:
    """The cases of a school that the source no longer has."""

    named: tuple[CaseState, ...]
    """Those that are told: until they are back, or accepted, or for :data:`TOLD_FOR`."""
    open: tuple[CaseState, ...]
    """Those of them that stood open: nobody can say that there is nothing to do in them."""
    alarm: bool
    """Whether so many open cases are gone that it is the source that is at fault, until a person says otherwise."""
    open_known: int
    """Open cases that we know of, the missing among them."""


def missing(states: Iterable[CaseState], as_of: datetime, *, allowed: int, share: float) -> Missing:
    """What is missing of the cases ``states`` of one school.

    It is an alarm where all open cases are gone, or more than ``allowed`` and more than ``share`` of them. Closed cases
    that the vendor archives are told, and are no alarm.
    """
    states = tuple(states)
    gone = [state for state in states if state.vanished_at is not None and state.gone_accepted_at is None]
    gone_open = [state for state in gone if not state.closed]
    there = sum(state.vanished_at is None and state.judged_at is not None and not state.closed for state in states)
    known = there + len(gone_open)
    alarm = bool(gone_open) and (not there or len(gone_open) > max(allowed, share * known))
    lately = [state for state in gone if alarm or state.vanished_at > as_of - TOLD_FOR]  # type: ignore[operator]  # gone is dated
    return Missing(tuple(lately), tuple(state for state in lately if not state.closed), alarm, known)


def account(before: frozenset[str], states: Iterable[CaseState], gone: Missing) -> Account:
    """The account of a school that had the cases ``before``, and has ``states`` now."""
    there = [state for state in states if state.vanished_at is None]
    unread = [state for state in there if state.problem is not None]
    forbidden = sum(state.problem == ProblemKind.FORBIDDEN for state in unread)
    return Account(
        known=len(before),
        seen=len(there) - len(unread),
        new=sum(state.case not in before for state in there),
        gone=len(gone.named),
        forbidden=forbidden,
        unreadable=len(unread) - forbidden,
    )
