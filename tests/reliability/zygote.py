"""Runs nights in children that are killed: imports everything once, then forks for each line it reads on stdin.

A line is JSON: ``url``, ``store``, ``log``, ``as_of``, and either ``calls`` (the child kills itself with SIGKILL at that many calls
of functions), ``seconds`` (it is killed from outside after so long) or neither. It answers with a line: how it ended, and
how many calls it made where it came through.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from skolemiljo.journal.log_lines import configure_logging
from skolemiljo.store import Store
from skolemiljo.sync.holding import AlreadyRunning

from .vendor import night, settings_at

HELD = 75
"""A night's exit code where another holds the store."""
PATIENCE = 60.0
"""Seconds for an answer: nothing here fails on purpose, and a busy machine is no fault."""


def main() -> None:
    """Answers until stdin is closed."""
    configure_logging(level="error")
    for line in sys.stdin:
        wanted = json.loads(line)
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            _child(wanted, write_end)
        os.close(write_end)
        if wanted.get("seconds") is not None:
            time.sleep(wanted["seconds"])
            os.kill(child, signal.SIGKILL)
        with os.fdopen(read_end) as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        answer = {"killed": code < 0, "code": code, **(json.loads(said) if said else {})}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _child(wanted: dict[str, Any], write_end: int) -> None:
    calls = 0
    limit = wanted.get("calls")

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        if wanted.get("seconds") is None:
            sys.setprofile(count)
            threading.setprofile(count)
        with Store.open(wanted["store"]) as store:
            settings, as_of = settings_at(wanted["url"], read_timeout=PATIENCE), datetime.fromisoformat(wanted["as_of"])
            summary = night(settings, store, as_of, log=Path(wanted["log"]))
        sys.setprofile(None)
        said = {"calls": calls, "state": summary.state, "problems": [problem.kind for _, problem in summary.problems()]}
        os.write(write_end, json.dumps(said).encode())
        code = 0
    except AlreadyRunning:
        code = HELD
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
