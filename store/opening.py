"""Opening the store: the file and its rights, the database's settings, its version, and errors in plain words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, make_url, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from ..domain.errors import StoreError
from ..domain.fault_words import why_not
from .tables import KNOWN, NEWEST, meta, metadata

_BUSY_MILLISECONDS = 15_000
_PRIVATE = 0o600
UPGRADED = "upgraded"
"""Key in ``meta`` of an upgrade that is not in the run log yet: schema before, schema after, and when."""


def url_of(where: str | Path) -> URL:
    """The database address for a path or an address. Raises StoreError where it is no address."""
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        return make_url(where)
    except SQLAlchemyError:
        raise StoreError(_("adressen til lageret kan ikke leses: oppgi en fil, eller dialekt://server/navn")) from None


def connect(url: URL, *, read_only: bool = False) -> Engine:
    """An engine for ``url``. Its errors never show what was in a statement (``hide_parameters``)."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
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
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_MILLISECONDS / 1000)
    return sqlite3.connect(path, timeout=_BUSY_MILLISECONDS / 1000)


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
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
        except FileExistsError:
            if path.stat().st_mode & 0o077 and os.access(path, os.W_OK):
                path.chmod(_PRIVATE)
    except OSError as error:
        raise StoreError(
            _("lageret {name} kan ikke lages eller åpnes ({why_not})").format(name=path.name, why_not=why_not(error))
        ) from None


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Turns what the database says into a StoreError that tells what to do. ``name``: the store's name in messages."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_words(name, str(error.orig).lower())) from None
    except sqlite3.Error as error:
        raise StoreError(_words(name, str(error).lower())) from None


def damaged(name: str) -> str:
    """What is said of a store that is damaged."""
    return _(
        "lageret {name} er skadet. Legg det til side og sett inn en kopi, eller begynn uten: alt unntatt godtatte avvik "
        "kommer igjen fra kilden (godtatte avvik eksporteres hver natt)"
    ).format(name=name)


def _words(name: str, said: str) -> str:
    """The fixed words for an error. What the database said is looked at, never repeated."""
    if "disk is full" in said or "no space" in said or "disk i/o" in said:
        return _(
            "lageret {name}: disken er full eller svikter, og ikke noe halvferdig er lagret. Gjør plass og kjør igjen"
        ).format(name=name)
    if "readonly" in said or "read-only" in said or "attempt to write" in said:
        return _("lageret {name} kan bare leses av denne brukeren; gi brukeren rett til å skrive, i mappa også").format(
            name=name
        )
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return damaged(name)
    if "locked" in said or "busy" in said:
        return _("lageret {name} er i bruk av et annet program; prøv igjen senere").format(name=name)
    if "unable to open" in said:
        return _("lageret {name} kan ikke åpnes: sjekk at mappa finnes, og at brukeren kan lese den").format(name=name)
    return _("lageret {name} gjorde ikke det det ble bedt om; kjør skolemiljo doctor").format(name=name)


def version_of(connection: Connection) -> str | None:
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
    """Whether an upgrade is needed. Raises StoreError where the store is newer than this program."""
    if version == NEWEST:
        return False
    if version is not None and version not in KNOWN:
        newer = _(
            "lageret er skrevet av en nyere utgave (skjema {version}; denne kjenner {known}). Installer den utgaven igjen, "
            "eller sett inn kopien som ble tatt før oppgraderingen"
        )
        raise StoreError(newer.format(version=version[:20], known=NEWEST))
    return True


def upgrade(engine: Engine, target: str = NEWEST) -> None:
    """Brings the schema to ``target`` in one transaction, and with it the news of it: :data:`UPGRADED` in ``meta``.

    A store that was empty has no news. News that nobody has noted yet stands, from the first schema to the last.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        before = version_of(connection)
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, target)
        if before is not None:
            _keep_news(connection, before, target)


def _keep_news(connection: Connection, before: str, after: str) -> None:
    here = meta.c.key == UPGRADED
    standing = connection.execute(select(meta.c.value).where(here)).scalar()
    connection.execute(delete(meta).where(here))
    first = before if standing is None else standing.split()[0]
    value = f"{first} {after} {datetime.now(UTC).isoformat()}"
    connection.execute(insert(meta), [{"key": UPGRADED, "value": value}])


def copy_sqlite(engine: Engine, target: Path) -> None:
    """A whole, consistent copy of an SQLite store into the new file ``target`` (mode 0600), while others may write."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
    except FileExistsError:
        raise StoreError(
            _("{name} finnes fra før, og en kopi skriver aldri over: velg et annet navn").format(name=target.name)
        ) from None
    except OSError as error:
        raise StoreError(
            _("kopien {name} kan ikke lages ({why_not})").format(name=target.name, why_not=why_not(error))
        ) from None
    with plain_errors(target.name), engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
        raw(connection).backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise StoreError(
                _("kopien {name} er ikke hel; lageret selv kan være skadet: kjør skolemiljo store check").format(
                    name=target.name
                )
            )


def is_whole(connection: Connection) -> bool:
    """Whether the database's own check finds no damage. Reads all of an SQLite file."""
    if connection.dialect.name != "sqlite":
        return True
    return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok"


def raw(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.driver_connection


def backup_name(path: Path, why: str) -> Path:
    """A file name beside ``path`` that is not taken."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return path.with_name(f"{path.stem}.{why}.{stamp}.backup")


__all__ = [
    "NEWEST",
    "backup_name",
    "check_version",
    "connect",
    "copy_sqlite",
    "is_whole",
    "plain_errors",
    "prepare_file",
    "raw",
    "upgrade",
    "url_of",
    "version_of",
]
