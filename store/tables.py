"""The tables: what is remembered between nights. Ids, codes, dates and numbers; no names and no texts of a case: of longer texts of
plans a keyed fingerprint, where the key is in the secrets folder (judging/copies.py).

Portable types only: the same tables in SQLite and in PostgreSQL. A change here needs a migration in
``migrations/versions``; a test holds the two equal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Utc(TypeDecorator[datetime]):
    """A moment, zone-aware in Python, UTC in the database (SQLite keeps no zone of its own)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

schools = Table(
    "schools",
    metadata,
    Column("school", String(9), primary_key=True),
    Column("cursor", Utc),  # the latest time of change seen, by the source's own clock
    Column("full_at", Utc),  # as_of of the last full reconciliation that was whole
    Column("basis", String(64)),  # fingerprint of plan, rules and calendar that judged
    Column("name", String(120)),  # what the school is called: no person's
    Column("language", String(10)),  # its written language, where the source says
    Column("closed_on", Date),  # its last day, where it is closed
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("school", String(9), nullable=False),
    Column("etag", Text),
    Column(
        "seen_as", String(64)
    ),  # fingerprint of the whole answer that was judged: the same need not be read again; gone with the case
    Column("modified_at", Utc),
    Column("judged_at", Utc),  # NULL: never judged, because it could not be read
    Column("plan", String(120)),
    Column("unseen_since", Utc),  # when something of it first could not be seen; NULL: all could
    Column("crashed", JSON, nullable=False),
    Column("changes_at", Utc),
    Column("closed", Boolean),  # whether it stood closed when it was judged
    Column("first_judged_at", Utc),
    Column("leader_accused", Boolean, nullable=False),  # only that; keeps the case out of rektor's view
    Column("last_act", Date),  # the last day on which somebody is known to have done something for the pupil
    Column("unseen", JSON, nullable=False),  # names of fields of the case that could not be seen whole
    Column("record_fingerprint", String(64)),
    Column("problem", String(40)),  # class name of what kept it from being read last time
    Column("vanished_at", Utc),
    Column(
        "prints", JSON, nullable=False
    ),  # keyed fingerprints of its plans' texts, by which copies are found; gone with the case
    Column("gone_accepted_at", Utc),  # when a person said that it is right that it is gone
)
Index("ix_cases_school_changes_at", cases.c.school, cases.c.changes_at)

cycles = Table(
    "cycles",
    metadata,
    Column("school", String(9), primary_key=True),  # MUNICIPALITY for the whole
    Column("school_year", String(9), primary_key=True),
    Column("judged_at", Utc, nullable=False),
    Column("plan", String(120), nullable=False),
    Column("crashed", JSON, nullable=False),
    Column("status", JSON, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("written_fingerprint", String(64)),
    Column("changed_to", String(64)),  # fingerprint of what somebody else has put in its place; NULL: nobody has
)

findings = Table(
    "findings",
    metadata,
    Column("subject", String(64), primary_key=True),  # case id, or school/school year
    Column("of_cycle", Boolean, primary_key=True),
    Column("rule", String(20), primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("school", String(9), primary_key=True),  # whose duty it was; MUNICIPALITY for the whole
    Column("slug", String(120), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("reason", String(20)),
    Column("question", String(60)),
    Column("deadline", Date),
    Column("asks_after", Date),
    Column("counted_from", Date),
    Column("reading", String(20)),
    Column("evidence", JSON, nullable=False),
    Column("remarks", JSON, nullable=False),
    Column("changes_at", Utc),
    Column("severity", String(20), nullable=False),
    Column("basis", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("plan", String(120), nullable=False),
    Column("state", String(20)),
    Column("settled", JSON),  # what would settle it, where it is open: outcomes, codes and days
)
Index("ix_findings_school_rule", findings.c.school, findings.c.rule)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),  # as_of of the night that saw it
    Column("subject", String(64), nullable=False),  # as in findings, like those that follow
    Column("of_cycle", Boolean, nullable=False),
    Column("rule", String(20), nullable=False),
    Column("scope", Text, nullable=False),
    Column("school", String(9), nullable=False),
    Column("was", String(20)),  # the verdict before; NULL: not asked
)
Index("ix_changes_at", changes.c.at)

written = Table(
    "written",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("record", JSON, nullable=False),  # flags as they were read back: codes, ids and dates
    Column("changed_to", String(64)),  # fingerprint of what somebody else has put in its place; NULL: nobody has
)

sent = Table(
    "sent",
    metadata,
    Column("subject", String(64), primary_key=True),  # as in the outbox
    Column("of_cycle", Boolean, primary_key=True),
    Column("fingerprint", String(64), primary_key=True),  # of each record that ever stood and was ours
)

outbox = Table(
    "outbox",
    metadata,
    Column("subject", String(64), primary_key=True),  # case id, or school/school year
    Column("of_cycle", Boolean, primary_key=True),
    Column("school", String(9), nullable=False),
    Column("key", String(64), nullable=False),  # idempotency key
    Column("fingerprint", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Column("etag", Text),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),  # something may stand there that nobody has read back
    Column("set_aside", String(40)),  # class name of why it was given up for the night
)
Index("ix_outbox_school", outbox.c.school)

acceptances = Table(
    "acceptances",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("school", String(9)),
    Column("case_id", String(64)),
    Column("rule", String(20), nullable=False),
    Column("scope", Text, nullable=False),
    Column("reason", Text, nullable=False),  # a person's words: the one text there is, and it must hold no names
    Column("role", String(20), nullable=False),
    Column("until", String(40), nullable=False),  # as it was given: what is malformed is kept, and told
    Column("verdict", String(20)),  # what was decided about; NULL where it was not told
    Column("created_at", Utc, nullable=False),
    Column("withdrawn_at", Utc),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("number", Integer, nullable=False),  # their order, whatever the clock says
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("as_of", Utc, nullable=False),
    Column("plan", String(120), nullable=False),
    Column("state", String(20), nullable=False),  # running, complete, incomplete, stopped, failed, killed
    Column("summary", JSON),  # the last runs' alone
)
Index("ix_runs_number", runs.c.number, unique=True)

tallies = Table(
    "tallies",
    metadata,
    Column("school", String(9), primary_key=True),
    Column("verdict", String(20), primary_key=True),  # TOO_LATE for deviations that no act can undo
    Column("since", Integer, primary_key=True),  # the number of the run that first had it
    Column("number", Integer, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("reader", String(40), primary_key=True),  # channel and school, or channel alone for the owner
    Column("as_of", Utc, nullable=False),
    Column("standing", JSON, nullable=False),  # what it said was open: codes and ids, or numbers as they were shown
)

calendar_events = Table(
    "calendar_events",
    metadata,
    Column("uid", String(80), primary_key=True),
    Column("as_of", Utc, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("sequence", Integer, nullable=False),
)
