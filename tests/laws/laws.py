"""The seven laws: how each changes a case, and what it says must hold then."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any, get_args

from skolemiljo.domain.base import Ref
from skolemiljo.domain.case import Case
from skolemiljo.domain.facts import Mark, kind_marks, marks, paths
from skolemiljo.domain.log import Edit, LogEntry, LogKind
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.people import Actor, Role
from skolemiljo.domain.verdict import Finding, Reason, Verdict
from skolemiljo.validators.each_once import each_once
from skolemiljo.validators.proof import Proof

from .examples import About, Example
from .lists import told_by
from .places import Place, field_at, found, item_at, put, without
from .shown_by import MADE_BY, SHOWN_BY, Made

CALM = (Verdict.MET, Verdict.NOT_APPLICABLE)
NON_ANSWERS = ("Ikke aktuelt", "Som avtalt", "Veit ikkje", "Se planen")
STRANGER = "ukjent-9"
"""A pupil, a notice, an id that is nobody's in any example."""
LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")
_NOT_A_FACT = {"id", "school", "hidden", "unreadable", "not_carried", "etag", "modified_at"}


@dataclass(frozen=True)
class Change:
    """One case made of another: which field, what was done to it, and whose own findings may go with it."""

    field: str
    what: str
    case: Case
    gone: frozenset[str] = frozenset()
    by: frozenset[tuple[About, str]] = frozenset()
    """Findings, and the entry that must not show them any more (law 5); or that was moved (law 4)."""


@dataclass(frozen=True)
class Failure:
    """A law that did not hold: for which rule, by which field, where, and how the answer went."""

    rule: str
    field: str
    what: str
    example: str
    scope: str
    before: str
    after: str


@dataclass(frozen=True)
class Law:
    """How a case is changed, and which answers are then wrong."""

    number: int
    name: str
    changes: Callable[[Example], Iterator[Change]]
    wrong: Callable[[dict[About, Finding], dict[About, Finding], Change], Iterator[tuple[About, Finding | None]]]


def told(finding: Finding | None) -> str:
    """A finding in few words."""
    if finding is None:
        return "nothing"
    return " ".join(filter(None, (finding.verdict, finding.reason, finding.question)))


def is_calm(finding: Finding | None) -> bool:
    """Whether nobody would look again: «i orden», «ikke aktuelt», or no finding at all."""
    return finding is None or finding.verdict in CALM


# --- what is wrong -----------------------------------------------------------------------------------------------------------


def _calmer(
    before: dict[About, Finding], after: dict[About, Finding], change: Change
) -> Iterator[tuple[About, Finding | None]]:
    """What was no calm answer and has become one. A finding is not gone where its rule asks about more than it."""
    merged = _ids(change.case) - _ids(
        each_once(change.case)
    )  # what has become an exact copy of another is told of there
    for about, was in before.items():
        now = after.get(about)
        if is_calm(was) or not is_calm(now) or _must_not_come_before(was, change.gone):
            continue
        parts = set(about[1].split("/"))
        silent = now is None or now.verdict is Verdict.NOT_APPLICABLE
        if silent and (_names(parts, change.gone | merged) or _told_wider(about[0], parts, after)):
            continue
        if silent and is_told_by_another(about[0], parts, after):
            continue
        if change.field in _IDENTITY and _names(parts, change.gone):
            continue  # what is said of the version by that name is about another one now
        yield about, now


TOLD: set[tuple[str, str]] = set()
"""Of exceptions.toml's told_by: which rule was silent because which other told it, so far."""


def is_told_by_another(silent: str, parts: set[str], after: dict[About, Finding]) -> bool:
    """Whether a rule that says nothing of ``parts`` any more leaves it to one that does (exceptions.toml)."""
    another = told_by().get(silent)
    telling = [rule for rule in (another.by if another is not None else ()) if _told_wider(rule, parts, after)]
    TOLD.update((silent, rule) for rule in telling)
    return bool(telling)


def _must_not_come_before(was: Finding, gone: frozenset[str]) -> bool:
    """Whether the finding is about an order, and what must not come first is no more: it was the occasion of the order."""
    about_order = was.reason is Reason.ORDER or was.question == "order_unclear"
    return about_order and bool(was.evidence) and was.evidence[-1] in gone


def _ids(case: Case) -> frozenset[str]:
    return frozenset(item.id for name in LISTS for item in getattr(case, name))


