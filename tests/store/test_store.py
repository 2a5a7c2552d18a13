"""The store: a real SQLite file, its upgrades, its rights, and what it does when the disk will not."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from skolemiljo.domain.annual_cycle import CycleItemStatus, CycleState, CycleStatus
from skolemiljo.domain.came import Came, Left, Settled
from skolemiljo.domain.errors import StoreError
from skolemiljo.domain.flag import ComplianceRecord
from skolemiljo.domain.people import Role
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.domain.verdict import (
    Assessment,
    Basis,
    Finding,
    Reason,
    Remark,
    RemarkCode,
    Severity,
    Verdict,
)
from skolemiljo.store import (
    BrokenExport,
    Intention,
    JudgedCase,
    JudgedCycle,
    OlderStore,
    SchoolState,
    StandsJudged,
    Store,
    copies,
    file,
    opening,
)
from skolemiljo.store.names import BEFORE_THE_FIRST, KNOWN, NEWEST
from skolemiljo.store.tables import metadata

from ..rights import held_to_rights

HERE, THERE = "310000019", "310000027"
AT = datetime(2026, 3, 10, 3, 15, tzinfo=UTC)
YEARS = ("2025-2026",)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever does not ask for the file is tried in both databases."""
    if "store" in metafunc.fixturenames and "path" not in signature(metafunc.function).parameters:
        both = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
        metafunc.parametrize("store", both, indirect=True)


