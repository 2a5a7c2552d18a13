"""What stands outside is what we said, and everything that a verdict depends on is in the basis."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from skolemiljo.commands.night import text
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.judging import policy
from skolemiljo.settings import Settings
from skolemiljo.store import Store
from skolemiljo.sync import run as sync_run
from skolemiljo.sync.run import basis_of

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
    from dataclasses import replace

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
    town.heard = SimpleNamespace(mock=False, clock_offset=63_072_000.0, server=None)  # type: ignore[attr-defined]
    summary = night()
    assert (summary.state, summary.exit_code) == ("failed", 3)
    assert town.journal == []
    town.heard.clock_offset = 2.0  # type: ignore[attr-defined]
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
