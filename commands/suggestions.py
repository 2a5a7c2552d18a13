"""A mapping proposed from the vendor's own answers: by names, by what stands there, by what refers to what. A person reads it and signs it."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from gettext import gettext as _
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from ..adapters.sikker_sak.mapping import Node, WireMapping, own_layer, standard_layer, word_kind
from ..adapters.sikker_sak.wire import Labels
from ..adapters.wire_names import camel
from ..adapters.workbook.layout import sheets
from ..domain.errors import SettingsError
from ..domain.facts import model_in
from ..domain.files import put_in_place
from ..domain.moment import Day, Moment
from ..domain.people import Actor
from ..domain.toml import read_toml
from .samples import LIKE, Field, Sample, likeness, nearest_kind, nearest_word

_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?", re.ASCII)
_REFERENCE = re.compile(r"[\w./\-]{1,64}")
_NAME = re.compile(r"[^\W\d_]+(?:[ \-][^\W\d_.]+)+")
_BY_FORM = 0.4
"""How much the name of a list or an object counts; the rest is what lies in it."""
_ALWAYS = frozenset(
    {"id", "happened_at", "registered_at", "at", "author", "by", "source_label", "role", "ref", "school"}
)
_SELDOM = frozenset({"deleted_at", "duplicate_of", "edits", "acts_for"})
_CLEAR = 0.08
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


@dataclass
class Proposal:
    """What is proposed, each with why."""

    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path → name at the vendor, and why."""
    doubtful: list[tuple[str, str]] = field(default_factory=list)
    """Place of a field, and what it is most like."""
    people: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unplaced: list[tuple[str, int]] = field(default_factory=list)
    hidden: int = 0

    def layer(self) -> dict[str, Any]:
        """As a mapping has it."""
        return {
            "people": list(self.people),
            "fields": {path: [name] for path, (name, _why) in self.fields.items()},
            "words": {kind: dict(table) for kind, table in self.words.items()},
            "labels": dict(self.labels),
        }


def propose(cases: list[Any], own: Mapping[str, Any] | None, labels: Mapping[str, list[str]]) -> Proposal:
    """What would make more of ``cases`` readable. ``own``: the municipality's mapping as it is; ``labels``: those of the settings.

    The outermost fields first, so that what lies in them can be told apart by what it lies in.
    """
    found = Proposal()
    before = [own, standard_layer()] if own is not None else [standard_layer()]
    while True:
        mapping = WireMapping(found.layer(), *before)
        sample = Sample.of(cases, mapping, Labels(labels, mapping))
        news = _fields(sample, found)
        if not news:
            break
    found.doubtful = [(one.told, nearest_field(one, sample)[1]) for one in sample.unread]
    for (kind, word), times in sample.words.items():
        like, ours = nearest_word(kind, word)
        if like >= LIKE and sample.shown(word, times, like):
            found.words[kind][ours].append(word)
    for label, times in sorted(sample.labels.items()):
        like, kind = nearest_kind(label, mapping)
        if not sample.shown(label, times, like):
            found.hidden += 1
        elif like >= LIKE:
            found.labels[kind].append(label)
        else:
            found.unplaced.append((label, times))
    return found


