"""Where the facts of a case stand, and a case with one of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from skolemiljo.domain.case import Case
from skolemiljo.domain.facts import model_in

Place = tuple[tuple[str, int | None], ...]
"""The way to a value: the name of each field, and the number in it where it is a list."""

M = TypeVar("M", bound=BaseModel)


def found(case: BaseModel, path: str) -> Iterator[tuple[Place, Any]]:
    """Every value that ``case`` has at ``path``, empty ones too, and where it stands."""
    yield from _walk(case, path.split("."), ())


def _walk(model: BaseModel, names: list[str], place: Place) -> Iterator[tuple[Place, Any]]:
    name, *rest = names
    value = getattr(model, name)
    if not rest:
        yield (*place, (name, None)), value
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _walk(item, rest, (*place, (name, number)))
    elif value is not None:
        yield from _walk(value, rest, (*place, (name, None)))


def put(model: M, place: Place, value: Any) -> M:
    """``model`` with ``value`` at ``place``; nothing is validated."""
    (name, number), *rest = place
    inner = getattr(model, name)
    if not rest:
        changed = value
    elif number is None:
        changed = put(inner, tuple(rest), value)
    else:
        changed = (*inner[:number], put(inner[number], tuple(rest), value), *inner[number + 1 :])
    return model.model_copy(update={name: changed})


def without(value: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    """The list without one of its items."""
    return (*value[:number], *value[number + 1 :])


def field_at(path: str) -> FieldInfo:
    """The field of the models that ``path`` leads to."""
    model: type[BaseModel] = Case
    *above, name = path.split(".")
    for step in above:
        inner = model_in(model.model_fields[step].annotation)
        assert inner is not None, path
        model = inner
    return model.model_fields[name]


def item_at(case: Case, place: Place) -> tuple[str, ...]:
    """Ids of what a place stands in, as scopes name them: the entry's, and the plan's that all its versions share."""
    (name, number), *_ = place
    if number is None:
        return ()
    item = getattr(case, name)[number]
    return tuple(part for part in (getattr(item, name, None) for name in ("id", "ref", "plan")) if part)
