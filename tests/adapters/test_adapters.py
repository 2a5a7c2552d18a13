"""The adapters that come with the package, held to the one contract: over real HTTP and over real files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from skolemiljo.adapters.connect import case_adapter, cycle_adapter, names
from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.running import start
from skolemiljo.adapters.workbook import Workbook
from skolemiljo.adapters.workbook.writing import Content, content_of, csv_files, workbook
from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.school import School
from skolemiljo.settings import Settings, load_settings
from skolemiljo.testing import CaseAdapterContract, CycleAdapterContract
from skolemiljo.testing.adapters import FUTURE


@cache
def municipality() -> Municipality:
    return Municipality(seed=3, schools=3, cases=24)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return {case["id"]: case for case in municipality().cases()}


@pytest.fixture(scope="module")
def facts() -> list[dict[str, Any]]:
    return list(municipality().cycle_facts())


@pytest.fixture
def over_http() -> Iterator[Settings]:
    with start(municipality()) as mock:
        known = mock.mock.credentials
        common = {
            "token_url": mock.token_url,
            "client_id": known.client_id,
            "tenant_id": known.tenant_id,
            "page_size": 5,
        }
        plain = load_settings()
        yield plain.model_copy(
            update={
                "source": "sikker_sak",
                "cycle": "annual_cycle",
                "client_secret": SecretStr(known.client_secret),
                "sikker_sak": plain.sikker_sak.model_copy(update={**common, "base_url": mock.sikker_sak_url}),
                "annual_cycle": plain.annual_cycle.model_copy(update={**common, "base_url": mock.annual_cycle_url}),
            }
        )


class TestSikkerSak(CaseAdapterContract):
    @pytest.fixture
    def adapter(self, over_http: Settings) -> Any:
        return case_adapter(over_http)

    def test_every_label_is_mapped_and_no_name_comes_in(self, adapter: Any) -> None:
        for school in adapter.schools():
            for case in adapter.changed_cases(school.organisation_number, None):
                assert case.source_label if hasattr(case, "source_label") else True
        assert set(adapter.labels.unmapped) <= {"Trivselsskjema 5.–7. trinn"}
        assert not adapter.context.unknown_fields


class TestAnnualCycle(CycleAdapterContract):
    @pytest.fixture
    def adapter(self, over_http: Settings) -> Any:
        return cycle_adapter(over_http)


class _GivesAll(CaseAdapterContract):
    """Nothing in a file tells when a case was changed: all is given each night."""

    exempt: ClassVar = {"test_a_cursor_in_the_future_gives_nothing": "no time of a file tells what is new in it"}

    def test_every_case_is_given_whatever_the_cursor(self, adapter: Any, truth: dict[str, Any]) -> None:
        given = [case for s in adapter.schools() for case in adapter.changed_cases(s.organisation_number, FUTURE)]
        assert {case.id for case in given} == truth.keys()


class TestFolder(_GivesAll):
    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Any:
        municipality().write_folder(tmp_path)
        return Folder(tmp_path)


class TestFolderCycle(CycleAdapterContract):
    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Any:
        municipality().write_folder(tmp_path)
        return Folder(tmp_path)


@cache
def sheets() -> Content:
    town = municipality()
    return content_of(
        map(Case.model_validate, town.cases()),
        map(School.model_validate, town.schools()),
        (entry for facts in town.cycle_facts() for entry in CycleFacts.model_validate(facts).entries),
        language="nn",
    )


@cache
def book() -> bytes:
    return workbook(sheets())


class TestWorkbook(_GivesAll):
    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Any:
        (tmp_path / "saker.xlsx").write_bytes(book())
        return Workbook(tmp_path / "saker.xlsx")


class TestFolderOfSheets(TestWorkbook):
    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Any:
        (tmp_path / "ark").mkdir()
        for name, data in csv_files(sheets()):
            (tmp_path / "ark" / name).write_bytes(data)
        return Workbook(tmp_path / "ark")


class TestWorkbookCycle(CycleAdapterContract):
    @pytest.fixture
    def facts(self) -> list[dict[str, Any]]:
        """A sheet has no way to say that the whole year is hidden: without a row it is not known at all."""
        return [facts for facts in municipality().cycle_facts() if facts.get("entries")]

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Any:
        (tmp_path / "saker.xlsx").write_bytes(book())
        return Workbook(tmp_path / "saker.xlsx")


def test_adapters_are_found_by_their_entry_points() -> None:
    assert {"sikker_sak", "annual_cycle", "folder", "workbook"} <= set(names())
    with pytest.raises(SettingsError, match="sikker_sak"):
        case_adapter(load_settings().model_copy(update={"source": "finnes-ikke"}))
