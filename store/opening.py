"""Opening the store: the file and its rights, the database's settings, and its version."""

from __future__ import annotations

import os
import sqlite3
import uuid
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from ..domain.errors import SettingsError, StoreError, optional_part
from ..domain.fault_words import what_to_do, why_not
from ..domain.files import make_folder
from . import shared
from .tables import BEFORE_THE_FIRST, KNOWN, NEWEST, meta, metadata

_BUSY_MILLISECONDS = 15_000
PRIVATE = 0o600
"""Rights of every file of the store: its owner's alone."""
MIGRATIONS = Path(__file__).parent / "migrations"
_OPENS = 0x736B6F6C
"""PostgreSQL's lock (a number, for the whole database) for the one who makes or upgrades the tables."""
UPGRADED = "upgraded"
"""Key in ``meta`` of an upgrade that is not in the run log yet: schema before, schema after, and when."""


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
            "sqlite://", hide_parameters=True, creator=lambda: _open_file(Path(database), read_only=read_only)
        )
    event.listen(engine, "connect", lambda connection, _: _settings(connection, read_only=read_only))
    event.listen(engine, "begin", _begin)
    return engine


def _open_file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    if read_only:
        return _open_to_read(path)
    return sqlite3.connect(path, timeout=_BUSY_MILLISECONDS / 1000)


def _open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing. A log beside the file can be followed only by one who may write there; where there is
    none, nobody is at work, and the file is read as it lies."""
    address = path.resolve().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=_BUSY_MILLISECONDS / 1000)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        log = path.with_name(path.name + "-wal")
        connection.close()
        if log.exists() and log.stat().st_size:
            raise
        return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True)
    return connection


def may_write(path: Path) -> bool:
    """Whether this user may write in the store's file and beside it. Also a copy may be read: in a folder, or on a disk, that is closed."""
    by = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
    return os.access(path, os.W_OK, **by) and os.access(path.parent, os.W_OK, **by)


def _settings(connection: sqlite3.Connection, *, read_only: bool) -> None:
    connection.isolation_level = None  # transactions begin where we say so, see _begin
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    connection.execute("PRAGMA foreign_keys=ON")
    if read_only:
        connection.execute("PRAGMA query_only=ON")
        return
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: an intention that is committed survives a power cut; with NORMAL the last commits of a WAL may not.
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: a lock asked for in the middle of a transaction fails instead of waiting.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def prepare_file(path: Path) -> None:
    """Makes the file, readable by its owner alone, or takes back rights that others have. Raises StoreError."""
    try:
        make_folder(path.parent)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
        except FileExistsError:
            if path.stat().st_mode & 0o077 and os.access(path, os.W_OK):
                path.chmod(PRIVATE)
    except OSError as error:
        raise StoreError(
            _("lageret {name} kan ikke lages eller åpnes ({why_not}): {do}").format(
                name=path.name, why_not=why_not(error), do=what_to_do(error)
            )
        ) from None


def schema_of(connection: Connection) -> str | None:
    """The migration the database stands at; ``None`` = it is empty."""
    from sqlalchemy import inspect

    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables & set(metadata.tables):
            raise StoreError(
                _(
                    "lageret har tabeller, men ingen versjon: det er ikke vårt, eller oppgraderingen ble brutt av. Sett inn en kopi"
                )
            )
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def check_version(version: str | None) -> bool:
    """Whether an upgrade is needed. Raises StoreError where the store is newer than this program, or too old for it."""
    if version == NEWEST:
        return False
    if version in BEFORE_THE_FIRST:
        raise StoreError(
            _(
                "lageret er fra før første utgave og kan ikke oppgraderes: flytt fila bort, og kjør skolemiljo sync. Saker og "
                "flagg kommer igjen fra kilden, og godtatte avvik fra nattens eksport"
            )
        )
    if version is not None and version not in KNOWN:
        newer = _(
            "lageret er skrevet av en nyere utgave (skjema {version}; denne kjenner {known}). Installer den utgaven igjen, "
            "eller sett inn kopien som ble tatt før oppgraderingen"
        )
        raise StoreError(newer.format(version=version[:20], known=NEWEST))
    return True


def upgrade(engine: Engine) -> None:
    """Brings the schema to :data:`NEWEST` in one transaction, and with it the news of it: :data:`UPGRADED` in ``meta``.

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
        if before == NEWEST:
            return
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, NEWEST)
        if before is None:
            connection.execute(insert(meta), [{"key": "store_id", "value": uuid.uuid4().hex}])
        else:
            _keep_news(connection, before, NEWEST)


def _keep_news(connection: Connection, before: str, after: str) -> None:
    here = meta.c.key == UPGRADED
    standing = connection.execute(select(meta.c.value).where(here)).scalar()
    connection.execute(delete(meta).where(here))
    first = before if standing is None else standing.split()[0]
    value = f"{first} {after} {datetime.now(UTC).isoformat()}"
    connection.execute(insert(meta), [{"key": UPGRADED, "value": value}])
