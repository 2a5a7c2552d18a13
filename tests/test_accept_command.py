"""Deciding about a finding as a person does it: read the report, accept, see it there, take it back."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click import BadParameter
from click.testing import CliRunner, Result

from skolemiljo.cli import main
from skolemiljo.commands import decisions, reports_for
from skolemiljo.commands.options import DECIDING, RESPONSIBLE
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.people import Role
from skolemiljo.domain.verdict import Basis
from skolemiljo.reports.items import ACCEPTABLE, Group
from skolemiljo.store import Store
from skolemiljo.validators import RULES

AS_OF = "2026-11-20T16:00"
UNTIL = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
WHY = "Avtalt med hjemmet"


@pytest.fixture(scope="module")
def night(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings, an export and a night behind it."""
    place = tmp_path_factory.mktemp("accept")
    (place / "docs").mkdir()
    shutil.copy(root / "docs" / "settings-folder.toml", place / "docs")
    assert run(place, "mock", "folder", str(place / "build" / "eksport"), "--stress", "--cases", "120").exit_code == 0
    assert run(place, "sync", "--as-of", AS_OF).exit_code == 0
    return place


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(place / "docs" / "settings-folder.toml"), *arguments])


def accept(place: Path, case: str, rule: str, *more: str, role: str = "rector") -> Result:
    return run(place, "accept", "add", case, rule, "--reason", WHY, "--role", role, "--until", UNTIL, *more)


