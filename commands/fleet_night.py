"""One municipality's night on a host of a fleet: a program that gets its order on stdin and gives its account, one line, on stdout.

It does what ``skolemiljo sync`` does. What it gives are counts and kinds; what it logs stays on this host.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from collections import Counter
from contextlib import suppress

from ..domain.errors import SkolemiljoError
from ..fleet.names import MunicipalNight, NoNight, Order, line, not_begun, place_of
from ..journal.log_lines import configure_logging, crash_without_words
from ..sync.stopping import answering
from ..sync.summary import RunSummary
from . import night
from .workplace import Workplace


def main() -> None:
    """Runs the night, and ends as ``skolemiljo sync`` would have."""
    crash_without_words()
    with answering():
        order = Order.model_validate_json(sys.stdin.readline())
        threading.Thread(target=_stop_with, args=(sys.stdin.fileno(),), daemon=True).start()
        configure_logging(level=order.log)
        account = run(order)
        with suppress(BrokenPipeError):  # nobody waits for it any more
            sys.stdout.write(line(account))
            sys.stdout.flush()
    sys.exit(account.exit_code)


def _stop_with(pipe: int) -> None:
    """When the worker is gone, nobody knows of this night: it ends as if told to stop, and whoever takes it up begins where it left."""
    os.read(pipe, 1)  # nothing more is ever written: it ends where the worker does
    os.kill(os.getpid(), signal.SIGTERM)


def run(order: Order) -> MunicipalNight:
    """The night and its account. Raises nothing: what went wrong is told to the log of this host, and its kind in the account."""
    import structlog

    structlog.contextvars.bind_contextvars(municipality=order.municipality)
    log = structlog.get_logger("skolemiljo.fleet")
    try:
        work = Workplace(*place_of(order.folder, order.municipality))
        summary = night.run(work, as_of=order.as_of, dry_run=order.dry_run, full=order.full)
    except SkolemiljoError as error:
        log.error("night did not come about", kind=type(error).__name__, why=str(error))
        failed = not_begun(order.municipality, type(error).__name__)
        return failed.model_copy(update={"exit_code": int(error.exit_code)})
    except Exception:
        log.exception("fault of ours")
        return not_begun(order.municipality, NoNight.CRASHED)
    return account_of(order.municipality, summary)


def account_of(municipality: str, summary: RunSummary) -> MunicipalNight:
    """Of a night what may leave its host."""
    used, beside = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return MunicipalNight(
        municipality=municipality,
        state=summary.state,  # type: ignore[arg-type]  # one of the four
        exit_code=summary.exit_code,
        kind=summary.error,
        problems=dict(_problems(summary)),
        schools=sum(school.school is not None for school in summary.schools),
        schools_whole=sum(school.school is not None and school.complete for school in summary.schools),
        read=summary.total("read"),
        judged=summary.total("judged"),
        written=summary.total("written"),
        waiting=summary.total("waiting"),
        unknown=summary.total("unknown"),
        cpu_seconds=used.ru_utime + used.ru_stime + beside.ru_utime + beside.ru_stime,
        peak_kib=used.ru_maxrss,
    )


def _problems(summary: RunSummary) -> Counter[str]:
    """How many of each kind there are."""
    counted: Counter[str] = Counter(problem.kind for _, problem in summary.problems())
    counted.update(kind for _, kind in summary.set_aside)
    counted.update(school.error for school in summary.schools if school.error is not None)
    waits = summary.first_write_waits
    counted += Counter(
        MissingSchool=len(summary.missing_schools),
        OddSchool=len(summary.odd_schools),
        BrokenExport=int(summary.decisions_problem is not None),
        FirstWriteWaits=waits.cases if waits is not None else 0,
        CrashedRule=sum(sum(school.crashed.values()) for school in summary.schools),
    )
    return counted


if __name__ == "__main__":
    main()
