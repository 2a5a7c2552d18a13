"""Small facts about the store itself, and where the last nights left each school."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from .names import UPGRADED
from .tables import meta


def upgrade_is_noted(connection: Connection) -> None:
    """The run log has the upgrade: it is news no more."""
    connection.execute(delete(meta).where(meta.c.key == UPGRADED))
