"""What stands on the cases at the source, what is to stand there, and the intentions on their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update

from ..domain.flag import ComplianceRecord, Withheld
from ..domain.problem import ProblemKind
from . import looking
from .plain import Plain
from .rows import Intention
from .statements import kinds, put
from .tables import cases, cycles, outbox, sent, written
from .withheld import withheld

# --- what stands on the cases ----------------------------------------------------------------------------------------


def unwritten(connection: Connection, school: str) -> tuple[tuple[ComplianceRecord, str | None], ...]:
    """Records of the school that differ from what was last read back, each with the etag it was judged at.

    Cases that could not be read tonight, and vanished ones, are left out: what we know of them may be old.
    """
    statement = _unwritten(school).order_by(cases.c.case_id)
    rows = {row["case_id"]: row for row in connection.execute(statement).mappings()}
    found = looking.findings_of(Plain(connection), list(rows))
    kept_back, stand = withheld(connection), fingerprints(connection, school)
    return tuple(
        (
            kept_back.left_of(ComplianceRecord.of(looking.assessment(row, found.get(case, ())), school=school)),
            row["etag"],
        )
        for case, row in rows.items()
        if case in stand or not kept_back.whole(case)
    )


def number_unwritten(connection: Connection, school: str) -> int:
    """How many records :func:`unwritten` would give."""
    if withheld(connection) != Withheld():
        return len(unwritten(connection, school))
    return int(connection.execute(select(func.count()).select_from(_unwritten(school).subquery())).scalar_one())


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
            written.c.changed_to.is_(None),
            or_(
                written.c.fingerprint.is_(None),
                written.c.fingerprint != cases.c.record_fingerprint,
                cases.c.case_id.in_(uncertain),
            ),
        )
    )


def record(connection: Connection, case: str) -> ComplianceRecord | None:
    """The record that was last read back from the case; ``None`` = none ever was."""
    body = connection.execute(select(written.c.record).where(written.c.case_id == case)).scalar()
    return None if body is None else ComplianceRecord.model_validate(body)


def fingerprints(connection: Connection, school: str | None = None) -> dict[str, str]:
    """Case id → fingerprint of what was last read back from it."""
    statement = select(written.c.case_id, written.c.fingerprint)
    if school is not None:
        statement = statement.join(cases, cases.c.case_id == written.c.case_id).where(cases.c.school == school)
    return {row.case_id: row.fingerprint for row in connection.execute(statement)}


def sent_before(connection: Connection, subject: str, *, of_cycle: bool = False) -> frozenset[str]:
    """Fingerprints of every record of ours that has stood there."""
    its = select(sent.c.fingerprint).where(sent.c.subject == subject, sent.c.of_cycle == of_cycle)
    return frozenset(connection.execute(its).scalars())


def note_lost(connection: Connection, case: str) -> None:
    """What we wrote stands there no more, and nobody has put anything of their own in its place: it is to be written again."""
    connection.execute(update(written).where(written.c.case_id == case).values(fingerprint="", changed_to=None))


def note_changed(connection: Connection, case: str, to: str | None) -> None:
    """Somebody else has put ``to`` in the place of our record (``None``: ours stands again). It is kept until restored."""
    connection.execute(update(written).where(written.c.case_id == case).values(changed_to=to))


# --- the intentions --------------------------------------------------------------------------------------------------


def intend(connection: Connection, wanted: Sequence[Intention]) -> None:
    """Keeps intentions before they are sent, in one transaction.

    An intention with the same content that waits already keeps its key, so that a server that has seen it knows it
    again. One with other content takes its place with a new key; what may stand from the old one is remembered.
    """
    for item in wanted:
        old = connection.execute(select(outbox).where(_its(item))).mappings().first()
        values: dict[str, Any] = {"school": item.school, "etag": item.etag, "set_aside": None, "attempts": 0}
        values["body"] = item.body
        if old is None or old["fingerprint"] != item.fingerprint:
            values |= {"key": item.key, "fingerprint": item.fingerprint}
            values["uncertain"] = item.uncertain or (old is not None and old["uncertain"])
        put(connection, outbox, {"subject": item.subject, "of_cycle": item.of_cycle}, values)


def intentions(
    connection: Connection, school: str | None = None, *, set_aside: bool | None = None
) -> tuple[Intention, ...]:
    """What waits to be written (``school`` None = everywhere; ``MUNICIPALITY`` = the municipality's own)."""
    statement = _columns().order_by(outbox.c.of_cycle, outbox.c.subject)
    if school is not None:
        statement = statement.where(outbox.c.school == school)
    if set_aside is not None:
        statement = statement.where(outbox.c.set_aside.is_not(None) if set_aside else outbox.c.set_aside.is_(None))
    rows = connection.execute(statement).mappings()
    return tuple(Intention(**{**row, **kinds(row, "set_aside")}) for row in rows)


def intention(connection: Connection, item: Intention) -> Intention:
    """``item`` as it waits now."""
    row = connection.execute(_columns().where(_its(item))).mappings().one()
    return Intention(**{**row, **kinds(row, "set_aside")})


def _columns() -> Select[Any]:
    return select(*(outbox.c[name] for name in Intention.__slots__))


def about_to_send(connection: Connection, item: Intention) -> None:
    """Notes, before the request leaves, that its outcome will be unknown until it has been read back."""
    _change(connection, item, attempts=item.attempts + 1, uncertain=True)


def new_key(connection: Connection, item: Intention, key: str) -> None:
    """Gives an intention a new key: the server answered the old one, but what it said does not stand there."""
    _change(connection, item, key=key)


def set_aside(connection: Connection, item: Intention, why: ProblemKind) -> None:
    """Gives an intention up for this night. It is named, and tried again the next."""
    _change(connection, item, set_aside=why)


def _change(connection: Connection, item: Intention, **values: Any) -> None:
    connection.execute(update(outbox).where(_its(item)).values(**values))


def _its(item: Intention) -> Any:
    return and_(outbox.c.subject == item.subject, outbox.c.of_cycle == item.of_cycle)


def drop(connection: Connection, item: Intention) -> None:
    """Takes back an intention that nothing can have come of."""
    connection.execute(delete(outbox).where(_its(item)))


def confirm(connection: Connection, item: Intention, anchor: tuple[str, str] | None = None) -> None:
    """The intention has been read back: it stands. ``anchor``: a fact kept in the same transaction."""
    if item.of_cycle:
        school, _, year = item.subject.rpartition("/")
        its = (cycles.c.school == school, cycles.c.school_year == year)
        connection.execute(update(cycles).where(*its).values(written_fingerprint=item.fingerprint, changed_to=None))
    else:
        values = {"fingerprint": item.fingerprint, "record": item.body, "changed_to": None}
        put(connection, written, {"case_id": item.subject}, values)
    if item.fingerprint not in sent_before(connection, item.subject, of_cycle=item.of_cycle):
        row = {"subject": item.subject, "of_cycle": item.of_cycle, "fingerprint": item.fingerprint}
        connection.execute(insert(sent), [row])
    drop(connection, item)
    if anchor is not None:
        looking.keep_fact(Plain(connection), *anchor)
