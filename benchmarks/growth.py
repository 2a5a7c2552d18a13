"""How reading and judging grow with the number of cases: ``python benchmarks/growth.py [CASES ...]``.

Each number is a process of its own that makes its cases as it goes, a batch at a time; only reading and judging are counted.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice

import click

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.benchmarks.measure import STEEPEST, each, judge, read
from skolemiljo.fleet.scale import exponent

STANDARD = (100, 1_000, 10_000)
BATCH = 100
WARM = 200
"""Cases that are judged before any is counted: what a process learns once is no part of growth."""
TRIES = 1_000
"""Numbers up to this are done three times, and the best counts: a moment's disturbance is much of a small number."""


def main(numbers: list[int]) -> None:
    """Prints what each number took, and the exponent that fits."""
    seen: list[tuple[int, float]] = []
    for cases in numbers:
        best, peak = min(_in_own_process(cases) for _ in range(3 if cases <= TRIES else 1))
        seen.append((cases, best))
        click.echo(
            f"  {cases:>7} cases  {best:>8.2f} s of CPU  {1000 * best / cases:>6.2f} ms/case  at most {peak:.0f} MiB"
        )
    if len(seen) > 1:
        found = exponent(seen)
        met = "met" if found <= STEEPEST else "missed"
        click.echo(f"  reading and judging grow with the cases as n^{found:.2f}  at most {STEEPEST}: {met}")


def _in_own_process(cases: int) -> tuple[float, float]:
    command = [sys.executable, __file__, "--streamed", str(cases)]
    seconds, peak = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return seconds, peak


def streamed(cases: int) -> tuple[float, float]:
    """CPU seconds to read and judge so many cases, each let go of when it is judged, and the process's most memory in MiB."""
    each(_documents(WARM), lambda document: judge(read(document)))
    took, made = 0.0, _documents(cases)
    while batch := list(islice(made, BATCH)):
        begun = time.process_time()
        each(batch, lambda document: judge(read(document)))
        took += time.process_time() - begun
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _documents(cases: int) -> Iterator[bytes]:
    return (json.dumps(case, ensure_ascii=False).encode() for case in Municipality(cases=cases).cases())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--streamed", number]:
            click.echo(json.dumps(streamed(int(number))))
        case numbers:
            main([int(number) for number in numbers] or list(STANDARD))
