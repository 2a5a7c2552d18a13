"""What a text is worth as an answer: does it say something of its own, nothing, not now, not applicable, or only where to look?

Not by a list of sentences: every word is looked up in classes of words (answers.toml), and a text none of whose words is its own answers
nothing, however it is put together. One word beyond the classes, and it is an answer (requirements A-32: presence is not quality, and
never length), unless it begins as one that puts the answer off, points elsewhere, or gives a reason why there is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache

from .words import bare, data, kept


class Said(IntEnum):
    """What a text says, from least to most of an answer."""

    NOTHING = 0
    """empty, a placeholder, the field's own prompt, «ingen», «vet ikke», «som avtalt», «kommer»"""
    LATER = 1
    """put off, with something beside: «må diskuteres med foreldrene», «avklares på møtet 12.10.»"""
    NOT_APPLICABLE = 2
    """«ikke aktuelt», with a reason"""
    ELSEWHERE = 3
    """only where to look: «se planen», «står på hvert tiltak», «som over»"""
    ANSWER = 4


class Place(Enum):
    """What a pointer points at."""

    FIELD = "field"
    MEASURE = "measure"
    MINUTES = "minutes"
    LOG = "log"
    ANALYSIS = "analysis"
    PLAN = "plan"
    ASSESSMENT = "assessment"
    OUTSIDE = "outside"
    """a paper, an e-mail, another system"""
    SAME = "same"
    """«det samme», «som over»: what stands before it"""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a text points; ``letter``: of the plan's fields, a to f."""

    place: Place
    letter: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a text was read. ``pointer`` is there where it says :attr:`Said.ELSEWHERE`."""

    said: Said
    pointer: Pointer | None = None
    denies: bool = False
    """It says nothing by saying no («ingen», «ikke aktuelt»), and not by being empty: another field does not answer for it."""


NOTHING = Answer(Said.NOTHING)
_ANSWER = Answer(Said.ANSWER)


class _Class(Enum):
    """Classes of words in answers.toml."""

    FUNCTION = "function"
    FORM = "form"
    NEGATION = "negation"
    SHRUG = "shrug"
    NOT_APPLICABLE = "not_applicable"
    APPLICABLE = "applicable"
    LATER = "later"
    TALK = "talk"
    POINT = "point"
    PLACE = "place"
    PEOPLE = "people"
    TIME = "time"
    PLACEHOLDER = "placeholder"
    DOCUMENT = "document"
    NUMBER = "number"


_BESIDE = frozenset({_Class.PLACE, _Class.PEOPLE, _Class.TIME, _Class.DOCUMENT, _Class.NUMBER})
"""Classes whose words say nothing beside one that puts off, points, or says that it is not applicable."""
_EMPTY = frozenset(_Class) - _BESIDE
"""Classes whose words say nothing, in any company."""
_PUTS_OFF = frozenset({_Class.LATER, _Class.TALK})
_DENIES = frozenset({_Class.NEGATION, _Class.NOT_APPLICABLE})
_MARKS = _PUTS_OFF | {_Class.NOT_APPLICABLE, _Class.POINT}
_Tokens = tuple[tuple[str, frozenset[_Class]], ...]


@dataclass(frozen=True, slots=True)
class _Field:
    """What is peculiar to one field."""

    prompt: frozenset[str]
    answers: frozenset[str]
    yes_no: bool
    none: bool
    ahead: bool
    measure: bool
    may_not_apply: bool


@cache
def _field(path: str | None) -> _Field:
    raw = data("answers.toml")["fields"].get(path, {})
    return _Field(
        prompt=frozenset(bare(raw.get("prompt", "")).split()),
        answers=frozenset(raw.get("answers", ())),
        yes_no=raw.get("yes_no", False),
        none=raw.get("none", False),
        ahead=raw.get("ahead", False),
        measure=raw.get("measure", False),
        may_not_apply=raw.get("may_not_apply", False),
    )


def known_fields() -> frozenset[str]:
    """The fields of the case format that answers.toml knows something of."""
    return frozenset(data("answers.toml")["fields"])


@cache
def _phrases() -> tuple[Mapping[str, frozenset[_Class]], int]:
    classes: dict[str, set[_Class]] = defaultdict(set)
    for name, phrases in data("answers.toml")["words"].items():
        for phrase in phrases:
            classes[bare(phrase)].add(_Class(name))
    return {phrase: frozenset(found) for phrase, found in classes.items()}, max(p.count(" ") + 1 for p in classes)


@cache
def _documents() -> tuple[tuple[Place, re.Pattern[str]], ...]:
    return tuple((Place(name), re.compile(pattern)) for name, pattern in data("answers.toml")["documents"].items())


_NOISE = re.compile(r"x+|z+|0+")
_NUMBER = re.compile(r"\d+[a-z]?")
_NOT_APPLICABLE = re.compile(r"\b([ni])\s?[/.]\s?a\b")
_REASON = re.compile(r"\b(fordi|siden|sidan|ettersom|av di|pga|på grunn av|på grunn)\b")
_BREAK = re.compile(r"(?<=[.!?;:,()–—\n])\s+|[!?;:()–—\n/]|,(?!\d)|\s-\s|\.$")
_SENTENCE = re.compile(r"[.!?;](?=\s|$)|\n")
_DOTTED = re.compile(r"\b(jf|jfr|ref|pkt|nr|kl|evt|bl|ca|mnd|pr|s|m|d|a|[1-9][0-9]?)\.")


@kept
def _tokens(text: str) -> _Tokens:
    """The phrases of bare ``text`` with their classes, the longest first; a word of none has no class: it is the text's own."""
    phrases, longest = _phrases()
    words = text.split()
    place, found = 0, []
    while place < len(words):
        for length in range(min(longest, len(words) - place), 0, -1):
            piece = " ".join(words[place : place + length])
            classes = phrases.get(piece)
            if classes is not None or length == 1:
                found.append((piece, (classes or frozenset()) | (_by_shape(piece) if length == 1 else frozenset())))
                place += length
                break
    return tuple(found)


