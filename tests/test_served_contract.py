"""Our contracts served by ``prism``, which knows nothing of us: what they promise as whole examples, our connectors read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from skolemiljo.adapters.connect import case_adapter, cycle_adapter
from skolemiljo.adapters.sikker_sak.wire import Labels, case_from_wire
from skolemiljo.domain.base import ReadingContext
from skolemiljo.settings import Settings, load_settings
from skolemiljo.testing.adapters import CaseAdapterContract, CycleAdapterContract

from .test_conformance import free_port, prism, up

SYSTEMS = ("sikker_sak", "annual_cycle")
_WRITES = "an example stands still: nothing is written in it"
_STILL = "an example stands still: it is the answer to every question"


@cache
def contract(system: str) -> dict[str, Any]:
    root = Path(__file__).resolve().parents[1]
    whole: dict[str, Any] = yaml.safe_load((root / "adapters" / system / "contract.openapi.yaml").read_text("utf-8"))
    return whole


def answers(system: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is answered where all is well to each question that writes nothing: its path, its schema and its example."""
    for path, methods in contract(system)["paths"].items():
        for method, operation in methods.items():
            if method != "put":
                yield path, operation["responses"]["200"]["content"]["application/json"]


def example(system: str, path: str) -> Any:
    return dict(answers(system))[path]["example"]


@pytest.mark.parametrize(("system", "path"), [(system, path) for system in SYSTEMS for path, _ in answers(system)])
def test_each_answer_has_a_whole_example_that_keeps_the_contract(system: str, path: str) -> None:
    answer = dict(answers(system))[path]
    Draft202012Validator({**answer["schema"], "components": contract(system)["components"]}).validate(answer["example"])


@contextmanager
def served(system: str, folder: Path) -> Iterator[Settings]:
    """Settings that lead to ``prism``, which serves the contract."""
    (folder / "contract.json").write_text(json.dumps(contract(system), default=str), "utf-8")
    port = free_port()
    process: subprocess.Popen[str] = prism("mock", str(folder / "contract.json"), "-p", str(port), "--errors")
    here = {
        "base_url": f"http://127.0.0.1:{port}",
        "token_url": f"http://127.0.0.1:{port}/connect/token",
        "client_id": "eksempel",
        "tenant_id": "00000000-0000-4000-8000-000000009901",
    }
    plain = load_settings()
    section = getattr(plain, system).model_copy(update=here)
    names = {"source": system} if system == "sikker_sak" else {"cycle": system}
    try:
        up(port, process)
        yield plain.model_copy(update={**names, system: section, "client_secret": SecretStr("eksempel-hemmelighet")})
    finally:
        process.kill()
        process.wait()


@pytest.mark.node
class TestCasesAsServed(CaseAdapterContract):
    exempt: ClassVar = {
        "test_a_cursor_in_the_future_gives_nothing": _STILL,
        "test_a_case_that_is_not_there_says_so": _STILL,
        "test_a_record_is_read_back_as_it_was_written": _WRITES,
        "test_a_later_record_takes_the_place_of_an_earlier_one": _WRITES,
        "test_a_case_changed_since_it_was_read_is_a_conflict": _WRITES,
    }

    @pytest.fixture(scope="class")
    @classmethod
    def adapter(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
        with served("sikker_sak", tmp_path_factory.mktemp("prism")) as settings:
            yield case_adapter(settings)

    @pytest.fixture(scope="class")
    @classmethod
    def truth(cls) -> dict[str, Any]:
        raw = example("sikker_sak", "/v1/cases/{caseNumber}")
        case = case_from_wire(raw, Labels(), ReadingContext(), None, None)
        return {case.id: json.loads(case.model_dump_json())}

    def test_the_record_in_the_example_is_one(self, adapter: Any, truth: dict[str, Any]) -> None:
        (case_id,) = truth
        assert adapter.read(case_id).flags


@pytest.mark.node
class TestCycleAsServed(CycleAdapterContract):
    exempt: ClassVar = {
        "test_a_year_nobody_knows_is_told_apart_from_an_empty_one": _STILL,
        "test_a_status_is_read_back_as_it_was_written": _WRITES,
    }

    @pytest.fixture(scope="class")
    @classmethod
    def adapter(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
        with served("annual_cycle", tmp_path_factory.mktemp("prism")) as settings:
            yield cycle_adapter(settings)

    @pytest.fixture(scope="class")
    @classmethod
    def facts(cls) -> list[dict[str, Any]]:
        raw = example("annual_cycle", "/v1/cycles/{owner}/{schoolYear}/entries")
        first = raw["items"][0]
        return [{"school": first["school"], "school_year": first["schoolYear"], "entries": raw["items"]}]

    def test_the_status_in_the_example_is_one(self, adapter: Any, facts: list[dict[str, Any]]) -> None:
        assert adapter.read_status(facts[0]["school"], facts[0]["school_year"]).items
