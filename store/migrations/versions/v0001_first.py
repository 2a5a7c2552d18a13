"""The first store: schools, cases, findings, flags written, the outbox, acceptances and runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "meta", sa.Column("key", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    op.create_table(
        "schools",
        sa.Column("school", sa.String(9), primary_key=True),
        _moment("cursor"),
        _moment("full_at"),
        _moment("complete_at"),
        sa.Column("basis", sa.String(64)),
        sa.Column("source_count", sa.Integer),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("school", sa.String(9), nullable=False),
        sa.Column("etag", sa.Text),
        _moment("modified_at"),
        _moment("judged_at"),
        sa.Column("plan", sa.String(120)),
        sa.Column("complete", sa.Boolean, nullable=False),
        _moment("unseen_since"),
        sa.Column("crashed", sa.JSON, nullable=False),
        _moment("changes_at"),
        sa.Column("leader_accused", sa.Boolean, nullable=False),
        sa.Column("record_fingerprint", sa.String(64)),
        sa.Column("problem", sa.String(40)),
        _moment("problem_at"),
        _moment("vanished_at"),
        sa.Column("vanished_why", sa.String(40)),
    )
    op.create_index("ix_cases_school_changes_at", "cases", ["school", "changes_at"])
    op.create_table(
        "cycles",
        sa.Column("school", sa.String(9), primary_key=True),
        sa.Column("school_year", sa.String(9), primary_key=True),
        _moment("judged_at", nullable=False),
        sa.Column("plan", sa.String(120), nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("crashed", sa.JSON, nullable=False),
        _moment("changes_at"),
        sa.Column("status", sa.JSON, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("written_fingerprint", sa.String(64)),
        _moment("written_at"),
    )
    op.create_table(
        "findings",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("of_cycle", sa.Boolean, primary_key=True),
        sa.Column("rule", sa.String(20), primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("school", sa.String(9), primary_key=True),
        sa.Column("slug", sa.String(120), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("question", sa.String(60)),
        sa.Column("deadline", sa.Date),
        sa.Column("counted_from", sa.Date),
        sa.Column("reading", sa.String(20)),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        _moment("changes_at"),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("basis", sa.String(20), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("plan", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20)),
    )
    op.create_index("ix_findings_school_rule", "findings", ["school", "rule"])
    op.create_table(
        "written",
        sa.Column("case_id", sa.String(64), sa.ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        _moment("confirmed_at", nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("of_cycle", sa.Boolean, primary_key=True),
        sa.Column("school", sa.String(9), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("set_aside", sa.String(40)),
        _moment("created_at", nullable=False),
        _moment("tried_at"),
    )
    op.create_index("ix_outbox_school", "outbox", ["school"])
    op.create_table(
        "acceptances",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("school", sa.String(9)),
        sa.Column("case_id", sa.String(64)),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("until", sa.String(40), nullable=False),
        _moment("created_at", nullable=False),
        _moment("withdrawn_at"),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(36), primary_key=True),
        _moment("started_at", nullable=False),
        _moment("ended_at"),
        _moment("as_of", nullable=False),
        sa.Column("plan", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("summary", sa.JSON),
    )
