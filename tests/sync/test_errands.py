"""Several records on their way at once: the outbox's promise holds, one system in trouble is left in peace, one case stops no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.domain.errors import ConnectionLost, StoreError
from skolemiljo.journal.run_log import Kind, RunLog, entries, verify
from skolemiljo.store import Store
from skolemiljo.sync.errands import Errand, Errands, Wide, asked, kept, together
from skolemiljo.sync.run import Options, Stop, run_sync

from .conftest import NIGHT, SYSTEM, Town, judging

PATIENCE = 20.0


@pytest.fixture
def big(town: Town) -> Town:
    """Forty cases more, at one school."""
    for number in range(10, 50):
        town.put(f"S-{number}")
    return town


def run(town: Town, store: Store, **options: Any) -> Any:
    path = store.path.with_name("runlog.jsonl") if store.path is not None else None
    return run_sync(
        source=town, sink=town, cycle=town, judging=judging(), store=store, as_of=NIGHT, stop=options.pop("stop", None),
        options=Options(write_back=True, **options), run_log=RunLog(path, memory=store) if path is not None else None,
    )  # fmt: skip


def test_writers_are_at_work_side_by_side_after_the_first_has_been_read_back(big: Town, store: Store) -> None:
    begun: list[str] = []
    together_now = threading.Barrier(8, timeout=PATIENCE)

    def meet(call: str, subject: str) -> None:
        if call == "write" and subject[0] == "S":
            begun.append(subject)
            if 1 < len(begun) <= 9:
                assert "S-1" in big.records, "the first goes alone"
                together_now.wait()

    big.before = meet
    assert run(big, store, writers=8).complete
    assert sorted(big.case_writes()) == sorted(big.held)


def test_every_wish_is_on_the_disk_before_its_put_leaves(big: Town, store: Store) -> None:
    assert store.path is not None
    unmarked: list[str] = []

    def look(call: str, subject: str) -> None:
        if call == "write":
            assert store.path is not None
            with Store.open(store.path, read_only=True) as other:
                marked = {item.subject for item in other.intentions() if item.uncertain}
            if subject not in marked:
                unmarked.append(subject)

    big.before = look
    assert run(big, store).complete
    assert unmarked == []


def test_the_lines_of_the_run_log_are_whole_one_for_each_record_and_before_their_schools(
    big: Town, store: Store, tmp_path: Path
) -> None:
    assert run(big, store).complete
    log = tmp_path / "runlog.jsonl"
    assert verify(log).faults == ()
    written = [line["subject"] for line in entries(log, Kind.WRITE)]
    assert sorted(written) == sorted(big.held)
    seen: set[str] = set()
    for line in entries(log):
        if line["what"] == Kind.SCHOOL:
            assert line["written"] == sum(big.records[case].school == line["school"] for case in seen)
        elif line["what"] == Kind.WRITE:
            seen.add(line["subject"])


def test_a_wish_to_stop_finishes_what_is_on_its_way_and_leaves_nothing_uncertain(big: Town, store: Store) -> None:
    stop = Stop()

    def ask(call: str, subject: str) -> None:
        if call == "write" and len(big.records) > 3:
            stop.request()

    big.before = ask
    summary = run(big, store, stop=stop)
    assert summary.state == "stopped"
    assert 4 <= len(big.case_writes()) < 30
    assert not [item for item in store.intentions() if item.uncertain]
    assert store.written_fingerprints().keys() == big.records.keys()


def test_a_case_that_gets_no_answer_stops_no_other(big: Town, store: Store) -> None:
    def hang(call: str, subject: str) -> None:
        if call == "write" and subject == "S-20":
            raise ConnectionLost("no answer", system=SYSTEM)

    big.before = hang
    summary = run(big, store)
    assert [case for case, _ in summary.set_aside] == ["S-20"]
    assert len(big.records) == len(big.held) - 1


def test_a_case_of_two_schools_is_on_its_way_once(town: Town, store: Store) -> None:
    """A case that moves while the record of its first school is being written is written again when that is read back."""
    moved: list[str] = []

    def move(call: str, subject: str) -> None:
        if call == "write" and subject == "S-1" and not moved:
            moved.append(subject)
            town.put("S-1", school="310000027", at=NIGHT - timedelta(hours=1))

    town.before = move
    assert run(town, store).complete
    assert town.records["S-1"].school == "310000027"
    assert town.case_writes().count("S-1") == 1


def test_what_is_kept_at_one_moment_is_one_transaction_and_all_of_it_or_nothing(store: Store) -> None:
    def fails() -> None:
        raise StoreError("the disk is full")

    def one(number: int) -> Errand[None]:
        yield from kept(lambda: store.set_meta(f"n{number}", "1") if number < 2 else fails())

    with Errands(store, None, threads=0) as errands, pytest.raises(StoreError):
        errands.run(together((one(number) for number in range(3)), Wide(3)))
    assert store.meta("n0") is None


def test_no_more_errands_are_on_their_way_than_the_lane_is_wide_and_each_gives_in_its_place(store: Store) -> None:
    lane, most = Wide(3), 0

    def one(number: int) -> Errand[int]:
        nonlocal most
        most = max(most, lane.active)
        given = yield from asked(lambda: number * 2)
        if number % 2:
            given = yield from kept(lambda: given)
        return given

    def numbers() -> Iterator[Errand[int]]:
        return (one(number) for number in range(50))

    for threads in (0, 4):
        with Errands(store, None, threads=threads) as errands:
            assert errands.run(together(numbers(), lane)) == [number * 2 for number in range(50)]
    assert (most, lane.active) == (3, 0)
