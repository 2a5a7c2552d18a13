"""Files are whole or not there, and for their owner alone, whatever the umask and whatever a kill has left."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from skolemiljo.domain.files import put_in_place, whole_or_not
from skolemiljo.journal.run_log import Kind, RunLog
from skolemiljo.store import Store


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_everything_that_is_kept_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    put_in_place(tmp_path / "rapporter" / "skole" / "rapport.html", "tekst")
    with Store.open(tmp_path / "lager" / "store.sqlite") as store:
        store.backup(tmp_path / "kopi.sqlite")
        store.export_acceptances(tmp_path / "ut" / "acceptances.json")
        RunLog(tmp_path / "logg" / "runlog.jsonl", memory=store).add_and_anchor(Kind.STORE, action="backup")
        made = [path for path in tmp_path.rglob("*")]
        assert len(made) > 10
        for path in made:
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_what_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "rapport.html"
    put_in_place(file, "hel")
    with pytest.raises(UnicodeEncodeError):
        put_in_place(file, "halv \ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["rapport.html"]
    assert file.read_text() == "hel"


def write_two(file: Path) -> None:
    with whole_or_not(file, over=False) as half:
        file.write_text("en")
        half.write_text("to")


def test_a_file_that_is_there_is_not_written_over_where_that_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "kopi"
    with whole_or_not(file, over=False) as half:
        half.write_text("en")
    for late in (False, True):  # it was there, or came while the other was written
        if late:
            file.unlink()
        with pytest.raises(FileExistsError):
            write_two(file)
        assert file.read_text() == "en"
    assert [path.name for path in tmp_path.iterdir()] == ["kopi"]


def test_what_a_kill_left_does_not_stay_for_good(tmp_path: Path) -> None:
    file = tmp_path / "rapport.html"
    left = tmp_path / ".rapport.html.new"
    left.write_text("halv")
    put_in_place(file, "mens en annen skriver")
    assert left.read_text() == "halv"
    os.utime(left, (0, 0))
    put_in_place(file, "neste dag")
    assert file.read_text() == "neste dag"
    assert [path.name for path in tmp_path.iterdir()] == ["rapport.html"]
