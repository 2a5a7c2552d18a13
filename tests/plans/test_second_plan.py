"""A plan is data: the same case under two municipalities' plans, and under a plan and its revision."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case
from skolemiljo.domain.plan import MunicipalPlan
from skolemiljo.domain.verdict import Finding, Reading, RemarkCode, Verdict
from skolemiljo.plans.calendars import load_calendar
from skolemiljo.plans.compare import in_place_of
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

OYER, FJELLVIK = load_plan("oyer-2024"), load_plan("eksempel")

# A guardian writes on Friday evening; the pupil is told on Monday, and the home is met on Monday.
FRIDAY_EVENING = {
    "id": "SM-1",
    "school": "310000019",
    "status_history": [{"status": "open", "at": "2026-03-06T20:10:00+01:00"}],
    "pupils": [{"ref": "e1"}],
    "notices": [
        {
            "id": "v1",
            "source": "guardian",
            "happened_at": "2026-03-06T20:10:00+01:00",
            "registered_at": "2026-03-06T20:15:00+01:00",
            "receiver": {"role": "rector"},
            "author": {"role": "rector"},
        }
    ],
    "log": [
        {
            "id": "l1",
            "kind": "pupil_told",
            "happened_at": "2026-03-09T08:40:00+01:00",
            "registered_at": "2026-03-09T09:00:00+01:00",
            "author": {"role": "rector"},
            "pupils": ["e1"],
            "notice": "v1",
        }
    ],
}


def _judged(plan: MunicipalPlan, day: date = date(2026, 3, 12)) -> dict[str, Finding]:
    case = Case.model_validate(FRIDAY_EVENING, context=ReadingContext(zone=ZoneInfo("Europe/Oslo")))
    as_of = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    assessment = assess(case, as_of=as_of, plans=[plan], rules=RULES.values(), calendar=load_calendar(None))
    assert assessment.crashed == ()
    return {finding.rule: finding for finding in assessment.findings if finding.verdict is not Verdict.NOT_APPLICABLE}


def test_two_readings_of_the_same_evening() -> None:
    oyer, fjellvik = _judged(OYER)["VA-08"], _judged(FJELLVIK)["VA-08"]
    assert (oyer.verdict, oyer.deadline, oyer.reading) == (Verdict.DEVIATION, date(2026, 3, 6), Reading.CALENDAR_DAY)
    assert (fjellvik.verdict, fjellvik.reading) == (Verdict.MET, Reading.SCHOOL_DAY)
    assert RemarkCode.WITHIN_TOLERANCE in {remark.code for remark in oyer.remarks}
    assert fjellvik.plan == "F-204/3"


def test_what_the_second_plan_does_not_ask_for_is_not_judged() -> None:
    judged = _judged(FJELLVIK)
    assert "AP-F" not in FJELLVIK.rows
    assert judged.keys() <= FJELLVIK.rows.keys()
    assert len(FJELLVIK.rows) < len(OYER.rows) / 3


def test_a_rule_that_is_off_says_nothing_though_it_has_a_row() -> None:
    assert FJELLVIK.is_on("AAR-15", optional=False) is False
    assert FJELLVIK.is_on("L-05", optional=True) is True
    assert OYER.is_on("L-05", optional=True) is False
    assert FJELLVIK.is_on("TI-11", optional=False) is False


def test_a_shorter_ladder_is_heard() -> None:
    fjellvik, oyer = (_judged(plan)["UN-01"] for plan in (FJELLVIK, OYER))
    assert fjellvik.asks_after is not None
    assert oyer.asks_after is not None
    assert fjellvik.asks_after < oyer.asks_after


def test_a_revised_plan_is_judged_as_if_it_had_held() -> None:
    """In June no case is of the new plan's time yet; its own dates would make every plan-only duty a mere question."""
    revised = FJELLVIK.model_copy(
        update={"document": FJELLVIK.document.model_copy(update={"valid_from": date(2026, 8, 1)})}
    )
    standing = in_place_of(revised, OYER)
    assert (standing.document.valid_from, standing.document.approved) == (date(2024, 8, 1), date(2024, 10, 2))
    assert standing.document.label == "F-204/3"
    assert standing.readings == FJELLVIK.readings
    assert _judged(standing)["VA-08"].verdict is Verdict.MET


@pytest.fixture
def revision(root: Path, tmp_path: Path) -> Path:
    """Øyer's plan as it might be after June: valid from a later day, with the tolerance adopted."""
    folder = shutil.copytree(root / "plans" / "oyer-2024", tmp_path / "oyer-2026")
    file = folder / "plan.toml"
    text = file.read_text("utf-8")
    for old, new in (
        ("tolerance_outside_school_hours = false", "tolerance_outside_school_hours = true"),
        ('version = "2024-10-02"', 'version = "2026-06-20"'),
        ("approved = 2024-10-02", "approved = 2026-06-20"),
        ("valid_from = 2024-08-01", "valid_from = 2026-08-01"),
    ):
        assert old in text
        text = text.replace(old, new)
    file.write_text('earlier = ["oyer-2024"]\n' + text, "utf-8")
    return folder


def test_plan_compare_tells_what_would_change_and_nothing_else(revision: Path, tmp_path: Path) -> None:
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "SM-1.json").write_text(json.dumps(FRIDAY_EVENING), "utf-8")
    (cases / "broken.json").write_text("{", "utf-8")
    command = ["plan", "compare", "oyer-2024", str(revision), "--source", str(cases), "--as-of", "2026-03-12T08:00"]
    done = CliRunner().invoke(main, [*command, "--format", "json"])
    assert done.exit_code in (0, 3), done.output
    told = json.loads(done.stdout)
    assert (told["cases"], told["unreadable"]) == (1, 1)
    assert [(c["rule"], c["scope"], c["was"], c["now"]) for c in told["changes"]] == [
        ("VA-08", "notice:v1/pupil:e1", "deviation", "met")
    ]
    text = CliRunner().invoke(main, command).stdout
    assert "VA-08" in text
    assert "avvik -> i orden: 1" in text


def test_a_duty_that_the_other_plan_lacks_is_told_apart_from_one_that_is_not_triggered(tmp_path: Path) -> None:
    (tmp_path / "SM-1.json").write_text(json.dumps(FRIDAY_EVENING), "utf-8")
    command = ["plan", "compare", "oyer-2024", "eksempel", "--source", str(tmp_path), "--as-of", "2026-03-12T08:00"]
    text = CliRunner().invoke(main, command).stdout
    assert "VA-08    avvik -> i orden: 1" in text
    assert "-> ikke i planen" in text
    assert "VA-00" in text
