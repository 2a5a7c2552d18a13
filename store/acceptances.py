"""What people have decided: kept as it was given, exported to a file, and taken back from it."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from ..domain.fault_words import why_not
from .database_errors import BrokenExport
from .plain import Plain
from .rows import FirstWrite
from .statements import add
from .tables import acceptances
from .withheld import first_write

_EXPORT = 1
"""The version of the export's format."""


def keep(
    connection: Connection,
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
    row = {"id": new, "school": school, "case_id": case, "rule": rule, "scope": scope, "reason": reason, "role": role}
    connection.execute(insert(acceptances), [row | {"until": until, "created_at": at, "verdict": verdict}])
    return new


def withdraw(connection: Connection, acceptance: str, at: datetime) -> bool:
    """Takes a decision back (it stays on record). False: there is none with that id, or it was withdrawn before."""
    mine = (acceptances.c.id == acceptance, acceptances.c.withdrawn_at.is_(None))
    return bool(connection.execute(update(acceptances).where(*mine).values(withdrawn_at=at)).rowcount)


def as_export(connection: Connection) -> tuple[str, int]:
    """All decisions, withdrawn ones too, as the JSON of an export; and how many they are."""
    rows = connection.execute(select(acceptances).order_by(acceptances.c.created_at, acceptances.c.id)).all()
    first = first_write(Plain(connection))
    began = None if first is None else {"day": first.day.isoformat(), "source": first.source}
    content = {"schema_version": _EXPORT, "first_write": began, "acceptances": [_plain(row) for row in rows]}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n", len(rows)


def take_back(connection: Connection, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Merges the decisions of an export (:func:`exported`) with those that are here, by id: the newest word wins, and what
    was withdrawn in either stays withdrawn. Gives the ids of those that are new here, or changed."""
    known = {row["id"]: row for row in connection.execute(select(acceptances)).mappings()}
    new = {row["id"]: row for row in rows if row["id"] not in known}
    add(connection, acceptances, list(new.values()))
    changed = []
    for row in rows:
        here = known.get(row["id"])
        if here is not None and (merged := _merged(dict(here), row)) != dict(here):
            connection.execute(update(acceptances).where(acceptances.c.id == row["id"]).values(merged))
            changed.append(row["id"])
    return (*new, *changed)


def _merged(here: dict[str, Any], there: dict[str, Any]) -> dict[str, Any]:
    newest = there if there["created_at"] > here["created_at"] else here
    withdrawn = [at for at in (here["withdrawn_at"], there["withdrawn_at"]) if at is not None]
    return newest | {"withdrawn_at": min(withdrawn, default=None)}


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}


def exported(source: Path) -> tuple[list[dict[str, Any]], FirstWrite | None]:
    """The decisions in the export ``source``, as rows, and when flags were first written. Raises :class:`BrokenExport`."""
    try:
        content = json.loads(source.read_text(encoding="utf-8-sig"))
        if content["schema_version"] != _EXPORT:
            raise BrokenExport(_("{name} er en eksport fra en annen utgave").format(name=source.name))
        began = content.get("first_write")
        first = None if began is None else FirstWrite(date.fromisoformat(began["day"]), str(began["source"]))
        return [_taken_back(raw) for raw in content["acceptances"]], first
    except OSError as error:
        raise BrokenExport(
            _("{name} kan ikke leses ({why_not})").format(name=source.name, why_not=why_not(error))
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BrokenExport(_("{name} er ikke en eksport av godtatte avvik").format(name=source.name)) from None


def _taken_back(raw: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in acceptances.c:
        value = raw.get(column.name) if column.nullable else raw[column.name]
        if column.name in ("created_at", "withdrawn_at"):
            value = None if value is None else datetime.fromisoformat(value)
            if value is not None and value.tzinfo is None:
                raise ValueError("a moment without a zone")
        elif not (isinstance(value, str) or (value is None and column.nullable)):
            raise ValueError("a text is expected")
        row[column.name] = value
    return row
