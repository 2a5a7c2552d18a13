"""What people do leaves a line in the run log: who, what, when, plan and counts; no content, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.journal.run_log import Kind, entries
from skolemiljo.store import Store
from skolemiljo.store.names import NEWEST

AS_OF = "2026-11-20T08:00"
SETTINGS = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n'
SCHOOL = "310000019"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    Municipality(schools=2, cases=8).write_folder(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    return tmp_path


def run(place: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(main, ["--settings", str(place / "settings.toml"), *arguments])
    assert done.exit_code in (0, 3), done.output
    return done


def check_school(place: Path) -> Result:
    return run(place, "check-school", "--school", SCHOOL, "--as-of", AS_OF, "--fail-on", "never", "--format", "json")


def lines(place: Path, kind: Kind) -> list[dict[str, Any]]:
    return list(entries(place / "runlog.jsonl", kind))


def test_a_report_leaves_a_line(place: Path) -> None:
    run(place, "sync", "--as-of", "2026-11-20T04:15")
    check_school(place)
    run(place, "audit", "--as-of", AS_OF, "--fail-on", "never", "--format", "csv")
    one, other = lines(place, Kind.REPORT)
    assert (one["who"], one["report"], one["school"], one["form"]) == ("rector", "check-school", SCHOOL, "json")
    assert (other["who"], other["report"], other["school"], other["form"]) == ("owner", "audit", None, "csv")
    assert one["as_of"] == "2026-11-20T07:00:00+00:00"
    assert one["findings"] > 0
    assert "18555-1" in one["plan"]
    run(place, "runlog", "verify")


def test_a_report_without_nights_makes_nothing(place: Path) -> None:
    check_school(place)
    assert not (place / "runlog.jsonl").exists()
    assert not (place / "lager.sqlite").exists()


def test_a_report_is_given_also_where_the_log_can_not_be_written(place: Path) -> None:
    run(place, "sync", "--as-of", "2026-11-20T04:15")
    whole = check_school(place).stdout
    (place / "runlog.jsonl").unlink()
    (place / "runlog.jsonl").mkdir()
    done = check_school(place)
    assert done.stdout == whole
    assert "kom ikke med i kjøreloggen" in done.stderr


def test_a_copy_and_a_deletion_leave_their_lines(place: Path) -> None:
    run(place, "sync", "--as-of", "2026-11-20T04:15")
    run(place, "store", "backup", str(place / "kopi.sqlite"))
    run(place, "store", "forget", "--before", "2026-12-01")
    copy, gone = lines(place, Kind.STORE)
    assert copy["action"] == "backup"
    assert (gone["action"], gone["older_than"], gone["runs"]) == ("forget", "2026-12-01", 1)
    run(place, "runlog", "verify")


def older(place: Path) -> None:
    """A store as this release makes it: for the next one it is an older one."""
    Store.open(place / "lager.sqlite").close()


def test_an_upgrade_of_the_store_is_in_the_run_log_once_and_the_chain_holds(
    place: Path, later_release: Callable[[], str]
) -> None:
    older(place)
    after = later_release()
    before = datetime.now(UTC)
    run(place, "sync", "--as-of", "2026-11-20T04:15")
    (line,) = lines(place, Kind.STORE)
    assert (line["who"], line["action"], line["from_schema"], line["to_schema"]) == ("store", "upgrade", NEWEST, after)
    assert before <= datetime.fromisoformat(line["upgraded_at"]) <= datetime.fromisoformat(line["at"])
    assert line["number"] == 1, "it comes before the night that met it"
    check_school(place)
    run(place, "sync", "--as-of", "2026-11-21T04:15")
    assert len(lines(place, Kind.STORE)) == 1
    run(place, "runlog", "verify")


def test_a_new_store_is_no_upgrade(place: Path) -> None:
    run(place, "sync", "--as-of", "2026-11-20T04:15")
    assert lines(place, Kind.STORE) == []


def test_an_upgrade_that_could_not_be_noted_stands_in_no_ones_way_and_is_noted_later(
    place: Path, later_release: Callable[[], str]
) -> None:
    """A crash before the line, or a log that is broken: a report is given all the same, and the news is kept."""
    older(place)
    after = later_release()
    log = place / "runlog.jsonl"
    log.write_text("en linje som ikke hører hjemme her\n")
    assert run(place, "accept", "list").output == "Ingen godtatte avvik.\n"
    assert log.read_text() == "en linje som ikke hører hjemme her\n"
    log.unlink()
    run(place, "accept", "list")
    (line,) = lines(place, Kind.STORE)
    assert (line["from_schema"], line["to_schema"]) == (NEWEST, after)
    run(place, "runlog", "verify")


def test_two_upgrades_before_one_is_noted_are_told_from_the_first_to_the_last(
    tmp_path: Path, later_release: Callable[[], str]
) -> None:
    older(tmp_path)
    later_release()
    older(tmp_path)
    last = later_release()
    with Store.open(tmp_path / "lager.sqlite") as store:
        told = store.upgraded()
    assert told is not None
    assert (told.before, told.after) == (NEWEST, last)
