"""Names that the source itself gives become pseudonyms, in free text too, before anything else sees the case: «elev-1 fikk beskjed».

Whole names, first names, family names and initials, in the genitive and in any case; a name that is also a word only where it surely is a
name. What the source does not name (a mother whose name stands in a note alone) can't be known here: docs/personvern.md says so.
"""

from __future__ import annotations

import re
import threading
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from ..domain.base import ReadingContext
from ..domain.case import Case
from ..domain.people import Role
from .references import looks_like_a_user_name, named_in, names_in, names_in_number, words_of
from .wire_names import snake

_PUPIL = "elev"
_WORDS: dict[str, str] = {
    Role.PUPIL: _PUPIL,
    Role.GUARDIAN: "forelder",
    Role.RECTOR: "rektor",
    Role.CONTACT_TEACHER: "kontaktlærer",
    Role.TEACHER: "lærer",
}
_SOMEBODY = "ansatt"
OF_PEOPLE = ("ref", "pupil", "pupils")
"""Fields of the case format whose references are people."""
_SHORTEST = 3
"""A shorter name alone is a word as often as a name."""
_LETTERS = r"[^\W\d_]+"
_NAME = re.compile(rf"{_LETTERS}(?:-{_LETTERS})*")
_BEGINNING = re.compile(rf"(?<![\w-])({_LETTERS})(?:-{_LETTERS})*")
"""A word that may be a name, or begin one; with a hyphen it is looked up by what stands before it."""
_SPACE = re.compile(r"\s+")
_END = re.compile(r"(?:['’´]?s|['’´])?(?!\w)")
"""The genitive, or nothing, and then no more of a word."""
_SENTENCE = re.compile(r"(?:^|[.!?:;»«\"\n–-])\s*$")
_NEXT = re.compile(r"\s+([A-ZÆØÅ][^\W\d_]+)")
_BESIDE = re.compile(r"\s+[A-ZÆØÅ][^\W\d_]+(?:-[^\W\d_]+)*")
_NEXT_WORD = re.compile(rf"\s+({_LETTERS})")
_BEFORE = re.compile(r"(?<![\w-])([A-ZÆØÅ][^\W\d_]+(?:-[^\W\d_]+)*)\s+$")
"""A word with a capital letter, beside a name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the source names. The name stays here, and goes no further."""

    name: str
    pseudonym: str
    reference: str = ""
    """What the source calls them beside their name, where that tells who they are."""

    def __repr__(self) -> str:
        return f"Person({self.pseudonym})"


def without_names(raw: Any) -> Any:
    """The case on the wire with every name that the source itself gives as a pseudonym, in each text. Changes nothing else."""
    return of_people(raw, people_in(raw))


def of_people(raw: Any, people: tuple[Person, ...]) -> Any:
    """The same, where it is known who they are."""
    return _Names(people).out_of(raw, in_text=False) if people else raw


def names_one_of(people: tuple[Person, ...], text: str) -> bool:
    """Whether ``text`` holds the name of one of ``people``."""
    return bool(people) and _Names(people).out_of(text, in_text=True) != text


def people_in(raw: Any) -> tuple[Person, ...]:
    """Everybody who has a ``name`` in the case, each once, numbered by part in the order in which they come."""
    numbers: Counter[str] = Counter()
    found: dict[str, Person] = {}
    for word, name, reference in _named(raw, None):
        key = " ".join(name.casefold().split())
        if key and key not in found:
            numbers[word] += 1
            found[key] = Person(name, f"{word}-{numbers[word]}", reference)
    return tuple(found.values())


def people_of_references(told: Mapping[str, str]) -> tuple[Person, ...]:
    """Those whom a reference alone names, of ``told``: reference of somebody → what it has become."""
    return tuple(
        Person(" ".join(names_in(one)), ours, one)
        for one, ours in told.items()
        if ours != one and looks_like_a_user_name(one)
    )