def _names(parts: set[str], ids: frozenset[str]) -> bool:
    return any(part.partition(":")[2] in ids for part in parts)


def _told_wider(rule: str, parts: set[str], after: dict[About, Finding]) -> bool:
    return any(
        other == rule and not is_calm(finding) and ("case" in (scope, *parts) or bool(set(scope.split("/")) & parts))
        for (other, scope), finding in after.items()
    )


def _other(
    before: dict[About, Finding], after: dict[About, Finding], change: Change
) -> Iterator[tuple[About, Finding | None]]:
    """What is another answer than before; what is about the added entry itself is left out."""
    for about in before.keys() | after.keys():
        was, now = before.get(about), after.get(about)
        if _whole(was) == _whole(now) or _names(set(about[1].split("/")), change.gone):
            continue
        yield about, now


def _whole(finding: Finding | None) -> Any:
    if finding is None or finding.verdict is Verdict.NOT_APPLICABLE:
        return None
    return finding.verdict, finding.reason, finding.question, finding.deadline, sorted(finding.evidence)


# --- 1. hidden is never calm ---------------------------------------------------------------------------------------------------


def hidden(example: Example) -> Iterator[Change]:
    """Each field hidden in all that carries it; not to be read in all of it, or in one."""
    case = example.case
    for path in paths():
        if path in _NOT_A_FACT:
            continue
        info = field_at(path)
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        places = [(place, value) for place, value in found(case, path) if info.is_required() or value != default]
        if not places:
            continue
        lost = case
        for place, _ in () if info.is_required() else places:
            lost = put(lost, place, default)
        yield Change(path, "hidden", _unseen(lost, path, "hidden"))
        yield Change(path, "unreadable", _unseen(lost, path, "unreadable"))
        for place, value in places if not info.is_required() else ():
            if len(places) > 1:
                yield Change(path, "unreadable in one", _unseen(put(case, place, default), path, "unreadable"))
            for part, seen in _parts_of(value):
                yield Change(path, f"{part} hidden", _unseen(put(case, place, seen), f"{path}.{part}", "hidden"))
            for number in range(len(value)) if isinstance(value, tuple) and len(value) > 1 else ():
                shorter = put(case, place, without(value, number))
                yield Change(path, "one unreadable", _unseen(shorter, path, "unreadable"))


def _unseen(case: Case, path: str, how: str) -> Case:
    return case.model_copy(update={how: getattr(case, how) | {path}})


def _parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """A person or the changes of an entry, with a part hidden."""
    if isinstance(value, Actor):
        yield "role", value.model_copy(update={"role": Role.UNKNOWN})
        yield "ref", value.model_copy(update={"ref": None})
        yield "acts_for", value.model_copy(update={"acts_for": None})
    elif isinstance(value, tuple) and value and isinstance(value[0], Actor):
        for part, default in (("role", Role.UNKNOWN), ("ref", None), ("acts_for", None)):
            yield part, tuple(actor.model_copy(update={part: default}) for actor in value)
    elif isinstance(value, tuple) and value and isinstance(value[0], Edit):
        yield "previous", tuple(edit.model_copy(update={"previous": None}) for edit in value)
        yield "by", tuple(edit.model_copy(update={"by": None}) for edit in value)


# --- 2. less proof is never calmer -----------------------------------------------------------------------------------------------


def less_proof(example: Example) -> Iterator[Change]:
    """Each proof blanked, answered with nothing, dated when no school was, done by nobody known, or taken away."""
    case = example.case
    for path, mark in marks().items():
        if mark is not Mark.PROOF or path in ("log", "activity_plans", "evaluations"):
            continue
        info = field_at(path)
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        for place, value in found(case, path):
            if value == default or (path in _ABOUT and _raises(case, place)):
                continue
            gone = frozenset(item_at(case, place)) if path in _IT_IS_NO_MORE else frozenset()
            if not info.is_required():
                yield Change(path, "blank", put(case, place, default), gone)
            for what, worse in _worse(value, info.annotation, info.metadata, read_text=example.judging.read_text):
                yield Change(path, what, put(case, place, worse), gone)
            if (
                isinstance(value, (Moment, date)) and not info.is_required()
            ):  # a date that no school can mean is read as one that can't be read
                yield Change(path, "impossible", _unseen(put(case, place, default), path, "unreadable"), gone)
            if isinstance(value, tuple) and len(value) > 1:
                for number in range(len(value)):
                    less = put(case, place, without(value, number))
                    yield Change(path, "one taken away", less, gone | {getattr(value[number], "id", "")} - {""})
    for name in ("log", "activity_plans", "evaluations"):
        for number, item in enumerate(getattr(case, name)):
            if name != "log" or kind_marks()[item.kind] is Mark.PROOF:
                field = f"log:{item.kind}" if name == "log" else name
                less = case.model_copy(update={name: without(getattr(case, name), number)})
                yield Change(field, "taken away", less, frozenset(item_at(case, ((name, number),))))


