"""What is remembered between nights: SQLAlchemy over SQLite (or PostgreSQL), with migrations. No names, no texts."""

from .acceptances import BrokenExport
from .cycles import cycle_subject
from .rows import (
    Acceptance,
    CaseState,
    FirstWrite,
    Forgotten,
    Intention,
    JudgedCase,
    JudgedCycle,
    Run,
    SchoolState,
    Tally,
    Told,
    Upgrade,
    YearState,
)
from .store import OlderStore, Store
from .tables import MUNICIPALITY, TOO_LATE

__all__ = [
    "MUNICIPALITY",
    "TOO_LATE",
    "Acceptance",
    "BrokenExport",
    "CaseState",
    "FirstWrite",
    "Forgotten",
    "Intention",
    "JudgedCase",
    "JudgedCycle",
    "OlderStore",
    "Run",
    "SchoolState",
    "Store",
    "Tally",
    "Told",
    "Upgrade",
    "YearState",
    "cycle_subject",
]
