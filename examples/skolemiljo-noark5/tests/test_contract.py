"""The contract that every adapter keeps, and what an archive can and cannot show."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from skolemiljo_noark5 import NOT_THERE, Noark5, Noark5Section

from skolemiljo.api import Verdict, assess
from skolemiljo.api.adapters import Fatal
from skolemiljo.testing import CaseAdapterContract

SCHOOLS = {"Bakken skole": "310000019", "Elvheim skole": "310000027"}
EXTRACT = Path(__file__).with_name("arkivstruktur.xml")


def section(**changes: Any) -> Noark5Section:
    """Settings as the municipality has written them, but for ``changes``."""
    written = {
        "archive_part": "Skolemiljø",
        "schools": SCHOOLS,
        "kinds": {"møte med hjemmet": "home_meeting"},
        "notices": {"bekymringsmelding fra foresatt": "guardian"},
    }
    return Noark5Section(**{**written, **changes})


class TestNoark5(CaseAdapterContract):
    """An extract is all that there is each time: a method that asks what is new in it does not apply."""

    exempt: ClassVar[Mapping[str, str]] = {
        "test_a_cursor_in_the_future_gives_nothing": "an extract does not tell when a folder was changed",
    }

    @pytest.fixture
    def truth(self) -> dict[str, Any]:
        one = {
            "id": "2026/117",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T10:20:00+01:00"}],
            "notices": [
                {
                    "id": "r-1",
                    "source": "guardian",
                    "happened_at": "2026-03-09T08:00:00+01:00",
                    "registered_at": "2026-03-09T10:25:00+01:00",
                }
            ],
            "log": [
                {
                    "id": "r-2",
                    "kind": "home_meeting",
                    "happened_at": "2026-03-10",
                    "registered_at": "2026-03-10T14:00:00+01:00",
                },
                {
                    "id": "r-3",
                    "kind": "unlabelled",
                    "happened_at": "2026-03-11",
                    "registered_at": "2026-03-11T09:00:00+01:00",
                },
            ],
            "hidden": list(NOT_THERE),
        }
        two = {
            "id": "2025/88",
            "school": "310000027",
            "status_history": [
                {"status": "open", "at": "2025-10-01T09:00:00+02:00"},
                {"status": "closed", "at": "2026-01-15T12:00:00+01:00"},
            ],
            "hidden": list(NOT_THERE),
        }
        return {case["id"]: case for case in (one, two)}

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Noark5:
        shutil.copy(EXTRACT, tmp_path)
        return Noark5(tmp_path / EXTRACT.name, section())

    def test_nothing_is_in_order_that_an_archive_can_not_show(self, adapter: Noark5) -> None:
        findings = assess(adapter.case("2026/117"), as_of=datetime(2026, 4, 1, tzinfo=UTC)).findings
        assert Verdict.DEVIATION not in {finding.verdict for finding in findings}
        assert sum(finding.verdict is Verdict.UNKNOWN for finding in findings) > len(findings) / 2

    def test_no_name_of_the_archive_comes_in(self, adapter: Noark5) -> None:
        assert "MARKERT" not in repr([adapter.case("2026/117"), *adapter.schools()])

    def test_a_folder_of_an_unknown_unit_is_named_at_every_school(self, adapter: Noark5) -> None:
        adapter = Noark5(adapter._path, section(schools={"Bakken skole": "310000019"}))
        items = list(adapter.changed_cases("310000019", None))
        assert [getattr(item, "case", None) for item in items if not hasattr(item, "log")] == ["2025/88"]

    def test_an_extract_that_is_cut_is_no_empty_archive(self, tmp_path: Path) -> None:
        half = tmp_path / EXTRACT.name
        half.write_bytes(EXTRACT.read_bytes()[:1500])
        with pytest.raises(Fatal):
            list(Noark5(half, section()).changed_cases("310000019", None))