def _fields(sample: Sample, found: Proposal) -> bool:
    """Proposes for each field that nobody knows, where it is known what it lies in. Whether there was anything.

    What is called the same in several places is looked at together: where one name of the format suits it in all of them, it is that.
    """
    by_key: dict[str, list[Field]] = defaultdict(list)
    for one in sample.unread:
        by_key[one.key].append(one)
    scores = {id(one): _scores(one, sample) for unread in by_key.values() for one in unread}
    taken: set[str] = set()
    news = False
    for key, unread in sorted(by_key.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        together: dict[str, float] = defaultdict(float)
        for one in unread:
            for path, score in scores[id(one)].items():
                together[path.rpartition(".")[2]] += score / len(unread)
        name = _clearly_best(together) if len(unread) > 1 else None
        if name is not None:
            taken |= {path for one in unread for path in scores[id(one)] if path.rpartition(".")[2] == name}
            found.fields[f"*.{name}"] = (key, _why(sum(len(one.items) for one in unread), together[name]))
            news = True
            continue
        for one in unread:
            free = {path: score for path, score in scores[id(one)].items() if path not in taken}
            best = _clearly_best(free)
            if best is not None:
                found.fields[best] = (key, _why(len(one.items), free[best]))
                taken.add(best)
                news = True
            elif _holds_names(one) and key not in found.people:
                found.people[key] = _why(len(one.items), 1.0)
                news = True
    return news


def _clearly_best(scores: Mapping[str, float]) -> str | None:
    """The one that is like enough, and more so than any other."""
    best = sorted(scores.items(), key=lambda pair: -pair[1])[:2]
    if not best or best[0][1] < LIKE or (len(best) > 1 and best[0][1] - best[1][1] < _CLEAR):
        return None
    return best[0][0]


def _why(times: int, like: float) -> str:
    return _("{n} ganger, likhet {like}").format(n=times, like=f"{like:.2f}")


def nearest_field(one: Field, sample: Sample) -> tuple[float, str]:
    """The field of the format that a field nobody knows is most like, and how like."""
    scores = _scores(one, sample)
    if not scores:
        return 0.0, ""
    path = max(scores, key=lambda at: scores[at])
    return scores[path], path


def _scores(one: Field, sample: Sample) -> dict[str, float]:
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
    from ..adapters.sikker_sak.mapping import word_kinds

    return next(key for key, known in word_kinds().items() if known is kind)


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is tuple or any(get_origin(part) is tuple for part in get_args(hint))


def _holds(hint: Any, kind: type) -> bool:
    return hint is kind or kind in get_args(hint)


def _is_time(hint: Any) -> bool:
    return hint is Moment or hint == Day or Moment in get_args(hint) or Day in get_args(hint)


def _holds_names(one: Field) -> bool:
    """Whether people's names stand there: two words or more, beside a role or a reference."""
    values = [item for item in one.items if item is not None]
    if one.node is None or not {"role", "ref"} & one.node.model.model_fields.keys() or not values:
        return False
    return all(isinstance(value, str) for value in values) and sum(
        _NAME.fullmatch(value) is not None for value in values
    ) * 2 > len(values)


# --- the file --------------------------------------------------------------------------------------------------------


def write(found: Proposal, own: Mapping[str, Any] | None, out: Path) -> None:
    """Writes the proposal over what the municipality has, to be read and signed. Raises SettingsError where something stands there."""
    if out.exists():
        raise SettingsError(
            _("{name} finnes alt: velg et annet navn, noen kan ha gått god for den").format(name=out.name)
        )
    put_in_place(out, "\n".join(_toml(found, own or {})) + "\n")


def _toml(found: Proposal, own: Mapping[str, Any]) -> Iterator[str]:
    yield "# " + _(
        "Et forslag, laget av svar fra leverandøren. Les hver linje; den gjelder først når noen skriver rollen sin her:"
    )
    yield 'signed_by = ""'
    people = [*own.get("people", ()), *found.people]
    for key, listed in (("people", people), ("dropped", own.get("dropped", ())), ("lacks", own.get("lacks", ()))):
        if listed:
            yield f"{key} = {_value(list(listed))}"
    yield from ("", "[fields]")
    yield from (f"{_value(key)} = {_value(value)}" for key, value in own.get("fields", {}).items())
    yield from (f"{_value(path)} = {_value(name)}  # {why}" for path, (name, why) in found.fields.items())
    for place, near in found.doubtful:
        yield f"# ? {place}" + (f" = {near}" if near else "")
    for kind in sorted({*own.get("words", {}), *found.words}):
        yield from ("", f"[words.{kind}]")
        yield from _table(own.get("words", {}).get(kind, {}), found.words.get(kind, {}))
    yield from ("", "[labels]")
    yield from _table(own.get("labels", {}), found.labels)
    yield from (f"# ? {_value(label)} ({times})" for label, times in found.unplaced)
    if found.hidden:
        yield "# " + _("{n} loggtyper er sjeldne, og er ikke med: de kan være noens ord").format(n=found.hidden)


def _table(own: Mapping[str, Any], new: Mapping[str, list[str]]) -> Iterator[str]:
    together: dict[str, list[str]] = {
        key: [value] if isinstance(value, str) else list(value) for key, value in own.items()
    }
    for key, values in new.items():
        together.setdefault(key, []).extend(values)
    yield from (f"{key} = {_value(values)}" for key, values in together.items())


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def suggest(files: list[Path], mapping: Path | None, labels: Mapping[str, list[str]], out: Path) -> Counter[str]:
    """Writes a proposal to ``out``; how much there is of each. Raises SettingsError."""
    from .samples import cases_in

    own = own_layer(mapping) if mapping is not None else None
    found = propose(cases_in(files), own, labels)
    write(found, own, out)
    return Counter(
        fields=len(found.fields),
        words=sum(len(table) for table in found.words.values()),
        labels=sum(map(len, found.labels.values())),
        left=len(found.doubtful) + len(found.unplaced) + found.hidden,
    )
