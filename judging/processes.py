"""Processes that work beside this one: each begins anew and inherits nothing that is open here, Ctrl-C is its parent's to answer,
and it lives no longer than that."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


def beside(number: int, begin: Callable[[], None]) -> ProcessPoolExecutor:
    """``number`` processes at most, in each of which ``begin`` (which can be pickled) is called first."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(number, get_context("spawn"), initializer=_begin, initargs=(begin,))


def stop() -> None:
    """Ends those that this process has begun, whatever they are at: nobody waits for their answers any more."""
    from multiprocessing import active_children

    for process in active_children():
        process.kill()


def _begin(begin: Callable[[], None]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begin()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
