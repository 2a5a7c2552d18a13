"""An example with one fact changed: each fact of the case that its rules look at, in each way such a fact can be another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any, TypeVar, get_args

from pydantic.fields import FieldInfo

from skolemiljo.domain.base import Ref
from skolemiljo.domain.case import Case
from skolemiljo.domain.facts import paths
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.people import Actor, Role
from skolemiljo.tests.laws.places import Place, field_at, found, put, without
from skolemiljo.validators.rule import Rule

NOBODY = "ukjent-9"
"""A pupil, a notice, an id that is nobody's in any example."""
_LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")
_OTHERS = ("pupils", "status_history", "severity", "suspicions", "transfers")
_NO_FACTS = {"id", "school", "hidden", "unreadable", "not_carried", "etag", "modified_at", "language"}
T = TypeVar("T")


@dataclass(frozen=True)
class Changed:
    """``what``: which fact, and how it is another now, in few words."""

    what: str
    case: Case


def some_of(case: Case, rules: Sequence[Rule], key: str, number: int) -> list[Changed]:
    """So many of the changes, drawn for the example ``key``, one by one: a change that is new moves none of the others."""
    every = {changed.what: changed for changed in _changes(case, rules, key)}
    return [every[what] for what in sorted(every, key=lambda what: _drawn(key, what))[:number]]


def _drawn(*said: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(said).encode()).digest()[:8])


def _changes(case: Case, rules: Sequence[Rule], key: str) -> Iterator[Changed]:
    for name in (*_LISTS, *_OTHERS):
        for number, item in enumerate(getattr(case, name)) if _is_looked_at(name, rules) else ():
            said = _name_of(case, ((name, number),))
            for what, items in _other_lists(getattr(case, name), number, item, name):
                yield Changed(f"{said} {what}", case.model_copy(update={name: items}))
    for path in paths():
        if path.rpartition(".")[2] not in _NO_FACTS and path not in (*_LISTS, *_OTHERS) and _is_looked_at(path, rules):
            yield from _of_one_fact(case, path, key)


