"""A school's written language, and whether a case stood closed, so that reports made of the store alone know them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds two columns."""
    op.add_column("schools", sa.Column("language", sa.String(10)))
    op.add_column("cases", sa.Column("closed", sa.Boolean()))
