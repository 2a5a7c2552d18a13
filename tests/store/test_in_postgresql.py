"""The setting ``database``: nights, decisions and reports with the store in PostgreSQL, and what is said where it will not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.domain.errors import SettingsError
from skolemiljo.store import Store
from skolemiljo.sync.holding import AlreadyRunning, holding

from ..reliability.program import already_written

SETTINGS = (
    'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n[sync]\nwrite_back = true\n'
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    Municipality(schools=2, cases=8).write_folder(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    already_written(tmp_path / "settings.toml")
    return tmp_path


def run(place: Path, database: str, *arguments: str) -> Result:
    given = ["--settings", str(place / "settings.toml"), *arguments]
    return CliRunner().invoke(main, given, env={"SKOLEMILJO_DATABASE": database})


@pytest.mark.postgres
def test_two_nights_and_a_report(place: Path, postgres: str) -> None:
    """The second night writes nothing, a report without the source says what the night saw, and no file is made."""
    database = postgres.replace("+pg8000", "")
    assert not Store.is_there(database)
    assert run(place, database, "check-school", "--school", "310000019", "--offline").exit_code == 2
    counts: list[dict[str, Any]] = []
    for day in (20, 21):
        done = run(place, database, "sync", "--as-of", f"2026-11-{day}T04:15", "--format", "json")
        assert done.exit_code in (0, 3), done.output
        counts.append(json.loads(done.stdout)["totals"])
    assert counts[0]["written"] > 0
    assert counts[1]["written"] == 0
    said = run(place, database, "audit", "--offline", "--as-of", "2026-11-21T08:00", "--fail-on", "never")
    assert said.exit_code in (0, 3), said.output
    assert run(place, database, "runlog", "verify").exit_code == 0
    assert run(place, database, "doctor").exit_code == 0
    assert run(place, database, "store", "backup", str(place / "kopi")).exit_code != 0
    assert not (place / "lager.sqlite").exists()
    assert (place / "acceptances.json").exists()


@pytest.mark.parametrize(
    ("database", "code", "said"),
    [
        ("postgresql://en:zqpassordzq@127.0.0.1:1/x", 75, "svarer ikke"),
        ("nonesuch://en:zqpassordzq@127.0.0.1/x", 2, "postgresql://"),
        ("postgresql://[en:zqpassordzq", 2, "adressen"),
    ],
)
def test_a_database_that_cannot_be_had_is_a_plain_line_without_its_password(
    place: Path, database: str, code: int, said: str
) -> None:
    done = run(place, database, "sync")
    assert said in done.output
    assert "zqpassordzq" not in done.output
    assert done.exit_code == code


@pytest.mark.postgres
def test_one_schema_for_each_municipality(postgres: str) -> None:
    """Two in one database see nothing of each other, and a name that is no schema is told without the address."""
    one, other = f"{postgres}?schema=alvdal", f"{postgres}?schema=bykle"
    with Store.open(one) as alvdal, Store.open(other) as bykle:
        alvdal.set_meta("whose", "alvdal")
        assert bykle.meta("whose") is None
        assert alvdal.meta("store_id") != bykle.meta("store_id")
    with Store.open(one) as again:
        assert again.meta("whose") == "alvdal"
    assert not Store.is_there(f"{postgres}?schema=dovre")
    assert Store.is_there(one)
    for wrong in ("Alvdal", "x;drop", "1a"):
        with pytest.raises(SettingsError, match="skjemaet") as error:
            Store.open(f"{postgres}?schema={wrong}")
        assert "127.0.0.1" not in str(error.value)


@pytest.mark.postgres
def test_one_run_at_a_time_in_each_schema(postgres: str) -> None:
    with Store.open(f"{postgres}?schema=lom") as store, Store.open(f"{postgres}?schema=lom") as same_elsewhere:
        with Store.open(f"{postgres}?schema=skjaak") as other, holding(store):
            with pytest.raises(AlreadyRunning), holding(same_elsewhere):
                pass
            with holding(other):
                pass
        with holding(same_elsewhere):
            pass


@pytest.mark.postgres
def test_who_is_killed_holds_nothing(place: Path, postgres: str) -> None:
    address = f"{postgres}?schema=drept"
    code = (
        "import os, sys\n"
        "from skolemiljo.store import Store\nfrom skolemiljo.sync.holding import holding\n"
        f"with Store.open({address!r}) as store, holding(store):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    done = run(place, address.replace("+pg8000", ""), "sync")
    assert done.exit_code == 75, done.output
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while (done := run(place, address.replace("+pg8000", ""), "sync")).exit_code == 75 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert done.exit_code in (0, 3), done.output


@pytest.mark.postgres
def test_a_store_moves_from_its_file(place: Path, postgres: str) -> None:
    """All of it comes with it: the next night writes nothing, the run log is whole, and numbers go on where they were."""
    database = f"{postgres}?schema=flyttet".replace("+pg8000", "")
    alone = ["--settings", str(place / "settings.toml")]
    assert CliRunner().invoke(main, [*alone, "store", "move"]).exit_code == 2
    for day in (20, 21):
        done = CliRunner().invoke(main, [*alone, "sync", "--as-of", f"2026-11-{day}T04:15", "--format", "json"])
        assert done.exit_code in (0, 3), done.output
    with Store.open(place / "lager.sqlite") as before:
        stood, ran = list(before.assessments()), before.runs()
    moved = run(place, database, "store", "move")
    assert moved.exit_code == 0, moved.output
    assert not (place / "lager.sqlite").exists()
    assert len(list(place.glob("lager.moved.*.backup"))) == 1
    with Store.open(database) as after:
        assert list(after.assessments()) == stood
        assert after.runs() == ran
        with after.reading() as connection:
            summaries = connection.exec_driver_sql("SELECT count(*) FROM runs WHERE summary::text = 'null'").scalar()
        assert summaries == 0
    assert run(place, database, "runlog", "verify").exit_code == 0
    night = run(place, database, "sync", "--as-of", "2026-12-22T04:15", "--format", "json")
    assert night.exit_code in (0, 3), night.output
    told = json.loads(night.stdout)
    assert told["totals"]["read"] > 0
    assert told["error"] is None
    assert run(place, database, "store", "move").exit_code == 2  # there is no file any more


@pytest.mark.postgres
def test_a_store_does_not_move_over_another(place: Path, postgres: str) -> None:
    database = f"{postgres}?schema=opptatt".replace("+pg8000", "")
    assert run(place, database, "sync").exit_code in (0, 3)
    with Store.open(place / "lager.sqlite"):
        pass
    done = run(place, database, "store", "move")
    assert done.exit_code == 3
    assert "schema=" in done.output
    assert (place / "lager.sqlite").is_file()
