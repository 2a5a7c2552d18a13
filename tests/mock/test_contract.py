"""The mock answers as the two assumed contracts say, whatever is asked: schemathesis, always the same few examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.running import RunningMock, start

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"
load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "missing_required_header",
    )
]
FEW = hypothesis.settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
KNOWN = {"school": "310000019", "caseNumber": "SM-2026-0001", "owner": "310000019", "schoolYear": "2026-2027"}

# The contracts do not forbid parameters that they do not name.
CONFIG = schemathesis.Config.from_dict({"generation": {"allow-extra-parameters": False}})
sikker_sak = schemathesis.openapi.from_path(ADAPTERS / "sikker_sak" / "contract.openapi.yaml", config=CONFIG)
annual_cycle = schemathesis.openapi.from_path(ADAPTERS / "annual_cycle" / "contract.openapi.yaml", config=CONFIG)


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with start(Municipality(cases=30), as_of=AS_OF) as running:
        yield running


@pytest.fixture(scope="module")
def token(mock: RunningMock) -> str:
    known = mock.mock.credentials
    form = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "tenant_id": known.tenant_id,
        "scope": "all",
    }
    return str(requests.post(mock.token_url, data=form, timeout=10).json()["access_token"])


def try_it(case: Any, base_url: str, token: str) -> Any:
    return case.call_and_validate(
        base_url=base_url, headers={"Authorization": f"Bearer {token}"}, checks=CHECKED, timeout=20
    )


@sikker_sak.parametrize()
@FEW
def test_sikker_sak_as_generated(case: schemathesis.Case[Any], mock: RunningMock, token: str) -> None:
    try_it(case, mock.sikker_sak_url, token)


@annual_cycle.parametrize()
@FEW
def test_the_annual_cycle_as_generated(case: schemathesis.Case[Any], mock: RunningMock, token: str) -> None:
    try_it(case, mock.annual_cycle_url, token)


@sikker_sak.include(path_regex=r"\{").parametrize()
@FEW
def test_sikker_sak_about_what_is_there(case: schemathesis.Case[Any], mock: RunningMock, token: str) -> None:
    case.path_parameters.update({name: KNOWN[name] for name in case.path_parameters})
    try_it(case, mock.sikker_sak_url, token)


@annual_cycle.include(path_regex=r"\{").parametrize()
@FEW
def test_the_annual_cycle_about_what_is_there(case: schemathesis.Case[Any], mock: RunningMock, token: str) -> None:
    case.path_parameters.update({name: KNOWN[name] for name in case.path_parameters})
    try_it(case, mock.annual_cycle_url, token)


@hypothesis.given(
    case=sikker_sak["/v1/cases/{caseNumber}/compliance"]["PUT"].as_strategy(
        generation_mode=schemathesis.GenerationMode.POSITIVE
    )
)
@FEW
def test_a_right_record_is_stored_and_read_back(case: schemathesis.Case[Any], mock: RunningMock, token: str) -> None:
    case.path_parameters.update(caseNumber=KNOWN["caseNumber"])
    case.headers.pop("If-Match", None)
    assert isinstance(case.body, dict)
    case.body = {**case.body, "caseNumber": KNOWN["caseNumber"]}
    mock.mock.state.replies.clear()  # the same key may come with another body
    stored = try_it(case, mock.sikker_sak_url, token)
    assert stored.status_code == 200
    answer = requests.get(
        f"{mock.sikker_sak_url}/v1/cases/{KNOWN['caseNumber']}/compliance",
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    assert answer.json() == case.body
