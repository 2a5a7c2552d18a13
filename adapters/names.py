"""Names that the source itself gives become pseudonyms, in free text too, before anything else sees the case: «elev-1 fikk beskjed».

Whole names, first names, family names and initials, in the genitive and in any case; a name that is also a word only where it surely is a
name. What the source does not name (a mother whose name stands in a note alone) can't be known here: docs/personvern.md says so.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..domain.case import Case
from ..domain.people import Role
from .references import words_of
from .wire_names import snake

_PUPIL = "elev"
_WORDS = {
    Role.PUPIL: _PUPIL,
    Role.GUARDIAN: "forelder",
    Role.RECTOR: "rektor",
    Role.CONTACT_TEACHER: "kontaktlærer",
    Role.TEACHER: "lærer",
}
_SOMEBODY = "ansatt"
_SHORTEST = 3
"""A shorter name alone is a word as often as a name."""
_GENITIVE = r"(?:['’´]?s|['’´])?"
_SENTENCE = re.compile(r"(?:^|[.!?:;»«\"\n–-])\s*$")


_NEXT = re.compile(r"\s+([A-ZÆØÅ][^\W\d_]+)")
_BEFORE = re.compile(r"(?<![\w-])([A-ZÆØÅ][^\W\d_]+(?:-[^\W\d_]+)*)\s+$")
"""A word with a capital letter, beside a name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the source names. The name stays here, and goes no further."""

    name: str
    pseudonym: str

    def __repr__(self) -> str:
        return f"Person({self.pseudonym})"


def without_names(raw: Any) -> Any:
    """The case on the wire with every name that the source itself gives as a pseudonym, in each text. Changes nothing else."""
    return of_people(raw, people_in(raw))


def of_people(raw: Any, people: tuple[Person, ...]) -> Any:
    """The same, where it is known who they are."""
    return _Names(people).out_of(raw, in_text=False) if people else raw


def people_in(raw: Any) -> tuple[Person, ...]:
    """Everybody who has a ``name`` in the case, each once, numbered by part in the order in which they come."""
    numbers: Counter[str] = Counter()
    found: dict[str, Person] = {}
    for word, name in _named(raw, None):
        key = " ".join(name.casefold().split())
        if key and key not in found:
            numbers[word] += 1
            found[key] = Person(name, f"{word}-{numbers[word]}")
    return tuple(found.values())


def words_in_names(people: tuple[Person, ...]) -> frozenset[str]:
    """Every word of their names, without regard to case."""
    return frozenset().union(*(words_of(person.name) for person in people))


def _named(value: Any, key: str | None) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _named(item, key)
    elif isinstance(value, dict):
        name = value.get("name")
        if isinstance(name, str) and ("role" in value or "ref" in value):
            yield (_PUPIL if key == "pupils" else _word(value.get("role"))), name
        for inner, item in value.items():
            if isinstance(item, dict | list):
                yield from _named(item, inner)


def _word(role: object) -> str:
    known = role if isinstance(role, str) and role in set(Role) else None
    return _WORDS.get(Role(known), _SOMEBODY) if known is not None else _SOMEBODY


class _Names:
    """The names of one case, ready to be looked for."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self._whole: dict[str, str] = {}
        parts: dict[str, list[str]] = defaultdict(list)
        self._first: set[str] = set()
        for person in people:
            names = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", person.name)
            for form in _forms(names):
                self._whole.setdefault(form, person.pseudonym)
            self._first |= {name.casefold() for name in names[:1]}
            for part in {name.casefold() for name in names}:
                parts[part].append(person.pseudonym)
        self._parts = {part: "/".join(dict.fromkeys(whose)) for part, whose in parts.items()}
        together = sorted(self._whole, key=len, reverse=True)
        alone = sorted(self._parts, key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?<![\w-])(?:(?P<whole>{'|'.join(map(_spaced, together)) or '(?!)'})"
            rf"|(?P<part>{'|'.join(map(re.escape, alone)) or '(?!)'})){_GENITIVE}(?![\w])",
            re.IGNORECASE,
        )

    def out_of(self, value: Any, *, in_text: bool) -> Any:
        """The JSON value with no name in its texts."""
        if isinstance(value, str):
            return self._text(value) if in_text else value
        if isinstance(value, list):
            return [self.out_of(item, in_text=in_text) for item in value]
        if isinstance(value, Mapping):
            return {key: self.out_of(item, in_text=snake(key) in text_fields()) for key, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._instead(text, found), text)

    def _instead(self, text: str, found: re.Match[str]) -> str:
        if found["whole"] is not None:
            return self._whole[_key(found["whole"])]
        part = found["part"]
        if self._is_of_another(text, found, part.casefold()):
            return found[0]
        if not _is_surely_a_name(text, found, part, part.casefold() in _words()["names"] or len(part) < _SHORTEST):
            return found[0]
        return self._parts[part.casefold()]

    def _is_of_another(self, text: str, found: re.Match[str], part: str) -> bool:
        """Whether the name beside it makes it a whole name, and that of nobody whom the source names."""
        follows = _NEXT.match(text[found.end() :])
        if follows is not None and part in self._first and follows[1].casefold() not in self._first:
            return True
        before = _BEFORE.search(text[: found.start()])
        if before is None or part in self._first:
            return False
        begins = _SENTENCE.search(text[: before.start()]) is not None
        return not begins or before[1].casefold() not in _words()["begin"]


def _forms(names: list[str]) -> Iterator[str]:
    """The ways a whole name is written: all of it, first and last, with initials."""
    if len(names) < 2:
        return
    first, last = names[0], names[-1]
    for form in (
        " ".join(names),
        f"{first} {last}",
        f"{last} {first}",
        f"{last}, {first}",
        f"{first} {last[0]}",
        f"{first} {last[0]}.",
        f"{first[0]} {last}",
        f"{first[0]}. {last}",
        f"{first[0]}.{last[0]}.",
        f"{first[0]}. {last[0]}.",
    ):
        yield _key(form)


def _key(form: str) -> str:
    return " ".join(form.casefold().split())


def _spaced(form: str) -> str:
    return r"\s+".join(map(re.escape, form.split()))


def _is_surely_a_name(text: str, found: re.Match[str], part: str, is_a_word: bool) -> bool:
    if not is_a_word:
        return True
    if not part[0].isupper():
        return False
    if _SENTENCE.search(text[: found.start()]) is None:
        return True
    follows = re.match(r"\s+([^\W\d_]+)", text[found.end() :])
    return follows is not None and (follows[1] in _words()["do"] or follows[1][0].isupper())


@cache
def _words() -> dict[str, frozenset[str]]:
    raw = tomllib.loads((files("skolemiljo.adapters") / "names_that_are_words.toml").read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}


@cache
def text_fields() -> frozenset[str]:
    """The names of all fields of a case that hold free text: those that are text of no form of their own, and labels."""
    found = {"type", "source_label"}

    def is_text(schema: Any) -> bool:
        if schema.get("type") == "string":
            return not schema.keys() & {"enum", "const", "pattern", "format"}
        return any(
            is_text(one) for one in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else []))
        )

    whole = Case.model_json_schema()
    for model in (whole, *whole["$defs"].values()):
        found |= {name for name, schema in model.get("properties", {}).items() if is_text(schema)}
    return frozenset(found)
