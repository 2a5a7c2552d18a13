"""A vendor that calls things otherwise: what ``doctor --sample`` shows, and that a proposed and signed mapping gives the same flags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.adapters.mock.wire import case_to_wire
from skolemiljo.adapters.sikker_sak.mapping import standard
from skolemiljo.cli import main
from skolemiljo.commands.likeness import nearest_kind
from skolemiljo.commands.samples import LIKE
from skolemiljo.domain.toml import read_toml

from .adapters.another_vendor import another_vendor
from .reliability.program import already_written, settings_file
from .reliability.vendor import FIRST_NIGHT, vendors

NAMES = {
    "caseNumber": "saksnummer",
    "logs": "loggføringer",
    "happenedAt": "skjeddTidspunkt",
    "registeredAt": "registrertTidspunkt",
    "type": "loggtype",
    "name": "fulltNavn",
    "pupils": "elever",
    "role": "rolle",
    "author": "forfatter",
    "statusHistory": "statushistorikk",
}
LABELS = {
    "Elevsamtale": "Elevsamtale (skjema 3)",
    "Rektor: mottatt beskjed": "Rektor har mottatt beskjed",
    "Møte med hjemmet": "Møte med hjemmet/foresatte",
    "Tilbakemeldingsmøte": "Tilbakemeldingsmøte med elev og hjem",
    "Beskjed til elev": "Beskjed gitt til elev",
}
MARK = "Kvitlyngsjokolade"


def otherwise(value: Any) -> Any:
    """The same document in that vendor's words."""
    if isinstance(value, list):
        return [otherwise(item) for item in value]
    if isinstance(value, dict):
        return {NAMES.get(key, key): otherwise(item) for key, item in value.items()}
    return LABELS.get(value, value) if isinstance(value, str) else value


def said(body: Any) -> Any:
    """An answer in that vendor's words; what is no case stays."""
    if isinstance(body, dict) and "statusHistory" in body:
        return otherwise(body)
    if isinstance(body, dict) and isinstance(body.get("items"), list):
        return body | {"items": [said(item) for item in body["items"]]}
    return body


@pytest.fixture(scope="module")
def vendor() -> Iterator[tuple[RunningMock, str]]:
    with vendors(cases=60, schools=2, marker=MARK) as mock, another_vendor(mock, said) as url:
        yield mock, url


