"""Faults on demand: what a vendor's system does on a bad night, by name, and when the mock is to do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from threading import Lock


class RequestKind(StrEnum):
    """What a request is, as far as faults go."""

    TOKEN = "token"  # noqa: S105 - the word, not a secret
    CASES = "cases"
    """a page of whole cases"""
    LIST = "list"
    """a page of schools or case numbers"""
    CASE = "case"
    READ = "read"
    WRITE = "write"


_PAGES = frozenset({RequestKind.CASES, RequestKind.LIST})
_WHOLE = frozenset({RequestKind.CASES, RequestKind.CASE})
_READS = _PAGES | {RequestKind.CASE, RequestKind.READ}
_ALL = _READS | {RequestKind.WRITE}


class Fault(StrEnum):
    """A fault by name. The name is what ``--faults``, ``POST /_mock/faults`` and the header ``X-Mock-Fault`` take."""

    UNAUTHORISED = "401"
    """the token is no longer good"""
    FORBIDDEN = "403"
    """the reader may not see this"""
    NOT_FOUND = "404"
    CONFLICT = "409"
    PRECONDITION = "412"
    THROTTLED = "429"
    """with Retry-After"""
    THROTTLED_BARE = "429-bare"
    """without Retry-After"""
    SERVER_ERROR = "500"
    """before anything was done"""
    SERVER_ERROR_STORED = "500-stored"
    """the write was stored, and the answer says 500"""
    UNAVAILABLE = "503"
    SLOW = "slow"
    """a right answer that takes its time"""
    HUNG = "hung"
    """no answer at all, for as long as ``hang_seconds``"""
    CUT = "cut"
    """the connection breaks in the middle of the answer; a write was stored"""
    TRUNCATED = "truncated"
    """half the JSON, as if it were the whole"""
    WRONG_TYPES = "wrong-types"
    """numbers where texts should be, texts where times should be"""
    NOT_JSON = "not-json"
    """an HTML page with status 200, as from a proxy"""
    HUGE = "huge"
    """an answer larger than anyone should read"""
    ENDLESS_PAGING = "endless-paging"
    """every page says that there is one more"""
    FOREIGN_NEXT = "foreign-next"
    """the next page is on another host"""
    PARTIAL_WRITE = "partial-write"
    """200, but only the first half of the flags was stored"""
    RECEIPT_NOT_STORED = "receipt-not-stored"
    """a receipt for something that was not stored"""
    SHIFTED_PAGE = "shifted-page"
    """items move one place between two pages, so that one is never shown"""
    DUPLICATE = "duplicate"
    """one item twice in a page"""
    SHORT_PAGE = "short-page"
    """a page without its last item, though the count says otherwise"""
    HIDDEN_FIELD = "hidden-field"
    """the log is masked for this reader"""
    UNKNOWN_ENUM = "unknown-enum"
    """a word that the contract does not have"""
    CLOCK_SKEW = "clock-skew"
    """the server's clock, its times of change included, is two hours slow"""

    @property
    def kinds(self) -> frozenset[RequestKind]:
        """The kinds of request that the fault can strike."""
        return _STRIKES[self]


_STRIKES: dict[Fault, frozenset[RequestKind]] = {
    Fault.UNAUTHORISED: _ALL | {RequestKind.TOKEN},
    Fault.FORBIDDEN: _ALL,
    Fault.NOT_FOUND: frozenset({RequestKind.CASE, RequestKind.READ, RequestKind.WRITE}),
    Fault.CONFLICT: frozenset({RequestKind.WRITE}),
    Fault.PRECONDITION: frozenset({RequestKind.WRITE}),
    Fault.THROTTLED: _ALL | {RequestKind.TOKEN},
    Fault.THROTTLED_BARE: _ALL | {RequestKind.TOKEN},
    Fault.SERVER_ERROR: _ALL | {RequestKind.TOKEN},
    Fault.SERVER_ERROR_STORED: frozenset({RequestKind.WRITE}),
    Fault.UNAVAILABLE: _ALL | {RequestKind.TOKEN},
    Fault.SLOW: _ALL | {RequestKind.TOKEN},
    Fault.HUNG: _ALL | {RequestKind.TOKEN},
    Fault.CUT: _ALL,
    Fault.TRUNCATED: _ALL,
    Fault.WRONG_TYPES: _READS,
    Fault.NOT_JSON: _ALL | {RequestKind.TOKEN},
    Fault.HUGE: _READS,
    Fault.ENDLESS_PAGING: _PAGES,
    Fault.FOREIGN_NEXT: _PAGES,
    Fault.PARTIAL_WRITE: frozenset({RequestKind.WRITE}),
    Fault.RECEIPT_NOT_STORED: frozenset({RequestKind.WRITE}),
    Fault.SHIFTED_PAGE: _PAGES,
    Fault.DUPLICATE: _PAGES,
    Fault.SHORT_PAGE: _PAGES,
    Fault.HIDDEN_FIELD: _WHOLE,
    Fault.UNKNOWN_ENUM: _WHOLE,
    Fault.CLOCK_SKEW: _ALL,
}

