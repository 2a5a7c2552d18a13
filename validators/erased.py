"""What set a duty off and has since been deleted: it shows nothing any more, and its duty is asked about instead of forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from ..domain.log import Recorded
from ..domain.verdict import Outcome, scope_of
from .judge import Judge
from .known import KnownCase

R = TypeVar("R", bound=Recorded)
_WHERE_IT_WAS_WRITTEN = {"id", "registered_at", "author", "deleted_at", "edits", "duplicate_of"}


def erased(case: KnownCase, items: Iterable[R], standing: Sequence[R]) -> list[R]:
    """Those of ``items`` that stood in the case once and are deleted; not what was entered twice and still stands once."""
    return [
        item
        for item in items
        if item.deleted_at is not None
        and item.deleted_at.known_at(case.as_of)
        and item.model_copy(update={"deleted_at": None}).known_at(case.as_of)
        and not any(_repeats(item, other) for other in standing)
    ]


def _repeats(item: Recorded, other: Recorded) -> bool:
    """Whether ``item`` says no more than ``other`` does: by its own word, or in every field but who wrote it down and when."""
    if item.duplicate_of == other.id:
        return True
    same_time = item.happened_at is not None and item.happened_at == other.happened_at
    return same_time and item.model_dump(exclude=_WHERE_IT_WAS_WRITTEN) == other.model_dump(
        exclude=_WHERE_IT_WAS_WRITTEN
    )


def ask_why(judge: Judge, kind: str, items: Iterable[Recorded]) -> Iterator[Outcome]:
    """A question of each of ``items``; ``kind`` names it in the scope (``notice``)."""
    for item in items:
        yield judge.review(scope_of(**{kind: item.id}), "deleted", item, event=item.at)
