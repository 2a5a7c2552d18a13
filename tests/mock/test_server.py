"""The mock vendors over real HTTP: tokens, pages, writes and their receipts, and every fault on demand."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from skolemiljo.adapters.mock.faults import Fault, FaultPlan, RequestKind, parse_faults
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.running import RunningMock, start
from skolemiljo.adapters.mock.state import Credentials, Tuning
from skolemiljo.domain.moment import OSLO

CASE = "SM-2026-0001"
MARKER = "zqmerkezq"


class Client:
    """Speaks to the mock as a vendor's client would, without any of our own connectors."""

    def __init__(self, mock: RunningMock) -> None:
        self.mock = mock
        self.session = requests.Session()
        self.renew()

    def form(self, **changes: str) -> dict[str, str]:
        known = self.mock.mock.credentials
        return {
            "grant_type": "client_credentials",
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "tenant_id": known.tenant_id,
            "scope": "sikkersak:read",
        } | changes

    def renew(self) -> None:
        answer = self.session.post(self.mock.token_url, data=self.form(), timeout=10)
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, fault: str | None = None, timeout: float = 10, **query: Any) -> requests.Response:
        headers = {"X-Mock-Fault": fault} if fault else {}
        return self.session.get(f"{self.mock.url}/{path}", params=query, headers=headers, timeout=timeout)

    def put(
        self, path: str, body: Any, key: str = "key-0001", fault: str | None = None, if_match: str | None = None
    ) -> requests.Response:
        headers = {"Idempotency-Key": key}
        headers |= {"X-Mock-Fault": fault} if fault else {}
        headers |= {"If-Match": if_match} if if_match else {}
        return self.session.put(f"{self.mock.url}/{path}", json=body, headers=headers, timeout=10)

    def post(self, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.session.post(f"{self.mock.url}/{path}", json=body, params=query, timeout=10)

    def schools(self, **query: Any) -> list[Any]:
        found: list[Any] = self.get("sikkersak/v1/schools", pageSize=100, pageNumber=1, **query).json()["items"]
        return found

    def journal(self) -> list[Any]:
        lines: list[Any] = self.get("_mock/journal").json()
        return lines


@pytest.fixture
def client() -> Iterator[Client]:
    tuning = Tuning(slow_seconds=0.01, hang_seconds=0.3, huge_bytes=3_000_000)
    with start(Municipality(cases=30), as_of=AS_OF, tuning=tuning) as mock:
        yield Client(mock)


def record(case: str = CASE, flags: int = 4) -> dict[str, Any]:
    flag = {
        "scope": "notice:v1/pupil:elev-1",
        "verdict": "deviation",
        "reason": "late",
        "severity": "high",
        "basis": "plan",
        "role": "rector",
        "plan": "18555-1/2024-10-02",
    }
    return {
        "caseNumber": case,
        "schoolOrganizationNumber": "310000019",
        "plan": "18555-1/2024-10-02",
        "judgedAt": "2026-11-20T16:00:00+01:00",
        "complete": True,
        "flags": [{"rule": f"VA-{number:02d}", **flag} for number in range(flags)],
    }


def cycle_status(school: str, items: int = 2) -> dict[str, Any]:
    return {
        "school": school,
        "schoolYear": "2026-2027",
        "plan": "18555-1/2024-10-02",
        "asOf": "2026-11-20T16:00:00+01:00",
        "items": [
            {"item": f"AAR-{number:02d}", "scope": "pupils", "state": "done", "role": "rector"}
            for number in range(items)
        ],
    }


COMPLIANCE = f"sikkersak/v1/cases/{CASE}/compliance"


# --- who it is, and tokens


def test_it_says_that_it_is_a_mock_of_assumed_contracts(client: Client) -> None:
    answer = client.get("")
    assert answer.json()["mock"] is True
    assert answer.json()["contract"] == "assumed"
    assert "assumed" in answer.headers["X-Mock"]


def test_it_listens_on_this_machine_alone() -> None:
    with pytest.raises(ValueError, match="denne maskinen"):
        RunningMock(None, host="0.0.0.0")  # type: ignore[arg-type]  # noqa: S104


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"client_secret": "wrong"}, 401),
        ({"tenant_id": "another"}, 401),
        ({"grant_type": "password"}, 400),
        ({"tenant_id": ""}, 422),
    ],
)
def test_a_token_needs_the_tenant_and_the_secret(client: Client, changes: dict[str, str], status: int) -> None:
    form = {name: value for name, value in client.form(**changes).items() if value}
    assert requests.post(client.mock.token_url, data=form, timeout=10).status_code == status


