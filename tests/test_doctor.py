"""`skolemiljo doctor` against real vendors, stores, logs and locks: what is wrong is named, and hides nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from filelock import FileLock

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.cli import main
from skolemiljo.commands.doctor import examine
from skolemiljo.commands.workplace import Workplace

from .reliability.program import roster_vendor, settings_file
from .reliability.vendor import vendors

FOLDER = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n'
Said = dict[str, list[dict[str, Any]]]


def ask(settings: Path, code: int) -> Said:
    """What the doctor says, by check."""
    done = CliRunner().invoke(main, ["--settings", str(settings), "doctor", "--format", "json"])
    assert done.exit_code == code, done.output
    found: Said = {}
    for line in json.loads(done.stdout)["checks"]:
        found.setdefault(line["check"], []).append(line)
    return found


def states(said: Said) -> dict[str, str]:
    """The worst state of each check."""
    order = ["ok", "look", "fault"]
    return {check: max((line["state"] for line in lines), key=order.index) for check, lines in said.items()}


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with vendors(cases=12) as running:
        yield running


@pytest.fixture
def over_http(mock: RunningMock, tmp_path: Path) -> Path:
    return settings_file(mock, tmp_path)


@pytest.fixture
def exchange(tmp_path: Path) -> Path:
    Municipality(schools=2, cases=6).write_folder(tmp_path)
    (tmp_path / "settings.toml").write_text(FOLDER, "utf-8")
    return tmp_path / "settings.toml"


def sync(settings: Path) -> None:
    done = CliRunner().invoke(main, ["--settings", str(settings), "sync"])
    assert done.exit_code in (0, 3), done.output


def test_everything_is_asked_and_nothing_is_made(over_http: Path) -> None:
    said = ask(over_http, 0)
    assert list(said) == [
        *("program", "settings", "secrets", "system:sikker_sak", "system:annual_cycle"),
        *("plan", "carries", "calendar", "store", "disk", "runlog", "lock"),
    ]
    assert "fault" not in states(said).values()
    assert "0.1.0 (antatt)" in said["system:sikker_sak"][0]["what"]
    assert any("saker kan leses" in line["what"] for line in said["system:sikker_sak"])
    assert {file.name for file in over_http.parent.iterdir()} == {"settings.toml", "acceptances.json"}


def test_after_a_night_the_store_and_the_log_are_whole(over_http: Path) -> None:
    sync(over_http)
    said = ask(over_http, 0)
    assert states(said)["store"] == "ok"
    assert "alt ble gjort" in said["store"][-1]["what"]
    assert said["runlog"][0]["what"].endswith("linjer, hel")


def test_a_person_reads_what_was_asked_about_in_their_own_words(over_http: Path) -> None:
    asked = ["--settings", str(over_http), "doctor"]
    lines = examine(Workplace(over_http), AS_OF, network=True)
    assert len({line.name for line in lines}) == len({line.check for line in lines})
    assert all(line.name != line.check for line in lines)
    assert " lageret: " in CliRunner().invoke(main, asked).stdout
    assert " the store: " in CliRunner().invoke(main, asked, env={"SKOLEMILJO_LANGUAGE": "en"}).stdout


def test_no_secret_is_shown(over_http: Path, mock: RunningMock) -> None:
    done = CliRunner().invoke(main, ["--settings", str(over_http), "doctor"])
    assert mock.mock.credentials.client_secret not in done.output
    assert mock.mock.credentials.client_id not in done.output


@pytest.mark.parametrize(
    ("old", "new", "code", "check"),
    [
        ("client_secret", "klient_hemmelighet", 2, "settings"),
        ("client_secret = ", "# ", 2, "secrets"),
        ('client_secret = "', 'client_secret = "feil', 3, "system:sikker_sak"),
        ('base_url = "http://127.0.0.1:', 'base_url = "http://127.0.0.1:1/', 3, "system:sikker_sak"),
        ('plan = "', 'plan = "ingen', 3, "plan"),
        ('school_calendar = "', 'school_calendar = "ingen', 3, "calendar"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_asked_all_the_same(
    over_http: Path, old: str, new: str, code: int, check: str
) -> None:
    text = 'plan = "oyer-2024"\n' + over_http.read_text("utf-8")
    assert old in text
    over_http.write_text(text.replace(old, new), "utf-8")
    said = ask(over_http, code)
    assert states(said)[check] == "fault"
    assert all(line["do"] for line in said[check] if line["state"] != "ok")
    if check != "settings":
        assert states(said)["disk"] == "ok"
        assert "lock" in said


def test_labels_that_nobody_has_mapped_are_shown_when_they_are_a_template_s(over_http: Path, mock: RunningMock) -> None:
    over_http.write_text(over_http.read_text("utf-8").replace("page_size = 5", "page_size = 50"), "utf-8")
    school = mock.mock.municipality.schools()[0]["organisation_number"]
    number = next(case["id"] for case in mock.mock.municipality.cases() if case["school"] == school)
    log = [
        {"id": f"x{n}", "kind": "note", "happened_at": "2026-11-02T10:00:00+01:00", "source_label": label}
        for n, label in enumerate(["Ukjent mal"] * 5 + ["Kari Nordmann ringte"])
    ]
    mock.mock.state.touch(number, {"set": {"log": log}})
    what = ask(over_http, 0)["system:sikker_sak"][-1]["what"]
    assert "'Ukjent mal'" in what
    assert "Nordmann" not in what
    assert "1 som er sjeldne" in what


def test_a_damaged_store_and_a_broken_log_are_told(exchange: Path) -> None:
    sync(exchange)
    log = exchange.with_name("runlog.jsonl")
    log.write_text(log.read_text("utf-8").replace('"run_began"', '"run_begun"'), "utf-8")
    said = ask(exchange, 3)
    assert states(said)["store"] != "fault"
    assert "Linje 1" in said["runlog"][0]["what"]

    store = exchange.with_name("lager.sqlite")
    for beside in exchange.parent.glob("lager.sqlite-*"):
        beside.unlink()
    whole = bytearray(store.read_bytes())
    whole[8192:16384] = os.urandom(8192)
    store.write_bytes(whole)
    assert states(ask(exchange, 3))["store"] == "fault"


def test_a_store_of_an_older_release_is_upgraded_by_the_next_night(
    exchange: Path, later_release: Callable[[], str]
) -> None:
    sync(exchange)
    later_release()
    said = ask(exchange, 0)
    assert (said["store"][0]["state"], "eldre utgave" in said["store"][0]["what"]) == ("look", True)
    assert said["runlog"][0]["state"] == "ok"


def test_a_store_made_between_two_releases_is_told_and_the_night_does_not_begin(exchange: Path) -> None:
    sync(exchange)
    with closing(sqlite3.connect(exchange.with_name("lager.sqlite"))) as connection:
        connection.execute("ALTER TABLE findings DROP COLUMN state")
        connection.commit()
    said = ask(exchange, 3)
    assert said["store"][0]["state"] == "fault"
    assert "findings.state" in said["store"][0]["what"]
    night = CliRunner().invoke(main, ["--settings", str(exchange), "sync"])
    assert (night.exit_code, "findings.state" in night.output) == (2, True), night.output


def test_rights_that_others_have_are_told(exchange: Path) -> None:
    sync(exchange)
    exchange.with_name("lager.sqlite").chmod(0o644)
    said = ask(exchange, 0)
    assert any("andre brukere" in line["what"] for line in said["store"])


def test_a_run_at_work_is_told(exchange: Path) -> None:
    sync(exchange)
    code = (
        "import sys\nfrom filelock import FileLock\n"
        f"with FileLock({str(exchange.with_name('lager.sqlite.lock'))!r}):\n    print('holder', flush=True)\n    sys.stdin.read()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holder\n"
    try:
        assert states(ask(exchange, 0))["lock"] == "look"
    finally:
        holder.communicate("")
    assert states(ask(exchange, 0))["lock"] == "ok"
    with FileLock(exchange.with_name("lager.sqlite.lock"), timeout=0):
        pass  # the doctor let go of it


@pytest.mark.parametrize(("free", "state", "code"), [(50, "fault", 3), (500, "look", 0), (5000, "ok", 0)])
def test_little_room_is_told(exchange: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str, code: int) -> None:
    usage = shutil.disk_usage(exchange.parent)._replace(free=free * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert states(ask(exchange, code))["disk"] == state


@pytest.mark.parametrize(("ahead", "state", "code"), [(0, "ok", 0), (-300, "look", 0), (7200, "fault", 3)])
def test_a_clock_that_is_wrong_is_told(exchange: Path, ahead: int, state: str, code: int) -> None:
    org = {"identifier": "310000019", "name": "Fjell skole", "type": "school"}
    with roster_vendor(org, clock_ahead=ahead) as section:
        exchange.write_text('roster = "oneroster"\n' + FOLDER + section, "utf-8")
        said = ask(exchange, code)
    assert said["system:oneroster"][0]["what"] == "svarer; 1 skole"
    assert said["system:oneroster"][1]["state"] == state


def test_the_text_has_one_line_for_each_and_what_to_do(exchange: Path) -> None:
    done = CliRunner().invoke(main, ["--settings", str(exchange), "doctor"])
    assert done.exit_code == 0
    checks, table, in_all = done.output.split("\n\n")
    assert all(line.startswith(("ok ", "se på", "feil", "         -> ")) for line in checks.splitlines())
    assert table.startswith("Hva kilden kan vise av planens 151 rader")
    assert in_all.endswith("0 feil.\n")
