"""Runs the mock: in a thread on a free port for tests, or in the foreground for ``skolemiljo mock up``."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from ...domain.errors import SettingsError
from ...domain.fault_words import why_not

if TYPE_CHECKING:
    import uvicorn

    from .server import Mock

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class RunningMock:
    """A mock that answers over real HTTP until it is closed. Use it with ``with``; ``stop()`` may be called twice."""

    def __init__(self, mock: Mock, host: str = "127.0.0.1", port: int = 0) -> None:
        self.mock = mock
        self._socket = listen(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        self._server = _server(mock)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="mock", daemon=True
        )
        self._thread.start()
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        # The socket listens already: a request made now waits in its queue. Only a failed start-up must be seen here.
        while not self._server.started:
            self._thread.join(0.01)
            if not self._thread.is_alive():
                raise RuntimeError("the mock server did not start")

    @property
    def url(self) -> str:
        """The server's own address, without a path."""
        return f"http://{self.host}:{self.port}"

    @property
    def sikker_sak_url(self) -> str:
        """Base address of the mock Sikker Sak."""
        return f"{self.url}/sikkersak"

    @property
    def annual_cycle_url(self) -> str:
        """Base address of the mock annual cycle."""
        return f"{self.url}/aarshjul"

    @property
    def token_url(self) -> str:
        """Address of the mock Visma Connect's token endpoint."""
        return f"{self.url}/connect/token"

    def stop(self) -> None:
        """Stops answering and frees the port."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def __enter__(self) -> RunningMock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run_in_foreground(mock: Mock, listening: socket.socket) -> None:
    """Answers on ``listening`` until the process is told to stop (Ctrl-C or SIGTERM)."""
    try:
        _server(mock).run(sockets=[listening])
    finally:
        listening.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket of this machine that takes requests from now on; port 0 = a free one. They wait until the server is up."""
    if host not in LOOPBACK:
        raise ValueError("etterligningen svarer bare på denne maskinen: bruk 127.0.0.1")
    # The protocol is named because asyncio turns Nagle's waiting (40 ms an answer) off only where it is.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise SettingsError(f"port {port} kan ikke brukes ({why_not(error)}); 0 tar en ledig") from None
    listening.listen(128)
    return listening


def _server(mock: Mock) -> uvicorn.Server:
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            mock.app,
            log_level="critical",  # broken answers are meant; they are in the journal, not in a log
            access_log=False,
            date_header=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
        )
    )