TRANSIENT = (
    Fault.UNAUTHORISED,
    Fault.THROTTLED,
    Fault.THROTTLED_BARE,
    Fault.SERVER_ERROR,
    Fault.SERVER_ERROR_STORED,
    Fault.UNAVAILABLE,
    Fault.CUT,
    Fault.TRUNCATED,
    Fault.NOT_JSON,
    Fault.RECEIPT_NOT_STORED,
    Fault.PARTIAL_WRITE,
    Fault.PRECONDITION,
    Fault.SHORT_PAGE,
)
"""Faults that pass: a run that tries again, tonight or tomorrow night, ends as if they had not been."""


@dataclass(slots=True)
class FaultRule:
    """Strike requests that match: ``path`` is a part of the path, ``kind`` and ``case`` narrow it down.

    The first ``after`` matching requests go free; then ``times`` are struck (``None`` = all).
    """

    fault: Fault
    kind: RequestKind | None = None
    path: str | None = None
    case: str | None = None
    after: int = 0
    times: int | None = None
    struck: int = 0

    def strikes(self, kind: RequestKind, path: str) -> bool:
        """Whether this request is to be struck; counts it if so."""
        if kind not in self.fault.kinds or (self.kind is not None and kind is not self.kind):
            return False
        if self.path is not None and self.path not in path:
            return False
        if self.case is not None and self.case not in path.split("/"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.struck += 1
        return True


@dataclass
class FaultPlan:
    """When to strike: rules first, then chance. Chance is drawn from ``seed``, once for each request in its order."""

    faults: tuple[Fault, ...] = ()
    """Struck by chance, or always where ``rate`` is 1."""
    rate: float = 0.0
    seed: int = 7
    rules: list[FaultRule] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """How often each fault has struck."""
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - trials, not secrets

    def choose(self, kind: RequestKind, path: str, asked: str | None = None) -> Fault | None:
        """The fault for this request, or ``None``. ``asked`` is the request's own wish (``X-Mock-Fault``)."""
        with self._lock:
            found = self._choose(kind, path, asked)
            if found is not None:
                self.counts[found.value] = self.counts.get(found.value, 0) + 1
            return found

    def _choose(self, kind: RequestKind, path: str, asked: str | None) -> Fault | None:
        if asked is not None:
            return Fault(asked) if asked in _NAMES and kind in Fault(asked).kinds else None
        for rule in self.rules:
            if rule.strikes(kind, path):
                return rule.fault
        if not self.faults or self.rate <= 0:
            return None
        struck, which = self._chance.random() < self.rate, self._chance.random()
        fitting = [fault for fault in self.faults if kind in fault.kinds]
        return fitting[int(which * len(fitting))] if struck and fitting else None

    def clear(self) -> None:
        """No more faults: rules and chance are both off."""
        with self._lock:
            self.rules.clear()
            self.faults, self.rate = (), 0.0


_NAMES = frozenset(fault.value for fault in Fault)


def parse_faults(names: str | Iterable[str]) -> tuple[Fault, ...]:
    """Faults from ``"429,500"`` or a list of names. Raises ``ValueError`` that lists the names there are."""
    wanted = [name.strip() for name in (names.split(",") if isinstance(names, str) else names)]
    unknown = [name for name in wanted if name and name not in _NAMES]
    if unknown:
        raise ValueError(
            f"feilen {unknown[0]!r} finnes ikke; de som finnes, er {', '.join(fault.value for fault in Fault)}"
        )
    return tuple(Fault(name) for name in wanted if name)
