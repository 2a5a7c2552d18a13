"""How a duty is judged; here the one registry of rules, in the plan's order."""

from __future__ import annotations

from .duties import duties
from .loading import FILES
from .rule import REGISTERED, Chapter, Rule, rule_of

CHAPTERS: tuple[Chapter, ...] = tuple(
    Chapter(name, tuple(rule_of(name, code) for code in duties()[name])) for name in FILES
)
"""The one registry, in the plan's order."""

REGISTERED.update((rule.code, rule) for chapter in CHAPTERS for rule in chapter.rules)
RULES: dict[str, Rule] = REGISTERED
"""Every rule by its code."""
