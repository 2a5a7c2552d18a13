"""Names that stand in the store, and its schemas. No database is needed to know them."""

from __future__ import annotations

NEWEST = "v0007"
"""The migration that the tables stand for."""
KNOWN = ("v0007",)
"""Every migration, oldest first."""
BEFORE_THE_FIRST = ("v0001", "v0002", "v0003", "v0004", "v0005", "v0006")
"""Stores of 0.1.0, which was never released: they are begun anew."""

MUNICIPALITY = ""
"""Stands in a key where there is no school: the municipality as a whole."""
TOO_LATE = "too_late"
"""Stands among the tallies' verdicts beside ``deviation``."""
NOT_WHOLE = "not_whole"
"""Stands there too, with 1 for a school that could not be read and judged to its end."""
UPGRADED = "upgraded"
"""Key in ``meta`` of an upgrade that is not in the run log yet: schema before, schema after, and when."""
TABLES = frozenset(
    (
        "acceptances",
        "calendar_events",
        "cases",
        "changes",
        "cycles",
        "digests",
        "findings",
        "meta",
        "outbox",
        "runs",
        "schools",
        "sent",
        "tallies",
        "written",
    )
)


def cycle_subject(school: str | None, school_year: str) -> str:
    """The key of a school year in the outbox and among the findings."""
    return f"{school or MUNICIPALITY}/{school_year}"
