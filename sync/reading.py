"""Reading one school: what changed, what time has changed, and whether what came is all there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..adapters.ports import CaseProblem, CaseSource, SourceItem
from ..domain.case import Case
from ..domain.errors import IncompleteAnswer, Skippable
from ..judging.problems import problem_of

_PASSES = 4


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read of one school. ``since`` None = everything."""

    school: str
    since: datetime | None = None
    due: tuple[str, ...] = ()
    """Cases to look at whether or not they were touched."""
    every_id: bool = False
    """Compare with the source's own list of ids, and read what the pages did not show."""
    listed: bool = True
    """False: the source does not show the school, so that only the cases in ``due`` are asked for, one by one."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What the source says it has of the school, after everything else was read."""

    ids: frozenset[str] | None
    """The ids that it lists; ``None`` = nobody asked."""
    count: int | None
    """Its own count."""


def read_school(source: CaseSource, wanted: ReadRequest) -> Iterator[SourceItem | Listing]:
    """Everything that ``wanted`` asks for, each case once as long as it does not change meanwhile.

    Raises what the source raises. A page that moves while it is read can hide a case, so a partial reading is repeated
    until a pass brings nothing new, and a whole one is compared with the list of ids.
    """
    seen: dict[str, str | None] = {}
    broken: IncompleteAnswer | None = None
    try:
        if wanted.listed:
            yield from _changed(source, wanted, seen)
    except IncompleteAnswer as error:
        broken = error  # the cases whose time has come can be read one by one all the same
    yield from _one_by_one(source, (case for case in wanted.due if case not in seen), seen)
    if broken is not None:
        raise broken
    ids = None
    if wanted.every_id:
        ids = frozenset(source.case_ids(wanted.school))
        yield from _one_by_one(source, sorted(ids - seen.keys()), seen)
    if wanted.listed:
        yield Listing(ids, source.count(wanted.school))


def _changed(source: CaseSource, wanted: ReadRequest, seen: dict[str, str | None]) -> Iterator[SourceItem]:
    for _ in range(_PASSES):
        before = len(seen)
        news = False
        for item in source.changed_cases(wanted.school, wanted.since):
            if _is_new(item, seen):
                news = True
                yield item
        if wanted.every_id or not news or (before == 0 and len(seen) <= 1):
            return
    # Still new after so many passes: people are at work. What comes later has a later time of change than the cursor.


def _is_new(item: SourceItem, seen: dict[str, str | None]) -> bool:
    if isinstance(item, CaseProblem):
        if item.case is None:
            return True
        known = item.case in seen
        seen.setdefault(item.case, None)
        return not known
    version = version_in_source(item)
    known = item.id in seen and seen[item.id] == version
    seen[item.id] = version
    return not known


def version_in_source(case: Case) -> str:
    """The source's version of a case: its etag, else when it was changed."""
    return case.etag or (case.modified_at.isoformat() if case.modified_at is not None else "")


def _one_by_one(
    source: CaseSource, ids: Iterator[str] | list[str], seen: dict[str, str | None]
) -> Iterator[SourceItem]:
    for case in ids:
        seen.setdefault(case, None)
        try:
            yield source.case(case)
        except Skippable as error:
            yield problem_of(error, case)
