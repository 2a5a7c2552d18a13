"""The run log: any line that was changed, removed, added or moved is found."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skolemiljo.journal.run_log import BrokenRunLog, BusyRunLog, Kind, RunLog, entries, verify

MOMENT = datetime(2026, 3, 10, 3, 15, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> tuple[Path, str]:
    """Five lines, and the anchor after them."""
    path = tmp_path / "runlog.jsonl"
    log = RunLog(path, clock=lambda: MOMENT)
    anchor = ""
    for number in range(5):
        _, anchor = log.add(Kind.WRITE, run="r", subject=f"S-{number}", flags=number)
    return path, anchor


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines(keepends=True)


def test_an_untouched_log_is_whole(log: tuple[Path, str]) -> None:
    path, anchor = log
    found = verify(path, anchor)
    assert (found.lines, found.problem) == (5, None)
    assert f"5:{found.head}" == anchor
    assert [line["subject"] for line in entries(path, Kind.WRITE)] == ["S-0", "S-1", "S-2", "S-3", "S-4"]


def test_it_is_for_its_owner_alone(log: tuple[Path, str]) -> None:
    assert stat.S_IMODE(log[0].stat().st_mode) == 0o600


def changed(text: list[str]) -> list[str]:
    return [text[0], text[1], text[2].replace('"S-2"', '"S-9"'), *text[3:]]


def changed_with_a_new_hash(text: list[str]) -> list[str]:
    import hashlib

    line = json.loads(text[2])
    del line["hash"]
    line["subject"] = "S-9"
    plain = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    line["hash"] = hashlib.sha256(plain.encode()).hexdigest()
    return [*text[:2], json.dumps(line, sort_keys=True) + "\n", *text[3:]]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (changed, 3),
        (changed_with_a_new_hash, 4),
        (lambda text: text[:1] + text[2:], 2),
        (lambda text: text[1:], 1),
        (lambda text: [text[1], text[0], *text[2:]], 1),
        (lambda text: [*text[:3], text[2], *text[3:]], 4),
        (lambda text: [*text[:4], text[4][:20]], 5),
        (lambda text: [*text[:2], "{}\n", *text[2:]], 3),
        (lambda text: text[:4], None),
        (lambda text: text[:0], None),
    ],
    ids=["changed", "rehashed", "removed", "first removed", "reordered", "doubled", "cut", "added", "end", "emptied"],
)
def test_every_kind_of_change_is_found(
    log: tuple[Path, str], change: Callable[[list[str]], list[str]], line: int | None
) -> None:
    path, anchor = log
    path.write_text("".join(change(lines(path))), "utf-8")
    found = verify(path, anchor)
    assert found.problem is not None
    assert found.line == line


def test_every_single_byte_is_held(log: tuple[Path, str]) -> None:
    path, anchor = log
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert verify(path, anchor).problem is not None, place


def test_a_log_written_anew_is_found_by_the_anchor(tmp_path: Path, log: tuple[Path, str]) -> None:
    other = tmp_path / "other.jsonl"
    fake = RunLog(other, clock=lambda: MOMENT)
    for number in range(6):
        fake.add(Kind.WRITE, run="r", subject=f"S-{number}", flags=0)
    assert verify(other).problem is None
    assert verify(other, log[1]).problem is not None


def test_a_log_that_is_gone_is_found_by_the_anchor(tmp_path: Path, log: tuple[Path, str]) -> None:
    assert verify(tmp_path / "none.jsonl", log[1]).problem is not None
    assert verify(tmp_path / "none.jsonl").problem is None


def test_half_a_line_from_a_crash_is_taken_off_and_told(log: tuple[Path, str]) -> None:
    path, anchor = log
    with path.open("ab") as file:
        file.write(b'{"number": 6, "wha')
    _, later = RunLog(path, clock=lambda: MOMENT).add(Kind.RUN_BEGAN, run="r2")
    assert verify(path, anchor).problem is None
    assert verify(path, later).lines == 7
    assert [line["bytes"] for line in entries(path, Kind.MENDED)] == [18]


class Memory(dict[str, str]):
    """What the store remembers."""

    def meta(self, key: str) -> str | None:
        return self.get(key)

    def set_meta(self, key: str, value: str) -> None:
        self[key] = value


@pytest.mark.parametrize("kept", ["in the store", "beside the file", "in both"])
@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[:3],
        lambda _text: [],
        lambda _text: None,
        lambda text: [*text, "x\n"],
        lambda text: [*text[:3], "x\n"],
        lambda text: [*text[:3], text[3][:40]],
        lambda text: rewritten(text),
    ],
    ids=["shortened", "emptied", "removed", "foreign last line", "another last line", "cut", "written anew"],
)
def test_a_break_is_named_by_what_is_written_next_and_never_forgotten(
    tmp_path: Path, harm: Callable[[list[str]], list[str] | None], kept: str
) -> None:
    path, memory = tmp_path / "runlog.jsonl", Memory()
    log = RunLog(path, clock=lambda: MOMENT, memory=memory)
    for number in range(5):
        log.add_and_anchor(Kind.WRITE, run="r", subject=f"S-{number}")
    left = harm(lines(path))
    path.unlink() if left is None else path.write_text("".join(left), "utf-8")
    if kept == "in the store":
        path.with_name("runlog.jsonl.head").unlink()
    if kept == "beside the file":
        memory.clear()
    assert verify(path, memory.meta("runlog_head")).faults
    before = path.read_bytes() if path.exists() else b""
    found = verify(path)
    for _line in range(3):  # nights go on
        log.add_and_anchor(Kind.RUN_BEGAN, run="r2")
        found = verify(path, memory.meta("runlog_head"))
        assert any(fault.named for fault in found.faults)
        assert found.lines == len(lines(path))
    assert path.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    (broken,) = entries(path, Kind.BROKEN)
    assert broken["number"] == len(before.splitlines()) + (0 if before.endswith(b"\n") or not before else -1) + 1
    # The new chain is held as the old one was.
    path.write_text("".join(lines(path)[:-1]), "utf-8")
    assert len(verify(path, memory.meta("runlog_head")).faults) == len(found.faults) + 1


def rewritten(text: list[str]) -> list[str]:
    """The same lines with another word in one of them, and every hash made anew."""
    from skolemiljo.journal.run_log import _hash

    made, before = [], "0" * 64
    for line in map(json.loads, text):
        line |= {"before": before, "subject": line["subject"].replace("S-1", "S-9")}
        del line["hash"]
        before = line["hash"] = _hash(line)
        made.append(json.dumps(line, sort_keys=True) + "\n")
    return made


def test_an_older_store_beside_a_log_that_went_on_is_no_break(tmp_path: Path) -> None:
    """A store restored from a copy remembers a line that is still there; a new one remembers none."""
    path, memory = tmp_path / "runlog.jsonl", Memory()
    older = Memory()
    for number in range(400):
        RunLog(path, memory=memory).add_and_anchor(Kind.WRITE, run="r", subject=f"S-{number}")
        if number == 3:
            older.update(memory)
    for remembered in (older, Memory()):
        RunLog(path, memory=remembered).add_and_anchor(Kind.RUN_BEGAN, run="r2")
        assert verify(path, remembered.meta("runlog_head")).faults == ()


def test_a_head_that_was_kept_elsewhere_is_asked_for(log: tuple[Path, str]) -> None:
    path, _anchor = log
    head = verify(path).head
    RunLog(path).add(Kind.RUN_BEGAN, run="r")
    assert verify(path, head=head).faults == ()
    made_anew = rewritten([*lines(path)[:5]])
    path.write_text("".join(made_anew), "utf-8")
    path.with_name("runlog.jsonl.head").unlink()
    assert verify(path).faults == ()
    assert head in str(verify(path, head=head).faults[0])


def test_a_log_that_somebody_holds_is_told(tmp_path: Path) -> None:
    from filelock import FileLock

    path = tmp_path / "runlog.jsonl"
    with FileLock(path.with_name("runlog.jsonl.lock")), pytest.raises(BusyRunLog, match=r"runlog\.jsonl\.lock"):
        RunLog(path, patience=0.05).add(Kind.REPORT, report="audit")
    RunLog(path, patience=0.05).add(Kind.REPORT, report="audit")


def test_a_foreign_file_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "runlog.jsonl"
    path.write_text("hello\n")
    with pytest.raises(BrokenRunLog):
        RunLog(path).add(Kind.RUN_BEGAN, run="r")
    assert path.read_text() == "hello\n"


def test_many_writers_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "runlog.jsonl"

    def add() -> None:
        for _ in range(20):
            RunLog(path).add(Kind.REPORT, report="audit")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(path).lines == 80
    assert verify(path).problem is None


_WITH_LITTLE_ROOM = """
import resource, sys
from pathlib import Path
from skolemiljo.domain.errors import StoreError
from skolemiljo.journal.run_log import Kind, RunLog
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
log = RunLog(Path(sys.argv[1]))
try:
    for number in range(100):
        log.add(Kind.WRITE, run="r", subject=f"S-{number}")
except StoreError as error:
    print(number, error)
"""


def test_a_full_disk_is_a_clear_error_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "runlog.jsonl"
    command = [sys.executable, "-c", _WITH_LITTLE_ROOM, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    number, _, words = said.partition(" ")
    assert words == "kjøreloggen runlog.jsonl kan ikke skrives (disken er full)\n"
    RunLog(path).add(Kind.RUN_BEGAN, run="r2")
    assert verify(path).problem is None
    assert len(list(entries(path, Kind.WRITE))) == int(number) > 0