def people_of_number(
    number: str | None, ours: str, context: ReadingContext, named: frozenset[str]
) -> tuple[Person, ...]:
    """Whom a case number names that is called ``ours`` here."""
    if number is None:
        return ()
    words = names_in_number(number, no_names=context.no_names, named=named_in(number, context, named))
    return (Person(" ".join(words), ours, str(number)),) if words else ()


def references_of_people(raw: Any) -> Iterator[str]:
    """Every reference of somebody in a document, by the names that the case format has for them."""
    for key, item in raw.items() if isinstance(raw, dict) else ():
        for one in item if isinstance(item, list) else [item]:
            if isinstance(one, str) and snake(key) in OF_PEOPLE:
                yield one
            elif isinstance(one, dict):
                yield from references_of_people(one)


def words_in_names(people: tuple[Person, ...]) -> frozenset[str]:
    """Every word of their names, without regard to case."""
    return frozenset().union(*(words_of(person.name) for person in people))


def _named(value: Any, key: str | None) -> Iterator[tuple[str, str, str]]:
    """The word for the part played, the name, and the reference where it tells who it is."""
    if isinstance(value, list):
        for item in value:
            yield from _named(item, key)
    elif isinstance(value, dict):
        name = value.get("name")
        if isinstance(name, str) and ("role" in value or "ref" in value):
            reference = value.get("ref")
            if not isinstance(reference, str) or not looks_like_a_user_name(reference):
                reference = ""
            yield (_PUPIL if key == "pupils" else _word(value.get("role"))), name, reference
        for inner, item in value.items():
            if isinstance(item, dict | list):
                yield from _named(item, inner)


def _word(role: object) -> str:
    return _WORDS.get(role, _SOMEBODY) if isinstance(role, str) else _SOMEBODY


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which somebody is written, in small letters, word by word."""

    words: Sequence[str]
    instead: str
    whole: bool
    """Whether it is more than one of the names alone."""
    only: bool = False
    """Whether the source gives no other name of them: whatever family name stands beside it is theirs."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a form stands in a text."""

    form: _Form
    start: int
    after: int
    """Where the name ends and the genitive begins."""
    end: int


