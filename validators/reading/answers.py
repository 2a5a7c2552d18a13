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
from enum import StrEnum
from functools import cache

from ...domain.value import value
from .bare_words import bare, data, kept, plain
from .said import Answer, Place, Pointer, Said
from .wishes import without_wishes

NOTHING = Answer(Said.NOTHING)
_ANSWER = Answer(Said.ANSWER)


class _Class(StrEnum):
    """Classes of words in answers.toml."""

    FUNCTION = "function"
    FORM = "form"
    NEGATION = "negation"
    SHRUG = "shrug"
    AGREED = "agreed"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    APPLICABLE = "applicable"
    LATER = "later"
    TALK = "talk"
    POINT = "point"
    CONTINUES = "continues"
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
_SAYS_NONE = frozenset({_Class.FUNCTION, _Class.NEGATION, _Class.PEOPLE})
"""Classes of the words of a «no» that decides: «ingen», «ikke til klassen»; «ikke ferdig» and «vet ikke» decide nothing."""
_NONE = re.compile(r"\b(?:ingen|inga|intet|ingenting|nei|null|uten|utan)\b")
_LEADS = frozenset({_Class.FUNCTION, _Class.FORM})
"""Classes whose words may stand before the one that a clause begins with."""
_DECIDES = _MARKS | {_Class.APPLICABLE}
"""Classes whose words may decide what a text is worth, whatever comes after them."""
_Tokens = tuple[tuple[str, frozenset[_Class]], ...]


@value(frozen=True, slots=True)
class _Phrases:
    """The phrases of a text, and what is asked of all of them together."""

    tokens: _Tokens
    marks: frozenset[_Class]
    """The classes of all of them; a denied «aktuelt» is «ikke aktuelt»."""
    own: frozenset[str]
    """The words that are of no class: the text's own."""
    beside: frozenset[str]
    """The words that are of the classes beside alone."""


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """What is peculiar to one field. Each is made once, and is itself what answers about it are kept by."""

    prompt: frozenset[str]
    answers: re.Pattern[str]
    yes_no: bool
    none: bool
    ahead: bool
    plain_numbers: bool
    measure: bool
    may_not_apply: bool
    outcome: bool
    asks: bool
    itself: re.Pattern[str]
    in_place: re.Pattern[str]
    """«vi er i mål»: a word of the prompt, where somebody or something is said to be there"""
    told: re.Pattern[str]
    """«det er ikke mulig», «klassen får tilbakemelding»: a yes or a no"""


_ADVERBS = (
    r"(?:(?:ikke|ikkje|helt|heilt|alt|nå|no|ennå|enno|enda|endå|fortsatt|framleis|fremdeles|jo|så|da|då|bare|berre) )*"
)
_IS = "(?:er|var|ble|blei|vart|blir|vert|har vært|har vore|har blitt|har vorte|kommer|kjem)"


@cache
def _field(path: str | None) -> _Field:
    raw = data("answers.toml")["fields"].get(path, {})
    prompt = frozenset(bare(raw.get("prompt", "")).split())
    words = "|".join(sorted(prompt))
    return _Field(
        prompt=prompt,
        answers=re.compile(rf"\b(?:{'|'.join(raw['answers'])})\b" if "answers" in raw else r"(?!)"),
        yes_no=raw.get("yes_no", False),
        none=raw.get("none", False),
        ahead=raw.get("ahead", False),
        plain_numbers=raw.get("plain_numbers", False),
        measure=raw.get("measure", False),
        may_not_apply=raw.get("may_not_apply", False),
        in_place=re.compile(rf"(?:(?:\w+ ){{1,2}}{_IS} )?{_ADVERBS}i (?:{words})(?: .*)?"),
        told=re.compile(
            rf"(?:(?:\w+ )+{_IS} )?{_ADVERBS}(?:mulig|mogleg)(?: å .*)?|(?:\w+ )+(?:få|får|fikk|fekk) {_ADVERBS}(?:{words}).*"
        ),
        outcome=raw.get("outcome", False),
        asks=raw.get("asks", False),
        itself=re.compile(rf"\b(?:{raw['itself']})\b" if "itself" in raw else r"(?!)"),
    )


