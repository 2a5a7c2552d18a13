"""The engine: what no rule should have to think of, held by rules made for the purpose."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.log import LogKind
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.people import Role
from skolemiljo.domain.plan import Document, Home, MunicipalPlan, PlanRow, Readings, Switch
from skolemiljo.domain.verdict import Basis, Outcome, Reason, RemarkCode, Severity, Verdict
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess
from skolemiljo.validators.judge import Judge
from skolemiljo.validators.known import KnownCase
from skolemiljo.validators.needs import Needs, can_only_prove
from skolemiljo.validators.page import Page, Text
from skolemiljo.validators.rule import Chapter, Rule

CALENDAR = SchoolCalendar(known_years=frozenset({"2024-2025", "2025-2026"}))
AS_OF = datetime(2026, 3, 20, 8, tzinfo=UTC)
HERE, THERE = "310000019", "310000027"


def plan(
    version: str = "en", valid_from: date = date(2024, 8, 1), switches: dict[str, Switch] | None = None
) -> MunicipalPlan:
    return MunicipalPlan(
        name=version,
        document=Document(
            id="D",
            title="Plan",
            municipality="Fjellgløtt",
            version=version,
            approved=date(2024, 10, 2) if valid_from < date(2024, 10, 2) else valid_from,
            valid_from=valid_from,
            law_in_force=date(2024, 8, 1),
        ),
        readings=Readings(source="prøve"),
        rules=switches or {},
        rows={"T-01": PlanRow(name="Prøve", home=Home.RULE)},
    )


def rule(
    function: Any,
    *,
    needs: tuple[str, ...] = (),
    settles: tuple[str, ...] = (),
    basis: Basis = Basis.PLAN,
    optional: bool = False,
) -> Rule:
    text = Text("tekst", "tekst")
    return Rule(
        code="T-01",
        slug="prove",
        chapter="prøve",
        own_page=Page(text, text, text, text, {}),
        severity=Severity.HIGH,
        basis=basis,
        role=Role.RECTOR,
        own_judge=function,
        own_needs=Needs.of(*needs, settles=settles),
        optional=optional,
    )


def case(opened: str = "2026-03-09T10:00:00+01:00", **fields: Any) -> Case:
    raw = {"id": "S-1", "school": HERE, "status_history": [{"status": "open", "at": opened}], **fields}
    return Case.model_validate(raw)


def always(verdict: Verdict, day: date | None = None, reason: Reason | None = None) -> Any:
    def function(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        yield Outcome(scope="case", verdict=verdict, event_day=day, reason=reason)

    return function


def judged(subject: Case, one: Rule, *plans: MunicipalPlan) -> Any:
    return assess(subject, as_of=AS_OF, plans=plans or (plan(),), rules=[one], calendar=CALENDAR)


def test_a_hidden_field_is_unknown_and_never_in_order() -> None:
    one = rule(always(Verdict.MET), needs=("log",))
    (finding,) = judged(case(hidden=["log"]), one).findings
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.HIDDEN)
    (finding,) = judged(case(unreadable=["log"]), one).findings
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.UNREADABLE)
    (finding,) = judged(case(hidden=["log.text", "logs", "lo"]), one).findings
    assert finding.verdict is Verdict.MET


def test_a_hidden_part_hides_what_lies_below_it() -> None:
    one = rule(always(Verdict.MET), needs=("activity_plans.problem",))
    (finding,) = judged(case(hidden=["activity_plans"]), one).findings
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.HIDDEN)


@pytest.mark.parametrize("verdict", [Verdict.MET, Verdict.DEVIATION, Verdict.REVIEW, Verdict.DUE])
@pytest.mark.parametrize("field", ["hidden", "unreadable"])
def test_who_wrote_or_by_what_way_hidden_is_unknown_and_neither_in_order_nor_a_deviation(
    verdict: Verdict, field: str
) -> None:
    one = rule(always(verdict), needs=("log.author", "log.via"))
    for part in ("log.author", "log.via"):
        subject = case(hidden=[part]) if field == "hidden" else case(unreadable=[part])
        (finding,) = judged(subject, one).findings
        assert (finding.verdict, str(finding.reason)) == (Verdict.UNKNOWN, field)


def test_a_part_the_rule_does_not_need_takes_nothing_from_it() -> None:
    one = rule(always(Verdict.MET), needs=("activity_plans", "activity_plans.problem"))
    (finding,) = judged(case(hidden=["activity_plans.best_interest"]), one).findings
    assert finding.verdict is Verdict.MET


def test_a_hidden_text_takes_a_deviation_back_for_a_note_might_have_pointed_at_the_entry() -> None:
    for verdict, told in ((Verdict.MET, Verdict.MET), (Verdict.DEVIATION, Verdict.UNKNOWN)):
        one = replace(
            rule(always(verdict, reason=Reason.UNDOCUMENTED), needs=("log",)), code="VA-08", shares_row="T-01"
        )
        (finding,) = judged(case(hidden=["log.text"]), one).findings
        assert finding.verdict is told


def test_a_hidden_log_takes_it_back_too_though_the_rule_itself_looks_elsewhere() -> None:
    function = always(Verdict.DEVIATION, reason=Reason.UNDOCUMENTED)
    one = replace(rule(function, needs=("notices",)), code="VA-08", shares_row="T-01")
    (finding,) = judged(case(hidden=["log"]), one).findings
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.HIDDEN)
    (finding,) = judged(case(hidden=["incidents"]), one).findings
    assert finding.verdict is Verdict.DEVIATION


@pytest.mark.parametrize("hidden", ["suspicions", "suspicions.accused", "suspicions.suspected"])
def test_where_suspicions_can_not_be_seen_the_case_is_kept_from_rektor(hidden: str) -> None:
    assert case(hidden=[hidden]).leader_is_accused()
    assert case(unreadable=[hidden]).leader_is_accused()
    assert not case(hidden=["log"]).leader_is_accused()


def test_a_crashing_rule_is_unknown_named_and_tells_nothing_of_the_case() -> None:
    def crash(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        if index.log == ():
            raise ValueError("HEMMELIG")
        yield Outcome(scope="case", verdict=Verdict.MET)

    assessment = judged(case(), rule(crash))
    assert assessment.crashed == ("T-01",)
    assert not assessment.complete
    assert assessment.findings[0].verdict is Verdict.UNKNOWN
    assert "HEMMELIG" not in repr(assessment)


def test_a_rule_that_crashes_after_its_first_verdict_says_nothing_at_all() -> None:
    def half(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        yield Outcome(scope="pupil:e1", verdict=Verdict.MET)
        raise KeyError("e2")

    assert [f.verdict for f in judged(case(), rule(half)).findings] == [Verdict.UNKNOWN]


def test_two_verdicts_for_one_scope_are_a_fault_of_ours() -> None:
    def twice(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        yield Outcome(scope="case", verdict=Verdict.MET)
        yield Outcome(scope="case", verdict=Verdict.DEVIATION, reason=Reason.LATE)

    assert judged(case(), rule(twice)).crashed == ("T-01",)


def test_no_outcome_is_not_applicable() -> None:
    def nothing(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        yield from ()

    assert judged(case(), rule(nothing)).findings[0].verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("day", "basis", "verdict"),
    [
        (date(2024, 7, 31), Basis.BOTH, Verdict.NOT_APPLICABLE),
        (date(2024, 8, 1), Basis.BOTH, Verdict.DEVIATION),
        (date(2024, 8, 1), Basis.PLAN, Verdict.REVIEW),
        (date(2024, 10, 1), Basis.PLAN, Verdict.REVIEW),
        (date(2024, 10, 2), Basis.PLAN, Verdict.DEVIATION),
    ],
)
def test_the_rule_set_is_chosen_by_the_day_of_the_event(day: date, basis: Basis, verdict: Verdict) -> None:
    (finding,) = judged(case(), rule(always(Verdict.DEVIATION, day, Reason.LATE), basis=basis)).findings
    assert finding.verdict is verdict
    if verdict is Verdict.REVIEW:
        assert [r.code for r in finding.remarks] == [RemarkCode.PLAN_NOT_YET_APPROVED]
        assert finding.reason is None


def test_the_plan_that_was_valid_on_the_day_judges() -> None:
    old, new = plan("gammel"), plan("ny", date(2026, 3, 10))
    for day, label in ((date(2026, 3, 9), "D/gammel"), (date(2026, 3, 10), "D/ny")):
        (finding,) = judged(case(), rule(always(Verdict.MET, day)), old, new).findings
        assert finding.plan == label


def test_a_transferred_case_is_answered_for_by_the_school_that_had_it() -> None:
    moved = case(transfers=[{"at": "2026-03-10T09:00:00+01:00", "from_school": THERE, "to_school": HERE}])
    for day, school in ((date(2026, 3, 9), THERE), (date(2026, 3, 10), HERE)):
        (finding,) = judged(moved, rule(always(Verdict.MET, day))).findings
        assert finding.school == school


def test_optional_rules_and_rules_without_a_row_are_off() -> None:
    assert not judged(case(), rule(always(Verdict.MET), optional=True)).findings
    on = plan(switches={"T-01": Switch(on=True, reason="vedtak", source="kommunalsjef")})
    assert judged(case(), rule(always(Verdict.MET), optional=True), on).findings
    bare = plan().model_copy(update={"rows": {}})
    assert not judged(case(), rule(always(Verdict.MET)), bare).findings


def test_a_free_note_that_hints_turns_a_missing_entry_into_a_question_and_never_into_in_order() -> None:
    one = replace(rule(always(Verdict.DEVIATION, reason=Reason.UNDOCUMENTED)), code="VA-08")
    rows = plan().model_copy(update={"rows": {"VA-08": PlanRow(name="x", home=Home.RULE)}})
    for text, verdict in (
        ("Eleven fikk beskjed i storefri.", Verdict.REVIEW),
        ("Eleven har ikke fått beskjed.", Verdict.DEVIATION),
        ("Eleven skal få beskjed i morgen.", Verdict.DEVIATION),
        ("Ringte hjem.", Verdict.DEVIATION),
    ):
        note = {"id": "n-1", "kind": "note", "happened_at": "2026-03-09T12:00:00+01:00", "text": text}
        (finding,) = judged(case(log=[note]), one, rows).findings
        assert finding.verdict is verdict, text
        assert (finding.evidence == ("n-1",)) is (verdict is Verdict.REVIEW)


def test_what_was_registered_after_the_moment_is_not_known_yet() -> None:
    entry = {"id": "l", "kind": "note", "happened_at": "2026-03-09T12:00:00+01:00"}
    subject = case(
        log=[
            {**entry, "id": "l1", "registered_at": "2026-03-21T09:00:00+01:00"},
            {**entry, "id": "l2", "registered_at": "2026-03-19T09:00:00+01:00"},
            {**entry, "id": "l3", "deleted_at": "2026-03-19T09:00:00+01:00"},
            {**entry, "id": "l4", "deleted_at": "2026-03-21T09:00:00+01:00"},
            {**entry, "id": "l5", "duplicate_of": "l2"},
            {**entry, "id": "l2"},
        ]
    )
    assert [e.id for e in KnownCase(subject, AS_OF).log] == ["l2", "l4"]


def test_moments_before_the_case_are_in_its_index_in_order_of_time() -> None:
    log = [
        {"id": "b", "happened_at": "2026-03-09T12:00:00+01:00"},
        {"id": "c", "happened_at": "2026-03-10"},
        {"id": "a", "happened_at": "2026-03-09"},
    ]
    index = KnownCase(case(log=log), AS_OF)
    assert [e.id for e in index.log] == ["a", "b", "c"]
    assert index.received is None
    assert Moment.on(date(2026, 3, 9)).known_at(AS_OF)


def test_no_rule_breaks_on_a_case_that_was_opened_later() -> None:
    """A look back at a day before the case: nothing is known of it yet, and every rule can say so."""
    from skolemiljo.adapters.mock.municipality import Municipality
    from skolemiljo.plans.loader import load_plan

    for raw in Municipality(cases=60).cases():
        subject, plans = Case.model_validate(raw), (load_plan("oyer-2024"),)
        found = assess(
            subject, as_of=datetime(2024, 9, 2, tzinfo=UTC), plans=plans, rules=RULES.values(), calendar=CALENDAR
        )
        assert found.crashed == ()


# --- entries without any time ---------------------------------------------------------------------------------------------


def counting(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """In order once there are two entries in the log."""
    yield judge.met("case", *index.log[:2]) if len(index.log) > 1 else judge.deviation("case", Reason.UNDOCUMENTED)


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (case(log=[{"id": "l1"}, {"id": "l2"}]), Reason.UNDATED),
        (case(log=[{"id": "l1"}, {"id": "l2"}], hidden=["log.happened_at"]), Reason.HIDDEN),
        (case(log=[{"id": "l1"}, {"id": "l2"}], unreadable=["log.happened_at"]), Reason.UNREADABLE),
    ],
)
def test_nothing_is_in_order_by_entries_without_time(subject: Case, reason: Reason) -> None:
    (finding,) = judged(subject, rule(counting, needs=("log",), settles=("log",))).findings
    assert (finding.verdict, finding.reason, finding.evidence) == (Verdict.UNKNOWN, reason, ("l1", "l2"))


def test_of_several_entries_without_time_the_one_that_decides_is_named() -> None:
    dated = {"id": "l1", "registered_at": "2026-03-10"}
    subject = case(log=[dated, {"id": "l2"}], evaluations=[{"id": "ev1"}])
    (finding,) = judged(subject, rule(counting, needs=("log",), settles=("log",))).findings
    assert (finding.verdict, finding.evidence) == (Verdict.UNKNOWN, ("l2",))


def test_what_holds_without_them_holds() -> None:
    dated = [{"id": f"l{n}", "happened_at": "2026-03-10"} for n in (1, 2)]
    (finding,) = judged(case(log=[*dated, {"id": "l3"}]), rule(counting, needs=("log",), settles=("log",))).findings
    assert (finding.verdict, finding.evidence) == (Verdict.MET, ("l1", "l2"))
    many = [{"id": f"u{n}"} for n in range(50)]
    (finding,) = judged(case(log=[*dated, *many]), rule(counting, needs=("log",), settles=("log",))).findings
    assert (finding.verdict, finding.evidence) == (Verdict.MET, ("l1", "l2"))


def test_an_entry_without_time_that_was_deleted_or_is_a_copy_is_no_matter() -> None:
    gone = {"id": "l1", "deleted_at": "2026-03-12"}
    (finding,) = judged(
        case(log=[gone, {"id": "l2", "happened_at": "2026-03-10"}]), rule(counting, needs=("log",), settles=("log",))
    ).findings
    assert (finding.verdict, finding.reason) == (Verdict.DEVIATION, Reason.UNDOCUMENTED)
    copy = {"id": "l3", "duplicate_of": "l1"}
    dated = [{"id": f"l{n}", "happened_at": "2026-03-10"} for n in (1, 2)]
    (finding,) = judged(case(log=[*dated, copy]), rule(counting, needs=("log",), settles=("log",))).findings
    assert finding.verdict is Verdict.MET


def test_one_id_with_and_without_time_counts_with_its_time() -> None:
    twice = [{"id": "l1"}, {"id": "l1", "happened_at": "2026-03-10"}, {"id": "l2", "happened_at": "2026-03-11"}]
    (finding,) = judged(case(log=twice), rule(counting, needs=("log",), settles=("log",))).findings
    assert (finding.verdict, finding.evidence) == (Verdict.MET, ("l1", "l2"))


def for_each_notice(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """The pupil must have been told of each notice."""
    for notice in index.notices:
        told = list(index.for_notice(notice, LogKind.PUPIL_TOLD))
        scope = f"notice:{notice.id}"
        yield judge.met(scope, *told[:1]) if told else judge.deviation(scope, Reason.UNDOCUMENTED)


def test_one_entry_without_time_hides_nothing_else() -> None:
    """It concerns its own notice, and the rules that look for its kind; a deviation of another notice stands."""
    notices = [{"id": f"v{n}", "source": "pupil", "happened_at": "2026-03-10"} for n in (1, 2)]
    subject = case(notices=notices, log=[{"id": "l1", "kind": "pupil_told", "notice": "v1"}])
    told = {
        f.scope: (f.verdict, f.evidence)
        for f in judged(subject, rule(for_each_notice, needs=("notices", "log:pupil_told"))).findings
    }
    assert told == {"notice:v1": (Verdict.UNKNOWN, ("l1",)), "notice:v2": (Verdict.DEVIATION, ())}
    for kind in ("home_meeting", "note"):
        of_another_kind = case(notices=notices, log=[{"id": "l1", "kind": kind, "notice": "v1"}])
        verdicts = {
            f.verdict
            for f in judged(of_another_kind, rule(for_each_notice, needs=("notices", "log:pupil_told"))).findings
        }
        assert verdicts == {Verdict.DEVIATION}


def test_what_shows_it_by_another_kind_of_entry_settles_nothing() -> None:
    """A rule may be content with one entry until it sees another; only one more of the same kind changes nothing."""

    def safe_since(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        (asked,) = index.all(LogKind.PUPIL_CONVERSATION)
        later = [e for e in index.all(LogKind.MEASURE_STARTED) if e.sort_key > asked.sort_key]
        open_still = [e for e in later if e.happened_at is not None and e.happened_at.day < AS_OF.date()]
        yield judge.review("case", "not_asked", *open_still) if open_still else judge.met("case", asked)

    talk = {"id": "l1", "kind": "pupil_conversation", "happened_at": "2026-03-10"}
    (finding,) = judged(
        case(log=[talk, {"id": "l2", "kind": "measure_started"}]),
        rule(safe_since, needs=("log:pupil_conversation", "log:measure_started")),
    ).findings
    assert (finding.verdict, finding.evidence) == (Verdict.UNKNOWN, ("l2",))


def test_a_rule_that_crashes_on_them_is_counted_once() -> None:
    def crashing(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        yield judge.met("case", index.log[0])

    assessment = judged(case(log=[{"id": "l1"}]), rule(crashing))
    assert assessment.crashed == ("T-01",)
    assert [finding.verdict for finding in assessment.findings] == [Verdict.UNKNOWN]


OPEN, CLOSED, AGAIN, LATER = (
    {"status": status, "at": f"2026-03-{day}T10:00:00+01:00"}
    for status, day in (("open", "09"), ("closed", "12"), ("open", "16"), ("closed", "25"))
)


@pytest.mark.parametrize(
    ("history", "closed"),
    [([OPEN], False), ([OPEN, CLOSED], True), ([OPEN, CLOSED, AGAIN], False), ([OPEN, CLOSED, AGAIN, LATER], False)],
)
def test_a_case_stands_closed_where_its_last_known_change_closed_it(history: list[Any], closed: bool) -> None:
    assert judged(case(status_history=history), rule(always(Verdict.MET))).closed is closed


def test_an_assessment_says_whose_it_is() -> None:
    found = judged(case(), rule(always(Verdict.MET)))
    assert (found.case, found.school, found.as_of, found.plan) == ("S-1", HERE, AS_OF, plan().document.label)


@pytest.mark.parametrize("unseen", ["pupils", "pupils.ref", "notices", "notices.pupils"])
def test_an_entry_stands_in_the_wrong_case_only_where_one_sees_whom_the_case_is_about(unseen: str) -> None:
    entry = {"id": "l1", "kind": "note", "happened_at": "2026-03-10", "notice": "v9", "pupils": ["e9"]}
    assert not KnownCase(case(log=[entry], pupils=[{"ref": "e1"}]), AS_OF).log
    assert KnownCase(case(log=[entry], hidden=[unseen]), AS_OF).log


def test_a_rule_of_the_registry_is_the_same_rule_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(RULES["VA-08"])) is RULES["VA-08"]  # noqa: S301 - of our own making
    own = replace(RULES["VA-08"], slug="another")
    assert pickle.loads(pickle.dumps(own)) == own  # noqa: S301 - of our own making


def test_a_function_is_entered_once_and_for_a_duty_of_its_chapter() -> None:
    for chapter, code in (("notification", "VA-99"), ("notification", "VA-08"), ("law", "VA-08")):
        with pytest.raises(ValueError, match=code):
            Chapter(chapter).rule(code)


@pytest.mark.parametrize(
    ("path", "proves"),
    [
        *((path, True) for path in ("log:pupil_told", "log:observation", "log.text", "log.author")),
        *((path, True) for path in ("activity_plans.problem", "evaluations.result")),
        # what sets a duty off, counts against, or tells nothing of what it is; whole lists; what narrows; when it was
        *((path, False) for path in ("log:staff_finding", "log:unlabelled", "log:note", "log.held", "log.via")),
        *((path, False) for path in ("log", "notices", "activity_plans", "incidents", "notices.receiver")),
        *((path, False) for path in ("log.notice", "evaluations.plan", "log:pupil_told.happened_at")),
    ],
)
def test_what_can_do_no_more_than_show_that_a_duty_is_met(path: str, proves: bool) -> None:
    assert can_only_prove(path) is proves


def test_a_duty_that_may_begin_where_the_source_has_nothing_is_told_beside_the_others() -> None:
    def function(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
        yield Outcome(scope="log:l1", verdict=Verdict.MET)
        yield Outcome(scope="case", verdict=Verdict.MET)

    one = rule(function, needs=("log:staff_finding.happened_at",))
    found = judged(case(not_carried=["log:pupil_told", "log:staff_finding"]), one).findings
    told = {finding.scope: (finding.verdict, finding.reason, finding.question) for finding in found}
    lacks = (Verdict.UNKNOWN, Reason.NOT_CARRIED, "log:staff_finding")
    assert told == {"log:l1": lacks, "case": lacks}
    assert {f.verdict for f in judged(case(not_carried=["log:pupil_told"]), one).findings} == {Verdict.MET}


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(Verdict.MET, Verdict.MET), (Verdict.DEVIATION, Verdict.UNKNOWN), (Verdict.REVIEW, Verdict.UNKNOWN)],
)
def test_a_text_that_the_source_never_has_could_only_have_shown_that_it_was_done(
    verdict: Verdict, told: Verdict
) -> None:
    one = rule(always(verdict), needs=("evaluations", "evaluations.result"))
    (finding,) = judged(case(not_carried=["evaluations.result"]), one).findings
    assert finding.verdict is told
    (finding,) = judged(case(hidden=["evaluations.result"]), one).findings
    assert finding.verdict is Verdict.UNKNOWN
