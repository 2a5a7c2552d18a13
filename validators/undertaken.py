"""The enquiry as it is shown: by what somebody at the school did, and never by the one it is about or by a system."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.log import LOOKS_INTO, LogEntry, LogKind
from .judge import Judge
from .known import KnownCase
from .proof import Proof, Shown, anyone, sort

ENQUIRY = Proof(
    (*LOOKS_INTO, LogKind.ENQUIRY_PLAN), by=anyone("Undersøkelser skal settes i gang straks"), may_be_declined=True
)
"""Something was examined, by somebody else than the one it is about."""


def undertaken(case: KnownCase, judge: Judge, entries: Iterable[LogEntry]) -> Shown:
    """``entries`` of an enquiry by what they are worth."""
    return sort(case, judge, ENQUIRY, entries)