def known_fields() -> frozenset[str]:
    """The fields of the case format that answers.toml knows something of."""
    return frozenset(data("answers.toml")["fields"])


@cache
def _known() -> tuple[Mapping[str, frozenset[_Class]], Mapping[str, int], frozenset[str]]:
    """The classes of each phrase, how many words the longest one has of those that begin with two words, and all their words."""
    classes: dict[str, set[_Class]] = defaultdict(set)
    longest: dict[str, int] = {}
    for name, phrases in data("answers.toml")["words"].items():
        for phrase in map(bare, phrases):
            classes[phrase] |= {_Class(name)} if name != "own" else set()
            every = phrase.split()
            if len(every) > 1:
                two = " ".join(every[:2])
                longest[two] = max(longest.get(two, 0), len(every))
    words = frozenset(word for phrase in classes for word in phrase.split())
    known = {phrase: frozenset(found) | _by_shape(phrase) for phrase, found in classes.items()}
    return known, longest, words


@cache
def _documents() -> tuple[tuple[Place, re.Pattern[str]], ...]:
    return tuple((Place(name), re.compile(pattern)) for name, pattern in data("answers.toml")["documents"].items())


@cache
def _beginnings(name: str) -> frozenset[str]:
    """Words that decide by where they stand in a clause."""
    return frozenset(data("answers.toml")["beginnings"][name])


@cache
def _reason() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(data('answers.toml')['beginnings']['reason'])})\b\.?")


@cache
def _ends_of_reasons() -> frozenset[str]:
    """The words of which one stands in every text that gives a reason: most have none, and are searched no further."""
    return frozenset(phrase.split()[-1] for phrase in _beginnings("reason"))


@cache
def _of_reasons() -> frozenset[str]:
    return frozenset(word for phrase in _beginnings("reason") for word in phrase.split())


@cache
def _shapes() -> re.Pattern[str]:
    documents = "|".join(f"(?:{pattern.pattern})" for _, pattern in _documents())
    return re.compile(rf"(?P<placeholder>x+|z+|0+)|(?P<number>\d+[a-z]?)|(?P<document>{documents})")


_NOT_APPLICABLE = re.compile(r"([ni])(?<!\w[ni])\s?[/.]\s?a\b")
_BREAK = re.compile(r"[\s!?;:()–—/,.](?:(?<=[.!?;:,()–—\n]\s)\s*|(?<=[!?;:()–—\n/])|(?<=,)(?!\d)|(?<=\s)-\s|(?<=\.)$)")
_SENTENCE = re.compile(r"[.!?;\n](?:(?<=\n)|(?=\s|$))")
"""Both begin with the one character that they look for: so what has none of them is passed over fast."""


def _in_one_word(found: re.Match[str]) -> str:
    return f"{found[1]}a"


_DOTTED = re.compile(r"\b(jf|jfr|ref|pkt|nr|kl|evt|bl|ca|mnd|pr|s|m|d|a|[1-9][0-9]?)\.")


def _without_its_dot(found: re.Match[str]) -> str:
    return f"{found[1]} "


def _tokens(text: str, *, to_its_own: bool = False) -> _Tokens:
    """The phrases of bare ``text`` with their classes, the longest first; a word of none has no class: it is the text's own.

    ``to_its_own``: as far as the first of those.
    """
    known, longest, _ = _known()
    words, found, place = text.split(), [], 0
    while place < len(words):
        piece, length = words[place], 1
        two = " ".join(words[place : place + 2])
        if two in longest:
            length = _phrase_at(words, place, longest[two])
            piece = " ".join(words[place : place + length])
        classes = known.get(piece)
        if classes is None:
            classes = _by_shape(piece)
        found.append((piece, classes))
        if to_its_own and not classes:
            break
        place += length
    return tuple(found)


def _phrase_at(words: list[str], place: int, longest: int) -> int:
    """How many words the longest phrase has that stands at ``place``, of at most ``longest`` words; 1 = none does."""
    known, _, _ = _known()
    for length in range(longest, 1, -1):
        if " ".join(words[place : place + length]) in known:
            return length
    return 1


