"""What judging asks once in a case, whichever rules want to know: that is counted here, and no time is."""

from __future__ import annotations

import gc
import json
import weakref
from collections import Counter
from typing import Any

import pytest

from skolemiljo.adapters.case_file import read_case
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, skolerute_path
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.calendars import calendars
from skolemiljo.plans.loader import load_plans
from skolemiljo.validators import proof
from skolemiljo.validators.reading import answers, bare_words


def test_an_entry_is_weighed_once_for_one_proof_and_a_clause_closed_once_and_nothing_of_them_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weighed: Counter[object] = Counter()
    in_doubt = proof._in_doubt

    def counted(judge: Any, wanted: Any, entry: Any, pupil: Any, person: Any, **more: Any) -> str | None:
        weighed[id(wanted), entry.id, pupil, id(person)] += 1
        return in_doubt(judge, wanted, entry, pupil, person, **more)

    monkeypatch.setattr(proof, "_in_doubt", counted)
    judging, seen = Judging(load_plans("oyer-2024"), calendars(skolerute_path())), 0
    for raw in Municipality(seed=5, cases=30).cases():
        weighed.clear()
        judging.case(read_case(json.dumps(raw).encode(), system="test"), AS_OF)
        assert set(weighed.values()) <= {1}
        seen += len(weighed)
        kept: tuple[Any, ...] = (answers.read_answer, answers._closed, answers._by_shape, bare_words.bare)
        assert [reader.cache_info().currsize for reader in kept] == [0] * len(kept)
    assert seen > 100


def test_a_text_is_read_once_for_its_case_and_all_that_would_settle_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[object] = Counter()
    says_its_own_first = answers._says_its_own_first

    def counted(words: str, field: Any) -> bool:
        read[words, id(field)] += 1
        return says_its_own_first(words, field)

    monkeypatch.setattr(answers, "_says_its_own_first", counted)
    judging = Judging(load_plans("oyer-2024"), calendars(skolerute_path()), settles=True)
    settled = 0
    for raw in Municipality(seed=5, cases=12).cases():
        read.clear()
        found = judging.case(read_case(json.dumps(raw).encode(), system="test"), AS_OF)
        settled += sum(finding.settled is not None for finding in found.findings)
        assert set(read.values()) <= {1, 2}  # two texts may have the same words: «Myrbert» and «Myrbert.»
        kept: tuple[Any, ...] = (answers.read_answer, bare_words.bare)
        assert [reader.cache_info().currsize for reader in kept] == [0, 0]
    assert settled > 10


def test_a_judged_case_is_let_go_of_at_once_and_not_when_the_garbage_collector_looks() -> None:
    judging = Judging(load_plans("oyer-2024"), calendars(skolerute_path()), settles=True)
    kept: list[weakref.ref[Any]] = []
    gc.disable()
    try:
        for raw in Municipality(seed=5, cases=12).cases():
            log = [{**entry, "happened_at": None, "registered_at": None} for entry in raw["log"]]
            for document in (raw, raw | {"log": log}):  # a case as known, and several: when can those have been?
                case = read_case(json.dumps(document).encode(), system="test")
                kept += map(weakref.ref, (case, *case.notices, *case.log))
                judging.case(case, AS_OF)
                del case
        assert len(kept) > 100
        assert [entry for entry in kept if entry() is not None] == []
    finally:
        gc.enable()
