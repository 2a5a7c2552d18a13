"""What of one of the vendor's answers is read, and what is not: field by field, by the mapping. Counts, and never content.

A name of a field is the vendor's form. A word or a label is shown only where it is surely one: it came often, or is like one that is known,
and it holds no name that the answer itself gives. Everything else is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from gettext import gettext as _
from pathlib import Path
from typing import Any, get_type_hints

from ..adapters.case_file import BYTES_AT_MOST, read_plain_file
from ..adapters.names import people_in, words_in_names
from ..adapters.references import holds_identity_number, looks_like_a_user_name, words_of
from ..adapters.sikker_sak.mapping import Node, Place, WireMapping, bare, word_kind, word_kinds
from ..adapters.sikker_sak.wire import Labels
from ..adapters.strict_json import strict_json
from ..adapters.wire_names import snake
from ..adapters.workbook.layout import words
from ..domain.carries import known
from ..domain.errors import SettingsError
from ..domain.exit_code import ExitCode
from ..domain.fault_words import why_not
from ..domain.log import LogKind
from ..domain.plan import MunicipalPlan
from .carried import duties_without, of_cases

LIKE = 0.6
"""From 0 to 1: so like something known is a word, a label or a name that it is taken to be meant."""
OFTEN = 5
"""A label that came so often is a template's, and nobody's words."""
_LONGEST = 60
_CODES = 8
"""Codes that a line names; JSON has them all."""


@dataclass
class Field:
    """One field of the objects at one place, as it came."""

    node: Node | None
    """What may stand there; ``None`` below what nobody knows."""
    key: str
    place: Place | None
    """What it is, where the mapping knows."""
    items: list[Any] = field(default_factory=list, repr=False)

    @property
    def told(self) -> str:
        """Where it stands, as it can be repeated: a key that is no plain name may be anything."""
        plain = self.key if self.key.isidentifier() and len(self.key) <= _LONGEST else "*"
        return f"{self.node.path if self.node is not None else '… '}{plain}"


@dataclass
class Sample:
    """Answers of the vendor, looked at."""

    mapping: WireMapping
    cases: list[Any] = field(repr=False)
    fields: list[Field] = field(default_factory=list)
    objects: Counter[str] = field(default_factory=Counter)
    """Place of an object → how many there were."""
    words: Counter[tuple[str, str]] = field(default_factory=Counter, repr=False)
    """Type of words, and a word that it has not → times."""
    labels: Counter[str] = field(default_factory=Counter, repr=False)
    """Label that nobody has mapped → times."""
    kinds: Counter[LogKind] = field(default_factory=Counter)
    named: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, cases: list[Any], mapping: WireMapping, labels: Labels) -> Sample:
        """What ``cases`` hold, by ``mapping``."""
        sample = cls(mapping, cases)
        by_place: dict[tuple[str, str], Field] = {}
        for raw in cases:
            sample._look(raw, mapping.case, by_place)
            mapped = mapping.read(raw, mapping.case)
            sample.named |= words_in_names(people_in(mapped))
            log = mapped.get("log") if isinstance(mapped, dict) else None
            for entry in log if isinstance(log, list) else ():
                if isinstance(entry, dict):
                    sample._label(entry.get("source_label"), labels)
        sample.fields = list(by_place.values())
        return sample

    def _look(self, value: Any, node: Node | None, by_place: dict[tuple[str, str], Field]) -> None:
        if isinstance(value, list):
            for item in value:
                self._look(item, node, by_place)
        if not isinstance(value, dict):
            return
        where = node.path if node is not None else "…"
        self.objects[where] += 1
        for key, item in value.items():
            place = node.places.get(key) if node is not None else None
            seen = by_place.setdefault((where, key), Field(node, key, place))
            seen.items.append(item)
            if node is None or key in self.mapping.people | self.mapping.dropped:
                continue
            below = place.below if place is not None else None
            if below is not None or place is None:
                self._look(item, below, by_place)
            elif place is not None:
                self._words(item, node, place)

    def _words(self, value: Any, node: Node, place: Place) -> None:
        kind = word_kind(get_type_hints(node.model, include_extras=True)[place.name])
        if kind is None or kind is LogKind:
            return
        for word in value if isinstance(value, list) else value.keys() if isinstance(value, dict) else [value]:
            if isinstance(word, str) and word.casefold() not in set(kind) and bare(word) not in (place.words or {}):
                self.words[snake(kind.__name__[0].lower() + kind.__name__[1:]), word] += 1

    def _label(self, label: Any, labels: Labels) -> None:
        if isinstance(label, str):
            kind = labels.kind(label)
            if kind is LogKind.UNLABELLED:
                self.labels[label] += 1
            else:
                self.kinds[kind] += 1

    # --- what came of it -----------------------------------------------------------------------------------------

    @property
    def read(self) -> list[Field]:
        """The fields that are read."""
        return [one for one in self.fields if one.place is not None]

    @property
    def unread(self) -> list[Field]:
        """The fields that nobody knows, without what lies in others of them."""
        taken = self.mapping.people | self.mapping.dropped
        return [one for one in self.fields if one.place is None and one.node is not None and one.key not in taken]

    @property
    def absent(self) -> list[str]:
        """The paths of the case format of which there was nothing at all, what lies in another of them left out."""
        there = {one.place.path for one in self.read if one.place is not None}
        above = {path.rpartition(".")[0] for path in known() if ":" not in path}
        return [
            path
            for path in known()
            if ":" not in path
            and path not in there
            and (path.rpartition(".")[0] in there or "." not in path)
            and (path in above or path.rpartition(".")[0] in there or "." not in path)
        ]

    def shown(self, word: str, times: int, like: float) -> bool:
        """Whether a word or a label of the vendor's can be repeated."""
        if len(word) > _LONGEST or holds_identity_number(word) or looks_like_a_user_name(word):
            return False
        return not words_of(word) & self.named and (times >= OFTEN or like >= LIKE)


