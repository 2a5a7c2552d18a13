"""What stands outside is what we said, and everything that a verdict depends on is in the basis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from skolemiljo.commands.night import text
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Outcome, Verdict
from skolemiljo.judging import policy
from skolemiljo.judging.policy import Judging
from skolemiljo.settings import Settings
from skolemiljo.store import Store
from skolemiljo.sync import run as sync_run
from skolemiljo.sync.run import Options, basis_of, run_sync
from skolemiljo.sync.summary import RunSummary
from skolemiljo.validators.judge import Judge
from skolemiljo.validators.known import KnownCase

from .conftest import HERE, NIGHT, Night, Town, judging, one_for_each_incident, rule

NEXT = NIGHT + timedelta(days=1)


def test_what_is_lost_or_an_older_one_of_ours_is_written_again_and_a_persons_change_is_kept(
    town: Town, night: Night, store: Store
) -> None:
    town.put("S-1", log=[{"id": "l1", "kind": "note", "happened_at": "2026-03-09T11:00:00+01:00"}])
    night()
    older = dict(town.records)
    town.put("S-1", at=NIGHT)
    night(NEXT)
    ours = dict(town.records)
    assert older["S-1"] != ours["S-1"]
    town.records["S-1"] = older["S-1"]
    del town.records["S-2"]
    town.records["S-3"] = ours["S-3"].model_copy(update={"flags": ()})
    town.statuses.clear()

    assert night(NEXT).total("written") == 0, "an ordinary night reads what has changed alone"
    summary = night(NEXT, full=True)
    assert summary.complete
    assert summary.schools[0].mended[:2] == ("S-1", "S-2")
    assert (town.records["S-1"].flags, town.records["S-2"].flags) == (ours["S-1"].flags, ours["S-2"].flags)
    assert len(town.statuses) == 6
    assert summary.schools[0].changed_by_others == ("S-3",)
    assert "skolemiljo flags restore S-3" in text(summary)

    town.put("S-3", at=NEXT, incidents=[])
    later = night(NEXT + timedelta(days=1))
    assert later.schools[0].changed_by_others == ("S-3",), "it is told each night, and nothing is written over it"
    assert town.records["S-3"].flags == ()
    store.note_lost("S-3")
    assert night(NEXT + timedelta(days=2)).schools[0].changed_by_others == ()
    assert town.records["S-3"].flags != ()


def test_a_vendor_restored_from_an_older_copy_is_whole_after_one_full_night(town: Town, night: Night) -> None:
    night()
    ours, statuses = dict(town.records), dict(town.statuses)
    town.records.clear()
    town.statuses.clear()
    assert night(NIGHT + timedelta(minutes=1), full=True).complete
    assert {case: record.fingerprint for case, record in town.records.items()} == {
        case: record.fingerprint for case, record in ours.items()
    }
    assert town.statuses.keys() == statuses.keys()
    assert night(NIGHT + timedelta(minutes=1), full=True).total("written") == 0


def test_nothing_is_read_back_where_nothing_may_be_written(town: Town, night: Night) -> None:
    night()
    town.records.clear()
    town.calls.clear()
    night(NEXT, full=True, write_back=False)
    assert "read" not in town.calls


@pytest.mark.parametrize("change", ["rules", "rule's content", "text", "calendar", "settings", "list of schools"])
def test_the_basis_holds_everything_that_a_verdict_depends_on(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, more = judging(), ("settings", "schools")
    first = basis_of(before, HERE, *more)
    assert first == basis_of(judging(), HERE, *more)
    match change:
        case "rules":
            before = judging(rule("T-09", one_for_each_incident))
        case "rule's content":
            monkeypatch.setattr(sync_run, "rules_content", lambda: "another")
        case "text":
            before = replace(before, read_text=False)
        case "calendar":
            before = replace(before, calendar_of=lambda _: SchoolCalendar(holidays=frozenset({date(2026, 3, 9)})))
        case "settings":
            more = ("other settings", "schools")
        case _:
            more = ("settings", "other schools")
    assert basis_of(before, HERE, *more) != first
    assert len(policy.rules_content()) == 64


@pytest.mark.parametrize(
    "changed",
    [
        {"source_zone": "Europe/Oslo"},
        {"read_text": False},
        {"sikker_sak": {"labels": {"pupil_conversation": ["Samtale"]}}},
        {"plan": "eksempel"},
    ],
)
def test_a_changed_setting_that_is_read_is_in_the_basis(changed: dict[str, Any]) -> None:
    assert Settings(**changed).read != Settings().read
    assert Settings(language="nn").read == Settings().read


def test_a_changed_basis_judges_every_case_the_next_ordinary_night(town: Town, night: Night) -> None:
    night(basis="one")
    assert not night(NEXT, basis="one").schools[0].full
    assert all(school.full for school in night(NEXT, basis="two").schools[:2])


def test_clocks_far_apart_stop_the_night_before_it_writes(town: Town, night: Night) -> None:
    town.heard = SimpleNamespace(mock=False, clock_offset=63_072_000.0, server=None)  # type: ignore[attr-defined]  # not of every kind that it may be
    summary = night()
    assert (summary.state, summary.exit_code) == ("failed", 3)
    assert town.journal == []
    town.heard.clock_offset = 2.0  # type: ignore[attr-defined]  # not of every kind that it may be
    assert night().complete


def test_no_flag_is_written_on_a_case_that_was_closed_before_flags_were(town: Town, night: Night, store: Store) -> None:
    def closed(number: str, day: str) -> None:
        history = [
            {"status": "open", "at": "2026-02-02T10:00:00+01:00"},
            {"status": "closed", "at": f"{day}T10:00:00+01:00"},
        ]
        town.put(number, status_history=history)

    closed("G-1", "2026-03-05")
    closed("G-2", "2026-03-10")
    night()
    assert set(town.records) == {"S-1", "S-2", "S-3", "S-4", "G-2"}
    assert store.case("G-1") is not None, "it is judged and shown"
    first = store.first_write()
    assert first is not None
    assert first.day == date(2026, 3, 10)
    night(NEXT, write_from=date(2026, 3, 1))
    assert "G-1" in town.records
    night(NEXT, write_from=date(2026, 3, 20))
    assert "G-2" in town.records, "what stands is kept right, and never forgotten"
    assert night(NEXT, full=True, write_from=date(2026, 3, 20)).complete


def _said_at_closing(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """Under the code of a rule that says something else: its content has changed, and not its name."""
    yield Outcome(scope="case", verdict=Verdict.REVIEW, question="q")


def _on_a_school_day(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
    day = index.raw.opened_at.day
    yield Outcome(scope="case", verdict=Verdict.MET if day in judge.calendar.holidays else Verdict.REVIEW, question="q")


CHANGES = (
    "rules", "a rule's content", "plan", "text", "calendar", "labels or zone", "mapping", "list of schools", "write_from",
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_after_each_change_the_next_ordinary_night_equals_a_fresh_store(
    town: Town, store: Store, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = judging(rule("T-08", _on_a_school_day))
    after, options = before, {"basis": "settings", "write_from": date(2026, 3, 1)}
    town.put(
        "G-1",
        status_history=[
            {"status": "open", "at": "2026-02-02T10:00:00+01:00"},
            {"status": "closed", "at": "2026-03-05T10:00:00+01:00"},
        ],
    )

    town.put("N-1", at=NIGHT)  # the newest: an ordinary night asks for none of the others

    def a_night(where: Store, judge: Judging, at: datetime) -> RunSummary:
        chosen = Options(write_back=True, overlap=timedelta(), **options)  # type: ignore[arg-type]  # these are of the kind it takes
        return run_sync(source=town, sink=town, cycle=town, judging=judge, store=where, as_of=at, options=chosen)

    assert a_night(store, before, NIGHT).complete
    match change:
        case "rules":
            after = judging(rule("T-08", _on_a_school_day), rule("T-09", one_for_each_incident))
        case "a rule's content":
            monkeypatch.setattr(sync_run, "rules_content", lambda: "another")
            after = judging(rule("T-08", _said_at_closing))
        case "plan":
            document = before.plan.document.model_copy(update={"version": "to"})
            after = replace(before, plans=(before.plan.model_copy(update={"document": document}),))
        case "text":
            after = replace(before, read_text=False)
        case "calendar":
            after = replace(before, calendar_of=lambda _: SchoolCalendar(holidays=frozenset({date(2026, 3, 9)})))
        case "labels or zone":
            # Read otherwise, by a setting: the source itself says no word of a change.
            log = [{"id": "l1", "kind": "note", "happened_at": "2026-03-09T11:00:00+01:00"}]
            town.put("S-1", log=log)
            options["basis"] = "other settings"
        case "mapping":
            town.put("S-1", log=[{"id": "l1", "kind": "note", "happened_at": "2026-03-09T11:00:00+01:00"}])
            town.reads_by = "another mapping"  # type: ignore[attr-defined]  # not of every kind that it may be
        case "list of schools":
            town.schools = lambda: [  # type: ignore[method-assign]  # the double does it otherwise here
                School(organisation_number=number, name="Et annet navn") for number in town.schools_shown
            ]
        case _:
            options["write_from"] = date(2026, 3, 20)

    assert a_night(store, after, NEXT).complete
    records, statuses = dict(town.records), dict(town.statuses)
    with Store.open(tmp_path / "fresh.sqlite") as fresh:
        assert a_night(fresh, after, NEXT).complete
        assert list(store.assessments()) == list(fresh.assessments())
        assert {case: record.fingerprint for case, record in records.items()} == {
            case: record.fingerprint for case, record in town.records.items()
        }
        assert statuses.keys() == town.statuses.keys()
