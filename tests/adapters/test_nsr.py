"""Nasjonalt skoleregister: a server that answers as it does, over real HTTP; what it told holds when it does not answer."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from skolemiljo.adapters.connect import case_adapter, open_client, roster_adapter
from skolemiljo.adapters.mock.municipality import Municipality, skolerute_path
from skolemiljo.adapters.roster import NationalRegister
from skolemiljo.commands import night
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.errors import IncompleteAnswer, SettingsError, SourceError
from skolemiljo.domain.moment import OSLO
from skolemiljo.settings import FolderSection, NsrSection, Settings, load_settings

from .answering import AnswersInJson

ONE, TWO, THREE, FOUR = "310000019", "310000027", "310000035", "310000043"
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def unit(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "Organisasjonsnummer": number,
        "Navn": f"Skole {number[-2:]} ",
        "Fylkesnummer": "34",
        "Kommunenummer": "3441",
        "ErAktiv": True,
        "ErSkole": True,
        "ErGrunnskole": True,
        "ErVideregaaendeSkole": False,
        **changes,
    }


class Register(ThreadingHTTPServer):
    """The register: pages of two, whatever is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.units: list[dict[str, Any]] = []
        self.asked: list[dict[str, list[str]]] = []
        self.status = 200
        Thread(target=self.serve_forever, daemon=True).start()


