"""How like a vendor's name, word or label is to one of the case format: by how it is written, by what stands there, by what refers to what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, get_args, get_origin, get_type_hints

from ..adapters.sikker_sak.mapping import Node, WireMapping, standard_layer, word_kind, word_kinds
from ..adapters.wire_names import camel, snake
from ..adapters.workbook.layout import sheets, words
from ..domain.facts import model_in
from ..domain.log import LogKind
from ..domain.moment import Day, Moment
from ..domain.people import Actor
from ..domain.toml import read_toml
from .samples import LIKE, Field, Sample, words_of_kind

_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?", re.ASCII)
_REFERENCE = re.compile(r"[\w./\-]{1,64}")
_BY_FORM = 0.4
"""How much the name of a list or an object counts; the rest is what lies in it."""
_ALWAYS = frozenset(
    {"id", "happened_at", "registered_at", "at", "author", "by", "source_label", "role", "ref", "school"}
)
_SELDOM = frozenset({"deleted_at", "duplicate_of", "edits", "acts_for"})
CLEAR = 0.08
"""So much more like one field than any other is a clear case."""
_REFERS_TO = {
    "pupils": "pupils.ref",
    "pupil": "pupils.ref",
    "notice": "notices.id",
    "notices": "notices.id",
    "plan": "activity_plans.id",
    "incident": "incidents.id",
    "measure": "activity_plans.measures.id",
}


def likeness(one: str, other: str) -> float:
    """How like two names, words or labels are, from 0 to 1, whatever the case, the joints and the order of their parts."""
    plain, beside = (" ".join(snake(text).replace("_", " ").casefold().split()) for text in (one, other))
    parts, others = plain.split(), beside.split()
    common = set(parts) & set(others)
    # «Plan for undersøkelse – ny mal» holds «Plan for undersøkelse» and «Undersøkelse»: the more words, the more like.
    shared = min(0.85 + 0.01 * (len(common) - 1), 0.95) if common in (set(parts), set(others)) else 0.0
    return max(
        SequenceMatcher(None, plain, beside).ratio(),
        SequenceMatcher(None, " ".join(sorted(parts)), " ".join(sorted(others))).ratio(),
        shared if parts and others else 0.0,
    )


def nearest_word(kind: str, word: str) -> tuple[float, str]:
    """The word of the format that ``word`` is most like, and how like."""
    return max((likeness(word, name), ours) for name, ours in words_of_kind(kind))


def nearest_kind(label: str, mapping: WireMapping) -> tuple[float, str]:
    """The kind of log entry whose labels ``label`` is most like, and how like."""
    called = [(one, kind) for table in mapping.labels for kind, labels in table.items() for one in labels]
    called += [(name, kind) for kind, pair in words(LogKind.__name__).known.items() for name in pair]
    called += [(kind, kind) for kind in map(str, LogKind)]
    best: dict[str, float] = {}
    for name, kind in called:
        best[kind] = max(likeness(label, name), best.get(kind, 0.0))
    nearest, *others = sorted(best, key=lambda kind: best[kind], reverse=True)
    alike = best[nearest] == best[others[0]]  # as like two kinds: a person must say which
    return (min(best[nearest], LIKE - 0.01) if alike else best[nearest]), nearest


def nearest_field(one: Field, sample: Sample) -> tuple[float, str]:
    """The field of the format that a field nobody knows is most like, and how like."""
    scores = scores_of(one, sample)
    if not scores:
        return 0.0, ""
    path = max(scores, key=lambda at: scores[at])
    return scores[path], path


def scores_of(one: Field, sample: Sample) -> dict[str, float]:
    """Path → how like: of the fields that the objects there may have, and none of them has."""
    if one.node is None:
        return {}
    there = {other.place.path for other in sample.read if other.place is not None}
    hints = get_type_hints(one.node.model, include_extras=True)
    items = [item for item in one.items if item is not None]
    found = {}
    for name in one.node.model.model_fields:
        path = f"{one.node.path}{name}"
        if path in there or path == "log.kind" or not items:
            continue
        fits = _fits(hints[name], items, path, sample)
        if fits is None:
            continue
        always = len(one.items) >= sample.objects[one.node.path]
        often = (
            0.12
            if name in _ALWAYS and always
            else -0.2
            if name in _SELDOM and always
            else -0.05
            if name in _SELDOM
            else 0.0
        )
        like = max(likeness(one.key, called) for called in _called(path))
        weight = _BY_FORM if model_in(hints[name]) is not None else 1.0
        found[path] = min(1.0, like * weight + fits + often)
    return found


@cache
def _called(path: str) -> tuple[str, ...]:
    """What a field is called: in the format, on the wire we assumed, and in Norwegian."""
    name = path.rpartition(".")[2]
    standard = standard_layer()["fields"].get(path, ())
    titles = [
        title
        for sheet in sheets().values()
        for column in sheet.columns
        if path in sheet.fields(column) and len(sheet.fields(column)) == 1
        for title in column.titles
    ]
    whole = [called for key, sheet in sheets().items() if key == path for called in sheet.names]
    return (name, camel(name), *standard, *titles, *whole, *_also_called().get(name, ()))


@cache
def _also_called() -> Mapping[str, list[str]]:
    return read_toml((files("skolemiljo.commands") / "also_called.toml").read_text("utf-8"))


def _fits(hint: Any, items: list[Any], path: str, sample: Sample) -> float | None:
    """How well the values suit a field of this type, beside its name; ``None``: they can't be meant."""
    inner = model_in(hint)
    flat = [part for item in items for part in (item if isinstance(item, list) else [item])]
    if inner is not None:
        objects = [part for part in flat if isinstance(part, dict)]
        if not objects or len(objects) < len(flat) or _is_list(hint) != isinstance(items[0], list):
            return None
        keys = {key for one in objects for key in one}
        places = (
            Node(sample.mapping, inner, "").places if inner is not Actor else Node(sample.mapping, Actor, "").places
        )
        suits = 0.8 if inner is Actor and keys & {"role", "ref"} else len(keys & places.keys()) / max(len(keys), 1)
        return suits * (1.1 - _BY_FORM)
    if any(isinstance(part, dict) for part in flat):
        return None
    return _fits_value(hint, [part for part in flat if part is not None], path.rpartition(".")[2], sample)