_IDENTITY = {"activity_plans.plan", "activity_plans.version"}
_IT_IS_NO_MORE = {
    *_IDENTITY,
    "activity_plans.status",
    "activity_plans.pupils",
    "activity_plans.measures.pupils",
}
"""Without these a plan is no decided version, or another pupil's: what is said of the version goes with it."""

_ABOUT = {"log.pupils", "log.notice", "log.plan", "log.measure"}


def _raises(case: Case, place: Place) -> bool:
    """Whether the entry sets a duty off, such as a measure that was begun: whom it is about is then part of the occasion."""
    number = place[0][1]
    return number is not None and kind_marks()[case.log[number].kind] is Mark.OCCASION


def _worse(value: Any, annotation: Any, metadata: Iterable[Any], *, read_text: bool) -> Iterator[tuple[str, Any]]:
    kinds = (annotation, *get_args(annotation))
    if isinstance(value, Actor):
        yield "by nobody known", Actor(role=Role.UNKNOWN)
    elif isinstance(value, (Enum, bool)) or not isinstance(value, (str, tuple)):
        return
    elif isinstance(value, str):
        if Ref in kinds or list(metadata):
            yield "of nobody", STRANGER
        else:
            yield from ((answer, answer) for answer in NON_ANSWERS if read_text)
    elif value and isinstance(value[0], str) and not isinstance(value[0], Enum):
        if any(Ref in get_args(kind) for kind in kinds):
            yield "of nobody", (STRANGER,)
        else:
            yield from ((answer, (answer,)) for answer in NON_ANSWERS if read_text)


# --- 3. no occasion, no silence -----------------------------------------------------------------------------------------------------


def no_occasion(example: Example) -> Iterator[Change]:
    """Each occasion taken away: a notice, a suspicion, what was decided of it, an incident, a pupil, an entry that sets a duty off."""
    case = example.case
    for name in ("notices", "incidents", "suspicions", "severity", "pupils"):
        for number, item in enumerate(getattr(case, name)):
            gone = {part for part in (getattr(item, "id", None), getattr(item, "ref", None)) if part is not None}
            if name == "suspicions":  # they have no ids: each scope of a suspicion may be its
                gone |= {str(place) for place in range(1, len(case.suspicions) + 1)}
            if name == "notices":  # and those whom it alone made known, or accused
                gone |= set(item.pupils) - {pupil.ref for pupil in case.pupils}
                gone |= {"1"} if item.accuses_staff else set()
            less = case.model_copy(update={name: without(getattr(case, name), number)})
            yield Change(name, "taken away", less, frozenset(gone))
    for number, entry in enumerate(case.log):
        if kind_marks()[entry.kind] is Mark.OCCASION:
            less = case.model_copy(update={"log": without(case.log, number)})
            yield Change(f"log:{entry.kind}", "taken away", less, frozenset({entry.id}))


def _silent(
    before: dict[About, Finding], after: dict[About, Finding], change: Change
) -> Iterator[tuple[About, Finding | None]]:
    """What was asked and is not any more, by silence or by «i orden», and is not about the occasion that is gone.

    Nor what nobody could say because of that very entry, such as one without a time.
    """
    for about, now in _calmer(before, after, change):
        if before[about].verdict is Verdict.UNKNOWN and set(before[about].evidence) <= change.gone:
            continue
        if change.field != "suspicions" or not _names(set(about[1].split("/")), change.gone):  # they are numbered anew
            yield about, now


# --- 4. later is never better ---------------------------------------------------------------------------------------------------------


