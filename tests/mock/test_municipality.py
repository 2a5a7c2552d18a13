"""The invented municipality: the same for the same seed, valid, whole in its stories, and about nobody."""

from __future__ import annotations

import hashlib
import json
import re
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from skolemiljo.adapters.mock.course import FREE_TEXT, LABELS
from skolemiljo.adapters.mock.identity_numbers import synthetic_identity_number
from skolemiljo.adapters.mock.municipality import AS_OF, SCHOOL_YEARS, Municipality, school_calendar, stories
from skolemiljo.adapters.mock.stories import read_data
from skolemiljo.domain.activity_plan import PlanStatus
from skolemiljo.domain.annual_cycle import Audience, CycleFacts, CycleKind
from skolemiljo.domain.calendar import school_year_bounds
from skolemiljo.domain.case import Case, CaseStatus, ClosingReason, PupilPart, Suspected
from skolemiljo.domain.log import Hearing, LogKind
from skolemiljo.domain.moment import OSLO, local_day
from skolemiljo.domain.notice import NoticeSource
from skolemiljo.domain.people import Role
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Assessment, Verdict
from skolemiljo.plans.loader import load_plans
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

MARKER = "zqmerkezq"


@cache
def cases() -> tuple[Case, ...]:
    return tuple(Case.model_validate(raw) for raw in Municipality().cases())


@cache
def by_story() -> dict[str, Case]:
    return {story.name: case for story, case in zip(stories(), cases(), strict=False)}


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every free text in a plain case, with the name of its field."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, key)
    elif isinstance(value, str) and key in FREE_TEXT:
        yield key, value


# --- the same for the same seed


def test_the_same_seed_gives_the_same_municipality() -> None:
    def fingerprint(seed: int) -> str:
        digest = hashlib.sha256()
        for case in Municipality(seed=seed).cases():
            digest.update(json.dumps(case, sort_keys=True).encode())
        return digest.hexdigest()

    assert fingerprint(7) == fingerprint(7) != fingerprint(8)


def test_any_slice_is_as_in_the_whole() -> None:
    whole = list(Municipality(cases=400).cases())
    assert list(Municipality(cases=400).cases(250, 260)) == whole[250:260]
    assert Municipality(cases=400).case(399) == whole[399]
    assert list(Municipality(cases=1_000_000).cases(250, 260)) == whole[250:260]


def test_the_cases_of_a_school_are_found_without_the_others() -> None:
    municipality = Municipality(cases=60)
    for place, school in enumerate(municipality.schools()):
        expected = [case for case in municipality.cases() if case["school"] == school["organisation_number"]]
        assert list(municipality.cases_of(place)) == expected
        assert len(expected) == 20


def test_memory_does_not_grow_with_the_number_of_cases() -> None:
    def peak(count: int) -> int:
        municipality = Municipality(schools=2700, cases=1_000_000)
        for _ in municipality.cases(0, 50):  # caches are filled
            pass
        tracemalloc.start()
        for _ in municipality.cases(1000, 1000 + count):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(400) < peak(40) + 100_000


def test_many_schools_have_their_own_names_and_numbers() -> None:
    schools = [School.model_validate(raw) for raw in Municipality(schools=2700, cases=1_000_000).schools()]
    assert len({s.organisation_number for s in schools}) == len({s.name for s in schools}) == 2700
    assert all(s.organisation_number.startswith("3") for s in schools)


# --- valid


def test_every_case_school_and_cycle_is_read_by_the_domain_without_a_rest() -> None:
    municipality = Municipality(cases=600)
    for raw in municipality.cases():
        Case.model_validate(raw, extra="forbid")
    for facts in municipality.cycle_facts():
        CycleFacts.model_validate(facts, extra="forbid")
    for school in municipality.schools():
        School.model_validate(school, extra="forbid")


def test_ids_are_unique_within_a_case_and_references_lead_somewhere() -> None:
    for case in cases():
        records = [*case.notices, *case.log, *case.activity_plans, *case.evaluations, *case.incidents]
        ids = [record.id for record in records]
        assert len(ids) == len(set(ids)), case.id
        pupils = {pupil.ref for pupil in case.pupils}
        if not case.hidden:
            assert {e.notice for e in case.log if e.notice} <= set(ids), case.id
            assert {p for r in case.log for p in r.pupils} <= pupils, case.id
            assert {p for r in case.activity_plans for p in r.pupils} <= pupils, case.id
        plans = {plan.plan for plan in case.activity_plans}
        assert not case.activity_plans or {e.plan for e in case.evaluations} <= plans


