"""What the program ends with: 75 is what passes by itself, and whatever stops it is answered from the first moment to the last."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main

AS_OF = "2026-11-25T08:00:00+01:00"
PROGRAM = (sys.executable, "-m", "skolemiljo.start")
CASE = ("assess", "docs/example-case.json", "--as-of", "2026-03-20T08:00")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings, two schools and one night behind it."""
    place = tmp_path_factory.mktemp("begun")
    Municipality(seed=7, schools=2, cases=4).write_folder(place / "inn")
    (place / "skolemiljo.toml").write_text(
        'source = "folder"\ncycle = "folder"\nstore = "store.sqlite"\n[folder]\npath = "inn"\n', "utf-8"
    )
    assert run(place, "sync", "--as-of", AS_OF).exit_code == 0
    return place


@pytest.fixture
def town(begun: Path, tmp_path: Path) -> Path:
    place = tmp_path / "town"
    shutil.copytree(begun, place)
    return place


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(place / "skolemiljo.toml"), *arguments])


def newer(place: Path) -> None:
    with closing(sqlite3.connect(place / "store.sqlite")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = 'v9999'")


def only(place: Path, *tables: str) -> None:
    """A database with these tables and no other in the store's place."""
    for file in place.glob("store.sqlite*"):
        file.unlink()
    with closing(sqlite3.connect(place / "store.sqlite")) as store, store:
        for table in tables:
            store.execute(f"CREATE TABLE {table}")


def foreign(place: Path) -> None:
    only(place, "cases (a)")


def a_customer_register(place: Path) -> None:
    only(place, "kunder (navn)")


def another_programs(place: Path) -> None:
    only(place, "alembic_version (version_num)", "kunder (navn)")


def damaged(place: Path) -> None:
    for file in place.glob("store.sqlite-*"):
        file.unlink()
    (place / "store.sqlite").write_bytes(b"noe helt annet" * 1000)


def broken_export(place: Path) -> None:
    (place / "acceptances.json").write_text("{", "utf-8")


def no_run_log(place: Path) -> None:
    for file in place.glob("runlog.jsonl*"):
        file.unlink()
    for file in place.glob("store.sqlite*"):
        file.unlink()
    (place / "runlog.jsonl").write_text("en huskeliste\n", "utf-8")


def a_folder_is_in_the_way(place: Path) -> None:
    (place / "runlog.jsonl").unlink()
    (place / "runlog.jsonl").mkdir()


def no_export_folder(place: Path) -> None:
    (place / "inn").rename(place / "ut")


@pytest.mark.parametrize(
    ("harm", "do"),
    [
        (newer, "Installer den utgaven igjen"),
        (foreign, "Sett inn en kopi"),
        (a_customer_register, "det er ikke vårt"),
        (another_programs, "det er ikke vårt"),
        (damaged, "sett inn en kopi"),
        (broken_export, "legg inn en hel kopi"),
        (no_run_log, "sett log_file"),
        (a_folder_is_in_the_way, "sjekk stien"),
        (no_export_folder, "sjekk stien"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_lasts_says_the_one_thing_to_do_and_is_never_tried_again(
    town: Path, harm: Callable[[Path], None], do: str
) -> None:
    harm(town)
    ended = run(town, "sync", "--as-of", AS_OF)
    assert ended.exit_code in (2, 3), ended.output
    assert do in ended.output
    assert "Feil i verktøyet" not in ended.output


def test_a_copy_where_there_is_something_already_is_no_passing_fault(town: Path) -> None:
    assert run(town, "store", "backup", str(town / "store.sqlite")).exit_code in (2, 3)


@pytest.mark.parametrize("form", ["odt", "pfd", "zip"])
def test_an_ending_that_nobody_knows_is_named(town: Path, form: str) -> None:
    for command in (("audit",), ("check-school", "--school", "310000019"), ("dossier", "SM-1", "--reason", "Tilsyn")):
        ended = run(town, *command, "--out", str(town / f"rapport.{form}"))
        assert ended.exit_code == 2
        assert f"endelsen .{form} er ikke kjent" in ended.output
        assert not (town / f"rapport.{form}").exists()
    assert run(town, "audit", "--format", "csv", "--out", str(town / f"rapport.{form}")).exit_code in (0, 1, 3)
    assert (town / f"rapport.{form}").exists()


@pytest.mark.parametrize("more", [(), ("--format", "json"), ("--format", "xlsx")])
def test_a_disk_without_room_is_no_fault_of_the_tool(root: Path, more: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run((*PROGRAM, *CASE, *more), cwd=root, stdout=full, stderr=subprocess.PIPE, check=False)
    said = ended.stderr.decode()
    assert ended.returncode == 3
    assert "disken er full: gjør plass" in said
    assert "Feil i verktøyet" not in said
    assert "Exception" not in said


@pytest.mark.parametrize("more", [(), ("--format", "json"), ("--format", "xlsx")])
def test_a_reader_that_has_gone_is_no_fault_of_the_tool(root: Path, more: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run((*PROGRAM, *CASE, *more), cwd=root, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert ended.returncode == 141
    assert "Feil" not in ended.stderr.decode()
    assert "Exception" not in ended.stderr.decode()


_STOPPED_AT = """
import os, signal, sys
number, place = signal.Signals[sys.argv.pop(1)], sys.argv.pop(1)

class Here:
    def find_spec(self, name, path=None, target=None):
        if name == place:
            os.kill(os.getpid(), number)

sys.meta_path.insert(0, Here())
from skolemiljo.start import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "place", ["skolemiljo.cli", "click", "skolemiljo.commands.assessing", "pydantic", "skolemiljo.reports.text"]
)
def test_whoever_stops_it_is_answered_wherever_it_is(root: Path, place: str, number: signal.Signals) -> None:
    command = (sys.executable, "-c", _STOPPED_AT, number.name, place, *CASE)
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert ended.returncode == 128 + number
    assert "Traceback" not in ended.stderr


@pytest.fixture
def hung() -> Iterator[socket.socket]:
    """A vendor that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        server.settimeout(120)
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [("sync",), ("audit",), ("check-school", "--school", "310000019"), ("doctor",)])
def test_a_vendor_that_never_answers_holds_nobody(
    tmp_path: Path, hung: socket.socket, command: tuple[str, ...], number: signal.Signals
) -> None:
    url = f"http://127.0.0.1:{hung.getsockname()[1]}"
    address = f'base_url = "{url}"\ntoken_url = "{url}/t"\nclient_id = "a"\ntenant_id = "b"\n'
    sections = "".join(
        f"[{name}]\n{address}read_timeout = 3000\nbudget = 6000\n" for name in ("sikker_sak", "annual_cycle")
    )
    settings = tmp_path / "skolemiljo.toml"
    plain = 'source = "sikker_sak"\ncycle = "annual_cycle"\nclient_secret = "x"\nstore = "store.sqlite"\n'
    settings.write_text(plain + sections, "utf-8")
    process = subprocess.Popen(
        (*PROGRAM, "--settings", str(settings), *command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    connection, _address = hung.accept()
    with connection:
        connection.recv(1)
        process.send_signal(number)
        _out, said = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert "Traceback" not in said