@kept
def _phrases(text: str) -> _Phrases:
    """The phrases of bare ``text`` together."""
    found = _tokens(text)
    marks: set[_Class] = set()
    own: list[str] = []
    beside: list[str] = []
    for piece, classes in found:
        marks |= classes
        if not classes:
            own.append(piece)
        elif classes.isdisjoint(_EMPTY):
            beside += piece.split()
    if _Class.NEGATION in marks and _Class.APPLICABLE in marks:
        marks.add(_Class.NOT_APPLICABLE)
    return _Phrases(found, frozenset(marks), frozenset(own), frozenset(beside))


_SHAPED: dict[str | None, frozenset[_Class]] = {
    name: frozenset({_Class(name)}) for name in ("placeholder", "number", "document")
} | {None: frozenset()}


@kept
def _by_shape(word: str) -> frozenset[_Class]:
    """The class that the form of one word gives it; of a phrase, none."""
    found = _shapes().fullmatch(word)
    return _SHAPED[found.lastgroup] if found else _SHAPED[None]


@kept
def read_answer(text: str | None, path: str | None = None) -> Answer:
    """What ``text`` is worth in the field ``path`` (``activity_plans.problem``); ``None``: in any field, with no leave of its own."""
    field = _field(path)
    if text is not None and "?" in text and not field.asks:
        text = _QUESTION.sub(_unless_it_is_told, text)
    if field.measure and text is not None and (meant := without_wishes(text)) is not text:
        rest = read_answer(meant, path)
        return rest if rest.said is Said.ANSWER else Answer(Said.LATER)
    if text is not None and ")" in text:
        text = _LETTER.sub("", text)
    words = bare(text) if text is not None else ""
    if not words:  # «-», «…»
        return NOTHING
    if _says_its_own_first(words, field):
        return _ANSWER
    closed = _closed(words, field)
    if closed is not None and not _may_say_no_in_part(closed, field):
        return closed
    return _by_its_beginning(unicodedata.normalize("NFC", plain(text or "")).casefold(), words, field)


_QUESTION = re.compile(r"(?:\bmen\b)?(?:(?!\bmen\b)[^.!?;\n(«\"“”])*\?+(?=\W|$)[»\"”]?")
_IN_THE_FIRST_PERSON = re.compile(r"\b(?:jeg|eg|meg|min|mi|mitt|mine)\b", re.IGNORECASE)
_LETTER = re.compile(r"^\s*[a-f]\)\s", re.IGNORECASE)
"""What the plan's own headings begin with: «a) hvilket problem tiltakene skal løse»."""


def _unless_it_is_told(found: re.Match[str]) -> str:
    """A question says nothing, where it is not somebody's own words that are told: «Hvorfor er det alltid meg?»."""
    told = found[0][-1] in '»"”' or _IN_THE_FIRST_PERSON.search(found[0]) is not None
    return found[0] if told else " "


def _says_its_own_first(words: str, field: _Field) -> bool:
    """Whether a word of its own comes before any that could make it less than an answer: most texts need no more reading."""
    known, longest, of_phrases = _known()
    every, denied = words.split(), False
    for place, word in enumerate(every):
        classes = known.get(word)
        if classes is None:
            classes = _by_shape(word)
        two = " ".join(every[place : place + 2])
        if two in longest:
            length = _phrase_at(every, place, longest[two])
            classes |= known[" ".join(every[place : place + length])] if length > 1 else classes
        if not classes:
            if len(word) > 2 and not (word in of_phrases or word in field.prompt or word in _of_reasons()):
                return not denied or _ends_of_reasons().isdisjoint(every)
        elif not classes.isdisjoint(_DECIDES) or word in _beginnings("comes"):
            return False
        else:
            denied = denied or _Class.NEGATION in classes
    return False