class _Names:
    """The names of one case, ready to be looked for: by the word that each form begins with, the longest form first."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        whole: dict[str, str] = {}
        only: dict[str, str] = {}
        parts: dict[str, list[str]] = defaultdict(list)
        self._first: set[str] = set()
        for person in people:
            names = _NAME.findall(person.name)
            for form in (*_forms(names), *([_key(person.reference)] if person.reference else [])):
                whole.setdefault(form, person.pseudonym)
            if person.reference and len(names) == 1:
                only.setdefault(folded(names[0]), person.pseudonym)
                continue
            self._first |= {folded(name) for name in names[:1]}
            for part in {folded(name) for name in names}:
                parts[part].append(person.pseudonym)
        alone = {part: "/".join(dict.fromkeys(whose)) for part, whose in parts.items()}
        self._alone = {part: _Form((part,), instead, whole=False, only=True) for part, instead in only.items()}
        self._alone |= {part: _Form((part,), instead, whole=False) for part, instead in alone.items()}
        self._by_beginning: dict[str, list[_Form]] = defaultdict(list)
        for form in sorted(whole, key=len, reverse=True):
            self._add(_Form(form.split(), whole[form], whole=True))
        for part in sorted(self._alone, key=len, reverse=True):
            self._add(self._alone[part])

    def _add(self, form: _Form) -> None:
        beginning = _BEGINNING.match(form.words[0])
        if beginning is not None:
            self._by_beginning[beginning[1]].append(form)

    def out_of(self, value: Any, *, in_text: bool) -> Any:
        """The JSON value with no name in its texts."""
        if isinstance(value, str):
            return self._text(value) if in_text else value
        if isinstance(value, list):
            return [self.out_of(item, in_text=in_text) for item in value]
        if isinstance(value, Mapping):
            return {key: self.out_of(item, in_text=_holds_text(key)) for key, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        pieces: list[str] = []
        done = 0
        for found in self.found_in(text):
            if found.start < done:
                continue
            instead = self._instead(text, found)
            pieces += (text[done : found.start], text[found.start : found.end] if instead is None else instead)
            beside = (
                _BESIDE.match(text, found.end) if found.form.only and instead and found.after == found.end else None
            )
            done = found.end if beside is None else beside.end()
        return "".join((*pieces, text[done:])) if pieces else text

    def found_in(self, text: str) -> Iterator[_Found]:
        """Where the names stand in ``text``, whatever they mean there."""
        small = folded(text)
        places = range(len(text) + 1) if len(small) == len(text) else _places(text)
        here = 0
        while (word := _BEGINNING.search(small, here)) is not None:
            found = self._found(small, word)
            here = word.end() if found is None else found.end
            if found is not None:
                yield _Found(found.form, places[found.start], places[found.after], places[found.end])

    def _found(self, small: str, word: re.Match[str]) -> _Found | None:
        beginning = word[1]
        forms = self._by_beginning.get(beginning, ())
        if beginning[-1] == "s" and beginning[:-1] in self._alone:
            forms = (*forms, self._alone[beginning[:-1]])
        for form in forms:
            found = _at(form, small, word.start())
            if found is not None:
                return found
        return None

    def _instead(self, text: str, found: _Found) -> str | None:
        """The pseudonym, where what was found is the name of who it may be."""
        form, part = found.form, text[found.start : found.after]
        if form.whole:
            return form.instead
        name = form.words[0]
        if not form.only and self._is_of_another(text, found, name):
            return None
        sure = _is_surely_a_name(text, found, part, name in _words_as_well() or len(part) < _SHORTEST)
        return form.instead if sure else None

    def _is_of_another(self, text: str, found: _Found, part: str) -> bool:
        """Whether the name beside it makes it a whole name, and that of nobody whom the source names."""
        follows = _NEXT.match(text, found.end)
        if follows is not None and part in self._first and folded(follows[1]) not in self._first:
            return True
        before = _BEFORE.search(text[: found.start])
        if before is None or part in self._first:
            return False
        begins = _SENTENCE.search(text[: before.start()]) is not None
        return not begins or folded(before[1]) not in _words()["begin"]


def folded(text: str) -> str:
    """``text`` without regard to case; a dotless «ı» is an «i»."""
    return text.casefold().replace("ı", "i")


def _places(text: str) -> Sequence[int]:
    """Where in ``text`` each letter of it in small letters comes from («ß» has two there), and the end."""
    return [*(place for place, letter in enumerate(text) for _ in folded(letter)), len(text)]


def _at(form: _Form, small: str, start: int) -> _Found | None:
    """``form`` where it stands in the text in small letters from ``start``, and ends as a word ends."""
    after = start
    for number, word in enumerate(form.words):
        if number:
            space = _SPACE.match(small, after)
            if space is None:
                return None
            after = space.end()
        if not small.startswith(word, after):
            return None
        after += len(word)
    end = _END.match(small, after)
    return None if end is None else _Found(form, start, after, end.end())


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
    return " ".join(folded(form).split())


def _is_surely_a_name(text: str, found: _Found, part: str, is_a_word: bool) -> bool:
    if not is_a_word:
        return True
    if not part[0].isupper():
        return False
    if _SENTENCE.search(text[: found.start]) is None:
        return True
    follows = _NEXT_WORD.match(text, found.end)
    return follows is not None and (follows[1] in _words()["do"] or follows[1][0].isupper())


@cache
def _words() -> dict[str, frozenset[str]]:
    raw = tomllib.loads((files("skolemiljo.adapters") / "names_that_are_words.toml").read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}


@cache
def _words_as_well() -> frozenset[str]:
    """Names that are also words, and the words beside which a name is known: a reference may be made of any."""
    return frozenset().union(*_words().values())


_ONCE = threading.Lock()
"""Several schools are read at once, and the schema of a case is long in the making."""


@lru_cache(4096)  # more than the contracts have fields, and a bound on what a source can make us keep
def _holds_text(key: str) -> bool:
    with _ONCE:
        return snake(key) in text_fields()


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
