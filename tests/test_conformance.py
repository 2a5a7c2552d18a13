"""Does a system keep the contract that we assumed? Ours does; what differs is told by place and kind, and never by value."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
import yaml
from click.testing import CliRunner
from fastapi import FastAPI, Request, Response

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.running import RunningMock, start
from skolemiljo.cli import main
from skolemiljo.commands.conformance import Conformance, text

MARK = "MARKERTNAVN"


@pytest.fixture
def mock() -> Iterator[RunningMock]:
    with start(Municipality(seed=3, schools=2, cases=12)) as running:
        yield running


def settings_for(mock: RunningMock, folder: Path) -> Path:
    known = mock.mock.credentials
    file = folder / "settings.toml"
    common = f'token_url = "{mock.token_url}"\nclient_id = "{known.client_id}"\ntenant_id = "{known.tenant_id}"\n'
    file.write_text(
        f'client_secret = "{known.client_secret}"\n'
        f'[sikker_sak]\nbase_url = "{mock.sikker_sak_url}"\n{common}'
        f'[annual_cycle]\nbase_url = "{mock.annual_cycle_url}"\n{common}',
        "utf-8",
    )
    file.chmod(0o600)
    return file


def conformance(settings: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(main, ["--settings", str(settings), "conformance", "--format", "json", *arguments])
    assert done.exit_code in (0, 1, 3), done.output
    return done.exit_code, json.loads(done.stdout)


def differs(told: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["place"], one["what"]) for one in told["differs"]}


@pytest.mark.parametrize("system", ["sikker_sak", "annual_cycle"])
def test_the_mock_keeps_the_contract(mock: RunningMock, tmp_path: Path, system: str) -> None:
    code, told = conformance(settings_for(mock, tmp_path), "--system", system)
    assert (told["differs"], told["not_asked"]) == ([], [])
    assert told["asked"]
    assert code == (1 if told["unknown_places"] else 0)
    # The mock has names where real people have them, outside the contract: that no name is wanted is what is tested with them.
    assert {place.rpartition(".")[2] for place in told["unknown_places"]} <= {"name"}


def test_nothing_is_written(mock: RunningMock, tmp_path: Path) -> None:
    conformance(settings_for(mock, tmp_path))
    conformance(settings_for(mock, tmp_path), "--system", "annual_cycle")
    assert mock.mock.state.records == {}


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """``app`` over real HTTP; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def changed(mock: RunningMock, change: Callable[[Any, str], Any]) -> FastAPI:
    """A vendor between us and the mock who answers a little otherwise."""
    app = FastAPI()

    @app.get("/{path:path}")
    def forward(path: str, request: Request) -> Response:
        answer = requests.get(
            f"{mock.sikker_sak_url}/{path}",
            params=dict(request.query_params),
            headers={"Authorization": request.headers["authorization"]},
            timeout=30,
        )
        body = change(answer.json(), path) if answer.content else None
        headers = {"ETag": answer.headers["ETag"]} if "ETag" in answer.headers else {}
        return Response(json.dumps(body), answer.status_code, headers, "application/json")

    return app


def all_cases(body: Any, path: str) -> list[dict[str, Any]]:
    if path.endswith("/cases"):
        return list(body["items"])
    return [body] if "/cases/" in path and not path.endswith("compliance") and "caseNumber" in body else []


def without_a_field(body: Any, path: str) -> Any:
    for case in all_cases(body, path):
        case.pop("statusHistory")
    return body


def of_another_type(body: Any, path: str) -> Any:
    for case in all_cases(body, path):
        case["caseNumber"] = 17
    return body


def with_an_unknown_word(body: Any, path: str) -> Any:
    for case in all_cases(body, path):
        case["statusHistory"][0]["status"] = MARK
    return body


