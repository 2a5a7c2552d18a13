"""What of an exported case is read, and what hangs on the rest, as a person reads it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext

from ..domain.exit_code import ExitCode
from ..domain.plan import MunicipalPlan
from .carried import duties_without, of_cases
from .likeness import nearest_field, nearest_kind, nearest_word
from .samples import LIKE, Sample

_CODES = 8
"""Codes that a line names; JSON has them all."""


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
    rules = of_cases(plan)

    def duties(path: str) -> tuple[str, ...]:
        return tuple(duties_without([path], rules)[path])

    unread = []
    for one in sample.unread:
        like, path = nearest_field(one, sample)
        if like < LIKE:
            path = "people" if sample.holds_names(one) else ""
        unread.append((one.told, len(one.items), path, duties(path) if like >= LIKE else ()))
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
        yield from (
            "",
            _("Ord og loggtyper som er sjeldne eller kan være et navn, og ikke vises: {n}").format(n=told.hidden),
        )
    if told.absent:
        yield from ("", _("Felt i saksformatet som ikke er i prøven:"))
        yield from (f"  {path}{_duties(codes)}" for path, codes in told.absent)
    yield from ("", _("Felt som leses:"))
    yield from (f"  {theirs} -> {ours} ({n})" for theirs, ours, n in told.read)


def _near(near: str) -> str:
    return _(", ligner {name}").format(name=near) if near else ""


def _duties(codes: tuple[str, ...]) -> str:
    shown = ", ".join(codes[:_CODES]) + (" …" if len(codes) > _CODES else "")
    told = ngettext("; {n} plikt trenger det ({codes})", "; {n} plikter trenger det ({codes})", len(codes))
    return told.format(n=len(codes), codes=shown) if codes else ""


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
