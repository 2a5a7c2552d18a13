"""Plans that say the same in several cases: fingerprints in the store and never a word, a question to rektor, a count to the owner."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.case_file import read_case
from skolemiljo.cli import main
from skolemiljo.domain.plan import Readings
from skolemiljo.judging.copies import Alike, alike, fingerprints

HERE, THERE = "310000019", "310000027"
AS_OF = datetime(2026, 3, 20, 8, tzinfo=UTC)
KEY = b"seksten tegn eller mer"
COPIED = "Kvitlyngsjokolade blir holdt utenfor i friminuttene og går alene hjem, og vi vil at hun skal ha noen å være sammen med."
OWN = "Eleven får stygge meldinger på telefonen om kvelden, og sover dårlig på grunn av det som blir skrevet der av de andre."
READINGS = Readings(
    source="test",
    template_prompts=(
        "Skriv hvilket problem tiltakene skal løse, kort og med egne ord, uten å nevne andre elever ved navn.",
    ),
)


def case_with(number: str, problem: str | None = COPIED, school: str = HERE, **more: Any) -> dict[str, Any]:
    plan = {
        "id": "p1v1",
        "plan": "p1",
        "status": "current",
        "happened_at": "2026-03-12T12:00:00+01:00",
        "pupils": ["e1"],
        "problem": problem,
    }
    return {
        "id": number,
        "school": school,
        "status_history": [{"status": "open", "at": "2026-03-09T10:00:00+01:00"}],
        "pupils": [{"ref": "e1"}],
        "activity_plans": [plan | more.pop("plan", {})],
        **more,
    }


def prints(raw: dict[str, Any], key: bytes = KEY) -> dict[str, str]:
    return fingerprints(read_case(json.dumps(raw).encode(), system="folder"), AS_OF, key, READINGS)


def compared(*raw: dict[str, Any]) -> tuple[Alike, ...]:
    return alike({one["id"]: prints(one) for one in raw})


def test_the_same_text_is_found_however_it_is_set() -> None:
    other = "Hva er problemet?\n" + COPIED.upper().replace(",", " –")
    assert compared(case_with("S-1"), case_with("S-2", other), case_with("S-3", OWN)) == (
        Alike(("S-1", "S-2"), ("AP-A",)),
    )


def test_each_field_that_somebody_writes_is_compared_and_a_text_that_moved_is_found_again() -> None:
    fields: list[tuple[dict[str, Any], str]] = [
        ({"measures_text": COPIED}, "AP-B"),
        ({"measures": [{"id": "t1", "text": COPIED}]}, "AP-B"),
        ({"summary_of_enquiry": COPIED}, "TI-08"),
        ({"best_interest": {"weighing": COPIED}}, "AP-F"),
    ]
    for plan, rule in fields:
        assert compared(case_with("S-1"), case_with("S-2", None, plan=plan)) == (
            Alike(("S-1", "S-2"), tuple(sorted({"AP-A", rule}))),
        )


@pytest.mark.parametrize(
    "text",
    [
        "Holdes utenfor i friminuttene.",  # short: many pupils are
        "Se planen som ble lagt fram på møtet med foreldrene og kontaktlærer den dagen",  # no answer
        READINGS.template_prompts[0],
        "Beskriv problemet som tiltakene skal løse, med barnets egne ord så langt det er mulig:",  # the template's
        None,
    ],
)
def test_what_is_nobodys_own_text_is_not_compared(text: str | None) -> None:
    assert prints(case_with("S-1", text)) == {}


def test_a_draft_and_a_replaced_plan_decide_nothing_and_are_not_compared() -> None:
    assert prints(case_with("S-1", plan={"status": "draft"})) == {}
    assert prints(case_with("S-1", plan={"status": "replaced"})) == {}


def test_no_key_no_fingerprints_and_another_key_or_school_gives_others() -> None:
    mine = prints(case_with("S-1"))
    assert prints(case_with("S-1"), b"") == {}
    assert not mine.keys() & prints(case_with("S-1"), b"en annen hemmelighet").keys()
    assert not mine.keys() & prints(case_with("S-1", school=THERE)).keys()


# --- the whole way -----------------------------------------------------------------------------------------------------------

NIGHT, MORNING = "2026-03-20T04:15", "2026-03-20T08:00"


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(place / "settings.toml"), *arguments])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cycle").mkdir()
    schools = [
        {"organisation_number": HERE, "name": "Bakken skole"},
        {"organisation_number": THERE, "name": "Vika skole"},
    ]
    (tmp_path / "schools.json").write_text(json.dumps(schools), "utf-8")
    leader: dict[str, Any] = {"suspicions": [{"suspected": "leader", "at": "2026-03-09T10:00:00+01:00"}]}
    for raw in (
        case_with("SM-2026-0001"),
        case_with("SM-2026-0002"),
        case_with("SM-2026-0003", OWN),
        case_with("SM-2026-0004", OWN, **leader),
        case_with("SM-2026-0005", school=THERE),
    ):
        write(tmp_path, raw)
    (tmp_path / "secrets").mkdir(mode=0o700)
    secret = tmp_path / "secrets" / "pseudonym_key"
    secret.touch(0o600)
    secret.write_text(KEY.decode(), "utf-8")
    text = f'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "{tmp_path}"\n'
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    return tmp_path


def write(place: Path, raw: dict[str, Any]) -> None:
    (place / "cases" / f"{raw['id']}.json").write_text(json.dumps(raw), "utf-8")


def night(place: Path, at: str = NIGHT) -> None:
    done = run(place, "--secrets", str(place / "secrets"), "sync", "--as-of", at)
    assert done.exit_code in (0, 3), done.output


def report(place: Path, *arguments: str) -> str:
    done = run(place, "--secrets", str(place / "secrets"), *arguments, "--as-of", MORNING, "--fail-on", "never")
    assert done.exit_code in (0, 3), done.output
    return " ".join(done.output.split())


def test_rektor_is_asked_about_both_cases_and_the_owner_gets_a_count(place: Path) -> None:
    night(place)
    for offline in ((), ("--offline",)):
        rektor = report(place, "check-school", "--school", HERE, *offline)
        assert "SM-2026-0001 = SM-2026-0002 (AP-A)" in rektor
        assert "SM-2026-0004" not in rektor  # a leader is the subject: with whose plan it agrees is not told
        owner = report(place, "audit", *offline)
        assert "Den samme teksten står i aktivitetsplanene i flere saker (4), ved Bakken skole" in owner
        assert "SM-2026" not in owner
        assert "i flere saker" not in report(place, "check-school", "--school", THERE, *offline)
    secrets = ("--secrets", str(place / "secrets"))
    told = run(place, *secrets, "audit", "--as-of", MORNING, "--format", "json", "--fail-on", "never").stdout
    flags = json.dumps(json.loads(told)["findings"])
    assert "copied" not in flags


def test_the_store_has_fingerprints_and_no_word_and_they_go_with_the_case(place: Path) -> None:
    night(place)
    with sqlite3.connect(place / "lager.sqlite") as store:
        kept = dict(store.execute("select case_id, prints from cases"))
    assert json.loads(kept["SM-2026-0001"]) == json.loads(kept["SM-2026-0002"]) != {}
    for file in place.glob("lager*"):
        assert b"vitlyng" not in file.read_bytes()
    (place / "cases" / "SM-2026-0002.json").unlink()
    night(place, "2026-03-21T04:15")
    with sqlite3.connect(place / "lager.sqlite") as store:
        kept = dict(store.execute("select case_id, prints from cases"))
    assert json.loads(kept["SM-2026-0002"]) == {}
    assert "i flere saker" not in report(place, "check-school", "--school", HERE, "--offline")


def test_a_plan_that_is_written_anew_is_no_copy_any_more(place: Path) -> None:
    night(place)
    write(
        place,
        case_with(
            "SM-2026-0002",
            "Eleven er alene på bussen hver morgen, og har sagt at det er verst når de eldste setter seg bakerst.",
        ),
    )
    night(place, "2026-03-20T05:15")
    assert "i flere saker" not in report(place, "check-school", "--school", HERE)
