"""What the mock vendors remember while they run: cases and what was changed in them, records, tokens, journal, clock."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import OrderedDict
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ...domain.moment import OSLO
from .municipality import Municipality
from .stories import JSON

_CASES_IN_MEMORY = 4_000
"""So many cases are kept at once, school by school: a large municipality is made anew as it is read."""


class MockClock:
    """The vendors' own clock: real time with an offset, or standing still at a given moment."""

    def __init__(self, fixed: datetime | None = None) -> None:
        self._fixed = fixed
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present moment, UTC."""
        return (self._fixed or datetime.now(UTC)).astimezone(UTC) + self._offset

    def set(self, moment: datetime) -> None:
        """Stands still at ``moment`` (zone-aware) from now on."""
        self._fixed, self._offset = moment, timedelta()

    def advance(self, seconds: float) -> None:
        """Moves on (or back) by ``seconds``."""
        self._offset += timedelta(seconds=seconds)


@dataclass(slots=True)
class StoredCase:
    """A case as the vendor has it now."""

    content: JSON
    """In the domain's case format."""
    etag: str
    modified: datetime


@dataclass(slots=True)
class Write:
    """One line of the journal: a write that reached the vendor, whether or not it was stored."""

    number: int
    at: str
    system: str
    target: str
    """Case id, or ``school/school year``."""
    idempotency_key: str | None
    if_match: str | None
    fingerprint: str
    """SHA-256 of the content written, without the time of judgement."""
    stored: bool
    replayed: bool = False
    status: int = 200
    fault: str | None = None
    flags: int = 0

    def as_json(self) -> JSON:
        """The line as ``GET /_mock/journal`` gives it."""
        line = {name: getattr(self, name) for name in self.__slots__}
        return line | {"case": self.target if self.system == "sikkersak" else None}


@dataclass
class Credentials:
    """What a client must show to get a token: one set for the one tenant."""

    client_id: str = "skolemiljo-mock"
    client_secret: str = "mock-secret-for-loopback-only"  # noqa: S105 - opens nothing but this mock
    tenant_id: str = "00000000-0000-4000-8000-000000009901"
    token_seconds: int = 3600


