"""Reports from a store that the user may not write: a copy on a closed disk, in a closed folder. Nothing is made, and nothing lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import Municipality, skolerute_path
from skolemiljo.commands import night, reports_for
from skolemiljo.commands.publishing import publish
from skolemiljo.commands.run_log_lines import note_report
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.errors import StoreError
from skolemiljo.domain.moment import OSLO

from .rights import held_to_rights

NIGHT = datetime(2026, 11, 20, 4, 15, tzinfo=OSLO)
SCHOOL = "310000019"


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """The settings file of an installation whose folder and files can be read, and nothing more."""
    place = tmp_path / "kopi"
    Municipality(seed=7, schools=2, cases=12).write_folder(place)
    (place / "skolerute.toml").write_text(skolerute_path().read_text("utf-8"), "utf-8")
    (place / "settings.toml").write_text(
        'store = "lager.sqlite"\nschool_calendar = "skolerute.toml"\n[folder]\npath = "."\n', "utf-8"
    )
    work = Workplace(place / "settings.toml")
    night.run(work, as_of=NIGHT, handle_signals=False)
    reports_for.for_owner(work, as_of=NIGHT, offline=True)  # it keeps the key of the pseudonyms
    # What is imported late lies where nobody but the one who runs the tests may read.
    publish(work, tmp_path / "før", now=NIGHT, echo=lambda _line: None)
    work.store.close()
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    for path in place.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    place.chmod(0o555)
    yield place / "settings.toml"
    place.chmod(0o755)


def everything(place: Path) -> dict[str, tuple[int, float]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime) for path in place.rglob("*")}


def test_reports_are_made_and_the_copy_stays_as_it_was(closed: Path) -> None:
    before = everything(closed.parent)
    with held_to_rights():
        work = Workplace(closed)
        report, _ = reports_for.for_rector(work, SCHOOL, as_of=NIGHT, offline=True)
        audit, _ = reports_for.for_owner(work, as_of=NIGHT, offline=True)
        said = note_report(work, "check-school", report, "html")
        work.store.close()
    assert report.complete
    assert report.open_items
    assert any(school.open_items for school in audit.schools)
    assert said is not None
    assert "kjøreloggen" in said
    assert everything(closed.parent) == before


def test_pages_are_laid_out_from_it(closed: Path, tmp_path: Path) -> None:
    out = tmp_path / "publisert"
    out.mkdir()
    out.chmod(0o777)
    lines: list[str] = []
    with held_to_rights():
        assert publish(Workplace(closed), out, now=NIGHT + timedelta(hours=3), echo=lines.append)
    assert (out / SCHOOL / "rapport.html").is_file()


def test_what_would_write_says_that_it_may_not(closed: Path) -> None:
    with held_to_rights(), pytest.raises(StoreError):
        night.run(Workplace(closed), as_of=NIGHT, handle_signals=False)
    with held_to_rights(), pytest.raises(StoreError, match="bare leses"):
        Workplace(closed).store.set_meta("x", "y")
