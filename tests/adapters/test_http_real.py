"""HTTP over real sockets: what only a real server can do to a client, and what this machine's surroundings must not."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from skolemiljo.adapters.http import HttpClient, Limits, ping
from skolemiljo.domain.errors import ConnectionLost, Fatal, IncompleteAnswer, SettingsError

Serve = Callable[[socket.socket, bytes], None]


@contextmanager
def server(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A server on a free port that reads one request for each connection and then does as it likes."""
    requests: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with suppress(OSError):
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                with connection:
                    whole = b""
                    while b"\r\n\r\n" not in whole and (part := connection.recv(65536)):
                        whole += part
                    requests.append(whole)
                    serve(connection, whole)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{listening.getsockname()[1]}", requests
    finally:
        listening.close()


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def giving(whole: bytes) -> Serve:
    return lambda connection, _: connection.sendall(whole)


def once(url: str, ca_file: str | None = None, **limits: float) -> HttpClient:
    return HttpClient(url, system="sikker_sak", limits=Limits(attempts=1, **limits), ca_file=ca_file)  # type: ignore[arg-type]  # limits of several types by name


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (answer(b"", length=1_000_000), b" "),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 ", b"2"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 1000000\r\n\r\n", b" "),
    ],
)
def test_a_server_that_drips_does_not_outlast_the_budget(first: bytes, drop: bytes) -> None:
    over = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        while not over.wait(0.02):
            connection.sendall(drop)

    with server(drip) as (url, _):
        with pytest.raises(ConnectionLost):
            once(url, budget=0.3).get("v1/x")
        over.set()


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        answer(b'{"items": []', length=1000),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nikke et tall\r\n",
        answer(b"dette er ikke pakket", "Content-Encoding: gzip"),
        answer(gzip.compress(b"{}" * 100, mtime=0)[:-8], "Content-Encoding: gzip"),
        b"ikke HTTP i det hele tatt\r\n\r\n",
    ],
)
def test_a_broken_answer_is_a_lost_connection(whole: bytes) -> None:
    with server(giving(whole)) as (url, _), pytest.raises(ConnectionLost):
        once(url).get("v1/x")


def test_what_swells_when_it_is_unpacked_is_cut_off() -> None:
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]", mtime=0)
    assert len(bomb) < 100_000
    with (
        server(giving(answer(bomb, "Content-Encoding: gzip"))) as (url, _),
        pytest.raises(IncompleteAnswer, match="større"),
    ):
        once(url, bytes_at_most=1_000_000).get("v1/x")


def test_layers_of_packing_are_refused_unopened() -> None:
    body = gzip.compress(gzip.compress(b"{}", mtime=0))
    with (
        server(giving(answer(body, "Content-Encoding: gzip, gzip"))) as (url, _),
        pytest.raises(IncompleteAnswer, match="pakket"),
    ):
        once(url).get("v1/x")


def test_an_ordinary_packed_answer_is_read() -> None:
    with server(giving(answer(gzip.compress(b'{"a": 1}', mtime=0), "Content-Encoding: gzip"))) as (url, _):
        assert once(url).get("v1/x").body == {"a": 1}


def test_a_redirect_is_not_followed() -> None:
    with server(giving(answer(b"{}"))) as (elsewhere, reached):
        whole = answer(b"", f"Location: {elsewhere}/v1/x", status="302 Found")
        with server(giving(whole)) as (url, _), pytest.raises(Fatal, match="viser videre"):
            once(url).get("v1/x")
    assert reached == []


def test_no_cookie_and_no_netrc_goes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login noen password hemmelig\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    class Token:
        def token(self) -> str:
            return "billett"

        def forget(self, token: str) -> None: ...

    with server(giving(answer(b"{}", "Set-Cookie: a=b", "Connection: close"))) as (url, seen):
        with_token = HttpClient(url, system="sikker_sak", tokens=Token())
        without = once(url)
        for client in (with_token, with_token, without):
            client.get("v1/x")
    assert [b"Authorization: Bearer billett" in request for request in seen] == [True, True, False]
    assert not any(b"Basic" in request or b"Cookie" in request for request in seen)


def test_a_proxy_of_the_surroundings_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(giving(answer(b'{"via": "proxy"}', "Connection: close"))) as (proxy, seen):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(ConnectionLost):  # the proxy opens no tunnel, but it was asked to
            once("https://sak.example").get("v1/x")
    assert seen[0].startswith(b"CONNECT sak.example:443")


# --- certificates ----------------------------------------------------------------------------------------------------


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_an_unknown_certificate_is_not_trusted_and_not_tried_again(certificate: Path) -> None:
    with server(giving(answer(b"{}")), tls(certificate)) as (url, seen):
        client = HttpClient(url, system="sikker_sak", limits=Limits(attempts=5, first_wait=0))
        with pytest.raises(Fatal, match="sertifikat"):
            client.get("v1/x")
    assert seen == []


def test_the_municipality_s_own_authority_is_trusted_whatever_the_environment_says(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import certifi

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    with server(giving(answer(b'{"a": 1}')), tls(certificate)) as (url, _):
        assert once(url, ca_file=f"{certificate}.crt").get("v1/x").body == {"a": 1}
        with pytest.raises(Fatal, match="sertifikat"):
            once(url).get("v1/x")


def test_the_environment_s_authority_is_used_where_the_settings_name_none(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", f"{certificate}.crt")
    with server(giving(answer(b'{"a": 1}')), tls(certificate)) as (url, _):
        assert once(url).get("v1/x").body == {"a": 1}


def test_a_line_cut_while_the_lock_is_turned_may_pass(certificate: Path) -> None:
    def slam(connection: socket.socket, _: bytes) -> None:
        connection.close()

    with server(slam) as (url, _), pytest.raises(ConnectionLost):
        once(url.replace("http://", "https://")).get("v1/x")


def test_an_authority_that_is_not_there_is_a_matter_of_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ca_file"):
        once("https://sak.example", ca_file=os.fspath(tmp_path / "borte.pem"))


def test_a_ping_is_one_get_that_sends_nothing() -> None:
    with server(giving(answer(b"OK"))) as (url, requests):
        ping(f"{url}/4f1c")
    (sent,) = requests
    assert sent.startswith(b"GET /4f1c HTTP/1.1")
    assert b"Authorization" not in sent


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "500 Internal Server Error"])
def test_a_ping_that_nobody_took_is_told_without_its_address(status: str) -> None:
    with server(giving(answer(b"", status=status))) as (url, _), pytest.raises(ConnectionLost) as caught:
        ping(f"{url}/4f1c")
    assert "4f1c" not in str(caught.value)
    with pytest.raises(ConnectionLost) as caught:
        ping("http://127.0.0.1:9/4f1c")
    assert "4f1c" not in str(caught.value)
