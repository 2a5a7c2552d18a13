"""Reading an answer within a time: no server can drip its way past it, in the headers or in the body.

A timeout of a socket is for one read. A server that sends one byte now and then is never late by it, and the standard
library reads the headers to their end before anyone is asked. So every read of an answer gets what is left of the time.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_LEFT: ContextVar[Callable[[], float] | None] = ContextVar("left", default=None)


@contextmanager
def within(left: Callable[[], float]) -> Iterator[None]:
    """Every answer read in here, in this thread, must be read while ``left()`` (seconds) is above nothing."""
    before = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(before)


class AnswerWithinTime(http.client.HTTPResponse):
    """An answer whose reads raise TimeoutError when the time is up."""

    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None):
        super().__init__(sock, debuglevel, method, url)
        buffered: Any = self.fp
        self.fp = io.BufferedReader(_WithinTime(buffered.detach(), sock))


class _WithinTime(io.RawIOBase):
    """The bytes of ``raw``, which come from ``sock``."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Reads what has come."""
        count = _LEFT.get()
        if count is not None:
            left = count()
            if left <= 0:
                raise TimeoutError("the time for the whole answer is up")
            self._sock.settimeout(left if self._patience is None else min(left, self._patience))
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        """Lets go of the socket."""
        self._raw.close()
        super().close()
