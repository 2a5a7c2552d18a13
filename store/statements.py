"""Statements that every topic needs, in words that every database knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, insert, update


def put(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Changes the row with ``key``, or makes it. Portable: no dialect's own upsert."""
    where = and_(*(table.c[name] == value for name, value in key.items()))
    if not connection.execute(update(table).where(where).values(values)).rowcount:
        connection.execute(insert(table), [{**key, **values}])


def add(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Makes the ``rows``; none is none (a database takes an empty list for a row of nothing)."""
    if rows:
        connection.execute(insert(table), rows)