@pytest.mark.parametrize("as_of", [AS_OF, datetime(2026, 1, 9, 9, 0, tzinfo=OSLO)])
def test_nothing_lies_in_the_future(as_of: datetime) -> None:
    for raw in Municipality(as_of=as_of).cases():
        case = Case.model_validate(raw)
        for record in (*case.notices, *case.log, *case.activity_plans, *case.evaluations, *case.incidents):
            for moment in (record.happened_at, record.registered_at, record.deleted_at):
                assert moment is None or moment.known_at(as_of), case.id
        assert all(change.at.known_at(as_of) for change in case.status_history), case.id
        assert case.modified_at is None or case.modified_at.known_at(as_of), case.id


def test_a_later_look_at_the_same_municipality_only_adds() -> None:
    """A case that was there before is the same case, gone further."""
    early = Municipality(as_of=datetime(2026, 11, 20, 15, 0, tzinfo=OSLO))
    late = Municipality(as_of=datetime(2026, 11, 20, 23, 0, tzinfo=OSLO))
    for before, after in zip(early.cases(), late.cases(), strict=True):
        assert before["id"] == after["id"]
        assert {e["id"] for e in before.get("log", ())} <= {e["id"] for e in after.get("log", ())}


def test_a_time_without_zone_or_before_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Municipality(as_of=datetime(2026, 11, 20))  # noqa: DTZ001 - that it lacks a zone is what is tried
    with pytest.raises(ValueError, match="ligger før"):
        Municipality(as_of=datetime(2025, 1, 1, tzinfo=OSLO))
    with pytest.raises(ValueError, match="skole"):
        Municipality(schools=0)


# --- the stories


def test_each_story_is_told_and_says_what_it_shows() -> None:
    names = [story.name for story in stories()]
    assert len(names) == len(set(names)) >= 150
    assert all(story.shows.endswith(".") for story in stories())
    assert set(by_story()) == set(names)


def test_a_story_is_found_by_its_name() -> None:
    municipality = Municipality()
    assert municipality.case_of_story("not-told")["id"] == by_story()["not-told"].id
    with pytest.raises(KeyError):
        municipality.case_of_story("no-such-story")
    with pytest.raises(KeyError):
        Municipality(cases=1).case_of_story("not-told")


def test_every_kind_source_reason_and_role_occurs() -> None:
    seen_kinds = {entry.kind for case in cases() for entry in case.log}
    seen_sources = {notice.source for case in cases() for notice in case.notices}
    reasons = {change.reason for case in cases() for change in case.status_history if change.reason}
    roles = {entry.author.role for case in cases() for entry in case.log if entry.author}
    assert seen_kinds == set(LogKind) - {LogKind.UNLABELLED}  # a label that nobody mapped comes from another system
    assert seen_sources == set(NoticeSource)
    assert reasons >= {
        ClosingReason.SAFE,
        ClosingReason.UNFOUNDED,
        ClosingReason.NOT_BULLYING,
        ClosingReason.NOT_VIOLATION,
        ClosingReason.MOVED,
    }
    assert roles >= {Role.RECTOR, Role.CONTACT_TEACHER, Role.TEACHER, Role.OWNER, Role.STAFF, Role.LEADER, Role.ADVISER}
    assert {i.level for case in cases() for i in case.incidents} == {1, 2, 3, 4}
    assert {e.hearing for case in cases() for e in case.log} >= set(Hearing)
    assert {s.suspected for case in cases() for s in case.suspicions} == set(Suspected)
    assert {case.language for case in cases()} == {"nb", "nn"}
    assert set(LABELS) == {kind.value for kind in LogKind} - {"unlabelled"}


def entry(story: str, kind: LogKind) -> Any:
    return next(e for e in by_story()[story].log if e.kind is kind)


def wall(moment: Any) -> str:
    """What the clock on the wall showed, and its offset."""
    return str(moment.instant.astimezone(OSLO).strftime("%H:%M %z"))


