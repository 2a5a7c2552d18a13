"""A server of a test's own that answers in JSON."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any


class AnswersInJson(BaseHTTPRequestHandler):
    """What such servers have in common: a whole answer, and no word on the terminal."""

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Sends ``body``, whole."""
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
