"""A mapping proposed from the vendor's own answers: by names, by what stands there, by what refers to what. A person reads it and signs it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any

from ..adapters.sikker_sak.mapping import WireMapping, own_layer, standard_layer
from ..adapters.sikker_sak.wire import Labels
from ..domain.errors import SettingsError
from ..domain.files import put_in_place
from .likeness import CLEAR, nearest_field, nearest_kind, nearest_word, scores_of
from .samples import LIKE, Field, Sample, cases_in


@dataclass
class Proposal:
    """What is proposed, each with why."""

    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path → name at the vendor, and why."""
    doubtful: list[tuple[str, str]] = field(default_factory=list)
    """Place of a field, and what it is most like."""
    people: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unplaced: list[tuple[str, int]] = field(default_factory=list)
    hidden: int = 0

    def layer(self) -> dict[str, Any]:
        """As a mapping has it."""
        return {
            "people": list(self.people),
            "fields": {path: [name] for path, (name, _why) in self.fields.items()},
            "words": {kind: dict(table) for kind, table in self.words.items()},
            "labels": dict(self.labels),
        }


def propose(cases: list[Any], own: Mapping[str, Any] | None, labels: Mapping[str, list[str]]) -> Proposal:
    """What would make more of ``cases`` readable. ``own``: the municipality's mapping as it is; ``labels``: those of the settings.

    The outermost fields first, so that what lies in them can be told apart by what it lies in.
    """
    found = Proposal()
    before = [own, standard_layer()] if own is not None else [standard_layer()]
    while True:
        mapping = WireMapping(found.layer(), *before)
        sample = Sample.of(cases, mapping, Labels(labels, mapping))
        news = _fields(sample, found)
        if not news:
            break
    found.doubtful = [(one.told, nearest_field(one, sample)[1]) for one in sample.unread]
    for (kind, word), times in sample.words.items():
        like, ours = nearest_word(kind, word)
        if like >= LIKE and sample.shown(word, times, like):
            found.words[kind][ours].append(word)
    for label, times in sorted(sample.labels.items()):
        like, kind = nearest_kind(label, mapping)
        if not sample.shown(label, times, like):
            found.hidden += 1
        elif like >= LIKE:
            found.labels[kind].append(label)
        else:
            found.unplaced.append((label, times))
    return found


def _fields(sample: Sample, found: Proposal) -> bool:
    """Proposes for each field that nobody knows, where it is known what it lies in. Whether there was anything.

    What is called the same in several places is looked at together: where one name of the format suits it in all of them, it is that.
    """
    by_key: dict[str, list[Field]] = defaultdict(list)
    for one in sample.unread:
        by_key[one.key].append(one)
    scores = {id(one): scores_of(one, sample) for unread in by_key.values() for one in unread}
    taken: set[str] = set()
    news = False
    for key, unread in sorted(by_key.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        together: dict[str, float] = defaultdict(float)
        for one in unread:
            for path, score in scores[id(one)].items():
                together[path.rpartition(".")[2]] += score / len(unread)
        name = _clearly_best(together) if len(unread) > 1 else None
        if name is not None:
            taken |= {path for one in unread for path in scores[id(one)] if path.rpartition(".")[2] == name}
            found.fields[f"*.{name}"] = (key, _why(sum(len(one.items) for one in unread), together[name]))
            news = True
            continue
        for one in unread:
            free = {path: score for path, score in scores[id(one)].items() if path not in taken}
            best = _clearly_best(free)
            if best is not None:
                found.fields[best] = (key, _why(len(one.items), free[best]))
                taken.add(best)
                news = True
            elif sample.holds_names(one) and key not in found.people:
                found.people[key] = _why(len(one.items), 1.0)
                news = True
    return news


def _clearly_best(scores: Mapping[str, float]) -> str | None:
    """The one that is like enough, and more so than any other."""
    best = sorted(scores.items(), key=lambda pair: -pair[1])[:2]
    if not best or best[0][1] < LIKE or (len(best) > 1 and best[0][1] - best[1][1] < CLEAR):
        return None
    return best[0][0]


def _why(times: int, like: float) -> str:
    return _("{n} ganger, likhet {like}").format(n=times, like=f"{like:.2f}")


# --- the file --------------------------------------------------------------------------------------------------------


def write(found: Proposal, own: Mapping[str, Any] | None, out: Path) -> None:
    """Writes the proposal over what the municipality has, to be read and signed. Raises SettingsError where something stands there."""
    if out.exists():
        raise SettingsError(
            _("{name} finnes alt: velg et annet navn, noen kan ha gått god for den").format(name=out.name)
        )
    put_in_place(out, "\n".join(_toml(found, own or {})) + "\n")


def _toml(found: Proposal, own: Mapping[str, Any]) -> Iterator[str]:
    yield "# " + _(
        "Et forslag, laget av svar fra leverandøren. Les hver linje; den gjelder først når noen skriver rollen sin her:"
    )
    yield 'signed_by = ""'
    people = [*own.get("people", ()), *found.people]
    for key, listed in (("people", people), ("dropped", own.get("dropped", ())), ("lacks", own.get("lacks", ()))):
        if listed:
            yield f"{key} = {_value(list(listed))}"
    yield from ("", "[fields]")
    yield from (f"{_value(key)} = {_value(value)}" for key, value in own.get("fields", {}).items())
    yield from (f"{_value(path)} = {_value(name)}  # {why}" for path, (name, why) in found.fields.items())
    for place, near in found.doubtful:
        yield f"# ? {place}" + (f" = {near}" if near else "")
    for kind in sorted({*own.get("words", {}), *found.words}):
        yield from ("", f"[words.{kind}]")
        yield from _table(own.get("words", {}).get(kind, {}), found.words.get(kind, {}))
    yield from ("", "[labels]")
    yield from _table(own.get("labels", {}), found.labels)
    yield from (f"# ? {_value(label)} ({times})" for label, times in found.unplaced)
    if found.hidden:
        left = ngettext(
            "{n} loggtype er ikke med: den er sjelden eller kan være et navn, og må leses hos leverandøren",
            "{n} loggtyper er ikke med: de er sjeldne eller kan være et navn, og må leses hos leverandøren",
            found.hidden,
        )
        yield "# " + left.format(n=found.hidden)


def _table(own: Mapping[str, Any], new: Mapping[str, list[str]]) -> Iterator[str]:
    together: dict[str, list[str]] = {
        key: [value] if isinstance(value, str) else list(value) for key, value in own.items()
    }
    for key, values in new.items():
        together.setdefault(key, []).extend(values)
    yield from (f"{key} = {_value(values)}" for key, values in together.items())


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def suggest(files: list[Path], mapping: Path | None, labels: Mapping[str, list[str]], out: Path) -> Counter[str]:
    """Writes a proposal to ``out``; how much there is of each. Raises SettingsError."""
    own = own_layer(mapping) if mapping is not None else None
    found = propose(cases_in(files), own, labels)
    write(found, own, out)
    return Counter(
        fields=len(found.fields),
        words=sum(len(table) for table in found.words.values()),
        labels=sum(map(len, found.labels.values())),
        left=len(found.doubtful) + len(found.unplaced) + found.hidden,
    )
