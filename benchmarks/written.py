"""What a written night takes, against what the wire and the judging ask for: ``python benchmarks/written.py [wire quiet keep growth long scale]``.

The mock vendors answer from a process of their own, behind a wire of some milliseconds. The bound is what the same requests would
take by as many writers with nothing between them: the wire's time and the mock's own, or the mock's alone, since it is one process.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import requests

from skolemiljo.adapters.mock.municipality import AS_OF, skolerute_path
from skolemiljo.benchmarks.measure import Requests, best_of, documents, judge, read
from skolemiljo.commands import night
from skolemiljo.commands.program import ALLOCATIONS
from skolemiljo.commands.workplace import Workplace
from skolemiljo.journal.log_lines import configure_logging
from skolemiljo.store import FirstWrite, JudgedCase, Store
from skolemiljo.sync.summary import RunSummary

WIRE = (20, 50, 100)
WRITERS = 8
CASES, SCHOOLS = 200, 4
LARGE, LARGE_SCHOOLS = 2_000, 8
KEPT, BATCH = 500, 100
GROWTH = (100, 316, 1_000)
WHOLE = 20_000
FEW, LONG = 40, 100_000
MOST = 1.3
PATIENCE = "read_timeout = 900\nbudget = 1800\n"
"""Settings of each system: a busy machine is no fault, and a mock with many cases is long in making them."""


@dataclass(frozen=True, slots=True)
class Took:
    """What one night took. Seconds; memory in MiB."""

    wall: float
    own: float
    """CPU of this process."""
    theirs: float
    """CPU of the mock."""
    requests: int
    summary: RunSummary


class Town:
    """A municipality behind a wire, and a workplace with its settings."""

    def __init__(self, work: Workplace, served: int, requests: Requests) -> None:
        self.work = work
        self._served = served
        self._requests = requests

    def night(self, *, full: bool = False, later: timedelta = timedelta(), touched: float = 0.0) -> Took:
        """One night, written back, after people have written in so large a share of the cases."""
        if touched:
            self._touch(touched)
        sent, theirs = self._requests.sent, _seconds_of(self._served)
        begun, own = time.perf_counter(), time.process_time()
        summary = night.run(self.work, as_of=AS_OF + later, full=full, handle_signals=False)
        assert summary.state == "complete", summary.state  # noqa: S101 - else nothing has been measured
        return Took(
            time.perf_counter() - begun,
            time.process_time() - own,
            _seconds_of(self._served) - theirs,
            self._requests.sent - sent,
            summary,
        )

    def _touch(self, share: float) -> None:
        cases = sorted(self.work.store.written_fingerprints())
        for case in cases[:: round(1 / share)]:
            self._change(case, {})

    def lengthen(self, entries: int) -> None:
        """Gives one case so many entries more."""
        school = next(iter(self.work.schools)).organisation_number
        author = {"role": "teacher", "ref": "a-9"}
        log = [
            {
                "id": f"l-{number}",
                "kind": "note",
                "text": "Samtale i friminuttet om hvordan det går.",
                "author": author,
                "happened_at": (AS_OF - timedelta(minutes=number + 1)).isoformat(),
            }
            for number in range(entries)
        ]
        self._change(min(self.work.source.case_ids(school)), {"append": {"log": log}})

    def _change(self, case: str, change: dict[str, Any]) -> None:
        base = str(self.work.settings.sikker_sak.base_url).removesuffix("/sikkersak")
        requests.post(f"{base}/_mock/touch/{case}", json=change, timeout=900).raise_for_status()


_REQUESTS: list[Requests] = []


@contextmanager
def town(*, cases: int, schools: int, milliseconds: int = 0) -> Iterator[Town]:
    """A new town, of which no night has been."""
    _REQUESTS[:] = _REQUESTS or [Requests()]
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(here / "wire.py"), str(schools), str(cases), str(milliseconds)]
        served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert served.stdout is not None  # noqa: S101 - it is a pipe
            lines: list[str] = []
            while sum(line.startswith("tenant_id") for line in lines) < 2:  # the last thing it says
                lines.append(served.stdout.readline())
                assert lines[-1], "the mock did not start"  # noqa: S101 - else there is nothing to measure against
            file = Path(folder) / "settings.toml"
            own = f'school_calendar = "{skolerute_path()}"\nstore = "store.sqlite"\n'
            told = "".join(line + PATIENCE * line.startswith("base_url") for line in lines)
            file.write_text(own + told + f"\n[sync]\nwrite_back = true\nwriters = {WRITERS}\n", "utf-8")
            work = Workplace(file)
            # What is measured is a night like the others, not the one that a person begins.
            work.store.keep_first_write(FirstWrite(date(2024, 8, 1), work.settings.source_mark))
            list(work.source.schools())
            for school in work.schools:  # the mock makes its cases when they are first asked for
                list(work.source.case_ids(school.organisation_number))
            yield Town(work, served.pid, _REQUESTS[0])
            work.store.close()
        finally:
            served.terminate()
            served.wait()


def _seconds_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _judging(cases: int) -> float:
    """CPU seconds to read and judge so many cases."""
    raw = documents(cases)
    begun = time.process_time()
    for document in raw:
        judge(read(document))
    return time.process_time() - begun


def _verdict(ratio: float, most: float) -> str:
    return f"at most {most:g}: {'met' if ratio <= most else 'missed'}"


def wire() -> None:
    """The first night of 200 cases, written back, by the length of the wire."""
    judging = _judging(CASES)
    click.echo(f"  judging {CASES} cases: {judging:.2f} s of CPU")
    for milliseconds in WIRE:
        with town(cases=CASES, schools=SCHOOLS, milliseconds=milliseconds) as place:
            took = place.night()
        bound = max((took.requests * milliseconds / 1000 + took.theirs) / WRITERS, took.theirs)
        floor = max(bound, judging)
        click.echo(
            f"  {milliseconds:>4} ms  {took.wall:>7.2f} s  {took.requests:>5} requests  bound {bound:>6.2f} s (the mock's own {took.theirs:.2f})"
            f"  own CPU {took.own:>6.2f} s  x bound {took.wall / floor:>5.2f}  {_verdict(took.wall / floor, MOST)}"
        )


def quiet() -> None:
    """The nights after the first: nothing new, one case in a hundred touched, and a full one that reads everything back."""
    with town(cases=LARGE, schools=LARGE_SCHOOLS) as place:
        first = place.night()
        later: dict[str, Callable[[], Took]] = {
            "nothing new": lambda: place.night(later=timedelta(minutes=1)),
            "1 % touched": lambda: place.night(touched=0.01, later=timedelta(minutes=2)),
            "full, read back": lambda: place.night(full=True, later=timedelta(minutes=3)),
        }
        click.echo(f"  the first of {LARGE} cases: {first.own:.1f} s of CPU, {first.requests} requests")
        for name, step in later.items():
            took = step()
            most = {"nothing new": 0.01, "1 % touched": 0.02}.get(name)
            ratio = took.own / first.own
            click.echo(
                f"  {name:<18} {took.own:>6.2f} s of CPU  {took.requests:>6} requests  {took.summary.total('written'):>4} written"
                f"  x first {ratio:>7.4f}  {'' if most is None else _verdict(ratio, most)}"
            )


def keep() -> None:
    """Keeping the judgements of 500 cases, against the same rows put into the same tables by sqlite3 alone, in the same batches."""
    assessments = [judge(read(document)) for document in documents(KEPT)]
    judged = [JudgedCase(assessment, assessment.school or "", "0" * 64) for assessment in assessments]
    batches = [judged[start : start + BATCH] for start in range(0, KEPT, BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        tables = ("cases", "findings")
        with Store.open(Path(folder) / "first.sqlite") as store:
            store.put_judged(judged)
            with store.looking() as plain:
                names = {name: list(plain.rows(f"SELECT * FROM {name} LIMIT 1")[0]) for name in tables}  # noqa: S608 - our own names
        with closing(sqlite3.connect(Path(folder) / "first.sqlite")) as first:
            rows = {name: first.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608 - our own names

        def bare() -> None:
            with Store.open(Path(folder) / f"{time.monotonic_ns()}.sqlite") as made, made.keeping() as plain:
                plain.column("SELECT 1")
            with closing(sqlite3.connect(made.path or "")) as connection:
                connection.execute("PRAGMA synchronous=FULL")
                for number in range(len(batches)):
                    with connection:
                        for name in tables:
                            part = rows[name][number :: len(batches)]
                            places = ",".join("?" * len(names[name]))
                            connection.executemany(f"INSERT INTO {name} VALUES ({places})", part)  # noqa: S608 - our own names

        def ours() -> None:
            with Store.open(Path(folder) / f"{time.monotonic_ns()}.sqlite") as store:
                for batch in batches:
                    store.put_judged(batch)

        def made() -> None:
            Store.open(Path(folder) / f"{time.monotonic_ns()}.sqlite").close()

        best = best_of({"made": made, "sqlite3": bare, "the store": ours}, 5)
    floor, took = best["sqlite3"] - best["made"], best["the store"] - best["made"]
    click.echo(
        f"  {KEPT} cases, {len(rows['findings'])} findings: sqlite3 {floor * 1000 / KEPT:.2f} ms/case, the store {took * 1000 / KEPT:.2f}"
        f"  x {took / floor:.2f}  {_verdict(took / floor, 1.5)}"
    )


def growth() -> None:
    """CPU of a first written night by the number of cases, and the exponent that fits."""
    seen: list[tuple[int, float]] = []
    for cases in GROWTH:
        with town(cases=cases, schools=max(1, cases // 50)) as place:
            took = place.night()
        seen.append((cases, took.own))
        click.echo(f"  {cases:>6} cases  {took.own:>8.2f} s of CPU  {1000 * took.own / cases:>6.2f} ms/case")
    exponent = _slope([(math.log(cases), math.log(own)) for cases, own in seen])
    click.echo(f"  exponent {exponent:.2f}  {_verdict(exponent, 1.1)}")


def _slope(points: list[tuple[float, float]]) -> float:
    middle = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    rise = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return rise / sum((x - middle[0]) ** 2 for x, _ in points)


def long() -> None:
    """A school of forty cases, and the same with one that has a log of 100 000 entries: every flag stands in both."""
    for entries in (0, LONG):
        with town(cases=FEW, schools=1) as place:
            if entries:
                place.lengthen(entries)
            took = place.night()
            stand = len(place.work.store.written_fingerprints())
        assert stand == FEW, stand  # noqa: S101 - else one has stopped the others
        click.echo(
            f"  {entries:>7} entries more in one of {FEW} cases  {took.own:>7.2f} s of CPU  {took.requests} requests"
        )


def scale() -> None:
    """A night of 20 000 cases, written back whole."""
    with town(cases=WHOLE, schools=WHOLE // 370) as place:
        took = place.night()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(
        f"  {WHOLE} cases: {took.wall:.0f} s, {took.own:.0f} s of CPU here and {took.theirs:.0f} s in the mock, {took.requests} requests,"
        f" {took.summary.total('written')} written, at most {memory:.0f} MiB"
    )


SECTIONS: dict[str, Callable[[], None]] = {
    "wire": wire,
    "quiet": quiet,
    "keep": keep,
    "growth": growth,
    "long": long,
    "scale": scale,
}
STANDARD = ("wire", "quiet", "keep", "growth", "long")

if __name__ == "__main__":
    gc.set_threshold(ALLOCATIONS)  # as the program itself
    configure_logging(level="error")
    for section in sys.argv[1:] or STANDARD:
        click.echo(f"\n{section}")
        SECTIONS[section]()
