"""The two lists beside the laws: what is never to hold (exceptions.toml), and what does not hold yet (not_yet.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOT_YET = HERE / "not_yet.toml"
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


@cache
def told_by() -> dict[str, tuple[str, ...]]:
    """Rule → the rules that tell instead of it where what it looks into is not there: one lack is one finding."""
    return {rule: tuple(rules) for rule, rules in _read(HERE / "exceptions.toml")["told_by"].items()}


@cache
def not_yet() -> dict[Key, str]:
    """What does not hold yet, and the example in which it is seen."""
    return {
        (int(law), rule, field): example
        for law, rules in _read(NOT_YET).items()
        for rule, fields in rules.items()
        for field, example in fields.items()
    }


def write_not_yet(entries: dict[Key, str]) -> None:
    """Writes not_yet.toml anew."""
    lines = [
        "# What the laws find that is not mended yet: [law.rule], field = an example in which it is seen. It only shrinks."
    ]
    above: tuple[int, str] | None = None
    for (law, rule, field), example in sorted(entries.items()):
        if above != (law, rule):
            lines += ["", f"[{law}.{rule}]"]
            above = law, rule
        lines.append(f'"{field}" = "{example}"')
    NOT_YET.write_text("\n".join(lines) + "\n", "utf-8")


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
