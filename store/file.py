"""The file that an SQLite store is: its rights, its settings and its schema. The standard library alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection
from gettext import gettext as _
from pathlib import Path

from ..domain.errors import StoreError
from ..domain.exit_code import ExitCode
from ..domain.fault_words import what_to_do, why_not
from ..domain.files import make_folder
from . import names
from .plain import Plain

_BUSY_MILLISECONDS = 15_000
PRIVATE = 0o600
"""Rights of every file of the store: its owner's alone."""


def path_of(where: str | Path) -> Path | None:
    """The file at a path or address; ``None``: it is another database, or no file."""
    if isinstance(where, Path) or "://" not in where:
        return Path(where) if str(where) not in ("", ":memory:") else None
    dialect, _colon, name = where.partition(":///")
    return Path(name) if dialect == "sqlite" and name not in ("", ":memory:") and "?" not in name else None


def open_file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to the file, as it is used here: by one thread at a time."""
    if read_only:
        return _open_to_read(path)
    return sqlite3.connect(path, timeout=_BUSY_MILLISECONDS / 1000, check_same_thread=False)


def _open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing. A log beside the file can be followed only by one who may write there; where there is
    none, nobody is at work, and the file is read as it lies."""
    address = path.resolve().as_uri()
    connection = sqlite3.connect(
        f"{address}?mode=ro", uri=True, timeout=_BUSY_MILLISECONDS / 1000, check_same_thread=False
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        log = path.with_name(path.name + "-wal")
        connection.close()
        if log.exists() and log.stat().st_size:
            raise
        return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    return connection


def may_write(path: Path) -> bool:
    """Whether this user may write in the store's file and beside it. Also a copy may be read: in a folder, or on a disk, that is closed."""
    by = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
    return os.access(path, os.W_OK, **by) and os.access(path.parent, os.W_OK, **by)


def settle(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """Gives a connection the store's settings."""
    connection.isolation_level = None  # transactions begin where we say so, see opening._begin
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    connection.execute("PRAGMA foreign_keys=ON")
    if read_only:
        connection.execute("PRAGMA query_only=ON")
        return
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: an intention that is committed survives a power cut; with NORMAL the last commits of a WAL may not.
    connection.execute("PRAGMA synchronous=FULL")


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


def schema_of(plain: Plain) -> str | None:
    """The migration that the file stands at; ``None`` = it is empty. Raises StoreError where it is not ours."""
    tables = frozenset(plain.column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))
    if is_ours(tables, alone=True):
        return next(iter(plain.column("SELECT version_num FROM alembic_version")), None)
    return None


_COLUMNS = "SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
_COLUMNS_IN_A_SCHEMA = (
    "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()"
)


class UnfinishedStore(StoreError):
    """The store was made between two releases: it has the newest schema's name, and not all of its columns."""

    exit_code = ExitCode.SETTINGS

    def __init__(self, name: str, missing: Collection[str]) -> None:
        what = _(
            "lageret {name} er laget av en uferdig utgave, og mangler {columns}: flytt det bort, og kjør skolemiljo sync. Saker og "
            "flagg kommer igjen fra kilden, og godtatte avvik fra nattens eksport"
        )
        super().__init__(what.format(name=name, columns=", ".join(sorted(missing))))


def check_columns(plain: Plain, name: str, *, is_file: bool) -> None:
    """Whether every column of the newest schema is there. Raises UnfinishedStore."""
    missing = names.COLUMNS.difference(plain.column(_COLUMNS if is_file else _COLUMNS_IN_A_SCHEMA))
    if missing:
        raise UnfinishedStore(name, missing)


def is_ours(tables: Collection[str], *, alone: bool = False) -> bool:
    """Whether a database with ``tables`` has a schema of ours; False: it is empty. ``alone``: nobody else's tables may lie beside
    ours, as in a file. Raises StoreError where it is not ours."""
    ours = names.TABLES.intersection(tables)
    if "alembic_version" in tables and (ours or not alone):
        return True
    if ours or (alone and tables):
        raise StoreError(
            _(
                "lageret har tabeller, men ingen versjon: det er ikke vårt, eller oppgraderingen ble brutt av. Sett inn en kopi"
            )
        )
    return False


def check_version(version: str | None) -> bool:
    """Whether an upgrade is needed. Raises StoreError where the store is newer than this program, or too old for it."""
    if version == names.NEWEST:
        return False
    if version in names.BEFORE_THE_FIRST:
        raise StoreError(
            _(
                "lageret er fra før første utgave og kan ikke oppgraderes: flytt fila bort, og kjør skolemiljo sync. Saker og "
                "flagg kommer igjen fra kilden, og godtatte avvik fra nattens eksport"
            )
        )
    if version is not None and version not in names.KNOWN:
        newer = _(
            "lageret er skrevet av en nyere utgave (skjema {version}; denne kjenner {known}). Installer den utgaven igjen, "
            "eller sett inn kopien som ble tatt før oppgraderingen"
        )
        raise StoreError(newer.format(version=version[:20], known=names.NEWEST))
    return True
