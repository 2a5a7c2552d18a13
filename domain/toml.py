"""TOML from a person or a neighbour: what can't be read raises one kind of error, however it is wrong."""

from __future__ import annotations

import re
import tomllib
from gettext import gettext as _
from typing import Any

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


def read_toml(text: str) -> dict[str, Any]:
    """The TOML document in ``text``, with or without a byte order mark before it.

    Raises tomllib.TOMLDecodeError, also where it is nested too deeply to be meant.
    """
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None


def at_line(error: ValueError) -> str:
    """« (linje 3)», where ``error`` says which. The library's own text may repeat what stands there; the line is enough."""
    line = _AT_LINE.search(str(error))
    return _(" (linje {line})").format(line=line[1]) if line else ""
