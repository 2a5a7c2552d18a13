"""Numbers for monitoring: read by Prometheus' own parser, never a 0 that was not counted, and nothing of anybody."""

from __future__ import annotations

import math
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from skolemiljo.cli import main
from skolemiljo.commands import night
from skolemiljo.commands.metrics import metrics
from skolemiljo.commands.reports_for import needed
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.moment import OSLO
from skolemiljo.store import Store
from skolemiljo.tests.exchange import written_exchange

NIGHT = datetime(2026, 11, 20, 4, 15, tzinfo=OSLO)


@pytest.fixture
def exchange(tmp_path: Path) -> Path:
    return written_exchange(tmp_path).parent


def read(text: str) -> dict[str, float]:
    """The numbers by name; every family has help, a type, and one sample without labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.type == "gauge"
        (sample,) = family.samples
        assert sample.labels == {}
        found[sample.name.removeprefix("skolemiljo_")] = sample.value
    return found


def test_before_the_first_night_nothing_is_counted_and_nothing_is_zero() -> None:
    with Store.in_memory() as store:
        numbers = read(metrics(store, NIGHT))
    assert {name for name, number in numbers.items() if not math.isnan(number)} == set()
    assert "last_complete_night_timestamp_seconds" in numbers


def test_after_a_night_the_numbers_are_those_of_the_store(exchange: Path) -> None:
    work = Workplace(exchange / "settings.toml")
    night.run(work, as_of=NIGHT, handle_signals=False)
    store = needed(work.remembered)
    numbers = read(metrics(store, NIGHT))
    run = store.runs()[0]
    assert run.ended_at is not None
    assert numbers["cases"] == 12
    assert numbers["cases_unreadable"] == 0
    assert numbers["last_night_timestamp_seconds"] == pytest.approx(run.ended_at.timestamp())
    assert numbers["last_night_duration_seconds"] == pytest.approx((run.ended_at - run.started_at).total_seconds())
    assert 0 <= numbers["unknown_ratio"] < 1


def test_a_case_that_can_not_be_read_is_counted_and_the_night_before_is_the_last_whole_one(exchange: Path) -> None:
    work = Workplace(exchange / "settings.toml")
    night.run(work, as_of=NIGHT, handle_signals=False)
    whole = read(metrics(needed(work.remembered), NIGHT))
    min((exchange / "cases").rglob("*.json")).write_text("{", "utf-8")
    work = Workplace(exchange / "settings.toml")
    night.run(work, as_of=NIGHT + timedelta(days=1), full=True, handle_signals=False)
    after = read(metrics(needed(work.remembered), NIGHT))
    assert after["cases_unreadable"] == 1
    assert after["last_complete_night_timestamp_seconds"] == whole["last_complete_night_timestamp_seconds"]
    assert after["unknown_ratio"] > whole["unknown_ratio"]
    assert math.isnan(after["due_today"])
    assert after["last_night_timestamp_seconds"] > whole["last_night_timestamp_seconds"]


def test_a_night_that_saw_nothing_leaves_no_zero(exchange: Path) -> None:
    night.run(Workplace(exchange / "settings.toml"), as_of=NIGHT, handle_signals=False)
    cases = exchange / "cases"
    cases.rename(exchange / "away")
    cases.mkdir()
    work = Workplace(exchange / "settings.toml")
    night.run(work, as_of=NIGHT + timedelta(days=1), handle_signals=False)
    emptied = read(metrics(needed(work.remembered), NIGHT))
    assert emptied["cases_unreadable"] == emptied["cases"] == 12
    assert emptied["unknown_ratio"] == 1
    assert math.isnan(emptied["due_today"])
    (exchange / "schools.json").unlink()
    work = Workplace(exchange / "settings.toml")
    night.run(work, as_of=NIGHT + timedelta(days=2), handle_signals=False)
    failed = read(metrics(needed(work.remembered), NIGHT))
    assert all(math.isnan(failed[name]) for name in ("cases_unreadable", "unknown_ratio", "due_today"))


def test_the_file_is_for_another_user_to_read_and_names_no_school_and_no_case(exchange: Path) -> None:
    work = Workplace(exchange / "settings.toml")
    night.run(work, as_of=NIGHT, handle_signals=False)
    known = [school.organisation_number for school in work.schools]
    known += [case.case for case in needed(work.remembered).cases()]
    out = exchange / "skolemiljo.prom"
    done = CliRunner().invoke(main, ["--settings", str(exchange / "settings.toml"), "metrics", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert not [name for name in known if name in out.read_text("utf-8")]
