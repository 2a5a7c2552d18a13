"""What a rule needs to see: needs.toml, read by all that must know what is missing (hidden, unreadable, undated, not carried)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from ..domain.case import and_above
from ..domain.facts import Mark, kind_marks, marked, marks
from ..domain.log import LogEntry, LogKind, Recorded
from ..domain.toml import read_toml

_ASKED: Mapping[str, Mapping[str, list[str]]] = read_toml((files(__package__) / "asked_of_all.toml").read_text("utf-8"))
_ALWAYS = _ASKED["always"]


@dataclass(frozen=True)
class Needs:
    """What one rule looks at, as paths: ``notices.read_at``, ``log:pupil_told`` (a kind of entry), ``log:pupil_told.author``.

    A list alone (``log``) is an entry of any kind; ``log.author`` is the field of any of them.
    """

    rows: frozenset[str] = frozenset()
    decided_by: frozenset[str] = frozenset()
    """Paths without which even the rule's silence («ikke aktuelt») shows nothing, beside every occasion among the rows."""
    settles: frozenset[str] = frozenset()
    """Paths that it reads as well, and where it says itself what it can't say without them."""
    whether_any: frozenset[str] = frozenset()
    """Lists of which it asks only whether anything is there, and whom it names."""

    @classmethod
    def of(
        cls,
        *rows: str,
        decided_by: Iterable[str] = (),
        settles: Iterable[str] = (),
        whether_any: Iterable[str] = (),
    ) -> Needs:
        """Those paths, with what is always asked of the lists they stand in."""
        wanted, any_of = set(rows) | {list_of(row) for row in rows}, set(whether_any)
        if "pupils" in wanted:  # a pupil whom only a notice names is in the case too
            any_of |= {"notices"} - wanted
            wanted.add("notices.pupils")
        wanted |= {f"{name}.{part}" for name in (wanted | any_of) & _ALWAYS.keys() for part in _ALWAYS[name]}
        return cls(frozenset(wanted), frozenset(decided_by), frozenset(settles), frozenset(any_of))

    @cached_property
    def fields(self) -> frozenset[str]:
        """The rows as the case format has them, of whatever kind, but what is in a list that the rule settles itself."""
        return frozenset(without_kind(row) for row in self.rows if list_of(row) not in self.settles)

    @cached_property
    def lists(self) -> frozenset[str]:
        """``log``, ``notices`` …: what it needs something of."""
        return frozenset(list_of(row) for row in self.fields) | self.whether_any

    @property
    def always(self) -> frozenset[str]:
        """The rows that are asked of everything in a list, whatever the rule."""
        return frozenset(f"{name}.{part}" for name, parts in _ALWAYS.items() for part in parts) | {"notices.pupils"}

    @cached_property
    def kinds(self) -> frozenset[LogKind]:
        """The kinds of entry that it asks for: those it names; all where it names none and looks in the log."""
        named = frozenset(kind for row in self.rows if (kind := kind_of(row)) is not None)
        return named or frozenset(LogKind if "log" in self.rows else ())

    @cached_property
    def occasions(self) -> tuple[str, ...]:
        """What decides whether it has anything to say: where it can't be seen, that the rule is silent shows nothing."""
        return tuple(sorted(self.fields & what_decides()))

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """All without which it can't even be silent: its lists, its occasions, and what it names itself."""
        decided_by = (path for path in sorted(self.decided_by) if kind_of(path) is None)
        return (*sorted(self.lists), *self.occasions, *decided_by)

    @cached_property
    def deciding_or_above(self) -> frozenset[str]:
        """Where anything at all can be hidden that it can't be silent without, but for parts of its occasions."""
        return frozenset(path for need in self.deciding for path in and_above(need))

    @cached_property
    def _parts(self) -> tuple[tuple[LogKind | None, str], ...]:
        """The rows that are fields, with the kind of entry they are of (``None`` = any)."""
        return tuple((kind_of(row), without_kind(row)) for row in self.rows if "." in row)

    def may_begin_with(self, path: str) -> bool:
        """Whether an entry of the kind at ``path`` can be what a duty begins with: without the kind, that duty is not seen."""
        kind = kind_of(path)
        return kind in self.kinds and (kind_marks()[kind] is not Mark.PROOF or path in self.decided_by)

    def touches(self, path: str) -> bool:
        """Whether what the rule says can hang on what stands at ``path`` (or ``log:kind``, ``log:kind.field``)."""
        kind, there, where = kind_of(path), without_kind(path), list_of(path)
        if kind is not None and kind not in self.kinds:
            return False
        if where in self.settles:
            history = where in map(list_of, self.rows) and any(
                there == f"{where}.{part}" for part in _ASKED["paths"]["history"]
            )
            return history or path == f"{where}:{kind}"
        if where not in self.lists:
            return False
        if there == "log":
            return True
        below, fields = f"{there}.", [one for of, one in self._parts if kind is None or of is None or of is kind]
        return any([f"{one}.".startswith(below) or below.startswith(f"{one}.") for one in fields])

    def hangs_on(self, path: str) -> bool:
        """Whether anything of what the rule says, its silence too, can hang on what stands at ``path``."""
        if self.touches(path) or any(f"{one}.".startswith(f"{path}.") for one in self.deciding):
            return True
        return any(path.startswith(f"{one}.") for one in self.occasions)

    def settles_without(self, path: str) -> bool:
        """Whether the rule says itself what it can't say without ``path``."""
        of = without_kind(path)
        return any(f"{one}.".startswith(f"{of}.") or of.startswith(f"{one}.") for one in self.settles)

    def asks_for(self, item: Recorded, where: str) -> bool:
        """Whether the rule looks at ``item``, which stands in the list ``where``, to say anything or to settle it."""
        if isinstance(item, LogEntry):
            return item.kind in self.kinds
        return where in self.rows