@kept
def _by_shape(word: str) -> frozenset[_Class]:
    if _NOISE.fullmatch(word):
        return frozenset({_Class.PLACEHOLDER})
    if _NUMBER.fullmatch(word):
        return frozenset({_Class.NUMBER})
    if any(pattern.fullmatch(word) for _, pattern in _documents()):
        return frozenset({_Class.DOCUMENT})
    return frozenset()


@kept
def read_answer(text: str | None, path: str | None = None) -> Answer:
    """What ``text`` is worth in the field ``path`` (``activity_plans.problem``); ``None``: in any field, with no leave of its own."""
    words = bare(text) if text is not None else ""
    if not words:  # «-», «…»
        return NOTHING
    field = _field(path)
    closed = _closed(words, field)
    if closed is not None:
        return closed
    return _by_its_beginning(unicodedata.normalize("NFC", text or "").casefold(), field)


def _closed(words: str, field: _Field) -> Answer | None:
    """How a text none of whose words is its own is read; ``None`` where it has one."""
    tokens = _tokens(words)
    marks = _marks(tokens)
    allowed = _EMPTY | _BESIDE if marks & _MARKS else _EMPTY
    if any(
        not classes & allowed and not (set(piece.split()) <= field.prompt) for piece, classes in tokens
    ) or field.answers & set(words.split()):
        return None
    if field.yes_no and re.search(r"\b(ja|nei)\b", words):
        return _ANSWER
    if field.none and _Class.NEGATION in marks and _Class.NOT_APPLICABLE not in marks:
        return _ANSWER
    return _kind(tokens, marks, field)


def _marks(tokens: _Tokens) -> frozenset[_Class]:
    """The classes of all the words; a denied «aktuelt» is «ikke aktuelt»."""
    found = frozenset[_Class]().union(*(classes for _, classes in tokens))
    denied = _Class.NEGATION in found and _Class.APPLICABLE in found
    return found | {_Class.NOT_APPLICABLE} if denied else found


def _kind(tokens: _Tokens, marks: frozenset[_Class], field: _Field) -> Answer:
    beside = any(classes and not classes & _EMPTY for _, classes in tokens)
    if _Class.POINT in marks:
        return Answer(Said.ELSEWHERE, _pointer([piece for piece, _ in tokens]))
    if beside and marks & _PUTS_OFF:
        told = field.ahead and not marks & _DENIES and not any(piece in _COMES for piece, _ in tokens)
        return _ANSWER if told else Answer(Said.LATER)
    return Answer(Said.NOTHING, denies=bool(marks & _DENIES))


def _pointer(words: Iterable[str]) -> Pointer:
    singles = [word for piece in words for word in piece.split()]
    for place, pattern in _documents():
        if any(pattern.fullmatch(word) for word in singles):
            letter = next((word for word in singles if word in "abcdef"), None) if place is Place.FIELD else None
            return Pointer(place, letter)
    return Pointer(Place.SAME)


# --- texts that have a word of their own ------------------------------------------------------------------------------------


def _by_its_beginning(text: str, field: _Field) -> Answer:
    """The best of its sentences; but what comes after «ikke aktuelt» is the reason, and no answer."""
    text = _REASON.sub(", ", _DOTTED.sub(r"\1 ", _NOT_APPLICABLE.sub(r"\1a", text)))
    best = NOTHING
    clauses = [_clauses(sentence) for sentence in _SENTENCE.split(text)]
    for place, sentence in enumerate(clauses):
        if not sentence:
            continue
        if _is_not_applicable(sentence[0], field):
            rest = [part for part in (sentence[1:], *clauses[place + 1 :]) if part]
            reasoned = any(_sentence(part, field).said is Said.ANSWER for part in rest)
            said = _ANSWER if reasoned and field.may_not_apply else Answer(Said.NOT_APPLICABLE, denies=True)
            return max(best, said if reasoned else NOTHING, key=_worth)
        best = max(best, _sentence(sentence, field), key=_worth)
    return best


