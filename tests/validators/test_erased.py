"""What set a duty off and has been deleted is asked about: a deletion settles nothing (validators/erased.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from skolemiljo.domain.case import Case
from skolemiljo.domain.log import LogKind, Recorded, StaffFound
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.verdict import Verdict
from skolemiljo.tests.laws.examples import Example, every
from skolemiljo.tests.laws.places import without
from skolemiljo.tests.rules.examples import PLAN
from skolemiljo.validators import RULES
from skolemiljo.validators.erased import erased
from skolemiljo.validators.known import KnownCase

ASKS = tuple(RULES[code] for code in ("VA-00", "GI-00", "SK-05"))
OSLO = ZoneInfo("Europe/Oslo")


def _occasions(case: Case) -> Iterator[tuple[str, int, Recorded]]:
    """What sets duties off and can be deleted, with where it stands."""
    for number, notice in enumerate(case.notices):
        yield "notices", number, notice
    for number, incident in enumerate(case.incidents):
        if incident.level != 1:  # «er saken ferdig»
            yield "incidents", number, incident
    for number, entry in enumerate(case.log):
        if entry.kind is LogKind.STAFF_FINDING and entry.found is not StaffFound.NONE:
            yield "log", number, entry


def _stands(example: Example, item: Recorded) -> bool:
    known = KnownCase(example.case, example.as_of)
    there = item.id in {one.id for one in (*known.notices, *known.incidents, *known.log)}
    return there and item.at is not None and item.at.day >= PLAN.document.law_in_force


def _deleted(case: Case, name: str, number: int, when: Moment) -> Case:
    items = getattr(case, name)
    gone = items[number].model_copy(update={"deleted_at": when})
    return case.model_copy(update={name: (*items[:number], gone, *items[number + 1 :])})


@pytest.mark.parametrize("part", range(4))
def test_a_deletion_leaves_a_question_in_every_example(part: int) -> None:
    asked: Counter[str] = Counter()
    for example in every()[part::4]:
        alone = example.by(*ASKS)
        for name, number, item in _occasions(example.case):
            if not _stands(example, item):
                continue
            now = _deleted(example.case, name, number, Moment.at(example.as_of))
            found = [finding for finding in alone.judged(now).values() if item.id in finding.evidence]
            unseen = [f for f in alone.judged(now).values() if f.verdict is Verdict.UNKNOWN]
            copies = KnownCase(now, example.as_of)
            if not erased(copies, [getattr(now, name)[number]], getattr(copies, name)):
                continue  # what is deleted still stands once
            calm = not any(f.verdict is Verdict.REVIEW for f in found) and not unseen
            assert not calm, f"{example.name}: {name} {item.id} is deleted, and nobody is asked why"
            asked[name] += 1
    assert min(asked[name] for name in ("notices", "incidents")) > 5, asked


def _at(hour: int) -> Moment:
    return Moment.at(datetime(2026, 3, 9, hour, tzinfo=OSLO))


def test_what_was_written_twice_and_still_stands_once_is_not_missed() -> None:
    example = next(e for e in every() if e.case.notices and not e.case.unreadable and not e.case.hidden)
    notice = example.case.notices[0].model_copy(update={"id": "v1", "happened_at": _at(10), "registered_at": _at(11)})
    twice = notice.model_copy(update={"id": "v2", "registered_at": _at(12), "deleted_at": _at(13)})
    case = KnownCase(example.case, (_at(14).instant or example.as_of) + timedelta(days=1))
    assert not erased(case, [notice, twice], [notice])
    another = twice.model_copy(update={"pupils": ("e-9",)})
    assert erased(case, [notice, another], [notice]) == [another]
    later = twice.model_copy(update={"happened_at": _at(9)})
    assert erased(case, [notice, later], [notice]) == [later]
    repeated = later.model_copy(update={"duplicate_of": "v1"})
    assert not erased(case, [notice, repeated], [notice])


def test_it_is_asked_from_the_deletion_on_and_not_of_what_had_not_come() -> None:
    example = next(e for e in every() if e.case.notices and not e.case.unreadable and not e.case.hidden)
    notice = example.case.notices[0].model_copy(update={"happened_at": _at(10), "registered_at": _at(11), "edits": ()})
    gone = notice.model_copy(update={"deleted_at": _at(13)})

    def asked(hour: int) -> list[Recorded]:
        return erased(KnownCase(example.case, _at(hour).instant or example.as_of), [gone], [])

    assert asked(12) == []
    assert asked(14) == [gone]
    ahead = gone.model_copy(update={"happened_at": _at(20), "registered_at": _at(20)})
    assert erased(KnownCase(example.case, _at(14).instant or example.as_of), [ahead], []) == []


def test_the_lists_that_are_asked_about_are_not_emptied() -> None:
    """A list without the entry is another case than one where it is deleted: nothing tells of what was never there."""
    example = next(e for e in every() if len(e.case.notices) > 1 and not e.case.unreadable and not e.case.hidden)
    less = example.case.model_copy(update={"notices": without(example.case.notices, 0)})
    assert not any(f.question == "deleted" for f in example.by(*ASKS).judged(less).values())