class VendorState:
    """Everything the two vendors hold. Not thread-safe: it belongs to the server's event loop."""

    def __init__(self, municipality: Municipality, clock: MockClock, credentials: Credentials) -> None:
        self.municipality = municipality
        self.clock = clock
        self.credentials = credentials
        self.journal: list[Write] = []
        self.records: dict[str, JSON] = {}
        self.record_etags: dict[str, str] = {}
        self.cycle_statuses: dict[tuple[str | None, str], JSON] = {}
        self.cycle_etags: dict[tuple[str | None, str], str] = {}
        self.replies: dict[str, tuple[str, int, JSON, dict[str, str]]] = {}
        """Idempotency key → fingerprint, status, body and headers of the first answer."""
        self._tokens: dict[str, datetime] = {}
        self._changed: dict[str, StoredCase] = {}
        self._gone: set[str] = set()
        self._moved_to: dict[str, set[str]] = {}
        self._by_school: OrderedDict[str, list[StoredCase]] = OrderedDict()
        self._places = {school["organisation_number"]: place for place, school in enumerate(municipality.schools())}
        self._closed: set[str] = set()
        self.emptied = False
        """Whether the case system shows no case at all, as where a share is not mounted or a scope has been withdrawn."""

    def go_on(self, moment: datetime) -> None:
        """It is ``moment`` (zone-aware), and the cases have come as far as that; what was changed by hand stays."""
        self.clock.set(moment)
        self.municipality = self.municipality.at(moment)
        self._by_school.clear()

    # --- tokens

    def new_token(self) -> str:
        """A token that is good for ``token_seconds`` by the mock's clock."""
        token = secrets.token_urlsafe(24)
        self._tokens[token] = self.clock.now() + timedelta(seconds=self.credentials.token_seconds)
        return token

    def token_is_good(self, token: str) -> bool:
        """Whether ``token`` was issued here and has not run out."""
        expires = self._tokens.get(token)
        return expires is not None and self.clock.now() < expires

    def revoke_tokens(self) -> None:
        """All tokens issued so far are no longer good."""
        self._tokens.clear()

    # --- schools and cases

    def schools(self) -> list[JSON]:
        """The schools that have not been closed."""
        return [school for school in self.municipality.schools() if school["organisation_number"] not in self._closed]

    def knows_school(self, school: str) -> bool:
        """Whether the municipality has the school."""
        return school in self._places and school not in self._closed

    def merge_school(self, school: str, into: str) -> None:
        """Closes ``school``; its cases go on in the school ``into``."""
        for case in list(self.cases_of(school)):
            self.touch(case.content["id"], {"school": into})
        self._closed.add(school)

    def copy(self) -> JSON:
        """A backup of what the vendors hold, for :meth:`restore`."""
        return deepcopy({name: getattr(self, name) for name in _HELD})

    def restore(self, backup: JSON) -> None:
        """Everything stands as it did in ``backup``; what has come since is lost. The journal goes on."""
        for name, held in deepcopy(backup).items():
            setattr(self, name, held)
        self._by_school.clear()

    def cases_of(self, school: str) -> list[StoredCase]:
        """The school's cases as they are now, the longest unchanged first (ties by id)."""
        if self.emptied:
            return []
        found = self._by_school.get(school)
        if found is None:
            found = self._by_school[school] = self._gather(school)
            while len(self._by_school) > 1 and sum(map(len, self._by_school.values())) > _CASES_IN_MEMORY:
                self._by_school.popitem(last=False)
        else:
            self._by_school.move_to_end(school)
        return found

    def _gather(self, school: str) -> list[StoredCase]:
        cases: dict[str, StoredCase] = {}
        for content in self.municipality.cases_of(self._places[school]):
            case = self._changed.get(content["id"]) or _stored(content)
            if case.content["id"] not in self._gone and case.content["school"] == school:
                cases[content["id"]] = case
        for case_id in self._moved_to.get(school, ()):
            case = self._changed[case_id]
            if case_id not in self._gone and case.content["school"] == school:
                cases[case_id] = case
        return sorted(cases.values(), key=lambda case: (case.modified, str(case.content["id"])))

    def case(self, case_id: str) -> StoredCase | None:
        """The case with ``case_id``, or ``None`` where there is none."""
        if case_id in self._gone or self.emptied:
            return None
        changed = self._changed.get(case_id)
        if changed is not None:
            return changed
        number = _number_of(case_id)
        if number is None or number >= self.municipality.case_count:
            return None
        school = self.municipality.schools_number(number % self.municipality.school_count)
        return next((case for case in self.cases_of(school) if case.content["id"] == case_id), None)

    def touch(self, case_id: str, change: JSON) -> StoredCase | None:
        """Changes a case as a person would; ``None`` where there is no such case.

        ``change``: ``set`` (fields of the case format), ``append`` (lists to add to), ``drop`` (ids of entries to take
        away), ``school`` (moved there), ``delete`` (true: gone), ``quiet`` (true: changed without a new time of change).
        Without any of them a note is written.
        """
        case = self.case(case_id)
        if case is None:
            return None
        content = deepcopy(case.content)
        now = self.clock.now()
        if not change.keys() & {"set", "append", "drop", "school", "delete"}:
            change = {**change, "append": {"log": [self._note(content, now)]}}
        content |= change.get("set", {})
        for name, items in change.get("append", {}).items():
            content[name] = [*content.get(name, []), *items]
        gone = set(change.get("drop", ()))
        for name in ("log", "notices", "activity_plans", "evaluations", "incidents"):
            if gone and name in content:
                content[name] = [item for item in content[name] if item["id"] not in gone]
        before = content["school"]
        if "school" in change:
            content["school"] = change["school"]
            self._moved_to.setdefault(change["school"], set()).add(case_id)
        if not change.get("quiet"):
            content["modified_at"] = now.astimezone(OSLO).isoformat()
        if change.get("delete"):
            self._gone.add(case_id)
        self._changed[case_id] = _stored(content)
        for school in (before, content["school"]):
            self._by_school.pop(school, None)
        return self._changed[case_id]

    def _note(self, content: JSON, now: datetime) -> JSON:
        at = now.astimezone(OSLO).isoformat()
        return {
            "id": f"m{len(content.get('log', ())) + 1}",
            "kind": "note",
            "source_label": "Notat",
            "happened_at": at,
            "registered_at": at,
            "author": {"role": "contact_teacher"},
            "text": "Notat skrevet mens natta går.",
        }

    # --- writes

    def write_down(self, **line: Any) -> Write:
        """Adds a line to the journal."""
        write = Write(number=len(self.journal) + 1, at=self.clock.now().isoformat(), **line)
        self.journal.append(write)
        return write


@dataclass
class Tuning:
    """How long and how large the faults of time and size are."""

    retry_after: int = 1
    slow_seconds: float = 0.5
    hang_seconds: float = 120.0
    huge_bytes: int = 256 * 1024 * 1024


def fingerprint(content: Any) -> str:
    """SHA-256 over JSON, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _stored(content: JSON) -> StoredCase:
    modified = datetime.fromisoformat(content["modified_at"]) if "modified_at" in content else _BEGINNING
    if modified.tzinfo is None:
        modified = modified.replace(tzinfo=OSLO)
    return StoredCase(content, f'"{fingerprint(content)[:16]}"', modified)


_HELD = (
    "records",
    "record_etags",
    "cycle_statuses",
    "cycle_etags",
    "replies",
    "_changed",
    "_gone",
    "_moved_to",
    "_closed",
)
_BEGINNING = datetime(2025, 8, 1, tzinfo=OSLO)


def _number_of(case_id: str) -> int | None:
    number = case_id.rpartition("-")[2]
    return (
        int(number) - 1 if number.isascii() and number.isdigit() and 0 < len(number) < 12 and int(number) > 0 else None
    )
