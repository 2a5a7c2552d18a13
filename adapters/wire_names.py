"""Names of fields on the wire (camelCase) and in the domain (snake_case)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_KEPT = 4096
"""Names whose other form is kept: far more than the contracts have, and a bound on what a source can make us keep."""
_UNDERSCORE = re.compile(r"_([a-z0-9])")


@lru_cache(_KEPT)
def snake(name: str) -> str:
    """``modifiedAt`` → ``modified_at``."""
    return _CAPITAL.sub(lambda match: "_" + match[1].lower(), name)


@lru_cache(_KEPT)
def camel(name: str) -> str:
    """``modified_at`` → ``modifiedAt``."""
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def snaked(value: Any) -> Any:
    """A JSON value with every key in snake_case."""
    return _renamed(value, snake)


def camelled(value: Any) -> Any:
    """A JSON value with every key in camelCase."""
    return _renamed(value, camel)


_NESTED = (dict, list)


def _renamed(value: Any, name: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name(key): _renamed(item, name) if isinstance(item, _NESTED) else item for key, item in value.items()}
    return [_renamed(item, name) for item in value] if isinstance(value, list) else value