def later(example: Example) -> Iterator[Change]:
    """Each entry that alone shows something today, a day, a week, and long after; written when it happened."""
    case = example.case
    shows: dict[str, set[About]] = defaultdict(set)
    for about, finding in example.judged(case).items():
        if finding.verdict is Verdict.MET:
            for ref in finding.evidence:
                shows[ref].add(about)
    for name in ("log", "evaluations"):
        for number, item in enumerate(getattr(case, name)):
            if item.id not in shows or item.happened_at is None:
                continue
            if name == "log" and kind_marks()[item.kind] is not Mark.PROOF:
                continue
            for days in (1, 7, 60):
                when = _moved(item.happened_at, days)
                if not when.known_at(example.as_of) or _status_between(case, item.happened_at, when):
                    continue
                moved = item.model_copy(update={"happened_at": when, "registered_at": when, "edits": ()})
                items = getattr(case, name)
                changed = case.model_copy(update={name: (*items[:number], moved, *items[number + 1 :])})
                school_days = example.judging.calendar_of(case.school).between(item.happened_at.day, when.day)
                by = frozenset((about, item.id) for about in shows[item.id] if school_days > _LONG_AFTER)
                field = f"log:{item.kind}" if name == "log" else name
                yield Change(field, f"{days} days later", changed, frozenset({item.id}), by)


_LONG_AFTER = 25
"""School days after which no ladder of the plan is still silent."""


def _status_between(case: Case, first: Moment, last: Moment) -> bool:
    """Whether the case was closed or opened between: then the entry belongs to another stretch, and is another entry."""
    return any(first.day <= change.at.day <= last.day for change in case.status_history[1:])


def _moved(moment: Moment, days: int) -> Moment:
    if moment.instant is None:
        return Moment.on(moment.day + timedelta(days=days))
    return Moment.at(moment.instant + timedelta(days=days))


def _better(
    before: dict[About, Finding], after: dict[About, Finding], change: Change
) -> Iterator[tuple[About, Finding | None]]:
    """What was no calm answer and is one now; and what is still clean by the entry, sixty days late."""
    moved = {item.id: item.at for name in ("log", "evaluations") for item in getattr(change.case, name)}
    for about, was in before.items():
        now = after.get(about)
        about_it = set(was.evidence) & change.gone and (was.reason is Reason.ORDER or was.question in _OF_ORDER)
        if not is_calm(was) and is_calm(now) and not about_it and _was_after(was, change, moved):
            yield about, now
    for about, entry in change.by:
        now = after.get(about)
        if now is not None and now.verdict is Verdict.MET and entry in now.evidence and not now.remarks:
            yield about, now


def _was_after(was: Finding, change: Change, moved: dict[str, Moment | None]) -> bool:
    """Whether the entry came after what the finding counts from before it was moved too: else it only now can be the answer to it."""
    days = int(change.what.partition(" ")[0])
    times = [when.day - timedelta(days=days) for ref in change.gone if (when := moved.get(ref)) is not None]
    counted = was.counted_from
    return counted is not None and any(counted < day for day in times)


_OF_ORDER = {"order_unclear", "before_its_cause", "time_unknown", "written_before_it_happened", "time_edited"}
"""Questions of a time that stands wrong: another one is another answer."""


# --- 5. the wrong person never proves ----------------------------------------------------------------------------------------------


def wrong_person(example: Example) -> Iterator[Change]:
    """Each entry that shows something today, done by or with each whom the proof leaves out, or about another."""
    case, log = example.case, {entry.id: entry for entry in example.case.log}
    tried: dict[tuple[str, str], set[tuple[About, str]]] = defaultdict(set)
    put_in: dict[tuple[str, str], LogEntry] = {}
    for about, finding in example.judged(case).items():
        for entry in (log[ref] for ref in finding.evidence if ref in log) if finding.verdict is Verdict.MET else ():
            for proof in SHOWN_BY.get(about[0], ()):
                for path, what, wrong in (
                    _with_another(case, proof, entry, about[1]) if entry.kind in proof.kinds else ()
                ):
                    tried[entry.id, f"{path} {what}"].add((about, entry.id))
                    put_in[entry.id, f"{path} {what}"] = wrong
    for (entry_id, how), proves in tried.items():
        wrong = put_in[entry_id, how]
        changed = tuple(wrong if entry.id == entry_id else entry for entry in case.log)
        path, _, what = how.partition(" ")
        yield Change(path, what, case.model_copy(update={"log": changed}), by=frozenset(proves))
    yield from _made_by_another(example)