def likeness(one: str, other: str) -> float:
    """How like two names, words or labels are, from 0 to 1, whatever the case, the joints and the order of their parts."""
    plain, beside = (" ".join(snake(text).replace("_", " ").casefold().split()) for text in (one, other))
    parts, others = plain.split(), beside.split()
    shared = 0.85 if set(parts) <= set(others) or set(others) <= set(parts) else 0.0
    return max(
        SequenceMatcher(None, plain, beside).ratio(),
        SequenceMatcher(None, " ".join(sorted(parts)), " ".join(sorted(others))).ratio(),
        shared if parts and others else 0.0,
    )


@cache
def _words_of_kind(kind: str) -> tuple[tuple[str, str], ...]:
    """What the words of a type are called, in the format and in Norwegian: each with the word."""
    type_ = word_kinds()[kind]
    try:
        called = words(type_.__name__).known
    except KeyError:
        called = {}
    return tuple((name, word) for word in map(str, type_) for name in (word, *called.get(word, ())))


def nearest_word(kind: str, word: str) -> tuple[float, str]:
    """The word of the format that ``word`` is most like, and how like."""
    return max((likeness(word, name), ours) for name, ours in _words_of_kind(kind))


def nearest_kind(label: str, mapping: WireMapping) -> tuple[float, str]:
    """The kind of log entry whose labels ``label`` is most like, and how like."""
    called = [(one, kind) for table in mapping.labels for kind, labels in table.items() for one in labels]
    called += [(name, kind) for kind, pair in words(LogKind.__name__).known.items() for name in pair]
    called += [(kind, kind) for kind in map(str, LogKind)]
    return max((likeness(label, name), kind) for name, kind in called)


def cases_in(files: Iterable[Path]) -> list[Any]:
    """The cases in exported files: one each, a list, or a page of an answer. Raises SettingsError."""
    found: list[Any] = []
    for file in files:
        try:
            raw = strict_json(read_plain_file(file, BYTES_AT_MOST))
        except OSError as error:
            raise SettingsError(
                _("{name} kan ikke leses ({why_not})").format(name=file.name, why_not=why_not(error))
            ) from None
        except ValueError as error:
            raise SettingsError(_("{name} er {error}").format(name=file.name, error=error)) from None
        items = raw if isinstance(raw, list) else raw.get("items") if isinstance(raw, dict) else None
        found += items if isinstance(items, list) else [raw]
    if not found or not all(isinstance(case, dict) for case in found):
        raise SettingsError(_("prøven er ingen sak, liste over saker eller side av et svar: eksporter én sak i JSON"))
    return found