def test_nothing_is_given_without_a_good_token(client: Client) -> None:
    del client.session.headers["Authorization"]
    for header in ({}, {"Authorization": "Bearer no-such-token"}, {"Authorization": "Basic abc"}):
        client.session.headers.update(header)
        answer = client.get("sikkersak/v1/schools", pageSize=1, pageNumber=1)
        assert answer.status_code == 401
        assert set(answer.json()) == {"ErrorCode", "DeveloperErrorMessage", "ErrorId"}


def test_a_token_runs_out_by_the_mocks_clock() -> None:
    with start(Municipality(cases=3), as_of=AS_OF, credentials=Credentials(token_seconds=60)) as mock:
        client = Client(mock)
        assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 200
        client.post("_mock/clock", advance=61)
        assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 401
        client.renew()
        assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 200


# --- reading


def test_pages_follow_each_other_to_the_last(client: Client) -> None:
    school = client.schools()[0]["organizationNumber"]
    path: str | None = f"sikkersak/v1/schools/{school}/cases?pageSize=4&pageNumber=1"
    seen: list[str] = []
    while path:
        page = client.get(path).json()
        seen += [case["caseNumber"] for case in page["items"]]
        assert page["totalCount"] == 10
        path = (page["nextPage"] or "").lstrip("/")
    assert len(seen) == len(set(seen)) == 10
    numbers = client.get(f"sikkersak/v1/schools/{school}/case-numbers", pageSize=100, pageNumber=1).json()
    assert numbers["items"] == seen


def test_only_what_was_changed_since(client: Client) -> None:
    school = client.schools()[0]["organizationNumber"]
    path = f"sikkersak/v1/schools/{school}/cases"
    since = (AS_OF + timedelta(minutes=1)).isoformat()
    assert client.get(path, pageSize=100, pageNumber=1, modifiedSince=since).json()["items"] == []
    before = client.get(f"sikkersak/v1/cases/{CASE}").headers["ETag"]
    client.post("_mock/clock", advance=600)
    assert client.post(f"_mock/touch/{CASE}").status_code == 200
    page = client.get(path, pageSize=100, pageNumber=1, modifiedSince=since).json()
    assert [case["caseNumber"] for case in page["items"]] == [CASE]
    assert client.get(f"sikkersak/v1/cases/{CASE}").headers["ETag"] != before


def test_the_names_on_the_wire_are_there_to_be_dropped() -> None:
    with start(Municipality(cases=9, marker=MARKER)) as mock:
        case = Client(mock).get(f"sikkersak/v1/cases/{CASE}").json()
        assert MARKER in case["title"]
        assert all(MARKER in pupil["name"] for pupil in case["pupils"])
        assert all(MARKER in entry["author"]["name"] for entry in case["logs"])
        assert all(MARKER in entry["text"] for entry in case["logs"])
        assert MARKER in Client(mock).schools()[0]["rector"]["name"]


