"""What reports read of the store, and small facts: cases, judgements, the annual cycle, decisions, runs and their numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from pydantic import TypeAdapter

from ..domain.annual_cycle import CycleStatus
from ..domain.came import Settled
from ..domain.role import Role
from ..domain.verdict import Assessment, Basis, Finding, Reading, Reason, Remark, Severity, Verdict
from .names import NOT_WHOLE, UPGRADED, cycle_subject
from .plain import BATCH, Plain, Row, kind, parts, places
from .rows import Acceptance, CaseState, Run, SchoolState, Tally, Upgrade

REMARKS = TypeAdapter(tuple[Remark, ...])
SETTLED = TypeAdapter(Settled)
FINDING_COLUMNS = (
    "slug",
    "verdict",
    "reason",
    "question",
    "deadline",
    "asks_after",
    "counted_from",
    "reading",
    "changes_at",
    "severity",
    "basis",
    "role",
    "plan",
    "state",
)
"""Those of a finding's fields that are columns of the same name."""
_STATE = ", ".join(name for name in CaseState.__slots__ if name != "case")
_RUN = ", ".join(Run.__slots__)
_SCHOOL = ", ".join(SchoolState.__slots__)


# --- facts and schools -----------------------------------------------------------------------------------------------


def fact(plain: Plain, key: str) -> str | None:
    """A small fact about the store itself."""
    return next(iter(plain.column("SELECT value FROM meta WHERE key = ?", key)), None)


def keep_fact(plain: Plain, key: str, value: str) -> None:
    """Keeps a small fact about the store itself."""
    plain.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value
    )


def upgraded(plain: Plain) -> Upgrade | None:
    """An upgrade of the schema that has not been noted yet, however long ago it was."""
    value = fact(plain, UPGRADED)
    if value is None:
        return None
    before, after, at = value.split()
    return Upgrade(before, after, datetime.fromisoformat(at))


def school(plain: Plain, school: str) -> SchoolState:
    """Where the last nights left ``school``."""
    rows = plain.rows(f"SELECT {_SCHOOL} FROM schools WHERE school = ?", school)
    return SchoolState(**rows[0]) if rows else SchoolState(school)


def put_school(plain: Plain, state: SchoolState) -> None:
    """Moves a school on."""
    plain.put_all("schools", ("school",), [{name: getattr(state, name) for name in SchoolState.__slots__}])


def schools(plain: Plain) -> tuple[str, ...]:
    """Every school that has been looked at."""
    return tuple(plain.column("SELECT school FROM schools ORDER BY school"))


# --- cases -----------------------------------------------------------------------------------------------------------


def case(plain: Plain, case: str) -> CaseState | None:
    """What is remembered of one case."""
    return next(iter(_states(plain, "case_id = ?", case)), None)


def cases(plain: Plain, school: str | None = None) -> tuple[CaseState, ...]:
    """What is remembered of a school's cases (``None`` = all schools'), vanished ones included."""
    return _states(plain, *_mine(school))


def vanished(plain: Plain, school: str | None = None) -> tuple[CaseState, ...]:
    """The cases that the source no longer has."""
    mine, *values = _mine(school)
    return _states(plain, f"vanished_at IS NOT NULL AND {mine}", *values)


def _mine(school: str | None) -> tuple[str, ...]:
    return ("1 = 1",) if school is None else ("school = ?", school)


def _states(plain: Plain, where: str, *values: Any) -> tuple[CaseState, ...]:
    rows = plain.rows(f"SELECT case_id, {_STATE} FROM cases WHERE {where} ORDER BY case_id", *values)
    return tuple(CaseState(row.pop("case_id"), **{**row, "problem": kind(row["problem"])}) for row in rows)


def number_unknown(plain: Plain, school: str) -> int:
    """How many answers about the school's cases stand as «kunne ikke sjekkes», whichever night they are of."""
    here = "SELECT case_id FROM cases WHERE school = ? AND vanished_at IS NULL"
    sql = f"SELECT count(*) FROM findings WHERE verdict = ? AND NOT of_cycle AND subject IN ({here})"
    return int(plain.column(sql, Verdict.UNKNOWN, school)[0])


def case_ids(plain: Plain, school: str) -> frozenset[str]:
    """The school's cases that are thought to be at the source still."""
    return frozenset(plain.column("SELECT case_id FROM cases WHERE school = ? AND vanished_at IS NULL", school))


def prints(plain: Plain, school: str) -> dict[str, dict[str, str]]:
    """By case, the fingerprints of the texts of its plans, of the school's cases that are at the source still."""
    here = "school = ? AND vanished_at IS NULL AND judged_at IS NOT NULL"
    rows = plain.rows(f"SELECT case_id, prints FROM cases WHERE {here} ORDER BY case_id", school)
    return {row["case_id"]: row["prints"] for row in rows if row["prints"]}


