"""Which fact decides what: each example with one fact changed, and how the answer goes then, written down in changed/*.txt.

A rule that is changed shows here what it now says otherwise, and of which fact. ``make docs`` writes the files anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import pytest

from skolemiljo.domain.verdict import Finding, Verdict
from skolemiljo.validators import RULES
from skolemiljo.validators.rule import Subject

from .examples import BLOCKS, HERE, Block, case_of, school_calendar
from .one_fact import some_of
from .test_rules import _judged, _told

CHANGED = HERE / "changed"
OF_EACH = 12
"""Changes of each example."""
OF_CASES = [block for block in BLOCKS if RULES[block.codes[0]].subject is Subject.CASE]


def _lines(block: Block) -> tuple[str, ...]:
    """Each other answer, and the changes that lead to it."""
    judged = _judged(block, school_calendar())
    before, case = _answers(judged.findings), case_of(judged.data)
    leads_to: dict[str, list[str]] = defaultdict(list)
    for change in some_of(case, judged.rules, block.key, OF_EACH):
        after = _answers(judged.again(change.case, judged.as_of).values())
        for about in dict.fromkeys((*before, *after)):
            was, now = before.get(about, ["nothing"]), after.get(about, ["nothing"])
            if was != now:
                leads_to[f"{about} {_difference(was, now)}"].append(change.what)
    return tuple(f"{answer} ← {', '.join(changes)}" for answer, changes in sorted(leads_to.items()))


def _answers(findings: Iterable[Finding]) -> dict[str, list[str]]:
    told = {}
    for finding in findings:
        if finding.verdict is not Verdict.NOT_APPLICABLE:
            scope, _, said = _told(finding).partition(": ")
            told[f"{finding.rule} {scope}"] = said.split("; ")
    return told


def _difference(was: list[str], now: list[str]) -> str:
    """The verdict before and after, where it is another; and what else is said now that was not, or no more."""
    parts = [] if was[0] == now[0] else [f"{was[0]} → {now[0]}"]
    more = [part for part in now[1:] if part not in was]
    gone = [part for part in was[1:] if part not in now and not any(_begin(part) == _begin(other) for other in more)]
    return "; ".join((*parts, *more, *(f"no {_begin(part)}" for part in gone if now[0] != "nothing")))


def _begin(part: str) -> str:
    return part.partition(" ")[0]


@cache
def _written(chapter: str) -> dict[str, tuple[str, ...]]:
    path = CHANGED / f"{chapter}.txt"
    found: dict[str, tuple[str, ...]] = {}
    for paragraph in path.read_text("utf-8").split("\n\n") if path.exists() else ():
        key, *lines = paragraph.strip().splitlines()
        found[key] = tuple(lines)
    return found


@pytest.mark.parametrize("block", OF_CASES, ids=[block.place for block in OF_CASES])
def test_one_fact_changed_is_answered_as_written_down(block: Block) -> None:
    assert _written(block.chapter).get(block.key) == _lines(block)


def write_down() -> None:
    """Writes changed/*.txt anew, in the order of the Markdown files."""
    CHANGED.mkdir(exist_ok=True)
    for chapter in dict.fromkeys(block.chapter for block in OF_CASES):
        told = ["\n".join((block.key, *_lines(block))) for block in OF_CASES if block.chapter == chapter]
        (CHANGED / f"{chapter}.txt").write_text("\n\n".join(told) + "\n", "utf-8")