@kept
def _closed(words: str, field: _Field, *, clause: bool = False) -> Answer | None:
    """How a text none of whose words is its own is read; ``None`` where it has one. ``clause``: what was agreed comes after it."""
    *_, of_phrases = _known()
    for word in words.split():
        if word not in of_phrases and word not in field.prompt and not _by_shape(word):
            return None
    phrases = _phrases(words)
    marks = phrases.marks
    only_beside = (
        marks & _MARKS
        or field.itself.search(words)
        or (clause and _Class.AGREED in marks)
        or (field.outcome and _Class.DONE in marks)
    )
    own = phrases.own if only_beside else phrases.own | phrases.beside
    if field.plain_numbers:
        own = frozenset(word for word in own if _by_shape(word) != {_Class.NUMBER})
    if not own <= field.prompt or field.answers.search(words):
        return None
    if not marks & _MARKS and _states(words, field):
        return _ANSWER
    if field.yes_no and re.search(r"\b(ja|nei)\b", words):
        return _ANSWER
    if (
        field.none
        and _Class.NEGATION in marks <= _SAYS_NONE
        and (_NONE.search(words) or not field.prompt.isdisjoint(words.split()))
    ):
        return _ANSWER
    return _kind(phrases, field)


_ASKS = re.compile(r"(?:er|hva|kva|hvem|kven|hvordan|korleis|hvilk\w+|når|skal) ")


def _states(words: str, field: _Field) -> bool:
    """Whether words of the prompt say something of their own: where somebody or something is said to be there, or it is a yes or a no.

    «Vi er (ikke) i mål» says it; «mål», «evaluert opp mot mål» and the question itself do not. «Det er ikke mulig» and «klassen får
    tilbakemelding» answer where «nei» and «ja» do.
    """
    if "i" not in field.prompt and field.in_place.fullmatch(words):
        return True
    return field.yes_no and not _ASKS.match(words) and field.told.fullmatch(words) is not None


def _kind(phrases: _Phrases, field: _Field) -> Answer:
    marks = phrases.marks
    if _Class.POINT in marks:
        return Answer(Said.ELSEWHERE, _pointer([piece for piece, _ in phrases.tokens]))
    if _Class.CONTINUES in marks and not field.outcome:
        return _ANSWER if field.ahead else Answer(Said.ELSEWHERE, Pointer(Place.SAME))
    if phrases.beside and marks & _PUTS_OFF:
        told = field.ahead and not marks & _DENIES and not any(_FILLS_IN.match(piece) for piece, _ in phrases.tokens)
        return _ANSWER if told else Answer(Said.LATER)
    return NOTHING


def _pointer(words: Iterable[str]) -> Pointer:
    singles = [word for piece in words for word in piece.split()]
    for place, pattern in _documents():
        if any(pattern.fullmatch(word) for word in singles):
            letter = next((word for word in singles if word in "abcdef"), None) if place is Place.FIELD else None
            return Pointer(place, letter)
    return Pointer(Place.SAME)


# --- texts that have a word of their own ------------------------------------------------------------------------------------


def _by_its_beginning(text: str, words: str, field: _Field) -> Answer:
    """The best of its sentences; but what comes after «ikke aktuelt» is the reason, and no answer."""
    if "/" in text or "." in text[:-1]:
        text = _DOTTED.sub(_without_its_dot, _NOT_APPLICABLE.sub(_in_one_word, text))
    reason = None if _ends_of_reasons().isdisjoint(words.split()) else _reason().search(text)
    if reason is not None:
        if _only_tells_why_not(text[: reason.start()], field):
            return Answer(Said.NOT_APPLICABLE)
        text = _reason().sub(", ", text)
    best = NOTHING
    sentences = _SENTENCE.split(text)
    for place, sentence in enumerate(map(_clauses, sentences)):
        if not sentence:
            continue
        if _is_not_applicable(sentence[0], field):
            rest = [part for part in (sentence[1:], *map(_clauses, sentences[place + 1 :])) if part]
            reasoned = any(_sentence(part, field).said is Said.ANSWER for part in rest)
            said = _ANSWER if reasoned and field.may_not_apply else Answer(Said.NOT_APPLICABLE)
            return _better(best, said if reasoned else NOTHING)
        read = _sentence(sentence, field)
        if read.said is Said.ANSWER:
            return read
        best = _better(best, read)
    return best