def _other_lists(items: tuple[Any, ...], number: int, item: Any, name: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if len(items) > 1 or name != "status_history":  # a case has been opened
        yield "gone", without(items, number)
    if name not in _LISTS:
        return
    timeless = item.model_copy(update={"happened_at": None, "registered_at": None})
    yield "without any time", (*items[:number], timeless, *items[number + 1 :])
    yield "twice", (*items, item.model_copy(update={"id": f"{item.id}-2"}))
    if item.happened_at is not None:
        yield "once more a day later", (*items, _later(item, 1).model_copy(update={"id": f"{item.id}-2"}))


def _is_looked_at(path: str, rules: Iterable[Rule]) -> bool:
    return any(rule.needs.hangs_on(path) or rule.needs.settles_without(path) for rule in rules)


def _of_one_fact(case: Case, path: str, key: str) -> Iterator[Changed]:
    info = field_at(path)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    places = list(found(case, path))
    if any(value != default for _, value in places) and not info.is_required():
        unseen = case
        for place, _ in places:
            unseen = put(unseen, place, default)
        yield Changed(f"{path} hidden", unseen.model_copy(update={"hidden": case.hidden | {path}}))
    for place, value in places:
        said = _name_of(case, place)
        if value != default and not info.is_required():
            yield Changed(f"{said} gone", put(case, place, default))
        for how, other in _other_values(value, info, case, said, f"{key}|{said}"):
            if other != value:
                yield Changed(f"{said} {how}", _put_with_its_entry(case, place, value, other))


def _put_with_its_entry(case: Case, place: Place, value: Any, other: Any) -> Case:
    """``other`` at ``place``; what was entered when it happened is so still."""
    *above, (name, _) = place
    changed = put(case, place, other)
    if name == "happened_at" and above:
        registered = (*above, ("registered_at", None))
        if _value_at(case, registered) == value:
            changed = put(changed, registered, other)
    return changed


def _value_at(model: Any, place: Iterable[tuple[str, int | None]]) -> Any:
    for name, number in place:
        model = getattr(model, name, None)
        if number is not None and model is not None:
            model = model[number]
    return model


def _name_of(case: Case, place: Place) -> str:
    """``l1.happened_at``, ``suspicions 1.at``."""
    (name, number), *rest = place
    item = getattr(case, name)[number] if number is not None else None
    said = name if number is None else getattr(item, "id", None) or getattr(item, "ref", None) or f"{name} {number + 1}"
    for inner, at in rest:
        said += f".{inner}" if at is None else f".{inner} {at + 1}"
    return said


def _other_values(value: Any, info: FieldInfo, case: Case, said: str, key: str) -> Iterator[tuple[str, Any]]:
    kinds, metadata = [*_kinds(info.annotation)], info.metadata
    if isinstance(value, Moment) or (value is None and Moment in kinds):
        times = dict(_times(case))
        if times:
            whose = _one_of(sorted(times), key)
            yield f"at the time of {whose}", times[whose]
        if isinstance(value, Moment):
            yield "a day later", _moved(value, 1)
            yield "a day earlier", _moved(value, -1)
            yield "by its day alone", Moment.on(value.day)
    elif isinstance(value, bool) or (value is None and bool in kinds):
        for yes in (True, False):
            yield f"is {'yes' if yes else 'no'}", yes
    elif isinstance(value, date):
        yield "a day later", value + timedelta(days=1)
        yield "a day earlier", value - timedelta(days=1)
    elif (of := next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)), None)) is not None:
        for other in (_one_of(list(of), key), _one_of(list(of), f"{key}|2")):
            yield (f"is also {other}", (*value, other)) if isinstance(value, tuple) else (f"is {other}", other)
    elif Actor in kinds:
        for actor in (Actor(role=_one_of(list(Role), f"{key}|{n}")) for n in range(3)):
            yield ((f"and {actor.role}", (*value, actor)) if isinstance(value, tuple) else (f"by {actor.role}", actor))
        if isinstance(value, Actor) and value.ref is not None:
            yield "by somebody else", value.model_copy(update={"ref": NOBODY})
    elif isinstance(value, str) or str in kinds:
        words = [NOBODY, *_refs(case, said)] if metadata or Ref in kinds else ["Ikke aktuelt", "Vi ser mobbing."]
        for word in dict.fromkeys((_one_of(words, key), _one_of(words, f"{key}|2"))):
            yield (f"and «{word}»", (*value, word)) if isinstance(value, tuple) else (f"is «{word}»", word)
    elif isinstance(value, int):
        yield "one more", value + 1
    if isinstance(value, tuple):
        for number in range(len(value)) if len(value) > 1 else ():
            yield f"without the {number + 1}.", without(value, number)


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def _one_of(several: Sequence[T], key: str) -> T:
    return several[_drawn(key) % len(several)]


def _times(case: Case) -> Iterator[tuple[str, Moment]]:
    for name in _LISTS:
        for item in getattr(case, name):
            if item.happened_at is not None:
                yield item.id, item.happened_at


def _refs(case: Case, said: str) -> list[str]:
    """What a field of that name can point at: pupils, or anything that has an id."""
    if said.rpartition(".")[2] in ("pupils", "pupil", "ref"):
        return [pupil.ref for pupil in case.pupils]
    return [item.id for name in _LISTS for item in getattr(case, name)]


def _later(item: Any, days: int) -> Any:
    times = {name: getattr(item, name, None) for name in ("happened_at", "registered_at")}
    return item.model_copy(update={name: _moved(time, days) for name, time in times.items() if time is not None})


def _moved(moment: Moment, days: int) -> Moment:
    if moment.instant is None:
        return Moment.on(moment.day + timedelta(days=days))
    return Moment.at(moment.instant + timedelta(days=days))
