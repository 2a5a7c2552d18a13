"""TOML from a person or a neighbour: what can't be read raises one kind of error, however it is wrong."""

from __future__ import annotations

import tomllib
from typing import Any


def read_toml(text: str) -> dict[str, Any]:
    """The TOML document in ``text``. Raises tomllib.TOMLDecodeError, also where it is nested too deeply to be meant."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