def test_a_case_is_changed_moved_and_gone_as_by_people(client: Client) -> None:
    first, second = (school["organizationNumber"] for school in client.schools()[:2])

    def numbers(school: str) -> list[str]:
        page = client.get(f"sikkersak/v1/schools/{school}/case-numbers", pageSize=100, pageNumber=1).json()
        assert page["totalCount"] == len(page["items"])
        return [str(number) for number in page["items"]]

    assert CASE in numbers(first)
    client.post(f"_mock/touch/{CASE}", {"school": second})
    assert CASE not in numbers(first)
    assert CASE in numbers(second)
    assert client.get(f"sikkersak/v1/cases/{CASE}").json()["schoolOrganizationNumber"] == second
    client.post(f"_mock/touch/{CASE}", {"drop": ["l3"], "set": {"severity": []}})
    changed = client.get(f"sikkersak/v1/cases/{CASE}").json()
    assert "l3" not in {entry["id"] for entry in changed["logs"]}
    assert changed["severity"] == []
    client.post(f"_mock/touch/{CASE}", {"delete": True})
    assert CASE not in numbers(second)
    assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 404
    assert client.post(f"_mock/touch/{CASE}").status_code == 404


def test_what_the_contract_does_not_have_is_refused(client: Client) -> None:
    assert client.get("sikkersak/v1/schools").status_code == 422
    assert client.get("sikkersak/v1/schools", pageSize=101, pageNumber=1).status_code == 422
    assert client.get("sikkersak/v1/schools/999999999/cases", pageSize=1, pageNumber=1).status_code == 404
    assert client.get("sikkersak/v1/cases/SM-2026-9999").status_code == 404
    assert client.get("sikkersak/v1/nothing").status_code == 404
    assert client.post("sikkersak/v1/schools").status_code == 405


def test_it_tells_which_case_shows_what(client: Client) -> None:
    told = client.get("_mock/stories").json()
    assert len(told) == 30
    assert told[0] == {
        "story": "ordinary-closed",
        "shows": "Alt er gjort i rett rekkefølge, og saken er lukket.",
        "case": CASE,
    }
    assert client.get(f"sikkersak/v1/cases/{told[29]['case']}").status_code == 200


# --- writing


def test_a_record_is_written_whole_and_read_back(client: Client) -> None:
    etag = client.get(f"sikkersak/v1/cases/{CASE}").headers["ETag"]
    assert client.get(COMPLIANCE).status_code == 404
    answer = client.put(COMPLIANCE, record(), if_match=etag)
    assert answer.status_code == 200
    assert answer.json() == {"caseNumber": CASE, "etag": etag}
    assert client.get(COMPLIANCE).json() == record()
    assert client.get(f"sikkersak/v1/cases/{CASE}").headers["ETag"] == etag
    (line,) = client.journal()
    assert line["target"] == line["case"] == CASE
    assert (line["idempotency_key"], line["stored"], line["flags"]) == ("key-0001", True, 4)
    assert datetime.fromisoformat(line["at"]) == AS_OF


def test_the_same_key_again_gives_the_same_receipt_and_one_record(client: Client) -> None:
    first = client.put(COMPLIANCE, record())
    again = client.put(COMPLIANCE, record() | {"judgedAt": "2026-11-21T04:15:00+01:00"})
    assert first.json() == again.json()
    assert [line["replayed"] for line in client.journal()] == [False, True]
    assert client.get(COMPLIANCE).json()["judgedAt"] == record()["judgedAt"]
    assert client.put(COMPLIANCE, record(flags=1)).status_code == 409
    assert len(client.get(COMPLIANCE).json()["flags"]) == 4


def test_a_stale_etag_is_refused_and_nothing_is_overwritten(client: Client) -> None:
    etag = client.get(f"sikkersak/v1/cases/{CASE}").headers["ETag"]
    client.post(f"_mock/touch/{CASE}")
    assert client.put(COMPLIANCE, record(), if_match=etag).status_code == 412
    assert client.get(COMPLIANCE).status_code == 404
    assert [line["status"] for line in client.journal()] == [412]
    fresh = client.get(f"sikkersak/v1/cases/{CASE}").headers["ETag"]
    assert client.put(COMPLIANCE, record(), key="key-0002", if_match=fresh).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        record() | {"caseNumber": "SM-2026-0002"},
        record() | {"flags": [{"rule": "VA-08"}]},
        record() | {"complete": "kanskje"},
    ],
)
def test_a_record_that_is_none_is_refused_whole(client: Client, body: Any) -> None:
    assert client.put(COMPLIANCE, body).status_code == 422
    assert client.get(COMPLIANCE).status_code == 404


