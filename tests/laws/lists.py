"""What a law is never to hold for, and which rule tells of a lack that another is silent about (exceptions.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Key = tuple[int, str, str]
"""A law, a rule and a field."""


@dataclass(frozen=True)
class Excepted:
    """A law that does not hold for a rule and these fields, and the plan's words that say so."""

    law: int
    rule: str
    fields: tuple[str, ...]
    quote: str
    """The plan's words, in its row of coverage.toml."""
    why: str

    @property
    def keys(self) -> set[Key]:
        """What it lets through."""
        return {(self.law, self.rule, field) for field in self.fields}


@cache
def exceptions() -> tuple[Excepted, ...]:
    """What exceptions.toml says."""
    return tuple(
        Excepted(**{**raw, "fields": tuple(raw["fields"])})
        for raw in _read(HERE / "exceptions.toml").get("exception", [])
    )


@dataclass(frozen=True)
class ToldBy:
    """A rule that says nothing where what it looks into is not there, and the rules that tell it: one lack is one finding."""

    rule: str
    by: tuple[str, ...]
    quote: str
    """The plan's words, in its row of coverage.toml."""
    why: str


@cache
def told_by() -> dict[str, ToldBy]:
    """By the rule that is silent."""
    return {
        raw["rule"]: ToldBy(**{**raw, "by": tuple(raw["by"])}) for raw in _read(HERE / "exceptions.toml")["told_by"]
    }


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
