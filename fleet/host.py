"""What a worker does on its own host: look at which municipalities it has, run the night of one, tell when one was last whole.

Dask calls these by name, with names and moments, and gets names, counts and kinds back. Of what they read they raise nothing: an
exception's text travels.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import TypeAdapter, ValidationError

from ..domain.errors import SkolemiljoError
from ..settings import PREFIX, Settings, load_settings
from .names import LastNight, MunicipalNight, Name, NoNight, Order, line, not_begun, place_of, plain

WHERE = frozenset({f"{PREFIX}SETTINGS", f"{PREFIX}SECRETS_DIR", "CREDENTIALS_DIRECTORY"})
"""Variables that say where settings and secrets lie: each municipality's folder says that."""
_NIGHT = "skolemiljo.commands.fleet_night"
"""The program that a municipality's night is."""
_LONGEST = 64 * 1024
_ALL_RUNS = 100_000
_NAME = TypeAdapter(Name)


def look(folder: str) -> dict[str, Any]:
    """What is in ``folder`` on this host, and whether this host may be used: the release, variables that would hold for every
    municipality, and settings of Dask that are open."""
    from .cluster import opened_again

    return {
        "release": version("skolemiljo"),
        "variables": for_all(),
        "open": opened_again(),
        "municipalities": municipalities(folder),
    }


def for_all() -> list[str]:
    """The variables of the environment that would be a setting of every municipality at once."""
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in WHERE)


def municipalities(folder: str) -> list[dict[str, Any]]:
    """The municipalities in ``folder``: ``name``, ``store`` (a mark), ``size`` (bytes) and ``fault``."""
    return [_look_at(folder, home) for home in _homes(folder)]


def _homes(folder: str) -> list[Path]:
    """Each folder in ``folder`` is a municipality, whatever is in it: one that nobody has filled in is told, not left out."""
    try:
        return sorted(home for home in Path(folder).iterdir() if home.is_dir() and not home.name.startswith("."))
    except OSError:
        return []


def _look_at(folder: str, home: Path) -> dict[str, Any]:
    seen: dict[str, Any] = {"name": home.name, "store": "", "size": 0, "fault": None}
    try:
        _NAME.validate_python(home.name)
    except ValidationError:
        # A name that does not fit travels as its place in the list of names would: by a mark.
        mark = hashlib.sha256(home.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        return seen | {"name": f"mappe-{mark}", "fault": NoNight.BAD_NAME.value}
    file, secrets = place_of(folder, home.name)
    try:
        settings = _settings(file, secrets)
    except SkolemiljoError:
        return seen | {"fault": NoNight.SETTINGS.value}
    if settings.store is None or not all(
        path.resolve().is_relative_to(home.resolve()) for path in (settings.store_path, settings.run_log_path)
    ):
        return seen | {"fault": NoNight.STORE_ELSEWHERE.value}
    size = settings.store_path.stat().st_size if settings.store_path.is_file() else 0
    return seen | {"store": _mark(settings), "size": size}


def _settings(file: Path, secrets: Path | None) -> Settings:
    """The municipality's settings. Without a folder of secrets it has none, whatever this process was started with."""
    for name in WHERE:
        os.environ.pop(name, None)
    return load_settings(file, secrets)


def _mark(settings: Settings) -> str:
    """The same for two whose store is the same, from which nothing of the address can be read."""
    if settings.database is None:
        where = f"file {settings.store_path.resolve()}"
    else:
        url = urlsplit(settings.database.get_secret_value())
        schema = parse_qs(url.query).get("schema", [""])[0]
        where = f"database {url.hostname} {url.port or 5432} {url.path} {schema}"
    return hashlib.sha256(where.encode()).hexdigest()[:16]


def run_night(order: dict[str, Any]) -> dict[str, Any]:
    """One municipality's night, as ``skolemiljo sync`` runs it, in a process of its own.

    Of its own, because a night's plan, settings and release are those that lie there when it begins, and what it takes of
    memory, or does wrong, ends with it. It stops when this worker does: the pipe to it is closed.
    """
    try:
        wanted = Order.model_validate(order)
    except ValidationError:
        raise TypeError("not an order") from None  # pydantic's own text names keys that nobody knows
    begun = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-m", _NIGHT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        try:
            process.stdin.write(line(wanted).encode())  # type: ignore[union-attr]  # it is a pipe
            process.stdin.flush()  # type: ignore[union-attr]  # it is a pipe
            said = process.stdout.read(_LONGEST)  # type: ignore[union-attr]  # it is a pipe
        except OSError:  # it is gone
            said = b""
        process.wait()
    return plain(_account(wanted, said, process.returncode).model_copy(update={"seconds": time.monotonic() - begun}))


def _account(wanted: Order, said: bytes, code: int) -> MunicipalNight:
    """What its process said, held to what may travel; and where it said nothing, why."""
    try:
        night = MunicipalNight.model_validate_json(said)
    except ValidationError:
        killed = code < 0 or code > 128
        return not_begun(wanted.municipality, NoNight.NIGHT_KILLED if killed else NoNight.NO_ACCOUNT)
    return night if night.municipality == wanted.municipality else not_begun(wanted.municipality, NoNight.NO_ACCOUNT)


def last_night(folder: str, name: str) -> dict[str, Any]:
    """When the municipality was last whole, by its store, which is only read."""
    from ..store import Store

    try:
        settings = _settings(*place_of(folder, name))
        if not Store.is_there(settings.store_address):
            return plain(LastNight(municipality=name))
        read_only = settings.database is None
        with Store.open(settings.store_address, read_only=read_only) as store:
            runs = [run for run in store.runs(limit=_ALL_RUNS) if run.ended_at is not None]
    except SkolemiljoError as error:
        return plain(LastNight(municipality=name, kind=type(error).__name__))
    except Exception:  # noqa: BLE001 - a fault of ours: its text may hold anything, and would travel
        return plain(LastNight(municipality=name, kind=NoNight.CRASHED))
    whole = next((run.ended_at for run in runs if run.state == "complete"), None)
    last = runs[0] if runs else None
    return plain(
        LastNight(
            municipality=name,
            complete_at=whole,
            ended_at=None if last is None else last.ended_at,
            state=None if last is None else last.state,
        )
    )
