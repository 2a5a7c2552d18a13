"""The words for verdicts, reasons, remarks and roles, in bokmål and nynorsk: verdict_words.toml. The rules' own: pages/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

from ..domain.answer import Basis, Reading, Reason, RemarkCode, Severity, Verdict
from ..domain.role import Role
from .page import Text

Value = TypeVar("Value", bound=StrEnum)

_READ: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(
    (files(__package__) / "verdict_words.toml").read_text(encoding="utf-8")
)


def _by_name(part: str) -> dict[str, Text]:
    return {name: Text(**words) for name, words in _READ[part].items()}


def _by_value(part: str, kind: type[Value]) -> dict[Value, Text]:
    """The words for each value of ``kind``. A value without words, or words for what is none, are a ValueError."""
    words = _by_name(part)
    if words.keys() != {value.value for value in kind}:
        raise ValueError(f"verdict_words.toml: [{part}] does not have the values of {kind.__name__}")
    return {value: words[value.value] for value in kind}


VERDICTS = _by_value("verdicts", Verdict)
REASONS = _by_value("reasons", Reason)
SEVERITIES = _by_value("severities", Severity)
READINGS = _by_value("readings", Reading)
ROLES = _by_value("roles", Role)
REMARKS = _by_value("remarks", RemarkCode)
BASES = _by_value("basis", Basis)
HEADINGS = _by_name("page")
"""The headings of a rule's page, and its other fixed words."""
QUESTIONS = _by_name("questions")
"""Questions that more than one rule asks; a rule's own questions come first."""


def question_text(questions: Mapping[str, Text], key: str) -> Text | None:
    """The words of a question: the rule's own, else the common one."""
    return questions.get(key) or QUESTIONS.get(key)
