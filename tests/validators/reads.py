"""What a rule really reads: a case that notes, while a rule looks at it, each field and kind of entry it is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import BaseModel

from skolemiljo.domain.case import Case
from skolemiljo.domain.facts import model_in
from skolemiljo.domain.log import Edit, LogEntry, LogKind
from skolemiljo.domain.people import Actor
from skolemiljo.tests.laws.examples import Example
from skolemiljo.validators import engine, stretches
from skolemiljo.validators.known import KnownCase
from skolemiljo.validators.rule import Rule

_NO_FACTS = frozenset(
    {"id", "kind", "log", "school", "hidden", "unreadable", "not_carried", "etag", "modified_at", "language"}
)
"""What is no fact by itself; the log as it came is asked for nothing but which ids it has."""
_ROOTS = {"whole_log": "log", "plans": "activity_plans", "_status": "status_history"} | {
    name: name
    for name in ("log", "notices", "incidents", "evaluations", "transfers", "pupils", "severity", "suspicions")
}
"""What a rule asks the case as known for → where in the case it stands."""


@dataclass
class Reads:
    """What was read while ``on``."""

    on: bool = False
    roots: set[str] = field(default_factory=set)
    """``notices``, ``log`` (whole, whatever kinds)"""
    paths: set[str] = field(default_factory=set)
    """``notices.read_at``, ``log:pupil_told.author``"""
    asked: set[tuple[LogKind, ...]] = field(default_factory=set)
    """Kinds of entry that were asked for together, and so are treated alike."""

    @contextmanager
    def turned(self, on: bool) -> Iterator[None]:
        """While the block runs."""
        before, self.on = self.on, on
        try:
            yield
        finally:
            self.on = before

    def needs(self) -> set[str]:
        """All of it as paths of the table: a field read of one kind is needed of the kinds that were asked for with it."""
        found = {*self.roots, *self.paths, *(f"log:{kind}" for kinds in self.asked for kind in kinds)}
        by_kind: dict[str, set[str]] = defaultdict(set)
        for path in self.paths:
            where, _, name = path.partition(".")
            if where.startswith("log:"):
                by_kind[where.removeprefix("log:")].add(name)
        for kinds in self.asked:
            together = {name for kind in kinds for name in by_kind[kind]}
            found |= {f"log:{kind}.{name}" for kind in kinds for name in together}
        return found


READS = Reads()


_KINDS: dict[tuple[type[BaseModel], str], type[BaseModel]] = {}


def _observed(model: type[BaseModel], prefix: str) -> type[BaseModel]:
    if (model, prefix) not in _KINDS:
        _KINDS[model, prefix] = _noting(model, prefix)
    return _KINDS[model, prefix]


def _noting(model: type[BaseModel], prefix: str) -> type[BaseModel]:
    fields = frozenset(model.model_fields) - _NO_FACTS

    def read(self: Any, name: str) -> Any:
        if READS.on and name in fields:
            READS.paths.add(f"{prefix}{name}")
        return super(kind, self).__getattribute__(name)

    kind: type[BaseModel] = type(model.__name__, (model,), {"__getattribute__": read, "__module__": __name__})
    return kind


def observed(value: Any, prefix: str = "") -> Any:
    """``value`` and all in it, equal to what it was, but noting what is read."""
    if isinstance(value, LogEntry):
        prefix = f"log:{value.kind}."
    inner: dict[str, Any] = {}
    for name, info in type(value).model_fields.items():
        held = value.__dict__[name]
        model = model_in(info.annotation)
        if model is not None and not issubclass(model, (Actor, Edit)) and held is not None:
            below = f"{prefix}{name}."
            held = tuple(observed(i, below) for i in held) if isinstance(held, tuple) else observed(held, below)
        inner[name] = held
    made = _observed(type(value), prefix).model_construct(value.model_fields_set)
    made.__dict__.update(inner)
    return made


class _Known(KnownCase):
    def __init__(self, *arguments: Any) -> None:
        with READS.turned(False):
            super().__init__(*arguments)

    def __getattribute__(self, name: str) -> Any:
        if READS.on and name in _ROOTS:
            READS.roots.add(_ROOTS[name])
        return super().__getattribute__(name)

    def all(self, *kinds: LogKind) -> Any:
        if READS.on:
            READS.asked.add(kinds)
        with READS.turned(False):
            return super().all(*kinds)

    def by_id(self, entry: str | None) -> Any:
        with READS.turned(False):
            return super().by_id(entry)


def _entries(stretch: Any, case: KnownCase, *kinds: LogKind) -> Any:
    if READS.on:
        READS.asked.add(kinds)
        READS.paths |= {f"log:{kind}.{name}" for kind in kinds for name in ("held", "hearing")}
    with READS.turned(False):
        return _ENTRIES(stretch, case, *kinds)


_ENTRIES = stretches.Stretch.entries


@contextmanager
def noting() -> Iterator[None]:
    """While the block runs, the engine looks at a case that notes what is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "KnownCase", _Known)
        patch.setattr(stretches.Stretch, "entries", _entries)
        yield


def watched(rule: Rule) -> Rule:
    """``rule``, whose reading is noted."""

    def judge(case: Any, judge: Any) -> Any:
        with READS.turned(True):
            return iter(list(rule.judge(case, judge)))

    return replace(rule, own_judge=judge)


def reads(rule: Rule, examples: Iterable[Example]) -> set[str]:
    """What ``rule`` reads in any of ``examples``."""
    global READS
    READS = Reads()
    with noting():
        one = watched(rule)
        for example in examples:
            case: Case = observed(example.case)
            example.by(one).judged(case)
    return READS.needs()
