"""Entries that deny themselves: «Eleven har fått beskjed: fikk ikke tak i ham, prøver i morgen». They never show that it was done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ...domain.log import LogEntry, LogKind
from .bare_words import data, kept, plain

_CLAUSE = re.compile(r"(?<=\w)(?<!\bkl)[.](?=\s|$)|[!?;:\n,–—]+|\s-\s|\b(?:men|så|og)\b")


@dataclass(frozen=True, slots=True, eq=False)
class _Denial:
    denies: re.Pattern[str]
    affirms: re.Pattern[str]
    negation: re.Pattern[str]

    def affirmed(self, clause: str) -> bool:
        return self.affirms.search(clause) is not None and self.negation.search(clause) is None


@cache
def _by_kind() -> dict[LogKind, _Denial]:
    raw = data("denials.toml")

    def words(pattern: str, whom: str) -> str:
        return pattern.replace("WHOM", whom).replace("WHO", raw["who"]).replace("MEETING", raw["meeting"])

    return {
        LogKind(kind): _Denial(
            re.compile("|".join(words(pattern, whom) for pattern in part["denies"])),
            re.compile(part["affirms"]),
            re.compile(raw["negation"]),
        )
        for part in (raw["told"], raw["begun"], raw["met"])
        for kind, whom in part["whom"].items()
    }


def denies_itself(entry: LogEntry) -> bool:
    """Whether the text of ``entry`` says that what its kind names did not take place, and nothing that it did after all."""
    return entry.text is not None and may_deny_itself(entry) and _denied(entry.text, entry.kind)


def may_deny_itself(entry: LogEntry) -> bool:
    """Whether a text of ``entry`` could say that what its kind names did not take place."""
    return entry.kind in _by_kind()


@kept
def _denied(text: str, kind: LogKind) -> bool:
    denial = _by_kind()[kind]
    clauses = [clause.strip() for clause in _CLAUSE.split(plain(text).casefold())]
    if any(map(denial.affirmed, clauses)):
        return False
    return any(denial.denies.search(clause) for clause in clauses)