def findings(place: Path, school: str = "310000019") -> list[dict[str, Any]]:
    command = ("check-school", "--school", school, "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
    done = run(place, *command, "--offline")
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def test_a_decision_names_its_finding_by_itself_where_there_is_but_one(night: Path) -> None:
    open_ones = [f for f in findings(night) if f["verdict"] == "deviation" and f["case"]]
    alone = next(f for f in open_ones if sum((g["case"], g["rule"]) == (f["case"], f["rule"]) for g in open_ones) == 1)
    done = accept(night, alone["case"], alone["rule"])
    assert done.exit_code == 0, done.output
    (now,) = [f for f in findings(night) if all(f[k] == alone[k] for k in ("case", "rule", "scope"))]
    assert now["part"] == "accepted"
    assert done.stdout.strip() in run(night, "accept", "list").stdout
    assert run(night, "accept", "withdraw", done.stdout.strip()).exit_code == 0
    (back,) = [f for f in findings(night) if all(f[k] == alone[k] for k in ("case", "rule", "scope"))]
    assert back["part"] == alone["part"]


def test_a_decision_covers_all_that_the_rule_has_open_in_the_case_and_shows_it_first(night: Path) -> None:
    open_ones = [f for f in findings(night) if f["verdict"] in ACCEPTABLE and f["case"]]
    (case, rule), number = Counter((f["case"], f["rule"]) for f in open_ones).most_common(1)[0]
    assert number > 1
    done = accept(night, case, rule, role="skoleeier")
    assert done.exit_code == 0, done.output
    ids = done.stdout.split()
    assert len(ids) == number
    assert f"Dette blir godtatt i sak {case}:" in done.stderr
    assert done.stderr.count(f"  {rule}, ") == number
    now = [f for f in findings(night) if (f["case"], f["rule"]) == (case, rule) and f["verdict"] in ACCEPTABLE]
    assert {f["part"] for f in now} == {"accepted"}
    for one in ids:
        assert run(night, "accept", "withdraw", one).exit_code == 0


@pytest.mark.parametrize("role", ["rektor", "Rektor", "skoleeier", "skoleeigar", "rådgiver", "owner", "adviser"])
def test_a_role_is_called_by_its_norwegian_name_too(role: str) -> None:
    assert DECIDING.convert(role, None, None) in decisions.MAY_DECIDE


@pytest.mark.parametrize("said", ["contact_teacher", "kontaktlærer", "Kontaktlærar"])
def test_who_is_responsible_is_named_as_the_reader_says_it(said: str) -> None:
    assert RESPONSIBLE.convert(said, None, None) is Role.CONTACT_TEACHER
    with pytest.raises(BadParameter, match="rektor, kontaktlærer"):
        RESPONSIBLE.convert("vaktmester", None, None)


def test_what_stands_in_the_law_alone_is_the_owners_to_decide(night: Path) -> None:
    with Store.open(night / "build" / "lager.sqlite") as store:
        found = [
            (str(a.case), f.rule)
            for a in store.assessments()
            if a.case and not a.leader_accused
            for f in a.findings
            if f.verdict in ACCEPTABLE and f.basis is Basis.LAW
        ]
    case, rule = found[0]
    refused = accept(night, case, rule)
    assert refused.exit_code == 2
    assert "bare skoleeier" in refused.stderr


def in_the_count(place: Path) -> int:
    work = Workplace(place / "docs" / "settings-folder.toml")
    report, _judged = reports_for.for_rector(
        work, "310000019", as_of=datetime.fromisoformat(f"{AS_OF}+01:00"), offline=True
    )
    return len(report.group(Group.DEVIATION))


def test_accepting_a_duty_of_the_law_takes_it_out_of_no_count(night: Path) -> None:
    found = findings(night)
    law = next(f for f in found if f["verdict"] == "deviation" and f["case"] and RULES[f["rule"]].basis is Basis.BOTH)
    before = in_the_count(night)
    done = accept(night, law["case"], law["rule"], "--scope", law["scope"], role="owner")
    assert done.exit_code == 0, done.output
    after = findings(night)
    assert in_the_count(night) == before
    (now,) = [f for f in after if all(f[k] == law[k] for k in ("case", "rule", "scope"))]
    assert (now["verdict"], now["part"], now["acceptance"]["reason"]) == ("deviation", "accepted", WHY)
    assert run(night, "accept", "withdraw", done.stdout.strip()).exit_code == 0


def test_that_the_tool_is_wrong_is_counted_on_the_rules_page_and_in_the_audit(night: Path) -> None:
    found = next(f for f in findings(night) if f["verdict"] == "deviation" and f["case"])
    rule, case = found["rule"], found["case"]
    why = ("--reason", "Det er ført under en annen merkelapp", "--role", "rektor")
    assert run(night, "dispute", "SM-0000-0000", rule, *why).exit_code == 2
    assert run(night, "dispute", case, rule, "--reason", "x", "--role", "rektor").exit_code == 2
    for _again in range(2):  # the same person twice is one case
        done = run(night, "dispute", case, rule, *why)
        assert done.stdout == f"Notert. {rule} er omstridt i 1 sak.\n"
    assert "tar feil i 1 sak." in run(night, "explain", rule).stdout
    audit = run(night, "audit", "--offline", "--as-of", AS_OF, "--fail-on", "never")
    assert f"{rule} (1)" in audit.stdout
    back = run(night, "dispute", case, rule, "--withdraw", *why)
    assert back.stdout == f"Notert. {rule} er omstridt i 0 saker.\n"
    assert "tar feil" not in run(night, "explain", rule).stdout
    assert run(night, "dispute", case, rule, "--withdraw", *why).exit_code == 2, "there is nothing left to take back"
    again = [f for f in findings(night) if all(f[k] == found[k] for k in ("case", "rule", "scope"))]
    assert again[0]["verdict"] == "deviation"


def test_a_decision_about_nothing_is_refused_and_the_scopes_there_are_named(night: Path) -> None:
    for case, rule, more, words in (
        ("SM-0000-0000", "VA-08", (), "ingen sak SM-0000-0000"),
        (findings(night)[0]["case"] or "", "VA-08", ("--scope", "notice:nope"), "VA-08"),
    ):
        refused = accept(night, case, rule, *more)
        assert refused.exit_code == 2
        assert words in refused.stderr
    with Store.open(night / "build" / "lager.sqlite") as store:
        assert store.acceptances() == ()


def test_a_case_kept_from_rektor_is_no_case_to_rektor(night: Path) -> None:
    with Store.open(night / "build" / "lager.sqlite") as store:
        case, rule, scope = next(
            (a.case or "", f.rule, f.scope)
            for a in store.assessments()
            if a.leader_accused
            for f in a.findings
            if f.verdict in ACCEPTABLE
        )
    as_rector = accept(night, case, rule, "--scope", scope)
    unknown = accept(night, "SM-0000-0000", rule, "--scope", scope)
    assert as_rector.exit_code == 2
    assert as_rector.stderr.replace(case, "") == unknown.stderr.replace("SM-0000-0000", "")
    done = accept(night, case, rule, "--scope", scope, role="owner")
    assert done.exit_code == 0
    assert run(night, "accept", "withdraw", done.stdout.strip()).exit_code == 0


def test_a_dossier_says_in_which_role_it_was_opened(night: Path) -> None:
    with Store.open(night / "build" / "lager.sqlite") as store:
        kept = next(a.case or "" for a in store.assessments() if a.leader_accused)
        other = next(a.case or "" for a in store.assessments() if a.case and not a.leader_accused)
    opened = ("--reason", "Tilsyn, sak 2026/117", "--format", "json")
    for role, word in (("rektor", "rektor"), ("rådgiver", "rådgiver hos skoleeier"), (None, "skoleeier")):
        done = run(night, "dossier", other, *opened, *(() if role is None else ("--role", role)))
        assert json.loads(done.stdout)["opened_by"] == word
    refused = run(night, "dossier", kept, *opened, "--role", "rektor")
    assert refused.exit_code == 2
    assert not refused.stdout
    assert run(night, "dossier", kept, *opened).exit_code == 0


def test_after_a_lost_store_the_decisions_come_back_from_the_night_s_export(night: Path, tmp_path: Path) -> None:
    place = tmp_path / "new"
    shutil.copytree(night, place)
    found = next(f for f in findings(place) if f["verdict"] == "deviation" and f["case"])
    assert accept(place, found["case"], found["rule"], "--scope", found["scope"]).exit_code == 0
    assert run(place, "sync", "--as-of", AS_OF).exit_code == 0
    for file in (place / "build").glob("lager.sqlite*"):
        file.unlink()
    back = run(place, "sync", "--as-of", AS_OF)
    assert back.exit_code == 0
    assert re.search(r"\d avgjørelser? som lageret ikke hadde, er tatt inn igjen", back.stdout)
    assert WHY in run(place, "accept", "list").stdout
    again = run(place, "sync", "--as-of", AS_OF)
    assert "tatt inn igjen" not in again.stdout
    assert run(place, "accept", "import", str(place / "build" / "acceptances.json")).stdout == "Tatt inn: 0.\n"


def test_a_store_restored_from_a_copy_loses_no_decision(night: Path, tmp_path: Path) -> None:
    place = tmp_path / "restored"
    shutil.copytree(night, place)
    store, export, copy = place / "build" / "lager.sqlite", place / "build" / "acceptances.json", place / "kopi.sqlite"
    one, two = [f for f in findings(place) if f["verdict"] == "deviation" and f["case"]][:2]
    withdrawn = accept(place, one["case"], one["rule"], "--scope", one["scope"]).stdout.strip()
    assert run(place, "store", "backup", str(copy)).exit_code == 0
    assert run(place, "accept", "withdraw", withdrawn).exit_code == 0
    kept = accept(place, two["case"], two["rule"], "--scope", two["scope"]).stdout.strip()
    for file in (place / "build").glob("lager.sqlite*"):
        file.unlink()
    copy.rename(store)
    back = run(place, "sync", "--as-of", AS_OF)
    assert back.exit_code == 0
    assert "2 avgjørelser som lageret ikke hadde" in back.stdout
    listed = run(place, "accept", "list").stdout
    assert kept in listed
    assert withdrawn not in listed
    exported = {row["id"]: row["withdrawn_at"] for row in json.loads(export.read_text("utf-8"))["acceptances"]}
    assert exported[kept] is None
    assert exported[withdrawn] is not None


def test_a_broken_export_is_told_and_left_alone_and_the_night_goes_on(night: Path, tmp_path: Path) -> None:
    place = tmp_path / "broken"
    shutil.copytree(night, place)
    export = place / "build" / "acceptances.json"
    export.write_text('{"schema_version": 1, "acc', "utf-8")
    done = run(place, "sync", "--as-of", AS_OF)
    assert done.exit_code == 3
    assert "acceptances.json er ikke en eksport av godtatte avvik: legg inn en hel kopi" in done.stdout
    assert "120 vurdert" in run(place, "sync", "--full", "--as-of", AS_OF).stdout
    assert export.read_text("utf-8") == '{"schema_version": 1, "acc'
    found = next(f for f in findings(place) if f["verdict"] == "deviation" and f["case"])
    made = accept(place, found["case"], found["rule"], "--scope", found["scope"])
    assert made.exit_code == 0
    assert "ikke eksportert" in made.stderr
    export.rename(place / "broken.json")
    assert run(place, "sync", "--as-of", AS_OF).exit_code == 0
    assert made.stdout.strip() in export.read_text("utf-8")


def test_what_a_person_asks_to_forget_does_not_come_back(night: Path, tmp_path: Path) -> None:
    place = tmp_path / "forget"
    shutil.copytree(night, place)
    export = place / "build" / "acceptances.json"
    found = next(f for f in findings(place) if f["verdict"] == "deviation" and f["case"])
    made = accept(place, found["case"], found["rule"], "--scope", found["scope"]).stdout.strip()
    assert made in export.read_text("utf-8")
    after = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    assert run(place, "store", "forget", "--before", after).exit_code == 0
    assert made not in export.read_text("utf-8")
    assert run(place, "sync", "--as-of", AS_OF).exit_code == 0
    assert made not in run(place, "accept", "list").stdout
