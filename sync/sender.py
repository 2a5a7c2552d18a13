"""Sending what is wanted, and believing only what has been read back."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import Protocol

from ..adapters.ports import AnnualCycle, FlagSink, Receipt
from ..domain.annual_cycle import CycleFacts, CycleStatus
from ..domain.errors import (
    Conflict,
    Fatal,
    FlagRejected,
    Skippable,
    SourceError,
)
from ..domain.flag import ComplianceRecord, fingerprint_told
from ..domain.problem import ProblemKind
from ..journal.run_log import Kind
from ..store import Intention
from .context import Night
from .errands import Errand, asked, kept


class SendResult(Enum):
    """How sending one intention ended."""

    DONE = "done"
    STOOD = "stood"
    """it stood already: an earlier try had come through"""
    SET_ASIDE = "set_aside"
    CONFLICT = "conflict"
    """the case was changed since it was read; nothing was written"""
    WAITING = "waiting"
    """the run is to stop, and nothing has been sent"""


class Target(Protocol):
    """Where intentions of one sort go."""

    def write(self, item: Intention) -> None:
        """Sends it."""
        ...

    def standing(self, subject: str) -> str | None:
        """The fingerprint of what stands there now; ``None`` = nothing does."""
        ...


class CasePlace:
    """Compliance records on cases."""

    def __init__(self, sink: FlagSink) -> None:
        self._sink = sink

    def write(self, item: Intention) -> None:
        """Sends the whole record, with If-Match on the case as it was judged."""
        record = ComplianceRecord.model_validate(item.body)
        self._sink.write(record, if_match=item.etag, idempotency_key=item.key)

    def standing(self, subject: str) -> str | None:
        """The fingerprint of the record that stands on the case."""
        record = self._sink.read(subject)
        return None if record is None else record.fingerprint


class CyclePlace:
    """Status in the annual cycle."""

    def __init__(self, cycle: AnnualCycle) -> None:
        self._cycle = cycle

    def write(self, item: Intention) -> None:
        """Sends the whole status of a school year."""
        self._cycle.write_status(CycleStatus.model_validate(item.body), idempotency_key=item.key)

    def standing(self, subject: str) -> str | None:
        """The fingerprint of the status that stands there."""
        school, _, year = subject.rpartition("/")
        status = self._cycle.read_status(school or None, year)
        return None if status is None else status_fingerprint(status)


class Sender:
    """Takes intentions from the store to one place outside. It is their lane: one at a time until something has been read back,
    and again from the moment a system gives no answer.

    Raises what nobody can get past tonight: AuthenticationFailed, AccessDenied and other Fatal errors.
    """

    _GIVE_UP_AFTER = 3

    def __init__(self, night: Night) -> None:
        self.active = 0
        self._night = night
        self._store = night.store
        self._unanswered = 0
        self._answers = False
        """Whether the system answered the last time."""

    @property
    def width(self) -> int:
        """How many intentions may be on their way: enough that no writer waits while something is kept."""
        return max(2 * self._night.options.writers - 1, 1) if self._answers else 1

    def send(self, item: Intention, place: Target, *, look_first: bool) -> Errand[SendResult]:
        """Sends ``item`` until it stands there, at most ``tries`` times.

        ``look_first``: nobody knows what stands there, so that is asked before anything is sent.
        """
        why = ProblemKind.NOT_AS_WRITTEN
        look, standing = look_first or item.uncertain, partial(place.standing, item.subject)
        for _ in range(self._night.options.tries):
            try:
                if look and (yield from asked(standing)) == item.fingerprint:
                    return (yield from self._confirmed(item, SendResult.STOOD))
                if self._night.stop() and not item.uncertain:
                    return SendResult.WAITING
                yield from kept(partial(self._store.about_to_send, item))
                item = replace(item, attempts=item.attempts + 1, uncertain=True)
                look = True  # from here on a try may have come through without our knowing
                yield from asked(partial(place.write, item))
                if (yield from asked(standing)) == item.fingerprint:
                    return (yield from self._confirmed(item, SendResult.DONE))
                why = ProblemKind.NOT_AS_WRITTEN
                # A server that has seen the key gives its old answer again, so what it lost needs a new one.
                item = replace(item, key=new_key())
                yield from kept(partial(self._store.new_key, item, item.key))
            except Conflict:
                self._answers = True
                return SendResult.CONFLICT
            except (FlagRejected, Skippable) as error:
                return (yield from self._set_aside(item, error.kind))
            except Fatal:
                raise
            except SourceError as error:
                why = error.kind
                self._answers = self._answers and why not in _NO_ANSWER
        return (yield from self._set_aside(item, why))

    def _confirmed(self, item: Intention, outcome: SendResult) -> Errand[SendResult]:
        facts = {
            "run": self._night.run,
            "school": item.school or None,
            "subject": item.subject,
            "key": item.key,
            "fingerprint": item.fingerprint,
            "plan": self._night.plan,
            "outcome": outcome.value,
            "flags": len(item.body.get("flags", item.body.get("items", ()))),
        }
        kind = Kind.CYCLE_WRITE if item.of_cycle else Kind.WRITE
        yield from kept(partial(self._store.confirm, item), (kind, facts))
        self._unanswered, self._answers = 0, True
        return outcome

    def _set_aside(self, item: Intention, why: ProblemKind) -> Errand[SendResult]:
        yield from kept(partial(self._store.set_aside, item, why))
        self._answers = why not in _NO_ANSWER
        self._unanswered = 0 if self._answers else self._unanswered + 1
        return SendResult.SET_ASIDE

    @property
    def system_is_down(self) -> bool:
        """Whether one intention after another got no answer: the rest can wait."""
        return self._unanswered >= self._GIVE_UP_AFTER


_NO_ANSWER = frozenset((ProblemKind.RATE_LIMITED, ProblemKind.SERVER_UNAVAILABLE, ProblemKind.CONNECTION_LOST))


def new_key() -> str:
    """A new idempotency key."""
    return uuid.uuid4().hex


def intention_for(record: ComplianceRecord, etag: str | None) -> Intention:
    """The wish that ``record`` stands on its case."""
    body = record.model_dump(mode="json")
    return Intention(
        subject=record.case,
        of_cycle=False,
        school=record.school,
        key=new_key(),
        fingerprint=fingerprint_told(body),
        body=body,
        etag=etag,
    )


def status_fingerprint(status: CycleStatus) -> str:
    """SHA-256 over everything but when it was judged, whatever the order of the items."""
    content = status.model_dump(mode="json", exclude={"as_of"})
    content["items"].sort(key=lambda item: (item["item"], item["scope"]))
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class DrySink:
    """A sink that keeps to itself what it is given, for dry runs. What it was not given it looks up, if it can."""

    def __init__(self, sink: FlagSink | None) -> None:
        self._sink = sink
        self._records: dict[str, ComplianceRecord] = {}

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:  # noqa: ARG002 - the signature is the port's
        """Sends nothing."""
        self._records[record.case] = record
        return Receipt(None)

    def read(self, case_id: str) -> ComplianceRecord | None:
        """What would stand on the case."""
        if case_id in self._records or self._sink is None:
            return self._records.get(case_id)
        return self._sink.read(case_id)


class DryCycle:
    """An annual cycle that is read as ever and keeps to itself what is written, for dry runs."""

    def __init__(self, cycle: AnnualCycle) -> None:
        self._cycle = cycle
        self._statuses: dict[tuple[str | None, str], CycleStatus] = {}

    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        """What is recorded: read as ever."""
        return self._cycle.facts(school, school_year)

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:  # noqa: ARG002 - the signature is the port's
        """Sends nothing."""
        self._statuses[status.school, status.school_year] = status

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """What would stand there."""
        own = self._statuses.get((school, school_year))
        return own if own is not None else self._cycle.read_status(school, school_year)