class _Handler(AnswersInJson):
    server: Register

    def do_GET(self) -> None:  # noqa: N802 - http.server's own name
        parts = urlsplit(self.path)
        assert parts.path == "/v4/enheter"
        assert self.headers["Authorization"] is None
        query = parse_qs(parts.query)
        self.server.asked.append(query)
        number, units = int(query["sidenummer"][0]), self.server.units
        body = {"AntallSider": max(1, -(-len(units) // 2)), "EnhetListe": units[2 * number - 2 : 2 * number]}
        self.answer(self.server.status, body)


@pytest.fixture
def register() -> Iterator[Register]:
    with Register() as server:
        yield server
        server.shutdown()


def roster(register: Register, memory: Path | None = None, now: datetime = NOW) -> NationalRegister:
    section = NsrSection(base_url=f"http://127.0.0.1:{register.server_port}/v4", municipality="3441", attempts=1)
    client = open_client("nsr", section, Settings())
    return NationalRegister(client, "3441", memory=memory, days=7, clock=lambda: now)


def listed(found: NationalRegister) -> dict[str, date | None]:
    return {school.organisation_number: school.closed_on for school in found.schools()}


def test_the_municipal_primary_schools_of_the_municipality_on_every_page(register: Register) -> None:
    register.units = [
        unit(ONE),
        unit(TWO, Kommunenummer="3405"),
        unit(TWO, ErAktiv=False),
        unit(TWO, ErGrunnskole=False, ErVideregaaendeSkole=True),
        unit(TWO, ErPrivatskole=True),
        unit(TWO, ErSkole=False),
        unit(THREE),
    ]
    found = tuple(roster(register).schools())
    assert [(school.organisation_number, school.name) for school in found] == [(ONE, "Skole 19"), (THREE, "Skole 35")]
    assert [query["sidenummer"] for query in register.asked] == [["1"], ["2"], ["3"], ["4"]]


def test_what_it_told_holds_for_a_week_and_longer_where_it_does_not_answer(register: Register, tmp_path: Path) -> None:
    register.units = [unit(ONE), unit(TWO)]
    memory = tmp_path / "nsr.json"
    assert listed(roster(register, memory)) == {ONE: None, TWO: None}
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    register.units.append(unit(THREE))
    assert listed(roster(register, memory, NOW + timedelta(days=6))) == {ONE: None, TWO: None}
    assert len(register.asked) == 1
    register.status = 503
    assert listed(roster(register, memory, NOW + timedelta(days=8))) == {ONE: None, TWO: None}
    register.status = 200
    assert listed(roster(register, memory, NOW + timedelta(days=9))) == {ONE: None, TWO: None, THREE: None}


def test_without_anything_kept_a_register_that_does_not_answer_is_an_error(register: Register, tmp_path: Path) -> None:
    register.status = 503
    with pytest.raises(SourceError):
        listed(roster(register, tmp_path / "nsr.json"))
    assert not (tmp_path / "nsr.json").exists()


def test_a_school_that_is_gone_was_closed_on_the_day_that_was_seen_and_may_come_back(
    register: Register, tmp_path: Path
) -> None:
    memory = tmp_path / "nsr.json"
    register.units = [unit(ONE), unit(TWO), unit(THREE)]
    listed(roster(register, memory))
    register.units = [unit(ONE), unit(TWO, ErAktiv=False)]
    gone = NOW + timedelta(days=7)
    assert listed(roster(register, memory, gone)) == {ONE: None, TWO: gone.date(), THREE: gone.date()}
    later = NOW + timedelta(days=14)
    register.units = [unit(ONE), unit(THREE)]
    assert listed(roster(register, memory, later)) == {ONE: None, TWO: gone.date(), THREE: None}


def test_a_municipality_without_schools_is_a_setting_and_not_an_empty_list(register: Register, tmp_path: Path) -> None:
    memory = tmp_path / "nsr.json"
    register.units = [unit(ONE)]
    listed(roster(register, memory))
    register.units = [unit(ONE, Kommunenummer="0301")]
    with pytest.raises(SettingsError, match=r"nsr\.municipality"):
        listed(roster(register, memory, NOW + timedelta(days=8)))


@pytest.mark.parametrize("number", ["", "310000018", "S-12"])
def test_a_school_without_its_number_is_no_school_left_out(register: Register, number: str) -> None:
    register.units = [unit(ONE), unit(number)]
    with pytest.raises(IncompleteAnswer):
        listed(roster(register))


@pytest.mark.parametrize(
    "changes", [{"ErAktiv": None}, {"ErAktiv": "true"}, {"ErGrunnskole": 1}, {"Kommunenummer": None}]
)
def test_a_school_whose_marks_can_not_be_read_is_not_closed(
    register: Register, tmp_path: Path, changes: dict[str, Any]
) -> None:
    memory = tmp_path / "nsr.json"
    register.units = [unit(ONE), unit(TWO)]
    listed(roster(register, memory))
    register.units = [unit(ONE), unit(TWO, **changes)]
    assert listed(roster(register, memory, NOW + timedelta(days=8))) == {ONE: None, TWO: None}
    with pytest.raises(IncompleteAnswer):
        listed(roster(register))


def test_what_is_kept_of_another_municipality_or_can_not_be_read_is_asked_for_anew(
    register: Register, tmp_path: Path
) -> None:
    register.units = [unit(ONE)]
    memory = tmp_path / "nsr.json"
    kept = json.dumps({"municipality": "0301", "read_on": "2026-11-19", "schools": []})
    for content in ("{", kept, "[]"):
        memory.write_text(content, "utf-8")
        assert listed(roster(register, memory)) == {ONE: None}


def test_settings_name_it(register: Register, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nsr\.municipality"):
        roster_adapter(Settings(roster="nsr"))
    with pytest.raises(ValueError, match="municipality"):
        NsrSection(municipality="Øyer")
    register.units = [unit(ONE)]
    section = NsrSection(base_url=f"http://127.0.0.1:{register.server_port}/v4", municipality="3441")
    settings = Settings(
        roster="nsr", nsr=section, source="folder", folder=FolderSection(path=tmp_path), store=tmp_path / "l.sqlite"
    )
    Municipality(seed=7, schools=2, cases=2).write_folder(tmp_path)
    numbers = {school.organisation_number for school in case_adapter(settings).schools()}
    assert ONE in numbers
    assert (tmp_path / "nsr.json").is_file()


def test_the_night_tells_of_new_and_closed_schools(register: Register, tmp_path: Path) -> None:
    town = Municipality(seed=7, schools=2, cases=6)
    town.write_folder(tmp_path)
    numbers = [school["organisation_number"] for school in town.schools()]
    (tmp_path / "skolerute.toml").write_text(skolerute_path().read_text("utf-8"), "utf-8")
    (tmp_path / "settings.toml").write_text(
        'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\nschool_calendar = "skolerute.toml"\nroster = "nsr"\n'
        f'[folder]\npath = "."\n[nsr]\nmunicipality = "3441"\nbase_url = "http://127.0.0.1:{register.server_port}/v4"\n',
        "utf-8",
    )
    assert load_settings(tmp_path / "settings.toml").nsr.municipality == "3441"
    register.units = [unit(number) for number in numbers]
    at = datetime(2026, 11, 20, 4, 15, tzinfo=OSLO)
    first = night.run(Workplace(tmp_path / "settings.toml"), as_of=at, handle_signals=False)
    assert (first.new_schools, first.closed_schools) == ((), ())
    kept = json.loads((tmp_path / "nsr.json").read_text("utf-8"))
    (tmp_path / "nsr.json").write_text(json.dumps({**kept, "read_on": "2026-01-01"}), "utf-8")
    register.units[-1:] = [unit(FOUR)]
    second = night.run(Workplace(tmp_path / "settings.toml"), as_of=at + timedelta(days=1), handle_signals=False)
    assert (second.new_schools, second.closed_schools) == ((FOUR,), (numbers[-1],))
    assert f"NY SKOLE: {FOUR}" in night.text(second)
    assert f"NEDLAGT ELLER SLÅTT SAMMEN: skolen {numbers[-1]}" in night.text(second)
