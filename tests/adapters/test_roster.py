"""The list of schools from OneRoster and from a file, and what it does to a source that forgets one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses

from skolemiljo.adapters.connect import WithRoster, case_adapter, roster_adapter
from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.http import HttpClient, Limits
from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.ports import CaseSource, FlagSink, Roster, answering
from skolemiljo.adapters.roster import OneRoster, SchoolsFile
from skolemiljo.adapters.sikker_sak.connector import SikkerSak
from skolemiljo.domain.errors import IncompleteAnswer, SettingsError, SourceError
from skolemiljo.settings import FolderSection, OneRosterSection, SikkerSakSection, load_settings

BASE = "https://roster.example/ims/oneroster/rostering/v1p2"
ONE, TWO, THREE = "310000019", "310000027", "310000035"


def org(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "sourcedId": f"id-{number}",
        "status": "active",
        "name": f"Skole {number[-2:]}",
        "type": "school",
        "identifier": number,
        **changes,
    }


def roster(page_size: int = 2) -> OneRoster:
    return OneRoster(HttpClient(BASE, system="oneroster", limits=Limits(attempts=1)), page_size=page_size)


def page(*orgs: Any, total: int | None = None, offset: int = 0, limit: int = 2) -> None:
    responses.get(
        f"{BASE}/schools",
        json={"orgs": list(orgs)},
        headers={} if total is None else {"X-Total-Count": str(total)},
        match=[responses.matchers.query_param_matcher({"limit": str(limit), "offset": str(offset)})],
    )


def listed(found: Roster) -> list[str]:
    return [school.organisation_number for school in found.schools()]


@responses.activate
def test_pages_are_read_to_the_last_with_and_without_a_count() -> None:
    for total in (3, None):
        responses.reset()
        page(org(ONE), org(TWO), total=total)
        page(org(THREE), total=total, offset=2)
        page(total=total, offset=3)
        assert listed(roster()) == [ONE, TWO, THREE]


@responses.activate
def test_smaller_pages_than_asked_for_are_no_end_where_there_is_a_count() -> None:
    page(org(ONE), total=2)
    page(org(TWO), total=2, offset=1)
    assert listed(roster()) == [ONE, TWO]


@responses.activate
def test_a_server_that_gives_fewer_than_asked_for_and_counts_nothing_is_asked_until_an_empty_page() -> None:
    for offset, number in enumerate((ONE, TWO, THREE)):
        page(org(number), offset=offset)
    page(offset=3)
    assert listed(roster()) == [ONE, TWO, THREE]


@responses.activate
def test_the_next_page_is_where_the_server_says_and_never_on_another_host() -> None:
    link = {"Link": f'<{BASE}/schools?cursor=7>; rel="next", <{BASE}/schools>; rel="first"'}
    responses.get(f"{BASE}/schools?limit=2&offset=0", json={"orgs": [org(ONE)]}, headers=link)
    responses.get(f"{BASE}/schools?cursor=7", json={"orgs": [org(TWO)]}, headers={"X-Total-Count": "2"})
    assert listed(roster()) == [ONE, TWO]
    responses.reset()
    foreign = {"Link": '<https://andre.example/schools?cursor=7>; rel="next"'}
    responses.get(f"{BASE}/schools", json={"orgs": [org(ONE)]}, headers=foreign)
    with pytest.raises(IncompleteAnswer, match="annen server"):
        roster().schools()


@responses.activate
def test_a_server_that_gives_all_it_has_whatever_is_asked_for() -> None:
    responses.get(f"{BASE}/schools", json={"orgs": [org(ONE), org(TWO)]})
    assert listed(roster(9)) == [ONE, TWO]


@responses.activate
def test_a_school_is_a_school_however_its_type_is_written() -> None:
    page(org(ONE, type="School"), org(TWO, type=None, status=None), org("x", type="Department"), limit=9)
    page(limit=9, offset=3)
    assert listed(roster(9)) == [ONE, TWO]


def test_a_tenant_is_asked_for_only_where_the_vendor_wants_one() -> None:
    secret: dict[str, Any] = {"client_id": "a", "client_secret": "b", "base_url": BASE}
    plain = load_settings()
    settings = plain.model_copy(update={"oneroster": OneRosterSection(**secret), "roster": "oneroster"})
    assert isinstance(roster_adapter(settings), Roster)
    with pytest.raises(SettingsError, match="tenant_id"):
        case_adapter(plain.model_copy(update={"sikker_sak": SikkerSakSection(**secret), "source": "sikker_sak"}))


def test_with_a_roster_the_source_gives_what_it_is_answered_all_the_same(tmp_path: Path) -> None:
    source = SikkerSak(HttpClient(BASE, system="sikker_sak"))
    assert answering(WithRoster(source, roster())) is source
    assert answering(WithRoster(Folder(tmp_path), roster())) is None


@responses.activate
def test_numbers_are_found_in_the_ways_they_are_written() -> None:
    page(org("NO310000019"), org("x", sourcedId="310 000 027", name=None), limit=3)
    page(limit=3, offset=2)
    found = list(roster(3).schools())
    assert [(s.organisation_number, s.name) for s in found] == [(ONE, "Skole 19"), (TWO, TWO)]


@responses.activate
def test_what_is_no_school_or_about_to_go_is_left_out() -> None:
    page(org(ONE), org("x", type="district"), org(TWO, status="tobedeleted"), limit=9)
    page(limit=9, offset=3)
    assert listed(roster(9)) == [ONE]


@responses.activate
def test_an_odd_entry_names_itself_and_the_others_are_read() -> None:
    odd = [org("310000018"), org("975267", sourcedId=17), org("", identifier=None, sourcedId="Kari Nordmann")]
    page(*odd, "ingen oppføring", org(ONE, name="x" * 500), limit=9)
    page(limit=9, offset=5)
    found = roster(9)
    [school] = found.schools()
    assert (school.organisation_number, len(school.name)) == (ONE, 120)
    assert found.odd == (
        "id-310000018",
        "17",
        "en oppføring uten lesbar sourcedId",
        "en oppføring uten lesbar sourcedId",
    )


@responses.activate
def test_a_list_that_is_cut_or_goes_round_is_incomplete() -> None:
    page(org(ONE), org(TWO), total=3)
    page(total=3, offset=2)
    with pytest.raises(IncompleteAnswer, match="2 av 3"):
        roster().schools()
    responses.reset()
    responses.get(f"{BASE}/schools", json={"orgs": [org(ONE), org(TWO)]})
    with pytest.raises(IncompleteAnswer, match="igjen"):
        roster().schools()
    responses.replace("GET", f"{BASE}/schools", json={"schools": []})
    with pytest.raises(IncompleteAnswer, match="orgs"):
        roster().schools()


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_schools_in_a_file(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "skoler.toml"
    file.write_text(f'[[school]]\norganisation_number = "{ONE}"\nname = "Fjell skole"\nlanguage = "nn"\n', encoding)
    [school] = SchoolsFile(file).schools()
    assert (school.organisation_number, school.name, school.language) == (ONE, "Fjell skole", "nn")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[school]]\norganisation_number = "310000018"\nname = "x"',
            r"school\.0\.organisation_number må være et organisasjonsnummer: ni siffer",
        ),
        (f'[[school]]\norganisation_number = "{ONE}"', r"school\.0\.name mangler"),
        (f'[[school]]\norganisation_number = "{ONE}"\nname = "a"\n' * 2, "to ganger"),
        ("[[skole]]\nname = 1", "bare"),
        ("[[school", "TOML"),
        ("x = " + "[" * 5_000, "TOML"),
        ("school = 7", "school må være en liste"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "skoler.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=words):
        SchoolsFile(file).schools()
    with pytest.raises(SettingsError, match=r"leses \(finnes ikke\)"):
        SchoolsFile(tmp_path / "borte.toml").schools()


# --- beside a source -------------------------------------------------------------------------------------------------


def test_the_roster_makes_the_source_s_list_whole(tmp_path: Path) -> None:
    Municipality(seed=3, schools=2, cases=6).write_folder(tmp_path)
    own = json.loads((tmp_path / "schools.json").read_text("utf-8"))
    (tmp_path / "schools.json").unlink()
    known = own[0]["organisation_number"]
    file = tmp_path / "skoler.toml"
    file.write_text(
        f'[[school]]\norganisation_number = "{known}"\nname = "Som kommunen kaller den"\n'
        '[[school]]\norganisation_number = "312345671"\nname = "Ny skole"\n'.replace("312345671", THREE),
        "utf-8",
    )
    plain = load_settings()
    settings = plain.model_copy(
        update={"roster": "schools_file", "schools_file": file, "folder": FolderSection(path=tmp_path)}
    )
    assert isinstance(roster_adapter(settings), Roster)
    source = case_adapter(settings)
    assert isinstance(source, CaseSource)
    assert isinstance(source, FlagSink)
    names = {school.organisation_number: school.name for school in source.schools()}
    assert names[known] == "Som kommunen kaller den"
    assert names[THREE] == "Ny skole"
    assert {s["organisation_number"] for s in own} <= set(names)
    assert source.count(THREE) == 0
    assert sum(source.count(number) or 0 for number in names) == 6
    without = case_adapter(plain.model_copy(update={"folder": FolderSection(path=tmp_path)}))
    with pytest.raises(SourceError, match=r"schools\.json"):
        without.schools()


def test_a_roster_that_is_not_set_up_is_told() -> None:
    settings = load_settings()
    with pytest.raises(SettingsError, match="schools_file"):
        roster_adapter(settings.model_copy(update={"roster": "schools_file"}))
    with pytest.raises(SettingsError, match="base_url"):
        roster_adapter(settings.model_copy(update={"roster": "oneroster"}))
    with pytest.raises(SettingsError, match="roster: ingen adapter"):
        roster_adapter(settings.model_copy(update={"roster": "finnes-ikke"}))