@pytest.fixture
def store(path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store: a file, or a database of our own."""
    where: Path | str = path
    if getattr(request, "param", "sqlite") == "postgresql":
        where = request.getfixturevalue("postgres")
        _empty(str(where))
    with Store.open(where) as store:
        yield store


def _empty(database: str) -> None:
    engine = opening.connect(opening.url_of(database))
    with engine.begin() as connection:
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(f'DROP TABLE "{table}" CASCADE')
    engine.dispose()


def finding(case: str | None, rule: str = "VA-08", verdict: Verdict = Verdict.DEVIATION, **more: Any) -> Finding:
    fields: dict[str, Any] = {
        "slug": "elev-far-beskjed",
        "school": HERE,
        "scope": "notice:v1/pupil:e1",
        "severity": Severity.HIGH,
        "basis": Basis.BOTH,
        "role": Role.RECTOR,
        "plan": "D/en",
    }
    return Finding(rule=rule, case=case, verdict=verdict, **(fields | more))


def judged(case: str, *findings: Finding, school: str = HERE, leader: bool = False, **more: Any) -> JudgedCase:
    its = findings or (finding(case, reason=Reason.UNDOCUMENTED, deadline=date(2026, 3, 9), evidence=("l1",)),)
    assessment = Assessment(case=case, school=school, as_of=AT, plan="D/en", findings=its, leader_accused=leader)
    record = ComplianceRecord.of(assessment, school=school)
    given = {"etag": '"1"', "modified_at": AT - timedelta(days=1), **more}
    return JudgedCase(assessment=assessment, school=school, record_fingerprint=record.fingerprint, **given)


def wish(case: str, key: str = "k1", fingerprint: str = "f1") -> Intention:
    return Intention(case, of_cycle=False, school=HERE, key=key, fingerprint=fingerprint, body={"flags": []})


# --- what goes in comes out


def test_a_judgement_comes_back_as_it_was(store: Store) -> None:
    whole = finding(
        "S-1",
        reason=Reason.LATE,
        question="hint",
        deadline=date(2026, 3, 9),
        counted_from=date(2026, 3, 8),
        evidence=("l1", "l2"),
        remarks=(Remark(code=RemarkCode.TOLERANCE_USED, day=date(2026, 3, 11)),),
        changes_at=AT + timedelta(days=1),
        settled=Settled(
            Came.REMAINS, Left(verdict=Verdict.REVIEW, question="hint", asks_after=date(2026, 3, 12)), in_time=True
        ),
    )
    store.put_judged([judged("S-1", whole), judged("S-2", school=THERE, leader=True)])
    first, second = store.assessments()
    assert first.findings == (whole,)
    assert (first.case, first.school, first.as_of, first.plan) == ("S-1", HERE, AT, "D/en")
    assert second.case == "S-2"
    assert (first.leader_accused, second.leader_accused) == (False, True)
    assert [a.case for a in store.assessments(THERE)] == ["S-2"]
    assert store.leader_cases() == {"S-2"}


def test_a_new_judgement_takes_the_place_of_the_old(store: Store) -> None:
    store.put_judged([judged("S-1", finding("S-1"), finding("S-1", "VA-05"))])
    store.put_judged([judged("S-1", finding("S-1", "VA-09")), judged("S-1", finding("S-1", "VA-10"))])
    assert [f.rule for a in store.assessments() for f in a.findings] == ["VA-10"]


def test_what_is_not_applicable_is_not_kept(store: Store) -> None:
    store.put_judged([judged("S-1", finding("S-1", verdict=Verdict.NOT_APPLICABLE))])
    assert [a.findings for a in store.assessments()] == [()]


def test_what_was_in_order_is_unknown_once_the_case_cannot_be_read(store: Store) -> None:
    store.put_judged([judged("S-1", finding("S-1", "A-1", Verdict.MET), finding("S-1", "A-2"))])
    store.put_problem(HERE, "S-1", ProblemKind.UNREADABLE)
    assert [f.verdict for a in store.assessments() for f in a.findings] == [Verdict.UNKNOWN, Verdict.DEVIATION]
    store.put_judged([judged("S-1", finding("S-1", "A-1", Verdict.MET))])
    assert [f.verdict for a in store.assessments() for f in a.findings] == [Verdict.MET]


def test_due_cases_are_those_that_time_or_trouble_has_come_to(store: Store) -> None:
    store.put_judged(
        [
            judged("S-1", changes_at=AT),
            judged("S-2", changes_at=AT + timedelta(seconds=1)),
            judged("S-3"),
            judged("S-4", changes_at=AT, school=THERE),
        ]
    )
    store.put_problem(HERE, "S-5", ProblemKind.FORBIDDEN)
    assert store.due_cases(HERE, AT) == ("S-1", "S-5")
    assert store.due_cases(HERE, AT - timedelta(days=1)) == ("S-1", "S-2", "S-3", "S-5")  # time was turned back
    store.put_vanished("S-1", AT)
    assert store.due_cases(HERE, AT) == ("S-5",)


def test_what_could_not_be_seen_is_looked_at_again_for_some_nights(store: Store) -> None:
    unseen = judged("S-1", finding("S-1", verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN))
    store.put_judged([unseen])
    assert store.due_cases(HERE, AT + timedelta(days=1)) == ("S-1",)
    later = replace(unseen.assessment, as_of=AT + timedelta(days=2))
    store.put_judged([replace(unseen, assessment=later)])
    assert store.due_cases(HERE, AT + timedelta(days=2)) == ("S-1",)
    assert store.due_cases(HERE, AT + timedelta(days=4)) == ()
    store.put_judged([judged("S-1")])
    assert store.due_cases(HERE, AT + timedelta(days=1)) == ()


def test_many_cases_at_once(store: Store) -> None:
    store.put_judged([judged(f"S-{number}") for number in range(2_500)])
    store.put_judged([judged(f"S-{number}") for number in range(1_000, 3_000)])
    assert len(store.case_ids(HERE)) == len(store.unwritten(HERE)) == 3_000


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="without a zone"):
        store.put_school(SchoolState(HERE, cursor=datetime(2026, 3, 10)))  # noqa: DTZ001 - what is refused


# --- the outbox


def test_a_wish_keeps_its_key_and_a_new_wish_gets_a_new_one(store: Store) -> None:
    store.intend([wish("S-1", "k1", "f1")])
    store.about_to_send(store.intentions()[0])
    store.intend([wish("S-1", "k2", "f1")])
    (item,) = store.intentions()
    assert (item.key, item.uncertain) == ("k1", True)
    store.intend([wish("S-1", "k3", "f2")])
    (item,) = store.intentions()
    assert (item.key, item.uncertain) == ("k3", True)  # what was sent with k1 may still stand there


def test_confirmed_is_written_and_out_of_the_box(store: Store) -> None:
    store.put_judged([judged("S-1")])
    ((record, etag),) = store.unwritten(HERE)
    assert etag == '"1"'
    item = replace(wish("S-1", fingerprint=record.fingerprint), body=record.model_dump(mode="json"))
    store.intend([item])
    store.confirm(item, ("runlog_head", "1:abc"))
    assert store.intentions() == ()
    assert store.unwritten(HERE) == ()
    assert store.written("S-1") == record
    assert store.written_fingerprints(HERE) == {"S-1": record.fingerprint}
    assert store.meta("runlog_head") == "1:abc"


def test_what_was_set_aside_is_a_wish_again_the_next_night(store: Store) -> None:
    store.intend([wish("S-1")])
    store.set_aside(store.intentions()[0], ProblemKind.NOT_AS_WRITTEN)
    assert [item.set_aside for item in store.intentions(set_aside=True)] == [ProblemKind.NOT_AS_WRITTEN]
    store.intend([wish("S-1")])
    assert store.intentions(set_aside=True) == ()


def test_a_record_waits_while_an_older_wish_may_stand(store: Store) -> None:
    """Sent and never read back, then judged as before: what stands there must still be looked up."""
    store.put_judged([judged("S-1")])
    ((record, _),) = store.unwritten(HERE)
    store.confirm(replace(wish("S-1", fingerprint=record.fingerprint), body=record.model_dump(mode="json")))
    store.intend([wish("S-1", fingerprint="other")])
    assert [r.case for r, _ in store.unwritten(HERE)] == ["S-1"]


# --- the annual cycle


def test_a_school_year_is_kept_and_confirmed(store: Store) -> None:
    item = CycleItemStatus(item="AAR-01", scope="group:pupils", state=CycleState.OPEN, role=Role.RECTOR)
    for school in (None, HERE):
        status = CycleStatus(school=school, school_year="2025-2026", plan="D/en", items=(item,), as_of=AT)
        its = (finding(None, "AAR-01", Verdict.DUE, school=school),)
        assessment = Assessment(case=None, school=school, as_of=AT, plan="D/en", findings=its)
        assert store.put_cycle(JudgedCycle(status, assessment, "f1")).written_fingerprint is None
        subject = f"{school or ''}/2025-2026"
        store.confirm(Intention(subject, of_cycle=True, school=school or "", key="k", fingerprint="f1", body={}))
        assert store.put_cycle(JudgedCycle(status, assessment, "f2")).written_fingerprint == "f1"
    assert [status.school for status in store.cycle_statuses()] == [None, HERE]
    assert [(a.school, len(a.findings)) for a in store.assessments()] == [(None, 1), (HERE, 1)]
    assert [a.school for a in store.assessments(HERE)] == [HERE]


# --- runs and trend


def test_a_run_that_never_ended_is_told_by_the_next(store: Store) -> None:
    assert store.begin_run("r1", started_at=AT, as_of=AT, plan="D/en") == ()
    assert store.begin_run("r2", started_at=AT + timedelta(days=1), as_of=AT, plan="D/en") == ("r1",)
    assert [(run.run_id, run.state) for run in store.runs()] == [("r2", "running"), ("r1", "killed")]


def test_each_night_leaves_its_numbers(store: Store) -> None:
    store.begin_run("r1", started_at=AT, as_of=AT, plan="D/en")
    late = finding("S-4", reason=Reason.LATE)
    store.put_judged(
        [judged("S-1"), judged("S-2"), judged("S-3", finding("S-3", verdict=Verdict.MET)), judged("S-4", late)]
    )
    store.end_run("r1", ended_at=AT, state="complete", summary={"written": 3}, years=YEARS)
    found = [(t.school, t.verdict, t.number, t.complete) for t in store.tallies()]
    assert found == [(HERE, "deviation", 2, True), (HERE, "met", 1, True), (HERE, "too_late", 1, True)]


def test_a_number_that_stands_takes_no_room(store: Store) -> None:
    """A year of nights in which little happens: rows are added where a number changes, and each night has its own."""
    for night in range(400):
        run = f"r{night}"
        store.begin_run(run, started_at=AT, as_of=AT + timedelta(days=night), plan="D/en")
        if night in (0, 100, 300):
            its = (finding("S-1"), finding("S-1", "VA-05")) if night == 100 else (finding("S-1"),)
            store.put_judged([judged("S-1", *its)])
        if night == 350:
            store.put_vanished("S-1", AT)
        store.end_run(run, ended_at=AT, state="complete", summary={"much": "x" * 1000}, years=YEARS)
    found = {tally.run_id: tally.number for tally in store.tallies()}
    assert found == {f"r{n}": 2 if 100 <= n < 300 else 1 for n in range(350)}
    assert [tally.run_id for tally in store.tallies(runs_back=60)] == [f"r{n}" for n in range(340, 350)]
    assert sum(run.summary is not None for run in store.runs(1000)) < 100
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tallies").scalar() == 4
    store.forget((AT + timedelta(days=150)).date())
    assert {tally.run_id: tally.number for tally in store.tallies()} == {
        run: number for run, number in found.items() if int(run[1:]) >= 150
    }
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tallies").scalar() == 3


def test_the_municipalitys_own_duty_stood_before_the_next_school_year_began(store: Store) -> None:
    """It is the same duty in both years: that the second has it from a later day says nothing of the first."""
    for year, days, verdict in (("2024-2025", 0, Verdict.DEVIATION), ("2025-2026", 60, Verdict.MET)):
        at = AT + timedelta(days=days)
        its = (finding(None, "META-01", verdict, school=None, scope="plan:D"),)
        assessment = Assessment(case=None, school=None, as_of=at, plan="D/en", findings=its)
        status = CycleStatus(school=None, school_year=year, plan="D/en", as_of=at, items=())
        store.put_cycle(JudgedCycle(status, assessment, "f"))
    assert [*store.standing(None, AT).values()] == [Verdict.DEVIATION]
    assert [*store.standing(None, AT + timedelta(days=60)).values()] == [Verdict.MET]


def test_what_is_gone_or_no_longer_asked_about_is_in_no_number(store: Store) -> None:
    for year, verdict in (("2024-2025", Verdict.DEVIATION), ("2025-2026", Verdict.MET)):
        its = (finding(None, "AAR-01", verdict, scope=f"school_year:{year}"),)
        assessment = Assessment(case=None, school=HERE, as_of=AT, plan="D/en", findings=its)
        status = CycleStatus(school=HERE, school_year=year, plan="D/en", as_of=AT, items=())
        store.put_cycle(JudgedCycle(status, assessment, "f"))
    store.put_judged([judged("S-1"), judged("S-2")])
    store.put_vanished("S-2", AT)
    store.begin_run("r1", started_at=AT, as_of=AT, plan="D/en")
    store.end_run("r1", ended_at=AT, state="complete", summary={}, years=YEARS)
    assert [(t.verdict, t.number) for t in store.tallies()] == [("deviation", 1), ("met", 1)]
    assert [f.scope for a in store.assessments(years=YEARS) for f in a.findings if not f.case] == [
        "school_year:2025-2026"
    ]
    assert [status.school_year for status in store.cycle_statuses(years=YEARS)] == ["2025-2026"]


def test_how_it_stood_can_be_told_of_each_night_before(store: Store) -> None:
    """A case that changes, one that comes in later, one that goes, and two judgements of one night."""

    def night(number: int, *its: tuple[str, Verdict]) -> None:
        at = AT + timedelta(days=number)
        for case, verdict in its:
            item = judged(case, finding(case, verdict=verdict))
            assessment = replace(item.assessment, as_of=at)
            store.put_judged([replace(item, assessment=assessment)])

    night(0, ("S-1", Verdict.DUE), ("S-3", Verdict.MET))
    night(1, ("S-1", Verdict.DEVIATION), ("S-2", Verdict.DUE))
    night(2, ("S-1", Verdict.NOT_APPLICABLE), ("S-2", Verdict.DEVIATION))
    night(2, ("S-1", Verdict.MET))
    night(3, ("S-1", Verdict.MET))
    store.put_vanished("S-3", AT + timedelta(days=3))

    def stood(number: float) -> dict[str, str]:
        found = store.standing(None, AT + timedelta(days=number))
        assert found == store.standing(HERE, AT + timedelta(days=number))
        assert not store.standing(THERE, AT + timedelta(days=number))
        return {case: verdict.value for (_, _, case, _), verdict in found.items()}

    assert stood(0) == stood(0.5) == {"S-1": "due"}
    assert stood(1) == {"S-1": "deviation", "S-2": "due"}
    assert stood(2) == stood(9) == {"S-1": "met", "S-2": "deviation"}
    store.forget((AT + timedelta(days=2)).date())
    assert stood(2) == {"S-1": "met", "S-2": "deviation"}


# --- the file


def test_the_file_is_for_its_owner_alone(store: Store, path: Path) -> None:
    store.put_judged([judged("S-1")])
    for own in path.parent.iterdir():
        assert stat.S_IMODE(own.stat().st_mode) == 0o600, own.name


def test_rights_that_others_were_given_are_taken_back(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o644)
    Store.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_database_is_set_for_safety(store: Store, path: Path) -> None:
    with store.engine.connect() as connection:
        for pragma, value in {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": 2,
            "busy_timeout": 15_000,
        }.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_backup_is_whole_while_another_writes(store: Store, path: Path) -> None:
    store.put_judged([judged(f"S-{number}") for number in range(500)])
    over = threading.Event()

    def write() -> None:
        with Store.open(path) as other:
            number = 0
            while not over.is_set():
                other.put_judged([judged(f"T-{number}")])
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    target = path.with_name("copy.sqlite")
    try:
        store.backup(target)
    finally:
        over.set()
        writer.join()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with Store.open(target, check=True) as copy:
        assert copy.check() == ()
        assert len(copy.case_ids(HERE)) >= 500
    with pytest.raises(StoreError, match="skriver aldri over"):
        store.backup(target)


def test_a_backup_that_fails_is_not_there(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged store, or a disk that is full halfway: nothing is left under the real name, and the next try may have it."""
    target = tmp_path / "kopi.sqlite"

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    store = Store.open(path)
    with monkeypatch.context() as broken:
        broken.setattr(copies, "raw", full)
        with pytest.raises(StoreError, match="full"):
            store.backup(target)
    assert [file.name for file in tmp_path.iterdir() if "kopi" in file.name] == []
    store.backup(target)
    before = target.read_bytes()
    with pytest.raises(StoreError, match="finnes fra før"):
        store.backup(target)
    assert target.read_bytes() == before
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if "kopi" in file.name] == ["kopi.sqlite"]
    store.close()


