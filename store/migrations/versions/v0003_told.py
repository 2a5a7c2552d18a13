"""What was told last: the digests and the calendar's events, so that only news is sent; and what each school is called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds two tables and a column."""
    op.add_column("schools", sa.Column("name", sa.String(120)))
    op.create_table(
        "digests",
        sa.Column("reader", sa.String(40), primary_key=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing", sa.JSON, nullable=False),
    )
    op.create_table(
        "calendar_events",
        sa.Column("uid", sa.String(80), primary_key=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
