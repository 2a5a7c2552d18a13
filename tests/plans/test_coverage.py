"""Every sentence of the plan that asks for something has a home, and the home is true."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.domain.plan import Home
from skolemiljo.domain.verdict import Basis
from skolemiljo.plans.loader import available, load_plan
from skolemiljo.validators import RULES

PLAN = load_plan("oyer-2024")

# How many rows the catalogue has in each chapter: 143 of the plan and 8 of the law.
CATALOGUE = {
    "META": 6,
    "AAR": 20,
    "FO": 7,
    "DP": 1,
    "FM": 3,
    "GI": 13,
    "VA": 12,
    "UN": 14,
    "TI": 11,
    "AP": 6,
    "EV": 3,
    "HB": 9,
    "BB": 21,
    "DOK": 7,
    "SK": 10,
    "L": 8,
}


def test_all_rows_of_the_catalogue_are_there() -> None:
    assert dict(Counter(code.partition("-")[0] for code in PLAN.rows)) == CATALOGUE
    assert len(PLAN.rows) == 151


def test_only_the_laws_own_rows_have_no_quote() -> None:
    assert {code for code, row in PLAN.rows.items() if row.quote is None} == {f"L-0{n}" for n in range(1, 9)}
    assert all(row.section for row in PLAN.rows.values() if row.quote)


@pytest.mark.parametrize("name", available())
def test_every_home_is_true(name: str) -> None:
    """A row that is a rule has one; a part or a question belongs to a rule; a row with no machine says why in a sentence."""
    for code, row in load_plan(name).rows.items():
        match row.home:
            case Home.RULE:
                assert code in RULES, f"{code} says that it is a rule"
            case Home.PART | Home.QUESTION:
                assert row.of in RULES, f"{code} belongs to {row.of}"
                assert code not in RULES, f"{code} is a rule of its own"
            case Home.NONE:
                assert code not in RULES, f"{code} is a rule"
                assert row.why is not None
                assert len(row.why.split()) >= 5, f"{code}: why?"


def test_a_question_belongs_to_a_rule_that_asks() -> None:
    for code, row in PLAN.rows.items():
        if row.home is Home.QUESTION:
            assert RULES[row.of or ""].page.questions, f"{code}: {row.of} asks nothing"


def test_every_rule_has_a_row() -> None:
    assert [code for code, rule in RULES.items() if PLAN.rows[rule.row].home is not Home.RULE] == []


def test_every_duty_of_the_law_alone_is_decided_with_a_source() -> None:
    of_the_law = [rule.row for rule in RULES.values() if rule.basis is Basis.LAW]
    assert set(of_the_law) == {code for code, row in PLAN.rows.items() if row.quote is None and row.home is Home.RULE}
    for code in of_the_law:
        assert RULES[code].optional, code
        assert len(PLAN.rules[code].reason.split()) >= 3, code
        assert PLAN.rules[code].source, code


def test_what_the_law_asks_for_names_its_paragraph() -> None:
    missing = [code for code, rule in RULES.items() if rule.basis in (Basis.LAW, Basis.BOTH) and not rule.law]
    assert missing == []


def test_plan_coverage_counts_every_row() -> None:
    done = CliRunner().invoke(main, ["plan", "coverage", "--plan", "oyer-2024"])
    assert done.exit_code == 0, done.output
    assert "151 av 151 rader har et hjem." in done.output
    assert "UTEN HJEM" not in done.output
    found = CliRunner().invoke(main, ["plan", "coverage", "--plan", "oyer-2024", "--format", "json"])
    data = json.loads(found.output)
    assert sum(data["counts"].values()) == len(data["rows"]) == 151
    assert data["without_home"] == []


def test_a_row_whose_home_is_not_true_is_shown(root: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(root / "plans" / "eksempel", tmp_path / "fjellvik")
    file = folder / "coverage.toml"
    text = file.read_text("utf-8").replace('[rows."SK-09"]', '[rows."SK-99"]')
    file.write_text(text, "utf-8")
    done = CliRunner().invoke(main, ["plan", "coverage", "--plan", str(folder)])
    assert done.exit_code != 0
    assert "SK-99" in done.output
    assert "UTEN HJEM" in done.output
