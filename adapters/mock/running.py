"""Runs the mock: in a thread on a free port for tests, or in the foreground for ``skolemiljo mock up``."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from gettext import gettext as _
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ...domain.errors import SettingsError
from ...domain.fault_words import why_not
from .faults import FaultPlan, parse_faults
from .municipality import AS_OF, Municipality
from .server import Mock

if TYPE_CHECKING:
    import uvicorn

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


def start(municipality: Municipality | None = None, *, port: int = 0, **options: Any) -> RunningMock:
    """A running mock on a free port of this machine: ``with start() as mock: …``. ``options`` are those of :class:`Mock`."""
    return RunningMock(Mock(municipality, **options), port=port)


def serve(
    *,
    port: int = 0,
    seed: int = 7,
    schools: int = 3,
    cases: int | None = None,
    calm: bool = False,
    faults: Sequence[str] = (),
    fault_rate: float = 0.05,
    fault_seed: int = 1,
    as_of: datetime | None = None,
    echo: Callable[[str], Any] = print,
) -> None:
    """Runs the mock in the foreground, and says first which settings to paste. Raises SettingsError."""
    try:
        plan = FaultPlan(parse_faults(",".join(faults)), fault_rate if faults else 0.0, fault_seed)
        municipality = Municipality(seed=seed, schools=schools, cases=cases, as_of=as_of or AS_OF, calm=calm)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    mock = Mock(municipality, as_of=as_of, plan=plan)
    # It listens before it says where, so that whoever reads the settings can use them at once.
    listening = listen("127.0.0.1", port)
    base = "http://{}:{}".format(*listening.getsockname())
    credentials = mock.credentials
    common = f'token_url = "{base}/connect/token"\nclient_id = "{credentials.client_id}"\ntenant_id = "{credentials.tenant_id}"'
    answers = _("{municipality} (oppdiktet) svarer på {url}. Stopp med Ctrl-C. Innstillinger:")
    echo("# " + answers.format(municipality=municipality.name, url=base))
    echo(f'source = "sikker_sak"\ncycle = "annual_cycle"\nclient_secret = "{credentials.client_secret}"')
    echo(f'\n[sikker_sak]\nbase_url = "{base}/sikkersak"\n{common}')
    echo(f'\n[annual_cycle]\nbase_url = "{base}/aarshjul"\n{common}')
    _run_in_foreground(mock, listening)


def _run_in_foreground(mock: Mock, listening: socket.socket) -> None:
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