def _worth(answer: Answer) -> Said:
    return answer.said


def _clauses(sentence: str) -> list[str]:
    return [words for clause in _BREAK.split(sentence) if (words := bare(clause))]


def _sentence(clauses: list[str], field: _Field) -> Answer:
    """The best of its clauses; but what comes after one that puts off tells why, and no more."""
    closed = _closed(" ".join(clauses), field)
    if closed is not None:
        return closed
    best = NOTHING
    for words in clauses:
        said = _clause(words, field)
        if said.said is Said.LATER or (said.said is Said.NOTHING and _marks(_tokens(words)) & _PUTS_OFF):
            return max(best, Answer(Said.LATER), key=_worth)
        best = max(best, said, key=_worth)
    return best


def _clause(words: str, field: _Field) -> Answer:
    closed = _closed(words, field)
    return closed if closed is not None else _headed(_tokens(words), field)


def _is_not_applicable(words: str, field: _Field) -> bool:
    """Whether a clause says that it is not applicable, and no more."""
    closed = _closed(words, field)
    return closed is not None and closed.said is Said.NOTHING and _Class.NOT_APPLICABLE in _marks(_tokens(words))


def _headed(tokens: _Tokens, field: _Field) -> Answer:
    """A clause with a word of its own: how it begins decides."""
    led = 0
    while led < len(tokens) and tokens[led][1] & {_Class.FUNCTION, _Class.FORM} and not tokens[led][1] & _MARKS:
        led += 1
    head, rest = tokens[led : led + 1], tokens[led + 1 :]
    if not head:
        return _ANSWER
    classes = head[0][1]
    does = any(piece in _MODALS for piece, _ in tokens[:led])  # «må se over gjerdet» tells what is to be done
    if _Class.POINT in classes and not does and _next_is_a_place(rest):
        return Answer(Said.ELSEWHERE, _pointer(piece for piece, _ in tokens))
    if field.ahead:
        return _ANSWER
    if head[0][0] in _COMES:
        return Answer(Said.LATER) if rest and rest[0][0] in _ON else _ANSWER
    if _Class.LATER in classes:
        return Answer(Said.LATER)
    if _Class.TALK in classes and not field.measure and rest and rest[0][0] in _WITH:
        return Answer(Said.LATER)
    return _ANSWER


_MODALS = frozenset({"må", "skal", "bør", "kan", "å"})
_COMES = frozenset(
    {
        "kommer",
        "kjem",
        "komme",
        "kome",
        "venter",
        "ventar",
        "vente",
        "vent",
        "lages",
        "lagast",
        "lage",
        "sjekkes",
        "sjekke",
        "utsatt",
        "utsett",
    }
)
"""Words that put off only with a time or a condition after them: «kommer etter møtet», and not «kommer for seint»."""
_ON = frozenset(
    {
        "etter",
        "når",
        "med",
        "på",
        "i",
        "innen",
        "innan",
        "senest",
        "seinast",
        "neste",
        "til",
        "fra",
        "frå",
        "så",
        "først",
        "senere",
        "seinare",
        "snart",
    }
)
_WITH = frozenset({"med", "på", "i", "av", "når", "etter", "før", "hos", "om"})


def _next_is_a_place(rest: _Tokens) -> bool:
    for _, classes in rest:
        if classes & {_Class.DOCUMENT, _Class.PLACE, _Class.NUMBER}:
            return True
        if not classes & {_Class.FUNCTION, _Class.POINT, _Class.FORM, _Class.TIME}:
            return False
    return False


# --- over a plan's fields -----------------------------------------------------------------------------------------------------


SAME_IN = 3
"""In how many fields the same sentence is a question: it can't be the answer to all of them."""


def repeated(texts: Mapping[str, Iterable[str | None]], in_fields: int = SAME_IN) -> frozenset[str]:
    """The fields (by path) whose text, in any of its rows, stands word for word in ``in_fields`` fields or more.

    Rows of one field count once: the same person may be responsible for every measure.
    """
    fields: dict[str, set[str]] = defaultdict(set)
    for path, rows in texts.items():
        for text in rows:
            words = bare(text) if text is not None else ""
            if words and read_answer(text, path).said is Said.ANSWER:
                fields[words].add(path)
    return frozenset(path for paths in fields.values() if len(paths) >= in_fields for path in paths)