def _fits_value(hint: Any, values: list[Any], name: str, sample: Sample) -> float | None:
    kind = word_kind(hint)
    if _holds(hint, bool):
        return 0.2 if values and all(isinstance(value, bool) for value in values) else None
    if _holds(hint, int):
        return 0.15 if all(isinstance(value, int) and not isinstance(value, bool) for value in values) else None
    if not all(isinstance(value, str) for value in values):
        return None
    if kind is not None:
        known = set(map(str, kind))
        hits = sum(value.casefold() in known or nearest_known(kind, value) for value in values)
        return 0.35 * hits / len(values) if values and hits else None
    times = all(_TIME.fullmatch(value) for value in values)
    if _is_time(hint):
        return 0.1 if times else None
    if times:
        return None
    if name in _REFERS_TO:
        targets = {
            item
            for one in sample.read
            if one.place is not None and one.place.path == _REFERS_TO[name]
            for item in one.items
        }
        hits = sum(value in targets for value in values)
        return 0.5 * hits / len(values) - 0.1 if values else None
    plain = all(_REFERENCE.fullmatch(value) for value in values)
    if "pattern" in str(hint):
        return 0.1 if plain else None
    return 0.0 if plain else 0.1


def nearest_known(kind: type[StrEnum], value: str) -> bool:
    """Whether a value is like one of the words of ``kind``."""
    return nearest_word(_key(kind), value)[0] >= LIKE


def _key(kind: type[StrEnum]) -> str:

    return next(key for key, known in word_kinds().items() if known is kind)


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is tuple or any(get_origin(part) is tuple for part in get_args(hint))


def _holds(hint: Any, kind: type) -> bool:
    return hint is kind or kind in get_args(hint)


def _is_time(hint: Any) -> bool:
    return hint is Moment or hint == Day or Moment in get_args(hint) or Day in get_args(hint)