def with_fields_of_its_own(body: Any, path: str) -> Any:
    for case in all_cases(body, path):
        case["saksbehandler"] = MARK
        case[f"{MARK} 010190 12345"] = 1
    return body


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (without_a_field, "", "mangler statusHistory"),
        (of_another_type, "caseNumber", "skal være string, er integer"),
        (with_an_unknown_word, "statusHistory[].status", "verdien er ikke en av dem kontrakten har"),
    ],
)
def test_what_differs_is_told_by_place_and_kind(
    mock: RunningMock, tmp_path: Path, change: Callable[[Any, str], Any], place: str, words: str
) -> None:
    with served(changed(mock, change)) as url:
        code, told = conformance(settings_for(mock, tmp_path), url)
    assert code == 1 or told["not_asked"]
    found = {(where.removeprefix("items[]").lstrip("."), what) for where, what in differs(told)}
    assert (place, words) in found
    assert MARK not in json.dumps(told)


def test_fields_of_its_own_are_named_where_a_name_can_be_told(mock: RunningMock, tmp_path: Path) -> None:
    with served(changed(mock, with_fields_of_its_own)) as url:
        _, told = conformance(settings_for(mock, tmp_path), url)
    assert "/v1/cases/{caseNumber} saksbehandler" in told["unknown_places"]
    assert "/v1/cases/{caseNumber} *" in told["unknown_places"]
    assert MARK not in json.dumps(told)


def test_a_system_that_does_not_follow_what_it_is_asked_is_found_out(mock: RunningMock, tmp_path: Path) -> None:
    def everything(body: Any, path: str) -> Any:
        if path.endswith("/cases"):
            body["items"] = body["items"] * 2
            body["totalCount"] += 1
        return body

    with served(changed(mock, everything)) as url:
        _, told = conformance(settings_for(mock, tmp_path), url)
    words = {what for _, what in differs(told)}
    assert {"pageSize blir ikke fulgt", "totalCount er et annet enn for saker"} <= words


def test_a_system_that_can_not_be_asked_is_no_system_that_agrees(tmp_path: Path, mock: RunningMock) -> None:
    settings = settings_for(mock, tmp_path)
    code, told = conformance(settings, "http://127.0.0.1:1/")
    assert code == 3
    assert told["not_asked"]


# --- prism, which knows nothing of us ---------------------------------------------------------------------------------


def prism(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(["prism", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def up(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        time.sleep(0.1)
    raise AssertionError("prism did not start")


@pytest.mark.node
@pytest.mark.parametrize("system", ["sikker_sak", "annual_cycle"])
def test_prism_between_us_and_the_mock_finds_no_fault_in_either(
    mock: RunningMock, tmp_path: Path, root: Path, system: str
) -> None:
    """It holds our requests against the contract, and the mock's answers: an error of either is an answer with 4xx or 5xx."""
    port = free_port()
    contract = yaml.safe_load((root / "adapters" / system / "contract.openapi.yaml").read_text("utf-8"))
    (tmp_path / "contract.json").write_text(json.dumps(contract, default=str), "utf-8")
    to = mock.sikker_sak_url if system == "sikker_sak" else mock.annual_cycle_url
    process = prism("proxy", str(tmp_path / "contract.json"), to, "-p", str(port), "--errors")
    try:
        up(port, process)
        code, told = conformance(settings_for(mock, tmp_path), f"http://127.0.0.1:{port}/", "--system", system)
    finally:
        process.kill()
        process.wait()
    assert (told["differs"], told["not_asked"]) == ([], [])
    assert code in (0, 1)


def test_the_report_names_what_holds_others_once_one_case_and_a_list_as_one_and_a_name_in_many_objects_on_one_line() -> (
    None
):
    told = Conformance("sikker_sak")
    objects = ("severity[].by", "logs[].author")
    for before in ("/v1/cases/{caseNumber} ", "/v1/schools/{school}/cases items[]."):
        told.never_seen += [f"{before}{one}.actsFor" for one in objects]
        told.never_seen += [f"{before}{one}" for one in ("incidents", "incidents[].level", "incidents[].by.role")]
    told.never_seen += ["/v1/schools/{school}/cases items[].id", "/v1/schools nextPage"]
    _before, _heading, report = text(told).partition("hos dere?\n")
    assert report.splitlines() == [
        "  /v1/cases/{caseNumber}",
        "    actsFor (i logs[].author, severity[].by)",
        "    incidents",
        "  /v1/schools",
        "    nextPage",
        "  /v1/schools/{school}/cases",
        "    id",
    ]
