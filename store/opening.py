"""Opening the store by SQLAlchemy: the engine, and how an older schema is brought up."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from ..domain.errors import SettingsError, optional_part
from . import names, shared
from .file import is_ours, open_file, settle
from .tables import meta, metadata

MIGRATIONS = Path(__file__).parent / "migrations"
_OPENS = 0x736B6F6C
"""PostgreSQL's lock (a number, for the whole database) for the one who makes or upgrades the tables."""


def url_of(where: str | Path) -> URL:
    """The database address for a path or an address. Raises SettingsError where it is none."""
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
        return url.set(drivername="postgresql+pg8000") if url.drivername in ("postgres", "postgresql") else url
    except (SQLAlchemyError, ValueError):
        raise SettingsError(
            _("adressen til lageret kan ikke leses: oppgi en fil, eller dialekt://server/navn")
        ) from None


def connect(url: URL, *, read_only: bool = False) -> Engine:
    """An engine for ``url``. Its errors never show what was in a statement (``hide_parameters``)."""
    if url.get_backend_name() != "sqlite":
        url, schema = shared.schema_in(url)
        try:
            with optional_part("postgres"):
                engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
        except SQLAlchemyError:
            raise SettingsError(
                _("adressen til lageret gjelder en database som ikke kan brukes: oppgi postgresql://")
            ) from None
        if schema is not None:
            shared.work_in(engine, schema, make=not read_only)
        return engine
    database = url.database or ":memory:"
    if database == ":memory:":
        engine = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool)
    else:
        engine = create_engine(
            "sqlite://", hide_parameters=True, creator=lambda: open_file(Path(database), read_only=read_only)
        )
    event.listen(engine, "connect", lambda connection, _: settle(connection, read_only=read_only))
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: a lock asked for in the middle of a transaction fails instead of waiting.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def schema_of(connection: Connection) -> str | None:
    """The migration the database stands at; ``None`` = it is empty."""
    from sqlalchemy import inspect

    if not is_ours(inspect(connection).get_table_names()):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def upgrade(engine: Engine) -> None:
    """Brings the schema to :data:`.names.NEWEST` in one transaction, and with it the news of it: :data:`names.UPGRADED` in ``meta``.

    A store that was empty has no news, and gets its id; nor has one that another start has brought there meanwhile. News
    that nobody has noted yet stands, from the first schema to the last.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OPENS})")
        before = schema_of(connection)
        if before == names.NEWEST:
            return
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, names.NEWEST)
        if before is None:
            connection.execute(insert(meta), [{"key": "store_id", "value": uuid.uuid4().hex}])
        else:
            _keep_news(connection, before, names.NEWEST)


def _keep_news(connection: Connection, before: str, after: str) -> None:
    here = meta.c.key == names.UPGRADED
    standing = connection.execute(select(meta.c.value).where(here)).scalar()
    connection.execute(delete(meta).where(here))
    first = before if standing is None else standing.split()[0]
    value = f"{first} {after} {datetime.now(UTC).isoformat()}"
    connection.execute(insert(meta), [{"key": names.UPGRADED, "value": value}])