def about_leaders(plain: Plain, school: str | None = None) -> frozenset[str]:
    """Cases in which a leader of the school is, or ever was, the subject: kept from rektor's view."""
    mine, *values = _mine(school)
    return frozenset(plain.column(f"SELECT case_id FROM cases WHERE leader_accused AND {mine}", *values))


def changed_by_others(plain: Plain, school: str | None = None) -> tuple[str, ...]:
    """The cases at which something of somebody else's stands in the place of our record."""
    mine, *values = _mine(school)
    sql = f"""SELECT written.case_id FROM written JOIN cases ON cases.case_id = written.case_id
        WHERE changed_to IS NOT NULL AND {mine} ORDER BY written.case_id"""
    return tuple(plain.column(sql, *values))


# --- judgements ------------------------------------------------------------------------------------------------------


def assessments(
    plain: Plain, school: str | None = None, *, years: Collection[str] | None = None
) -> Iterator[Assessment]:
    """The judgements as they stand, by case id and then the annual cycle; «ikke aktuelt» is not kept.

    ``years``: the school years of the annual cycle (``None`` = all).

    Vanished cases are left out (see :func:`vanished`). Of a case that could not be read last time nothing is «i orden»
    any more: what was ``met`` comes as ``unknown``.
    """
    mine, *values = _mine(school)
    sql = f"SELECT * FROM cases WHERE judged_at IS NOT NULL AND vanished_at IS NULL AND {mine} ORDER BY case_id"
    rows = plain.rows(sql, *values)
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        found = findings_of(plain, [row["case_id"] for row in part])
        for row in part:
            its: Iterable[Finding] = found.get(row["case_id"], ())
            yield assessment(row, its if row["problem"] is None else map(_no_longer_known, its))
    yield from _cycle_assessments(plain, school, years)


def assessment(row: Any, its: Iterable[Finding]) -> Assessment:
    """The judgement of the case in ``row``, with the findings ``its``."""
    return Assessment(
        case=row["case_id"],
        school=row["school"],
        as_of=row["judged_at"],
        plan=row["plan"],
        findings=tuple(its),
        crashed=tuple(row["crashed"]),
        closed=bool(row["closed"]),
        leader_accused=row["leader_accused"],
        last_act=row["last_act"],
        unseen=tuple(row["unseen"]),
    )


def _no_longer_known(finding: Finding) -> Finding:
    if finding.verdict is not Verdict.MET:
        return finding
    return replace(finding, verdict=Verdict.UNKNOWN, reason=Reason.UNREADABLE)