def came(story: str) -> date:
    """The local day on which the story's first notice came."""
    moment = by_story()[story].notices[0].happened_at
    assert moment is not None
    return moment.day


def test_the_stories_show_what_they_say() -> None:
    """A sample, in facts; what the rules make of them is the rules' own tests."""
    story = by_story()
    told = entry("late-evening", LogKind.PUPIL_TOLD)
    assert wall(story["late-evening"].notices[0].happened_at).startswith("23:50")
    assert told.happened_at.day == came("late-evening") + timedelta(days=1)

    assert wall(story["after-midnight"].notices[0].happened_at).startswith("00:10")
    assert wall(story["autumn-night"].notices[0].happened_at) == "02:30 +0100"
    assert came("spring-night") == date(2026, 3, 29)
    assert came("christmas-eve") == date(2025, 12, 24)
    assert came("friday-afternoon").isoweekday() == 5
    assert not school_calendar().is_school_day(came("summer-holiday"))

    assert not any(e.kind is LogKind.PUPIL_TOLD for e in story["not-told"].log)
    one_told = story["two-pupils-one-told"]
    assert [p.part for p in one_told.pupils] == [PupilPart.AFFECTED, PupilPart.AFFECTED]
    assert {p for e in one_told.log if e.kind is LogKind.PUPIL_TOLD for p in e.pupils} == {"elev-1"}
    assert story["plan-draft-only"].activity_plans[0].status is PlanStatus.DRAFT
    replaced = story["plan-replaced-by-worse"].activity_plans
    assert [p.status for p in replaced] == [PlanStatus.REPLACED, PlanStatus.CURRENT]
    assert replaced[0].best_interest is not None
    assert replaced[1].best_interest is None
    improved = story["plan-improved"].activity_plans
    assert [p.best_interest is None for p in improved] == [True, False]
    assert story["plan-placeholder-dash"].activity_plans[0].problem == "-"
    assert story["plan-for-class-only"].activity_plans[0].pupils == ()
    assert entry("told-time-edited", LogKind.PUPIL_TOLD).edits[0].field == "happened_at"
    assert entry("told-entry-deleted", LogKind.PUPIL_TOLD).deleted_at is not None
    assert [e.duplicate_of for e in story["told-entry-duplicated"].log if e.kind is LogKind.PUPIL_TOLD] == [None, "l3"]
    assert entry("told-time-unknown", LogKind.PUPIL_TOLD).happened_at is None
    assert entry("serious-receipt-by-rector", LogKind.OWNER_ACKNOWLEDGED).author.role is Role.RECTOR
    via = entry("leader-accused-via-leader", LogKind.OWNER_NOTIFIED).via
    accused = story["leader-accused-via-leader"].suspicions[0].accused
    assert via[0].ref == accused[0].ref
    assert story["rector-accused"].leader_is_accused()
    assert story["rector-accused"].investigator.role is Role.OWNER  # type: ignore[union-attr]  # the story has one
    assert [c.status for c in story["reopened"].status_history] == [CaseStatus.OPEN, CaseStatus.CLOSED, CaseStatus.OPEN]
    assert story["transferred"].transfers[0].to_school == story["transferred"].school
    assert story["hidden-log"].log == ()
    assert story["hidden-log"].is_hidden("log")
    assert all(p.best_interest is None for p in story["hidden-best-interest"].activity_plans)
    assert story["anonymous-identified-later"].pupils[0].identified_at is not None
    assert entry("hearing-declined", LogKind.PUPIL_CONVERSATION).hearing is Hearing.DECLINED
    assert story["after-school-care"].from_after_school_care
    today = local_day(AS_OF)
    assert came("came-today") == today
    assert not any(e.kind is LogKind.PUPIL_TOLD for e in story["came-today"].log)


def test_the_ordinary_course_runs_in_order() -> None:
    case = by_story()["ordinary-closed"]
    happened = [e.happened_at.sort_key for e in case.log if e.happened_at]
    assert happened == sorted(happened)
    kinds = [e.kind for e in case.log]
    expected = [
        LogKind.RECTOR_RECEIVED,
        LogKind.PUPIL_TOLD,
        LogKind.ENQUIRY_PLAN,
        LogKind.HOME_MEETING,
        LogKind.PUPIL_CONVERSATION,
        LogKind.ANALYSIS,
        LogKind.FEEDBACK_MEETING,
        LogKind.MEASURE_STARTED,
        LogKind.FOLLOW_UP,
    ]
    assert [kind for n, kind in enumerate(kinds) if kind in expected and kind not in kinds[:n]] == expected
    assert case.status_history[-1].reason is ClosingReason.SAFE


