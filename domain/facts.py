"""What each field of the case format is to a duty: said once in facts.toml, for the engine and for the laws of verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from .case import Case
from .log import Edit, LogKind
from .people import Actor
from .toml import read_toml


class Mark(StrEnum):
    """What a field, or a kind of entry, can do to a verdict."""

    OCCASION = "occasion"
    """it sets a duty off, or says whom the duty is owed to"""
    PROOF = "proof"
    """it can show that a duty is met"""
    COUNTER = "counter"
    """it rules proof out, puts it in doubt, or tells of a fault"""
    LIMIT = "limit"
    """it moves or ends the time in which a duty is owed"""
    CONTEXT = "context"
    """no verdict is better or worse by it"""


_ONE_FACT = (Actor, Edit)
"""Models that are one fact each: who somebody is, and one change of an entry."""


def paths(kind: type[BaseModel] = Case, below: str = "") -> Iterator[str]:
    """Every field path of the case format (``log``, ``log.best_interest.child_views``), what holds others before what it holds."""
    for name, field in kind.model_fields.items():
        path = f"{below}{name}"
        yield path
        inner = model_in(field.annotation)
        if inner is not None and not issubclass(inner, _ONE_FACT):
            yield from paths(inner, f"{path}.")


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, alone, in a list or as an option."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType):
        return next((model for part in get_args(annotation) if (model := model_in(part)) is not None), None)
    return None


@cache
def marks() -> Mapping[str, Mark]:
    """Field path → its mark."""
    return MappingProxyType(
        {
            name if place == "case" else f"{place}.{name}": mark
            for place, table in _facts()["fields"].items()
            for mark, names in _by_mark(table)
            for name in names
        }
    )


@cache
def kind_marks() -> Mapping[LogKind, Mark]:
    """Kind of log entry → its mark."""
    return MappingProxyType({LogKind(name): mark for mark, names in _by_mark(_facts()["kinds"]) for name in names})


def marked(mark: Mark) -> tuple[str, ...]:
    """The paths that carry ``mark``."""
    return tuple(path for path, other in marks().items() if other is mark)


def _by_mark(table: Mapping[str, list[str]]) -> Iterator[tuple[Mark, list[str]]]:
    for name, names in table.items():
        yield Mark(name), names


@cache
def _facts() -> dict[str, Any]:
    return read_toml((files(__package__) / "facts.toml").read_text("utf-8"))
