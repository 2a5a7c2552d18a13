"""Every duty as data, a line each: duties.toml. Its words: page.py."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..domain.answer import Severity


@cache
def duties() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """What is said of each duty, by chapter and code."""
    return tomllib.loads((files(__package__) / "duties.toml").read_text(encoding="utf-8"))


@cache
def severity_of(code: str) -> Severity:
    """How much hangs on the rule with this code."""
    return next(Severity(rules[code]["severity"]) for rules in duties().values() if code in rules)
