"""What reports made of the store need: a school's language, whether a case stood closed, and how verdicts stood before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a table and three columns."""
    op.add_column("schools", sa.Column("language", sa.String(10)))
    op.add_column("cases", sa.Column("closed", sa.Boolean()))
    op.add_column("cases", sa.Column("first_judged_at", sa.DateTime(timezone=True)))
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("of_cycle", sa.Boolean, nullable=False),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("school", sa.String(9), nullable=False),
        sa.Column("was", sa.String(20)),
    )
    op.create_index("ix_changes_at", "changes", ["at"])
