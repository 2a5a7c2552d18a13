"""What the sheets of a workbook are: names and columns from layout.toml, and what a cell holds from the domain's own models."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel

from ...domain.annual_cycle import CycleEntry, SchoolYear
from ...domain.base import Ref
from ...domain.case import Case, CaseId
from ...domain.facts import model_in, paths
from ...domain.log import Consideration, LogKind
from ...domain.moment import Day, Moment
from ...domain.people import Actor, Role
from ...domain.school import OrganisationNumber, School
from ...domain.toml import read_toml
from ..hand_entry import FlagRow, ItemRow

LANGUAGES = ("nb", "nn")


class Holds(StrEnum):
    """What a cell holds."""

    NUMBER_OF = "number_of"
    """the id of a row, or of a case"""
    NUMBERS_OF = "numbers_of"
    SCHOOL = "school"
    SCHOOL_YEAR = "school_year"
    TEXT = "text"
    TEXTS = "texts"
    YES_NO = "yes_no"
    STAND = "stand"
    """yes, no, or that no stand is taken"""
    COUNT = "count"
    WORD = "word"
    WORDS = "words"
    MOMENT = "moment"
    """a day, or a time"""
    INSTANT = "instant"
    """a moment that the model has as an instant"""
    DAY = "day"
    PERSON = "person"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a list: value → bokmål and nynorsk."""

    known: Mapping[str, tuple[str, str]]

    def of(self, value: str, language: str) -> str:
        """What ``value`` is called."""
        return self.known[value][LANGUAGES.index(language)]

    def all(self, language: str) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(self.of(value, language) for value in self.known)

    def value(self, word: str) -> str | None:
        """What ``word`` means, in either language or as the format has it."""
        plain = plainly(word)
        return next(
            (value for value, called in self.known.items() if plain in (value, *map(plainly, called))),
            None,
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    path: str
    """The field in the row's model, as ``preparation.purpose``; the first columns have ``case``, ``parent``, ``parent_sheet``."""
    titles: tuple[str, str]
    holds: Holds
    words: Words | None = None
    must: bool = False
    rare: bool = False
    help: tuple[str, str] = ("", "")

    def title(self, language: str) -> str:
        """Its heading."""
        return self.titles[LANGUAGES.index(language)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet."""

    key: str
    names: tuple[str, str]
    of: str
    """The list (or the one part) of the case, or of the row it belongs to, that its rows are; empty where they stand for themselves."""
    parents: tuple[str, ...]
    number: str
    """What the numbers of its rows begin with in a template; empty where rows have none."""
    help: tuple[str, str]
    columns: tuple[Column, ...]
    of_cases: bool
    """Whether each row is about a case."""
    at: Mapping[str, int] = field(default_factory=dict)
    """Heading, plainly written, → place in ``columns``."""

    def name(self, language: str) -> str:
        """What it is called."""
        return self.names[LANGUAGES.index(language)]

    def column(self, heading: str) -> Column | None:
        """The column that is called so in either language, or as the format calls the field."""
        place = self.at.get(plainly(heading))
        return None if place is None else self.columns[place]

    @property
    def paths(self) -> tuple[str, ...]:
        """Where in the case format its rows go: ``activity_plans.measures``; more than one where it belongs to several."""
        return tuple(f"{parent}.{self.of}" for parent in self.parents) or (self.of,)

    def fields(self, column: Column) -> tuple[str, ...]:
        """The paths in the case format that ``column`` fills."""
        if column.path in _ABOUT_THE_ROW:
            return ()
        inner = column.path.partition(".")[0] if column.path.startswith("moments.") else column.path
        if inner.startswith(f"{OPENED}."):
            return (f"status_history.{inner.partition('.')[2]}",)
        return tuple(f"{path}.{inner}" if path else inner for path in self.paths)


OPENED = "opened"
"""Stands for the first change of the case's status."""
_ABOUT_THE_ROW = ("case", "parent", "parent_sheet")
_SPACE = re.compile(r"\s+")


_DASHES = str.maketrans("–—‑?", "----")
"""Latin-1 has no dash: a sheet that is exported so has a question mark there."""


def plainly(text: str) -> str:
    """``text`` as it is compared: no capitals, no stars, one space between words, one kind of dash."""
    return _SPACE.sub(" ", text.translate(_DASHES)).strip(" *:.").casefold()


@cache
def sheets() -> Mapping[str, Sheet]:
    """Key → sheet, in the order of the workbook."""
    return {raw["key"]: _sheet(raw) for raw in _layout()["sheet"]}


@cache
def hand_entry() -> Mapping[str, Sheet]:
    """The sheets that go out with what is to be entered by hand, and come back filled in."""
    return {raw["key"]: _sheet(raw, _HAND_ENTRY[raw["key"]]) for raw in _layout()["hand_entry"]}


def sheet_called(name: str, among: Mapping[str, Sheet] | None = None) -> Sheet | None:
    """The sheet that is called ``name`` in either language, or by its key."""
    plain = plainly(name)
    known = sheets() if among is None else among
    return next((s for s in known.values() if plain in (s.key, *map(plainly, s.names))), None)


@cache
def told(kind: str) -> Mapping[str, tuple[str, str]]:
    """The texts below ``[kind]`` in layout.toml, in both languages."""
    return {key: _pair(pair) for key, pair in _layout()[kind].items()}


@cache
def read_me() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The lines and the headings of the sheet that explains, in both languages."""
    return {key: tuple(_pair(pair) for pair in pairs) for key, pairs in _layout()["read_me"].items()}


def is_beside(name: str) -> bool:
    """Whether the sheet called ``name`` is one of ours that nobody fills in."""
    return any(plainly(name) in map(plainly, pair) for pair in told("beside").values())


@cache
def not_carried() -> frozenset[str]:
    """Paths of the case format that no workbook has."""
    return frozenset(_layout()["not_carried"])


@cache
def carried() -> frozenset[str]:
    """The paths of the case format that a workbook with all its sheets and columns can fill."""
    found = {path for path in paths() if path not in not_carried()}
    filled = {
        field for sheet in sheets().values() if sheet.of_cases for c in sheet.columns for field in sheet.fields(c)
    }
    above = {".".join(path.split(".")[:depth]) for path in filled for depth in range(1, path.count(".") + 1)}
    return frozenset(found & (filled | above | {"id"}))


@cache
def fact_name(path: str, language: str) -> str:
    """What a field or a kind of entry (``log:pupil_told``) is called in the sheets; in other languages, the path itself."""
    _where, _colon, kind = path.partition(":")
    if language not in LANGUAGES:
        return path
    if kind:
        return f"loggtypen «{words(LogKind.__name__).of(kind, language)}»"
    about_cases = [sheet for sheet in sheets().values() if sheet.of_cases]
    for sheet in about_cases:
        if path == sheet.key:
            return sheet.name(language)
        for column in sheet.columns:
            if path in sheet.fields(column):
                return f"«{column.title(language)}» ({sheet.name(language)})"
    above, _dot, last = path.rpartition(".")
    if last in (beside := words("no_column")).known:
        return f"«{beside.of(last, language)}» ({fact_name(above, language)})" if above else beside.of(last, language)
    whole = next(
        (s for s in about_cases if any(f.startswith(f"{path}.") for c in s.columns for f in s.fields(c))), None
    )
    if whole is not None:
        return whole.name(language)
    return fact_name(above, language) if above else path


@cache
def words(name: str) -> Words:
    """The words called ``name`` in layout.toml."""
    return Words({value: (called[0], called[1]) for value, called in _layout()["words"][name].items()})


def roles() -> Words:
    """The words for who somebody is."""
    return words(Role.__name__)


def _sheet(raw: dict[str, Any], model: type[BaseModel] | None = None) -> Sheet:
    parents = tuple(raw.get("parents", ()))
    of_cases = model is None and raw["key"] not in _OF_NO_CASE
    model = model or _OF_NO_CASE.get(raw["key"]) or _model(parents, raw.get("of", ""))
    columns = list(_first_columns(parents)) if of_cases else []
    columns += [_column(raw["key"], model, *column) for column in raw["columns"]]
    at: dict[str, int] = {}
    for place, column in enumerate(columns):
        for heading in (column.path, *column.titles):
            at.setdefault(plainly(heading), place)
    return Sheet(
        key=raw["key"],
        names=_pair(raw["name"]),
        of=raw.get("of", ""),
        parents=parents,
        number=raw.get("number", ""),
        help=_pair(raw["help"]),
        columns=tuple(columns),
        of_cases=of_cases,
        at=at,
    )


_OF_NO_CASE: Mapping[str, type[BaseModel]] = {"schools": School, "cycle": CycleEntry}
_HAND_ENTRY: Mapping[str, type[BaseModel]] = {"flags": FlagRow, "items": ItemRow}


def _model(parents: tuple[str, ...], of: str) -> type[BaseModel]:
    """What one row is."""
    found: type[BaseModel] = Case
    for name in (*parents[:1], *((of,) if of else ())):
        inner = model_in(found.model_fields[name].annotation)
        assert inner is not None  # noqa: S101 - layout.toml names parts of the case format, and the tests hold it
        found = inner
    return found


def _first_columns(parents: tuple[str, ...]) -> Iterator[Column]:
    layout = _layout()
    yield Column("case", _pair(layout["case"]["title"]), Holds.NUMBER_OF, must=True, help=_pair(layout["case"]["help"]))
    if len(parents) > 1:
        names = {one["key"]: _pair(one["name"]) for one in layout["sheet"] if one["key"] in parents}
        told = layout["parent_sheet"]
        yield Column("parent_sheet", _pair(told["title"]), Holds.WORD, Words(names), True, help=_pair(told["help"]))
    if parents:
        told = layout["parent"]
        yield Column("parent", _pair(told["title"]), Holds.NUMBER_OF, must=True, help=_pair(told["help"]))


def _column(key: str, model: type[BaseModel], path: str, nb: str, nn: str, options: str) -> Column:
    told = options.split()
    holds, of = _held(model, path)
    named = next((option.partition(":")[2] for option in told if option.startswith("words:")), None)
    if named is not None:
        holds, of = Holds.WORD, words(named)
    helped = _layout()["help"].get(f"{key}.{path}", ("", ""))
    return Column(path, (nb, nn), holds, of, "must" in told, "rare" in told, _pair(helped))


def _held(model: type[BaseModel], path: str) -> tuple[Holds, Words | None]:
    first, _, rest = path.partition(".")
    if first == OPENED:
        first, model = rest, _model((), "status_history")
        rest = ""
    if first == "moments":
        Consideration(rest)
        return Holds.STAND, None
    if rest:
        inner = model_in(model.model_fields[first].annotation)
        assert inner is not None  # noqa: S101 - as above
        return _held(inner, rest)
    return _of_hint(get_type_hints(model, include_extras=True)[first])


_OF_HINT = (
    (OrganisationNumber, Holds.SCHOOL),
    (SchoolYear, Holds.SCHOOL_YEAR),
    (Ref, Holds.NUMBER_OF),
    (CaseId, Holds.NUMBER_OF),
    (Moment, Holds.MOMENT),
    (Day, Holds.DAY),
    (date, Holds.DAY),
    (AwareDatetime, Holds.INSTANT),
    (bool, Holds.YES_NO),
    (int, Holds.COUNT),
    (str, Holds.TEXT),
    (Actor, Holds.PERSON),
)
_MANY = {
    Holds.NUMBER_OF: Holds.NUMBERS_OF,
    Holds.TEXT: Holds.TEXTS,
    Holds.PERSON: Holds.PEOPLE,
    Holds.WORD: Holds.WORDS,
}


def _of_hint(hint: Any) -> tuple[Holds, Words | None]:
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [part for part in get_args(hint) if part is not type(None)]
    for known, holds in _OF_HINT:
        if hint == known:
            return holds, None
    if get_origin(hint) is Annotated:
        return _of_hint(get_args(hint)[0])
    if get_origin(hint) in (tuple, frozenset):
        holds, of = _of_hint(get_args(hint)[0])
        return _MANY[holds], of
    return Holds.WORD, words(hint.__name__)


def _pair(raw: Any) -> tuple[str, str]:
    nb, nn = raw
    return nb, nn


@cache
def _layout() -> dict[str, Any]:
    return read_toml((files(__package__) / "layout.toml").read_text("utf-8"))
