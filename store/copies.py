"""Copies of the store, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Table, bindparam, delete, func, insert, select

from ..domain.errors import StoreError
from ..domain.fault_words import what_to_do, why_not
from ..domain.files import whole_or_not
from .database_errors import plain_errors
from .tables import metadata


def copy_sqlite(engine: Engine, target: Path) -> None:
    """A whole, consistent copy of an SQLite store into the new file ``target`` (mode 0600), while others may write. Where
    it fails there is no ``target``."""
    try:
        with whole_or_not(target, over=False) as half:
            _copy_whole(engine, half, target.name)
    except FileExistsError:
        raise StoreError(
            _("{name} finnes fra før, og en kopi skriver aldri over: velg et annet navn").format(name=target.name)
        ) from None
    except OSError as error:
        raise StoreError(
            _("kopien {name} kan ikke lages ({why_not}): {do}").format(
                name=target.name, why_not=why_not(error), do=what_to_do(error)
            )
        ) from None


def _copy_whole(engine: Engine, half: Path, name: str) -> None:
    try:
        with plain_errors(name), engine.connect() as connection, closing(sqlite3.connect(half)) as copy:
            raw(connection).backup(copy)
            # The copy stands alone: no log of changes beside it is needed to read it.
            copy.execute("PRAGMA journal_mode=DELETE")
            if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise StoreError(
                    _("kopien {name} er ikke hel; lageret selv kan være skadet: kjør skolemiljo store check").format(
                        name=name
                    )
                )
    finally:
        for beside in ("-journal", "-wal", "-shm"):
            half.with_name(half.name + beside).unlink(missing_ok=True)


def raw(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.driver_connection


def backup_name(path: Path, why: str) -> Path:
    """A file name beside ``path`` that is not taken."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return path.with_name(f"{path.stem}.{why}.{stamp}.backup")


def copy_all(source: Engine, target: Engine, *, compared: bool = False) -> dict[str, int]:
    """Everything in ``source`` into the empty store ``target``: whole, or not at all.

    ``compared``: what came is held against what went, StoreError is raised where it is not the same, and the number of rows by
    table is given.
    """
    with source.connect() as reading, target.connect() as writing:
        if reading.dialect.name == writing.dialect.name == "sqlite":
            raw(reading).backup(raw(writing))
            return {}
        with writing.begin():
            for table in reversed(metadata.sorted_tables):
                writing.execute(delete(table))
            for table in metadata.sorted_tables:
                _copy_table(reading, writing, table)
            came = _content(writing) if compared else {}
            if compared and came != _content(reading):
                raise StoreError(_("det som kom fram, er ikke det samme som ble sendt; ingenting er endret"))
    return {name: number for name, (number, _sum) in came.items()}


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    # «Nothing» in a column of JSON stays nothing: the standard is JSON's own word for it.
    values = {
        column.name: bindparam(column.name, type_=JSON(none_as_null=True))
        for column in table.columns
        if isinstance(column.type, JSON)
    }
    result = source.execution_options(stream_results=True).execute(select(table))
    while rows := result.mappings().fetchmany(5_000):
        target.execute(insert(table).values(values), [dict(row) for row in rows])
    counted = table.autoincrement_column
    if counted is not None and target.dialect.name == "postgresql":
        last = select(func.max(counted)).scalar_subquery()
        target.execute(
            select(
                func.setval(
                    func.pg_get_serial_sequence(table.name, counted.name), func.coalesce(last, 1), last.is_not(None)
                )
            )
        )


def _content(connection: Connection) -> dict[str, tuple[int, int]]:
    """The number of rows of each table, and a sum over them that no order changes."""
    found = {}
    for table in metadata.sorted_tables:
        number = total = 0
        for row in connection.execution_options(stream_results=True).execute(select(table)):
            text = json.dumps(list(row), sort_keys=True, default=str)
            number, total = number + 1, total + int.from_bytes(hashlib.sha256(text.encode()).digest())
        found[table.name] = (number, total)
    return found


def faults_in(connection: Connection) -> tuple[str, ...]:
    """What is wrong with the database, in its own words; empty = nothing was found. Reads all of an SQLite file."""
    if connection.dialect.name != "sqlite":
        return ()
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    loose = _("løs rad i {table}")
    return tuple(line for line in found if line != "ok") + tuple(loose.format(table=row[0]) for row in broken)
