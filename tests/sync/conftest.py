"""A small municipality in memory behind the ports, and a judgement with rules made for the purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.ports import CaseProblem, Receipt, SourceItem
from skolemiljo.domain.annual_cycle import CycleFacts, CycleStatus
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import CaseNotFound, Conflict
from skolemiljo.domain.flag import ComplianceRecord
from skolemiljo.domain.moment import end_of
from skolemiljo.domain.people import Role
from skolemiljo.domain.plan import Document, Home, MunicipalPlan, PlanRow, Readings
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Basis, Outcome, Reason, Severity, Verdict
from skolemiljo.judging.policy import Judging
from skolemiljo.store import Store
from skolemiljo.sync.run import Options, run_sync
from skolemiljo.sync.summary import RunSummary
from skolemiljo.validators.judge import Judge
from skolemiljo.validators.known import CycleIndex, KnownCase
from skolemiljo.validators.page import Page, Text
from skolemiljo.validators.rule import Rule, Subject

HERE, THERE = "310000019", "310000027"
NIGHT = datetime(2026, 3, 10, 3, 15, tzinfo=UTC)
SYSTEM = "fake"


def told_the_same_day(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """Due on the day the case was opened; met by any log entry then."""
    opened = index.raw.opened_at
    if index.log:
        yield Outcome(scope="case", verdict=Verdict.MET, event_day=opened.day, evidence=(index.log[0].id,))
    elif judge.as_of < end_of(opened.day):
        yield Outcome(scope="case", verdict=Verdict.DUE, deadline=opened.day, changes_at=end_of(opened.day))
    else:
        yield Outcome(scope="case", verdict=Verdict.DEVIATION, reason=Reason.UNDOCUMENTED, deadline=opened.day)


def one_for_each_incident(index: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """A question for each incident: its flag goes away with the incident."""
    for incident in index.incidents:
        yield Outcome(scope=f"incident:{incident.id}", verdict=Verdict.REVIEW, question="q")


def cycle_done(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """Met as soon as anything is recorded."""
    verdict = Verdict.MET if index.facts.entries else Verdict.DUE
    yield Outcome(scope="year", verdict=verdict, state="done" if index.facts.entries else "open")


def rule(code: str, function: Any, subject: Subject = Subject.CASE) -> Rule:
    text = Text("tekst", "tekst")
    return Rule(
        code=code,
        slug=code.lower(),
        chapter="prøve",
        own_page=Page(text, text, text, text, {}),
        severity=Severity.HIGH,
        basis=Basis.BOTH,
        role=Role.RECTOR,
        own_judge=function,
        subject=subject,
    )


RULES = (
    rule("T-01", told_the_same_day),
    rule("T-02", one_for_each_incident),
    rule("T-03", cycle_done, Subject.SCHOOL_YEAR),
    rule("T-04", cycle_done, Subject.MUNICIPALITY_YEAR),
)


def judging(*more: Rule) -> Judging:
    rules = (*RULES, *more)
    plan = MunicipalPlan(
        name="prøve",
        document=Document(
            id="D",
            title="Plan",
            municipality="Fjellgløtt",
            version="en",
            approved=date(2024, 8, 1),
            valid_from=date(2024, 8, 1),
            law_in_force=date(2024, 8, 1),
        ),
        readings=Readings(source="prøve"),
        rows={one.code: PlanRow(name="Prøve", home=Home.RULE) for one in rules},
    )
    return Judging((plan,), lambda _: SchoolCalendar(), rules=rules)


def nothing(call: str, subject: str) -> None:
    """No fault."""


class Town:
    """Both outside systems in memory, with a journal of what was written and a place to plant faults."""

    def __init__(self) -> None:
        self.held: dict[str, Case | CaseProblem] = {}
        self.modified: dict[str, datetime] = {}
        self.schools_shown = [HERE, THERE]
        self.records: dict[str, ComplianceRecord] = {}
        self.statuses: dict[tuple[str | None, str], CycleStatus] = {}
        self.journal: list[tuple[str, str]] = []
        """What was stored: subject and idempotency key."""
        self.calls: list[str] = []
        self.asked: list[str] = []
        """What each request was about."""
        self.before: Callable[[str, str], None] = nothing
        """Called before each request with its kind and what it is about; may raise."""
        self.after: Callable[[str, str], None] = nothing
        """Called after each write has been stored, before its answer; may raise."""
        self.keeps: Callable[[ComplianceRecord], ComplianceRecord | None] = lambda record: record
        self.own_count: dict[str, int] = {}

    def put(self, number: str, *, school: str = HERE, at: datetime = NIGHT - timedelta(days=1), **fields: Any) -> Case:
        opened = fields.pop("opened", "2026-03-09T10:00:00+01:00")
        raw = {"id": number, "school": school, "status_history": [{"status": "open", "at": opened}], **fields}
        version = f'"{number}-{at.isoformat()}"'
        case = Case.model_validate(raw | {"etag": version, "modified_at": at})
        self.held[number], self.modified[number] = case, at
        return case

    def break_case(self, number: str, at: datetime = NIGHT) -> None:
        self.held[number] = CaseProblem(number, ProblemKind.UNREADABLE, ("log.0",), "mend it")
        self.modified[number] = at

    def _of(self, school: str) -> list[str]:
        def belongs(item: SourceItem) -> bool:
            return item.school == school if isinstance(item, Case) else school == HERE

        mine = (number for number, item in self.held.items() if belongs(item))
        return sorted(mine, key=lambda number: (self.modified[number], number))

    # CaseSource
    def schools(self) -> list[School]:
        self._call("schools", "")
        return [School(organisation_number=number, name="Skole") for number in self.schools_shown]

    def count(self, school: str) -> int | None:
        self._call("count", school)
        return self.own_count.get(school, len(self._of(school)))

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[SourceItem]:
        self._call("changed", school)
        for number in self._of(school):
            if since is None or self.modified[number] >= since:
                self._call("item", number)
                yield self.held[number]

    def case(self, case_id: str) -> Case:
        self._call("case", case_id)
        found = self.held.get(case_id)
        if not isinstance(found, Case):
            raise CaseNotFound("the case is not there", system=SYSTEM, case=case_id)
        return found

    def case_ids(self, school: str) -> Iterator[str]:
        self._call("ids", school)
        yield from self._of(school)

    # FlagSink
    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        self._call("write", record.case)
        case = self.held.get(record.case)
        if not isinstance(case, Case):
            raise CaseNotFound("the case is not there", system=SYSTEM, case=record.case)
        if if_match is not None and if_match != case.etag:
            raise Conflict("the case was changed", system=SYSTEM, case=record.case)
        kept = self.keeps(record)
        if kept is not None and (record.case, idempotency_key) not in self.journal:
            self.records[record.case] = kept
            self.journal.append((record.case, idempotency_key))
        self.after("write", record.case)
        return Receipt(case.etag)

    def read(self, case_id: str) -> ComplianceRecord | None:
        self._call("read", case_id)
        return self.records.get(case_id)

    # AnnualCycle
    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        self._call("facts", f"{school}/{school_year}")
        return CycleFacts(school=school, school_year=school_year)

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:
        self._call("write_status", f"{status.school}/{status.school_year}")
        self.statuses[status.school, status.school_year] = status
        self.journal.append((f"{status.school}/{status.school_year}", idempotency_key))

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        self._call("read_status", f"{school}/{school_year}")
        return self.statuses.get((school, school_year))

    def _call(self, call: str, subject: str) -> None:
        self.calls.append(call)
        self.asked.append(subject)
        self.before(call, subject)

    def case_writes(self) -> list[str]:
        return [subject for subject, _ in self.journal if "/" not in subject]


@pytest.fixture
def town() -> Town:
    """Four cases at two schools."""
    town = Town()
    town.put("S-1")
    town.put("S-2", log=[{"id": "l1", "kind": "note", "happened_at": "2026-03-09T11:00:00+01:00"}])
    town.put("S-3", incidents=[{"id": "h1", "happened_at": "2026-03-09T11:00:00+01:00"}])
    town.put("S-4", school=THERE, opened="2026-03-10T01:00:00+01:00")
    return town


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store.sqlite") as store:
        yield store


Night = Callable[..., RunSummary]


@pytest.fixture
def night(town: Town, store: Store) -> Night:
    """Runs one night against the town: ``night(as_of, full=True, …)`` with the fields of Options."""

    def run(as_of: datetime = NIGHT, *, judge: Judging | None = None, **options: Any) -> RunSummary:
        chosen = Options(**{"write_back": True, **options})
        return run_sync(
            source=town, sink=town, cycle=town, judging=judge or judging(), store=store, as_of=as_of, options=chosen
        )

    return run
