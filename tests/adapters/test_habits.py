"""Habits of other systems: what loses nothing is read, and what no school can mean is unreadable and never calm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.case_file import read_case, read_case_file
from skolemiljo.adapters.habits import as_the_format_has_it, read_model
from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.workbook.layout import fact_name
from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import UnreadableCase
from skolemiljo.domain.facts import paths
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.people import Actor, Role
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Finding, Reason, Verdict
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.calendars import calendars
from skolemiljo.plans.loader import load_plans

AS_OF = datetime(2026, 3, 20, 12, tzinfo=UTC)
CALM = (Verdict.MET, Verdict.NOT_APPLICABLE)
IMPOSSIBLE = ["0001-01-01", "9999-12-31", "1970-01-01T00:00:00Z", "2062-03-09", 1773043200, 46090.5]


def case(**changes: Any) -> dict[str, Any]:
    """A case with one notice and the pupil told about it, which is all it needs to raise and to answer duties."""
    entry = {"registered_at": "2026-03-09T13:00:00+01:00", "author": {"role": "rector", "ref": "a-01"}}
    return {
        "id": "SM-2026-7",
        "school": "310000019",
        "status_history": [{"status": "open", "at": "2026-03-09T10:20:00+01:00"}],
        "pupils": [{"ref": "e-1", "part": "affected"}],
        "notices": [
            {
                "id": "v-1",
                "source": "guardian",
                "happened_at": "2026-03-09T10:15:00+01:00",
                "receiver": {"role": "contact_teacher", "ref": "a-04"},
                "pupils": ["e-1"],
                "rector_told_at": "2026-03-09T10:40:00+01:00",
            }
        ],
        "log": [
            {
                "id": "l-1",
                "kind": "rector_received",
                "happened_at": "2026-03-09T10:40:00+01:00",
                "notice": "v-1",
                **entry,
            },
            {"id": "l-2", "kind": "pupil_told", "happened_at": "2026-03-09T12:30:00+01:00", "pupils": ["e-1"], **entry},
        ],
        **changes,
    }


def read(raw: Any) -> Case:
    return read_case(json.dumps(raw).encode(), system="folder")


@cache
def judging() -> Judging:
    return Judging(load_plans("oyer-2024"), calendars(None), True)


def judged(raw: Any) -> tuple[Finding, ...]:
    whole = judging().case(read(raw), AS_OF)
    assert whole.crashed == ()
    return whole.findings


# --- dates no school can mean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("impossible", IMPOSSIBLE)
def test_a_date_no_school_can_mean_is_unreadable_and_the_case_is_judged(impossible: Any) -> None:
    raw = case()
    raw["notices"][0]["happened_at"] = impossible
    found = read(raw)
    assert found.unreadable == {"notices.happened_at"}
    assert found.notices[0].happened_at is None


def test_dates_with_and_without_time_have_one_bound_and_a_days_own_bound_is_possible() -> None:
    today = date(2026, 11, 30)
    for value, read_ in [
        ("2000-01-01", True),
        ("1999-12-31", False),
        ("1999-12-31T23:59:00Z", False),
        ("2031-12-31", True),
        ("2031-12-31T12:00:00Z", True),
        ("2032-01-01", False),
        ("2032-01-01T12:00:00+01:00", False),
    ]:
        raw = {"activity_plans": [{"id": "p", "plan": "p", "evaluate_on": value, "happened_at": value}]}
        _, unread = as_the_format_has_it(Case, raw, today)
        assert unread == (set() if read_ else {"activity_plans.evaluate_on", "activity_plans.happened_at"}), value


def test_an_entry_that_can_not_be_without_its_time_is_left_out_and_its_list_is_unreadable() -> None:
    serious = [{"serious": True, "at": "0001-01-01"}, {"serious": False, "at": "2026-03-09T12:00:00+01:00"}]
    found = read(case(severity=serious, suspicions=[{"suspected": "leader", "at": "9999-12-31"}]))
    assert found.unreadable == {"severity", "suspicions"}
    assert [change.serious for change in found.severity] == [False]
    assert found.leader_is_accused()
    with pytest.raises(UnreadableCase, match=r"status_history\.0\.at må ha et år fra 2000"):
        read(case(status_history=[{"status": "open", "at": "0001-01-01"}]))


def test_the_field_that_could_not_be_read_is_named_in_words_and_its_content_is_not() -> None:
    raw = case()
    raw["notices"][0]["happened_at"] = "0001-01-01"
    unread = [f for f in judged(raw) if f.verdict is Verdict.UNKNOWN]
    assert {(f.reason, f.question) for f in unread} == {(Reason.UNREADABLE, "notices.happened_at")}
    assert fact_name("notices.happened_at", "nb") == "«Kom inn» (Varsler)"
    technical = re.compile(r"[a-z]_[a-z]|[a-z]\.[a-z]")
    assert not [path for path in paths() for language in ("nb", "nn") if technical.search(fact_name(path, language))]


def test_wherever_such_a_date_stands_no_duty_becomes_calmer() -> None:
    tried = 0
    for raw in [case(), *Municipality(seed=5, schools=2, cases=9).cases(0, 4)]:
        before = judged(raw)
        for place, key in list(_dates(raw)):
            kept, place[key] = place[key], "0001-01-01" if tried % 2 else "9999-12-31"
            tried += 1
            try:
                after = judged(raw)
            except UnreadableCase:
                after = None  # named, and the night is not whole: never calm
            if after is not None:
                _no_calmer(before, after)
            place[key] = kept
    assert tried > 100


def _dates(raw: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in raw.items() if isinstance(raw, dict) else enumerate(raw):
        if isinstance(value, dict | list):
            yield from _dates(value)
        elif (
            key not in ("modified_at", "as_of") and isinstance(value, str) and value[:3] == "202" and value[4:5] == "-"
        ):
            yield raw, key


def _no_calmer(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> None:
    now: dict[str, list[Finding]] = {}
    for finding in after:
        now.setdefault(finding.rule, []).append(finding)
    for was in before:
        if was.verdict in CALM:
            continue
        same = [f for f in now[was.rule] if f.scope == was.scope] or now[was.rule]
        assert any(f.verdict not in CALM for f in same), (was.rule, was.scope, was.verdict)


# --- what loses nothing ----------------------------------------------------------------------------------------------


def test_a_list_that_is_null_is_not_told_and_what_depends_on_it_is_unknown() -> None:
    whole = {(f.rule, f.scope): f.verdict for f in judged(case())}
    silent = {(f.rule, f.scope): f.verdict for f in judged(case(incidents=None, transfers=None, evaluations=None))}
    assert read(case(evaluations=None)).unreadable == {"evaluations"}
    changed = {about: verdict for about, verdict in silent.items() if whole.get(about) is not verdict}
    assert changed
    assert set(changed.values()) == {Verdict.UNKNOWN}
    inside = case()
    inside["log"][0]["pupils"] = None
    assert read(inside).unreadable == {"log.pupils"}


def test_numbers_are_ids_and_capitals_are_the_words_of_the_format() -> None:
    raw = case(id=2026014, school=310000019, pupils=[{"ref": 12345, "part": "Affected"}])
    raw["notices"][0] |= {"pupils": [12345], "source": "GUARDIAN"}
    raw["log"][0] |= {"id": 17, "kind": "Rector_Received"}
    found = read(raw)
    assert (found.id, found.school, found.pupils[0].ref, found.notices[0].pupils) == (
        "2026014",
        "310000019",
        "12345",
        ("12345",),
    )
    assert found.log[0].id == "17"
    for wrong in (True, 1.5, [1]):
        with pytest.raises(UnreadableCase):
            read(case(pupils=[{"ref": wrong}]))


@pytest.mark.parametrize("written", ["2026-03-09+01:00", "2026-03-09+0100", "2026-03-09Z", "2026-03-09z"])
def test_a_date_with_an_offset_is_a_date(written: str) -> None:
    assert Moment.parse(written) == Moment.on(date(2026, 3, 9))


def test_times_are_read_with_a_small_z_and_never_with_another_sign_for_the_t() -> None:
    assert Moment.parse("2026-03-09T11:15:00z") == Moment.parse("2026-03-09T12:15:00+01:00")
    with pytest.raises(ValueError, match="må være en dato"):
        Moment.parse("2026-03-09+12:15:00")


def test_midnight_in_utc_is_the_date_where_no_entry_of_its_kind_has_an_hour() -> None:
    raw = case()
    raw["log"][1]["happened_at"] = "2026-03-09T00:00:00Z"
    alone = read(raw)
    assert alone.log[1].happened_at == Moment.on(date(2026, 3, 9))
    assert alone.log[0].happened_at == Moment.parse("2026-03-09T10:40:00+01:00")
    dated = case()
    dated["log"][1]["happened_at"] = "2026-03-09"
    assert judged(raw) == judged(dated)
    raw["log"].append({**raw["log"][1], "id": "l-3", "happened_at": "2026-03-10T09:00:00Z"})
    assert read(raw).log[1].happened_at == Moment.parse("2026-03-09T00:00:00Z")


@pytest.mark.parametrize(
    "written", ["2026-04-10", "2026-04-10+02:00", "2026-04-09T22:00:00Z", "2026-04-10T00:00:00+02:00"]
)
def test_a_field_for_a_date_takes_the_day_in_oslo(written: str) -> None:
    plan = {"id": "p-1", "plan": "p", "measures": [{"id": "m", "evaluate_on": written}]}
    assert read(case(activity_plans=[plan])).activity_plans[0].measures[0].evaluate_on == date(2026, 4, 10)


def test_the_annual_cycle_and_the_schools_have_the_same_habits() -> None:
    entry = {"id": 7, "school_year": "2025-2026", "kind": "Plan_Revised", "done_at": "9999-12-31"}
    facts = {"school": 310000019, "school_year": "2025-2026", "entries": [entry]}
    found = read_model(CycleFacts, facts)
    assert found.entries[0].id == "7"
    assert found.unreadable == {"entries.done_at"}
    assert all(f.verdict is Verdict.UNKNOWN for f in judging().cycle(found, AS_OF)[0].findings)
    assert read_model(CycleFacts, {**facts, "entries": None}).unreadable == {"entries"}
    assert as_the_format_has_it(School, {"organisation_number": 310000019})[0] == {"organisation_number": "310000019"}


def test_the_document_itself_is_left_as_it_is() -> None:
    raw = case(severity=None)
    before = json.dumps(raw)
    as_the_format_has_it(Case, raw)
    assert json.dumps(raw) == before


# --- references that tell who somebody is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        "07911490034",
        "079114-90034",
        "elev-07911490034",
        "kari.nordmann",
        "karnor01",
        "KariN",
        "079114 90034",
        "0791 1490 034",
        "079114:90034",
        "ola.nordmann@kommunen.example",
    ],
)
def test_a_reference_that_tells_who_somebody_is_becomes_a_pseudonym_all_through_the_case(told: str) -> None:
    raw = case(pupils=[{"ref": told}])
    raw["notices"][0] |= {"pupils": [told], "receiver": {"role": "contact_teacher", "ref": told}}
    found = read(raw)
    [pupil] = found.pupils
    assert told not in found.model_dump_json()
    assert found.notices[0].pupils == (pupil.ref,)
    assert found.notices[0].receiver is not None
    assert found.notices[0].receiver.ref == pupil.ref
    assert read(raw) == found
    own_key = read_case(json.dumps(raw).encode(), system="folder", context=ReadingContext(reference_key=b"k" * 16))
    assert own_key.pupils[0].ref != pupil.ref


@pytest.mark.parametrize(
    "plain",
    ["e-1", "elev-1", "elev12", "a-04", "l17", "mor", "rektor", "contact-teacher", "3f2b8c1e", "Elev1", "2026000014"],
)
def test_an_ordinary_reference_is_left_as_it_is(plain: str) -> None:
    assert read(case(pupils=[{"ref": plain}])).pupils[0].ref == plain


def test_an_entry_keeps_its_name_unless_it_holds_an_identity_number() -> None:
    raw = case()
    raw["log"][0]["id"], raw["log"][1]["id"] = "samtale.logg", "logg-07911490034"
    ids = [entry.id for entry in read(raw).log]
    assert ids[0] == "samtale.logg"
    assert "07911490034" not in ids[1]


def test_a_misspelt_field_in_a_file_that_people_make_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    raw = case()
    raw["log"][1]["hapened_at"] = raw["log"][1].pop("happened_at")
    file = tmp_path / "SM-2026-7.json"
    file.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(
        UnreadableCase, match=r"log\.1 har et felt som formatet ikke har; det nærmeste er happened_at"
    ) as raised:
        read_case_file(file)
    assert "hapened_at" not in str(raised.value)
    context = ReadingContext()
    read_case(json.dumps(raw).encode(), system="sikker_sak", context=context)
    assert dict(context.unknown_fields) == {"LogEntry.hapened_at": 1}


def test_a_misspelt_field_hides_no_other_fault(tmp_path: Path) -> None:
    raw = case()
    raw["log"][1]["hapened_at"] = "2026-03-09"
    raw["log"][1]["kind"] = "ring hjem"
    raw["notices"][0]["receiver"] = {"role": "rector", "rolle": "rektor"}
    raw["pupils"] = [{"ref": "to ord"}]
    file = tmp_path / "SM-2026-7.json"
    file.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(UnreadableCase) as raised:
        read_case_file(file)
    told = str(raised.value)
    for fault in (
        "log.1 har et felt som formatet ikke har; det nærmeste er happened_at",
        "log.1.kind er ikke et ord som formatet har",
        "notices.0.receiver har et felt som formatet ikke har; det nærmeste er role",
        "pupils.0.ref er ikke skrevet slik formatet krever",
    ):
        assert fault in told
    assert "rolle" not in told
    context = ReadingContext()
    with pytest.raises(UnreadableCase):
        read_case(json.dumps(raw).encode(), system="sikker_sak", context=context)
    assert set(context.unknown_fields) == {"LogEntry.hapened_at", "Actor.rolle"}


def test_an_actor_is_read_once_and_what_is_none_is_refused_where_it_stands() -> None:
    teacher = {"role": "Contact_Teacher", "ref": 17}
    raw = case()
    raw["log"][0]["author"], raw["log"][1]["author"] = dict(teacher), dict(teacher)
    first, second = (entry.author for entry in read(raw).log[:2])
    assert first == second == Actor(role=Role.CONTACT_TEACHER, ref="17")
    raw["log"][0]["author"] = {"role": "contact_teacher", "ref": True}
    raw["log"][1]["author"] = {"role": "contact_teacher", "ref": 1}
    with pytest.raises(UnreadableCase, match=r"log\.0\.author\.ref må være tekst"):
        read(raw)
