"""The store: one small typed door to what is remembered between nights."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from gettext import gettext as _
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    Table,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from ..domain.annual_cycle import CycleStatus
from ..domain.errors import StoreError
from ..domain.fault_words import why_not
from ..domain.flag import ComplianceRecord
from ..domain.people import Role
from ..domain.verdict import NOT_TO_BE_UNDONE, Assessment, Finding, Reason, Verdict
from . import opening
from .rows import (
    Acceptance,
    CaseState,
    CycleState,
    Forgotten,
    Intention,
    JudgedCase,
    JudgedCycle,
    Run,
    SchoolState,
    Tally,
    Told,
    Upgrade,
)
from .tables import (
    MUNICIPALITY,
    TOO_LATE,
    acceptances,
    calendar_events,
    cases,
    changes,
    cycles,
    digests,
    findings,
    meta,
    metadata,
    outbox,
    runs,
    schools,
    tallies,
    written,
)


class OlderStore(StoreError):
    """The store is of an older release, and was opened for reading only: the next sync upgrades it."""


_BATCH = 500
"""Ids in one statement at most: every database takes that many parameters."""
_HIDDEN_IS_LOOKED_AT_AGAIN = timedelta(days=3)
_FINDING_COLUMNS = (
    "slug",
    "verdict",
    "reason",
    "question",
    "deadline",
    "counted_from",
    "reading",
    "changes_at",
    "severity",
    "basis",
    "role",
    "plan",
    "state",
)


class Store:
    """What is remembered between nights. One thread at a time; every method is one transaction or less.

    Every method raises StoreError (a fixed text without content) when the database will not do it: a full disk, a
    read-only or damaged file, a lock that is held too long. A transaction that fails leaves nothing half-done.
    """

    def __init__(self, engine: Engine, path: Path | None, *, read_only: bool = False) -> None:
        self._engine = engine
        self.path = path
        """The file, where the store is one."""
        self.read_only = read_only

    # --- opening and closing -------------------------------------------------------------------------------------

    @classmethod
    def open(cls, where: str | Path, *, read_only: bool = False, check: bool = False) -> Self:
        """Opens the store at a path or database address, and makes it where there is none.

        An older schema is upgraded, after a backup beside the file; a newer one is refused. ``check`` reads the whole
        file for damage first. ``read_only``: changes nothing, and raises StoreError where there is nothing to read.
        """
        url = opening.url_of(where)
        path = None
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            path = Path(url.database)
            if not read_only:
                opening.prepare_file(path)
            elif not path.is_file():
                raise StoreError(
                    _("det finnes ikke noe lager i {name}: kjør skolemiljo sync først").format(name=path.name)
                )
        store = cls(opening.connect(url, read_only=read_only), path, read_only=read_only)
        try:
            store._begin_use(check=check)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def in_memory(cls) -> Self:
        """An empty store that is gone when it is closed."""
        return cls.open("sqlite://")

    def _begin_use(self, *, check: bool) -> None:
        with self._reading() as connection:
            if check and not opening.is_whole(connection):
                raise StoreError(opening.damaged(self.name))
            version = opening.version_of(connection)
            old = opening.check_version(version)
        if not old:
            return
        if self.read_only:
            raise OlderStore(
                _("lageret {name} er fra en eldre utgave: kjør skolemiljo sync, så blir det oppgradert").format(
                    name=self.name
                )
            )
        if version is not None and self.path is not None:
            opening.copy_sqlite(self._engine, opening.backup_name(self.path, f"before-{opening.NEWEST}"))
        with opening.plain_errors(self.name):
            opening.upgrade(self._engine)
        if version is None:
            self.set_meta("store_id", uuid.uuid4().hex)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Store {self.name}>"

    @property
    def name(self) -> str:
        """The store's name in messages: the file's, or the kind of database."""
        return self.path.name if self.path is not None else self._engine.dialect.name

    @property
    def schema(self) -> str | None:
        """The migration that the database stands at."""
        with self._reading() as connection:
            return opening.version_of(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with opening.plain_errors(self.name), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            opening.plain_errors(self.name),
            self._engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    # --- copies --------------------------------------------------------------------------------------------------

    def backup(self, target: Path) -> None:
        """A whole copy in the new file ``target`` (mode 0600), also while a run is writing. SQLite only.

        Raises StoreError where ``target`` is there already, and for other databases (they have their own tools).
        """
        if self._engine.dialect.name != "sqlite":
            raise StoreError(_("lageret er ikke en fil: ta kopi med databasens eget verktøy (pg_dump)"))
        opening.copy_sqlite(self._engine, target)

    def scratch(self) -> Store:
        """A copy in memory, to try things on: a dry run changes nothing here."""
        copy = type(self).in_memory()
        with opening.plain_errors(self.name), self._engine.connect() as source, copy._engine.connect() as target:
            if source.dialect.name == "sqlite":
                opening.raw(source).backup(opening.raw(target))
            else:
                with target.begin():
                    for table in metadata.sorted_tables:
                        _copy_table(source, target, table)
        return copy

    def check(self) -> tuple[str, ...]:
        """What is wrong with the database, in its own words; empty = nothing was found. Reads all of it."""
        with self._reading() as connection:
            if connection.dialect.name != "sqlite":
                return ()
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        loose = _("løs rad i {table}")
        return tuple(line for line in found if line != "ok") + tuple(loose.format(table=row[0]) for row in broken)

    # --- small facts ---------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A small fact about the store itself."""
        with self._reading() as connection:
            return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()

    def set_meta(self, key: str, value: str) -> None:
        """Keeps a small fact about the store itself."""
        with self._writing() as connection:
            _put(connection, meta, {"key": key}, {"value": value})

    def upgraded(self) -> Upgrade | None:
        """An upgrade of the schema that has not been noted yet, however long ago it was."""
        value = self.meta(opening.UPGRADED)
        if value is None:
            return None
        before, after, at = value.split()
        return Upgrade(before, after, datetime.fromisoformat(at))

    def upgrade_is_noted(self) -> None:
        """The run log has the upgrade: it is news no more."""
        with self._writing() as connection:
            connection.execute(delete(meta).where(meta.c.key == opening.UPGRADED))

    # --- schools -------------------------------------------------------------------------------------------------

    def school(self, school: str) -> SchoolState:
        """Where the last nights left ``school``."""
        with self._reading() as connection:
            row = connection.execute(select(schools).where(schools.c.school == school)).mappings().first()
        return SchoolState(**row) if row is not None else SchoolState(school)

    def schools(self) -> tuple[str, ...]:
        """Every school that has been looked at."""
        with self._reading() as connection:
            return tuple(connection.execute(select(schools.c.school).order_by(schools.c.school)).scalars())

    def put_school(self, state: SchoolState) -> None:
        """Moves a school on."""
        values = {name: getattr(state, name) for name in SchoolState.__slots__ if name != "school"}
        with self._writing() as connection:
            _put(connection, schools, {"school": state.school}, values)

    # --- cases ---------------------------------------------------------------------------------------------------

    def put_judged(self, judged: Sequence[JudgedCase]) -> None:
        """Keeps a batch of judgements in one transaction, in place of those before."""
        latest = list({item.assessment.case: item for item in judged}.values())
        ids = [str(item.assessment.case) for item in latest]
        with self._writing() as connection:
            known: dict[str, Any] = {}
            stood: dict[str, _Verdicts] = {}
            for part in _parts(ids):
                before = select(cases.c.case_id, cases.c.unseen_since, cases.c.judged_at, cases.c.first_judged_at)
                known.update((row.case_id, row) for row in connection.execute(before.where(cases.c.case_id.in_(part))))
                mine = and_(~findings.c.of_cycle, findings.c.subject.in_(part))
                stood.update(_verdicts(connection, mine))
                connection.execute(delete(findings).where(mine))
            rows = [_case_row(item, known.get(str(item.assessment.case))) for item in latest]
            new = [row for row in rows if row["case_id"] not in known]
            if new:
                connection.execute(insert(cases), new)
            old = [{"known_id": row.pop("case_id"), **row} for row in rows if row["case_id"] in known]
            if old:
                columns = [name for name in old[0] if name != "known_id"]
                statement = update(cases).where(cases.c.case_id == _bind("known_id"))
                connection.execute(statement.values({name: _bind(name) for name in columns}), old)
            lines = [
                _finding_row(finding, str(item.assessment.case), of_cycle=False)
                for item in latest
                for finding in item.assessment.findings
                if finding.verdict is not Verdict.NOT_APPLICABLE
            ]
            if lines:
                connection.execute(insert(findings), lines)
            # A case that comes in is known by its first_judged_at: its findings are no changes.
            judged_before = {case: stood.get(case, {}) for case, row in known.items() if row.judged_at is not None}
            _note_changes(connection, {str(i.assessment.case): i.assessment for i in latest}, judged_before)

    def put_problem(self, school: str, case: str, kind: str, at: datetime) -> None:
        """Notes that a case could not be read. What was found out before stays, and is no longer current."""
        with self._writing() as connection:
            changed = connection.execute(
                update(cases).where(cases.c.case_id == case).values(problem=kind, problem_at=at)
            )
            if changed.rowcount:
                return
            connection.execute(
                insert(cases),
                [
                    {
                        "case_id": case,
                        "school": school,
                        "complete": False,
                        "crashed": [],
                        "leader_accused": False,
                        "problem": kind,
                        "problem_at": at,
                    }
                ],
            )

    def forget_unclaimed(self, ids: Iterable[str]) -> None:
        """Forgets cases that could never be read, nor told whose they are: nothing was ever said of them."""
        with self._writing() as connection:
            for part in _parts(sorted(ids)):
                never = (cases.c.school == MUNICIPALITY, cases.c.judged_at.is_(None), cases.c.case_id.in_(part))
                connection.execute(delete(cases).where(*never))

    def put_vanished(self, case: str, why: str, at: datetime) -> None:
        """Notes that the source no longer has (or shows) the case. It is kept, and told each night."""
        with self._writing() as connection:
            connection.execute(
                update(cases)
                .where(cases.c.case_id == case, cases.c.vanished_at.is_(None))
                .values(vanished_at=at, vanished_why=why)
            )

    def case(self, case: str) -> CaseState | None:
        """What is remembered of one case."""
        return next(iter(self._cases(cases.c.case_id == case)), None)

    def cases(self, school: str | None = None) -> tuple[CaseState, ...]:
        """What is remembered of a school's cases (``None`` = all schools'), vanished ones included."""
        return tuple(self._cases(*([] if school is None else [cases.c.school == school])))

    def _cases(self, *where: Any) -> Iterator[CaseState]:
        columns = [column for column in cases.c if column.name not in ("case_id", "plan")]
        statement = select(cases.c.case_id.label("case"), *columns).where(*where).order_by(cases.c.case_id)
        with self._reading() as connection:
            rows = connection.execute(statement).mappings().all()
        for row in rows:
            yield CaseState(**{**row, "crashed": tuple(row["crashed"])})

    def case_ids(self, school: str) -> frozenset[str]:
        """The school's cases that are thought to be at the source still."""
        statement = select(cases.c.case_id).where(cases.c.school == school, cases.c.vanished_at.is_(None))
        with self._reading() as connection:
            return frozenset(connection.execute(statement).scalars())

    def vanished(self, school: str | None = None) -> tuple[CaseState, ...]:
        """The cases that the source no longer has."""
        mine = [] if school is None else [cases.c.school == school]
        return tuple(self._cases(cases.c.vanished_at.is_not(None), *mine))

    def due_cases(self, school: str, as_of: datetime) -> tuple[str, ...]:
        """Cases to look at though nobody touched them.

        Time has passed (or been turned back); or the case could not be read; or something of it could not be seen, which
        may come of a fault that has passed by now. What stays hidden is left to the weekly reconciliation after some days.
        """
        lately = as_of - _HIDDEN_IS_LOOKED_AT_AGAIN
        statement = (
            select(cases.c.case_id)
            .where(
                cases.c.school == school,
                cases.c.vanished_at.is_(None),
                or_(
                    cases.c.changes_at <= as_of,
                    cases.c.judged_at > as_of,
                    cases.c.problem.is_not(None),
                    cases.c.unseen_since > lately,
                ),
            )
            .order_by(cases.c.case_id)
        )
        with self._reading() as connection:
            return tuple(connection.execute(statement).scalars())

    def leader_cases(self, school: str | None = None) -> frozenset[str]:
        """Cases in which a leader of the school is, or ever was, the subject: kept from rektor's view."""
        mine = [] if school is None else [cases.c.school == school]
        with self._reading() as connection:
            return frozenset(connection.execute(select(cases.c.case_id).where(cases.c.leader_accused, *mine)).scalars())

    def assessments(self, school: str | None = None, *, years: Collection[str] | None = None) -> Iterator[Assessment]:
        """The judgements as they stand, by case id and then the annual cycle; «ikke aktuelt» is not kept.

        ``years``: the school years of the annual cycle (``None`` = all).

        Vanished cases are left out (see :meth:`vanished`). Of a case that could not be read last time nothing is «i orden»
        any more: what was ``met`` comes as ``unknown``.
        """
        with self._reading() as connection:
            yield from _case_assessments(connection, school)
            yield from _cycle_assessments(connection, school, years)

    def standing(self, school: str | None, moment: datetime) -> dict[tuple[str, str, str, str], Verdict]:
        """How it stood after the nights up to ``moment`` (zone-aware): verdict by the findings' identity, of a school or
        (``None``) of all. Cases that came later, or are gone since, are left out."""
        there = and_(
            cases.c.vanished_at.is_(None), or_(cases.c.first_judged_at.is_(None), cases.c.first_judged_at <= moment)
        )

        def mine(table: Table) -> Any:
            own = select(cases.c.case_id).where(there, *([] if school is None else [cases.c.school == school]))
            cycle = [table.c.of_cycle] + ([] if school is None else [table.c.school == school])
            return or_(and_(*cycle), and_(~table.c.of_cycle, table.c.subject.in_(own)))

        def identity(row: Any) -> tuple[str, str, str, str]:
            return row.rule, row.school, "" if row.of_cycle else row.subject, row.scope

        its = (findings.c.rule, findings.c.school, findings.c.of_cycle, findings.c.subject, findings.c.scope)
        now = select(*its, findings.c.verdict).where(mine(findings))
        back = select(changes).where(changes.c.at > moment, mine(changes)).order_by(changes.c.id.desc())
        with self._reading() as connection:
            found = {identity(row): row.verdict for row in connection.execute(now)}
            for row in connection.execute(back):
                found[identity(row)] = row.was
        return {key: Verdict(verdict) for key, verdict in found.items() if verdict is not None}

    # --- what stands on the cases --------------------------------------------------------------------------------

    def unwritten(self, school: str) -> tuple[tuple[ComplianceRecord, str | None], ...]:
        """Records of the school that differ from what was last read back, each with the etag it was judged at.

        Cases that could not be read tonight, and vanished ones, are left out: what we know of them may be old.
        """
        statement = _unwritten(school).order_by(cases.c.case_id)
        with self._reading() as connection:
            rows = {row["case_id"]: row for row in connection.execute(statement).mappings()}
            found = _findings_of(connection, list(rows))
        return tuple(
            (ComplianceRecord.of(_assessment(row, found.get(case, ())), school=school), row["etag"])
            for case, row in rows.items()
        )

    def number_unwritten(self, school: str) -> int:
        """How many records :meth:`unwritten` would give."""
        with self._reading() as connection:
            statement = select(func.count()).select_from(_unwritten(school).subquery())
            return int(connection.execute(statement).scalar_one())

    def written(self, case: str) -> ComplianceRecord | None:
        """The record that was last read back from the case; ``None`` = none ever was."""
        with self._reading() as connection:
            body = connection.execute(select(written.c.record).where(written.c.case_id == case)).scalar()
        return None if body is None else ComplianceRecord.model_validate(body)

    def written_fingerprints(self, school: str | None = None) -> dict[str, str]:
        """Case id → fingerprint of what was last read back from it."""
        statement = select(written.c.case_id, written.c.fingerprint)
        if school is not None:
            statement = statement.join(cases, cases.c.case_id == written.c.case_id).where(cases.c.school == school)
        with self._reading() as connection:
            return {row.case_id: row.fingerprint for row in connection.execute(statement)}

    # --- the outbox ----------------------------------------------------------------------------------------------

    def intend(self, wanted: Sequence[Intention], at: datetime) -> None:
        """Keeps intentions before they are sent, in one transaction.

        An intention with the same content that waits already keeps its key, so that a server that has seen it knows it
        again. One with other content takes its place with a new key; what may stand from the old one is remembered.
        """
        with self._writing() as connection:
            for item in wanted:
                mine = and_(outbox.c.subject == item.subject, outbox.c.of_cycle == item.of_cycle)
                old = connection.execute(select(outbox).where(mine)).mappings().first()
                values: dict[str, Any] = {"school": item.school, "etag": item.etag, "set_aside": None, "attempts": 0}
                if old is not None and old["fingerprint"] == item.fingerprint:
                    connection.execute(update(outbox).where(mine).values(**values, body=item.body))
                    continue
                values |= {"key": item.key, "fingerprint": item.fingerprint, "body": item.body, "created_at": at}
                values["uncertain"] = item.uncertain or (old is not None and old["uncertain"])
                _put(connection, outbox, {"subject": item.subject, "of_cycle": item.of_cycle}, values)

    def intentions(self, school: str | None = None, *, set_aside: bool | None = None) -> tuple[Intention, ...]:
        """What waits to be written (``school`` None = everywhere; :data:`MUNICIPALITY` = the municipality's own)."""
        statement = select(*(outbox.c[name] for name in Intention.__slots__)).order_by(
            outbox.c.of_cycle, outbox.c.subject
        )
        if school is not None:
            statement = statement.where(outbox.c.school == school)
        if set_aside is not None:
            statement = statement.where(outbox.c.set_aside.is_not(None) if set_aside else outbox.c.set_aside.is_(None))
        with self._reading() as connection:
            return tuple(Intention(**row) for row in connection.execute(statement).mappings())

    def about_to_send(self, item: Intention, at: datetime) -> None:
        """Notes, before the request leaves, that its outcome will be unknown until it has been read back."""
        self._change_intention(item, attempts=item.attempts + 1, uncertain=True, tried_at=at)

    def new_key(self, item: Intention, key: str) -> None:
        """Gives an intention a new key: the server answered the old one, but what it said does not stand there."""
        self._change_intention(item, key=key)

    def set_aside(self, item: Intention, why: str, at: datetime) -> None:
        """Gives an intention up for this night. It is named, and tried again the next."""
        self._change_intention(item, set_aside=why, tried_at=at)

    def _change_intention(self, item: Intention, **values: Any) -> None:
        with self._writing() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.subject == item.subject, outbox.c.of_cycle == item.of_cycle)
                .values(**values)
            )

    def drop_intention(self, item: Intention) -> None:
        """Takes back an intention that nothing can have come of."""
        with self._writing() as connection:
            _drop(connection, item)

    def confirm(self, item: Intention, at: datetime, anchor: tuple[str, str] | None = None) -> None:
        """The intention has been read back: it stands. ``anchor``: a fact kept in the same transaction."""
        with self._writing() as connection:
            if item.of_cycle:
                school, _, year = item.subject.rpartition("/")
                connection.execute(
                    update(cycles)
                    .where(cycles.c.school == school, cycles.c.school_year == year)
                    .values(written_fingerprint=item.fingerprint, written_at=at)
                )
            else:
                values = {"fingerprint": item.fingerprint, "record": item.body, "key": item.key, "confirmed_at": at}
                _put(connection, written, {"case_id": item.subject}, values)
            _drop(connection, item)
            if anchor is not None:
                _put(connection, meta, {"key": anchor[0]}, {"value": anchor[1]})

    # --- the annual cycle ----------------------------------------------------------------------------------------

    def put_cycle(self, judged: JudgedCycle) -> CycleState:
        """Keeps the judgement of a school year, and gives what was last written of it."""
        status, assessment = judged.status, judged.assessment
        school, year = status.school or MUNICIPALITY, status.school_year
        subject = cycle_subject(status.school, year)
        with self._writing() as connection:
            _put(
                connection,
                cycles,
                {"school": school, "school_year": year},
                {
                    "judged_at": assessment.as_of,
                    "plan": assessment.plan,
                    "complete": assessment.complete,
                    "crashed": list(assessment.crashed),
                    "changes_at": assessment.changes_at,
                    "status": status.model_dump(mode="json"),
                    "fingerprint": judged.fingerprint,
                },
            )
            mine = and_(findings.c.of_cycle, findings.c.subject == subject)
            stood = _verdicts(connection, mine)
            connection.execute(delete(findings).where(mine))
            lines = [
                _finding_row(finding, subject, of_cycle=True)
                for finding in assessment.findings
                if finding.verdict is not Verdict.NOT_APPLICABLE
            ]
            if lines:
                connection.execute(insert(findings), lines)
            _note_changes(connection, {subject: assessment}, {subject: stood.get(subject, {})})
            last = connection.execute(
                select(cycles.c.written_fingerprint).where(cycles.c.school == school, cycles.c.school_year == year)
            ).scalar()
        return CycleState(status.school, year, judged.fingerprint, last)

    def cycle_statuses(
        self, school: str | None = None, *, years: Collection[str] | None = None
    ) -> tuple[CycleStatus, ...]:
        """The annual cycle's status as last judged: of one school (:data:`MUNICIPALITY` = its own) or of all, in ``years``
        or in all."""
        statement = (
            select(cycles.c.status).where(_of_cycles(school, years)).order_by(cycles.c.school, cycles.c.school_year)
        )
        with self._reading() as connection:
            return tuple(CycleStatus.model_validate(body) for body in connection.execute(statement).scalars())

    # --- acceptances ---------------------------------------------------------------------------------------------

    def add_acceptance(
        self,
        *,
        rule: str,
        scope: str,
        reason: str,
        role: str,
        until: str,
        at: datetime,
        school: str | None = None,
        case: str | None = None,
        verdict: str | None = None,
    ) -> str:
        """Keeps a human decision, as it was given; ``sync.accept`` checks it first. Gives its id."""
        new = uuid.uuid4().hex
        row = {
            "id": new,
            "school": school,
            "case_id": case,
            "rule": rule,
            "scope": scope,
            "reason": reason,
            "role": role,
            "until": until,
            "created_at": at,
            "verdict": verdict,
        }
        with self._writing() as connection:
            connection.execute(insert(acceptances), [row])
        return new

    def withdraw_acceptance(self, acceptance: str, at: datetime) -> bool:
        """Takes a decision back (it stays on record). False: there is none with that id, or it was withdrawn before."""
        with self._writing() as connection:
            return bool(
                connection.execute(
                    update(acceptances)
                    .where(acceptances.c.id == acceptance, acceptances.c.withdrawn_at.is_(None))
                    .values(withdrawn_at=at)
                ).rowcount
            )

    def acceptances(self) -> tuple[Acceptance, ...]:
        """Every decision that has not been withdrawn, expired and malformed ones included, oldest first."""
        statement = (
            select(acceptances)
            .where(acceptances.c.withdrawn_at.is_(None))
            .order_by(acceptances.c.created_at, acceptances.c.id)
        )
        with self._reading() as connection:
            return tuple(_acceptance(row) for row in connection.execute(statement))

    def export_acceptances(self, target: Path) -> int:
        """Writes all decisions to the JSON file ``target`` (mode 0600, whole or not at all). Gives how many."""
        with self._reading() as connection:
            rows = connection.execute(select(acceptances).order_by(acceptances.c.created_at, acceptances.c.id)).all()
        content = {"schema_version": 1, "acceptances": [_plain(row) for row in rows]}
        write_whole(target, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        return len(rows)

    def import_acceptances(self, source: Path) -> int:
        """Takes back what :meth:`export_acceptances` wrote; what is there already stays. Gives how many were new."""
        rows = _exported_rows(source)
        with self._writing() as connection:
            known = set(connection.execute(select(acceptances.c.id)).scalars())
            new = [row for row in rows if row["id"] not in known]
            if new:
                connection.execute(insert(acceptances), new)
        return len(new)

    # --- runs ----------------------------------------------------------------------------------------------------

    def begin_run(self, run: str, *, started_at: datetime, as_of: datetime, plan: str) -> tuple[str, ...]:
        """Notes that a run begins. Gives the runs before it that never ended: they were killed."""
        with self._writing() as connection:
            cut = tuple(connection.execute(select(runs.c.run_id).where(runs.c.state == "running")).scalars())
            connection.execute(update(runs).where(runs.c.state == "running").values(state="killed"))
            row = {"run_id": run, "started_at": started_at, "as_of": as_of, "plan": plan, "state": "running"}
            connection.execute(insert(runs), [row])
        return cut

    def end_run(
        self, run: str, *, ended_at: datetime, state: str, summary: dict[str, Any], years: Collection[str]
    ) -> None:
        """Notes how a run ended, and the numbers it leaves behind: of the cases that the source still has, and of the
        annual cycle in the school ``years`` that are asked about."""
        gone = select(cases.c.case_id).where(cases.c.vanished_at.is_not(None))
        asked = or_(false(), *(findings.c.subject.endswith(f"/{year}") for year in years))
        there = or_(and_(findings.c.of_cycle, asked), and_(~findings.c.of_cycle, findings.c.subject.not_in(gone)))
        with self._writing() as connection:
            connection.execute(
                update(runs).where(runs.c.run_id == run).values(ended_at=ended_at, state=state, summary=summary)
            )
            connection.execute(delete(tallies).where(tallies.c.run_id == run))
            done = and_(findings.c.verdict == Verdict.DEVIATION, findings.c.reason.in_(NOT_TO_BE_UNDONE))
            verdict = case((done, TOO_LATE), else_=findings.c.verdict).label("verdict")
            # PostgreSQL groups by columns alone.
            each = select(findings.c.school, findings.c.rule, verdict).where(there).subquery()
            counted = select(_literal(run), *each.c, func.count()).group_by(*each.c)
            connection.execute(insert(tallies).from_select(["run_id", "school", "rule", "verdict", "number"], counted))

    def runs(self, limit: int = 50) -> tuple[Run, ...]:
        """The last runs, newest first."""
        statement = select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id).limit(limit)
        with self._reading() as connection:
            return tuple(Run(**row) for row in connection.execute(statement).mappings())

    def nights(self, until: datetime) -> tuple[datetime, ...]:
        """As_of of the runs that came to their end by ``until``, newest first."""
        ended = and_(runs.c.state.in_(("complete", "incomplete")), runs.c.as_of <= until)
        with self._reading() as connection:
            return tuple(connection.execute(select(runs.c.as_of).where(ended).order_by(runs.c.as_of.desc())).scalars())

    def tallies(self, *, runs_back: int = 1200) -> tuple[Tally, ...]:
        """The numbers of the last runs (three school years), oldest run first: what a trend is drawn from."""
        chosen = select(runs.c.run_id).order_by(runs.c.as_of.desc(), runs.c.run_id).limit(runs_back)
        statement = (
            select(
                runs.c.run_id,
                runs.c.as_of,
                runs.c.state,
                tallies.c.school,
                tallies.c.verdict,
                func.sum(tallies.c.number).label("number"),
            )
            .join(runs, runs.c.run_id == tallies.c.run_id)
            .where(tallies.c.run_id.in_(chosen))
            .group_by(runs.c.run_id, runs.c.as_of, runs.c.state, tallies.c.school, tallies.c.verdict)
            .order_by(runs.c.as_of, runs.c.run_id, tallies.c.school, tallies.c.verdict)
        )
        with self._reading() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            Tally(r.run_id, r.as_of, r.state == "complete", r.school or None, r.verdict, int(r.number)) for r in rows
        )

    # --- what was told last --------------------------------------------------------------------------------------

    def told(self, reader: str) -> Told | None:
        """What the last digest to ``reader`` said."""
        with self._reading() as connection:
            row = connection.execute(select(digests).where(digests.c.reader == reader)).one_or_none()
        return None if row is None else Told(row.as_of, row.standing)

    def put_told(self, reader: str, told: Told) -> None:
        """Keeps what a digest said, once it has been handed over."""
        with self._writing() as connection:
            _put(connection, digests, {"reader": reader}, {"as_of": told.as_of, "standing": told.standing})

    def sequences(self, events: Mapping[str, str], as_of: datetime, *, keep: bool = True) -> dict[str, int]:
        """The calendar number of each event (uid → fingerprint of what it says): one more than last time where it says
        something else, and 0 for a new one. A look back at a time before the last one changes nothing, nor does ``keep``
        False.
        """
        with self._writing() if keep else self._reading() as connection:
            known = {
                row.uid: row
                for part in _parts(list(events))
                for row in connection.execute(select(calendar_events).where(calendar_events.c.uid.in_(part)))
            }
            found = {}
            for uid, fingerprint in events.items():
                last = known.get(uid)
                same = last is not None and (last.fingerprint == fingerprint or last.as_of > as_of)
                found[uid] = 0 if last is None else last.sequence if same else last.sequence + 1
                if keep and (last is None or last.as_of <= as_of):
                    values = {"as_of": as_of, "fingerprint": fingerprint, "sequence": found[uid]}
                    _put(connection, calendar_events, {"uid": uid}, values)
        return found

    # --- forgetting ----------------------------------------------------------------------------------------------

    def forget(self, before: date) -> Forgotten:
        """Removes what is older than the day ``before`` (UTC), and then hands the space back.

        Cases: those that vanished from the source before it, and those last changed at the source before it for which no
        time runs and nothing waits to be written. A case that the source still has comes back the next night, and is judged
        again: how long cases are kept is the source's to decide. Runs, school years and acceptances that ended before it go
        too, and what was last told before it.
        """
        moment = datetime(before.year, before.month, before.day, tzinfo=UTC)
        waiting = select(outbox.c.subject).where(~outbox.c.of_cycle)
        old_case = and_(
            cases.c.case_id.not_in(waiting),
            or_(
                cases.c.vanished_at < moment,
                and_(cases.c.modified_at < moment, cases.c.judged_at < moment, cases.c.changes_at.is_(None)),
            ),
        )
        with self._writing() as connection:
            gone = list(connection.execute(select(cases.c.case_id).where(old_case)).scalars())
            for part in _parts(gone):
                connection.execute(delete(findings).where(~findings.c.of_cycle, findings.c.subject.in_(part)))
                connection.execute(delete(changes).where(~changes.c.of_cycle, changes.c.subject.in_(part)))
                connection.execute(delete(cases).where(cases.c.case_id.in_(part)))
                connection.execute(delete(acceptances).where(acceptances.c.case_id.in_(part)))
            old_runs = connection.execute(delete(runs).where(runs.c.as_of < moment, runs.c.state != "running")).rowcount
            old_years = [
                (row.school, row.school_year)
                for row in connection.execute(select(cycles.c.school, cycles.c.school_year))
                if date(int(row.school_year[5:]), 7, 31) < before
            ]
            for school, year in old_years:
                subject = cycle_subject(school or None, year)
                connection.execute(delete(findings).where(findings.c.of_cycle, findings.c.subject == subject))
                connection.execute(delete(cycles).where(cycles.c.school == school, cycles.c.school_year == year))
            connection.execute(delete(changes).where(changes.c.at < moment))
            connection.execute(delete(digests).where(digests.c.as_of < moment))
            connection.execute(delete(calendar_events).where(calendar_events.c.as_of < moment))
            ended = connection.execute(
                delete(acceptances).where(acceptances.c.until < before.isoformat(), acceptances.c.created_at < moment)
            ).rowcount
        if self._engine.dialect.name == "sqlite":
            with opening.plain_errors(self.name), self._engine.connect() as connection:
                # Deleted rows are still in the file until it has been written anew.
                opening.raw(connection).execute("VACUUM")
        return Forgotten(len(gone), old_runs, len(old_years), ended)


