"""The nightly run against a town in memory and a real store file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from skolemiljo.commands.night import text
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import (
    AccessDenied,
    AuthenticationFailed,
    CaseForbidden,
    ConnectionLost,
    FlagRejected,
    IncompleteAnswer,
    ServerUnavailable,
)
from skolemiljo.domain.flag import ComplianceRecord
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.domain.verdict import Verdict
from skolemiljo.store import Store
from skolemiljo.sync.holding import AlreadyRunning
from skolemiljo.sync.run import Options, Stop, run_sync

from .conftest import HERE, NIGHT, SYSTEM, THERE, Night, Town, judging, nothing, rule

NEXT = NIGHT + timedelta(days=1)


def verdicts(town: Town, case: str) -> dict[str, Verdict]:
    return {f"{flag.rule} {flag.scope}": flag.verdict for flag in town.records[case].flags}


def test_a_first_night_writes_every_case_and_reads_it_back(town: Town, night: Night, store: Store) -> None:
    summary = night()
    assert summary.complete
    assert summary.exit_code == 0
    assert verdicts(town, "S-1") == {"T-01 case": Verdict.DEVIATION}
    assert verdicts(town, "S-2") == {"T-01 case": Verdict.MET}
    assert verdicts(town, "S-3") == {"T-01 case": Verdict.DEVIATION, "T-02 incident:h1": Verdict.REVIEW}
    assert verdicts(town, "S-4") == {"T-01 case": Verdict.DUE}
    assert sorted(town.case_writes()) == ["S-1", "S-2", "S-3", "S-4"]
    assert store.written("S-3") == town.records["S-3"]
    assert {owner for owner, _ in town.statuses} == {HERE, THERE, None}
    assert store.intentions() == ()


def test_a_second_night_writes_nothing(town: Town, night: Night) -> None:
    night()
    before = list(town.journal)
    summary = night(NIGHT + timedelta(minutes=1))
    assert summary.complete
    assert town.journal == before
    assert summary.total("written") == summary.total("cycles_written") == 0


def test_time_alone_turns_due_into_deviation_for_a_case_nobody_touched(town: Town, night: Night) -> None:
    town.put("S-5", school=THERE, at=NIGHT - timedelta(days=60), opened="2026-03-10T01:00:00+01:00")
    night()
    assert verdicts(town, "S-5") == {"T-01 case": Verdict.DUE}
    town.calls.clear()
    summary = night(NEXT)
    assert verdicts(town, "S-5") == {"T-01 case": Verdict.DEVIATION}
    assert not summary.schools[1].full
    assert "case" in town.calls


def test_a_version_that_stands_judged_is_read_once_more_and_not_judged_again(town: Town, night: Night) -> None:
    """The overlap shows what was seen last night. Another version, or one of which something is hidden, is judged."""
    night()
    again = night(NIGHT + timedelta(minutes=1))
    assert (again.total("read"), again.total("judged"), again.complete) == (4, 0, True)
    town.put("S-1", at=NIGHT, log=[{"id": "l9", "kind": "note", "happened_at": "2026-03-09T12:00:00+01:00"}])
    assert night(NIGHT + timedelta(minutes=2)).total("judged") == 1
    town.put("S-2", hidden=["log"])  # the same version, and less may be seen of it
    assert night(NIGHT + timedelta(minutes=3)).total("judged") == 1


def test_an_entry_dated_ahead_is_seen_when_its_time_comes(town: Town, night: Night) -> None:
    ahead = (NIGHT + timedelta(hours=5)).isoformat()
    town.put("S-6", at=NIGHT - timedelta(days=60), log=[{"id": "l1", "kind": "note", "happened_at": ahead}])
    night()
    assert verdicts(town, "S-6") == {"T-01 case": Verdict.DEVIATION}
    night(NEXT)
    assert verdicts(town, "S-6") == {"T-01 case": Verdict.MET}


def test_only_what_differs_is_written(town: Town, night: Night) -> None:
    night()
    town.journal.clear()
    town.put("S-1", at=NIGHT, log=[{"id": "l9", "kind": "note", "happened_at": "2026-03-09T12:00:00+01:00"}])
    town.put("S-3", at=NIGHT, incidents=[{"id": "h1", "happened_at": "2026-03-09T11:00:00+01:00"}])
    summary = night(NEXT)
    assert "S-1" in town.case_writes()
    assert "S-3" not in town.case_writes()  # touched, and judged the same
    assert summary.schools[0].flags_changed == 1


def test_nothing_is_written_while_write_back_is_off_and_all_of_it_when_it_comes_on(town: Town, night: Night) -> None:
    summary = night(write_back=False)
    assert summary.complete
    assert summary.total("would_write") == 4 + 6
    assert town.journal == []
    assert night(NIGHT + timedelta(minutes=1)).total("written") == 4


def test_a_dry_run_tells_what_it_would_write_and_leaves_no_trace(town: Town, night: Night, store: Store) -> None:
    summary = night(dry_run=True, write_back=False)
    assert summary.total("written") == 4
    assert [(c.case, c.added) for s in summary.schools for c in s.changes] == [
        ("S-1", 1), ("S-2", 1), ("S-3", 2), ("S-4", 1),
    ]  # fmt: skip
    assert town.journal == []
    assert store.cases() == ()
    assert store.runs() == ()


def test_a_case_that_cannot_be_read_is_named_and_the_others_go_on(town: Town, night: Night, store: Store) -> None:
    town.break_case("S-9")
    summary = night()
    assert [p.case for _, p in summary.problems()] == ["S-9"]
    assert summary.exit_code == 3
    assert len(town.case_writes()) == 4
    assert store.school(HERE).cursor is None
    assert store.school(THERE).cursor is not None


def test_one_case_that_cannot_be_read_for_weeks_is_asked_for_and_named_each_night_and_the_rest_goes_on(
    town: Town, night: Night, store: Store
) -> None:
    assert night().complete
    cursor = store.school(HERE).cursor
    town.put("S-9", at=NIGHT)
    whole = town.held["S-9"]
    town.break_case("S-9", at=NIGHT)
    for days in range(1, 16):
        as_of, last = NIGHT + timedelta(days=days), f"S-{100 + days}"
        town.put(last, at=as_of - timedelta(hours=1))
        asked = town.asked.count("S-9")
        summary = night(as_of)
        assert [p.case for _, p in summary.problems()] == ["S-9"]
        assert town.asked.count("S-9") > asked
        assert last in town.records, "the rest is judged and written all the same"
        assert store.school(HERE).cursor == cursor, "the cursor may not pass what nobody has seen"
    town.held["S-9"] = whole
    summary = night(NIGHT + timedelta(days=16))
    assert summary.complete
    assert "S-9" in town.records
    assert store.school(HERE).cursor == NIGHT + timedelta(days=15) - timedelta(hours=1)


@pytest.mark.parametrize("days", [2, 30])
def test_how_often_everything_is_read_is_a_setting(town: Town, night: Night, days: int) -> None:
    night(full_every=timedelta(days=days))
    full = [
        night(NIGHT + timedelta(days=number), full_every=timedelta(days=days)).schools[0].full
        for number in range(1, days + 2)
    ]
    assert full == [False] * (days - 1) + [True, False]


def test_everything_is_read_when_it_is_asked_for(town: Town, night: Night) -> None:
    night()
    assert all(school.full for school in night(NEXT, full=True).schools[:2])


def test_a_school_that_breaks_off_keeps_its_cursor_and_clears_no_flag(town: Town, night: Night, store: Store) -> None:
    night()
    cursor = store.school(HERE).cursor
    town.put("S-3", at=NIGHT)  # its incident is gone, so a flag would go
    town.put("S-1", at=NIGHT + timedelta(minutes=1))

    def cut(call: str, subject: str) -> None:
        if call == "item" and subject == "S-1":
            raise IncompleteAnswer("the pages ended", system=SYSTEM)

    town.before = cut
    summary = night(NEXT)
    assert not summary.complete
    assert summary.schools[0].held == 1
    assert "T-02 incident:h1" in verdicts(town, "S-3")
    assert store.school(HERE).cursor == cursor
    town.before = nothing
    summary = night(NEXT + timedelta(minutes=1))
    assert summary.complete
    assert summary.schools[0].flags_cleared == 1
    assert verdicts(town, "S-3") == {"T-01 case": Verdict.DEVIATION}


def test_a_conflict_is_judged_again_and_the_later_edit_counts(town: Town, night: Night) -> None:
    def edit(call: str, subject: str) -> None:
        if call == "write" and subject == "S-1" and "S-1" not in edited:
            edited.append("S-1")
            town.put("S-1", at=NIGHT, log=[{"id": "l5", "kind": "note", "happened_at": "2026-03-09T13:00:00+01:00"}])

    edited: list[str] = []
    town.before = edit
    summary = night()
    assert summary.complete
    assert summary.schools[0].conflicts == 1
    assert verdicts(town, "S-1") == {"T-01 case": Verdict.MET}
    assert town.case_writes().count("S-1") == 1


def test_a_case_that_never_stands_still_is_set_aside_and_written_the_next_night(town: Town, night: Night) -> None:
    def edit(call: str, subject: str) -> None:
        if call == "write" and subject == "S-1":
            times.append(1)
            town.put("S-1", at=NIGHT + timedelta(seconds=len(times)))

    times: list[int] = []
    town.before = edit
    summary = night()
    assert summary.set_aside == [("S-1", ProblemKind.KEPT_CHANGING)]
    assert "S-1" not in town.case_writes()
    town.before = nothing
    assert night(NEXT).complete
    assert town.case_writes().count("S-1") == 1


def test_a_receipt_is_no_proof(town: Town, night: Night) -> None:
    lost = iter([True])

    def lose_once(record: ComplianceRecord) -> ComplianceRecord | None:
        return None if record.case == "S-1" and next(lost, False) else record

    town.keeps = lose_once
    assert night().complete
    assert town.case_writes().count("S-1") == 1


def test_half_a_record_is_written_again_with_a_new_key(town: Town, night: Night) -> None:
    halves = iter([True])

    def half_once(record: ComplianceRecord) -> ComplianceRecord | None:
        whole = record.case != "S-3" or not next(halves, False)
        return record if whole else record.model_copy(update={"flags": record.flags[:1]})

    town.keeps = half_once
    assert night().complete
    keys = [key for subject, key in town.journal if subject == "S-3"]
    assert len(keys) == len(set(keys)) == 2
    assert len(town.records["S-3"].flags) == 2


def test_what_is_never_kept_is_set_aside_named_and_tried_the_next_night(town: Town, night: Night, store: Store) -> None:
    town.keeps = lambda record: None if record.case == "S-1" else record
    summary = night()
    assert summary.set_aside == [("S-1", ProblemKind.NOT_AS_WRITTEN)]
    assert summary.exit_code == 3
    assert [item.subject for item in store.intentions(set_aside=True)] == ["S-1"]
    town.keeps = lambda record: record
    assert night(NIGHT + timedelta(minutes=1)).complete
    assert store.intentions() == ()


def test_a_write_whose_answer_is_lost_is_found_standing_and_not_sent_twice(town: Town, night: Night) -> None:
    def lose_answer(call: str, subject: str) -> None:
        if subject == "S-2":
            raise ConnectionLost("no whole answer", system=SYSTEM)

    town.after = lose_answer
    summary = night()
    assert summary.complete
    assert summary.schools[0].stood == 1
    assert town.case_writes().count("S-2") == 1


def test_a_system_that_is_down_is_left_in_peace_and_all_is_written_later(town: Town, night: Night) -> None:
    for number in range(10, 20):
        town.put(f"S-{number}")

    def down(call: str, subject: str) -> None:
        if call == "write":
            raise ConnectionLost("no whole answer", system=SYSTEM)

    town.before = down
    summary = night()
    assert not summary.complete
    assert len(summary.set_aside) == 3
    assert summary.total("waiting") > 0
    assert town.calls.count("write") == 3 * 3
    town.before = nothing
    assert night(NIGHT + timedelta(minutes=1)).complete
    assert len(town.case_writes()) == len(set(town.case_writes())) == 14


def test_a_refused_record_is_set_aside_at_once(town: Town, night: Night) -> None:
    def refuse(call: str, subject: str) -> None:
        if call == "write" and subject == "S-1":
            raise FlagRejected("refused", system=SYSTEM, case=subject)

    town.before = refuse
    assert night().set_aside == [("S-1", "FlagRejected")]
    assert town.calls.count("write") == 4


def test_refused_credentials_end_the_writing_and_keep_the_judgements(town: Town, night: Night, store: Store) -> None:
    def refuse(call: str, subject: str) -> None:
        if call == "write":
            raise AuthenticationFailed("check client_secret", system=SYSTEM)

    town.before = refuse
    summary = night()
    assert summary.exit_code == 3
    assert town.calls.count("write") == 1
    assert len(store.cases()) == 4


def test_a_case_stamped_in_the_future_hides_no_later_change(town: Town, night: Night, store: Store) -> None:
    town.put("S-9", at=NIGHT + timedelta(days=400))
    assert night().complete
    cursor = store.school(HERE).cursor
    assert cursor is not None
    assert cursor <= NIGHT
    town.put("S-1", at=NIGHT + timedelta(hours=2), log=[{"id": "l9", "kind": "note", "happened_at": "2026-03-10"}])
    before = store.case("S-1")
    assert night(NEXT).complete
    after = store.case("S-1")
    assert before is not None
    assert after is not None
    assert after.etag != before.etag


def test_no_list_of_schools_is_a_failed_run_with_a_name(town: Town, night: Night, store: Store) -> None:
    def refuse(call: str, subject: str) -> None:
        raise AuthenticationFailed("check client_secret", system=SYSTEM)

    town.before = refuse
    summary = night()
    assert (summary.error, summary.exit_code) == (ProblemKind.AUTHENTICATION_FAILED, 3)
    assert store.runs()[0].state == "failed"


def test_a_night_that_could_not_begin_may_be_tried_again_where_the_fault_may_pass(town: Town, night: Night) -> None:
    def refuse(call: str, subject: str) -> None:
        raise ServerUnavailable("the server answered with status 503", system=SYSTEM)

    town.before = refuse
    summary = night()
    assert (summary.error, summary.exit_code) == ("ServerUnavailable", 75)


def test_a_vanished_case_is_told_and_not_forgotten(town: Town, night: Night, store: Store) -> None:
    night()
    del town.held["S-2"]
    summary = night(NEXT)
    assert summary.schools[0].vanished == ("S-2",)
    assert [state.case for state in store.vanished()] == ["S-2"]
    later = night(NEXT + timedelta(days=1))
    assert later.complete
    assert later.vanished_before == 1
    assert "S-2: borte fra kilden." in text(summary)
    assert "S-2: fortsatt borte fra kilden." in text(later)
    town.put("S-2", at=NEXT)
    night(NEXT + timedelta(days=2))
    assert store.vanished() == ()


def test_a_source_that_shows_far_too_little_is_not_believed(town: Town, night: Night, store: Store) -> None:
    for number in range(100, 140):
        town.put(f"S-{number}")
    night()
    for number in range(100, 140):
        del town.held[f"S-{number}"]
    summary = night(NEXT)
    assert [p.kind for _, p in summary.problems()] == [ProblemKind.MANY_VANISHED]
    assert "40 av 43 åpne saker er borte" in text(summary)
    later = night(NEXT + timedelta(days=60))
    assert (later.exit_code, later.vanished_before) == (3, 40), "it is told until the cases are back or accepted"
    assert len(store.accept_gone(HERE, NEXT)) == 40
    assert night(NEXT + timedelta(days=61)).complete


def test_a_backdated_case_is_found_by_the_count(town: Town, night: Night) -> None:
    night()
    town.put("S-7", at=NIGHT - timedelta(days=90))
    summary = night(NEXT)
    assert summary.complete
    assert summary.schools[0].appeared == 1
    assert "S-7" in town.records


def test_a_change_without_a_new_time_is_found_by_the_weekly_reconciliation(town: Town, night: Night) -> None:
    town.put("S-8", at=NIGHT - timedelta(days=90))
    night()
    town.put(
        "S-8",
        at=NIGHT - timedelta(days=90),
        log=[{"id": "l1", "kind": "note", "happened_at": "2026-03-09T11:00:00+01:00"}],
    )
    night(NEXT)
    assert verdicts(town, "S-8") == {"T-01 case": Verdict.DEVIATION}
    summary = night(NIGHT + timedelta(days=7, minutes=-20))
    assert all(school.full for school in summary.schools[:2])
    assert verdicts(town, "S-8") == {"T-01 case": Verdict.MET}


@pytest.mark.parametrize(("before", "after"), [(HERE, THERE), (THERE, HERE)])
def test_a_case_that_moves_to_another_school_is_written_there_the_same_night(
    town: Town, night: Night, store: Store, before: str, after: str
) -> None:
    town.put("S-7", school=before)
    night()
    town.put("S-7", school=after, at=NIGHT)
    summary = night(NEXT)
    assert summary.complete
    assert town.records["S-7"].school == after
    moved = store.case("S-7")
    assert moved is not None
    assert moved.school == after


def test_a_page_that_shifts_while_it_is_read_hides_nothing(town: Town, night: Night) -> None:
    night()
    for number in (31, 32, 33):
        town.put(f"S-{number}", at=NIGHT)
    hidden = ["S-31"]
    show = town._of
    town._of = lambda school: [n for n in show(school) if n not in hidden]  # type: ignore[method-assign]  # the double does it otherwise here

    def shift(call: str, subject: str) -> None:
        if call == "item" and subject == "S-33":
            hidden.clear()

    town.before = shift
    night(NEXT)
    assert "S-31" in town.records


def test_a_new_rule_judges_every_case_anew(town: Town, night: Night) -> None:
    def always(index: Any, judge: Any) -> Any:
        yield from one(index, judge)

    from .conftest import one_for_each_incident as one

    night()
    summary = night(NEXT, judge=judging(rule("T-09", always)))
    assert all(school.full for school in summary.schools[:2])
    assert "T-09 incident:h1" in verdicts(town, "S-3")


def test_a_rule_that_crashes_makes_the_school_incomplete_and_the_flag_unknown(town: Town, night: Night) -> None:
    def crash(index: Any, judge: Any) -> Any:
        raise RuntimeError("zqhemmelig")

    summary = night(judge=judging(rule("T-09", crash)))
    assert summary.exit_code == 3
    assert summary.schools[0].crashed == {"T-09": 3}
    assert verdicts(town, "S-1")["T-09 case"] is Verdict.UNKNOWN
    assert "zqhemmelig" not in str(summary.to_json())


def test_a_forbidden_case_is_told(town: Town, night: Night) -> None:
    town.put("S-4", school=THERE, at=NIGHT - timedelta(days=60), opened="2026-03-10T01:00:00+01:00")
    town.put("S-5", school=THERE)
    night()

    def forbid(call: str, subject: str) -> None:
        if call == "case" and subject == "S-4":
            raise CaseForbidden("ask who has access", system=SYSTEM, case=subject)

    town.before = forbid
    summary = night(NEXT)
    assert [(s, p.case, p.kind) for s, p in summary.problems()] == [(THERE, "S-4", ProblemKind.FORBIDDEN)]


def test_two_runs_at_once_are_refused(town: Town, night: Night) -> None:
    def second(call: str, subject: str) -> None:
        if call == "count":
            with pytest.raises(AlreadyRunning) as error:
                night()
            refused.append(error.value.exit_code)

    refused: list[int] = []
    town.before = second
    assert night().complete
    assert set(refused) == {75}


def test_a_wish_to_stop_finishes_the_case_in_hand_and_the_next_run_goes_on(town: Town, store: Store) -> None:
    stop = Stop()

    def ask(call: str, subject: str) -> None:
        if call == "write" and subject == "S-2":
            stop.request()

    town.before = ask
    parts: dict[str, Any] = {"source": town, "sink": town, "cycle": town, "judging": judging(), "store": store}
    summary = run_sync(as_of=NIGHT, options=Options(write_back=True, writers=1), stop=stop, **parts)
    assert (summary.state, summary.exit_code) == ("stopped", 130)
    assert town.case_writes() == ["S-1", "S-2"]
    assert store.written("S-2") is not None
    town.before = nothing
    assert run_sync(as_of=NIGHT, options=Options(write_back=True), **parts).complete
    assert sorted(town.case_writes()) == ["S-1", "S-2", "S-3", "S-4"]


def test_a_lost_store_costs_reading_and_no_writing(town: Town, night: Night, tmp_path: Any) -> None:
    night()
    before = list(town.journal)
    with Store.open(tmp_path / "new.sqlite") as new:
        summary = run_sync(
            source=town, sink=town, cycle=town, judging=judging(), store=new, as_of=NEXT - timedelta(hours=20),
            options=Options(write_back=True),
        )  # fmt: skip
    assert summary.complete
    assert town.journal == before
    assert summary.total("stood") == 4 + 6


# --- the account of a night --------------------------------------------------------------------------------------------


def test_every_night_has_an_account_by_school(town: Town, night: Night) -> None:
    night()
    town.put("S-7", at=NIGHT)
    town.break_case("S-8")
    del town.held["S-2"]
    summary = night(NEXT)
    account = summary.schools[0].account
    assert account is not None
    assert account.to_json() == {"known": 3, "seen": 3, "new": 2, "gone": 1, "forbidden": 0, "unreadable": 1}
    assert "Regnskap: 3 saker kjent fra før, 3 sett, 2 nye, 1 borte, 0 uten tilgang, 1 ikke lesbare." in text(summary)


@pytest.mark.parametrize("empty", ["lists", "a scope withdrawn", "every case forbidden"])
def test_an_emptied_source_is_no_green_night_until_the_cases_are_back(
    town: Town, night: Night, store: Store, empty: str
) -> None:
    night()
    held = dict(town.held)

    def refuse(call: str, subject: str) -> None:
        if empty == "a scope withdrawn" and call == "changed":
            raise AccessDenied("ask for the scope", system=SYSTEM)
        if empty == "every case forbidden" and call == "case":
            raise CaseForbidden("ask who has access", system=SYSTEM, case=subject)

    town.before = refuse
    if empty != "a scope withdrawn":
        town.held.clear()
    for days in (1, 2, 40):
        summary = night(NIGHT + timedelta(days=days))
        assert summary.exit_code == 3
        assert not any(school.read_whole for school in summary.schools[:2])
    town.before = nothing
    town.held = held
    assert night(NIGHT + timedelta(days=41)).complete
    assert store.vanished() == ()


def test_closed_cases_that_the_vendor_archives_are_told_and_no_alarm(town: Town, night: Night, store: Store) -> None:
    closed = [{"status": "closed", "at": "2026-03-09T12:00:00+01:00"}]
    for number in range(20, 30):
        case = town.put(f"S-{number}")
        town.held[f"S-{number}"] = case.model_copy(
            update={"status_history": (*case.status_history, *Case.model_validate(
                {"id": "x", "school": HERE, "status_history": closed}).status_history)}
        )  # fmt: skip
    night()
    for number in range(20, 30):
        del town.held[f"S-{number}"]
    summary = night(NEXT)
    assert summary.complete
    assert len(summary.schools[0].vanished) == 10
    assert night(NEXT + timedelta(days=1)).vanished_before == 10
    assert night(NEXT + timedelta(days=31)).vanished_before == 0


def test_a_case_that_never_could_be_read_and_is_gone_leaves_nothing_behind(
    town: Town, night: Night, store: Store
) -> None:
    night()
    town.break_case("S-9")
    night(NEXT)
    del town.held["S-9"]
    summary = night(NEXT + timedelta(days=1))
    assert summary.complete
    assert store.case("S-9") is None
    assert summary.schools[0].vanished == ()


def test_a_case_that_could_not_be_read_and_is_gone_is_told_as_gone(town: Town, night: Night, store: Store) -> None:
    night()
    town.break_case("S-3")
    night(NEXT)
    del town.held["S-3"]
    summary = night(NEXT + timedelta(days=1))
    assert summary.complete
    assert summary.schools[0].vanished == ("S-3",)
    assert all(state.problem is None for state in store.cases())


def test_a_closed_school_is_missed_until_its_last_day_is_known_and_its_cases_follow(
    town: Town, night: Night, store: Store
) -> None:
    night()
    town.schools_shown.remove(THERE)
    town.put("S-4", school=HERE, at=NIGHT - timedelta(days=30))  # the count alone shows it, as after a merge
    assert night(NEXT).missing_schools == (THERE,)
    moved = store.case("S-4")
    assert moved is not None
    assert moved.school == HERE
    store.put_school(replace(store.school(THERE), closed_on=date(2026, 3, 9)))
    summary = night(NEXT + timedelta(days=1))
    assert (summary.exit_code, summary.missing_schools) == (0, ())
