"""Every field of the case format is marked once: a new field can't be added without saying what it is to a duty."""

from __future__ import annotations

from collections import Counter

from skolemiljo.domain.facts import _facts, kind_marks, marks, paths
from skolemiljo.domain.log import LogKind


def test_every_field_path_is_marked_once() -> None:
    written = Counter(
        name if place == "case" else f"{place}.{name}"
        for place, table in _facts()["fields"].items()
        for names in table.values()
        for name in names
    )
    assert [path for path, number in written.items() if number > 1] == []
    assert sorted(written) == sorted(paths())
    assert marks().keys() == written.keys()


def test_every_kind_of_log_entry_is_marked_once() -> None:
    written = Counter(name for names in _facts()["kinds"].values() for name in names)
    assert written == Counter(str(kind) for kind in LogKind)
    assert kind_marks().keys() == set(LogKind)