# --- for a person ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """The sample as it is told: each thing with how often it came, what it is most like, and the duties that hang on it."""

    cases: int
    read: tuple[tuple[str, str, int], ...]
    unread: tuple[tuple[str, int, str, tuple[str, ...]], ...]
    words: tuple[tuple[str, str, int, str], ...]
    labels: tuple[tuple[str, int, str, tuple[str, ...]], ...]
    hidden: int
    """Words and labels that are not shown: rare, and perhaps somebody's."""
    absent: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def exit_code(self) -> ExitCode:
        """Whether everything that came is read."""
        return ExitCode.UNCHECKED if self.unread or self.words or self.labels or self.hidden else ExitCode.DONE


def tell(sample: Sample, plan: MunicipalPlan) -> Told:
    """What a person sees of ``sample``, with the duties of ``plan``."""
    from .suggestions import nearest_field

    rules = of_cases(plan)

    def duties(path: str) -> tuple[str, ...]:
        return tuple(duties_without([path], rules)[path])

    unread = []
    for one in sample.unread:
        like, path = nearest_field(one, sample)
        unread.append((one.told, len(one.items), path if like >= LIKE else "", duties(path) if like >= LIKE else ()))
    shown, hidden = [], 0
    for (kind, word), times in sorted(sample.words.items()):
        like, ours = nearest_word(kind, word)
        if sample.shown(word, times, like):
            shown.append((kind, word, times, ours if like >= LIKE else ""))
        else:
            hidden += 1
    labels = []
    for label, times in sorted(sample.labels.items()):
        like, kind = nearest_kind(label, sample.mapping)
        if sample.shown(label, times, like):
            labels.append((label, times, kind if like >= LIKE else "", duties(f"log:{kind}") if like >= LIKE else ()))
        else:
            hidden += 1
    there: Counter[tuple[str, str]] = Counter()
    for one in sample.read:
        if one.place is not None:
            there[one.told, one.place.path] += len(one.items)
    return Told(
        len(sample.cases),
        tuple((theirs, ours, times) for (theirs, ours), times in there.items()),
        tuple(unread),
        tuple(shown),
        tuple(labels),
        hidden,
        tuple((path, codes) for path in sample.absent if (codes := duties(path))),
    )


def text(told: Told) -> str:
    """As a person reads it."""
    return "\n".join(_lines(told))


def _lines(told: Told) -> Iterator[str]:
    yield _("Prøven har {cases} saker. {read} felt leses, {unread} kjennes ikke igjen.").format(
        cases=told.cases, read=len(told.read), unread=len(told.unread)
    )
    if told.unread:
        yield from ("", _("Felt som ikke leses:"))
        yield from (f"  {place} ({n}){_near(near)}{_duties(codes)}" for place, n, near, codes in told.unread)
    if told.words:
        yield from ("", _("Ord som ikke er kjent:"))
        yield from (f"  {kind}: «{word}» ({n}){_near(near)}" for kind, word, n, near in told.words)
    if told.labels:
        yield from ("", _("Loggtyper som ikke er kjent:"))
        yield from (f"  «{label}» ({n}){_near(near)}{_duties(codes)}" for label, n, near, codes in told.labels)
    if told.hidden:
        yield from ("", _("Ord og loggtyper som er sjeldne, og ikke vises: {n}").format(n=told.hidden))
    if told.absent:
        yield from ("", _("Felt i saksformatet som ikke er i prøven:"))
        yield from (f"  {path}{_duties(codes)}" for path, codes in told.absent)
    yield from ("", _("Felt som leses:"))
    yield from (f"  {theirs} -> {ours} ({n})" for theirs, ours, n in told.read)


def _near(near: str) -> str:
    return _(", ligner {name}").format(name=near) if near else ""


def _duties(codes: tuple[str, ...]) -> str:
    shown = ", ".join(codes[:_CODES]) + (" …" if len(codes) > _CODES else "")
    return _("; {n} plikter trenger det ({codes})").format(n=len(codes), codes=shown) if codes else ""


def as_json(told: Told) -> str:
    """For a program."""
    body = {
        "schema_version": 1,
        "cases": told.cases,
        "read": [{"wire": theirs, "path": ours, "times": n} for theirs, ours, n in told.read],
        "unread": [{"wire": w, "times": n, "nearest": near, "duties": codes} for w, n, near, codes in told.unread],
        "words": [{"type": k, "word": w, "times": n, "nearest": near} for k, w, n, near in told.words],
        "labels": [{"label": w, "times": n, "nearest": near, "duties": c} for w, n, near, c in told.labels],
        "not_shown": told.hidden,
        "absent": [{"path": path, "duties": codes} for path, codes in told.absent],
    }
    return json.dumps(body, ensure_ascii=False, indent=2)
