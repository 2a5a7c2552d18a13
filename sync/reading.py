"""Reading one school: what changed, what time has changed, and whether what came is all there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from ..adapters.ports import Answer, CaseProblem, CaseSource, SourceItem, answering
from ..domain.case import Case
from ..domain.errors import IncompleteAnswer, Skippable
from ..judging.problems import problem_of
from ..store import StandsJudged

_PASSES = 4


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read of one school. ``since`` None = everything."""

    school: str
    since: datetime | None = None
    due: tuple[str, ...] = ()
    """Cases to look at whether or not they were touched."""
    stands: Mapping[str, StandsJudged] = field(default_factory=dict)
    """Cases that stand judged, by the mark of the answer that was judged: come like that again they are not read."""
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


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case, and the mark of the answer in which it came."""

    case: Case
    mark: str | None


Arrival = ReadCase | CaseProblem | StandsJudged


def read_school(source: CaseSource, wanted: ReadRequest) -> Iterator[Arrival | Listing]:
    """Everything that ``wanted`` asks for, each case once as long as it does not change meanwhile.

    Raises what the source raises. A page that moves while another is read can hide a case, so a partial reading of more than one
    page is repeated until a pass brings nothing new, and a whole one is compared with the list of ids.
    """
    came = _Came(wanted.stands)
    broken: IncompleteAnswer | None = None
    try:
        if wanted.listed:
            yield from _changed(source, wanted, came)
    except IncompleteAnswer as error:
        broken = error  # the cases whose time has come can be read one by one all the same
    yield from _one_by_one(source, (case for case in wanted.due if case not in came.versions), came)
    if broken is not None:
        raise broken
    ids = None
    if wanted.every_id:
        ids = frozenset(source.case_ids(wanted.school))
        yield from _one_by_one(source, sorted(ids - came.versions.keys()), came)
    if wanted.listed:
        yield Listing(ids, source.count(wanted.school))


class _Came:
    """What has come of a school."""

    def __init__(self, stands: Mapping[str, StandsJudged]) -> None:
        self.versions: dict[str, str | None] = {}
        """The source's version of each case; ``None`` where it was not read."""
        self._stands = stands
        self._marks: set[str] = set()

    def read(self, answer: Answer, case: str | None = None) -> Arrival | None:
        """What is in ``answer``; ``None`` where the same has come before. ``case``: what was asked for."""
        if answer.mark is not None:
            if answer.mark in self._marks:
                return None
            self._marks.add(answer.mark)
            stands = self._stands.get(answer.mark)
            if stands is not None and case in (None, stands.case):
                self.versions.setdefault(stands.case, None)
                return stands
        try:
            item = answer.read()
        except Skippable as error:
            item = problem_of(error, case)
        return item if isinstance(item, CaseProblem) else ReadCase(item, answer.mark)

    def is_new(self, item: Arrival) -> bool:
        """Whether ``item`` is a case, or a version of one, that has not come before; now it has."""
        if isinstance(item, StandsJudged):
            return True
        if isinstance(item, CaseProblem):
            if item.case is None:
                return True
            known = item.case in self.versions
            self.versions.setdefault(item.case, None)
            return not known
        case, version = item.case.id, version_in_source(item.case)
        known = case in self.versions and self.versions[case] == version
        self.versions[case] = version
        return not known


def _changed(source: CaseSource, wanted: ReadRequest, came: _Came) -> Iterator[Arrival]:
    for _ in range(_PASSES):
        news, pages = False, 0
        for page in _pages(source, wanted):
            pages += 1
            for item in map(came.read, page):
                if item is not None and came.is_new(item):
                    news = True
                    yield item
        if wanted.every_id or not news or pages <= 1:  # in one answer nothing can have moved
            return
    # Still new after so many passes: people are at work. What comes later has a later time of change than the cursor.


def _pages(source: CaseSource, wanted: ReadRequest) -> Iterable[Sequence[Answer]]:
    """What is answered, page by page; of a source that does not say what came together, each case for itself."""
    own = answering(source)
    if own is not None:
        return own.changed_answers(wanted.school, wanted.since)
    return ((Answer(partial(_given, item)),) for item in source.changed_cases(wanted.school, wanted.since))


def _given(item: SourceItem) -> SourceItem:
    return item


def version_in_source(case: Case) -> str:
    """The source's version of a case: its etag, else when it was changed."""
    return case.etag or (case.modified_at.isoformat() if case.modified_at is not None else "")


def _one_by_one(source: CaseSource, ids: Iterable[str], came: _Came) -> Iterator[Arrival]:
    own = answering(source)
    for case in ids:
        came.versions.setdefault(case, None)
        try:
            answer = own.answer(case) if own is not None else Answer(partial(source.case, case))
        except Skippable as error:
            yield problem_of(error, case)
            continue
        item = came.read(answer, case)
        if item is not None:
            yield item
