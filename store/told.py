"""What was told last: the digests, and the calendar's events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from .plain import parts
from .rows import Told
from .statements import put
from .tables import calendar_events, digests


def told(connection: Connection, reader: str) -> Told | None:
    """What the last digest to ``reader`` said."""
    row = connection.execute(select(digests).where(digests.c.reader == reader)).one_or_none()
    return None if row is None else Told(row.as_of, row.standing)


def put_told(connection: Connection, reader: str, told: Told) -> None:
    """Keeps what a digest said, once it has been handed over."""
    put(connection, digests, {"reader": reader}, {"as_of": told.as_of, "standing": told.standing})


def next_sequences(connection: Connection, events: Mapping[str, str], as_of: datetime) -> dict[str, int]:
    """The calendar number of each event (uid → fingerprint of what it says): one more than last time where it says
    something else, and 0 for a new one. A look back at a time before the last one changes nothing.
    """
    known = _events(connection, events)
    found = {}
    for uid, fingerprint in events.items():
        last = known.get(uid)
        same = last is not None and (last.fingerprint == fingerprint or last.as_of > as_of)
        found[uid] = 0 if last is None else last.sequence if same else last.sequence + 1
    return found


def sequences(connection: Connection, events: Mapping[str, str], as_of: datetime) -> dict[str, int]:
    """As :func:`next_sequences`, and remembers them."""
    found, known = next_sequences(connection, events, as_of), _events(connection, events)
    for uid, fingerprint in events.items():
        if uid not in known or known[uid].as_of <= as_of:
            values = {"as_of": as_of, "fingerprint": fingerprint, "sequence": found[uid]}
            put(connection, calendar_events, {"uid": uid}, values)
    return found


def _events(connection: Connection, events: Mapping[str, str]) -> dict[str, Any]:
    return {
        row.uid: row
        for part in parts(list(events))
        for row in connection.execute(select(calendar_events).where(calendar_events.c.uid.in_(part)))
    }


def forget(connection: Connection, moment: datetime) -> None:
    """Removes what was last told before ``moment``."""
    connection.execute(delete(digests).where(digests.c.as_of < moment))
    connection.execute(delete(calendar_events).where(calendar_events.c.as_of < moment))
