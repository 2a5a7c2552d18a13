"""One line of what the doctor says: what was asked about, how it stands, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    LOOK = "look"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was asked about."""

    check: str
    state: State
    what: str
    do: str | None = None
    """What to do, where something must be done."""