def test_a_write_needs_an_idempotency_key(client: Client) -> None:
    answer = client.session.put(f"{client.mock.url}/{COMPLIANCE}", json=record(), timeout=10)
    assert answer.status_code == 422


def test_the_annual_cycle_gives_entries_and_keeps_a_status(client: Client) -> None:
    school = client.schools()[0]["organizationNumber"]
    for owner in (school, "municipality"):
        entries = client.get(f"aarshjul/v1/cycles/{owner}/2025-2026/entries").json()
        assert entries["found"] is True
        assert entries["items"]
    path = f"aarshjul/v1/cycles/{school}/2026-2027/status"
    assert client.get(path).status_code == 404
    assert client.put(path, cycle_status(school)).json() == {"items": 2}
    assert client.get(path).json() == cycle_status(school)
    assert client.put(path, cycle_status("310000027"), key="key-0003").status_code == 422
    assert client.journal()[0]["target"] == f"{school}/2026-2027"
    assert client.get("aarshjul/v1/cycles/999999999/2026-2027/entries").status_code == 404


# --- faults


@pytest.mark.parametrize(
    ("fault", "status"), [("403", 403), ("404", 404), ("429", 429), ("429-bare", 429), ("500", 500), ("503", 503)]
)
def test_a_fault_of_status_on_one_request(client: Client, fault: str, status: int) -> None:
    answer = client.get(f"sikkersak/v1/cases/{CASE}", fault=fault)
    assert answer.status_code == status
    assert set(answer.json()) == {"ErrorCode", "DeveloperErrorMessage", "ErrorId"}
    assert ("Retry-After" in answer.headers) is (fault == "429")
    assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 200


def test_401_in_the_middle_ends_all_tokens(client: Client) -> None:
    assert client.get(f"sikkersak/v1/cases/{CASE}", fault="401").status_code == 401
    assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 401
    client.renew()
    assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 200


@pytest.mark.parametrize("fault", ["409", "412", "500", "503"])
def test_a_refused_write_is_not_stored(client: Client, fault: str) -> None:
    assert client.put(COMPLIANCE, record(), fault=fault).status_code == int(fault)
    assert client.get(COMPLIANCE).status_code == 404


def test_receipt_but_not_stored(client: Client) -> None:
    assert client.put(COMPLIANCE, record(), fault="receipt-not-stored").status_code == 200
    assert client.get(COMPLIANCE).status_code == 404
    assert [line["stored"] for line in client.journal()] == [False]
    assert client.put(COMPLIANCE, record()).status_code == 200
    assert client.get(COMPLIANCE).json() == record()


def test_200_with_half_of_the_flags(client: Client) -> None:
    assert client.put(COMPLIANCE, record(), fault="partial-write").status_code == 200
    assert [flag["rule"] for flag in client.get(COMPLIANCE).json()["flags"]] == ["VA-00", "VA-01"]
    client.put(COMPLIANCE, record())
    assert client.get(COMPLIANCE).json() == record()


def test_stored_but_the_answer_is_500(client: Client) -> None:
    assert client.put(COMPLIANCE, record(), fault="500-stored").status_code == 500
    assert client.get(COMPLIANCE).json() == record()
    assert client.put(COMPLIANCE, record()).status_code == 200
    assert [line["replayed"] for line in client.journal()] == [False, True]


def test_stored_but_the_answer_is_cut(client: Client) -> None:
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.put(COMPLIANCE, record(), fault="cut")
    assert client.get(COMPLIANCE).json() == record()


def test_the_connection_breaks_in_the_middle_of_a_case(client: Client) -> None:
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.get(f"sikkersak/v1/cases/{CASE}", fault="cut")
    assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 200