def _is_of(case: Case, place: Place, scope: str) -> bool:
    """Whether what stands at ``place`` is of what ``scope`` names: the measure, or the pupil whose home it is."""
    name, number = place[0]
    inner, at = place[1]
    if number is None or at is None:
        return True
    part = getattr(getattr(case, name)[number], inner)[at]
    named = getattr(part, "pupil", None) or (part.id if inner == "measures" else None)
    return named is None or named in {of.partition(":")[2] for of in scope.split("/")}


def _made_by_another(example: Example) -> Iterator[Change]:
    """Each plan, evaluation, notice, incident and entry that shows something today, by each whom the duty leaves out."""
    case = example.case
    shows: dict[tuple[str, tuple[Place, ...], Role], set[tuple[About, str]]] = defaultdict(set)
    for about, finding in example.judged(case).items():
        for made in MADE_BY.get(about[0], ()) if finding.verdict is Verdict.MET else ():
            places: dict[str, list[Place]] = defaultdict(list)  # what one entry says twice is said by another in both
            for place, _ in found(case, made.path):
                if _is_of(case, place, about[1]) and not _is_another(case, made, place):
                    for item in set(item_at(case, place)) & set(finding.evidence):
                        places[item].append(place)
            for item, its in places.items():
                for role in Role:
                    if made.by.fits(Actor(role=role)) is False:
                        shows[made.path, tuple(its), role].add((about, item))
    for (path, every_place, role), proves in shows.items():
        changed = case
        for place in every_place:
            changed = put(changed, place, Actor(role=role))
            if path == "log.author":
                changed = put(changed, (*place[:-1], ("actor", None)), None)
        yield Change(path, f"by {role}", changed, by=frozenset(proves))


def _is_another(case: Case, made: Made, place: Place) -> bool:
    """Whether another person of the same entry is the one the plan names."""
    if made.or_by is None:
        return False
    (name, number), *_ = place
    return number is not None and made.by.fits(getattr(getattr(case, name)[number], made.or_by)) is True


def _with_another(case: Case, proof: Proof, entry: LogEntry, scope: str) -> Iterator[tuple[str, str, LogEntry]]:
    others = [Actor(role=Role.SYSTEM)]
    others += [
        Actor(role=role) for role in Role if proof.by.fits(Actor(role=role)) is False and role is not Role.SYSTEM
    ]
    for actor in others:
        yield "log.author", f"by {actor.role}", entry.model_copy(update={"author": actor, "actor": None})
    when = entry.at
    for suspicion in () if proof.by_the_accused else case.suspicions:
        for accused in suspicion.accused if when is not None and suspicion.at.perhaps_before(when) else ():
            yield "log.author", "by the accused", entry.model_copy(update={"author": accused, "actor": None})
    if proof.present is not None:
        there = [Actor(role=role) for role in Role if role not in (*proof.present.roles, Role.UNKNOWN)]
        if proof.present.roles == {Role.PUPIL} and "pupil:" in scope:
            there.append(Actor(role=Role.PUPIL, ref=STRANGER))
        for actor in there:
            with_them = entry.model_copy(update={"participants": (actor,), "to": None})
            yield "log.participants", f"with {actor.ref or actor.role} alone", with_them
    if "pupil:" in scope and entry.pupils:
        yield "log.pupils", "about another", entry.model_copy(update={"pupils": (STRANGER,)})
    if "notice:" in scope and entry.notice is not None:
        yield "log.notice", "about another", entry.model_copy(update={"notice": STRANGER})


def _still_shown(
    _before: dict[About, Finding], after: dict[About, Finding], change: Change
) -> Iterator[tuple[About, Finding | None]]:
    for about, entry in change.by:
        now = after.get(about)
        if now is not None and now.verdict is Verdict.MET and entry in now.evidence:
            yield about, now


# --- 6. noise changes nothing ------------------------------------------------------------------------------------------------------