def test_a_scratch_copy_changes_nothing(store: Store) -> None:
    store.put_judged([judged("S-1")])
    with store.scratch() as scratch:
        scratch.put_judged([judged("S-2")])
        assert len(scratch.cases()) == 2
    assert len(store.cases()) == 1


def test_reading_alone_writes_nothing(path: Path) -> None:
    with pytest.raises(StoreError, match="finnes ikke noe lager"):
        Store.open(path, read_only=True)
    with Store.open(path) as store:
        store.put_judged([judged("S-1")])
    with Store.open(path, read_only=True) as reader:
        assert len(reader.cases()) == 1
        with pytest.raises(StoreError, match="kan bare leses"):
            reader.put_judged([judged("S-2")])


# --- versions


def test_an_older_store_is_backed_up_and_upgraded(path: Path, later_release: Callable[[], str]) -> None:
    with Store.open(path) as store:
        store.put_judged([judged("S-1")])
        before = store.schema
    after = later_release()
    with Store.open(path) as store:
        assert store.case_ids(HERE) == {"S-1"}
        assert store.schema == after
    (backup,) = path.parent.glob("*.backup")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (before,)
        assert raw.execute("SELECT case_id FROM cases").fetchall() == [("S-1",)]


def test_a_store_that_is_only_read_is_not_upgraded(path: Path, later_release: Callable[[], str]) -> None:
    Store.open(path).close()
    later_release()
    with pytest.raises(OlderStore, match="eldre utgave"):
        Store.open(path, read_only=True)


