"""A store in a database that others use too: its schema, and who is at work in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from typing import Any

from sqlalchemy import URL, Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from ..domain.errors import SettingsError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RUNS = 0x736B6F72
"""PostgreSQL's lock of a run, beside the number of the schema that it works in."""
_TAKE = text(
    "SELECT pg_try_advisory_lock(CAST(:runs AS int), CAST(mod(CAST(oid AS bigint), 2147483647) AS int)) "
    "FROM pg_namespace WHERE nspname = current_schema()"
)


def schema_in(url: URL) -> tuple[URL, str | None]:
    """The address without ``?schema=…``, and the schema: one for each municipality. Raises SettingsError where it is no name."""
    named = url.query.get("schema")
    if named is None:
        return url, None
    if not isinstance(named, str) or not _NAME.fullmatch(named):
        raise SettingsError(_("skjemaet i adressen til lageret skrives med små bokstaver, tall og understrek"))
    return url.difference_update_query(["schema"]), named


def work_in(engine: Engine, schema: str, *, make: bool) -> None:
    """Lets every connection of ``engine`` work in ``schema``, which is made where it is not there and ``make`` says so."""

    @event.listens_for(engine, "connect", insert=True)  # before anybody asks which schema is the standard one
    def _use(connection: Any, _record: object) -> None:
        before, connection.autocommit = connection.autocommit, True
        cursor = connection.cursor()
        try:
            cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
            if make and cursor.fetchone() is None:
                cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            cursor.execute(f'SET search_path TO "{schema}"')
        finally:
            cursor.close()
            connection.autocommit = before


@contextmanager
def held(engine: Engine) -> Iterator[bool]:
    """Whether this run is the only one in the schema, for as long as the block lasts. The database lets go of it when the connection
    ends, however that comes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        try:
            yield bool(connection.execute(_TAKE, {"runs": _RUNS}).scalar())
        finally:
            with suppress(SQLAlchemyError):  # a connection that is gone holds nothing any more
                connection.close()