def noise(example: Example) -> Iterator[Change]:
    """Entries about another pupil and another notice, both by id; the same in another order; what comes later."""
    case, as_of = example.case, example.as_of
    starts = [n.happened_at for n in case.notices if n.happened_at is not None] or [case.opened_at]
    first = min(starts, key=lambda moment: moment.sort_key)
    early = (first.instant or datetime(first.day.year, first.day.month, first.day.day, 11, tzinfo=UTC)) + timedelta(
        hours=1
    )
    times = [when for when in (early, as_of - timedelta(minutes=1)) if when < as_of]
    if any(case.is_hidden(path) for path in ("pupils", "pupils.ref", "notices", "notices.pupils")):
        return  # who is another, can't be seen
    for number, kind in enumerate(kind for kind in LogKind if kind is not LogKind.UNLABELLED):
        for role in (Role.RECTOR, Role.CONTACT_TEACHER):
            for when in times[number % 2 :][:1] or times[:1]:
                extra = _entry(kind, when, role, pupils=(STRANGER,), notice=STRANGER)
                yield Change(f"log:{kind}", f"of another by {role}", _with(case, extra), frozenset({extra.id}))
        later = _entry(kind, as_of + timedelta(minutes=1), Role.RECTOR, pupils=tuple(p.ref for p in case.pupils))
        yield Change(f"log:{kind}", "later", _with(case, later))
    chance = Random(len(case.log))  # noqa: S311 - an order, not secrets
    mixed = {name: tuple(chance.sample(items := getattr(case, name), len(items))) for name in (*LISTS, "pupils")}
    yield Change("case", "in another order", case.model_copy(update=mixed))


def _entry(kind: LogKind, when: datetime, role: Role, **more: Any) -> LogEntry:
    moment = Moment.at(when)
    more |= {"author": Actor(role=role), "held": True}
    return LogEntry(id=f"{STRANGER}-l", kind=kind, happened_at=moment, registered_at=moment, **more)


def _with(case: Case, entry: LogEntry) -> Case:
    return case.model_copy(update={"log": (*case.log, entry)})


@contextmanager
def process_zone(name: str) -> Iterator[None]:
    """The time zone of the process is another."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


# --- 7. once is once -----------------------------------------------------------------------------------------------------------------


def twice(example: Example) -> Iterator[Change]:
    """Each entry a second time, equal in all but its id; and then what points at the entry points at its copy."""
    case = example.case
    for name in LISTS:
        for item in () if case.hides_part_of(name) else getattr(case, name):  # what can't be seen may tell them apart
            if item.happened_at is None or item.happened_at.instant is None:
                continue
            copy = item.model_copy(update={"id": f"{item.id}-2"})
            field = f"log:{item.kind}" if name == "log" else name
            copied = case.model_copy(update={name: (*getattr(case, name), copy)})
            yield Change(field, "twice", copied)
            pointing = _pointing(copied, item.id, copy.id)
            if pointing is not copied:
                yield Change(field, "twice, and pointed at", pointing)
    for name in ("status_history", "severity", "suspicions", "transfers"):
        for item in () if case.hides_part_of(name) else getattr(case, name):
            if item.at.instant is not None:
                yield Change(name, "twice", case.model_copy(update={name: (*getattr(case, name), item)}))


_POINTERS = (
    "log.notice",
    "activity_plans.best_interest_ref",
    "activity_plans.analysis_ref",
    "activity_plans.rests_on",
    "log.duplicate_of",
    "notices.duplicate_of",
)


def _pointing(case: Case, original: str, copy: str) -> Case:
    for path in _POINTERS:
        for place, value in list(found(case, path)):
            if value == original:
                case = put(case, place, copy)
            elif isinstance(value, tuple) and original in value:
                case = put(case, place, tuple(copy if ref == original else ref for ref in value))
    return case


LAWS = {
    law.number: law
    for law in (
        Law(1, "hidden", hidden, _calmer),
        Law(2, "less_proof", less_proof, _calmer),
        Law(3, "no_occasion", no_occasion, _silent),
        Law(4, "later", later, _better),
        Law(5, "wrong_person", wrong_person, _still_shown),
        Law(6, "noise", noise, _other),
        Law(7, "twice", twice, _other),
    )
}


@dataclass
class Tally:
    """What was tried: facts changed, verdicts that were held against the law."""

    changed: int = 0
    held: int = 0
    failures: list[Failure] = field(default_factory=list)


def hold(law: Law, example: Example, tally: Tally, choose: Callable[[list[Change]], Iterable[Change]] = iter) -> None:
    """Holds ``example`` to ``law`` with the changes that ``choose`` picks, and enters what came of it in ``tally``."""
    before = example.judged(example.case)
    for change in choose(list(law.changes(example))):
        after = example.judged(change.case)
        tally.changed += 1
        tally.held += len(before)
        crashed = ((about, now) for about, now in after.items() if now.reason is Reason.CRASHED)
        for (rule, scope), now in (*law.wrong(before, after, change), *crashed):
            was = before.get((rule, scope))
            tally.failures.append(Failure(rule, change.field, change.what, example.name, scope, told(was), told(now)))
