"""What is remembered between nights: SQLAlchemy over SQLite (or PostgreSQL), with migrations. No names, no texts."""

from .database_errors import BrokenExport
from .names import MUNICIPALITY, TOO_LATE, cycle_subject
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
    StandsJudged,
    Tally,
    Told,
    Upgrade,
    YearState,
)
from .store import OlderStore, Store

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
    "StandsJudged",
    "Store",
    "Tally",
    "Told",
    "Upgrade",
    "YearState",
    "cycle_subject",
]
