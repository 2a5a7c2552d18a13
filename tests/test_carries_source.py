"""A folder whose files never have a fact: the night judges anew, every report says it once, and the doctor says what it costs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.mock.municipality import AS_OF
from skolemiljo.commands import doctor, night
from skolemiljo.commands.doctor import examine
from skolemiljo.commands.reports_for import for_owner, for_rector
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.verdict import Finding, Reason, Verdict
from skolemiljo.reports import render
from skolemiljo.reports.model import AuditReport, SchoolReport
from skolemiljo.tests.exchange import written_exchange
from skolemiljo.validators import RULES

LACKS = ("notices.read_at", "log:pupil_told")
READ = "Mappa med saker har ikke «Lest eller hørt» (Varsler)"


@pytest.fixture
def exchange(tmp_path: Path) -> Path:
    return written_exchange(tmp_path / "utveksling").parent


def work(exchange: Path) -> Workplace:
    return Workplace(exchange / "settings.toml")


def found(report: SchoolReport) -> dict[tuple[str, str, str, str], Finding]:
    return {item.finding.identity: item.finding for item in report.items}


def lacking(report: SchoolReport | AuditReport) -> list[tuple[str, ...]]:
    return [warning.items for warning in report.warnings if warning.code == "not_carried"]


def test_the_night_judges_anew_and_every_report_says_once_what_the_source_never_has(exchange: Path) -> None:
    night.run(work(exchange), as_of=AS_OF, handle_signals=False)
    number = work(exchange).schools[0].organisation_number
    before = found(for_rector(work(exchange), number, as_of=AS_OF, offline=True)[0])
    assert not any(finding.reason is Reason.NOT_CARRIED for finding in before.values())

    (exchange / "carries.toml").write_text('lacks = ["notices.read_at", "log:pupil_told"]\n', "utf-8")
    night.run(work(exchange), as_of=AS_OF, handle_signals=False)
    for offline in (True, False):
        report, _ = for_rector(work(exchange), number, as_of=AS_OF, offline=offline)
        after = found(report)
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert changed
        assert {rule for rule, *_ in changed if not any(RULES[rule].needs.hangs_on(path) for path in LACKS)} == set()
        named = [what for what, *_ in lacking(report)]
        assert len(named) == len(set(named))
        assert "notices.read_at" in named
        of_read = {f.rule for f in after.values() if f.question == "notices.read_at"}
        assert of_read
        assert all(f.verdict is Verdict.UNKNOWN for f in after.values() if f.rule in of_read and f.question)
        page = str(render(report, "html"))
        assert 1 <= page.count(READ) <= 2, (
            "above, and where it stands alone among the closed cases; never once for a case"
        )
    owner, _ = for_owner(work(exchange), as_of=AS_OF, offline=True)
    assert len({items[0] for items in lacking(owner)}) == len(lacking(owner)) > 0


def test_the_doctor_shows_every_row_of_the_plan(exchange: Path) -> None:
    def shown() -> dict[str, dict[str, Any]]:
        told, code = doctor.told(work(exchange), AS_OF, "json", sample=None, network=False, rows=True)
        assert code == 0
        return {row["row"]: row for row in json.loads(told)["rows"]}

    before = shown()
    assert before.keys() == work(exchange).plan.rows.keys()
    assert len(before) == 151
    assert not any(row["lacks"] for row in before.values())
    (exchange / "carries.toml").write_text('lacks = ["notices.read_at"]\n', "utf-8")
    after = shown()
    weak = {RULES[code].row for code in RULES if RULES[code].needs.hangs_on("notices.read_at")} & after.keys()
    changed = {row for row in after if after[row] != before[row]}
    assert weak <= changed
    assert all(after[row]["shown"] == "weak" and after[row]["lacks"] == ["notices.read_at"] for row in changed)
    text, _ = doctor.told(work(exchange), AS_OF, "text", sample=None, network=False, rows=True)
    assert text.count("«Lest eller hørt» (Varsler)") == len(changed)
    assert all(f"{row}  " in text for row in after)
    ordinary, _ = doctor.told(work(exchange), AS_OF, "text", sample=None, network=False, rows=False)
    table = ordinary.partition("planens 151 rader (")[2]
    assert f"mangler noe: {len(changed)}" in table
    assert {line.split("  ")[0].strip() for line in table.splitlines()[2:-2]} == changed
    counted, _ = doctor.told(work(exchange), AS_OF, "json", sample=None, network=False, rows=False)
    assert json.loads(counted)["rows"]["weak"] == len(changed)
    assert sum(json.loads(counted)["rows"].values()) == 151


def test_the_doctor_says_what_the_source_can_show_of_the_plan(exchange: Path) -> None:
    (line,) = [one for one in examine(work(exchange), AS_OF) if one.check == "carries"]
    assert line.state == "ok"
    assert "151" in line.what
    (exchange / "carries.toml").write_text('lacks = ["notices.read_at"]\n', "utf-8")
    whole, read = [one for one in examine(work(exchange), AS_OF) if one.check == "carries"]
    assert (whole.state, read.state) == ("look", "look")
    assert "«Lest eller hørt» (Varsler)" in read.what
    assert {code for code in RULES if code in re.findall(r"[A-Z]+-\w+", read.what)} == {
        code
        for code, rule in RULES.items()
        if rule.needs.hangs_on("notices.read_at") and rule.row in work(exchange).plan.rows
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lacks = [", "TOML"),
        ('lacks = "notices.read_at"', "carries.toml"),
        ('mangler = ["log"]', "carries.toml"),
        ('lacks = ["notices.reed_at"]', "notices.read_at"),
        ('carries = ["log:pupil_tolld"]', "log:pupil_told"),
    ],
)
def test_a_wrong_declaration_is_an_error_that_says_what_to_write(exchange: Path, text: str, told: str) -> None:
    (exchange / "carries.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=told):
        _ = Folder(exchange).carries