def test_an_upgrade_that_breaks_leaves_the_old_store(path: Path, later_release: Callable[[], str]) -> None:
    Store.open(path).close()
    before, after = NEWEST, later_release()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"CREATE TABLE later{after} (x INTEGER)")  # the migration will stumble over it
    with pytest.raises(StoreError):
        Store.open(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (before,)


def test_two_starts_on_a_new_store_are_no_upgrade(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second looks while there is nothing, and comes to make the tables when the first has."""
    upgrade = opening.upgrade

    def after_another(engine: Engine) -> None:
        monkeypatch.setattr(opening, "upgrade", upgrade)
        with Store.open(path) as first:
            first.set_meta("first", "here")
        upgrade(engine)

    monkeypatch.setattr(opening, "upgrade", after_another)
    with Store.open(path) as second:
        assert second.upgraded() is None
        assert second.meta("first") == "here"


@pytest.mark.parametrize("table", ["findings", "cases", "runs", "tallies"])
@pytest.mark.parametrize("read_only", [True, False])
def test_a_store_made_between_two_releases_is_refused_by_the_column_it_lacks(
    path: Path, table: str, read_only: bool
) -> None:
    Store.open(path).close()
    lacks = {"findings": "state", "cases": "etag", "runs": "plan", "tallies": "number"}[table]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {lacks}")
        connection.commit()
    with pytest.raises(StoreError, match=rf"mangler {table}\.{lacks}: flytt") as raised:
        Store.open(path, read_only=read_only)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("version", BEFORE_THE_FIRST)
def test_a_store_from_before_the_first_release_is_to_be_begun_anew(path: Path, version: str) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", [version])
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreError, match="flytt fila bort, og kjør skolemiljo sync"):
            Store.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_newer_store_is_refused_and_left_alone(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = 'v9999'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="nyere utgave") as error:
        Store.open(path)
    assert error.value.exit_code == 3
    assert path.read_bytes() == before


def test_someone_elses_database_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE cases (x INTEGER)")
    with pytest.raises(StoreError, match="ikke vårt"):
        Store.open(path)


def test_the_migrations_make_the_tables_the_code_knows(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        indexes = {index["name"] for table in metadata.tables for index in inspect(connection).get_indexes(table)}
    assert indexes == {index.name for table in metadata.tables.values() for index in table.indexes}
    assert KNOWN[-1] == NEWEST


def test_the_schema_is_fit_for_postgresql() -> None:
    for table in metadata.sorted_tables:
        words = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # the library types it not
        assert words.count("TIMESTAMP WITH TIME ZONE") == sum(
            column.type.__class__.__name__ == "Utc" for column in table.c
        )


# --- when the disk will not


def test_a_damaged_file_is_a_clear_error(path: Path) -> None:
    with Store.open(path) as store:
        store.put_judged([judged(f"S-{number}") for number in range(300)])
    whole = path.read_bytes()
    path.write_bytes(b"x" * 4096 + whole[4096:])
    with pytest.raises(StoreError, match="skadet"):
        Store.open(path)
    path.write_bytes(whole[:8192] + os.urandom(len(whole) - 8192))
    with pytest.raises(StoreError, match="skadet"):
        Store.open(path, check=True)


def test_a_full_disk_is_a_clear_error_and_keeps_what_there_was(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_judged([judged("S-1")])
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    store.close()
    settle = file.settle

    def on_a_full_disk(connection: sqlite3.Connection, *, read_only: bool) -> None:
        settle(connection, read_only=read_only)
        connection.execute(f"PRAGMA max_page_count={pages}")

    monkeypatch.setattr(file, "settle", on_a_full_disk)
    full = Store.open(path)
    with pytest.raises(StoreError, match="disken er full"):
        full.put_judged([judged(f"T-{number}") for number in range(2_000)])
    full.close()
    monkeypatch.undo()
    with Store.open(path, check=True) as again:
        assert again.case_ids(HERE) == {"S-1"}


def test_a_file_that_may_not_be_written_is_a_clear_error(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o400)
    with held_to_rights(), pytest.raises(StoreError, match="kan bare leses"), Store.open(path) as store:
        store.set_meta("a", "b")
    path.chmod(0o000)
    with held_to_rights(), pytest.raises(StoreError):
        Store.open(path)


def test_a_store_that_is_held_by_another_waits_and_then_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "_BUSY_MILLISECONDS", 50)
    with Store.open(path) as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="i bruk"):
            store.set_meta("a", "b")
        other.rollback()
        store.set_meta("a", "b")


def test_an_error_repeats_nothing_of_what_was_to_be_stored(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(store.path or "")) as raw, raw:
        raw.execute("DROP TABLE acceptances")
    with pytest.raises(StoreError) as error:
        store.add_acceptance(rule="VA-08", scope="case", reason="zqmerkezq", role="rector", until="2026-12-31", at=AT)
    link: BaseException | None = error.value
    while link is not None:
        assert "zqmerkezq" not in str(link)
        link = link.__cause__


# --- acceptances and forgetting


def test_acceptances_survive_a_lost_store(store: Store, tmp_path: Path) -> None:
    kept = store.add_acceptance(
        rule="VA-08", scope="case", reason="møtet ble flyttet", role="rector", until="2026-12-31", at=AT, case="S-1"
    )
    gone = store.add_acceptance(rule="VA-05", scope="case", reason="feil", role="rector", until="2026-12-31", at=AT)
    store.withdraw_acceptance(gone, AT)
    target = tmp_path / "acceptances.json"
    assert store.export_acceptances(target) == 2
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with Store.open(tmp_path / "new.sqlite") as new:
        assert len(new.import_acceptances(target)) == 2
        assert new.import_acceptances(target) == ()
        assert new.acceptances() == store.acceptances()
        assert [one.id for one in new.acceptances()] == [kept]


def test_decisions_are_merged_by_id_and_what_was_withdrawn_stays_so(store: Store, tmp_path: Path) -> None:
    def decide(where: Store, reason: str) -> str:
        return where.add_acceptance(
            rule="VA-08", scope="case", reason=reason, role="rector", until="2026-12-31", at=AT, case="S-1"
        )

    export = tmp_path / "acceptances.json"
    both, withdrawn_there = decide(store, "begge"), decide(store, "trukket i eksporten")
    store.export_acceptances(export)
    older = store.scratch()
    store.withdraw_acceptance(withdrawn_there, AT)
    later = decide(store, "senere")
    store.export_acceptances(export)
    with older as restored:
        here_alone = decide(restored, "bare her")
        restored.withdraw_acceptance(both, AT)
        assert restored.export_acceptances(export) == 4
        assert {one.id for one in restored.acceptances()} == {later, here_alone}
    assert set(store.import_acceptances(export)) == {both, here_alone}
    assert {one.id for one in store.acceptances()} == {later, here_alone}
    assert store.import_acceptances(export) == ()


def test_the_newest_word_of_a_decision_wins(store: Store, tmp_path: Path) -> None:
    mine = store.add_acceptance(rule="VA-08", scope="case", reason="en", role="rector", until="2026-12-31", at=AT)
    export = tmp_path / "acceptances.json"
    store.export_acceptances(export)
    content = json.loads(export.read_text("utf-8"))
    for at, reason, wins in ((AT - timedelta(days=1), "eldre", "en"), (AT + timedelta(days=1), "nyere", "nyere")):
        content["acceptances"][0] |= {"reason": reason, "created_at": at.isoformat()}
        export.write_text(json.dumps(content), "utf-8")
        store.import_acceptances(export)
        assert [(one.id, one.reason) for one in store.acceptances()] == [(mine, wins)]


def test_an_export_that_cannot_be_read_is_not_written_over(store: Store, tmp_path: Path) -> None:
    export = tmp_path / "acceptances.json"
    export.write_text('{"schema_version": 1, "accept')
    with pytest.raises(BrokenExport, match="flytt den bort") as error:
        store.export_acceptances(export)
    assert error.value.exit_code == 2
    assert export.read_text() == '{"schema_version": 1, "accept'


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"schema_version": 2, "acceptances": []}', '{"schema_version": 1, "acceptances": [{}]}'],
)
def test_what_is_no_export_is_refused(store: Store, tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(content)
    with pytest.raises(StoreError):
        store.import_acceptances(file)
    assert store.acceptances() == ()


def test_a_malformed_acceptance_is_kept_and_told(store: Store, tmp_path: Path) -> None:
    store.add_acceptance(rule="VA-08", scope="case", reason="grunn", role="rector", until="2026-12-31", at=AT)
    target = tmp_path / "a.json"
    store.export_acceptances(target)
    content = json.loads(target.read_text())
    content["acceptances"][0] |= {"id": "x", "until": "neste år", "role": "konge", "reason": " "}
    target.write_text(json.dumps(content))
    store.import_acceptances(target)
    broken = next(one for one in store.acceptances() if one.id == "x")
    assert broken.until is None
    assert broken.malformed == ("until", "role", "reason")


def test_what_stands_judged_as_it_was_answered_is_known_by_that_while_nothing_makes_it_judged_anew(
    store: Store,
) -> None:
    def seen(case: str, *findings: Finding, **fields: Any) -> JudgedCase:
        return judged(case, *findings, **{"seen_as": f"mark {case}", "modified_at": AT, **fields})

    long_ago = AT - timedelta(days=9)
    crashed = seen("S-7")
    store.put_judged(
        [
            seen("S-1"),
            judged("S-2", modified_at=AT),  # its source gave no mark
            seen("S-3", modified_at=long_ago),
            seen("S-4", changes_at=AT),
            seen("S-5", finding("S-5", verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN), modified_at=long_ago),
            seen("S-6"),
            replace(crashed, assessment=replace(crashed.assessment, crashed=("T-01",))),
            seen("p-abcdefghijkl"),
            seen("S-8"),
        ]
    )
    store.put_problem(HERE, "S-6", ProblemKind.UNREADABLE)
    store.put_vanished("S-8", AT)
    since = AT - timedelta(hours=24)
    assert store.standing_cases(HERE, AT, since) == {
        "mark S-1": StandsJudged("S-1", AT),
        "mark S-5": StandsJudged("S-5", long_ago),
    }
    assert store.standing_cases(HERE, AT - timedelta(days=1), since) == {}, "time has been turned back"
    assert store.standing_cases(THERE, AT, since) == {}


def test_forgetting_takes_what_is_old_and_leaves_what_time_still_runs_for(store: Store, path: Path) -> None:
    old = AT - timedelta(days=800)
    long_ago: dict[str, Any] = {"modified_at": old}

    def then(item: JudgedCase) -> JudgedCase:
        return replace(item, assessment=replace(item.assessment, as_of=old))

    store.put_judged(
        [
            then(judged("S-1", **long_ago)),
            then(judged("S-2", **long_ago, changes_at=AT)),
            then(judged("S-3", **long_ago)),
            judged("S-4"),
        ]
    )
    store.intend([wish("S-3")])
    store.add_acceptance(
        rule="VA-08", scope="case", reason="zqgammelzq", role="rector", until="2027-12-31", at=AT, case="S-1"
    )
    store.begin_run("r0", started_at=old, as_of=old, plan="D/en")
    store.end_run("r0", ended_at=old, state="complete", summary={}, years=YEARS)
    gone = store.forget(date(2025, 1, 1))
    assert (gone.cases, gone.runs) == (1, 1)
    assert store.case_ids(HERE) == {"S-2", "S-3", "S-4"}
    assert store.acceptances() == ()
    assert store.check() == ()
    store.close()
    assert all(b"zqgammelzq" not in file.read_bytes() for file in path.parent.iterdir())
