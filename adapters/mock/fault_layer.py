"""The outermost layer of the mock server: strikes requests with faults, breaks answers, and dates them by the mock's clock."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from .faults import Fault, FaultPlan, RequestKind
from .state import Tuning, VendorState

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Classify = Callable[[str, str], RequestKind | None]
"""From method and path to the kind of request; ``None`` = nothing to strike."""
ErrorBody = Callable[[str, int, str], dict[str, Any]]
"""From path, status and request id to the vendor's error body."""

SKEW = timedelta(hours=2)
_STATUS = {
    Fault.UNAUTHORISED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.CONFLICT: 409,
    Fault.PRECONDITION: 412,
    Fault.THROTTLED: 429,
    Fault.THROTTLED_BARE: 429,
    Fault.SERVER_ERROR: 500,
    Fault.UNAVAILABLE: 503,
}


class _Buffered:
    """An answer caught before it goes out."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class FaultLayer:
    """ASGI middleware. Faults that need the vendor's knowledge are handed on in ``scope["mock_fault"]``."""

    def __init__(
        self, app: App, plan: FaultPlan, state: VendorState, tuning: Tuning, classify: Classify, error_body: ErrorBody
    ) -> None:
        self.app = app
        self.plan = plan
        self.state = state
        self.tuning = tuning
        self.classify = classify
        self.error_body = error_body
        self.requests = 0
        self.seen: dict[str, int] = {}
        """How often each kind of request has come."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["mock_request_id"] = str(uuid.uuid4())
        kind = self.classify(scope["method"], scope["path"])
        fault = None
        if kind is not None:
            self.requests += 1
            self.seen[kind.value] = self.seen.get(kind.value, 0) + 1
            fault = self.plan.choose(kind, scope["path"], _asked(scope))
        scope["mock_fault"] = fault
        send = self._dated(scope, send, skewed=fault is Fault.CLOCK_SKEW)
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await self._strike(fault, scope, receive, send)

    def _dated(self, scope: Scope, send: Send, *, skewed: bool) -> Send:
        """``send`` that adds the date by the mock's clock and the request's id."""

        async def dated(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                now = self.state.clock.now() - (SKEW if skewed else timedelta())
                headers = [
                    *message.get("headers", ()),
                    (b"date", format_datetime(now, usegmt=True).encode()),
                    (b"x-request-id", scope["mock_request_id"].encode()),
                    (b"x-mock", b"skolemiljo mock server; the contract is assumed"),
                ]
                message = {**message, "headers": headers}
            await send(message)

        return dated

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault in _STATUS:
            if fault is Fault.UNAUTHORISED:
                self.state.revoke_tokens()
            await self._refuse(fault, scope, send)
        elif fault is Fault.SLOW:
            await asyncio.sleep(self.tuning.slow_seconds)
            await self.app(scope, receive, send)
        elif fault is Fault.HUNG:
            await self._hang(receive, send)
        elif fault is Fault.HUGE:
            await self._flood(send)
        elif fault is Fault.SERVER_ERROR_STORED:
            await self.app(scope, receive, _Buffered())
            await self._refuse(fault, scope, send, status=500)
        elif fault in _BREAK:
            await self._break(fault, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _refuse(self, fault: Fault, scope: Scope, send: Send, status: int | None = None) -> None:
        status = status or _STATUS[fault]
        body = self.error_body(scope["path"], status, scope["mock_request_id"])
        headers = [(b"content-type", b"application/json")]
        if fault is Fault.THROTTLED:
            seconds = str(self.tuning.retry_after).encode()
            headers += [(b"retry-after", seconds), (b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", seconds)]
        if status == 401:
            headers.append((b"www-authenticate", b'Bearer error="invalid_token"'))
        await _answer(send, status, headers, json.dumps(body).encode())

    async def _hang(self, receive: Receive, send: Send) -> None:
        """Says nothing until the client goes away or the time is up; then the connection breaks without an answer."""

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        try:
            await asyncio.wait_for(gone(), self.tuning.hang_seconds)
        except TimeoutError:
            await _cut(send, 200, [], b"", announced=1)

    async def _flood(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"data": "', "more_body": True})
        chunk = b"x" * 65536
        for _ in range(self.tuning.huge_bytes // len(chunk)):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b'"}'})

    async def _break(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the vendor answer, and breaks the answer on its way out."""
        caught = _Buffered()
        await self.app(scope, receive, caught)
        whole = bytes(caught.body)
        if fault is Fault.NOT_JSON:
            page = "<!doctype html><title>Innlogging</title><p>Økta di er utløpt. Logg inn på nytt.</p>".encode()
            await _answer(send, 200, [(b"content-type", b"text/html; charset=utf-8")], page)
        elif fault is Fault.TRUNCATED:
            await _answer(send, caught.status, caught.headers, whole[: max(1, len(whole) // 2)])
        elif fault is Fault.WRONG_TYPES:
            await _answer(send, caught.status, caught.headers, json.dumps(_wrong(json.loads(whole))).encode())
        else:  # cut: a whole is announced, half of it comes
            await _cut(send, caught.status, caught.headers, whole[: len(whole) // 2], announced=len(whole) + 2)


_BREAK = frozenset({Fault.CUT, Fault.TRUNCATED, Fault.WRONG_TYPES, Fault.NOT_JSON})


def _asked(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-mock-fault":
            return bytes(value).decode("latin-1").strip()
    return None


def _without_length(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() != b"content-length"]


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers = [*_without_length(headers), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _cut(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, announced: int) -> None:
    """Sends less than is announced. The server closes a connection whose answer does not come to its end."""
    headers = [*_without_length(headers), (b"content-length", str(announced).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _wrong(value: Any, depth: int = 0) -> Any:
    """The same answer with the wrong types inside: texts become numbers, numbers texts, lists objects."""
    if isinstance(value, dict):
        return {key: _wrong(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_wrong(inner, depth + 1) for inner in value] if depth < 2 else {"0": "?"}
    if isinstance(value, bool) or value is None:
        return value
    return 17 if isinstance(value, str) else str(value)