def test_half_the_json_an_html_page_and_wrong_types(client: Client) -> None:
    half = client.get(f"sikkersak/v1/cases/{CASE}", fault="truncated")
    assert half.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        half.json()
    page = client.get(f"sikkersak/v1/cases/{CASE}", fault="not-json")
    assert page.headers["Content-Type"].startswith("text/html")
    wrong = client.get(f"sikkersak/v1/cases/{CASE}", fault="wrong-types").json()
    assert wrong["caseNumber"] == 17


def test_no_answer_at_all(client: Client) -> None:
    with pytest.raises(requests.ReadTimeout):
        client.get(f"sikkersak/v1/cases/{CASE}", fault="hung", timeout=0.1)
    assert client.get(f"sikkersak/v1/cases/{CASE}").status_code == 200
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):  # in the end it hangs up
        client.get(f"sikkersak/v1/cases/{CASE}", fault="hung")


def test_a_slow_answer_is_a_right_one(client: Client) -> None:
    assert client.get(f"sikkersak/v1/cases/{CASE}", fault="slow").json()["caseNumber"] == CASE


def test_an_answer_that_nobody_should_read(client: Client) -> None:
    answer = client.get(f"sikkersak/v1/cases/{CASE}", fault="huge")
    assert len(answer.content) > 2_900_000
    assert answer.json()


def test_pages_that_lie(client: Client) -> None:
    school = client.schools()[0]["organizationNumber"]
    path = f"sikkersak/v1/schools/{school}/cases"

    def page(fault: str | None, number: int = 1, size: int = 4) -> Any:
        return client.get(path, fault=fault, pageSize=size, pageNumber=number).json()

    def numbers(page: Any) -> list[str]:
        return [case["caseNumber"] for case in page["items"]]

    whole = numbers(page(None, size=100))
    assert numbers(page("shifted-page", number=2)) == whole[5:9]
    assert numbers(page("duplicate")) == [*whole[:4], whole[0]]
    assert numbers(page("short-page")) == whole[:3]
    assert "ond.example" in page("foreign-next")["nextPage"]
    assert page("endless-paging", number=50)["items"]
    assert page("endless-paging", number=50)["nextPage"].endswith("pageNumber=51")


@pytest.mark.parametrize("path", [f"sikkersak/v1/cases/{CASE}", "the page of its school"])
def test_faults_in_the_content(client: Client, path: str) -> None:
    def case(fault: str | None) -> Any:
        if path.startswith("sikkersak"):
            return client.get(path, fault=fault).json()
        school = client.schools()[0]["organizationNumber"]
        listing = f"sikkersak/v1/schools/{school}/cases"
        page = client.get(listing, fault=fault, pageSize=100, pageNumber=1).json()
        return next(item for item in page["items"] if item["caseNumber"] == CASE)

    plain = case(None)
    hidden = case("hidden-field")
    assert hidden["logs"] == []
    assert "log" in hidden["hiddenFields"]
    assert case("unknown-enum")["statusHistory"][0]["status"] == "paused"
    before = datetime.fromisoformat(plain["modifiedDateTime"])
    assert datetime.fromisoformat(case("clock-skew")["modifiedDateTime"]) == before - timedelta(hours=2)


def test_the_date_is_the_mocks_own_and_can_be_wrong(client: Client) -> None:
    def date(fault: str | None) -> datetime:
        return parsedate_to_datetime(client.get(f"sikkersak/v1/cases/{CASE}", fault=fault).headers["Date"])

    assert date(None) == AS_OF
    assert date("clock-skew") == AS_OF - timedelta(hours=2)
    client.post("_mock/clock", to="2026-11-24T04:15:00+01:00")
    assert date(None) == datetime(2026, 11, 24, 4, 15, tzinfo=OSLO)


