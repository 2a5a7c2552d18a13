"""What takes time and memory, told as ratios within one run: ``python benchmarks/measure.py [parse rules ...]``.

Everything is measured in turn, round after round, and the best of each is kept: on a machine that others use too, a
ratio of two bests holds where a number of seconds does not. All cases are invented.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache, partial
from itertools import islice
from math import log
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, TypeVar

import click
from pydantic import BaseModel, create_model

from skolemiljo.adapters.case_file import read_case
from skolemiljo.adapters.connect import http_client
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, skolerute_path
from skolemiljo.commands import assessing, night
from skolemiljo.commands.program import ALLOCATIONS
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.case import Case
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.verdict import Assessment
from skolemiljo.journal.log_lines import configure_logging
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.calendars import calendars
from skolemiljo.plans.loader import load_plans
from skolemiljo.reports import render
from skolemiljo.store import FirstWrite, Store

ROUNDS = 7
LOG_LENGTHS = (10, 100, 1_000, 10_000)
STEEPEST = 1.1
"""What the exponent of growth may be, from the shortest log to the longest."""
STREAMED = (2_000, 20_000)
ASSESSED = (200, 2_000, 20_000)
_NOW = AS_OF.astimezone(UTC)
T = TypeVar("T")
PROGRAM = str(Path(sys.executable).with_name("skolemiljo"))


def main() -> None:
    """Runs the sections named, or all."""
    gc.set_threshold(ALLOCATIONS)  # as the program itself
    wanted = sys.argv[1:] or list(SECTIONS)
    for name in wanted:
        click.echo(f"\n{name}")
        SECTIONS[name]()


def told(
    what: str,
    best: Mapping[str, float],
    floor: str,
    unit: str,
    per: float = 1.0,
    at_most: Mapping[str, float] | None = None,
) -> None:
    """One line for each of ``best``: in ``unit``, and as a ratio to the one called ``floor``; ``at_most``: what it should be."""
    for name, value in best.items():
        ratio, most = value / best[floor], (at_most or {}).get(name)
        target = "" if most is None else f"  at most {most:g}: {'met' if ratio <= most else 'missed'}"
        click.echo(f"  {what:<22} {name:<34} {value * per:>10.1f} {unit:<8} x {floor} {ratio:>6.2f}{target}")


def best_of(work: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The least CPU seconds of each piece of ``work``; they take turns."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, function in work.items():
            begun = time.process_time()
            function()
            best[name] = min(best[name], time.process_time() - begun)
    return best


# --- parsing and judging ---------------------------------------------------------------------------------------------


@cache
def judging() -> Judging:
    """The judgement that the demonstration has."""
    return Judging(load_plans("oyer-2024"), calendars(skolerute_path()))


def read(document: bytes) -> Case:
    """A case from its document, as every adapter reads it."""
    return read_case(document, system="bench")


def judge(case: Case) -> Assessment:
    """The case's assessment at the demonstration's moment."""
    return judging().case(case, _NOW)


def each(items: Iterable[T], function: Callable[[T], object]) -> None:
    """Does it to each item, and keeps nothing."""
    for item in items:
        function(item)


def documents(number: int) -> list[bytes]:
    """The case documents of an invented municipality."""
    return [json.dumps(case, ensure_ascii=False).encode() for case in Municipality(cases=number).cases()]


def stretched(case: dict[str, Any], entries: int) -> bytes:
    """``case`` with a log of so many entries: its own, again and again, with ids of their own."""
    log = [
        {**case["log"][n % len(case["log"])], "id": f"{case['log'][n % len(case['log'])]['id']}-{n}"}
        for n in range(entries)
    ]
    return json.dumps({**case, "log": log}, ensure_ascii=False).encode()


def bare(kind: Any) -> Any:
    """The same shape in plain pydantic: no patterns, no moments of ours, nothing counted. The floor of parsing."""
    if kind is Moment:
        return datetime | date
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _bare_model(kind)
    parts = typing.get_args(kind)
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return bare(parts[0])
    if origin in (UnionType, typing.Union):
        return typing.Union[tuple(bare(part) for part in parts)]  # noqa: UP007 - the parts are not known here
    return origin[tuple(part if part is Ellipsis else bare(part) for part in parts)] if origin is not None else kind


@cache
def _bare_model(kind: type[BaseModel]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (bare(field.annotation), ... if field.is_required() else field.default)
        for name, field in kind.model_fields.items()
    }
    return create_model(f"Bare{kind.__name__}", **fields)


def parse() -> None:
    """Reading a case against the bare floor, judging it against reading it, and both together."""
    raw = documents(190)
    cases, floor = list(map(read, raw)), _bare_model(Case)
    gc.collect()
    gc.freeze()
    best = best_of(
        {
            "bare": lambda: each(raw, floor.model_validate_json),
            "read": lambda: each(raw, read),
            "judge": lambda: each(cases, judge),
            "read and judge": lambda: each(raw, lambda document: judge(read(document))),
        }
    )
    told("a case of the demo", best, "bare", "us/case", 1e6 / len(raw), {"read": 1.6, "judge": 8})


def rules() -> None:
    """Judging by the length of the log: it must stay near linear; and one log that no case ever had."""
    stories, floor = [case for case in Municipality(cases=60).cases() if case.get("log")][:3], _bare_model(Case)
    judged: list[float] = []
    for entries in LOG_LENGTHS:
        raw = [stretched(case, entries) for case in stories]
        cases = list(map(read, raw))
        best = best_of(
            {
                "bare": partial(each, raw, floor.model_validate_json),
                "read": partial(each, raw, read),
                "judge": partial(each, cases, judge),
            },
            3,
        )
        most = {"judge": 1.3} if entries == 1_000 else None
        told(f"a log of {entries}", best, "bare", "us/entry", 1e6 / len(raw) / entries, most)
        judged.append(best["judge"])
    steep = log(judged[-1] / judged[0]) / log(LOG_LENGTHS[-1] / LOG_LENGTHS[0])
    steepest = max(
        log(longer / shorter) / log(more / fewer)
        for shorter, longer, fewer, more in zip(judged, judged[1:], LOG_LENGTHS, LOG_LENGTHS[1:], strict=False)
    )
    met = "met" if max(steep, steepest) <= STEEPEST else "missed"
    click.echo(f"  grows with the log as n^{steep:.2f}, at its steepest n^{steepest:.2f}  at most {STEEPEST}: {met}")
    longest = stretched(stories[0], 100_000)
    best = best_of(
        {"bare": lambda: floor.model_validate_json(longest), "read and judge": lambda: judge(read(longest))}, 1
    )
    told("a log of 100000", best, "bare", "ms", 1e3)


# --- starting up -----------------------------------------------------------------------------------------------------


def start() -> None:
    """Whole processes, against a bare interpreter and against one that imports click. CPU, not wall."""
    configure_logging(level="error")
    with night_place(cases=40, schools=1) as (work, _):
        night.run(work, as_of=AS_OF, handle_signals=False)
        settings = ("--settings", str(work.settings_file))
        school = work.schools[0].organisation_number
        commands: dict[str, list[str]] = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import click'": [sys.executable, "-c", "import click"],
            "--help": [PROGRAM, "--help"],
            "--version": [PROGRAM, "--version"],
            "check-school --help": [PROGRAM, "check-school", "--help"],
            "explain VA-08": [PROGRAM, "explain", "VA-08"],
            "check-school, 40 cases, --offline": [PROGRAM, *settings, "check-school", "--school", school, "--offline"],
            "check-school, 40 cases": [PROGRAM, *settings, "check-school", "--school", school],
        }
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(ROUNDS):
            for name, command in commands.items():
                best[name] = min(best[name], _process(command).cpu)
    most = {"--help": 1.3, "explain VA-08": 3, "check-school, 40 cases, --offline": 6}
    told("", best, "python -c 'import click'", "ms", 1e3, most)


class Ran(NamedTuple):
    """What a whole process took."""

    cpu: float
    """Seconds, those of the processes it began among them."""
    wall: float
    peak: float
    """KiB of memory, of the largest of them."""


# A process is counted with what stood in memory when it was begun: so it is begun by one that holds nothing.
_COUNTED = """
import os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
begun = time.perf_counter()
_pid, _status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent), 0)
print(used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss)
"""


def _process(command: list[str]) -> Ran:
    # An installed program has its bytecode beside it; some machines where programs are made turn that off.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    counted = [sys.executable, "-I", "-S", "-c", _COUNTED, *command]
    told = subprocess.run(counted, capture_output=True, text=True, check=True, env=kept).stdout
    return Ran(*map(float, told.split()))


# --- a night ---------------------------------------------------------------------------------------------------------


@contextmanager
def night_place(*, cases: int, schools: int, write_back: bool = False) -> Iterator[tuple[Workplace, Path]]:
    """A municipality that answers over HTTP from a process of its own, and a workplace with its settings."""
    with tempfile.TemporaryDirectory() as folder:
        served = subprocess.Popen(
            [
                PROGRAM,
                "mock",
                "up",
                "--stress",
                "--schools",
                str(schools),
                "--cases",
                str(cases),
                "--as-of",
                AS_OF.isoformat(),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert served.stdout is not None  # noqa: S101 - it is a pipe
            lines: list[str] = []
            while sum(line.startswith("tenant_id") for line in lines) < 2:  # the last thing it says
                lines.append(served.stdout.readline())
            file = Path(folder) / "settings.toml"
            own = f'school_calendar = "{skolerute_path()}"\nstore = "store.sqlite"\n'
            sync = f"\n[sync]\nwrite_back = {str(write_back).lower()}\n"
            file.write_text(own + "".join(lines) + sync, "utf-8")
            work = Workplace(file)
            if write_back:  # what is measured is a night like the others, not the one that a person begins
                work.store.keep_first_write(FirstWrite(date(2024, 8, 1), work.settings.source_mark))
            yield work, Path(folder)
        finally:
            served.terminate()
            served.wait()


class Requests:
    """Counts the requests that leave this process."""

    def __init__(self) -> None:
        self.sent = 0
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "http.client.send" and bytes(arguments[1])[:4] in (b"GET ", b"PUT ", b"POST"):
            self.sent += 1


def nights() -> None:
    """A first night, and one in which nothing is new, against merely pulling the pages; wall time and requests."""
    configure_logging(level="error")
    number, requests = 200, Requests()
    with night_place(cases=number, schools=4, write_back=True) as (work, folder):
        schools = [school.organisation_number for school in work.schools]
        http = http_client("sikker_sak", work.settings.sikker_sak, work.settings)
        size = work.settings.sikker_sak.page_size

        def pull() -> None:
            for school in schools:
                for page in http.pages(f"v1/schools/{school}/cases", params={}, page_size=size):
                    del page

        def look() -> None:
            with Store.open(folder / f"look-{time.monotonic_ns()}.sqlite") as store:
                work.store = store
                work.settings = work.settings.model_copy(
                    update={"sync": work.settings.sync.model_copy(update={"write_back": False})}
                )
                night.run(work, as_of=AS_OF, handle_signals=False)

        pull()  # the mock makes its cases when they are first asked for
        seen: dict[str, tuple[float, int]] = {}
        written = work.settings
        steps: dict[str, Callable[[], object]] = {
            "the pages, pulled": pull,
            "a night that only looks": look,
        }
        for _ in range(3):
            for name, step in steps.items():
                _note(seen, name, step, requests)
        work.settings, work.store = written, Store.open(folder / "store.sqlite")
        _note(
            seen, "the first night, written back", lambda: night.run(work, as_of=AS_OF, handle_signals=False), requests
        )
        for _ in range(3):
            _note(
                seen, "a night with nothing new", lambda: night.run(work, as_of=AS_OF, handle_signals=False), requests
            )
    floor = seen["the pages, pulled"][0]
    for name, (seconds, sent) in seen.items():
        click.echo(
            f"  {name:<34} {number / seconds:>8.0f} cases/s  x pull {seconds / floor:>6.2f}  {sent / number:>5.2f} requests/case"
        )


def _note(seen: dict[str, tuple[float, int]], name: str, step: Callable[[], object], requests: Requests) -> None:
    begun, sent = time.perf_counter(), requests.sent
    step()
    took = time.perf_counter() - begun
    seen[name] = min(seen.get(name, (float("inf"), 0)), (took, requests.sent - sent))


# --- reports ---------------------------------------------------------------------------------------------------------


def reports() -> None:
    """The forms of a report about a school of 40 cases, against judging the school."""
    with tempfile.TemporaryDirectory() as folder:
        Municipality(schools=1, cases=40).write_folder(Path(folder))
        (Path(folder) / "settings.toml").write_text('[folder]\npath = "."\n', "utf-8")
        work = Workplace(Path(folder) / "settings.toml")
        paths = (Path(folder) / "cases",)
        report, _ = assessing.for_files(work, assessing.Files(paths, AS_OF, "nb"))
        work_on: dict[str, Callable[[], object]] = {
            "read and judge": lambda: assessing.for_files(work, assessing.Files(paths, AS_OF, "nb"))
        }
        for form in ("text", "json", "csv", "html", "ics", "junit", "xlsx", "pdf"):
            render(report, form, "nb")
            work_on[form] = partial(render, report, form, "nb")
        told("a school of 40 cases", best_of(work_on, 3), "read and judge", "ms", 1e3)
        script = "from measure import first_pdf; import sys; first_pdf(sys.argv[1])"
        many = Path(folder) / "many"
        Municipality(schools=1, cases=400).write_folder(many)
        made = [sys.executable, "-c", script, str(many / "cases")]
        subprocess.run(made, cwd=Path(__file__).parent, check=True)


def first_pdf(folder: str) -> None:
    """A PDF of many cases, the first that a process makes: what the library remembers makes the next ones cheaper."""
    work = Workplace()
    begun = time.process_time()
    report, _ = assessing.for_files(work, assessing.Files((Path(folder),), AS_OF, "nb"))
    judged = time.process_time()
    render(report, "pdf", "nb")
    best = {"read and judge": judged - begun, "PDF": time.process_time() - judged}
    told(f"{len(report.cases)} cases", best, "read and judge", "ms", 1e3, {"PDF": 1})


# --- many exported cases ---------------------------------------------------------------------------------------------


def assess() -> None:
    """Exported cases: to text against the bare floor, in two processes against one, and what memory grows with them."""
    with tempfile.TemporaryDirectory() as name:
        folders = {number: Path(name) / str(number) for number in ASSESSED}
        for number, folder in folders.items():
            Municipality(schools=1, cases=number).write_folder(folder)
        few, some, many = ASSESSED
        (Path(name) / "settings.toml").write_text('[folder]\npath = "."\n', "utf-8")
        work = Workplace(Path(name) / "settings.toml")
        floor, raw = _bare_model(Case), [file.read_bytes() for file in (folders[some] / "cases").iterdir()]

        def to_text() -> None:
            files = assessing.Files((folders[some] / "cases",), AS_OF, "nb")
            render(assessing.for_files(work, files, "text")[0], "text", "nb")

        best = best_of({"bare": partial(each, raw, floor.model_validate_json), "assess, to text": to_text}, 3)
        told(f"{some} cases", best, "bare", "us/case", 1e6 / some, {"assess, to text": 12})
        ran = {
            (form, number, jobs): _assessed(folders[number], form, jobs)
            for form, number, jobs in (
                *((form, number, 1) for form in ("jsonl", "csv", "text", "html") for number in (few, many)),
                ("jsonl", many, 2),
                ("text", many, 2),
            )
        }
        for form in ("jsonl", "text"):
            one, two = ran[form, many, 1], ran[form, many, 2]
            told(f"{many} cases, {form}", {"one": one.wall, "--jobs 2": two.wall}, "one", "s", 1, {"--jobs 2": 0.55})
            click.echo(f"  {'':<22} the two need {two.cpu / one.cpu:.2f} of the CPU that one needs")
        for form in ("jsonl", "csv", "text", "html"):
            small, large = ran[form, few, 1].peak, ran[form, many, 1].peak
            grown = (large - small) / (many - few)
            met = large <= 1.2 * small if form in assessing.FORMS else grown <= 2
            most = "1.2 x" if form in assessing.FORMS else "2 KiB a case"
            click.echo(
                f"  {form:<22} {few}: {small / 1024:.0f} MiB, {many}: {large / 1024:.0f} MiB, x {large / small:.2f}, "
                f"{grown:.2f} KiB a case  at most {most}: {'met' if met else 'missed'}"
            )


def _assessed(folder: Path, form: str, jobs: int) -> Ran:
    moment = ("--as-of", AS_OF.isoformat(), "--fail-on", "never")
    return _process([PROGRAM, "assess", str(folder / "cases"), *moment, "--format", form, "--jobs", str(jobs)])


# --- memory ----------------------------------------------------------------------------------------------------------


def memory() -> None:
    """What a process has grown by after streaming so many cases, each let go of when it is judged."""
    script = "from measure import stream; import sys; stream(int(sys.argv[1]))"
    for number in STREAMED:
        done = subprocess.run(
            [sys.executable, "-c", script, str(number)],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
        click.echo(f"  {number:>6} cases streamed: grown by {int(done.stdout) / 1024:.1f} MiB since the first 500")


def stream(number: int) -> None:
    """Judges ``number`` cases one by one, and prints by how many KiB the process has grown since the first 500."""
    made = (json.dumps(case).encode() for case in Municipality(cases=number).cases())
    each(islice(made, 500), lambda document: judge(read(document)))
    before = _resident()
    each(made, lambda document: judge(read(document)))
    click.echo(_resident() - before)


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


SECTIONS: dict[str, Callable[[], None]] = {
    "parse": parse,
    "rules": rules,
    "start": start,
    "nights": nights,
    "reports": reports,
    "assess": assess,
    "memory": memory,
}

if __name__ == "__main__":
    main()