# --- the annual cycle and the calendar


def test_the_cycle_has_every_kind_and_the_three_ways_to_fail() -> None:
    facts = [CycleFacts.model_validate(raw) for raw in Municipality().cycle_facts()]
    assert len(facts) == (3 + 1) * 2
    kinds = {entry.kind for fact in facts for entry in fact.entries}
    assert kinds == set(CycleKind) - {CycleKind.OTHER}
    found = {(f.school, f.school_year): f for f in facts}
    first, second, third = (s["organisation_number"] for s in Municipality().schools())

    def done(school: str) -> set[Any]:
        return {(e.kind, *e.groups) for e in found[school, "2025-2026"].entries}

    assert done(first) - done(second) == {
        (CycleKind.RULES_MADE_KNOWN, Audience.GUARDIANS),
        (CycleKind.RULES_MADE_KNOWN, Audience.STAFF),
        (CycleKind.VULNERABILITY_MEETING,),
    }
    late = [e for e in found[second, "2025-2026"].entries if e.done_at and e.done_at > date(2026, 7, 31)]
    assert [e.groups for e in late] == [(Audience.PUPILS,)]
    undocumented = [e for e in found[third, "2026-2027"].entries if e.done_at and e.documented_at is None]
    assert [e.groups for e in undocumented] == [(Audience.GUARDIANS,)]
    assert found[third, "2025-2026"].hidden == {"entries"}
    assert found[third, "2025-2026"].entries == ()
    revision = [e for f in facts if f.school is None for e in f.entries if e.kind is CycleKind.PLAN_REVISED]
    assert [e.done_at.month for e in revision if e.done_at] == [9]


def test_the_calendar_is_open_on_about_190_days() -> None:
    calendar = school_calendar()
    for school_year in SCHOOL_YEARS:
        first, last = school_year_bounds(school_year)
        assert 186 <= calendar.between(first - timedelta(days=1), last) <= 192, school_year
        assert calendar.covers_span(first, last)
    assert not calendar.is_school_day(date(2025, 12, 24))
    assert not calendar.is_school_day(date(2026, 4, 3))
    assert not calendar.is_school_day(date(2026, 7, 8))


# --- nobody is in it, and the marker is everywhere


FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def right_controls(number: str) -> bool:
    digits = [int(d) for d in number]
    return all(sum(w * d for w, d in zip(ws, digits, strict=False)) % 11 == 0 for ws in (FIRST, SECOND))


def test_identity_numbers_are_of_the_synthetic_series_only() -> None:
    found: list[str] = []
    for raw in Municipality(cases=800).cases():
        found += re.findall(r"(?<!\d)\d{11}(?!\d)", json.dumps(raw, ensure_ascii=False))
    synthetic = [number for number in found if right_controls(number)]
    assert synthetic
    assert all(81 <= int(number[2:4]) <= 92 for number in synthetic)
    assert {number for number in found if number not in synthetic} == {"20269911001"}


def test_made_identity_numbers_have_right_controls() -> None:
    numbers = [synthetic_identity_number(Random(seed)) for seed in range(50)]  # noqa: S311 - the same each time, and nobody's secret
    assert all(len(number) == 11 and right_controls(number) for number in numbers)


def test_the_marker_is_in_every_free_text_of_every_case() -> None:
    seen: set[str] = set()
    for raw in Municipality(marker=MARKER).cases():
        for name, text in texts(raw):
            assert MARKER in text, (raw["id"], name)
            seen.add(name)
    assert seen == FREE_TEXT
    assert MARKER not in json.dumps(list(Municipality().cases()))


def test_the_marker_changes_nothing_else() -> None:
    plain = list(Municipality().cases())
    marked = [
        json.loads(json.dumps(case, ensure_ascii=False).replace(f" {MARKER}", ""))
        for case in Municipality(marker=MARKER).cases()
    ]
    assert plain == marked


