"""The first store: schools, cases, findings, flags written, the outbox, acceptances, runs, and what was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "meta", sa.Column("key", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    op.create_table(
        "schools",
        sa.Column("school", sa.String(9), primary_key=True),
        sa.Column("cursor", _MOMENT),
        sa.Column("full_at", _MOMENT),
        sa.Column("basis", sa.String(64)),
        sa.Column("name", sa.String(120)),
        sa.Column("language", sa.String(10)),
        sa.Column("closed_on", sa.Date),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("school", sa.String(9), nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("seen_as", sa.String(64)),
        sa.Column("modified_at", _MOMENT),
        sa.Column("judged_at", _MOMENT),
        sa.Column("plan", sa.String(120)),
        sa.Column("unseen_since", _MOMENT),
        sa.Column("crashed", sa.JSON, nullable=False),
        sa.Column("changes_at", _MOMENT),
        sa.Column("closed", sa.Boolean),
        sa.Column("first_judged_at", _MOMENT),
        sa.Column("leader_accused", sa.Boolean, nullable=False),
        sa.Column("last_act", sa.Date),
        sa.Column("unseen", sa.JSON, nullable=False),
        sa.Column("record_fingerprint", sa.String(64)),
        sa.Column("problem", sa.String(40)),
        sa.Column("vanished_at", _MOMENT),
        sa.Column("prints", sa.JSON, nullable=False),
        sa.Column("gone_accepted_at", _MOMENT),
    )
    op.create_index("ix_cases_school_changes_at", "cases", ["school", "changes_at"])
    op.create_table(
        "cycles",
        sa.Column("school", sa.String(9), primary_key=True),
        sa.Column("school_year", sa.String(9), primary_key=True),
        sa.Column("judged_at", _MOMENT, nullable=False),
        sa.Column("plan", sa.String(120), nullable=False),
        sa.Column("crashed", sa.JSON, nullable=False),
        sa.Column("status", sa.JSON, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("written_fingerprint", sa.String(64)),
        sa.Column("changed_to", sa.String(64)),
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
        sa.Column("asks_after", sa.Date),
        sa.Column("counted_from", sa.Date),
        sa.Column("reading", sa.String(20)),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        sa.Column("changes_at", _MOMENT),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("basis", sa.String(20), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("plan", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20)),
        sa.Column("settled", sa.JSON),
    )
    op.create_index("ix_findings_school_rule", "findings", ["school", "rule"])
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("of_cycle", sa.Boolean, nullable=False),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("school", sa.String(9), nullable=False),
        sa.Column("was", sa.String(20)),
    )
    op.create_index("ix_changes_at", "changes", ["at"])
    op.create_table(
        "written",
        sa.Column("case_id", sa.String(64), sa.ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.Column("changed_to", sa.String(64)),
    )
    op.create_table(
        "sent",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("of_cycle", sa.Boolean, primary_key=True),
        sa.Column("fingerprint", sa.String(64), primary_key=True),
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
        sa.Column("verdict", sa.String(20)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("plan", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("summary", sa.JSON),
    )
    op.create_index("ix_runs_number", "runs", ["number"], unique=True)
    op.create_table(
        "tallies",
        sa.Column("school", sa.String(9), primary_key=True),
        sa.Column("verdict", sa.String(20), primary_key=True),
        sa.Column("since", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "digests",
        sa.Column("reader", sa.String(40), primary_key=True),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("standing", sa.JSON, nullable=False),
    )
    op.create_table(
        "calendar_events",
        sa.Column("uid", sa.String(80), primary_key=True),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
