"""Fields that the format does not have: counted by name and dropped, or, where people write documents, refused with the nearest one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from ..domain.base import ReadingContext

M = TypeVar("M", bound=BaseModel)
_Place = tuple[int | str, ...]
_UNKNOWN = "extra_forbidden"


def validated(model: type[M], raw: Any, context: ReadingContext | None) -> M:
    """``raw`` as ``model``, with what it has beside the format told in ``context``. Raises ValidationError.

    It is pydantic that looks for such fields; nothing more is asked where there are none, as nearly always.
    """
    if context is None:
        return model.model_validate(raw)
    try:
        return model.model_validate(raw, context=context, extra="forbid")
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        unknown = [one["loc"] for one in found if one["type"] == _UNKNOWN]
        if not unknown:
            raise
        if context.by_people:
            told = [one for one in found if one["type"] != _UNKNOWN]
            lines = [*_with_the_nearest(model, unknown), *(_as_told(one["loc"], one) for one in told)]
            raise ValidationError.from_exception_data(error.title, lines, hide_input=True) from None
    for *above, name in unknown:
        # The name comes from outside; only short plain words are repeated, so that it can carry no content.
        known = name if isinstance(name, str) and name.isidentifier() and len(name) <= 40 else "?"
        context.unknown_fields[f"{_model_at(model, above).__name__}.{known}"] += 1
    return model.model_validate(raw, context=context)


def _with_the_nearest(model: type[BaseModel], unknown: Iterable[_Place]) -> Iterator[InitErrorDetails]:
    """One fault for each object with such fields. What came is not repeated: it may be anything."""
    from difflib import get_close_matches  # seldom needed

    names: dict[_Place, list[str]] = {}
    for *above, name in unknown:
        names.setdefault(tuple(above), []).append(str(name).casefold())
    for place, strange in names.items():
        near = get_close_matches(min(strange), _model_at(model, place).model_fields, n=1, cutoff=0)[0]
        yield _fault(place, PydanticCustomError("unknown_field", "{near}", {"near": near}))


def _as_told(place: _Place, error: Any) -> InitErrorDetails:
    return _fault(place, PydanticCustomError(error["type"], error["msg"], error.get("ctx")))


def _fault(place: _Place, kind: PydanticCustomError) -> InitErrorDetails:
    return InitErrorDetails(type=kind, loc=place, input=None)


def _model_at(model: type[BaseModel], place: Iterable[int | str]) -> type[BaseModel]:
    """The model of the object at ``place`` in a document of ``model``."""
    for part in place:
        if isinstance(part, str):
            model = next(_models_in(model.model_fields[part].annotation))
    return model


def _models_in(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in get_args(hint):
        yield from _models_in(part)