def cycle_subject(school: str | None, school_year: str) -> str:
    """The key of a school year in the outbox and among the findings."""
    return f"{school or MUNICIPALITY}/{school_year}"


def write_whole(target: Path, content: str) -> None:
    """Writes a text file (mode 0600) whole or not at all. Raises StoreError."""
    import os

    half = target.with_name(f".{target.name}.{uuid.uuid4().hex}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        raise StoreError(
            _("{name} kan ikke skrives ({why_not})").format(name=target.name, why_not=why_not(error))
        ) from None


# --- rows and values -------------------------------------------------------------------------------------------------


def _bind(name: str) -> Any:
    from sqlalchemy import bindparam

    return bindparam(name, type_=None if name == "known_id" else cases.c[name].type)


def _literal(value: str) -> Any:
    from sqlalchemy import literal

    return literal(value)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def _put(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Changes the row with ``key``, or makes it. Portable: no dialect's own upsert."""
    where = and_(*(table.c[name] == value for name, value in key.items()))
    if not connection.execute(update(table).where(where).values(values)).rowcount:
        connection.execute(insert(table), [{**key, **values}])


def _drop(connection: Connection, item: Intention) -> None:
    connection.execute(delete(outbox).where(outbox.c.subject == item.subject, outbox.c.of_cycle == item.of_cycle))


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    target.execute(delete(table))
    result = source.execution_options(stream_results=True).execute(select(table))
    while rows := result.mappings().fetchmany(5_000):
        target.execute(insert(table), [dict(row) for row in rows])


def _case_row(item: JudgedCase, known: Any) -> dict[str, Any]:
    complete, as_of = item.assessment.complete, item.assessment.as_of
    return {
        "case_id": item.assessment.case,
        "school": item.school,
        "etag": item.etag,
        "modified_at": item.modified_at,
        "judged_at": as_of,
        "first_judged_at": as_of if known is None or known.judged_at is None else known.first_judged_at,
        "plan": item.assessment.plan,
        "complete": complete,
        "unseen_since": None if complete else (None if known is None else known.unseen_since) or as_of,
        "crashed": list(item.assessment.crashed),
        "changes_at": item.changes_at,
        "closed": item.assessment.closed,
        "leader_accused": item.leader_accused,
        "record_fingerprint": item.record_fingerprint,
        "problem": None,
        "problem_at": None,
        "vanished_at": None,
        "vanished_why": None,
    }


_Verdicts = dict[tuple[str, str, str], str]
"""Verdict by rule, scope and school."""


def _verdicts(connection: Connection, where: Any) -> dict[str, _Verdicts]:
    """How the findings stand now, by subject."""
    its = (findings.c.subject, findings.c.rule, findings.c.scope, findings.c.school, findings.c.verdict)
    found: dict[str, _Verdicts] = {}
    for row in connection.execute(select(*its).where(where)):
        found.setdefault(row.subject, {})[row.rule, row.scope, row.school] = row.verdict
    return found


def _note_changes(connection: Connection, judged: Mapping[str, Assessment], stood: Mapping[str, _Verdicts]) -> None:
    """Keeps what the verdicts were before, where they are others now. ``stood``: the subjects to compare."""
    lines = []
    for subject, before in stood.items():
        assessment = judged[subject]
        after = {
            (f.rule, f.scope, f.school or MUNICIPALITY): f.verdict.value
            for f in assessment.findings
            if f.verdict is not Verdict.NOT_APPLICABLE
        }
        lines += [
            {
                "at": assessment.as_of,
                "subject": subject,
                "of_cycle": assessment.case is None,
                "rule": key[0],
                "scope": key[1],
                "school": key[2],
                "was": before.get(key),
            }
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    if lines:
        connection.execute(insert(changes), lines)


def _finding_row(finding: Finding, subject: str, *, of_cycle: bool) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(finding, name) for name in _FINDING_COLUMNS}
    return row | {
        "subject": subject,
        "of_cycle": of_cycle,
        "rule": finding.rule,
        "scope": finding.scope,
        "school": finding.school or MUNICIPALITY,
        "evidence": list(finding.evidence),
        "remarks": [remark.model_dump(mode="json", exclude_none=True) for remark in finding.remarks],
    }


def _finding(row: Any) -> Finding:
    return Finding(
        **{name: row[name] for name in _FINDING_COLUMNS},
        rule=row["rule"],
        scope=row["scope"],
        school=row["school"] or None,
        case=None if row["of_cycle"] else row["subject"],
        evidence=row["evidence"],
        remarks=row["remarks"],
    )


def _findings_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for part in _parts(ids):
        statement = (
            select(findings)
            .where(~findings.c.of_cycle, findings.c.subject.in_(part))
            .order_by(findings.c.subject, findings.c.rule, findings.c.scope, findings.c.school)
        )
        for row in connection.execute(statement).mappings():
            found.setdefault(row["subject"], []).append(_finding(row))
    return found


def _unwritten(school: str) -> Select[Any]:
    """The cases of the school whose record is to be written."""
    uncertain = select(outbox.c.subject).where(~outbox.c.of_cycle)
    return (
        select(cases)
        .outerjoin(written, written.c.case_id == cases.c.case_id)
        .where(
            cases.c.school == school,
            cases.c.record_fingerprint.is_not(None),
            cases.c.vanished_at.is_(None),
            cases.c.problem.is_(None),
            or_(
                written.c.fingerprint.is_(None),
                written.c.fingerprint != cases.c.record_fingerprint,
                cases.c.case_id.in_(uncertain),
            ),
        )
    )


def _assessment(row: Any, its: Iterable[Finding]) -> Assessment:
    return Assessment(
        case=row["case_id"],
        school=row["school"],
        as_of=row["judged_at"],
        plan=row["plan"],
        findings=tuple(its),
        crashed=tuple(row["crashed"]),
        closed=bool(row["closed"]),
    )


def _case_assessments(connection: Connection, school: str | None) -> Iterator[Assessment]:
    here = and_(cases.c.judged_at.is_not(None), cases.c.vanished_at.is_(None))
    statement = select(cases).where(here).order_by(cases.c.case_id)
    if school is not None:
        statement = statement.where(cases.c.school == school)
    rows = connection.execute(statement).mappings().all()
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        found = _findings_of(connection, [row["case_id"] for row in part])
        for row in part:
            its = found.get(row["case_id"], [])
            yield _assessment(row, its if row["problem"] is None else map(_no_longer_known, its))


def _no_longer_known(finding: Finding) -> Finding:
    if finding.verdict is not Verdict.MET:
        return finding
    return finding.model_copy(update={"verdict": Verdict.UNKNOWN, "reason": Reason.UNREADABLE})


def _of_cycles(school: str | None, years: Collection[str] | None) -> Any:
    its = [] if school is None else [cycles.c.school == school]
    return and_(true(), *its, *([] if years is None else [cycles.c.school_year.in_(years)]))


def _cycle_assessments(
    connection: Connection, school: str | None, years: Collection[str] | None
) -> Iterator[Assessment]:
    statement = select(cycles).where(_of_cycles(school, years)).order_by(cycles.c.school, cycles.c.school_year)
    its = select(findings).where(findings.c.of_cycle).order_by(findings.c.subject, findings.c.rule, findings.c.scope)
    rows = connection.execute(statement).mappings().all()
    found = {
        subject: [_finding(row) for row in group]
        for subject, group in groupby(connection.execute(its).mappings(), key=lambda row: row["subject"])
    }
    for row in rows:
        yield Assessment(
            case=None,
            school=row["school"] or None,
            as_of=row["judged_at"],
            plan=row["plan"],
            findings=tuple(found.get(cycle_subject(row["school"] or None, row["school_year"]), ())),
            crashed=tuple(row["crashed"]),
        )


def _acceptance(row: Row[Any]) -> Acceptance:
    malformed = []
    until = None
    try:
        until = date.fromisoformat(row.until)
    except ValueError:
        malformed.append("until")
    if row.role not in set(Role):
        malformed.append("role")
    if not row.reason.strip():
        malformed.append("reason")
    return Acceptance(
        id=row.id,
        school=row.school,
        case=row.case_id,
        rule=row.rule,
        scope=row.scope,
        reason=row.reason,
        role=row.role,
        until=until,
        created_at=row.created_at,
        verdict=row.verdict,
        malformed=tuple(malformed),
    )


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}


def _exported_rows(source: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(source.read_text(encoding="utf-8"))
        if content["schema_version"] != 1:
            raise StoreError(_("{name} er en eksport fra en annen utgave").format(name=source.name))
        return [_taken_back(raw) for raw in content["acceptances"]]
    except OSError as error:
        raise StoreError(
            _("{name} kan ikke leses ({why_not})").format(name=source.name, why_not=why_not(error))
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(_("{name} er ikke en eksport av godtatte avvik").format(name=source.name)) from None


def _taken_back(raw: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in acceptances.c:
        value = raw.get(column.name) if column.nullable else raw[column.name]
        if column.name in ("created_at", "withdrawn_at"):
            value = None if value is None else datetime.fromisoformat(value)
        elif not (isinstance(value, str) or (value is None and column.nullable)):
            raise ValueError("a text is expected")
        row[column.name] = value
    return row
