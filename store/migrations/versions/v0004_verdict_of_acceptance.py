"""What a person decided about: a question that was accepted must not hide the deviation that it became."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column."""
    op.add_column("acceptances", sa.Column("verdict", sa.String(20)))
