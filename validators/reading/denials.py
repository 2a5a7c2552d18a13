"""Entries that deny themselves: «Eleven har fått beskjed: fikk ikke tak i ham, prøver i morgen». They never show that it was done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...domain.log import LogEntry, LogKind
from .bare_words import data, kept, plain

_CLAUSE = re.compile(r"(?<=\w)(?<!\bkl)[.]+(?=\s|$)|[!?;:\n,–—…]+|\s-\s|\b(?:men|så|og)\b")


@dataclass(frozen=True, slots=True, eq=False)
class _Denial:
    denies: re.Pattern[str]
    leaves_open: re.Pattern[str]
    follows: re.Pattern[str]
    affirms: re.Pattern[str]
    never: re.Pattern[str]
    """What takes an affirming word back wherever it stands in the clause."""
    not_yet: re.Pattern[str]
    """What takes it back where it stands before it."""

    def affirmed(self, clause: str) -> bool:
        said = self.affirms.search(clause)
        return said is not None and not self.never.search(clause) and not self.not_yet.search(clause, 0, said.start())

    def denied(self, clauses: list[str]) -> bool:
        if any(map(self.affirmed, clauses)):
            return False
        if any(map(self.denies.search, clauses)):
            return True
        rest = [clause for clause in clauses if not self.leaves_open.search(clause)]
        return len(rest) < len(clauses) and all(map(self.follows.search, rest))


@cache
def _by_kind() -> dict[LogKind, _Denial]:
    raw = data("denials.toml")
    names: dict[str, str] = raw["names"]

    def either(patterns: list[str], part: dict[str, Any], kind: str) -> re.Pattern[str]:
        other = part.get("other", {}).get(kind, "(?!)")
        stands_for = {**names, "WHOM": part["whom"][kind], "OTHER": other, "ACT": part["act"]}
        found = "|".join(patterns)
        for _ in range(3):  # a name may stand in what another stands for
            found = _NAME.sub(lambda name: stands_for[name[0]], found)
        return re.compile(found)

    return {
        LogKind(kind): _Denial(
            denies=either([*raw["not_done"], *part["denies"]], part, kind),
            leaves_open=either([*raw["says_no"], *part["leaves_open"]], part, kind),
            follows=either(raw["follows"], part, kind),
            affirms=re.compile(part["affirms"]),
            never=either(raw["taken_back"]["anywhere"], part, kind),
            not_yet=either(raw["taken_back"]["before"], part, kind),
        )
        for part in raw.values()
        if isinstance(part, dict) and "whom" in part
        for kind in part["whom"]
    }


_NAME = re.compile(r"[A-Z][A-Z_]+")
"""What stands in a pattern for one of the names of denials.toml."""


def denies_itself(entry: LogEntry) -> bool:
    """Whether the text of ``entry`` says that what its kind names did not take place, and nothing that it did after all."""
    if entry.text is None or not may_deny_itself(entry):
        return False
    return _denied(entry.text, entry.kind) or (entry.kind is LogKind.PUPIL_TOLD and _told_another(entry, entry.text))


_TOLD = re.compile(
    r"\b(?:til|informer\w+|orienter\w+|varsl\w+) (e-?\d+)\b"
    r"|\b(e-?\d+) (?:(?:har|er|ble|blei|vart) )*(?:fått|fikk|fekk|informert|orientert|varsl\w+)"
)
_PUPIL = re.compile(r"\be-?\d+\b")


def _told_another(entry: LogEntry, text: str) -> bool:
    """Whether all who are said to be told are other pupils than those whom the entry is about: «ga beskjed til e-2»."""
    words = plain(text).casefold()
    about = {ref.casefold().replace("-", "") for ref in entry.pupils}
    comparable = bool(about) and all(map(_PUPIL.fullmatch, about))
    named = {ref.replace("-", "") for ref in _PUPIL.findall(words)}
    return comparable and _TOLD.search(words) is not None and named.isdisjoint(about)


def may_deny_itself(entry: LogEntry) -> bool:
    """Whether a text of ``entry`` could say that what its kind names did not take place."""
    return entry.kind in _by_kind()


@kept
def _denied(text: str, kind: LogKind) -> bool:
    clauses = [clause.strip() for clause in _CLAUSE.split(plain(text).casefold())]
    return _by_kind()[kind].denied([clause for clause in clauses if clause])
