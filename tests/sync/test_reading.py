"""Reading a school whose source answers in pages: what stands judged is not read, and no page that moves hides a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from skolemiljo.adapters.ports import Answer, CaseProblem
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import UnreadableCase
from skolemiljo.store import StandsJudged
from skolemiljo.sync.reading import Arrival, Listing, ReadCase, ReadRequest, read_school

from .conftest import HERE, NIGHT, SYSTEM, Town

SINCE = NIGHT - timedelta(days=1)


class Paged(Town):
    """A town that answers in pages, another way each time it is asked; what is read of it is counted."""

    def __init__(self, *times: list[list[str]]) -> None:
        super().__init__()
        self.times = list(times)
        self.opened: list[str] = []
        for number in {number for pages in times for page in pages for number in page}:
            self.put(number)

    def _open(self, number: str) -> Case:
        self.opened.append(number)
        found = self.held[number]
        if isinstance(found, CaseProblem):
            raise UnreadableCase("mend it", system=SYSTEM, case=number)
        return found

    def mark(self, number: str) -> str:
        return f"{number} {self.held[number]!r}"

    def changed_answers(self, school: str, since: datetime | None) -> Iterator[Sequence[Answer]]:  # noqa: ARG002 - the signature is the port's
        self._call("changed", school)
        pages = self.times.pop(0) if len(self.times) > 1 else self.times[0]
        for page in pages:
            yield [Answer(partial(self._open, number), self.mark(number)) for number in page]

    def answer(self, case_id: str) -> Answer:
        self._call("case", case_id)
        return Answer(partial(self._open, case_id), self.mark(case_id))

    def standing(self, *numbers: str) -> dict[str, StandsJudged]:
        return {self.mark(number): StandsJudged(number, self.modified[number]) for number in numbers}


def came(town: Paged, wanted: ReadRequest) -> list[Arrival]:
    return [item for item in read_school(town, wanted) if not isinstance(item, Listing)]


def named(items: list[Arrival]) -> list[str | None]:
    return [item.case.id if isinstance(item, ReadCase) else item.case for item in items]


def test_what_came_in_one_answer_is_asked_for_once() -> None:
    town = Paged([["S-1", "S-2"]])
    assert named(came(town, ReadRequest(HERE, SINCE))) == ["S-1", "S-2"]
    assert town.calls.count("changed") == 1


def test_pages_are_asked_for_until_nothing_is_new_and_no_answer_is_read_twice() -> None:
    town = Paged([["S-1", "S-2"], ["S-3"]])
    assert named(came(town, ReadRequest(HERE, SINCE))) == ["S-1", "S-2", "S-3"]
    assert town.calls.count("changed") == 2
    assert town.opened == ["S-1", "S-2", "S-3"]


def test_a_page_that_moves_hides_nothing() -> None:
    whole = [["S-1", "S-2"], ["S-3"]]
    town = Paged([["S-1", "S-2"], []], whole)
    assert named(came(town, ReadRequest(HERE, SINCE))) == ["S-1", "S-2", "S-3"]
    assert town.calls.count("changed") == 3


def test_a_case_that_stands_judged_as_it_came_is_not_read_wherever_it_comes_from() -> None:
    town = Paged([["S-1", "S-2"]])
    town.put("S-3")
    found = came(town, ReadRequest(HERE, SINCE, due=("S-1", "S-3"), stands=town.standing("S-1", "S-3")))
    assert named(found) == ["S-1", "S-2", "S-3"]
    assert [isinstance(item, StandsJudged) for item in found] == [True, False, True]
    assert town.opened == ["S-2"]
    assert town.asked.count("S-3") == 1, "it is asked for all the same: what was hidden may be seen by now"


def test_a_case_that_came_in_any_other_way_than_it_was_judged_is_read() -> None:
    town = Paged([["S-1"]])
    town.put("S-2", hidden=["log"])
    stands = town.standing("S-1", "S-2")
    town.put("S-2")  # the same version, and all of it may be seen now
    found = came(town, ReadRequest(HERE, SINCE, due=("S-2",), stands=stands))
    assert [type(item) for item in found] == [StandsJudged, ReadCase]


def test_another_case_than_the_one_that_was_asked_for_is_not_taken_for_it() -> None:
    town = Paged([[]])
    town.put("S-1")
    town.put("S-2")
    town.held["S-2"] = town.held["S-1"]
    stands = {town.mark("S-2"): StandsJudged("S-1", None)}
    came(town, ReadRequest(HERE, SINCE, due=("S-2",), stands=stands))
    assert town.opened == ["S-2"]


def test_what_can_not_be_read_is_told_once_however_often_its_page_comes() -> None:
    town = Paged([["S-1"], ["S-2"]])
    town.break_case("S-2")
    found = came(town, ReadRequest(HERE, SINCE))
    assert [type(item) for item in found] == [ReadCase, CaseProblem]
    assert named(found) == ["S-1", "S-2"]


def test_a_full_reading_asks_once_and_compares_with_the_list() -> None:
    town = Paged([["S-1"], ["S-2"]])
    town.put("S-3")
    assert named(came(town, ReadRequest(HERE, every_id=True))) == ["S-1", "S-2", "S-3"]
    assert (town.calls.count("changed"), town.calls.count("ids")) == (1, 1)
