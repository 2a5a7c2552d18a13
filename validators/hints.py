"""Hints in free notes: words that point a note out as a candidate. They never make anything «i orden»."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ..domain.log import LogKind

if TYPE_CHECKING:
    from .index import CaseIndex


@dataclass(frozen=True, slots=True)
class _Hint:
    rules: frozenset[str]
    says: re.Pattern[str]


@cache
def _hints() -> tuple[tuple[_Hint, ...], re.Pattern[str]]:
    raw = tomllib.loads((files("skolemiljo.validators") / "hints.toml").read_text("utf-8"))
    hints = tuple(_Hint(frozenset(h["rules"]), re.compile("|".join(h["says"]))) for h in raw["hint"])
    return hints, re.compile("|".join(raw["negations"]))


def hinting_notes(rule: str, index: CaseIndex) -> tuple[str, ...]:
    """Ids of the free notes of the case that may say that the duty of ``rule`` was done; negated ones are no hits."""
    hints, negation = _hints()
    patterns = [hint.says for hint in hints if rule in hint.rules]
    if not patterns:
        return ()
    found = []
    for note in index.all(LogKind.NOTE):
        for sentence in re.split(r"[.!?;\n]", (note.text or "").casefold()):
            if any(p.search(sentence) for p in patterns) and not negation.search(sentence):
                found.append(note.id)
                break
    return tuple(found)
