"""Small facts about the store itself, and where the last nights left each school."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from . import opening
from .rows import SchoolState, Upgrade
from .statements import put
from .tables import meta, schools


def fact(connection: Connection, key: str) -> str | None:
    """A small fact about the store itself."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def keep_fact(connection: Connection, key: str, value: str) -> None:
    """Keeps a small fact about the store itself."""
    put(connection, meta, {"key": key}, {"value": value})


def upgraded(connection: Connection) -> Upgrade | None:
    """An upgrade of the schema that has not been noted yet, however long ago it was."""
    value = fact(connection, opening.UPGRADED)
    if value is None:
        return None
    before, after, at = value.split()
    return Upgrade(before, after, datetime.fromisoformat(at))


def upgrade_is_noted(connection: Connection) -> None:
    """The run log has the upgrade: it is news no more."""
    connection.execute(delete(meta).where(meta.c.key == opening.UPGRADED))


def school(connection: Connection, school: str) -> SchoolState:
    """Where the last nights left ``school``."""
    row = connection.execute(select(schools).where(schools.c.school == school)).mappings().first()
    return SchoolState(**row) if row is not None else SchoolState(school)


def every_school(connection: Connection) -> tuple[str, ...]:
    """Every school that has been looked at."""
    return tuple(connection.execute(select(schools.c.school).order_by(schools.c.school)).scalars())


def put_school(connection: Connection, state: SchoolState) -> None:
    """Moves a school on."""
    values = {name: getattr(state, name) for name in SchoolState.__slots__ if name != "school"}
    put(connection, schools, {"school": state.school}, values)