def can_only_prove(path: str) -> bool:
    """Whether what stands at ``path`` can do no more than show that a duty is met: then what is in order without it, is so with it.

    That is the second law of verdicts (less proof is never calmer), read the other way.
    """
    kind = kind_of(path)
    if kind is not None and kind_marks()[kind] is not Mark.PROOF:
        return False
    field = without_kind(path)
    below = [mark for one, mark in marks().items() if one.startswith(f"{field}.")]
    if kind is not None and "." not in path:
        return True
    if field in _ASKED["paths"]["narrows"]:
        return False
    return (
        all(mark is Mark.PROOF for mark in (marks().get(field, Mark.OCCASION), *below)) and field not in what_decides()
    )


NOTHING = Needs()


@cache
def what_decides() -> frozenset[str]:
    """The fields that set a duty off or say whom it is owed to."""
    return frozenset(_ASKED["paths"]["both"]) | {path for path in marked(Mark.OCCASION) if "." in path}


_KINDS = {str(kind): kind for kind in LogKind}


def kind_of(path: str) -> LogKind | None:
    """The kind of entry that ``path`` is about; ``None`` = it is about no kind alone."""
    name = path.partition(".")[0].partition(":")[2]
    return _KINDS.get(name)


def without_kind(path: str) -> str:
    """``log.author`` for ``log:pupil_told.author``."""
    first, dot, rest = path.partition(".")
    return f"{first.partition(':')[0]}{dot}{rest}"


def list_of(path: str) -> str:
    """``log`` for ``log:pupil_told.author``."""
    return path.partition(".")[0].partition(":")[0]


@cache
def needs() -> Mapping[str, Needs]:
    """Code of a rule → what it needs. A rule that is not there needs nothing."""
    tables = read_toml((files(__package__) / "needs.toml").read_text("utf-8"))
    return {code: _read(table) for codes, table in tables.items() for code in codes.split(",")}


def _read(table: Mapping[str, list[str]]) -> Needs:
    beside = {name: table.get(name, ()) for name in ("decided_by", "settles", "whether_any")}
    rows = [path for names, parts in table.items() if names not in beside for path in _rows(names, parts)]
    return Needs.of(*rows, **beside)


def _rows(names: str, parts: list[str]) -> list[str]:
    """``log:analysis,observation`` = ["author"] is the field of each of these kinds."""
    where, colon, kinds = names.partition(":")
    lists = [f"{where}:{kind}" for kind in kinds.split(",")] if colon else [where]
    return [*lists, *(f"{one}.{part}" for one in lists for part in parts)]
