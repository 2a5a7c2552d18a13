"""Habits of other systems that lose nothing: read as what they mean, before the format's own models look at a document.

Numbers for ids, capitals in words of the format, ``null`` for a list, midnight in UTC for a date, and dates no school can
mean. What is not told (a list that is ``null``) or can't be meant becomes *unreadable*, by path: rules that need it answer
``unknown``, never «none». Anything else is left as it is, for the models to read or to refuse by name.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError

from ..domain.base import ReadingContext, Ref
from ..domain.case import CaseId
from ..domain.moment import LONGEST, OSLO, Day, Moment, as_written, can_be_meant
from ..domain.people import Actor
from ..domain.school import OrganisationNumber
from .names import OF_PEOPLE, of_people, people_of_number, people_of_references, words_in_names
from .references import DIGITS, holds_identity_number, looks_like_a_user_name, pseudonym, words_of
from .unknown_fields import validated

_MIDNIGHT_IN_UTC = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ]00:00(?::00(?:\.0+)?)?(?:[Zz]|[+-]00:?00)", re.ASCII)
M = TypeVar("M", bound=BaseModel)
_IDS = (Ref, CaseId, OrganisationNumber)


class _Unread:
    """What stands in the place of a value that can't be read, while a document is gone through."""


_UNREAD = _Unread()


@dataclass
class _Reading:
    """What is known while one document is gone through."""

    today: date
    key: bytes
    named: frozenset[str] = frozenset()
    """The names that the source gives in the document, word by word."""
    unread: set[str] = field(default_factory=set)
    """Paths found so far."""
    people: dict[str, str] = field(default_factory=dict)
    """Reference of somebody → how it is told; the same few stand in every entry."""
    actors: dict[str, Any] = field(default_factory=dict)
    """Somebody, as the document tells it → the same as an actor; what is none is left for the models to refuse."""
    midnights: bool = False
    """Whether a time was midnight, which may be how a system writes a date."""


_Reader = Callable[[Any, _Reading], Any]
"""Value, what is known → the value as the format has it (the very same where it was so already), or ``_UNREAD``."""


def as_the_format_has_it(
    model: type[BaseModel],
    raw: Any,
    today: date | None = None,
    key: bytes = b"",
    named: frozenset[str] = frozenset(),
) -> tuple[Any, frozenset[str]]:
    """``raw``, a parsed document of ``model``, with other systems' habits undone, and the paths that could not be read.

    ``today``: what «years ahead» is counted from; standard: the date in Europe/Oslo. ``key``: what pseudonyms of references that
    tell who somebody is are made with; the case number is their salt where there is none. ``named``: the names that the source
    gives in the document, word by word. ``raw`` itself is left as it is.
    """
    today, key = today or datetime.now(OSLO).date(), key or _salt(raw)
    reading = _Reading(today, key, named)
    found = _object_reader(model, "")(raw, reading)
    people = people_of_references(reading.people)
    if guessed := words_in_names(people) - named:  # now it is known whose names no other reference may hold
        reading = _Reading(today, key, named | guessed)
        found = _object_reader(model, "")(raw, reading)
    return of_people(raw if found is _UNREAD else found, people), frozenset(reading.unread)


def _salt(raw: Any) -> bytes:
    return str(raw.get("id") if isinstance(raw, dict) else "").encode(errors="surrogatepass")


def read_model(
    model: type[M], raw: Any, context: ReadingContext | None = None, named: frozenset[str] = frozenset()
) -> M:
    """The ``model`` in a parsed document; a case or an annual cycle says what could not be read. Raises ValidationError."""
    if "unreadable" not in model.model_fields:  # what can't say so is refused whole
        return validated(model, raw, context)
    context = context or ReadingContext()
    raw, unread = as_the_format_has_it(model, raw, key=context.reference_key, named=named)
    if context.numbers and isinstance(raw, dict) and isinstance(ours := raw.get("id"), str):
        raw = of_people(raw, people_of_number(context.numbers.get(ours), ours, context, named))
    found = validated(model, raw, context)
    return found.model_copy(update={"unreadable": found.unreadable | unread}) if unread else found  # type: ignore[attr-defined]  # asked for above