def answers(mock: RunningMock, url: str, folder: Path) -> list[Path]:
    """The vendor's own answers, as files: every page of cases."""
    known = mock.mock.credentials
    grant = {"grant_type": "client_credentials", "client_id": known.client_id, "tenant_id": known.tenant_id}
    secret = {"client_secret": known.client_secret, "scope": "sikkersak:read"}
    token = requests.post(mock.token_url, data=grant | secret, timeout=30).json()["access_token"]
    files = []
    for school in mock.mock.municipality.schools():
        page = requests.get(
            f"{url}/sikkersak/v1/schools/{school['organisation_number']}/cases?pageSize=100&pageNumber=1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        files.append(folder / f"{school['organisation_number']}.json")
        files[-1].write_text(page.text, "utf-8")
    return files


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == code, done.output
    return done


def flags_of(mock: RunningMock) -> dict[str, Any]:
    return {case: record["flags"] for case, record in mock.mock.state.records.items()}


@pytest.mark.parametrize("made", ["{} – ny mal 2026", "{} (skjema 3)", "Skjema: {}", "2026 {}"])
def test_a_label_with_more_words_is_most_like_the_one_that_it_holds_whole(made: str) -> None:
    mapping = standard()
    known = [(label, kind) for table in mapping.labels for kind, labels in table.items() for label in labels]
    assert len(known) > 60
    for label, kind in known:
        like, nearest = nearest_kind(made.format(label), mapping)
        assert nearest == kind, label
        assert like >= LIKE, label


@pytest.mark.timeout(600)
def test_with_the_proposed_mapping_signed_the_nights_flags_are_those_of_the_unchanged_source(
    vendor: tuple[RunningMock, str], tmp_path: Path
) -> None:
    mock, url = vendor
    file = settings_file(mock, tmp_path)
    plain = file.read_text("utf-8").replace(mock.sikker_sak_url, f"{url}/sikkersak")
    file.write_text(plain, "utf-8")
    already_written(file)
    settings = ("--settings", str(file))
    files = answers(mock, url, tmp_path)
    shown = run(*settings, "doctor", "--sample", str(files[0]), code=3).output
    for name in NAMES.values():
        assert name in shown or name in ("fulltNavn", "skjeddTidspunkt", "forfatter", "loggtype")
    assert MARK not in shown
    out = tmp_path / "mapping.toml"
    made = run(*settings, "mapping", "suggest", *map(str, files), "--out", str(out))
    assert MARK not in made.output + out.read_text("utf-8")
    proposed = read_toml(out.read_text("utf-8"))
    assert {*proposed["fields"].values(), *proposed["people"]} == set(NAMES.values())
    assert {label for labels in proposed["labels"].values() for label in labels} == set(LABELS.values())

    file.write_text(plain.replace("[sikker_sak]\n", '[sikker_sak]\nmapping = "mapping.toml"\n'), "utf-8")
    night = ("sync", "--as-of", FIRST_NIGHT.isoformat())
    assert "signed_by" in run(*settings, *night, code=2).output  # never in force by itself
    out.write_text(out.read_text("utf-8").replace('signed_by = ""', 'signed_by = "IT-ansvarlig"'), "utf-8")
    run(*settings, "doctor", "--sample", str(files[0]), code=_only_what_the_unchanged_has_too(mock, tmp_path))
    run(*settings, *night)
    theirs = flags_of(mock)

    with vendors(cases=60, schools=2, marker=MARK) as unchanged:
        beside = tmp_path / "beside"
        beside.mkdir()
        run("--settings", str(settings_file(unchanged, beside)), *night)
        assert theirs == flags_of(unchanged)
    assert len(theirs) > 10


def _only_what_the_unchanged_has_too(mock: RunningMock, tmp_path: Path) -> int:
    """What ``doctor --sample`` says of the mock's own answer, in its own words."""
    folder = tmp_path / "unchanged"
    folder.mkdir()
    own = answers(mock, mock.url, folder)[0]
    return CliRunner().invoke(main, ["doctor", "--sample", str(own)]).exit_code


# --- what is never shown ---------------------------------------------------------------------------------------------


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """One case, with words that must not come out in every place that could show them."""
    raw = otherwise(case_to_wire(next(Municipality(seed=3, schools=1, cases=1, marker=MARK).cases()), '"1"', MARK))
    raw[f"{MARK} Hansen"] = 1
    raw["statushistorikk"][0]["by"]["rolle"] = f"{MARK} Olsen"
    raw["loggføringer"] += [{"id": "x1", "loggtype": f"Samtale med {MARK}", "tekst": MARK}]
    file = tmp_path / "sak.json"
    file.write_text(json.dumps(raw), "utf-8")
    return file


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_content_is_shown(one: Path, form: str, tmp_path: Path) -> None:
    shown = run("doctor", "--sample", str(one), "--format", form, code=3)
    assert MARK.casefold() not in shown.output.casefold()
    assert "saksnummer" in shown.output
    made = run("mapping", "suggest", str(one), "--out", str(tmp_path / "ut.toml"))
    assert MARK.casefold() not in (made.output + (tmp_path / "ut.toml").read_text("utf-8")).casefold()


def test_one_word_is_shown_where_it_is_made_as_labels_are_and_a_name_is_not(tmp_path: Path) -> None:
    case = case_to_wire(next(Municipality(seed=3, schools=1, cases=1).cases()), '"1"')
    labels = {"Foreldremøte": 6, "Bekymringsmelding": 1, "Zabrinette": 6, "KariN": 6, "Samtale med Zabrin": 2}
    case["logs"] += [{"id": f"{label}-{n}", "type": label} for label, times in labels.items() for n in range(times)]
    case["logs"][0]["author"] = {"role": "rector", "navn": "Zabrina Qvistrup"}
    file = tmp_path / "sak.json"
    file.write_text(json.dumps(case), "utf-8")
    shown = run("doctor", "--sample", str(file), code=3).output
    assert "«Foreldremøte» (6), ligner home_meeting" in shown
    assert "log.author.navn (1), ligner people" in shown
    assert "Zabrin" not in shown
    assert "KariN" not in shown
    assert "log.kind" not in shown  # its label tells it
    made = run("mapping", "suggest", str(file), "--out", str(tmp_path / "ut.toml")).output
    proposed = (tmp_path / "ut.toml").read_text("utf-8")
    assert 'home_meeting = ["Foreldremøte"]' in proposed
    assert "Zabrin" not in made + proposed
    assert "KariN" not in made + proposed


def test_what_is_read_whole_is_fine(tmp_path: Path) -> None:
    case = case_to_wire(next(Municipality(seed=3, schools=1, cases=1).cases()), '"1"')
    file = tmp_path / "sak.json"
    file.write_text(json.dumps([case]), "utf-8")
    shown = run("doctor", "--sample", str(file)).output
    assert "caseNumber -> id (1)" in shown
    assert "0 kjennes ikke igjen" in shown


def test_a_proposal_is_never_written_over(one: Path, tmp_path: Path) -> None:
    out = tmp_path / "mapping.toml"
    out.write_text('signed_by = "rektor"\n', "utf-8")
    assert "finnes alt" in run("mapping", "suggest", str(one), "--out", str(out), code=2).output
    assert out.read_text("utf-8") == 'signed_by = "rektor"\n'


@pytest.mark.parametrize("content", ["[]", "7", "{", '{"items": [1]}', "\x00"])
def test_what_is_no_answer_is_named(content: str, tmp_path: Path) -> None:
    file = tmp_path / "sak.json"
    file.write_text(content, "utf-8")
    assert "sak.json" in run("doctor", "--sample", str(file), code=2).output or content in ("[]", "7", '{"items": [1]}')
