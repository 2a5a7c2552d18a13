"""The connector of Sikker Sak on bad nights, over real HTTP, and against answers that lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import responses
from pydantic import SecretStr

from skolemiljo.adapters.connect import case_adapter
from skolemiljo.adapters.http import HttpClient, Limits
from skolemiljo.adapters.mock.faults import Fault, FaultRule, RequestKind
from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.running import RunningMock, start
from skolemiljo.adapters.mock.state import Tuning
from skolemiljo.adapters.ports import CaseProblem
from skolemiljo.adapters.sikker_sak.connector import SikkerSak
from skolemiljo.adapters.sikker_sak.wire import Labels, case_from_wire
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import (
    AccessDenied,
    AuthenticationFailed,
    CaseForbidden,
    CaseNotFound,
    Conflict,
    ConnectionLost,
    Fatal,
    IncompleteAnswer,
    RateLimited,
    ServerUnavailable,
    SettingsError,
    SourceError,
    UnreadableCase,
)
from skolemiljo.domain.flag import ComplianceRecord
from skolemiljo.domain.log import LogKind
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.settings import load_settings
from skolemiljo.testing.adapters import AS_OF, judging

MARK = "TRYLLEORD"
BASE = "https://sak.example"


@cache
def municipality() -> Municipality:
    return Municipality(seed=3, schools=2, cases=12, marker=MARK)


@pytest.fixture
def mock() -> Iterator[RunningMock]:
    with start(municipality(), tuning=Tuning(hang_seconds=1.0, slow_seconds=0.05)) as running:
        yield running


def connector(mock: RunningMock, **changes: Any) -> Any:
    known = mock.mock.credentials
    settings = load_settings()
    section = settings.sikker_sak.model_copy(
        update={
            "base_url": mock.sikker_sak_url,
            "token_url": mock.token_url,
            "client_id": known.client_id,
            "tenant_id": known.tenant_id,
            "page_size": 3,
            "attempts": 2,
            "read_timeout": 0.4,
            "bytes_at_most": 4_000_000,
            **changes,
        }
    )
    update = {"source": "sikker_sak", "client_secret": SecretStr(known.client_secret), "sikker_sak": section}
    return case_adapter(settings.model_copy(update=update))


def school() -> str:
    return str(municipality().schools()[0]["organisation_number"])


def some_case() -> str:
    return str(next(c["id"] for c in municipality().cases() if c["school"] == school()))


def record(adapter: Any) -> ComplianceRecord:
    return ComplianceRecord.of(judging().case(adapter.case(some_case()), AS_OF))


CALLS: dict[str, Callable[[Any], Any]] = {
    "schools": lambda a: list(a.schools()),
    "cases": lambda a: list(a.changed_cases(school(), None)),
    "ids": lambda a: list(a.case_ids(school())),
    "case": lambda a: a.case(some_case()),
    "write": lambda a: a.write(record(a), if_match=None, idempotency_key="nokkel-00001"),
    "read": lambda a: (CALLS["write"](a), a.read(some_case())),
}


@pytest.mark.parametrize(
    ("fault", "kind", "call", "error"),
    [
        (Fault.UNAUTHORISED, RequestKind.TOKEN, "schools", AuthenticationFailed),
        (Fault.UNAUTHORISED, RequestKind.CASES, "cases", AuthenticationFailed),
        (Fault.FORBIDDEN, RequestKind.CASES, "cases", AccessDenied),
        (Fault.FORBIDDEN, RequestKind.CASE, "case", CaseForbidden),
        (Fault.FORBIDDEN, RequestKind.WRITE, "write", CaseForbidden),
        (Fault.NOT_FOUND, RequestKind.CASE, "case", CaseNotFound),
        (Fault.NOT_FOUND, RequestKind.WRITE, "write", CaseNotFound),
        (Fault.CONFLICT, RequestKind.WRITE, "write", Conflict),
        (Fault.PRECONDITION, RequestKind.WRITE, "write", Conflict),
        (Fault.THROTTLED, RequestKind.CASES, "cases", RateLimited),
        (Fault.THROTTLED_BARE, RequestKind.WRITE, "write", RateLimited),
        (Fault.SERVER_ERROR, RequestKind.CASE, "case", ServerUnavailable),
        (Fault.SERVER_ERROR_STORED, RequestKind.WRITE, "write", ServerUnavailable),
        (Fault.UNAVAILABLE, RequestKind.TOKEN, "case", ServerUnavailable),
        (Fault.HUNG, RequestKind.CASE, "case", ConnectionLost),
        (Fault.CUT, RequestKind.CASES, "cases", ConnectionLost),
        (Fault.TRUNCATED, RequestKind.LIST, "ids", ConnectionLost),
        (Fault.NOT_JSON, RequestKind.CASE, "case", ConnectionLost),
        (Fault.NOT_JSON, RequestKind.TOKEN, "case", ConnectionLost),
        (Fault.WRONG_TYPES, RequestKind.CASE, "case", UnreadableCase),
        (Fault.WRONG_TYPES, RequestKind.LIST, "schools", IncompleteAnswer),
        (Fault.WRONG_TYPES, RequestKind.READ, "read", SourceError),
        (Fault.HUGE, RequestKind.LIST, "schools", IncompleteAnswer),
        (Fault.HUGE, RequestKind.CASE, "case", UnreadableCase),
        (Fault.ENDLESS_PAGING, RequestKind.CASES, "cases", IncompleteAnswer),
        (Fault.FOREIGN_NEXT, RequestKind.LIST, "ids", IncompleteAnswer),
        (Fault.SHORT_PAGE, RequestKind.CASES, "cases", IncompleteAnswer),
        (Fault.SHORT_PAGE, RequestKind.LIST, "ids", IncompleteAnswer),
        (Fault.UNKNOWN_ENUM, RequestKind.CASE, "case", UnreadableCase),
    ],
)
def test_a_fault_that_stays_is_told_by_what_one_can_do(
    mock: RunningMock, fault: Fault, kind: RequestKind, call: str, error: type[SourceError]
) -> None:
    adapter = connector(mock)
    mock.mock.plan.rules.append(FaultRule(fault, kind=kind))
    with pytest.raises(error) as raised:
        CALLS[call](adapter)
    assert raised.value.system == "sikker_sak"
    assert MARK not in str(raised.value) + repr(raised.value.__dict__)
    if call in ("case", "write", "read"):
        assert raised.value.case in (some_case(), None)
    assert mock.mock.plan.counts[fault.value] >= 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.UNAUTHORISED, RequestKind.CASES),
        (Fault.THROTTLED_BARE, RequestKind.CASES),
        (Fault.SERVER_ERROR, RequestKind.CASES),
        (Fault.UNAVAILABLE, RequestKind.TOKEN),
        (Fault.HUNG, RequestKind.CASES),
        (Fault.CUT, RequestKind.CASES),
        (Fault.TRUNCATED, RequestKind.CASES),
        (Fault.NOT_JSON, RequestKind.CASES),
        (Fault.SLOW, RequestKind.CASES),
        (Fault.DUPLICATE, RequestKind.CASES),
    ],
)
def test_a_fault_that_passes_leaves_no_trace(mock: RunningMock, fault: Fault, kind: RequestKind) -> None:
    adapter = connector(mock, read_timeout=3.0)  # so that a busy machine is no second fault
    mock.mock.plan.rules.append(FaultRule(fault, kind=kind, times=1))
    found = [item.id for item in adapter.changed_cases(school(), None) if isinstance(item, Case)]
    assert sorted(found) == sorted(c["id"] for c in municipality().cases() if c["school"] == school())
    assert mock.mock.plan.counts == {fault.value: 1}


def test_one_case_with_an_unknown_word_is_named_and_the_others_are_read(mock: RunningMock) -> None:
    mock.mock.plan.rules.append(FaultRule(Fault.UNKNOWN_ENUM, kind=RequestKind.CASES, times=1))
    items = list(connector(mock).changed_cases(school(), None))
    broken = [item for item in items if isinstance(item, CaseProblem)]
    assert len(broken) == 3  # a page
    assert {problem.fields[0] for problem in broken} == {"status_history.0.status"}
    assert all(problem.case for problem in broken)
    assert len(items) > 3


def test_the_same_answer_has_the_same_mark_however_it_was_asked_for(mock: RunningMock) -> None:
    adapter = connector(mock)
    by_page = {a.read().id: a.mark for page in adapter.changed_answers(school(), None) for a in page}
    assert None not in by_page.values()
    assert len(set(by_page.values())) == len(by_page)
    assert adapter.answer(some_case()).mark == by_page[some_case()]
    mock.mock.plan.rules.append(FaultRule(Fault.HIDDEN_FIELD))
    assert adapter.answer(some_case()).mark != by_page[some_case()], "the version is the same, and less of it is seen"
    mock.mock.plan.rules.clear()
    adapter.context.reference_key = b"another"
    assert adapter.answer(some_case()).mark != by_page[some_case()]


def test_a_masked_log_is_hidden_and_not_empty(mock: RunningMock) -> None:
    mock.mock.plan.rules.append(FaultRule(Fault.HIDDEN_FIELD))
    case = connector(mock).case(some_case())
    assert case.log == ()
    assert case.is_hidden("log")
    assert case.is_hidden("log.text")
    assert not case.is_hidden("notices")


@pytest.mark.parametrize("fault", [Fault.RECEIPT_NOT_STORED, Fault.PARTIAL_WRITE])
def test_a_receipt_is_no_proof(mock: RunningMock, fault: Fault) -> None:
    adapter = connector(mock)
    written = record(adapter)
    mock.mock.plan.rules.append(FaultRule(fault))
    adapter.write(written, if_match=None, idempotency_key="nokkel-00001")
    assert adapter.read(written.case) != written


def test_a_name_never_gets_past_the_connector(mock: RunningMock) -> None:
    adapter = connector(mock)
    for item in adapter.changed_cases(school(), None):
        assert isinstance(item, Case)
        assert MARK in repr(item), "the marked word is in the texts, or the test shows nothing"
        assert MARK not in repr(item.pupils) + repr(item.suspicions) + repr(item.severity) + repr(item.status_history)
        assert all(MARK not in repr(entry.author) + repr(entry.participants) for entry in item.log)
    assert MARK not in repr(adapter.context) + repr(adapter.labels.unmapped)
    assert MARK not in repr([school.rector for school in adapter.schools()])


# --- answers that lie ------------------------------------------------------------------------------------------------


def direct() -> SikkerSak:
    return SikkerSak(HttpClient(BASE, system="sikker_sak", limits=Limits(attempts=1)))


@responses.activate
def test_of_a_page_that_is_too_large_only_the_case_that_is_too_large_can_not_be_read() -> None:
    numbers = ["SM-2026-1", "SM-2026-2", "SM-2026-3"]
    cases = [wire(caseNumber=number, title="x" * (3000 if number == numbers[1] else 10)) for number in numbers]
    school = f"{BASE}/v1/schools/310000019"
    responses.get(f"{school}/cases", json={"items": cases, "totalCount": 3, "nextPage": None})
    responses.get(f"{school}/case-numbers", json={"items": numbers, "totalCount": 3, "nextPage": None})
    for number, case in zip(numbers, cases, strict=True):
        responses.get(f"{BASE}/v1/cases/{number}", json=case)
    adapter = SikkerSak(HttpClient(BASE, system="sikker_sak", limits=Limits(attempts=1, bytes_at_most=2000)))
    first, second, third = adapter.changed_cases("310000019", None)
    assert isinstance(first, Case)
    assert isinstance(third, Case)
    assert isinstance(second, CaseProblem)
    assert (second.case, second.kind) == ("SM-2026-2", ProblemKind.UNREADABLE)
    assert "bytes_at_most" in second.what_to_do


def wire(**changes: Any) -> dict[str, Any]:
    return {
        "caseNumber": "SM-2026-7",
        "schoolOrganizationNumber": "310000019",
        "statusHistory": [{"status": "open", "at": "2026-03-09T08:00:00+01:00"}],
        "title": MARK,
        **changes,
    }


def mapped(raw: Any) -> Case:
    return case_from_wire(raw, Labels(), ReadingContext(), None, None)


@responses.activate
def test_a_case_number_never_becomes_a_step_in_the_address() -> None:
    responses.get(f"{BASE}/v1/cases/2026%2F15", json=wire(caseNumber="2026/15"))
    assert direct().case("2026/15").id == "2026/15"
    with pytest.raises(ConnectionLost):
        direct().case("x/../../admin")
    assert responses.calls[-1].request.url == f"{BASE}/v1/cases/x%2F..%2F..%2Fadmin"


@responses.activate
def test_another_case_than_was_asked_for_is_refused() -> None:
    responses.get(f"{BASE}/v1/cases/SM-2026-8", json=wire())
    with pytest.raises(UnreadableCase, match="en annen sak"):
        direct().case("SM-2026-8")


@responses.activate
def test_another_case_s_record_is_not_read_back_as_ours() -> None:
    body = {
        "caseNumber": "SM-2026-7",
        "schoolOrganizationNumber": "310000019",
        "plan": "18555-1/2024-10-02",
        "judgedAt": "2026-11-20T15:00:00Z",
        "complete": True,
        "flags": [],
    }
    for number in ("SM-2026-7", "SM-2026-8"):
        responses.get(f"{BASE}/v1/cases/{number}/compliance", json=body)
    found = direct().read("SM-2026-7")
    assert found is not None
    assert found.case == "SM-2026-7"
    with pytest.raises(SourceError, match="kontrakten"):
        direct().read("SM-2026-8")


@pytest.mark.parametrize("total", [None, "3", -1, True, 1.5])
@responses.activate
def test_a_count_that_is_none_is_no_count(total: Any) -> None:
    responses.get(f"{BASE}/v1/schools/310000019/case-numbers", json={"items": [], "totalCount": total})
    with pytest.raises(IncompleteAnswer):
        direct().count("310000019")


@pytest.mark.parametrize("other", [None, "Kari Nordmann", "15831012345", ""])
@responses.activate
def test_a_list_of_numbers_with_something_else_in_it_is_not_believed(other: str | None) -> None:
    page = {"items": ["SM-1", other], "totalCount": 2, "pageNumber": 1, "pageSize": 100, "nextPage": None}
    responses.get(f"{BASE}/v1/schools/310000019/case-numbers", json=page)
    with pytest.raises(IncompleteAnswer):
        list(direct().case_ids("310000019"))


@responses.activate
def test_a_school_that_is_nested_too_deeply_is_not_left_out_in_silence() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    body = f'{{"items": [{deep}], "totalCount": 1, "pageNumber": 1, "pageSize": 50, "nextPage": null}}'
    responses.get(f"{BASE}/v1/schools", body=body)
    with pytest.raises(IncompleteAnswer):
        list(direct().schools())


@responses.activate
def test_a_school_is_never_left_out_in_silence() -> None:
    entries: list[Any] = [
        {"organizationNumber": "310000019", "name": "Fjell skole", "rector": {"role": "rector", "name": MARK}},
        {"organizationNumber": "310000027", "name": 7},
    ]
    page = {"items": entries, "totalCount": 2, "pageNumber": 1, "pageSize": 50, "nextPage": None}
    responses.get(f"{BASE}/v1/schools", json=page)
    schools = list(direct().schools())
    assert [s.name for s in schools] == ["Fjell skole", "310000027"]
    assert MARK not in repr(schools)
    entries.append({"organizationNumber": "310000018", "name": "Feil skole"})
    responses.replace("GET", f"{BASE}/v1/schools", json={**page, "items": entries, "totalCount": 3})
    with pytest.raises(IncompleteAnswer, match="organizationNumber"):
        direct().schools()


@responses.activate
def test_what_is_no_case_is_a_problem_without_a_number() -> None:
    items: list[object] = [wire(), None, 7, [], {}]
    page = {"items": items, "totalCount": 5, "pageNumber": 1, "pageSize": 50, "nextPage": None}
    responses.get(f"{BASE}/v1/schools/310000019/cases", json=page)
    found = list(direct().changed_cases("310000019", None))
    assert isinstance(found[0], Case)
    assert [item.case for item in found[1:] if isinstance(item, CaseProblem)] == [None] * 4


@pytest.mark.parametrize("hidden", [[["log"]], [None], "logs", {"logs": True}, 7])
def test_hidden_fields_that_can_not_be_read_may_hide_anything(hidden: Any) -> None:
    with pytest.raises(UnreadableCase) as raised:
        mapped(wire(hiddenFields=hidden))
    assert raised.value.fields[0].startswith("hidden")


def test_hidden_fields_are_named_in_our_words() -> None:
    assert mapped(wire(hiddenFields=["logs.happenedAt", "activityPlans", "pupils.name", "title"])).hidden == {
        "log.happened_at",
        "activity_plans",
    }


def test_only_the_label_decides_what_a_log_is() -> None:
    logs = [
        {"id": "l1", "type": "  elev   INFORMERT "},
        {"id": "l2", "type": "Trivselssamtale"},
        {"id": "l3", "kind": "pupil_told"},
        {"id": "l4", "type": "Notat", "kind": "pupil_told"},
    ]
    labels = Labels({"pupil_conversation": ["Trivselsprat"]})
    case = case_from_wire(wire(logs=logs), labels, ReadingContext(), None, None)
    assert [entry.kind for entry in case.log] == [LogKind.PUPIL_TOLD, LogKind.UNLABELLED, LogKind.NOTE, LogKind.NOTE]
    assert labels.unmapped == {"Trivselssamtale": 1}
    assert labels.kind("trivselsprat") is LogKind.PUPIL_CONVERSATION


def test_every_kind_has_a_standard_label_and_a_municipality_may_move_one() -> None:
    labels = Labels({"note": ["Elev informert"]})
    assert labels.kind("Elev informert") is LogKind.NOTE
    standard = Labels()
    assert {standard.kind(label) for label in standard.known()} == set(LogKind) - {LogKind.UNLABELLED}
    with pytest.raises(SettingsError, match="tullball"):
        Labels({"tullball": ["x"]})


def test_a_deep_document_is_unreadable() -> None:
    deep: Any = {}
    for _ in range(3000):
        deep = {"a": deep}
    with pytest.raises(UnreadableCase, match="dypt"):
        mapped(wire(logs=[deep]))


@pytest.mark.parametrize("etag", ["\r\nX: 1", "ø" * 3, "x" * 500, "Kari Nordmann"])
def test_a_version_that_can_not_stand_in_a_header_is_refused(etag: str) -> None:
    with pytest.raises(UnreadableCase) as raised:
        case_from_wire(wire(), Labels(), ReadingContext(), None, etag)
    assert raised.value.fields == ("etag",)


def test_nothing_can_be_asked_without_settings() -> None:
    with pytest.raises(SettingsError, match="base_url, client_id, tenant_id, client_secret"):
        case_adapter(load_settings().model_copy(update={"source": "sikker_sak"}))
    assert issubclass(AuthenticationFailed, Fatal)


class Compressed:
    """A vendor behind a proxy that compresses, so that each version in a header is weak."""

    def __init__(self, inside: str | None) -> None:
        self.version, self.inside = "7", inside
        self.sent: list[str | None] = []
        self.edited_meanwhile = False

    def get(self, *_: Any, **__: Any) -> Any:
        body = wire() | ({"etag": f'"{self.version}"'} if self.inside is not None else {})
        if self.inside is None:
            body.pop("etag", None)
        return SimpleNamespace(body=body, etag=f'W/"{self.version}"', request_id=None)

    def put(self, *_: Any, if_match: str | None, **__: Any) -> Any:
        self.sent.append(if_match)
        if self.edited_meanwhile:
            self.version = "9"
        return SimpleNamespace(body={}, etag=None, request_id=None)


def test_a_weak_version_is_no_conflict_and_the_strong_one_in_the_case_is_written_by() -> None:
    http = Compressed("inside")
    source = SikkerSak(http)  # type: ignore[arg-type]  # a double in the client's place
    case = source.case(wire()["caseNumber"])
    assert case.etag == '"7"'
    source.write(ComplianceRecord.of(judging().case(case, AS_OF)), if_match=case.etag, idempotency_key="k")
    assert http.sent == ['"7"']


def test_where_only_weak_versions_come_the_case_is_read_before_and_after() -> None:
    http = Compressed(None)
    source = SikkerSak(http)  # type: ignore[arg-type]  # a double in the client's place
    case = source.case(wire()["caseNumber"])
    assert case.etag == 'W/"7"'
    source.write(ComplianceRecord.of(judging().case(case, AS_OF)), if_match=case.etag, idempotency_key="k")
    assert http.sent == [None], "a weak version in If-Match never matches"
    http.edited_meanwhile = True
    with pytest.raises(Conflict):
        source.write(ComplianceRecord.of(judging().case(case, AS_OF)), if_match=case.etag, idempotency_key="k")
    http.edited_meanwhile = False
    with pytest.raises(Conflict):
        source.write(ComplianceRecord.of(judging().case(case, AS_OF)), if_match=case.etag, idempotency_key="k")
    assert len(http.sent) == 2, "nothing is sent over a case that was changed"
