"""Publishing: a folder for each reader, each file whole, the index last, a warning where no night came."""

import json
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import Municipality, skolerute_path
from skolemiljo.commands import night
from skolemiljo.commands.publishing import publish
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.moment import OSLO

NIGHT = datetime(2026, 11, 20, 4, 15, tzinfo=OSLO)


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    exchange = tmp_path / "utveksling"
    Municipality(seed=7, schools=2, cases=12).write_folder(exchange)
    (exchange / "skolerute.toml").write_text(skolerute_path().read_text("utf-8"), "utf-8")
    (exchange / "settings.toml").write_text(
        'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\nschool_calendar = "skolerute.toml"\n'
        '[folder]\npath = "."\n',
        "utf-8",
    )
    return Workplace(exchange / "settings.toml")


def said(work: Workplace, out: Path, now: datetime) -> tuple[bool, list[str]]:
    lines: list[str] = []
    return publish(work, out, now=now, echo=lines.append), lines


def test_each_reader_gets_a_folder_of_her_own_and_nothing_else_stays(work: Workplace, tmp_path: Path) -> None:
    night.run(work, as_of=NIGHT, handle_signals=False)
    out = tmp_path / "publisert"
    numbers = sorted(school.organisation_number for school in work.schools)
    (out / numbers[0]).mkdir(parents=True)
    (out / numbers[0] / "gammel.html").write_text("gammelt", "utf-8")
    (out / "399999999").mkdir()
    (out / "399999999" / "index.json").write_text("{}", "utf-8")
    (out / "annet").mkdir()
    said(work, out, NIGHT + timedelta(hours=3))
    assert sorted(folder.name for folder in out.iterdir()) == sorted([*numbers, "annet", "owner"])
    for folder in (out / name for name in [*numbers, "owner"]):
        told = json.loads((folder / "index.json").read_text("utf-8"))
        assert {"index.html", "index.json", *told["files"]} == {file.name for file in folder.iterdir()}
        assert told["holds_until"] > told["made_at"] > told["seen_at"]
        page = (folder / "rapport.html").read_text("utf-8")
        assert page.index("Gjelder til") < page.index("<h1")
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
        assert "rapport.pdf" in told["files"]
        assert ("frister.ics" in told["files"]) == (folder.name != "owner")


def test_where_no_night_came_every_page_says_so_first(work: Workplace, tmp_path: Path) -> None:
    night.run(work, as_of=NIGHT, handle_signals=False)
    out = tmp_path / "publisert"
    holds, _ = said(work, out, NIGHT + timedelta(days=1, hours=3))
    assert not holds
    pages = list(out.glob("*/rapport.html"))
    assert len(pages) == 3
    for page in pages:
        text = page.read_text("utf-8")
        assert text.index("siste natt kom ikke") < text.index("<h1")


def test_a_group_that_is_not_there_and_no_night_are_plain_errors(work: Workplace, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="sync"):
        said(work, tmp_path / "ut", NIGHT)
    night.run(work, as_of=NIGHT, handle_signals=False)
    file = work.settings.toml_file
    assert file is not None
    file.write_text(file.read_text("utf-8") + '[publish.groups]\nowner = "finnes-ikke-her"\n', "utf-8")
    with pytest.raises(SettingsError, match="gruppa til owner"):
        said(Workplace(file), tmp_path / "ut", NIGHT)


def test_a_folder_goes_to_the_group_that_may_read_it(work: Workplace, tmp_path: Path) -> None:
    import grp

    night.run(work, as_of=NIGHT, handle_signals=False)
    group = grp.getgrgid(os.getgid())
    file = work.settings.toml_file
    assert file is not None
    file.write_text(file.read_text("utf-8") + f'[publish.groups]\nowner = "{group.gr_name}"\n', "utf-8")
    said(Workplace(file), tmp_path / "ut", NIGHT)
    owner = tmp_path / "ut" / "owner"
    assert {path.stat().st_gid for path in (owner, *owner.iterdir())} == {group.gr_gid}
    assert stat.S_IMODE(owner.stat().st_mode) == 0o750
