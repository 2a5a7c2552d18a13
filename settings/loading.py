"""Settings read, with every fault named and no value told; and shown, each with where it comes from."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import time
from gettext import gettext as _
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_origin

from pydantic import SecretStr, ValidationError
from pydantic_settings import EnvSettingsSource

from ..domain.errors import SettingsError
from ..domain.fault_words import Mistake, mistakes
from ..domain.toml import at_line, read_toml
from .model import PREFIX, Settings
from .sections import Section
from .sources import secrets_source

_NO_SETTINGS = frozenset({"SETTINGS", "SECRETS_DIR"})
"""Variables with our prefix that say where settings lie. Knobs of tests begin otherwise (``SKOLEMILJOTEST_``)."""
HIDDEN = "***"
"""What is shown in the place of a secret."""
_NEVER_SHOWN = (
    "ping_url",
    "mail.owner",
    "mail.schools",
    "notify.owner",
    "notify.schools",
    "watch.owner",
    "watch.schools",
    "watch.routes",
    "watch.deputies",
    "watch.ping_url",
)
"""No secrets by type, but whoever knows them can use them, or knows who works where."""
_LEFT_OPEN = "…"
"""Stands in the template where a municipality has something of its own."""


def secrets_folder(secrets: Path | None = None) -> Path | None:
    """The folder that secrets are read from, whether it is there or not; ``secrets``: as given on the command line."""
    given = os.environ.get("SKOLEMILJO_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
    return secrets or (Path(given) if given else None)


def load_settings(file: Path | None = None, secrets: Path | None = None) -> Settings:
    """The settings from ``file`` (standard: $SKOLEMILJO_SETTINGS), the environment and the folder ``secrets``.

    The secrets folder is, unless given, $SKOLEMILJO_SECRETS_DIR or systemd's $CREDENTIALS_DIRECTORY. Paths in the file
    are relative to it. Raises SettingsError naming every wrong key, with the nearest right one, and no value.
    """
    file, secrets = _places(file, secrets)
    others = _sections_of_others(file)
    _check_environment(others)
    if file is not None:
        _check_secrets_in(file)
        _check_filled_in(file)
    fields = {name: section() for name, section in others.items()}
    inside = {"toml_file": file, "secrets": secrets, "__module__": __name__, "__annotations__": others, **fields}
    loaded = type("Settings", (Settings,), inside)
    try:
        settings: Settings = loaded()
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(fault) for fault in mistakes(error))) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            _("innstillingsfila er ikke gyldig TOML i UTF-8{where}").format(where=at_line(error))
        ) from None
    except RecursionError:
        raise SettingsError(_("innstillingsfila er ikke gyldig TOML i UTF-8{where}").format(where="")) from None
    except ValueError as error:
        named = re.search(r'for field "(\w+)"', str(error), re.ASCII)
        which = f"{PREFIX}{named[1].upper()}…: " if named and named[1] in Settings.model_fields else ""
        raise SettingsError(which + _("en innstilling i miljøet kan ikke leses")) from None
    return settings if file is None else _beside(settings, file.parent)


def _places(file: Path | None, secrets: Path | None) -> tuple[Path | None, Path | None]:
    if file is None and os.environ.get("SKOLEMILJO_SETTINGS"):
        file = Path(os.environ["SKOLEMILJO_SETTINGS"])
    if file is not None and not file.is_file():
        missing = _("innstillingsfila {file} finnes ikke: sjekk --settings og $SKOLEMILJO_SETTINGS")
        raise SettingsError(missing.format(file=file))
    secrets = secrets_folder(secrets)
    if secrets is not None and not secrets.is_dir():
        missing = _("mappa med hemmeligheter, {folder}, finnes ikke: sjekk --secrets og $SKOLEMILJO_SECRETS_DIR")
        raise SettingsError(missing.format(folder=secrets))
    return file, secrets


_FILES = ("ca_file", "certificate_file")
"""Files of sections that are told as text."""


def _beside(settings: Settings, folder: Path) -> Settings:
    """The settings with paths made relative to the settings file."""
    update: dict[str, Any] = {}
    for name in ("school_calendar", "schools_file", "store", "log_file"):
        path = getattr(settings, name)
        if path is not None:
            update[name] = folder / path.expanduser()
    for name, section in settings:
        if isinstance(section, Section):
            files = {key: value for key, value in section if isinstance(value, Path) or (key in _FILES and value)}
            found = {key: type(value)(folder / Path(value).expanduser()) for key, value in files.items()}
            update |= {name: section.model_copy(update=found)} if found else {}
    if (folder / settings.plan / "plan.toml").is_file():
        update["plan"] = str(folder / settings.plan)
    return settings.model_copy(update=update)


def _sections_of_others(file: Path | None) -> dict[str, type[Section]]:
    """The sections of adapters that others have written, of those that file or environment speak of: each is named by an entry point
    of the group ``skolemiljo.settings``, and is read, checked and shown as our own are. Raises SettingsError where one does not load."""
    spoken = {name.removeprefix(PREFIX).partition("__")[0].lower() for name in os.environ if name.startswith(PREFIX)}
    if file is not None:
        with suppress(ValueError):  # told when the settings are read
            spoken |= read_toml(file.read_text("utf-8")).keys()
    if not spoken - Settings.model_fields.keys() - {name.lower() for name in _NO_SETTINGS}:
        return {}
    found: dict[str, type[Section]] = {}
    for entry in entry_points(group="skolemiljo.settings"):
        if entry.name not in spoken or entry.name in Settings.model_fields:
            continue
        try:
            section = entry.load()
        except (ImportError, AttributeError) as error:
            cannot = _("[{name}]: adapteren kan ikke lastes ({kind})")
            raise SettingsError(cannot.format(name=entry.name, kind=type(error).__name__)) from None
        if not (isinstance(section, type) and issubclass(section, Section)):
            raise SettingsError(_("[{name}]: adapterens innstillinger er ikke en Section").format(name=entry.name))
        found[entry.name] = section
    return found


def _check_environment(others: Iterable[str]) -> None:
    """A variable that nothing reads would be overlooked, and with it what it was to turn on or off."""
    known = {name.upper() for name in Settings.model_fields}
    has_keys = {name.upper() for name in others} | {name.upper() for name in _with_keys()}
    for variable in sorted(os.environ):
        name = variable[len(PREFIX) :]
        if not variable.upper().startswith(PREFIX) or name in _NO_SETTINGS:
            continue
        first, below, _rest = name.upper().partition("__")
        if first in has_keys or (first in known and not below):
            continue
        unknown = _("{key}: innstillingen finnes ikke. Mente du {near}?")
        key = variable if name.isascii() else PREFIX
        raise SettingsError(unknown.format(key=key, near=PREFIX + _nearest(name.upper())))


def _nearest(name: str) -> str:
    """The variable, without prefix, that is most like ``name``: a key is known by itself, under a section that is not its own or none."""
    whole = [*_NO_SETTINGS, *(key.upper() for key in Settings.model_fields)]
    nested = {f"{section.upper()}__{key.upper()}": key.upper() for section, key in _section_keys()}
    first, below, rest = name.partition("__")
    if below and (sections := difflib.get_close_matches(first, [key.upper() for key in _with_keys()], n=1, cutoff=0.8)):
        return f"{sections[0]}__{rest}"
    if below and first in whole:
        return first
    keys = difflib.get_close_matches(rest if below else name, [*whole, *nested.values()], n=1, cutoff=0.9)
    if keys:
        full = [keys[0]] if keys[0] in whole else [full for full, key in nested.items() if key == keys[0]]
        return full[0] if not below else difflib.get_close_matches(name, full, n=1, cutoff=0)[0]
    return difflib.get_close_matches(name, [*whole, *nested], n=1, cutoff=0)[0]


def _with_keys() -> Iterator[str]:
    """The settings that have keys of their own: sections and tables."""
    for name, field in Settings.model_fields.items():
        kind = get_origin(field.annotation) or field.annotation
        if isinstance(kind, type) and issubclass(kind, (Section, dict)):
            yield name


def _section_keys() -> Iterator[tuple[str, str]]:
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from ((name, key) for key in field.annotation.model_fields)


def _check_secrets_in(file: Path) -> None:
    """A settings file with a secret in it is the owner's alone to read."""
    if os.name != "posix" or not file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return
    try:
        found = read_toml(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return  # told when the settings are read
    sections = (found, *(part for part in found.values() if isinstance(part, dict)))
    held = [key for key in ("client_secret", "password") if any(key in part for part in sections)]
    notify = found.get("notify")
    held += ["notify"] if isinstance(notify, dict) and any(notify.values()) else []
    if found.get("production") is True and held:
        raise SettingsError(
            _(
                "innstillingsfila har {held}, og andre kan lese den: bruk chmod 600, eller en fil i mappa med hemmeligheter"
            ).format(held=held[0])
        )


def _check_filled_in(file: Path) -> None:
    """A value of the template that nobody has filled in is no address and no name."""
    try:
        found = read_toml(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return  # told when the settings are read
    left = [key for key, value in _flat(found) if isinstance(value, str) and _LEFT_OPEN in value]
    if left:
        raise SettingsError(
            _("{keys}: står som i malen ({open}): fyll inn, eller ta bort linja").format(
                keys=", ".join(left), open=_LEFT_OPEN
            )
        )


def _explain(fault: Mistake) -> str:
    key = ".".join(str(part) for part in fault.place)
    if fault.kind != "extra_forbidden":
        return f"{key}: {fault.words}".removeprefix(": ")
    near = difflib.get_close_matches(str(fault.place[-1]), _keys(), n=1)
    if not near:
        return _("{key}: innstillingen finnes ikke").format(key=key)
    return _("{key}: innstillingen finnes ikke. Mente du {near}?").format(key=key, near=near[0])


def _keys() -> list[str]:
    return [*Settings.model_fields, *(key for _section, key in _section_keys())]


def shown(settings: Settings, file: Path | None = None, secrets: Path | None = None) -> list[tuple[str, Any, str]]:
    """Every setting as (key, value or ***, where it comes from): environment, secrets, file or default.

    A value is a text, a number, true or false, a list or an empty table; ``None`` = not set.
    """
    file, secrets = _places(file, secrets)
    in_file = read_toml(file.read_text("utf-8")) if file is not None else {}
    in_environment = EnvSettingsSource(type(settings), env_prefix=PREFIX, env_nested_delimiter="__")()
    in_secrets = secrets_source(type(settings), secrets)() if secrets is not None else {}
    rows = []
    for key, value in _flat(settings.model_dump()):
        places = (("environment", in_environment), ("secrets", in_secrets), ("file", in_file))
        place = next((name for name, data in places if _has(data, key)), "default")
        secret = isinstance(value, SecretStr) or (key.startswith(_NEVER_SHOWN) and bool(value))
        rows.append((key, HIDDEN if secret else str(value) if isinstance(value, Path | time) else value, place))
    return rows


def _flat(data: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _has(data: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True
