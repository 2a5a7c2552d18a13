"""What stands on the cases at the source, what is to stand there, and the intentions on their way."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.flag import ComplianceRecord, Flag, Withheld
from ..domain.problem import ProblemKind
from ..domain.verdict import Verdict
from . import queries
from .cycles import confirm_year
from .plain import Plain, Row, kind, parts, places
from .rows import Intention
from .withheld import withheld

_COLUMNS = ", ".join(Intention.__slots__)
_ITS = "WHERE subject = ? AND of_cycle = ?"

# --- what stands on the cases ----------------------------------------------------------------------------------------


def unwritten(plain: Plain, school: str) -> tuple[tuple[ComplianceRecord, str | None], ...]:
    """Records of the school that differ from what was last read back, each with the etag it was judged at.

    Cases that could not be read tonight, and vanished ones, are left out: what we know of them may be old.
    """
    columns = "cases.case_id, cases.plan, cases.judged_at, cases.etag"
    rows = plain.rows(f"SELECT {columns} FROM {_UNWRITTEN} ORDER BY cases.case_id", school)
    if not rows:  # as in most schools most nights
        return ()
    found = _flags(plain, [row["case_id"] for row in rows])
    kept_back, stand = withheld(plain), fingerprints(plain, school)

    def record_of(row: Row) -> ComplianceRecord:
        flags = sorted(found.get(row["case_id"], ()), key=lambda flag: (flag["rule"], flag["scope"]))
        own = {"case": row["case_id"], "school": school, "plan": row["plan"], "judged_at": row["judged_at"]}
        complete = all(flag["verdict"] != Verdict.UNKNOWN for flag in flags)
        return kept_back.left_of(ComplianceRecord.model_validate({**own, "complete": complete, "flags": flags}))

    wanted = (row for row in rows if row["case_id"] in stand or not kept_back.whole(row["case_id"]))
    return tuple((record_of(row), row["etag"]) for row in wanted)


def _flags(plain: Plain, ids: Sequence[str]) -> dict[str, list[Row]]:
    """What the cases ``ids`` were found to be, as their flags have it, by case."""
    found: dict[str, list[Row]] = {}
    for part in parts(ids):
        sql = f"SELECT subject, {', '.join(Flag.model_fields)} FROM findings WHERE NOT of_cycle AND subject IN {places(part)}"
        for row in plain.rows(sql, *part):
            found.setdefault(row.pop("subject"), []).append(row)
    return found


def number_unwritten(plain: Plain, school: str) -> int:
    """How many records :func:`unwritten` would give."""
    if withheld(plain) != Withheld():
        return len(unwritten(plain, school))
    return int(plain.column(f"SELECT count(*) FROM {_UNWRITTEN}", school)[0])


_UNWRITTEN = """cases LEFT JOIN written ON written.case_id = cases.case_id
    WHERE cases.school = ? AND cases.record_fingerprint IS NOT NULL AND cases.vanished_at IS NULL AND cases.problem IS NULL
    AND written.changed_to IS NULL AND (written.fingerprint IS NULL OR written.fingerprint <> cases.record_fingerprint
        OR cases.case_id IN (SELECT subject FROM outbox WHERE NOT of_cycle))"""
"""The cases of the school whose record is to be written."""


def record(plain: Plain, case: str) -> ComplianceRecord | None:
    """The record that was last read back from the case; ``None`` = none ever was."""
    found = plain.column("SELECT record FROM written WHERE case_id = ?", case)
    return ComplianceRecord.model_validate(found[0]) if found else None


def fingerprints(plain: Plain, school: str | None = None) -> dict[str, str]:
    """Case id → fingerprint of what was last read back from it."""
    mine, values = ("", ()) if school is None else ("WHERE cases.school = ?", (school,))
    sql = (
        f"SELECT written.case_id, written.fingerprint FROM written JOIN cases ON cases.case_id = written.case_id {mine}"
    )
    return {row["case_id"]: row["fingerprint"] for row in plain.rows(sql, *values)}


def sent_before(plain: Plain, subject: str, *, of_cycle: bool = False) -> frozenset[str]:
    """Fingerprints of every record of ours that has stood there."""
    return frozenset(plain.column(f"SELECT fingerprint FROM sent {_ITS}", subject, of_cycle))


def note_lost(plain: Plain, case: str) -> None:
    """What we wrote stands there no more, and nobody has put anything of their own in its place: it is to be written again."""
    plain.run("UPDATE written SET fingerprint = '', changed_to = NULL WHERE case_id = ?", case)


def note_changed(plain: Plain, case: str, to: str | None) -> None:
    """Somebody else has put ``to`` in the place of our record (``None``: ours stands again). It is kept until restored."""
    plain.run("UPDATE written SET changed_to = ? WHERE case_id = ?", to, case)


# --- the intentions --------------------------------------------------------------------------------------------------


def intend(plain: Plain, wanted: Sequence[Intention]) -> None:
    """Keeps intentions before they are sent, in one transaction.

    An intention with the same content that waits already keeps its key, so that a server that has seen it knows it
    again. One with other content takes its place with a new key; what may stand from the old one is remembered.
    """
    known: dict[tuple[str, bool], Row] = {}
    for part in parts([item.subject for item in wanted]):
        sql = f"SELECT subject, of_cycle, key, fingerprint, uncertain FROM outbox WHERE subject IN {places(part)}"
        known.update(((row["subject"], row["of_cycle"]), row) for row in plain.rows(sql, *part))
    plain.put_all(
        "outbox", ("subject", "of_cycle"), [_row(item, known.get((item.subject, item.of_cycle))) for item in wanted]
    )


def _row(item: Intention, old: Row | None) -> Row:
    same = old if old is not None and old["fingerprint"] == item.fingerprint else None
    return {
        "subject": item.subject,
        "of_cycle": item.of_cycle,
        "school": item.school,
        "key": item.key if same is None else same["key"],
        "fingerprint": item.fingerprint,
        "body": item.body,
        "etag": item.etag,
        "attempts": 0,
        "uncertain": (old is not None and old["uncertain"]) or (same is None and item.uncertain),
        "set_aside": None,
    }


def intentions(plain: Plain, school: str | None = None, *, set_aside: bool | None = None) -> tuple[Intention, ...]:
    """What waits to be written (``school`` None = everywhere; ``MUNICIPALITY`` = the municipality's own)."""
    mine, values = ("1 = 1", ()) if school is None else ("school = ?", (school,))
    given_up = {None: "1 = 1", True: "set_aside IS NOT NULL", False: "set_aside IS NULL"}[set_aside]
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE {mine} AND {given_up} ORDER BY of_cycle, subject"
    return tuple(map(_intention, plain.rows(sql, *values)))


def intention(plain: Plain, item: Intention) -> Intention:
    """``item`` as it waits now."""
    (row,) = plain.rows(f"SELECT {_COLUMNS} FROM outbox {_ITS}", item.subject, item.of_cycle)
    return _intention(row)


def _intention(row: Row) -> Intention:
    return Intention(**{**row, "set_aside": kind(row["set_aside"])})


def about_to_send(plain: Plain, item: Intention) -> None:
    """Notes, before the request leaves, that its outcome will be unknown until it has been read back."""
    plain.run(
        f"UPDATE outbox SET attempts = ?, uncertain = ? {_ITS}", item.attempts + 1, True, item.subject, item.of_cycle
    )


def new_key(plain: Plain, item: Intention, key: str) -> None:
    """Gives an intention a new key: the server answered the old one, but what it said does not stand there."""
    plain.run(f"UPDATE outbox SET key = ? {_ITS}", key, item.subject, item.of_cycle)


def set_aside(plain: Plain, item: Intention, why: ProblemKind) -> None:
    """Gives an intention up for this night. It is named, and tried again the next."""
    plain.run(f"UPDATE outbox SET set_aside = ? {_ITS}", why, item.subject, item.of_cycle)


def drop(plain: Plain, item: Intention) -> None:
    """Takes back an intention that nothing can have come of."""
    plain.run(f"DELETE FROM outbox {_ITS}", item.subject, item.of_cycle)


def confirm(plain: Plain, item: Intention, anchor: tuple[str, str] | None = None) -> None:
    """The intention has been read back: it stands. ``anchor``: a fact kept in the same transaction."""
    if item.of_cycle:
        confirm_year(plain, item.subject, item.fingerprint)
    else:
        stands = {"case_id": item.subject, "fingerprint": item.fingerprint, "record": item.body, "changed_to": None}
        plain.put_all("written", ("case_id",), [stands])
    sent = {"subject": item.subject, "of_cycle": item.of_cycle, "fingerprint": item.fingerprint}
    plain.put_all("sent", tuple(sent), [sent])
    drop(plain, item)
    if anchor is not None:
        queries.keep_fact(plain, *anchor)