def findings_of(plain: Plain, ids: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """The findings of the cases ``ids``, by case."""
    found: dict[str, tuple[Finding, ...]] = {}
    for part in parts(ids):
        found |= _findings(plain, f"NOT of_cycle AND subject IN {places(part)}", *part)
    return found


def _findings(plain: Plain, where: str, *values: Any) -> dict[str, tuple[Finding, ...]]:
    rows = plain.rows(f"SELECT * FROM findings WHERE {where} ORDER BY subject, rule, scope, school", *values)
    return {subject: tuple(map(_finding, group)) for subject, group in groupby(rows, key=itemgetter("subject"))}


def _finding(row: Row) -> Finding:
    """The finding in ``row``, as it was kept."""
    reason, reading, settled = row["reason"], row["reading"], row["settled"]
    return Finding(
        rule=row["rule"],
        slug=row["slug"],
        school=row["school"] or None,
        case=None if row["of_cycle"] else row["subject"],
        scope=row["scope"],
        verdict=Verdict(row["verdict"]),
        reason=None if reason is None else Reason(reason),
        question=row["question"],
        deadline=row["deadline"],
        asks_after=row["asks_after"],
        counted_from=row["counted_from"],
        reading=None if reading is None else Reading(reading),
        evidence=tuple(row["evidence"]),
        remarks=REMARKS.validate_python(row["remarks"]) if row["remarks"] else (),
        changes_at=row["changes_at"],
        severity=Severity(row["severity"]),
        basis=Basis(row["basis"]),
        role=Role(row["role"]),
        plan=row["plan"],
        state=row["state"],
        settled=None if settled is None else SETTLED.validate_python(settled),
    )


def standing(plain: Plain, school: str | None, moment: datetime) -> dict[tuple[str, str, str, str], Verdict]:
    """How it stood after the nights up to ``moment`` (zone-aware): verdict by the findings' identity, of a school or
    (``None``) of all. Cases that came later, or are gone since, are left out."""
    own, *its = _mine(school)
    there = f"SELECT case_id FROM cases WHERE vanished_at IS NULL AND first_judged_at <= ? AND {own}"
    mine = f"((of_cycle AND {own}) OR (NOT of_cycle AND subject IN ({there})))"
    values = (*its, moment, *its)

    def each(row: Row) -> tuple[str, tuple[str, str, str, str]]:
        return row["subject"], (row["rule"], row["school"], "" if row["of_cycle"] else row["subject"], row["scope"])

    columns = "rule, school, of_cycle, subject, scope"
    now = plain.rows(f"SELECT {columns}, verdict FROM findings WHERE {mine}", *values)
    back = plain.rows(f"SELECT {columns}, was FROM changes WHERE at > ? AND {mine} ORDER BY id DESC", moment, *values)
    # The municipality's own duties are found in each of two school years: the one does not begin where the other ends.
    found = {each(row): row["verdict"] for row in now} | {each(row): row["was"] for row in back}
    return {key: Verdict(found[subject, key]) for subject, key in sorted(found) if found[subject, key] is not None}


# --- the annual cycle ------------------------------------------------------------------------------------------------


def cycle_statuses(
    plain: Plain, school: str | None = None, *, years: Collection[str] | None = None
) -> tuple[CycleStatus, ...]:
    """The annual cycle's status as last judged: of one school (``MUNICIPALITY`` = its own) or of all, in ``years`` or in
    all."""
    return tuple(CycleStatus.model_validate(row["status"]) for row in _years(plain, school, years))


def _years(plain: Plain, school: str | None, years: Collection[str] | None) -> list[Row]:
    where, *values = _mine(school)
    rows = plain.rows(f"SELECT * FROM cycles WHERE {where} ORDER BY school, school_year", *values)
    return [row for row in rows if years is None or row["school_year"] in years]


def _cycle_assessments(plain: Plain, school: str | None, years: Collection[str] | None) -> Iterator[Assessment]:
    rows = _years(plain, school, years)
    found = _findings(plain, "of_cycle") if rows else {}
    for row in rows:
        own = row["school"] or None
        yield Assessment(
            case=None,
            school=own,
            as_of=row["judged_at"],
            plan=row["plan"],
            findings=found.get(cycle_subject(own, row["school_year"]), ()),
            crashed=tuple(row["crashed"]),
        )


def years_changed_by_others(plain: Plain) -> tuple[str, ...]:
    """The school years (:func:`.cycle_subject`) at which something of somebody else's stands in the place of our status."""
    sql = "SELECT school, school_year FROM cycles WHERE changed_to IS NOT NULL ORDER BY school, school_year"
    return tuple(cycle_subject(row["school"] or None, row["school_year"]) for row in plain.rows(sql))


# --- decisions -------------------------------------------------------------------------------------------------------


def acceptances(plain: Plain) -> tuple[Acceptance, ...]:
    """Every decision that has not been withdrawn, expired and malformed ones included, oldest first."""
    rows = plain.rows("SELECT * FROM acceptances WHERE withdrawn_at IS NULL ORDER BY created_at, id")
    return tuple(map(_acceptance, rows))


def _acceptance(row: Row) -> Acceptance:
    malformed = []
    until = None
    try:
        until = date.fromisoformat(row["until"])
    except ValueError:
        malformed.append("until")
    if row["role"] not in set(Role):
        malformed.append("role")
    if not row["reason"].strip():
        malformed.append("reason")
    same = {field.name: row[field.name] for field in fields(Acceptance) if field.name in row}
    return Acceptance(**{**same, "case": row["case_id"], "until": until, "malformed": tuple(malformed)})


# --- runs ------------------------------------------------------------------------------------------------------------


def runs(plain: Plain, limit: int = 50) -> tuple[Run, ...]:
    """The last runs, newest first."""
    return tuple(Run(**row) for row in plain.rows(f"SELECT {_RUN} FROM runs ORDER BY number DESC LIMIT ?", limit))


def nights(plain: Plain, until: datetime) -> tuple[datetime, ...]:
    """As_of of the runs that came to their end by ``until``, newest first."""
    sql = "SELECT as_of FROM runs WHERE state IN ('complete', 'incomplete') AND as_of <= ? ORDER BY as_of DESC"
    return tuple(plain.column(sql, until))


def tallies(plain: Plain, *, runs_back: int = 1200) -> tuple[Tally, ...]:
    """The numbers of the last runs that ended (three school years), oldest as_of first: what a trend is drawn from."""
    rows = plain.rows("SELECT * FROM tallies ORDER BY since")
    stands: dict[tuple[str, str], int] = {}
    found: list[tuple[Row, dict[tuple[str, str], int]]] = []
    passed = 0
    for run in plain.rows("SELECT run_id, number, as_of, state FROM runs WHERE ended_at IS NOT NULL ORDER BY number"):
        while passed < len(rows) and rows[passed]["since"] <= run["number"]:
            stands[rows[passed]["school"], rows[passed]["verdict"]] = rows[passed]["number"]
            passed += 1
        found.append((run, {key: number for key, number in stands.items() if number}))
    found.sort(key=lambda one: (one[0]["as_of"], one[0]["run_id"]))
    return tuple(
        Tally(run["run_id"], run["as_of"], _whole(run, its, school), school or None, verdict, number)
        for run, its in found[-runs_back:]
        for (school, verdict), number in sorted(its.items())
        if verdict != NOT_WHOLE
    )


def _whole(run: Row, its: Mapping[tuple[str, str], int], school: str) -> bool:
    return run["state"] in ("complete", "incomplete") and (school, NOT_WHOLE) not in its
