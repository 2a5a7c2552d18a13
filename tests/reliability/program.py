"""The program itself as a process against the mock vendors: its settings, starting it, and waiting for a moment in its night."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from skolemiljo.adapters.mock.municipality import skolerute_path
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.adapters.mock.state import Credentials
from skolemiljo.settings import load_settings

_PATIENCE = 120.0
_SYSTEM = """
[{name}]
base_url = "{url}"
token_url = "{token}"
client_id = "{known.client_id}"
tenant_id = "{known.tenant_id}"
page_size = 5
"""


def settings_file(mock: RunningMock, folder: Path) -> Path:
    """Settings in ``folder`` for both vendors, with write-back on; the store lies beside it."""
    known: Credentials = mock.mock.credentials
    file = folder / "settings.toml"
    systems = (("sikker_sak", mock.sikker_sak_url), ("annual_cycle", mock.annual_cycle_url))
    file.write_text(
        'source = "sikker_sak"\ncycle = "annual_cycle"\nstore = "lager.sqlite"\n'
        f'school_calendar = "{skolerute_path()}"\n'
        f'client_secret = "{known.client_secret}"\n[sync]\nwrite_back = true\n'
        + "".join(_SYSTEM.format(name=name, url=url, token=mock.token_url, known=known) for name, url in systems),
        "utf-8",
    )
    already_written(file)
    return file


def already_written(settings: Path) -> None:
    """Leaves an export beside the store that says that flags have been written to this source before."""
    loaded = load_settings(settings)
    first = {"day": "2024-08-01", "source": loaded.source_mark}
    content = {"schema_version": 1, "first_write": first, "acceptances": []}
    loaded.decisions_path.write_text(json.dumps(content), "utf-8")


def start_sync(settings: Path, as_of: datetime, **environment: str) -> subprocess.Popen[str]:
    """A night as systemd starts it."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SKOLEMILJO_")}
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "skolemiljo.cli", "--settings", str(settings)),
            *("sync", "--as-of", as_of.isoformat(), "--format", "json"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**clean, **environment},
    )


@contextmanager
def roster_vendor(*orgs: dict[str, Any], clock_ahead: float = 0.0) -> Iterator[str]:
    """A OneRoster server with the list ``orgs``; gives the section of the settings that leads to it.

    ``clock_ahead``: how many seconds its clock is ahead of ours.
    """

    class Vendor(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._give({"access_token": "abc", "expires_in": 3600})

        def do_GET(self) -> None:
            self._give({"orgs": list(orgs)})

        def _give(self, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response_only(200)
            self.send_header("Date", formatdate(time.time() + clock_ahead, usegmt=True))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    lines = ("[oneroster]", f'base_url = "{url}"', f'token_url = "{url}/token"', 'client_id = "x"', 'tenant_id = "y"')
    try:
        yield "\n".join((*lines, 'client_secret = "z"\n'))
    finally:
        server.shutdown()
        server.server_close()


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Waits for a moment in the night of ``process``, or (without one) after it."""
    until = time.monotonic() + _PATIENCE
    while not happened():
        assert process is None or process.poll() is None, f"it ended before the moment came: {process.communicate()}"
        assert time.monotonic() < until, "the moment never came"
        time.sleep(0.005)
