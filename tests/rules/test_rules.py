"""Runs the Markdown files beside this one: each TOML block is a case at a moment, and the whole result it must give.

What the blocks do not spell out of each answer (what it rests on, the day it is about, the remarks) is written down in
whole/*.txt by ``make docs``, so that no change of it goes unseen.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from pydantic import TypeAdapter

from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.plan import Ladder, MunicipalPlan
from skolemiljo.domain.verdict import Basis, Finding, Outcome, Reason, Verdict
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess, assess_cycle
from skolemiljo.validators.known import KnownCase
from skolemiljo.validators.rule import Rule, Subject

from .examples import BLOCKS, HERE, OSLO, SCHOOL, Block, as_of_in, case_of, plan_in, school_calendar

WHOLE = HERE / "whole"
CHAPTERS = tuple(dict.fromkeys(block.chapter for block in BLOCKS))
FINDING, OUTCOME = TypeAdapter(Finding), TypeAdapter(Outcome)


@pytest.fixture(scope="session")
def calendar() -> SchoolCalendar:
    return school_calendar()


def _line(finding: Finding) -> str:
    match finding.verdict:
        case Verdict.DUE:
            return f"due {finding.last_day}" if finding.last_day else "due"
        case Verdict.DEVIATION | Verdict.UNKNOWN:
            return f"{finding.verdict} {finding.reason}"
        case Verdict.REVIEW:
            return f"review {finding.question}"
        case _:
            return str(finding.verdict)


def _result(findings: tuple[Finding, ...], codes: tuple[str, ...], asked: dict[str, str]) -> dict[str, str]:
    result = {}
    for finding in findings:
        if finding.rule not in codes or finding.verdict is Verdict.NOT_APPLICABLE:
            continue
        key = finding.scope if len(codes) == 1 else f"{finding.rule} {finding.scope}"
        there = {str(remark.code) for remark in finding.remarks}
        wanted = [part.strip() for part in asked.get(key, "").split("+")[1:]]
        result[key] = " + ".join([_line(finding), *(code for code in wanted if code in there)])
    return result


@dataclass(frozen=True)
class Judged:
    """An example and what came of it: the findings, and what each rule itself said."""

    data: dict[str, Any]
    plan: MunicipalPlan
    rules: list[Rule]
    findings: tuple[Finding, ...]
    said: list[tuple[str, Outcome]]
    calendar: SchoolCalendar

    @property
    def as_of(self) -> datetime:
        return as_of_in(self.data["as_of"])

    def again(self, case: Case, as_of: datetime) -> dict[Any, Finding]:
        """The findings about another case, or another moment, by the same rules."""
        read_text = self.data.get("read_text", True)
        found = assess(
            case, as_of=as_of, plans=[self.plan], rules=self.rules, calendar=self.calendar, read_text=read_text
        )
        return {finding.identity: finding for finding in found.findings}


def _judged(block: Block, calendar: SchoolCalendar) -> Judged:
    data = tomllib.loads(block.toml)
    plan = plan_in(data)
    # A rule that is off in the standard plan is still tested: the example turns it on.
    asked = {RULES[code].row for code in block.codes}
    plan = plan.model_copy(update={"rules": {code: switch for code, switch in plan.rules.items() if code not in asked}})
    said: list[tuple[str, Outcome]] = []
    rules = [_heard(RULES[code], said) for code in block.codes]
    as_of = as_of_in(data["as_of"])
    if rules[0].subject is Subject.CASE:
        read_text = data.get("read_text", True)
        assessment = assess(
            case_of(data), as_of=as_of, plans=[plan], rules=rules, calendar=calendar, read_text=read_text
        )
    else:
        if "document" in data:
            plan = plan.model_copy(update={"document": plan.document.model_copy(update=data["document"])})
        assessment = assess_cycle(_facts(data, rules[0]), as_of=as_of, plans=[plan], rules=rules, calendar=calendar)
    assert not assessment.crashed or "crashed" in block.toml, f"crashed: {assessment.crashed}"
    return Judged(data, plan, rules, assessment.findings, said, calendar)


def _facts(data: dict[str, Any], rule: Rule) -> CycleFacts:
    return CycleFacts.model_validate(
        {
            "school": None if rule.subject is Subject.MUNICIPALITY_YEAR else SCHOOL,
            "school_year": data["school_year"],
            "entries": [
                {"id": f"a{n}", "school_year": data["school_year"], **entry}
                for n, entry in enumerate(data.get("entries", []), 1)
            ],
            "found": data.get("found", True),
            "hidden": data.get("hidden", []),
        }
    )


@pytest.mark.parametrize("block", BLOCKS, ids=[block.place for block in BLOCKS])
def test_example(block: Block, calendar: SchoolCalendar) -> None:
    assert block.codes, "the heading above the block names no rule"
    for code in block.codes:
        assert code in RULES, f"{code} is no rule"
    judged = _judged(block, calendar)
    expected = judged.data["expect"]
    if expected == "not_applicable":
        expected = {}
    assert _result(judged.findings, block.codes, expected) == expected
    for finding in judged.findings:  # neither is checked when it is made: a part of another type is a warning here
        assert FINDING.validate_json(FINDING.dump_json(finding, warnings="error")) == finding
    for _, outcome in judged.said:
        assert OUTCOME.validate_json(OUTCOME.dump_json(outcome, warnings="error")) == outcome
    written = _written(block.chapter).get(block.key)
    assert written == _whole(judged), "the whole answer is another: run `make docs` and read the difference"
    if judged.rules[0].subject is Subject.CASE:
        _rests_on_what_it_says(judged)
        _waits_as_long_as_its_own_rule(judged)
        _changes_when_it_says(judged)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_example_has_its_whole_answer_and_there_is_no_other(chapter: str) -> None:
    assert list(_written(chapter)) == [block.key for block in BLOCKS if block.chapter == chapter], "run `make docs`"


# --- the whole answers, written down ----------------------------------------------------------------------------------


def _whole(judged: Judged) -> tuple[str, ...]:
    """Each answer of the rules in one line, with everything it says; and what the engine and ``read_text`` make of it."""
    read = list(dict.fromkeys(f"{code} {_told(outcome)}" for code, outcome in judged.said))
    kept = {f"{code} {_told(outcome.but(event_day=None))}" for code, outcome in judged.said}
    findings = [f"{f.rule} {_told(f)}" for f in judged.findings if f.verdict is not Verdict.NOT_APPLICABLE]
    read += [f"settled: {line}" for line in findings if line not in kept]
    if judged.rules[0].subject is not Subject.CASE or judged.data.get("read_text") is False:
        return tuple(read)
    judged.said.clear()
    replace(judged, data={**judged.data, "read_text": False}).again(case_of(judged.data), judged.as_of)
    unread = dict.fromkeys(f"{code} {_told(outcome)}" for code, outcome in judged.said)
    return (*read, *(f"unread: {line}" for line in unread if line not in read))


def _told(outcome: Outcome | Finding) -> str:
    parts = [
        f"{outcome.scope}: {' '.join(filter(None, (outcome.verdict, outcome.reason, outcome.question, outcome.state)))}"
    ]
    if outcome.evidence:
        parts.append(f"rests on {', '.join(outcome.evidence)}")
    if isinstance(outcome, Outcome) and outcome.event_day:
        parts.append(f"about {outcome.event_day}")
    if outcome.deadline:
        parts.append(f"deadline {outcome.deadline}")
    if outcome.asks_after:
        parts.append(f"asks after {outcome.asks_after}")
    if outcome.counted_from:
        parts.append(f"counted from {outcome.counted_from} by {outcome.reading}")
    if outcome.changes_at:
        parts.append(f"changes {outcome.changes_at.astimezone(OSLO).isoformat()}")
    parts += [" ".join(str(part) for part in (r.code, r.day, r.number) if part is not None) for r in outcome.remarks]
    return "; ".join(parts)


@cache
def _written(chapter: str) -> dict[str, tuple[str, ...]]:
    path = WHOLE / f"{chapter}.txt"
    found: dict[str, tuple[str, ...]] = {}
    for paragraph in path.read_text("utf-8").split("\n\n") if path.exists() else ():
        key, *lines = paragraph.strip().splitlines()
        found[key] = tuple(lines)
    return found


def write_down() -> None:
    """Writes whole/*.txt anew, in the order of the Markdown files."""
    schools = school_calendar()
    WHOLE.mkdir(exist_ok=True)
    for chapter in CHAPTERS:
        blocks = [block for block in BLOCKS if block.chapter == chapter]
        told = {block.key: "\n".join((block.key, *_whole(_judged(block, schools)))) for block in blocks}
        (WHOLE / f"{chapter}.txt").write_text("\n\n".join(told.values()) + "\n", "utf-8")


def _heard(rule: Rule, outcomes: list[tuple[str, Outcome]]) -> Rule:
    """The rule; what it says is put in ``outcomes`` too, for the engine keeps the day it is about to itself."""

    def judge(index: Any, circumstances: Any) -> Iterator[Outcome]:
        for outcome in rule.judge(index, circumstances):
            if outcome is not None:
                outcomes.append((rule.code, outcome))
                yield outcome

    return replace(rule, optional=False, own_judge=judge)


_LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")


def _without(case: Case, ids: Iterable[str]) -> Case:
    gone = set(ids)
    return case.model_copy(
        update={name: tuple(item for item in getattr(case, name) if item.id not in gone) for name in _LISTS}
    )


def _rests_on_what_it_says(judged: Judged) -> None:
    """A verdict names what it rests on: without that it is another, or rests on something else; and nothing is left out.

    Only what is missing can be found without naming anything. ``context`` in an example: what an answer depends on
    without resting on it, such as the other pupil's plan.
    """
    case = case_of(judged.data)
    context = judged.data.get("context", ())
    for finding in judged.findings:
        if finding.verdict not in (Verdict.MET, Verdict.DEVIATION, Verdict.REVIEW):
            continue
        told = f"{finding.rule} {finding.scope}"
        if not finding.evidence:
            assert finding.verdict is not Verdict.MET, f"{told} is in order by nothing"
            assert finding.verdict is Verdict.REVIEW or finding.reason is Reason.UNDOCUMENTED, f"{told} by nothing"
            continue
        other = judged.again(_without(case, finding.evidence), judged.as_of).get(finding.identity)
        same = other is not None and _line(other) == _line(finding) and other.evidence == finding.evidence
        assert not same, f"{told} does not rest on {finding.evidence}"
    met = [finding for finding in judged.findings if finding.verdict is Verdict.MET]
    for item in [item.id for name in _LISTS for item in getattr(case, name)] if met else ():
        without = judged.again(_without(case, [item]), judged.as_of)
        for finding in met:
            other = without.get(finding.identity)
            kept = other is None or other.verdict in (Verdict.MET, Verdict.NOT_APPLICABLE)
            assert kept or item in (*finding.evidence, *context), f"{finding.rule} {finding.scope} rests on {item} too"


def _waits_as_long_as_its_own_rule(judged: Judged) -> None:
    """A duty without a time limit waits as long as the plan says for that rule, and not for another one."""
    readings = judged.plan.readings
    own = {**readings.ladders, **{code: readings.ladder(code) for code in RULES}}
    hasty = readings.model_copy(update={"ladders": own, "default_ladder": Ladder(review_after=1, deviation_after=2)})
    plan = judged.plan.model_copy(update={"readings": hasty})
    again = replace(judged, plan=plan).again(case_of(judged.data), judged.as_of)
    assert tuple(again.values()) == judged.findings


def _changes_when_it_says(judged: Judged) -> None:
    """Time alone changes a verdict exactly at ``changes_at``: a microsecond before it the verdict is the same."""
    same = case_of(judged.data)
    for finding in judged.findings:
        if finding.verdict is Verdict.DUE:
            assert finding.changes_at is not None, f"{finding.rule} {finding.scope} is due and never changes"
        if finding.changes_at is None or finding.verdict is Verdict.NOT_APPLICABLE:
            continue
        assert finding.changes_at > judged.as_of, f"{finding.rule} {finding.scope} should have changed already"
        for moment, equal in ((finding.changes_at - timedelta(microseconds=1), True), (finding.changes_at, False)):
            if _quiet_until(same, judged.as_of, moment):
                other = judged.again(same, moment).get(finding.identity)
                assert (other is not None and other.verdict is finding.verdict) is equal, (
                    f"{finding.rule} {finding.scope} at {moment}"
                )


def _quiet_until(case: Case, as_of: datetime, moment: datetime) -> bool:
    """Whether nothing in the case becomes known between the two moments (then only time can change a verdict)."""
    before, after = KnownCase(case, as_of), KnownCase(case, moment)
    return (before.log, before.notices, before.plans, before.evaluations, before.incidents, before.periods) == (
        after.log,
        after.notices,
        after.plans,
        after.evaluations,
        after.incidents,
        after.periods,
    )


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_has_examples(code: str) -> None:
    """At least one block each of met, of deviation or review, and of «ikke aktuelt»."""
    told = set()
    for block in BLOCKS:
        if code not in block.codes:
            continue
        expected = tomllib.loads(block.toml)["expect"]
        if expected == "not_applicable":
            told.add("not_applicable")
            continue
        values = [v for k, v in expected.items() if len(block.codes) == 1 or k.startswith(f"{code} ")]
        if not values:
            told.add("not_applicable")
        for value in values:
            told.add("doubt" if value.split()[0] in ("deviation", "review") else value.split()[0])
    missing = {"met", "doubt", "not_applicable"} - told - _cannot_show(code)
    assert not missing, f"no example of: {', '.join(sorted(missing))}"


def _cannot_show(code: str) -> set[str]:
    """Rules that always apply (the annual cycle) have no «ikke aktuelt»; rules that only ask have no «i orden»."""
    rule = RULES[code]
    exempt = set()
    if rule.subject is not Subject.CASE:
        exempt.add("not_applicable")
    if code in ONLY_ASKS:
        exempt.add("met")
    return exempt


ONLY_ASKS = {"DOK-03a": "no entry shows that a teacher who could have sent an e-mail wrote in the platform instead"}
"""Rule code → why it can never say «i orden»."""


# --- the same examples in another time, and at another school --------------------------------------------------------------

LAW_IN_FORCE, APPROVED = date(2024, 8, 1), date(2024, 10, 2)
_EVERY_DAY = SchoolCalendar()
"""Weekends only: an example that is moved by whole weeks then meets the same days."""


def _moved(value: Any, weeks: int) -> Any:
    if isinstance(value, date):  # a datetime is one too
        return value + timedelta(weeks=weeks)
    if isinstance(value, dict):
        return {key: _moved(item, weeks) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, weeks) for item in value]
    return value


def _days(value: Any) -> Iterator[date]:
    if isinstance(value, datetime):
        yield value.date()
    elif isinstance(value, date):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _days(item)


def _findings_of(data: dict[str, Any], codes: tuple[str, ...], calendar: SchoolCalendar = _EVERY_DAY) -> list[Finding]:
    plan = plan_in(data).model_copy(update={"rules": {}})
    return list(
        assess(
            case_of(data),
            as_of=as_of_in(data["as_of"]),
            plans=[plan],
            rules=[replace(RULES[code], optional=False) for code in codes],
            calendar=calendar,
            read_text=data.get("read_text", True),
        ).findings
    )


def _of_cases() -> Iterator[tuple[Block, dict[str, Any]]]:
    for block in BLOCKS:
        if RULES[block.codes[0]].subject is Subject.CASE:
            yield block, tomllib.loads(block.toml)


def test_a_deviation_never_shows_a_deadline_that_lies_ahead(calendar: SchoolCalendar) -> None:
    """Every example, of cases and of the annual cycle, as of its day: what was closed, overtaken or held before its day came too."""
    ahead = 0
    for block in BLOCKS:
        judged = _judged(block, calendar)
        today = judged.as_of.astimezone(OSLO).date()
        for finding in judged.findings:
            if finding.verdict is Verdict.DEVIATION and finding.last_day is not None:
                assert finding.last_day < today, f"{block.place}: {finding.rule}"
        ahead += any(
            said.verdict is Verdict.DEVIATION and (said.deadline or said.asks_after or date.min) >= today
            for _, said in judged.said
        )
    assert ahead, "no example has a deviation that was certain before its day: the property shows nothing"


def test_nothing_from_before_the_law_is_findings_of() -> None:
    """Every example, moved so that all of it happened before 1 August 2024: no rule of any chapter has anything to say."""
    rules = set()
    for block, data in _of_cases():
        if "evaluate_when" in block.toml:  # a date in words does not move
            continue
        weeks = (max(_days(data)) - LAW_IN_FORCE).days // 7 + 1
        for finding in _findings_of(_moved(data, -weeks), block.codes):
            rules.add(finding.rule)
            said = (block.place, finding.scope, finding.verdict)
            assert finding.verdict in (Verdict.NOT_APPLICABLE, Verdict.UNKNOWN), said
    assert rules == {code for code, rule in RULES.items() if rule.subject is Subject.CASE}


def test_before_the_plan_was_approved_its_own_rows_only_ask() -> None:
    """Every example of at most seven weeks, moved into August and September 2024: what only the plan asks for is a question."""
    asked, kept = set(), set()
    for block, data in _of_cases():
        first, last = min(_days(data)), max(_days(data))
        weeks = (first - LAW_IN_FORCE).days // 7
        too_long = last - timedelta(weeks=weeks) >= APPROVED
        by_the_clock = {date(2026, 3, 29), date(2026, 10, 25)} & set(_days(data)) or re.search(r":\d\dZ", block.toml)
        if too_long or first < APPROVED or by_the_clock:
            continue
        now = {f.identity: f for f in _findings_of(data, block.codes)}
        then = {f.identity: f for f in _findings_of(_moved(data, -weeks), block.codes)}
        for finding in then.values():
            rule = RULES[finding.rule]
            if rule.basis is not Basis.PLAN:
                assert finding.question != "plan_not_yet_approved", (block.place, finding.scope)
                kept |= {finding.rule} if finding.verdict in (Verdict.DEVIATION, Verdict.DUE) else set()
                continue
            assert finding.verdict not in (Verdict.DEVIATION, Verdict.DUE), (block.place, finding.scope)
            before = now.get(finding.identity)
            if before is not None and before.verdict in (Verdict.DEVIATION, Verdict.DUE):
                assert finding.question == "plan_not_yet_approved", (block.place, finding.scope)
                asked.add(finding.rule)
            elif before is not None:
                assert finding.verdict is before.verdict, (block.place, finding.scope)
    plan_only = {code for code, rule in RULES.items() if rule.basis is Basis.PLAN and rule.subject is Subject.CASE}
    assert plan_only - asked == NEVER_A_DEVIATION, plan_only - asked
    assert kept >= {"VA-01", "VA-09", "UN-09", "TI-02", "TI-07", "AP-A", "EV-01", "SK-01", "SK-02", "SK-07", "L-04"}


NEVER_A_DEVIATION = {"DOK-03a", "TI-05", "BB-07", "EV-02", "FO-04", "GI-02a", "GI-06", "HB-03"}
"""Rows of the plan alone whose rules only ask, always."""


def test_a_school_answers_for_its_own_time() -> None:
    """Every example, at a school that had the case from before it began, and at one that got it after all of it."""
    other = "310000027"
    for block, data in _of_cases():
        if "transfers" in data:
            continue
        first, last = min(_days(data)) - timedelta(days=1), max(_days(data)) + timedelta(days=1)
        for at, school in ((first, SCHOOL), (last, other)):
            moved = {**data, "transfers": [{"at": at, "from_school": other, "to_school": SCHOOL}]}
            if at == last:
                moved["as_of"] = datetime.combine(last, datetime.min.time())
            for finding in _findings_of(moved, block.codes):
                missing = finding.verdict is Verdict.DEVIATION and finding.reason == "undocumented"
                if at == first or missing:
                    assert finding.school == school, (block.place, finding.rule, finding.scope)


def test_what_hangs_on_an_unknown_skolerute_says_so() -> None:
    """Every example under two calendars of which no year is known: where they give different answers, both warn."""
    days = (date(2024, 1, 1) + timedelta(days=n) for n in range(4 * 365))
    few_days = SchoolCalendar(free_days=frozenset(day for day in days if day.weekday() != 2))
    depends = set()
    for block, data in _of_cases():
        plain, few = ({f.identity: f for f in _findings_of(data, block.codes, c)} for c in (_EVERY_DAY, few_days))
        for identity in plain.keys() | few.keys():
            one, other = plain.get(identity), few.get(identity)
            if one is None or other is None or Verdict.NOT_APPLICABLE in (one.verdict, other.verdict):
                continue  # the pupil moved before or after what was owed was over
            if (one.verdict, one.deadline, one.remarks) != (other.verdict, other.deadline, other.remarks):
                depends.add(one.rule)
                for finding in (one, other):
                    warned = "calendar_missing" in {remark.code for remark in finding.remarks}
                    assert warned, (block.place, finding.scope, finding.verdict, finding.remarks)
    assert depends >= {
        "VA-00",
        "VA-08",
        "UN-01",
        "UN-07",
        "TI-07",
        "TI-11",
        "HB-05",
        "DOK-02",
        "DOK-06",
        "GI-03b",
        "SK-07",
        "L-03",
    }


# --- the same examples with an entry that has lost its times ------------------------------------------------------------------


def _without_times(case: Case, lost: str) -> Case:
    return case.model_copy(
        update={
            name: tuple(
                item.model_copy(update={"happened_at": None, "registered_at": None}) if item.id == lost else item
                for item in getattr(case, name)
            )
            for name in _LISTS
        }
    )


def _told_by_scope(findings: dict[object, Finding]) -> dict[tuple[str, str], Finding]:
    found = {(finding.rule, finding.scope): finding for finding in findings.values()}
    return {about: finding for about, finding in found.items() if finding.verdict is not Verdict.NOT_APPLICABLE}


@cache
def _became_without_time(chapter: str) -> Counter[str]:
    """How often each answer became which other, over the examples of a chapter; what must not be is asserted on the way."""
    became: Counter[str] = Counter()
    for block in BLOCKS:
        if block.chapter != chapter or RULES[block.codes[0]].subject is not Subject.CASE:
            continue
        judged = _judged(block, school_calendar())
        case = case_of(judged.data)
        known = [item for name in _LISTS for item in getattr(case, name) if item.at and item.known_at(judged.as_of)]
        once = [item.id for item in known if [other.id for other in known].count(item.id) == 1]
        before = _told_by_scope({finding.identity: finding for finding in judged.findings})
        for lost in once:
            after = _told_by_scope(judged.again(_without_times(case, lost), judged.as_of))
            for about in before.keys() | after.keys():
                was, now = before.get(about), after.get(about)
                assert now is not None, f"{block.place}: {about} is passed over without the time of {lost}"
                assert now.verdict is not Verdict.MET or lost not in now.evidence, f"{block.place}: {about} by {lost}"
                if now.verdict is not Verdict.UNKNOWN:  # then it is so whenever it was, and so also when it was
                    assert was is not None, f"{block.place}: {about} without {lost}"
                    assert _line(was) == _line(now), f"{block.place}: {about} without {lost}"
                became[f"{was.verdict if was is not None else None} {now.verdict}"] += 1
    return became


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_is_in_order_by_an_entry_without_time_and_nothing_is_passed_over(chapter: str) -> None:
    _became_without_time(chapter)


def test_of_every_answer_some_hang_on_an_entry_without_time() -> None:
    became = sum(map(_became_without_time, CHAPTERS), Counter[str]())
    assert min(became[f"{was} unknown"] for was in ("met", "deviation", "review", "due")) > 50, became


# --- the same examples with something hidden ---------------------------------------------------------------------------------

SHARES = 3
"""So many tests for each chapter: `make mutants` leaves out what takes a second."""
_PARTS = (*_LISTS, "suspicions", "severity", "pupils", "transfers")
_TOLD_HERE_TOO = {"UN-09", "VA-09"}
"""What is missing is told by these where nobody can see that SK-08 and SK-07 tell of it."""


def _hidden_in_turn(case: Case) -> Iterator[Case]:
    """The case without each of its lists, and without each field of their items, as one who may not see it gets it."""
    for name in _PARTS:
        items = getattr(case, name)
        if not items:
            continue
        yield case.model_copy(update={name: (), "hidden": frozenset({name})})
        for part, field in type(items[0]).model_fields.items():
            shown = field.is_required() or all(getattr(item, part) == field.default for item in items)
            if not shown and part not in ("id", "ref", "duplicate_of", "deleted_at", "edits"):
                without = tuple(item.model_copy(update={part: field.default}) for item in items)
                yield case.model_copy(update={name: without, "hidden": frozenset({f"{name}.{part}"})})


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_is_hidden_makes_nothing_in_order_nor_a_deviation_nor_silence(
    chapter: str, share: int, calendar: SchoolCalendar
) -> None:
    """Where it decides, the verdict is ``unknown``, or at most a question; else it is what it was."""
    for block in [block for block in BLOCKS if block.chapter == chapter][share::SHARES]:
        if RULES[block.codes[0]].subject is not Subject.CASE:
            continue
        judged = _judged(block, calendar)
        case = case_of(judged.data)
        before = _told_by_scope({finding.identity: finding for finding in judged.findings})
        for seen in _hidden_in_turn(case) if not case.hidden | case.unreadable else ():
            (hidden,) = seen.hidden
            after = _told_by_scope(judged.again(seen, judged.as_of))
            unknown = {finding.rule for finding in after.values() if finding.verdict is Verdict.UNKNOWN}
            for about in before.keys() | after.keys():
                was, now = before.get(about), after.get(about)
                said = (was and _line(was), now and _line(now))
                if about[0] in unknown or said[0] == said[1] or (now is not None and now.verdict is Verdict.REVIEW):
                    continue
                deliberate = about[0] in _TOLD_HERE_TOO and hidden.startswith("suspicions")
                assert deliberate, f"{block.place}: {about} is {said[1]} and not {said[0]} when {hidden} is hidden"


if __name__ == "__main__":
    from skolemiljo.tests.rules import test_changed  # which reads what is above

    write_down()
    test_changed.write_down()