def _only_tells_why_not(before: str, field: _Field) -> bool:
    """Whether it says no, and then no more than why: «ikke evaluert fordi eleven var syk». ``before``: what stands before the reason."""
    words = bare(before)
    denies = bool(words) and _closed(words, field) == NOTHING and not _DENIES.isdisjoint(_phrases(words).marks)
    return denies and not field.may_not_apply


def _better(best: Answer, other: Answer) -> Answer:
    """The one that is more of an answer; the first of equals."""
    return other if other.said > best.said else best


def _clauses(sentence: str) -> list[str]:
    return list(filter(None, map(bare, _BREAK.split(sentence))))


def _sentence(clauses: list[str], field: _Field) -> Answer:
    """The best of its clauses; but what comes after one that puts off tells why, and no more."""
    closed = _closed(" ".join(clauses), field)
    if closed is not None and not (len(clauses) > 1 and _may_say_no_in_part(closed, field)):
        return closed
    best = NOTHING
    for words in clauses:
        said = _clause(words, field)
        if said.said is Said.ANSWER:
            return said
        if said.said is Said.LATER or (said.said is Said.NOTHING and _phrases(words).marks & _PUTS_OFF):
            return _better(best, Answer(Said.LATER))
        best = _better(best, said)
    return best


def _may_say_no_in_part(closed: Answer, field: _Field) -> bool:
    """Whether one of its clauses may be a «no» that decides: «ingen tilbakemelding, det gjelder ikke klassen»."""
    return field.none and closed.said is Said.NOTHING


def _clause(words: str, field: _Field) -> Answer:
    closed = _closed(words, field, clause=True)
    return closed if closed is not None else _headed(words, field)


def _is_not_applicable(words: str, field: _Field) -> bool:
    """Whether a clause says that it is not applicable, and no more."""
    closed = _closed(words, field)
    return closed is not None and closed.said is Said.NOTHING and _Class.NOT_APPLICABLE in _phrases(words).marks


def _headed(words: str, field: _Field) -> Answer:
    """A clause with a word of its own: how it begins decides."""
    led: list[str] = []
    for head, classes in _tokens(words, to_its_own=True):
        if not classes:
            return _ANSWER
        if classes & _MARKS or not classes & _LEADS:
            break
        led.append(head)
    else:
        return _ANSWER
    rest = _tokens(words)[len(led) + 1 :]
    does = not _beginnings("does").isdisjoint(led)  # «må se over gjerdet» tells what is to be done
    if _Class.POINT in classes and not does and _next_is_a_place(rest):
        return Answer(Said.ELSEWHERE, _pointer([*led, head, *(piece for piece, _ in rest)]))
    if field.ahead:
        return _ANSWER
    if head in _beginnings("comes"):
        return Answer(Said.LATER) if rest and rest[0][0] in _beginnings("on") else _ANSWER
    if _Class.LATER in classes or (not field.measure and _waits_for_somebody(words, classes)):
        return Answer(Said.LATER)
    if _Class.TALK in classes and not field.measure and rest and rest[0][0] in _beginnings("with"):
        return Answer(Said.LATER)
    return _ANSWER


def _waits_for_somebody(words: str, classes: frozenset[_Class]) -> bool:
    """«må snakke med Kari først», «vi må spørre mor først»."""
    return (
        words.split()[-1] in _beginnings("first")
        and _MUST.search(words) is not None
        and not classes.isdisjoint({_Class.TALK, _Class.DONE, _Class.POINT})
    )


_MUST = re.compile(r"\b(?:må|skal|vil|bør)\b")
_FILLS_IN = re.compile(
    r"(?:kommer?|kjem|kome|vente?r?|lages?|lagast|sjekkes?|utsatt|utsett|(?:ut)?fyll\w*|(?:bli|blir|vert) fylt|legg\w+|før\w+)\b"
    r"|diskutert\b|drøfta\b|drøftet\b"
)
"""Words that are about the field, and no plan for what is to come."""


def _next_is_a_place(rest: _Tokens) -> bool:
    for _, classes in rest:
        if classes & {_Class.DOCUMENT, _Class.PLACE, _Class.NUMBER}:
            return True
        if not classes & {_Class.FUNCTION, _Class.POINT, _Class.FORM, _Class.TIME}:
            return False
    return False
