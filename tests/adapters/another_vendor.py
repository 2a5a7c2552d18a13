"""The mock behind a server that says the same in other words: other case numbers, other names of fields, other labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

import requests

from skolemiljo.adapters.mock.running import RunningMock

_HEADERS = ("Content-Type", "ETag", "Idempotency-Key", "If-Match", "Authorization", "X-Mock", "Date", "X-Request-Id")
Answer = Callable[[Any], Any]


@contextmanager
def another_vendor(
    mock: RunningMock, said: Answer = lambda body: body, numbers: dict[str, str] | None = None
) -> Iterator[str]:
    """The address of a server that answers as ``mock``, each body as ``said`` makes it, and each of the case ``numbers`` exchanged."""
    theirs = numbers or {}
    ours = {other: number for number, other in theirs.items()}

    class Vendor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._pass_on(json.dumps(_exchanged(body, ours)).encode())

        def _pass_on(self, data: bytes | None) -> None:
            path, _, query = self.path.partition("?")
            parts = [quote(ours.get(unquote(part), unquote(part)), safe="") for part in path.split("/")]
            headers = {name: self.headers[name] for name in _HEADERS if name in self.headers}
            url = mock.url + "/".join(parts) + (f"?{query}" if query else "")
            answer = requests.request(self.command, url, data=data, headers=headers, timeout=30)
            body = answer.content
            if answer.headers.get("Content-Type", "").startswith("application/json"):
                here = f"http://{self.headers['Host']}"
                told = json.loads(body.decode().replace(mock.url, here))
                body = json.dumps(said(_exchanged(told, theirs)) if answer.ok else told).encode()
            self.send_response_only(answer.status_code)
            for name in _HEADERS:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield "http://{}:{}".format(*server.server_address[:2])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _exchanged(value: Any, numbers: dict[str, str]) -> Any:
    if isinstance(value, str):
        return numbers.get(value, value)
    if isinstance(value, list):
        return [_exchanged(item, numbers) for item in value]
    if isinstance(value, dict):
        return {key: _exchanged(item, numbers) for key, item in value.items()}
    return value
