"""Small facts about the store itself, and where the last nights left each school."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from .names import UPGRADED
from .rows import SchoolState
from .statements import put
from .tables import meta, schools


def upgrade_is_noted(connection: Connection) -> None:
    """The run log has the upgrade: it is news no more."""
    connection.execute(delete(meta).where(meta.c.key == UPGRADED))


def put_school(connection: Connection, state: SchoolState) -> None:
    """Moves a school on."""
    values = {name: getattr(state, name) for name in SchoolState.__slots__ if name != "school"}
    put(connection, schools, {"school": state.school}, values)
