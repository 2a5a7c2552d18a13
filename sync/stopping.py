"""Being asked to stop: Ctrl-C and SIGTERM are answered from the first moment to the last, and within ten seconds."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 8.0
"""Seconds to end in good order. A system that does not answer may hold a request longer; then the process goes as it stands,
which loses no more than a kill does: nothing."""
Answer = Callable[[int, FrameType | None], None]


def exit_code(number: int) -> int:
    """What a program ends with that the signal ``number`` stopped."""
    return 128 + number


@contextmanager
def answering(answer: Answer | None = None) -> Iterator[None]:
    """Until the end of the block each of the signals is answered with ``answer``; without one, the program ends.

    Either way the process is gone within ten seconds. Only the main thread can ask for signals; elsewhere nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def answered(number: int, frame: FrameType | None) -> None:
        _watch(number)
        (answer or _end)(number, frame)

    before = {number: signal.signal(number, answered) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(exit_code(number))


def _watch(number: int) -> None:
    watch = threading.Timer(_PATIENCE, _go, [number])
    watch.daemon = True
    watch.start()


def _go(number: int) -> None:
    said = _("Stoppet mens et system ikke svarte. Neste kjøring tar opp det som gjensto.")
    try:
        os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, f"{said}\n".encode())
    finally:
        os._exit(exit_code(number))
