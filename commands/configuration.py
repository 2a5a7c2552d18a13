"""The settings as a person reads them: as they would stand in the settings file, each with where it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from gettext import gettext as _
from itertools import groupby
from typing import Any

from ..settings import HIDDEN

Row = tuple[str, Any, str]
"""Key, value, and where it comes from, as ``adapters.settings.shown`` gives them."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLACE_FROM = 56
"""Column in which the places stand, where no value is longer."""


def as_json(rows: Iterable[Row]) -> str:
    """A list of objects with ``key``, ``value`` (of its own type; null = not set) and ``from``."""
    listed = [dict(zip(("key", "value", "from"), row, strict=True)) for row in rows]
    return json.dumps(listed, ensure_ascii=False, indent=2)


def as_toml(rows: Iterable[Row]) -> str:
    """A whole settings file: what is not set, and what is a secret, stands as a comment."""
    said = {
        "environment": _("miljøet"),
        "secrets": _("hemmelighetene"),
        "file": _("innstillingsfila"),
        "default": _("standard"),
    }
    return "\n".join(line for section in _sections(rows) for line in _section(*section, said))


def _sections(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows by section; in TOML what stands in none must come first, and it does in the model of the settings."""
    for name, found in groupby(rows, key=lambda row: row[0].partition(".")[0] if "." in row[0] else ""):
        yield name, [(key.removeprefix(f"{name}."), value, place) for key, value, place in found]


def _section(name: str, rows: list[Row], said: dict[str, str]) -> Iterator[str]:
    if name:
        yield f"\n[{name}]"
    for key, value, place in rows:
        written = ".".join(part if _BARE_KEY.fullmatch(part) else json.dumps(part) for part in key.split("."))
        if value is None:
            line, place_said = f"# {written}", _("ikke satt")
        else:
            line = f"# {written} = {HIDDEN}" if value == HIDDEN else f"{written} = {_value(value)}"
            place_said = said[place]
        yield f"{line:<{_PLACE_FROM}}  # {place_said}"


def _value(value: Any) -> str:
    """``value`` in TOML: what JSON writes of texts, numbers, truth and lists of them is TOML too."""
    return "{}" if value == {} else json.dumps(value, ensure_ascii=False)
