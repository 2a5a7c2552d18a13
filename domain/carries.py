"""What a source can ever deliver: the fields and the kinds of log entry that it lacks are unknown, and never missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from gettext import gettext as _

from .case import Case
from .errors import SettingsError
from .facts import paths
from .log import LogKind


@dataclass(frozen=True, slots=True)
class Carries:
    """What one source can ever deliver, told by what it lacks: ``notices.read_at``, ``log:pupil_told`` (a kind of entry).

    A fact that cannot come about in a source (nothing is ever deleted there) is carried: that none is told, is the truth.
    """

    lacks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, carries: Iterable[str] | None = None, lacks: Iterable[str] = ()) -> Carries:
        """All that is in ``carries`` (a list carries its fields; ``None``: everything) but what is in ``lacks``.

        Where ``carries`` names no kind of entry, all kinds come. Raises SettingsError on a name that the case format has not.
        """
        carried, lacking = None if carries is None else tuple(carries), set(lacks)
        for path in (*(carried or ()), *lacking):
            if path not in known():
                near = ", ".join(get_close_matches(path, known(), n=2, cutoff=0))
                raise SettingsError(
                    _("carries: {path} er ikke i saksformatet. Mente du {near}?").format(path=path, near=near)
                )
        if carried is not None:
            kinds = {path for path in carried if ":" in path}
            lacking |= {path for path in known() if ":" in path and path not in kinds} if kinds else set()
            lacking |= {path for path in paths() if path not in _NOT_FACTS and not _within(path, carried)}
        return cls(frozenset(path for path in lacking if not any(path.startswith(f"{above}.") for above in lacking)))

    def marked(self, case: Case) -> Case:
        """``case``, which knows what its source lacks."""
        return case.model_copy(update={"not_carried": case.not_carried | self.lacks}) if self.lacks else case


EVERYTHING = Carries()
_NOT_FACTS = frozenset({"id", "school", "hidden", "unreadable", "not_carried", "etag", "modified_at"})


@cache
def known() -> tuple[str, ...]:
    """Every path that may be named: the fields of the case format, and the kinds of log entry."""
    return (*(path for path in paths() if path not in _NOT_FACTS), *(f"log:{kind}" for kind in LogKind))


def _within(path: str, carried: Iterable[str]) -> bool:
    """Whether ``path`` is carried, lies in something that is, or holds something that is."""
    plain = [one.partition(":")[0] if ":" in one else one for one in carried]
    whole = [one for one in carried if ":" not in one]
    return any(path == one or path.startswith(f"{one}.") for one in whole) or any(
        one == path or one.startswith(f"{path}.") for one in plain
    )
