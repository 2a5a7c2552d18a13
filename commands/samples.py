"""What of one of the vendor's answers is read, and what is not: field by field, by the mapping. Counts, and never content.

A name of a field is the vendor's form. A word or a label is shown only where it is surely one: it came often, or is like one that is known,
and it holds no name that the answer itself gives. Everything else is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from gettext import gettext as _
from pathlib import Path
from typing import Any, get_type_hints

from ..adapters.case_file import BYTES_AT_MOST, read_plain_file
from ..adapters.names import Person, names_one_of, people_in, people_of_references, references_of_people, words_in_names
from ..adapters.references import holds_identity_number, looks_like_a_user_name, words_of
from ..adapters.sikker_sak.mapping import Node, Place, WireMapping, bare, word_kind, word_kinds
from ..adapters.sikker_sak.wire import Labels
from ..adapters.strict_json import strict_json
from ..adapters.wire_names import snake
from ..adapters.workbook.layout import words
from ..domain.carries import known
from ..domain.errors import SettingsError
from ..domain.fault_words import why_not
from ..domain.log import LogKind

LIKE = 0.6
"""From 0 to 1: so like something known is a word, a label or a name that it is taken to be meant."""
OFTEN = 5
"""A label that came so often is a template's, and nobody's words."""
_LONGEST = 60
_SHORTEST_ENDING = 4
_CAPITALISED = re.compile(r"\b[A-ZÆØÅ][a-zæøå]+")
_NAME = re.compile(r"[^\W\d_]+(?:[ \-][^\W\d_.]+)+")


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
    people: tuple[Person, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, cases: list[Any], mapping: WireMapping, labels: Labels) -> Sample:
        """What ``cases`` hold, by ``mapping``."""
        sample = cls(mapping, cases)
        by_place: dict[tuple[str, str], Field] = {}
        for raw in cases:
            sample._look(raw, mapping.case, by_place)
            mapped = mapping.read(raw, mapping.case)
            sample.people += people_in(mapped) + people_of_references({one: "" for one in references_of_people(mapped)})
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

    @staticmethod
    def holds_names(one: Field) -> bool:
        """Whether people's names stand there: two words or more, beside a role or a reference."""
        values = [item for item in one.items if item is not None]
        if one.node is None or not {"role", "ref"} & one.node.model.model_fields.keys() or not values:
            return False
        return all(isinstance(value, str) for value in values) and sum(
            _NAME.fullmatch(value) is not None for value in values
        ) * 2 > len(values)

    @property
    def absent(self) -> list[str]:
        """The paths of the case format of which there was nothing at all, what lies in another of them left out."""
        there = {one.place.path for one in self.read if one.place is not None}
        above = {path.rpartition(".")[0] for path in known() if ":" not in path}
        told = {"log.kind"} if "log.source_label" in there else set()  # the label tells the kind
        return [
            path
            for path in known()
            if ":" not in path
            and path not in there | told
            and (path.rpartition(".")[0] in there or "." not in path)
            and (path in above or path.rpartition(".")[0] in there or "." not in path)
        ]

    def shown(self, word: str, times: int, like: float) -> bool:
        """Whether a word or a label of the vendor's can be repeated."""
        if len(word) > _LONGEST or holds_identity_number(word):
            return False
        if words_of(word) & words_in_names(self.people) or names_one_of(self.people, word):
            return False
        names = [part for part in _CAPITALISED.findall(word) if not self._is_a_template_s(part)]
        if names and times < OFTEN:
            return False
        if looks_like_a_user_name(word) and not (word.isalpha() and not names):
            return False
        return times >= OFTEN or like >= LIKE

    def _is_a_template_s(self, word: str) -> bool:
        """Whether a word that could be a name by its form is made as those of labels are: «Foreldremøte», «Bekymringsmelding»."""
        return word.casefold().endswith(_endings(self.mapping))


@cache
def words_of_kind(kind: str) -> tuple[tuple[str, str], ...]:
    """What the words of a type are called, in the format and in Norwegian: each with the word."""
    type_ = word_kinds()[kind]
    try:
        called = words(type_.__name__).known
    except KeyError:
        called = {}
    return tuple((name, word) for word in map(str, type_) for name in (word, *called.get(word, ())))


@lru_cache(4)
def _endings(mapping: WireMapping) -> tuple[str, ...]:
    """The words that known labels, and the words of the format, are made of."""
    called = [label for table in mapping.labels for labels in table.values() for label in labels]
    called += [name for kind in word_kinds() for name, _word in words_of_kind(kind)]
    return tuple({word for label in called for word in words_of(label) if len(word) >= _SHORTEST_ENDING})


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
