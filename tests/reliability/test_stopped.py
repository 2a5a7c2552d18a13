"""SIGTERM (systemd, a restart of the machine) and Ctrl-C: the case in hand is finished, and the next night takes the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.faults import Fault, FaultRule, RequestKind
from skolemiljo.adapters.mock.municipality import AS_OF
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.journal.run_log import Kind as Line
from skolemiljo.journal.run_log import entries
from skolemiljo.store import Store

from .program import settings_file, start_sync, wait_until
from .vendor import FIRST_NIGHT, compare, settings_for, vendors

MOMENTS: dict[str, tuple[Fault, RequestKind, Callable[[RunningMock], bool]]] = {
    "reading": (Fault.SLOW, RequestKind.CASES, lambda mock: mock.mock.plan.counts.get("slow", 0) >= 2),
    "first-write": (Fault.SLOW, RequestKind.WRITE, lambda mock: mock.mock.plan.counts.get("slow", 0) >= 1),
    "writing": (Fault.SLOW, RequestKind.READ, lambda mock: len(mock.mock.state.journal) >= 8),
    "annual-cycle": (Fault.SLOW, RequestKind.WRITE, lambda mock: bool(mock.mock.state.cycle_statuses)),
}


@pytest.mark.parametrize(
    ("moment", "number"), [*((moment, signal.SIGTERM) for moment in MOMENTS), ("writing", signal.SIGINT)]
)
def test_the_case_in_hand_is_finished_and_the_next_night_takes_the_rest(
    tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    fault, kind, came = MOMENTS[moment]
    with vendors() as mock:
        settings = settings_file(mock, tmp_path)
        mock.mock.plan.rules.append(FaultRule(fault, kind))
        process = start_sync(settings, FIRST_NIGHT)
        wait_until(lambda: came(mock), process)
        process.send_signal(number)
        said, errors = process.communicate()
        assert process.returncode == 128 + number, errors
        assert json.loads(said)["state"] == "stopped"
        assert "Traceback" not in errors
        stored = {write.target for write in mock.mock.state.journal if write.stored}
        assert len(stored) < 24 + 6, "it was stopped too late to see anything"
        with Store.open(tmp_path / "lager.sqlite") as store:
            assert not [item for item in store.intentions() if item.uncertain], "the case in hand was not finished"
            assert store.runs()[0].state == "stopped"
        assert [line["state"] for line in entries(tmp_path / "runlog.jsonl", Line.RUN_ENDED)] == ["stopped"]

        _the_next_night_is_whole(mock, settings, tmp_path)


def test_eight_writers_beside_a_vendor_who_says_nothing_more_are_let_go_of(tmp_path: Path) -> None:
    """Each of them waits for an answer that does not come: the process ends all the same, and what had been sent is looked up."""
    with vendors() as mock:
        mock.mock.app.tuning.hang_seconds = 3600  # longer than anybody waits
        settings = settings_file(mock, tmp_path)
        mock.mock.plan.rules.append(FaultRule(Fault.HUNG, RequestKind.WRITE, path="/compliance", after=2))
        process = start_sync(settings, FIRST_NIGHT)
        wait_until(lambda: mock.mock.plan.counts.get("hung", 0) >= 8, process)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate()
        assert process.returncode == 128 + signal.SIGTERM, errors
        assert "Traceback" not in errors
        with Store.open(tmp_path / "lager.sqlite") as store:
            assert len([item for item in store.intentions() if item.uncertain]) >= 8, (
                "who was let go of is not remembered"
            )

        _the_next_night_is_whole(mock, settings, tmp_path)


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that ``process`` has begun to read with."""
    threads = Path(f"/proc/{process.pid}/task").glob("*/children")
    found = [pid for thread in threads for pid in thread.read_text("utf-8").split()]
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="asks the system which processes there are")
@pytest.mark.parametrize("end", ["stopped", "killed", "a child is killed"])
def test_processes_that_read_beside_the_night(tmp_path: Path, end: str) -> None:
    """A vendor lets them wait: stopped or killed, the night leaves none behind; one that is killed is done without."""
    with vendors() as mock:
        mock.mock.app.tuning.hang_seconds = 3600
        settings = settings_file(mock, tmp_path)
        settings.write_text(settings.read_text("utf-8").replace("[sync]\n", "[sync]\nprocesses = 2\n"), "utf-8")
        mock.mock.plan.rules.append(FaultRule(Fault.HUNG, RequestKind.CASES))
        process = start_sync(settings, FIRST_NIGHT)
        wait_until(lambda: mock.mock.plan.counts.get("hung", 0) >= 2, process)
        begun = children(process)
        assert len(begun) == 2
        if end == "a child is killed":
            mock.mock.plan.clear()
            os.kill(begun[0], signal.SIGKILL)
            said, errors = process.communicate()
            assert (process.returncode, json.loads(said)["state"]) == (0, "complete"), errors
            assert "process died" in errors
        else:
            process.send_signal(signal.SIGTERM if end == "stopped" else signal.SIGKILL)
            _, errors = process.communicate()
            assert process.returncode == (128 + signal.SIGTERM if end == "stopped" else -signal.SIGKILL), errors
            assert "Traceback" not in errors
        wait_until(lambda: not any(map(lives, begun)))
        _the_next_night_is_whole(mock, settings, tmp_path)


def test_a_case_with_a_log_of_ten_thousand_entries_stops_no_other(tmp_path: Path) -> None:
    """It is read, judged and written like the others, in its own time."""
    with vendors(schools=1) as mock:
        ids = [case["id"] for case in mock.mock.municipality.cases()]
        entry = {
            "kind": "note",
            "text": "Samtale i friminuttet om hvordan det går.",
            "author": {"role": "teacher", "ref": "a-9"},
        }
        log = [
            {**entry, "id": f"l-{number}", "happened_at": (AS_OF - timedelta(minutes=number + 1)).isoformat()}
            for number in range(10_000)
        ]
        mock.mock.state.touch(ids[0], {"append": {"log": log}})
        process = start_sync(settings_file(mock, tmp_path), FIRST_NIGHT)
        said, errors = process.communicate()
        assert (process.returncode, json.loads(said)["state"]) == (0, "complete"), errors
        with Store.open(tmp_path / "lager.sqlite") as store:
            assert set(store.written_fingerprints()) == set(ids)
            assert not store.intentions()


def _the_next_night_is_whole(mock: RunningMock, settings: Path, folder: Path) -> None:
    """Without faults, and as a judgement from nothing would have it."""
    mock.mock.plan.clear()
    again = start_sync(settings, FIRST_NIGHT + timedelta(minutes=1))
    said, errors = again.communicate()
    assert (again.returncode, json.loads(said)["state"]) == (0, "complete"), errors
    found = compare(mock, settings_for(mock), folder / "lager.sqlite", FIRST_NIGHT + timedelta(minutes=2))
    assert found.whole, found
