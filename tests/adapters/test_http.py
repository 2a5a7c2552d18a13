"""HTTP once: what is tried again, what is refused, and that nothing of what came is ever told."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from skolemiljo.adapters.auth import ClientCredentials, TokenProvider
from skolemiljo.adapters.http import HttpClient, Limits
from skolemiljo.adapters.strict_json import strict_json
from skolemiljo.domain.errors import (
    AccessDenied,
    AuthenticationFailed,
    CaseForbidden,
    CaseNotFound,
    Conflict,
    ConnectionLost,
    Fatal,
    FlagRejected,
    IncompleteAnswer,
    RateLimited,
    ServerUnavailable,
    SettingsError,
    SourceError,
    UnreadableCase,
)

BASE = "https://sak.example/api"
MARK = "TRYLLEORD"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def client(clock: Clock | None = None, **limits: Any) -> HttpClient:
    clock = clock or Clock()
    return HttpClient(BASE, system="sikker_sak", limits=Limits(**limits), sleep=clock.sleep, clock=clock)


@responses.activate
def test_a_fault_that_passes_is_tried_again() -> None:
    responses.get(f"{BASE}/v1/x", status=503)
    responses.get(f"{BASE}/v1/x", body=requests.ConnectionError(MARK))
    responses.get(f"{BASE}/v1/x", json={"a": 1}, headers={"ETag": '"7"'})
    answer = client().get("v1/x")
    assert (answer.body, answer.etag) == ({"a": 1}, '"7"')


@pytest.mark.parametrize("status", [429, 503])
@responses.activate
def test_the_server_says_how_long_to_wait(status: int) -> None:
    clock = Clock()
    responses.get(f"{BASE}/v1/x", status=status, headers={"Retry-After": "17"})
    responses.get(f"{BASE}/v1/x", json={})
    client(clock).get("v1/x")
    assert len(clock.slept) == 1
    assert 17 <= clock.slept[0] < 18


@responses.activate
def test_who_asks_for_patience_gets_it_from_every_call() -> None:
    clock = Clock()
    responses.get(f"{BASE}/v1/x", status=429, headers={"Retry-After": "17"})
    other = responses.get(f"{BASE}/v1/y", json={})
    patient = client(clock, attempts=1, budget=60)
    with pytest.raises(RateLimited):
        patient.get("v1/x")
    patient.get("v1/y")
    assert 17 <= sum(clock.slept) < 18
    responses.get(f"{BASE}/v1/z", status=503, headers={"Retry-After": "3000"})
    with pytest.raises(ServerUnavailable):
        patient.get("v1/z")
    with pytest.raises(RateLimited):
        patient.get("v1/y")
    assert other.call_count == 1, "longer than a call may last: nothing is asked"


@pytest.mark.parametrize(("code", "kind"), [(socket.EAI_NONAME, Fatal), (socket.EAI_AGAIN, ConnectionLost)])
def test_a_name_that_nobody_has_does_not_pass_by_itself(
    monkeypatch: pytest.MonkeyPatch, code: int, kind: type[SourceError]
) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(code, MARK)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(kind) as error:
        client(attempts=2).get("v1/x")
    assert type(error.value) is kind
    assert MARK not in str(error.value)


@responses.activate
def test_no_longer_than_the_budget() -> None:
    clock = Clock()
    responses.get(f"{BASE}/v1/x", status=429, headers={"Retry-After": "3000"})
    with pytest.raises(RateLimited):
        client(clock, budget=60).get("v1/x")
    assert clock.now <= 60


@responses.activate
def test_no_more_often_than_the_attempts() -> None:
    responses.get(f"{BASE}/v1/x", status=500)
    with pytest.raises(ServerUnavailable):
        client(attempts=3, budget=10_000).get("v1/x")
    assert len(responses.calls) == 3


@pytest.mark.parametrize(
    ("status", "with_case", "without_case"),
    [
        (401, AuthenticationFailed, AuthenticationFailed),
        (403, CaseForbidden, AccessDenied),
        (404, CaseNotFound, Fatal),
        (409, Conflict, Conflict),
        (412, Conflict, Conflict),
        (400, UnreadableCase, Fatal),
        (413, UnreadableCase, Fatal),
        (422, UnreadableCase, Fatal),
        (302, Fatal, Fatal),
        (418, Fatal, Fatal),
    ],
)
@responses.activate
def test_what_does_not_pass_is_told_by_what_one_can_do(
    status: int, with_case: type[SourceError], without_case: type[SourceError]
) -> None:
    responses.get(f"{BASE}/v1/x", status=status, json={"DeveloperErrorMessage": MARK, "ErrorId": "abc-1"})
    for case, kind in (("S-1", with_case), (None, without_case)):
        with pytest.raises(kind) as raised:
            client().get("v1/x", params={"q": MARK}, case=case)
        assert type(raised.value) is kind
        assert MARK not in str(raised.value)
        assert "abc-1" in str(raised.value)
        assert ("S-1" in str(raised.value)) is (case is not None)
    assert len(responses.calls) == 2


@pytest.mark.parametrize("status", [400, 413, 422])
@responses.activate
def test_what_was_written_and_refused_is_no_case_that_can_not_be_read(status: int) -> None:
    responses.put(f"{BASE}/v1/x", status=status, json={"DeveloperErrorMessage": MARK})
    with pytest.raises(FlagRejected) as raised:
        client().put("v1/x", {"a": MARK}, idempotency_key="nokkel-1", case="S-1")
    assert MARK not in str(raised.value)
    assert len(responses.calls) == 1


@responses.activate
def test_a_redirect_with_a_page_of_words_is_still_a_redirect() -> None:
    responses.get(f"{BASE}/v1/x", status=302, body=b"<html>", headers={"Location": "https://ond.example/"})
    with pytest.raises(Fatal, match="viser videre"):
        client().get("v1/x")
    assert len(responses.calls) == 1


@responses.activate
def test_an_address_with_its_query_is_in_no_error() -> None:
    responses.get(f"{BASE}/v1/x", body=requests.ConnectionError(f"https://sak.example/api/v1/x?q={MARK}"))
    with pytest.raises(ConnectionLost) as raised:
        client(attempts=1).get("v1/x", params={"q": MARK})
    assert MARK not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@responses.activate
def test_a_giant_answer_is_cut_off() -> None:
    responses.get(f"{BASE}/v1/x", body=b"[" + b"0," * 5000 + b"0]")
    with pytest.raises(IncompleteAnswer, match="større"):
        client(bytes_at_most=1000).get("v1/x")


def page(items: list[Any], total: int, following: str | None) -> dict[str, Any]:
    return {"items": items, "totalCount": total, "pageNumber": 1, "pageSize": 2, "nextPage": following}


@responses.activate
def test_pages_to_the_last() -> None:
    responses.get(f"{BASE}/v1/p", json=page([1, 2], 3, "/api/v1/p2"))
    responses.get("https://sak.example/api/v1/p2", json=page([3], 3, None))
    assert list(client().pages("v1/p", params={}, page_size=2)) == [[1, 2], [3]]


@pytest.mark.parametrize("following", ["https://sak.example:443/api/v1/p2", "https://SAK.example/api/v1/p2", "v1/p2"])
@responses.activate
def test_the_next_page_may_be_named_in_any_way_on_the_same_host(following: str) -> None:
    responses.get(f"{BASE}/v1/p", json=page([1, 2], 3, following))
    for host in ("https://sak.example", "https://sak.example:443"):
        responses.get(f"{host}/api/v1/p2", json=page([3], 3, None))
    assert list(client().pages("v1/p", params={}, page_size=2)) == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("following", "words"),
    [
        ("https://ond.example/v1/p", "en annen server"),
        ("http://sak.example/v1/p", "en annen server"),
        ("https://sak.example:444/v1/p", "en annen server"),
        ("https://noen:hemmelig@sak.example/v1/p", "en annen server"),
        ("https://sak.example:x/v1/p", "en annen server"),
        ("/api/v1/p", "aldri slutt"),
        (None, "slutt etter 2 av 3"),
    ],
)
@responses.activate
def test_pages_that_lie_are_incomplete(following: str | None, words: str) -> None:
    responses.get(f"{BASE}/v1/p", json=page([1, 2], 3, following))
    with pytest.raises(IncompleteAnswer, match=words):
        list(client().pages("v1/p", params={}, page_size=2))


@pytest.mark.parametrize("body", [b"", b"{", b'{"items": 1}', b"[]", b'{"items": [], "totalCount": "x"}'])
@responses.activate
def test_half_a_page_is_no_page(body: bytes) -> None:
    responses.get(f"{BASE}/v1/p", body=body)
    with pytest.raises((IncompleteAnswer, ConnectionLost)):
        list(client(attempts=1).pages("v1/p", params={}, page_size=2))


@responses.activate
def test_a_put_carries_its_key_and_its_condition_through_every_attempt() -> None:
    responses.put(f"{BASE}/v1/x", status=500)
    responses.put(f"{BASE}/v1/x", json={})
    client().put("v1/x", {"a": 1}, idempotency_key="nøkkel-1".encode().hex(), if_match='"7"')
    assert len({call.request.headers["Idempotency-Key"] for call in responses.calls}) == 1
    assert {call.request.headers["If-Match"] for call in responses.calls} == {'"7"'}


@pytest.mark.parametrize(
    "url",
    ["http://sak.example", "ftp://sak.example", "https://", "https://a:b@sak.example", "https://sak.example/?a=1"],
)
def test_an_address_that_would_leak_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        HttpClient(url, system="sikker_sak")


# --- tokens ----------------------------------------------------------------------------------------------------------


def tokens(clock: Clock) -> TokenProvider:
    wanted = ClientCredentials("https://id.example/connect/token", "klient", SecretStr(MARK), "leietaker", "les")
    return TokenProvider(wanted, client(), clock)


@responses.activate
def test_one_token_until_thirty_seconds_before_it_runs_out() -> None:
    clock = Clock()
    responses.post("https://id.example/connect/token", json={"access_token": "a", "expires_in": 100})
    responses.post("https://id.example/connect/token", json={"access_token": "b", "expires_in": 100})
    provider = tokens(clock)
    assert [provider.token(), provider.token()] == ["a", "a"]
    clock.now = 69
    assert provider.token() == "a"
    clock.now = 70
    assert provider.token() == "b"
    form = responses.calls[0].request.body
    assert isinstance(form, str)
    assert "tenant_id=leietaker" in form
    assert "grant_type=client_credentials" in form


@responses.activate
def test_a_refused_token_is_fetched_anew_once_and_then_it_is_the_credentials() -> None:
    clock = Clock()
    for letter in "abc":
        responses.post("https://id.example/connect/token", json={"access_token": letter, "expires_in": 3600})
    responses.get(f"{BASE}/v1/x", status=401)
    responses.get(f"{BASE}/v1/x", json={"ok": True})
    with_token = HttpClient(BASE, system="sikker_sak", tokens=tokens(clock), sleep=clock.sleep, clock=clock)
    assert with_token.get("v1/x").body == {"ok": True}
    responses.replace("GET", f"{BASE}/v1/x", status=401)
    with pytest.raises(AuthenticationFailed):
        with_token.get("v1/x")


@pytest.mark.parametrize(
    ("status", "body"), [(400, {"error": "invalid_client"}), (401, {}), (200, {}), (200, {"access_token": 1})]
)
@responses.activate
def test_credentials_that_are_refused_are_told_without_the_secret(status: int, body: Any) -> None:
    responses.post("https://id.example/connect/token", status=status, json=body)
    provider = tokens(Clock())
    with pytest.raises(AuthenticationFailed) as raised:
        provider.token()
    assert MARK not in str(raised.value) + repr(provider)


# --- JSON from outside -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff\xfe",
        b'{"a": "\x00"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5000,
        b"{",
        b"",
        b"{} {}",
    ],
)
def test_doubtful_json_is_refused_with_words_of_our_own(raw: bytes) -> None:
    with pytest.raises(
        ValueError,
        match=r"^(ikke UTF-8|ikke gyldig JSON( \(NaN eller uendelig\))?|uklar fordi samme nøkkel står to ganger|nøstet for dypt"
        r"|ødelagt av et urimelig langt tall|ødelagt av et halvt tegn)$",
    ):
        strict_json(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=200)
@given(json_values)
def test_ordinary_json_is_read_as_it_stands(value: Any) -> None:
    assert strict_json(json.dumps(value).encode()) == value


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_parse_or_be_refused(raw: bytes) -> None:
    try:
        strict_json(raw)
    except ValueError as error:
        assert len(str(error)) < 40  # noqa: PT017 - either outcome is right