def as_id(value: Any) -> Any:
    """An id that came as a number, as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@cache
def _object_reader(model: type[BaseModel], path: str) -> _Reader:
    """How the ``model`` that stands at ``path`` is read. Paths tell no place in a list, so each reader knows its own."""
    hints = get_type_hints(model, include_extras=True)
    below = {name: f"{path}.{name}" if path else name for name in model.model_fields}
    readers = {name: found for name, where in below.items() if (found := _reader(hints[name], where)) is not None}
    required = {name for name, part in model.model_fields.items() if part.is_required()}

    def read(raw: Any, reading: _Reading) -> Any:
        if not isinstance(raw, dict):
            return raw
        found, unread = raw, []
        for name, value in raw.items():
            reader = readers.get(name)
            if reader is None or (told := reader(value, reading)) is value:
                continue
            if told is not _UNREAD:
                found = dict(raw) if found is raw else found
                found[name] = told
            elif name not in required:
                unread.append(name)
            elif path:
                return _UNREAD
        if not unread:
            return found
        reading.unread.update(below[name] for name in unread)
        return {name: value for name, value in found.items() if name not in unread}

    return _each_actor_once(read) if model is Actor else read


def _each_actor_once(read: _Reader) -> _Reader:
    """The same few people stand in every entry of a case: each is read once, and is the same actor everywhere."""

    def read_once(raw: Any, reading: _Reading) -> Any:
        if not isinstance(raw, dict):
            return raw
        as_told = repr(raw)
        found = reading.actors.get(as_told)
        if found is None:
            found = read(raw, reading)
            with suppress(ValidationError):
                found = Actor.model_validate(found, extra="forbid")
            reading.actors[as_told] = found
        return found

    return read_once


def _reader(hint: Any, path: str) -> _Reader | None:
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [part for part in get_args(hint) if part is not type(None)] or [None]
    if hint == Ref:
        return _read_person if path.rpartition(".")[2] in OF_PEOPLE else _read_reference
    if hint in _IDS:
        return lambda value, _reading: as_id(value)
    if hint is Moment or hint == Day:
        return _read_time
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) is tuple:
        return _list_reader(get_args(hint)[0], path)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _word_reader(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _object_reader(hint, path)
    return None


def _read_reference(value: Any, reading: _Reading) -> Any:
    if isinstance(value, str) and len(value) < DIGITS and not reading.named:
        return value
    reference = as_id(value)
    if not isinstance(reference, str):
        return value
    tells = holds_identity_number(reference) or (reading.named and words_of(reference) & reading.named)
    return pseudonym(reference, reading.key) if tells else reference


def _read_person(value: Any, reading: _Reading) -> Any:
    if not isinstance(value, str):
        return _read_reference(value, reading)
    told = reading.people.get(value)
    if told is None:
        told = pseudonym(value, reading.key) if looks_like_a_user_name(value) else _read_reference(value, reading)
        reading.people[value] = told
    return told


def _read_time(value: Any, reading: _Reading) -> Any:
    """The moment, where the value itself tells it whole; what needs more (a zone) or is none is left for the model."""
    if isinstance(value, str):
        try:
            when = as_written(value)
        except ValueError:
            return value
    elif isinstance(value, date):
        when = value
    else:  # a number is seconds since 1970, or milliseconds, or days since 1900: nobody says which
        return _UNREAD if isinstance(value, (int, float)) and not isinstance(value, bool) else value
    if not can_be_meant(when, reading.today):
        return _UNREAD
    if not isinstance(when, datetime):
        return Moment(when)
    if when.hour == when.minute == 0:
        reading.midnights = True
    return value if when.tzinfo is None or len(value) > LONGEST else Moment.at(when)


def _word_reader(words: type[StrEnum]) -> _Reader:
    known = frozenset(map(str, words))

    def read(value: Any, _reading: _Reading) -> Any:
        if not isinstance(value, str) or value in known:
            return value
        small = value.casefold()
        return small if small in known else value

    return read


def _list_reader(of: Any, path: str) -> _Reader:
    read_item = _reader(of, path)
    model = of if isinstance(of, type) and issubclass(of, BaseModel) else None
    times = tuple(name for name, hint in get_type_hints(model).items() if _is_time(hint)) if model is not None else ()

    def read(value: Any, reading: _Reading) -> Any:
        if value is None:
            return _UNREAD
        if not isinstance(value, list | tuple) or read_item is None:
            return value
        items = [read_item(item, reading) for item in value]
        if reading.midnights:
            items = [read_item(item, reading) for item in _with_dates(value, times)]
        if path in _NEVER_EMPTY:
            return [item if found is _UNREAD else found for item, found in zip(value, items, strict=True)]
        if _UNREAD not in items:
            return items
        reading.unread.add(path)
        return [item for item in items if item is not _UNREAD]

    return read


_NEVER_EMPTY = ("status_history",)
"""Lists that tell the course of the case: an entry that can't be read is refused by name, and so is the case."""


def _is_time(hint: Any) -> bool:
    return hint is Moment or Moment in get_args(hint)


def _with_dates(items: Any, times: tuple[str, ...]) -> Any:
    """The items, with midnight in UTC read as a date where every value of that field is one.

    Each kind of log entry has its own form in a case system, so there the field is that of the kind. A real event at exactly
    that second keeps its date; only an hour that nobody would mean (01 or 02 at night) is not believed.
    """
    dates: dict[tuple[str, Any], bool] = {}
    for name, kind, value in _times_in(items, times):
        midnight = isinstance(value, str) and _MIDNIGHT_IN_UTC.fullmatch(value) is not None
        dates[name, kind] = dates.get((name, kind), True) and midnight
    if not any(dates.values()):
        return items
    return [
        {
            name: value[:10] if name in times and value is not None and dates[name, _kind(item)] else value
            for name, value in item.items()
        }
        if isinstance(item, dict)
        else item
        for item in items
    ]


def _times_in(items: Any, times: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    for item in items:
        if isinstance(item, dict):
            for name in times:
                if item.get(name) is not None:
                    yield name, _kind(item), item[name]


def _kind(item: dict[str, Any]) -> str:
    return str(item.get("kind", "")).casefold()
