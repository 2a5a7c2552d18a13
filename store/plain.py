"""Statements in plain SQL, the same in SQLite and PostgreSQL: what reports read, and what a night keeps most of.

An SQLite file is read with the standard library alone, so that a report does not load what only other databases need; and rows
by the thousand go straight to the driver. ``?`` stands for a value. What a column holds is told by its name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..domain.problem import ProblemKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

BATCH = 500
"""Ids in one statement at most: every database takes that many parameters."""
Row = dict[str, Any]


def parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """``ids`` in pieces that fit in one statement."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def places(values: Sequence[Any]) -> str:
    """So many places for values, as in ``IN (?,?)``."""
    return "(" + ",".join("?" * len(values)) + ")"


def kind(value: str | None) -> ProblemKind | None:
    """A kind of problem, or nothing."""
    return None if value is None else ProblemKind(value)


class Plain:
    """What reads and writes in plain SQL, in a transaction that somebody else has begun and ends."""

    def __init__(self, connection: sqlite3.Connection | Connection) -> None:
        self._other: Connection | None = None
        self._own = None if isinstance(connection, sqlite3.Connection) else connection
        if isinstance(connection, sqlite3.Connection):
            self._sqlite: sqlite3.Connection | None = connection
        elif connection.dialect.name == "sqlite":
            self._sqlite = connection.connection.driver_connection
        else:
            self._sqlite, self._other = None, connection

    @property
    def other(self) -> Connection:
        """SQLAlchemy's connection, which it is on."""
        assert self._own is not None, "a transaction on the file itself is in plain SQL alone"  # noqa: S101 - a fault of ours
        return self._own

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """The rows, by the names of their columns."""
        if self._sqlite is not None:
            cursor = self._sqlite.execute(sql, [_to_sqlite(value) for value in values])
            names = [column[0] for column in cursor.description]
            found: Iterable[Sequence[Any]] = cursor
        else:
            assert self._other is not None  # noqa: S101 - one of them is there
            result = self._other.exec_driver_sql(_numbered(sql), values)
            names, found = list(result.keys()), result
        reads = [_READ.get(name) for name in names]
        return [
            {
                name: value if value is None or read is None else read(value)
                for name, read, value in zip(names, reads, row, strict=True)
            }
            for row in found
        ]

    def column(self, sql: str, *values: Any) -> list[Any]:
        """The first column of the rows."""
        return [next(iter(row.values())) for row in self.rows(sql, *values)]

    def run(self, sql: str, *values: Any) -> int:
        """Changes something, and gives in how many rows."""
        if self._sqlite is not None:
            return self._sqlite.execute(sql, [_to_sqlite(value) for value in values]).rowcount
        assert self._other is not None  # noqa: S101 - one of them is there
        return self._other.exec_driver_sql(_numbered(sql), tuple(map(_to_other, values))).rowcount

    def put_all(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """Makes the ``rows``, which all have the same columns, or changes those that have the same ``keys``."""
        if not rows:
            return
        columns = list(rows[0])
        others = [name for name in columns if name not in keys]
        changed = ", ".join(f"{name} = excluded.{name}" for name in others)
        then = f"ON CONFLICT ({', '.join(keys)}) DO " + (f"UPDATE SET {changed}" if others else "NOTHING")
        self.add_all(table, columns, [list(row.values()) for row in rows], then)

    def add_all(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], then: str = "") -> None:
        """Makes the ``rows``."""
        if not rows:
            return
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places(columns)} {then}"
        kinds = _TO_SQLITE_BY_NAME if self._sqlite is not None else _TO_OTHER_BY_NAME
        turned = [(place, kinds[name]) for place, name in enumerate(columns) if name in kinds]
        kept = [list(row) for row in rows]
        for row in kept:
            for place, turn in turned:
                if row[place] is not None:
                    row[place] = turn(row[place])
        if self._sqlite is not None:
            self._sqlite.executemany(sql, kept)
        else:
            assert self._other is not None  # noqa: S101 - one of them is there
            self._other.exec_driver_sql(_numbered(sql), [tuple(row) for row in kept])


def _numbered(sql: str) -> str:
    """The statement as pg8000 has its places."""
    return sql.replace("?", "%s")


def _zoned(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a zone can't be stored")
    return value


def _to_sqlite(value: Any) -> Any:
    """As SQLAlchemy keeps it, which has the file's other half."""
    if isinstance(value, datetime):
        return _zoned(value).astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, dict | list) else value


def _to_other(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _document(value: Any) -> Any:
    if value == "[]":  # most remarks
        return []
    return json.loads(value) if isinstance(value, str) else value


MOMENTS = (
    "as_of",
    "at",
    "changes_at",
    "created_at",
    "cursor",
    "ended_at",
    "first_judged_at",
    "full_at",
    "gone_accepted_at",
    "judged_at",
    "modified_at",
    "started_at",
    "unseen_since",
    "vanished_at",
    "withdrawn_at",
)
DAYS = ("asks_after", "closed_on", "counted_from", "deadline", "last_act")
TRUTHS = ("closed", "leader_accused", "of_cycle", "uncertain")
DOCUMENTS = (
    "body",
    "crashed",
    "evidence",
    "prints",
    "record",
    "remarks",
    "settled",
    "standing",
    "status",
    "summary",
    "unseen",
)
_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(MOMENTS, _moment),
    **dict.fromkeys(DAYS, _day),
    **dict.fromkeys(TRUTHS, bool),
    **dict.fromkeys(DOCUMENTS, _document),
}


WORDS = ("basis", "reading", "reason", "role", "severity", "verdict")
"""Texts that are words of ours: sqlite3 takes a plain text three times as fast as one of its subclasses."""


def _as_document(value: Any) -> str:
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return _ids(value) if isinstance(value, tuple) else json.dumps(value)


@lru_cache(1024)
def _ids(ids: tuple[str, ...]) -> str:
    """Many findings of a case rest on the same entries."""
    return json.dumps(ids)


_DOCUMENTS_BY_NAME: dict[str, Callable[[Any], Any]] = dict.fromkeys(DOCUMENTS, _as_document)
_TO_OTHER_BY_NAME = {**_DOCUMENTS_BY_NAME, **dict.fromkeys(MOMENTS, _zoned)}
_TO_SQLITE_BY_NAME = {
    **_DOCUMENTS_BY_NAME,
    **dict.fromkeys((*MOMENTS, *DAYS), _to_sqlite),
    **dict.fromkeys(WORDS, str.__str__),
}
