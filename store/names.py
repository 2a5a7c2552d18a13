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
_COLUMNS = {
    "acceptances": "id school case_id rule scope reason role until verdict created_at withdrawn_at",
    "calendar_events": "uid as_of fingerprint sequence",
    "cases": (
        "case_id school etag seen_as modified_at judged_at plan unseen_since crashed changes_at closed "
        "first_judged_at leader_accused last_act unseen record_fingerprint problem vanished_at prints "
        "gone_accepted_at"
    ),
    "changes": "id at subject of_cycle rule scope school was",
    "cycles": "school school_year judged_at plan crashed status fingerprint written_fingerprint changed_to",
    "digests": "reader as_of standing",
    "findings": (
        "subject of_cycle rule scope school slug verdict reason question deadline asks_after counted_from "
        "reading evidence remarks changes_at severity basis role plan state settled"
    ),
    "meta": "key value",
    "outbox": "subject of_cycle school key fingerprint body etag attempts uncertain set_aside",
    "runs": "run_id number started_at ended_at as_of plan state summary",
    "schools": "school cursor full_at basis name language closed_on",
    "sent": "subject of_cycle fingerprint",
    "tallies": "school verdict since number",
    "written": "case_id fingerprint record changed_to",
}
TABLES = frozenset(_COLUMNS)
COLUMNS = frozenset(f"{table}.{column}" for table, columns in _COLUMNS.items() for column in columns.split())
"""Every column, with its table: what is there is known without SQLAlchemy."""


def cycle_subject(school: str | None, school_year: str) -> str:
    """The key of a school year in the outbox and among the findings."""
    return f"{school or MUNICIPALITY}/{school_year}"
