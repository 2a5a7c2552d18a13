"""An entry that stands twice in a case is one: exact copies are left out before any rule sees the case."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..domain.case import Case
from ..domain.log import Recorded

_LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")
_CHANGES = ("status_history", "severity", "suspicions", "transfers")
_POINTERS = {
    "notices": ("duplicate_of",),
    "log": ("duplicate_of", "notice"),
    "activity_plans": ("duplicate_of", "best_interest_ref", "analysis_ref", "rests_on"),
    "evaluations": ("duplicate_of",),
    "incidents": ("duplicate_of",),
}
"""The fields that hold ids of entries."""


def each_once(case: Case) -> Case:
    """``case`` without exact copies: what is equal in all but the id, and has a clock time. The lowest id is kept.

    What pointed at a copy points at the one that is kept. Where a part of a list can't be seen, that part may tell its
    entries apart: none of it is left out.
    """
    kept_for: dict[str, str] = {}
    update: dict[str, Any] = {}
    for name in _LISTS:
        if not case.hides_part_of(name):
            kept_for |= _copies(getattr(case, name))
    for name in _CHANGES:
        changes = getattr(case, name)
        if len(changes) > 1 and not case.hides_part_of(name):
            once = [c for place, c in enumerate(changes) if c.at.instant is None or c not in changes[:place]]
            update[name] = tuple(once)
    if kept_for:
        for name in _LISTS:
            items = [item for item in getattr(case, name) if item.id not in kept_for]
            update[name] = tuple(_pointing_at_kept(item, _POINTERS[name], kept_for) for item in items)
    return case.model_copy(update=update) if update else case


def _copies(items: tuple[Recorded, ...]) -> dict[str, str]:
    """Id of each copy → the id that is kept."""
    if len(items) < 2:
        return {}
    at_once: dict[object, list[Recorded]] = defaultdict(list)
    for item in items:
        if item.happened_at is not None and item.happened_at.instant is not None:
            at_once[item.happened_at.instant].append(item)
    kept_for: dict[str, str] = {}
    for together in at_once.values():
        if len(together) == 1:
            continue
        together.sort(key=lambda item: item.id)
        for place, item in enumerate(together[1:], 1):
            for earlier in together[:place]:
                if earlier.id != item.id and earlier.__dict__ == {**item.__dict__, "id": earlier.id}:
                    kept_for[item.id] = kept_for.get(earlier.id, earlier.id)
                    break
    return kept_for


def _pointing_at_kept(item: Recorded, fields: tuple[str, ...], kept_for: dict[str, str]) -> Recorded:
    update: dict[str, Any] = {}
    for name in fields:
        value = getattr(item, name)
        if isinstance(value, tuple):
            value = tuple(dict.fromkeys(kept_for.get(ref, ref) for ref in value))
        elif value in kept_for:
            value = kept_for[value]
        if value != getattr(item, name):
            update[name] = value
    return item.model_copy(update=update)
