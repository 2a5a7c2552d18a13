"""What is passed over stops nothing: the second of two counts, though the first does not; and an edge counts as what it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from skolemiljo.domain.activity_plan import ActivityPlan
from skolemiljo.domain.annual_cycle import CycleEntry, CycleFacts, CycleKind
from skolemiljo.domain.case import Case
from skolemiljo.domain.log import LogEntry
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.people import Role
from skolemiljo.domain.verdict import Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess_cycle
from skolemiljo.validators.erased import erased
from skolemiljo.validators.judge import Judge
from skolemiljo.validators.known import KnownCase
from skolemiljo.validators.proof import did_the_accused
from skolemiljo.validators.reading.evaluation_dates import evaluation_date
from skolemiljo.validators.reading.hints import hinting_notes

from .test_ended import AS_OF, CALENDAR, verdicts

PLAN = load_plan("oyer-2024")
JUDGE = Judge(AS_OF, PLAN, CALENDAR)


def on(day: int, clock: str = "10:00", month: int = 3) -> str:
    return f"2026-{month:02}-{day:02}T{clock}:00+0{1 if month < 4 else 2}:00"


def entry(name: str, kind: str, at: str | None, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "happened_at": at, "registered_at": at, **more}


def test_a_stretch_that_was_closed_for_another_reason_hides_no_later_one() -> None:
    history = [
        {"status": "open", "at": on(9, "10:30")},
        {"status": "closed", "at": on(20), "reason": "safe"},
        {"status": "open", "at": on(23)},
        {"status": "closed", "at": on(13, month=4), "reason": "not_bullying"},
    ]
    again = {"id": "v2", "source": "guardian", "happened_at": on(23, "09:00")}
    first = {"id": "v1", "source": "guardian", "happened_at": on(9)}
    (said,) = verdicts("FO-03", status_history=history, notices=[first, again]).items()
    assert said == ("pupil:e1/period:2026-03-23", Verdict.REVIEW)


@pytest.mark.parametrize("turned", [False, True])
def test_a_suspicion_that_came_too_late_hides_no_earlier_one(turned: bool) -> None:
    accused = [{"role": "teacher", "ref": "t1"}]
    early = {"suspected": "staff", "at": on(9, "11:00"), "accused": accused}
    late = {"suspected": "staff", "at": on(12), "accused": accused}
    serious = [{"serious": True, "at": on(10), "by": {"role": "rector"}}]
    both = [late, early] if turned else [early, late]
    assert verdicts("VA-09", severity=serious, suspicions=both) == verdicts(
        "VA-09", severity=serious, suspicions=[early]
    )
    assert verdicts("VA-09", severity=serious, suspicions=[late]) == {"case": Verdict.DEVIATION}


def test_a_note_from_before_hides_no_later_one() -> None:
    notes = [
        entry("n1", "note", on(6), text="Eleven fikk beskjed."),
        entry("n2", "note", on(9), text="Eleven fikk beskjed.", pupils=["e2"]),
        entry("n3", "note", on(10), text="Eleven fikk beskjed."),
        entry("n4", "note", on(12), text="Eleven fikk beskjed."),
    ]
    found = hinting_notes("VA-08", known(log=notes), pupil="e1", since=date(2026, 3, 9), until=date(2026, 3, 11))
    assert found == ("n3",)


def test_a_leader_who_was_accused_before_the_case_was_closed_changes_no_later_way() -> None:
    told = entry("l1", "owner_notified", on(24), author={"role": "rector"}, actor={"role": "rector"})
    history = [
        {"status": "open", "at": on(9, "10:30")},
        {"status": "closed", "at": on(20), "reason": "safe"},
        {"status": "open", "at": on(23)},
    ]
    accused = {"suspected": "leader", "at": on(9, "11:00"), "accused": [{"role": "leader", "ref": "a1"}]}
    serious = [{"serious": True, "at": on(24, "09:00"), "by": {"role": "rector"}}]
    said = verdicts("VA-10", status_history=history, suspicions=[accused], severity=serious, log=[told])
    assert said == {"period:2026-03-23": Verdict.MET}


def test_a_conversation_from_before_the_case_was_closed_answers_no_later_plan() -> None:
    history = [
        {"status": "open", "at": on(2)},
        {"status": "closed", "at": on(6), "reason": "safe"},
        {"status": "open", "at": on(23)},
    ]
    heard = entry("l1", "pupil_conversation", on(3), pupils=["e1"], held=True, hearing="heard")
    plan = {
        "id": "p1v1",
        "plan": "p1",
        "version": 1,
        "status": "current",
        "happened_at": on(24),
        "registered_at": on(24),
        "pupils": ["e1"],
    }
    plan["measures"] = [{"id": "t1", "text": "Voksen ute"}]
    first = {"id": "v1", "source": "guardian", "happened_at": on(2)}
    said = verdicts("TI-02", status_history=history, notices=[first], log=[heard], activity_plans=[plan])
    assert list(said.values()) == [Verdict.REVIEW]


def test_a_decision_about_another_pupil_ends_no_enquiry() -> None:
    log = [
        entry("l1", "enquiry_plan", on(9, "12:00"), pupils=["e1"]),
        entry("l2", "pupil_conversation", on(14, month=4), pupils=["e1"], held=True, hearing="heard"),
    ]
    of_another = {
        "id": "p1v1",
        "plan": "p1",
        "version": 1,
        "status": "current",
        "happened_at": on(15, month=4),
        "registered_at": on(15, month=4),
        "pupils": ["e2"],
    }
    both = {"pupils": [{"ref": "e1"}, {"ref": "e2"}], "log": log}
    said = verdicts("UN-08", **both, activity_plans=[of_another])
    assert said == verdicts("UN-08", **both) == {"pupil:e1": Verdict.DUE}
    assert verdicts("UN-08", **both, activity_plans=[of_another | {"pupils": ["e1"]}])["pupil:e1"] is Verdict.DEVIATION


@pytest.mark.parametrize("present", ["guardian", "pupil"])
def test_the_home_alone_and_the_pupil_alone_can_be_told_what_was_found(present: str) -> None:
    log = [
        entry("l1", "analysis", on(12), text="Hun er alene i storefri, og ler med de andre for å slippe."),
        entry("l2", "feedback_meeting", on(13), pupils=["e1"], participants=[{"role": present}]),
    ]
    assert verdicts("UN-13", log=log) == {"pupil:e1": Verdict.MET}


def test_an_entry_without_time_about_one_notice_may_be_about_the_pupils_other_one() -> None:
    notices = [{"id": f"v{n}", "source": "guardian", "happened_at": on(8 + n), "pupils": ["e1"]} for n in (1, 2)]
    told = entry("l1", "pupil_told", None, pupils=["e1"], notice="v1")
    said = verdicts("VA-08", notices=notices, log=[told])
    assert said == {"notice:v1/pupil:e1": Verdict.UNKNOWN, "notice:v2/pupil:e1": Verdict.UNKNOWN}
    another = verdicts("VA-08", notices=notices, log=[told | {"pupils": ["e2"]}], pupils=[{"ref": "e1"}, {"ref": "e2"}])
    assert another["notice:v2/pupil:e1"] is Verdict.DEVIATION


def known(**more: Any) -> KnownCase:
    history = [{"status": "open", "at": on(6)}]
    raw = {"id": "S-1", "school": "310000019", "status_history": history, "pupils": [{"ref": "e1"}], **more}
    return KnownCase(Case.model_validate(raw), AS_OF)


def test_two_that_nobody_dated_repeat_each_other_only_by_their_own_word() -> None:
    written = {"source": "guardian", "registered_at": on(9)}
    gone = {"id": "v2", "deleted_at": on(12), **written}
    for told, asked in (({}, ["v2"]), ({"duplicate_of": "v1"}, []), ({"happened_at": on(9)}, ["v2"])):
        notices = [{"id": "v1", **written}, gone | told]
        case = known(notices=notices)
        assert [item.id for item in erased(case, case.raw.notices, case.notices)] == asked, told
    dated = {**written, "happened_at": on(9)}
    case = known(notices=[{"id": "v1", **dated}, gone | dated])
    assert erased(case, case.raw.notices, case.notices) == []


@pytest.mark.parametrize(
    ("previous", "verdict"),
    [(on(9), Verdict.MET), (on(13), Verdict.REVIEW), (None, Verdict.REVIEW)],
    ids=["the same order", "another order", "none that is known"],
)
@pytest.mark.parametrize("whose", ["first", "then"])
def test_an_order_is_in_doubt_where_the_time_before_gives_another(
    previous: str | None, verdict: Verdict, whose: str
) -> None:
    if whose == "then" and previous is not None:
        previous = on(14) if verdict is Verdict.MET else on(9, "09:00")
    edits = [{"field": "happened_at", "at": on(16), "previous": previous}]
    first = entry("l1", "analysis", on(10), edits=edits if whose == "first" else [])
    then = entry("l2", "note", on(12), edits=edits if whose == "then" else [])
    one, other = LogEntry.model_validate(first), LogEntry.model_validate(then)
    assert JUDGE.in_order("case", one, other).verdict is verdict


@pytest.mark.parametrize(("hidden", "did"), [([], False), (["suspicions.accused"], None), (["suspicions"], None)])
def test_nobody_is_known_not_to_be_accused_where_the_accused_can_not_be_seen(
    hidden: list[str], did: bool | None
) -> None:
    told = entry("l1", "note", on(10), actor={"role": "teacher", "ref": "t2"})
    suspicion = {"suspected": "staff", "at": on(9), "accused": [{"role": "teacher", "ref": "t1"}]}
    case = known(log=[told], suspicions=[suspicion], hidden=hidden)
    assert did_the_accused(case, case.log[0]) is did


def test_a_week_in_the_measure_s_own_field_begins_on_its_monday() -> None:
    measure = {"id": "t1", "text": "Voksen i køen", "evaluate_when": "uke 13"}
    raw = {"id": "p1", "plan": "p", "version": 1, "status": "current", "happened_at": on(10), "measures": [measure]}
    plan = ActivityPlan.model_validate(raw)
    said = evaluation_date(JUDGE, plan, plan.measures[0])
    assert (said.begins, said.day, said.in_text) == (date(2026, 3, 23), date(2026, 3, 29), True)


def decided(**more: Any) -> dict[str, Any]:
    written = {"happened_at": on(10), "registered_at": on(10)}
    return {"id": "p1", "plan": "p", "version": 1, "status": "current", **written, **more}


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        ({"result": "Han er trygg i køen nå.", "against_goal": True}, Verdict.MET),
        ({"goal_reached": "partly"}, Verdict.MET),
        ({"result": "Vet ikke", "against_goal": True}, Verdict.DEVIATION),
        ({"result": "Han er redd.", "against_goal": False}, Verdict.DEVIATION),
        ({}, Verdict.DEVIATION),
    ],
)
def test_two_evaluations_of_one_day_are_the_whole_only_where_each_says_something(
    second: dict[str, Any], verdict: Verdict
) -> None:
    measures = [{"id": name, "text": "Voksen i køen", "goal": "Trygg i køen"} for name in ("t1", "t2")]
    said = {"result": "Han er trygg i køen nå.", "against_goal": True}
    evaluations = [
        {"id": f"e{name}", "plan": "p", "measures": [name], "happened_at": on(30), "registered_at": on(30), **of}
        for name, of in (("t1", said), ("t2", second))
    ]
    plan = decided(measures=measures, evaluate_on="2026-03-30")
    evaluations = [one | {"documented_in": "minutes"} for one in evaluations]
    assert verdicts("EV-01", activity_plans=[plan], evaluations=evaluations) == {"plan:p/version:1": verdict}


def twice_serious() -> dict[str, Any]:
    """A case that was closed and opened again, serious both times."""
    history = [
        {"status": "open", "at": on(9, "10:30")},
        {"status": "closed", "at": on(13), "reason": "safe"},
        {"status": "open", "at": on(23)},
    ]
    notices = [
        {"id": "v1", "source": "guardian", "happened_at": on(9)},
        {"id": "v2", "source": "guardian", "happened_at": on(23, "09:00")},
    ]
    serious = [{"serious": True, "at": on(day, "11:00"), "by": {"role": "rector"}} for day in (9, 23)]
    return {"status_history": history, "notices": notices, "severity": serious}


def test_who_told_the_owner_before_the_case_was_opened_again_told_nothing_of_what_came_after() -> None:
    told = entry("l1", "owner_notified", on(9, "12:00"), author={"role": "rector"}, to={"role": "owner"})
    said = verdicts("VA-10", **twice_serious(), log=[told])
    assert said == {"case": Verdict.MET}


def test_a_stretch_in_which_the_owner_was_not_told_hides_no_later_one() -> None:
    told = entry("l1", "owner_notified", on(23, "12:00"), author={"role": "rector"}, to={"role": "owner"})
    leader = {"suspected": "leader", "at": on(9, "10:00"), "accused": [{"role": "leader", "ref": "a1"}]}
    more = {**twice_serious(), "log": [told]}
    assert verdicts("VA-10", **more)["period:2026-03-23"] is Verdict.MET
    assert verdicts("VA-10", suspicions=[leader], **more)["period:2026-03-23"] is Verdict.MET
    assert "period:2026-03-23" not in verdicts("VA-10", suspicions=[leader | {"at": on(23)}], **more)


@pytest.mark.parametrize(("adopted", "verdict"), [(True, Verdict.MET), (False, Verdict.DEVIATION)])
def test_a_tolerance_until_the_next_school_day_is_for_what_is_due_the_day_after(
    adopted: bool, verdict: Verdict
) -> None:
    readings = PLAN.readings.model_copy(update={"tolerance_next_school_day": adopted})
    judge = Judge(AS_OF, PLAN.model_copy(update={"readings": readings}), CALENDAR)
    friday = Moment.at(datetime.fromisoformat(on(13)))
    monday = LogEntry.model_validate(entry("l1", "note", on(16)))
    assert judge.by_day("case", friday, [monday], days=1).verdict is verdict
    assert judge.by_day("case", friday, [monday], days=0).verdict is Verdict.DEVIATION


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, Verdict.MET),
        ({"not_carried": ["activity_plans.assessments", "activity_plans.further_plans"]}, Verdict.MET),
        ({"hidden": ["activity_plans.assessments", "activity_plans.further_plans"]}, Verdict.UNKNOWN),
    ],
    ids=["all is seen", "what the source never has", "what the reader may not see"],
)
def test_a_sentence_of_one_field_stands_in_no_field_that_the_source_never_has(
    more: dict[str, Any], verdict: Verdict
) -> None:
    plan = decided(problem="Han blir holdt utenfor i køen.")
    assert verdicts("AP-A", activity_plans=[plan], **more) == {"plan:p/version:1": verdict}


def test_a_sentence_of_two_fields_may_stand_in_one_that_the_source_never_has() -> None:
    plan = decided(problem="Han blir holdt utenfor i køen.", goal="Han blir holdt utenfor i køen.")
    unseen = ["activity_plans.assessments"]
    assert verdicts("AP-A", activity_plans=[plan]) == {"plan:p/version:1": Verdict.MET}
    assert verdicts("AP-A", activity_plans=[plan], not_carried=unseen) == {"plan:p/version:1": Verdict.UNKNOWN}


@pytest.mark.parametrize(
    ("taken", "held", "verdict"),
    [(2, 1, Verdict.DEVIATION), (1, 1, Verdict.REVIEW), (1, 2, Verdict.MET)],
    ids=["after the revision", "the same day", "before it"],
)
def test_the_first_of_june_is_in_june(taken: int, held: int, verdict: Verdict) -> None:
    initiative = CycleEntry(
        id="a1",
        kind=CycleKind.REVISION_INITIATED,
        school_year="2025-2026",
        done_at=date(2026, 6, taken),
        documented_at=date(2026, 6, taken),
        by=Role.ADVISER,
    )
    revision = CycleEntry(
        id="a2",
        kind=CycleKind.PLAN_REVISED,
        school_year="2025-2026",
        done_at=date(2026, 6, held),
        documented_at=date(2026, 6, held),
    )
    assert cycle("AAR-09", initiative, revision) is verdict


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (date(2025, 7, 31), Verdict.DEVIATION),
        (date(2025, 8, 1), Verdict.REVIEW),
        (date(2026, 7, 31), Verdict.REVIEW),
        (date(2026, 8, 1), Verdict.DEVIATION),
    ],
)
def test_a_plan_made_known_without_its_version_is_asked_about_in_its_own_school_year(
    day: date, verdict: Verdict
) -> None:
    told = CycleEntry(id="a1", kind=CycleKind.PLAN_MADE_KNOWN, school_year="2025-2026", done_at=day, documented_at=day)
    assert cycle("AAR-06", told) is verdict


@pytest.mark.parametrize(("day", "verdict"), [(date(2026, 7, 31), Verdict.MET), (date(2026, 8, 1), Verdict.REVIEW)])
def test_the_last_day_of_the_school_year_is_in_it(day: date, verdict: Verdict) -> None:
    counted = CycleEntry(
        id="a1",
        kind=CycleKind.PLATFORM_USE,
        school_year="2025-2026",
        done_at=day,
        documented_at=day,
        number=9,
        of=9,
    )
    assert cycle("DOK-03", counted) is verdict


def cycle(code: str, *entries: CycleEntry) -> Verdict:
    facts = CycleFacts(school=None, school_year="2025-2026", entries=entries)
    if RULES[code].subject.value == "school_year":
        facts = facts.model_copy(update={"school": "310000019"})
    as_of = datetime(2026, 9, 1, tzinfo=UTC)
    (finding,) = assess_cycle(facts, as_of=as_of, plans=[PLAN], rules=[RULES[code]], calendar=CALENDAR).findings
    return finding.verdict
