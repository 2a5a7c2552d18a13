"""A school's written language, so that what is made of the store alone comes in it too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column."""
    op.add_column("schools", sa.Column("language", sa.String(10)))