def test_every_fault_can_be_asked_for_and_is_counted(client: Client) -> None:
    for fault in Fault:
        kind = next(iter(sorted(fault.kinds - {RequestKind.TOKEN}, key=lambda kind: kind is RequestKind.WRITE)))
        try:
            if kind is RequestKind.WRITE:
                client.put(COMPLIANCE, record(), key=f"key-{fault.value}", fault=fault.value)
            elif kind in (RequestKind.LIST, RequestKind.CASES):
                client.get("sikkersak/v1/schools", fault=fault.value, pageSize=1, pageNumber=1)
            else:
                client.get(f"sikkersak/v1/cases/{CASE}", fault=fault.value)
        except requests.RequestException:
            pass
        client.renew()
    counts = client.get("_mock/counts").json()
    counted = {name for name, count in counts["faults"].items() if count == 1}
    assert counted | {"hidden-field", "unknown-enum"} == {fault.value for fault in Fault}


def test_a_rule_strikes_one_case_after_some_requests_and_so_many_times(client: Client) -> None:
    other = Municipality(cases=30).case(1)["id"]
    rule = {"fault": "403", "case": CASE, "after": 1, "times": 2}
    assert client.post("_mock/faults", {"rules": [rule]}).status_code == 200
    statuses = [client.get(f"sikkersak/v1/cases/{CASE}").status_code for _ in range(4)]
    assert statuses == [200, 403, 403, 200]
    client.post("_mock/faults", {"rules": [{"fault": "500", "kind": "write"}]})
    assert client.get(f"sikkersak/v1/cases/{other}").status_code == 200
    assert client.put(COMPLIANCE, record()).status_code == 500
    client.post("_mock/faults", {"clear": True})
    assert client.put(COMPLIANCE, record()).status_code == 200


def test_a_misspelt_fault_is_an_error(client: Client) -> None:
    assert client.post("_mock/faults", {"faults": ["4O1"]}).status_code == 422
    assert client.post("_mock/faults", {"folts": []}).status_code == 422
    with pytest.raises(ValueError, match="429-bare"):
        parse_faults("4O1")


def test_chance_is_drawn_from_the_seed() -> None:
    def night(seed: int) -> list[Fault | None]:
        plan = FaultPlan(parse_faults("429,500,412,partial-write"), 0.2, seed)
        return [
            plan.choose(RequestKind.WRITE if n % 5 == 0 else RequestKind.CASE, f"/sikkersak/v1/cases/{n}")
            for n in range(500)
        ]

    first = night(1)
    assert first == night(1) != night(2)
    struck = [fault for fault in first if fault is not None]
    assert 60 <= len(struck) <= 140
    reads = {fault for number, fault in enumerate(first) if number % 5}
    assert reads <= {None, Fault.THROTTLED, Fault.SERVER_ERROR}
    assert not any(FaultPlan().choose(RequestKind.CASE, "/") for _ in range(100))


# --- the process


def test_mock_up_prints_settings_that_work_and_stops_when_told() -> None:
    program = (
        "from skolemiljo.adapters.mock.running import serve\n"
        "serve(cases=3, faults=('500',), fault_rate=1.0, echo=lambda line: print(line, flush=True))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "[annual_cycle]" not in said or said.count("tenant_id") < 2:
            line = process.stdout.readline()
            assert line, said
            said += line
        import tomllib

        settings = tomllib.loads(said)
        from skolemiljo.settings import Settings

        known = set(Settings.model_fields)
        assert settings.keys() <= known
        form = {
            "grant_type": "client_credentials",
            "client_id": settings["sikker_sak"]["client_id"],
            "client_secret": settings["client_secret"],
            "tenant_id": settings["sikker_sak"]["tenant_id"],
            "scope": "x",
        }
        try:
            answer = requests.post(settings["sikker_sak"]["token_url"], data=form, timeout=30)
            assert answer.status_code == 500  # every request is struck in this run
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    assert process.returncode in (0, -signal.SIGTERM)


def test_the_port_is_free_again_afterwards() -> None:
    with start(Municipality(cases=3)) as mock:
        port = mock.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        assert json.loads(connection.getresponse().read())["mock"] is True
        connection.close()
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
