"""What the wire calls things, as data: names of fields, words, labels of log types. The standard file, and a municipality's own over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, cached_property
from gettext import gettext as _
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from ...domain.carries import Carries
from ...domain.case import Case
from ...domain.errors import SettingsError
from ...domain.facts import model_in, paths
from ...domain.fault_words import why_not
from ...domain.log import LogKind
from ...domain.people import Actor
from ...domain.school import School
from ...domain.toml import at_line, read_toml
from ..wire_names import camel, snake, snaked

SCHOOLS = "schools."
_LISTS = ("people", "dropped", "lacks")
_TABLES = ("fields", "words", "labels")
_ONLY_AS_NAMED = frozenset({"log.kind", "log.source_label"})
"""A kind of ours, straight from the wire, would pass by the labels: they alone decide."""
_ANYWHERE = "*."


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the format as it stands on the wire."""

    name: str
    path: str
    rank: int
    """Lower goes before; below :data:`BY_ITSELF` where a file names it."""
    below: Node | None
    words: Mapping[str, str] | None


BY_ITSELF = 1000
"""The rank of a name that no file names: camelCase, or the format's own."""


class Node:
    """What may stand in one object on the wire."""

    def __init__(self, mapping: WireMapping, model: type[BaseModel], path: str) -> None:
        self._mapping = mapping
        self.model = model
        self.path = path

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Name on the wire → what it is."""
        found: dict[str, Place] = {}
        hints = get_type_hints(self.model, include_extras=True)
        for name in self.model.model_fields:
            path = f"{self.path}{name}"
            inner = model_in(hints[name])
            below = Node(self._mapping, inner, f"{path}.") if inner is not None else None
            for rank, wire in self._mapping.names_of(path):
                if wire not in found or rank < found[wire].rank:
                    found[wire] = Place(name, path, rank, below, self._mapping.words_for(hints[name]))
        return found


class WireMapping:
    """One or more files of a mapping, the first before the next. Immutable; threads share it."""

    def __init__(self, *layers: Mapping[str, Any]) -> None:
        self._layers = layers
        self.people = frozenset(name for layer in layers for name in layer.get("people", ()))
        self.dropped = frozenset(name for layer in layers for name in layer.get("dropped", ()))
        self.lacks = tuple(sorted({path for layer in layers for path in layer.get("lacks", ())}))
        self.labels: tuple[Mapping[str, Sequence[str]], ...] = tuple(
            {kind: _listed(labels) for kind, labels in layer.get("labels", {}).items()} for layer in reversed(layers)
        )
        """Kind → labels, a municipality's own last."""
        self.case = Node(self, Case, "")
        self.school = Node(self, School, SCHOOLS)
        self.mark = hashlib.sha256(json.dumps(layers, sort_keys=True, default=str).encode()).hexdigest()
        """Another where anything in it is."""

    def names_of(self, path: str) -> Iterator[tuple[int, str]]:
        """What the field may be called on the wire, with its rank."""
        name = path.rpartition(".")[2]
        rank = 0
        for layer in self._layers:
            for key in (path, f"{_ANYWHERE}{name}"):
                for wire in _listed(layer.get("fields", {}).get(key, ())):
                    yield rank, wire
                    rank += 1
        if path not in _ONLY_AS_NAMED:
            yield BY_ITSELF, camel(name)
            yield BY_ITSELF + 1, name

    def words_for(self, hint: Any) -> Mapping[str, str] | None:
        """The wire's words for a field of this type, each with ours; ``None`` where there are none of its own."""
        kind = word_kind(hint)
        if kind is None:
            return None
        found: dict[str, str] = {}
        for layer in reversed(self._layers):
            for word, theirs in (
                layer.get("words", {}).get(snake(kind.__name__[0].lower() + kind.__name__[1:]), {}).items()
            ):
                found |= {bare(one): word for one in _listed(theirs)}
        return found or None

    def read(self, value: Any, node: Node) -> Any:
        """A JSON value with our names and words; people's names under ``name``, what is dropped left out."""
        if isinstance(value, list):
            return [self.read(item, node) for item in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        ranks: dict[str, int] = {}
        for key, item in value.items():
            place = node.places.get(key)
            if place is None:
                if key not in self.dropped:
                    found.setdefault("name" if key in self.people else snake(key), snaked(item))
            elif place.rank < ranks.get(place.name, BY_ITSELF + 2):
                ranks[place.name] = place.rank
                found[place.name] = self._read_field(item, place)
        return found

    def _read_field(self, value: Any, place: Place) -> Any:
        if place.below is not None:
            return self.read(value, place.below)
        if place.words is not None:
            return _in_our_words(value, place.words)
        return value

    def path(self, theirs: str) -> str | None:
        """A path of the wire's names in ours; ``None`` where it leads to what is dropped anyway."""
        node: Node | None = self.case
        ours = []
        for part in theirs.split("."):
            place = node.places.get(part) if node is not None else None
            if place is None and part in self.dropped | self.people:
                return None
            ours.append(place.name if place is not None else snake(part))
            node = place.below if place is not None else None
        return ".".join(ours)


def _in_our_words(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return words.get(bare(value), value)
    if isinstance(value, list):
        return [_in_our_words(item, words) for item in value]
    if isinstance(value, dict):  # keys are words
        return {words.get(bare(key), key): item for key, item in value.items()}
    return value


def bare(label: str) -> str:
    """A label without regard to case and spaces."""
    return " ".join(label.casefold().split())


def word_kind(hint: Any) -> type[StrEnum] | None:
    """The type of words that a field holds, alone, in a list, as an option or as the keys of an object."""
    if isinstance(hint, type):
        return hint if issubclass(hint, StrEnum) else None
    return next((kind for part in get_args(hint) if (kind := word_kind(part)) is not None), None)


def _listed(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


# --- files -----------------------------------------------------------------------------------------------------------


@cache
def standard() -> WireMapping:
    """The mapping of the assumed contract."""
    return WireMapping(standard_layer())


def mapping_at(file: Path | None, *, signed: bool = True) -> WireMapping:
    """The standard mapping, with a municipality's own ``file`` before it; ``signed`` False: also one that nobody has signed yet, to be
    looked at. Raises SettingsError that names what to mend."""
    if file is None:
        return standard()
    own = own_layer(file)
    by = own.get("signed_by")
    if signed and not (isinstance(by, str) and by.strip()):
        raise _wrong(file, _("ingen har gått god for den: les den, og skriv hvem (en rolle) i signed_by"))
    return WireMapping(own, standard_layer())


@cache
def standard_layer() -> Mapping[str, Any]:
    """The standard file as it stands."""
    return read_toml((files("skolemiljo.adapters.sikker_sak") / "mapping.toml").read_text("utf-8"))


def own_layer(file: Path) -> Mapping[str, Any]:
    """The municipality's own file, of which every name is one that the case format has, signed or not. Raises SettingsError."""
    try:
        raw = read_toml(file.read_text("utf-8"))
    except OSError as error:
        raise _wrong(file, _("kan ikke leses ({why_not})").format(why_not=why_not(error))) from None
    except ValueError as error:
        raise _wrong(file, _("er ikke gyldig TOML i UTF-8{where}").format(where=at_line(error))) from None
    faults = list(faults_in(raw))
    if faults:
        raise _wrong(file, "; ".join(faults))
    try:
        Carries.of(lacks=raw.get("lacks", ()))
    except SettingsError as error:
        raise _wrong(file, str(error)) from None
    return raw


def _wrong(file: Path, what: str) -> SettingsError:
    return SettingsError(f"sikker_sak.mapping: {file.name}: {what}")


def faults_in(raw: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a municipality's own file, by key; never what stands there as a value."""
    for key in raw.keys() - {*_LISTS, *_TABLES, "signed_by"}:
        yield _unknown(key, (*_LISTS, *_TABLES, "signed_by"))
    for key in _LISTS:
        if not _is_words(raw.get(key, [])):
            yield _("{key}: skriv en liste med tekster").format(key=key)
    tables = {key: raw.get(key, {}) for key in _TABLES}
    for key, table in tables.items():
        if not isinstance(table, dict):
            yield _("{key}: skriv en tabell, [{key}]").format(key=key)
            return
    yield from _faults_of(tables["fields"], field_paths(), "fields")
    yield from _faults_of(tables["labels"], tuple(LogKind), "labels")
    for kind, table in tables["words"].items():
        known = word_kinds().get(kind)
        if known is None:
            yield f"words: {_unknown(kind, word_kinds())}"
        elif not isinstance(table, dict):
            yield _("{key}: skriv en tabell, [{key}]").format(key=f"words.{kind}")
        else:
            yield from _faults_of(table, tuple(known), f"words.{kind}")
    yield from _said_twice(tables["fields"])


def _faults_of(table: Mapping[str, Any], known: Iterable[str], where: str) -> Iterator[str]:
    names = tuple(known)
    for key, value in table.items():
        if key not in names:
            yield f"{where}: {_unknown(key, names)}"
        elif not _is_words(value) and not (isinstance(value, str) and value.strip()):
            yield _("{key}: skriv en liste med tekster").format(key=f"{where}.{key}")


def _said_twice(fields: Mapping[str, Any]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for path, names in fields.items():
        if not _is_words(names) and not isinstance(names, str):
            continue
        for name in _listed(names):
            place = (path.rpartition(".")[0], name)
            if place in seen:
                yield _("fields: {one} og {other} har det samme navnet hos leverandøren").format(
                    one=seen[place], other=path
                )
            seen[place] = path


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _unknown(key: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(key), list(known), n=1, cutoff=0)
    return _("{key} er ukjent. Mente du {near}?").format(key=str(key)[:60], near=", ".join(near))


@cache
def field_paths() -> tuple[str, ...]:
    """Every key of ``[fields]``: paths of the case format and of the list of schools, and names wherever they stand."""
    plain = (*paths(), *(f"{SCHOOLS}{name}" for name in School.model_fields))
    anywhere = {path.rpartition(".")[2] for path in plain} | set(Actor.model_fields)
    return (*plain, *(f"{_ANYWHERE}{name}" for name in sorted(anywhere)))


@cache
def word_kinds() -> Mapping[str, type[StrEnum]]:
    """Every key of ``[words]``: the types of words of the case format, but the kinds of entry, which are labels."""
    found: dict[str, type[StrEnum]] = {}

    def look(model: type[BaseModel]) -> None:
        for hint in get_type_hints(model, include_extras=True).values():
            kind, inner = word_kind(hint), model_in(hint)
            if kind is not None and kind is not LogKind:
                found[snake(kind.__name__[0].lower() + kind.__name__[1:])] = kind
            if inner is not None:
                look(inner)

    look(Case)
    look(School)
    return found
