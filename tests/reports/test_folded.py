"""Of many cases no more is kept than can be told: folded until it is told, and the same when it is."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.commands import assessing
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.verdict import Finding
from skolemiljo.reports import render
from skolemiljo.reports.folded import Anew, Folded
from skolemiljo.reports.items import Act


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    Municipality(schools=1, cases=24).write_folder(folder)
    (folder / "settings.toml").write_text('[folder]\npath = "."\n', "utf-8")
    return folder


def _findings() -> int:
    return sum(type(thing) is Finding for thing in gc.get_objects())


def test_no_finding_of_a_case_is_kept_until_it_is_told_and_the_report_is_the_same(folder: Path) -> None:
    files = assessing.Files((folder / "cases",), AS_OF, "nb")
    gc.collect()
    before = _findings()
    report, _ = assessing.for_files(Workplace(folder / "settings.toml"), files, "text")
    assert _findings() == before
    told = render(report, "text"), render(report, "text", width=80), render(report, "html")
    assert _findings() == before
    opened = tuple(replace(block, acts=tuple(block.acts), in_order=tuple(block.in_order)) for block in report.cases)
    whole = replace(report, cases=opened, items=tuple(report.items))
    assert sum(len(block.acts) for block in opened) > 40
    assert (render(whole, "text"), render(whole, "text", width=80), render(whole, "html")) == told
    wanted = json.loads(str(render(assessing.for_files(Workplace(folder / "settings.toml"), files, "json")[0], "json")))
    counts = {block.case: block.counts for block in report.cases}
    for case in wanted["cases"]:
        assert {group.value: number for group, number in counts[case["case"]].items() if number} == {
            name: case[name] for name in ("deviation", "due", "review", "unknown", "accepted", "met") if case[name]
        }


def test_what_is_folded_is_equal_to_what_it_was_and_takes_a_tenth_of_the_room(folder: Path) -> None:
    files = assessing.Files((folder / "cases",), AS_OF, "nb")
    report, _ = assessing.for_files(Workplace(folder / "settings.toml"), files)
    acts: list[Act] = [act for block in report.cases for act in block.acts]
    folded = Folded(acts)
    assert list(folded) == acts
    assert (len(folded), folded[-1], folded[1:3]) == (len(acts), acts[-1], tuple(acts[1:3]))
    assert list(Folded(())) == []
    assert not Folded(())


def test_what_is_told_anew_is_asked_for_each_time_and_its_truth_by_the_first_alone() -> None:
    asked: list[int] = []

    def tell() -> list[int]:
        asked.append(1)
        return [1, 2]

    told = Anew(tell)
    assert asked == []
    assert (*told,) == (*told,) == (1, 2)
    assert len(asked) == 2
    assert told
    assert not Anew(list)