def test_bokmal_and_nynorsk_have_the_same_texts() -> None:
    texts_by_language = read_data("texts.toml")
    nb, nn = texts_by_language["nb"], texts_by_language["nn"]
    assert nb["common"].keys() == nn["common"].keys()
    assert nb["theme"].keys() == nn["theme"].keys()
    for theme in nb["theme"]:
        assert nb["theme"][theme].keys() == nn["theme"][theme].keys()
        assert len(nb["theme"][theme]["measures"]) == len(nn["theme"][theme]["goals"]) == 3
    nynorsk = json.dumps(nn, ensure_ascii=False)
    assert not re.search(r"\b(ikke|jeg|hvem|hva|elevene|skolen)\b", nynorsk)


# --- as files


def test_the_folder_holds_everything_by_its_id(tmp_path: Path) -> None:
    municipality = Municipality(cases=9)
    municipality.write_folder(tmp_path)
    names = sorted(file.stem for file in (tmp_path / "cases").iterdir())
    assert names == sorted(case["id"] for case in municipality.cases())
    for file in (tmp_path / "cases").iterdir():
        assert Case.model_validate_json(file.read_bytes()).id == file.stem
    assert len(json.loads((tmp_path / "schools.json").read_bytes())) == 3
    cycles = sorted(file.stem for file in (tmp_path / "cycle").iterdir())
    assert len(cycles) == 8
    assert cycles[-1] == "municipality-2026-2027"


# --- the calm one


@cache
def judged(place: int, moment: datetime) -> tuple[Assessment, ...]:
    """What the rules say at ``moment`` of the calm town's school in ``place``, as its cases are then."""
    plans, calendar = load_plans("oyer-2024"), school_calendar()
    raws = Municipality(calm=True).at(moment).cases_of(place)
    return tuple(
        assess(Case.model_validate(raw), as_of=moment, plans=plans, rules=RULES.values(), calendar=calendar)
        for raw in raws
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_calm_school_has_a_handful_of_open_cases_and_most_are_as_they_should_be(place: int) -> None:
    told = judged(place, AS_OF)
    still = [one for one in told if not one.closed]
    assert 5 <= len(still) <= 15
    lacking = [one for one in told if any(f.verdict is Verdict.DEVIATION for f in one.findings)]
    assert 0 < len(lacking) <= len(told) * 0.4
    assert sum(one in lacking for one in still) < len(still) / 2


def test_the_calm_town_lacks_a_bit_of_everything_and_its_schools_differ() -> None:
    found = [judged(place, AS_OF) for place in range(3)]
    lacks = {f.rule for told in found for one in told for f in one.findings if f.verdict is Verdict.DEVIATION}
    assert lacks >= {"VA-08", "UN-07", "TI-07", "AP-F", "EV-01", "GI-03"}
    assert {f.verdict for told in found for one in told for f in one.findings} == set(Verdict)
    assert sum(one.leader_accused for told in found for one in told) == 1
    assert len({len([one for one in told if not one.closed]) for told in found}) == 3


def test_the_calm_town_goes_on_and_can_be_looked_back_at() -> None:
    town = Municipality(calm=True)
    sizes = [sum(1 for _ in town.at(AS_OF - timedelta(weeks=weeks)).cases()) for weeks in (12, 6, 0)]
    assert 0 < sizes[0] < sizes[1] < sizes[2] == town.case_count == 66
    assert list(town.at(AS_OF).cases()) == list(town.cases())
    later = {raw["id"]: raw for raw in town.at(AS_OF + timedelta(days=3)).cases()}
    grown = [raw["id"] for raw in town.cases() if len(later[raw["id"]].get("log", ())) > len(raw.get("log", ()))]
    assert 0 < len(grown) < 20, "people have worked in some of the cases"


def test_of_fewer_cases_the_calm_town_has_the_newest_and_of_more_it_begins_over() -> None:
    few = Municipality(calm=True, cases=9)
    assert [few.story_of(number).name for number in (2, 5, 8)] == [
        "told-next-day",
        "serious-not-notified",
        "not-told",
    ]
    many = Municipality(calm=True, schools=5, cases=200)
    assert {many.story_of(number).name for number in range(200)} == {
        many.story_of(number).name for number in range(110)
    }
    assert [told["case"] for told in few.told()] == [raw["id"] for raw in few.cases()]
