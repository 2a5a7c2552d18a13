"""Hints in free notes: words that point a note out as a candidate. They never make anything «i orden»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from ...domain.log import LogKind
from .bare_words import data

if TYPE_CHECKING:
    from ..known import KnownCase


HINTING = (LogKind.NOTE, LogKind.UNLABELLED)
"""The kinds of entry that show nothing themselves and may point to what does."""


@dataclass(frozen=True, slots=True)
class _Hint:
    rules: frozenset[str]
    says: re.Pattern[str]
    about: re.Pattern[str] | None
    """What the rest of the sentence must speak of, where it goes on to say what it was about («beskjed om …»)."""
    goes_on: re.Pattern[str]

    def hits(self, sentence: str, ahead: re.Pattern[str]) -> bool:
        for said in self.says.finditer(sentence):
            if ahead.search(sentence, 0, said.end()):
                continue
            rest = sentence[said.end() :]
            topic = self.goes_on.search(rest)
            if self.about is None or topic is None or self.about.search(rest[topic.end() :]):
                return True
        return False


@cache
def _hints() -> tuple[tuple[_Hint, ...], re.Pattern[str], re.Pattern[str]]:
    raw = data("hints.toml")
    names: dict[str, str] = raw["names"]
    topics = {name: _either(words) for name, words in raw["topics"].items()}
    hints = tuple(
        _Hint(
            rules=frozenset(hint["rules"]),
            says=_either([_NAME.sub(lambda name: names[name[0]], pattern) for pattern in hint["says"]]),
            about=topics[hint["about"]] if "about" in hint else None,
            goes_on=_either(hint.get("goes_on", raw["goes_on"])),
        )
        for hint in raw["hint"]
    )
    return hints, _either(raw["negations"]), _either(raw["ahead"])


_NAME = re.compile(r"[A-Z]{4,}")
"""What stands in a pattern for one of the names of hints.toml."""


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def may_be_hinted(rule: str) -> bool:
    """Whether a free note can say that the duty of ``rule`` was done."""
    return any(rule in hint.rules for hint in _hints()[0])


def hinting_notes(
    rule: str, index: KnownCase, *, pupil: str | None = None, since: date | None = None, until: date | None = None
) -> tuple[str, ...]:
    """Ids of the free notes of the case that may say that the duty of ``rule`` was done; negated ones are no hits.

    ``pupil``: a note that names others and not her says nothing of her. ``since``, ``until``: nor does one from before or
    after these local days.
    """
    hints, negation, ahead = _hints()
    patterns = [hint for hint in hints if rule in hint.rules]
    if not patterns:
        return ()
    found = []
    for note in index.all(*HINTING):
        when = note.at
        if (pupil and note.pupils and pupil not in note.pupils) or (since and when is not None and when.day < since):
            continue
        if until and when is not None and when.day > until:
            continue
        written = "\n".join(text for _, text in note.words())
        for sentence in re.split(r"[.!?;\n]", written):
            if any(hint.hits(sentence, ahead) for hint in patterns) and not negation.search(sentence):
                found.append(note.id)
                break
    return tuple(found)
