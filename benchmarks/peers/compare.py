"""This project beside what others would pick, asked the same of the same cases: ``make bench-peers``, or
``python benchmarks/peers/compare.py [NAME ...]`` when their environments are made.

Each peer is a process in an environment of its own and does its work in turn with the others; the best of several rounds counts. That all
say the same is asserted, and what this project leaves to a person is counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import click

from skolemiljo.benchmarks.measure import documents
from skolemiljo.benchmarks.peers.contract import QUESTIONS, WITH_ROWS, Row, Vendor
from skolemiljo.benchmarks.written import town

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "peers"
OURS, REFERENCE = "skolemiljo", "python"
OWN = (OURS, "pages")
"""Those that run in this project's own environment."""
PEERS = {
    OURS: "this project, with eight of its rules",
    REFERENCE: "plain Python",
    "jsonschema": "jsonschema-rs",
    "business_rules": "business-rules",
    "rego": "Rego (regopy)",
    "duckdb": "DuckDB SQL",
    "pandera": "pandera on polars",
    "declare": "pm4py DECLARE",
}
BY_ROW = (REFERENCE, "jsonschema", "business_rules", "rego")
"""Those that take one case after another, as this project does; the others take all at once, by column."""
PULLERS = {
    OURS: "this project's night, up to the judging",
    "pages": "this project's client, cases not read",
    "requests": "requests, one by one",
    "dlt": "dlt's REST source",
    "singer": "a Singer tap (singer-sdk)",
}
CASES = 500
ROUNDS = 3
PULLED, SCHOOLS, MILLISECONDS, PULLS = 400, 8, 50, 3
PAGE = 10
"""Cases on a page: small, so that the wire is waited for and not the mock, which is one process."""
SLOW = 5.0
"""Seconds; whoever needs more for all the cases is asked once."""


class Process:
    """A peer in its own environment."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self.best: dict[str, float] = {}
        self.came: dict[str, Any] = {}
        self.questions: tuple[str, ...] = ()
        self._process = subprocess.Popen(
            [_python(name), str(HERE / f"by_{name}.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._steps = {f"load {file}": "read", "missing": "yes or no", "rows": "rows"}

    def round(self) -> None:
        """Reads the cases, and answers both ways, unless it was slow at it."""
        for step, name in self._steps.items():
            if self.best.get(name, 0.0) > SLOW:
                continue
            told = self._ask(step)
            self.best[name] = min(self.best.get(name, float("inf")), told["seconds"])
            self.came[name], self.questions = told["came"], tuple(told["questions"])

    def _ask(self, step: str) -> Any:
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None and told is not None  # noqa: S101, PT018 - they are pipes
        try:
            asked.write(step + "\n")
            asked.flush()
            return json.loads(told.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise SystemExit(
                f"{self.name} did not answer: {self._process.stderr.read() if self._process.stderr else ''}"
            ) from None

    @property
    def rows(self) -> dict[tuple[str, str, str], Row]:
        """What it says of each question and scope; nothing where it can't say."""
        its = (Row(row[0], row[1], row[2], row[3], row[4], tuple(row[5])) for row in self.came["rows"] or ())
        return {(row.case, row.question, row.scope): row for row in its}

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()


def main(names: list[str]) -> None:
    """Prints both tables; a peer without its environment is told as such."""
    judged([name for name in PEERS if name in names])
    pulled([name for name in PULLERS if name in names])


def _made(names: list[str]) -> list[str]:
    """Those whose environment is there."""
    return [name for name in names if name in OWN or (BUILD / name / ".ok").exists()]


def _python(name: str) -> str:
    return sys.executable if name in OWN else str(BUILD / name / "bin" / "python")


def judged(names: list[str]) -> None:
    """The questions."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cases.jsonl"
        file.write_bytes(b"\n".join(documents(CASES)) + b"\n")
        peers = {name: Process(name, file) for name in _made(names)}
        for _ in range(ROUNDS):
            for peer in peers.values():
                peer.round()
        for peer in peers.values():
            peer.close()
    left = _all_say_the_same(peers)
    told(peers)
    click.echo(f"  of {CASES} cases this project leaves to a person, or calls unknown: {left}")
    _not_made(names, PEERS)


def _not_made(names: list[str], called: dict[str, str]) -> None:
    for name in names:
        if name not in _made(names):
            click.echo(f"  {called[name]}: its package could not be had, so it was not measured")


def pulled(names: list[str]) -> None:
    """All the cases of some schools behind a wire, page by page, each client a process of its own that is begun anew."""
    best: dict[str, tuple[float, float]] = {}
    came: dict[str, list[str]] = {}
    with town(cases=PULLED, schools=SCHOOLS, milliseconds=MILLISECONDS) as place:
        settings, file = place.work.settings, place.work.settings_file
        assert file is not None  # noqa: S101 - the town has written it
        file.write_text(
            file.read_text("utf-8").replace("[sikker_sak]\n", f"[sikker_sak]\npage_size = {PAGE}\n"), "utf-8"
        )
        own = settings.sikker_sak
        secret = own.client_secret or settings.client_secret
        assert secret is not None  # noqa: S101 - the mock has told it
        vendor = Vendor(
            own.base_url,
            own.token_url,
            own.client_id,
            secret.get_secret_value(),
            own.tenant_id,
            own.scope,
            PAGE,
            str(file),
        )
        for _ in range(PULLS):
            for name in _made(names):
                command = [_python(name), str(HERE / f"pull_{name}.py"), json.dumps(vendor._asdict())]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{PULLERS[name]} did not pull: {done.stderr[-2000:]}")
                answer = json.loads(done.stdout)
                took = answer["seconds"], answer["cpu"]
                best[name], came[name] = min(best.get(name, took), took), answer["came"]
    click.echo(
        f"\n  {PULLED} cases of {SCHOOLS} schools, {PAGE} on a page and {MILLISECONDS} ms to each answer, the best of {PULLS}"
    )
    for name, (seconds, cpu) in best.items():
        _same(name, "the cases pulled", came[name], came[OURS])
        click.echo(
            f"  {PULLERS[name]:<40}{seconds:>8.2f} s, x requests {seconds / best['requests'][0]:>6.2f}{cpu:>8.2f} s of CPU"
        )
    _not_made(names, PULLERS)


def _all_say_the_same(peers: dict[str, Process]) -> str:
    """Raises AssertionError where two differ. What this project leaves to a person, where the others say yes or no, is counted."""
    reference, ours = peers[REFERENCE], peers[OURS]
    for peer in peers.values():
        if peer is ours:
            continue
        for code in peer.questions:
            _same(peer.name, code, peer.came["yes or no"][code], reference.came["yes or no"][code])
        if peer.came["rows"] is not None:
            _same(peer.name, "rows", peer.rows, reference.rows)
    rows, mine = reference.rows, ours.rows
    left = {(row.case, row.question) for row in mine.values() if row.verdict in ("review", "unknown")}
    for key, row in mine.items():
        if row.question in WITH_ROWS and row.verdict not in ("review", "unknown"):
            _same(OURS, row.question, row, rows.get(key))
    for code, cases in ours.came["yes or no"].items():
        theirs = reference.came["yes or no"][code]
        _same(OURS, code, [case for case in theirs if (case, code) not in left or case in cases], cases)
    lost = {(case, code) for case, code, _ in rows.keys() - mine.keys()} - left
    assert not lost, f"{OURS} says nothing of {sorted(lost)}"  # noqa: S101 - as below
    number = Counter(code for _, code in left)
    return ", ".join(f"{code} {number[code]}" for code in QUESTIONS)


def _same(name: str, what: str, one: Any, other: Any) -> None:
    if one == other:
        return
    if isinstance(one, dict):
        one, other = (
            {row for row in its.values() if row not in beside.values()} for its, beside in ((one, other), (other, one))
        )
    # A peer that answers otherwise is not measured. The cases are invented.
    raise AssertionError(f"{name} and another differ about {what}: {str(one)[:500]} is not {str(other)[:500]}")


def told(peers: dict[str, Process]) -> None:
    """CPU of each, and how it stands to the fastest that takes case after case, and to this project."""
    whole = {
        name: {way: peer.best["read"] + peer.best[way] for way in ("yes or no", "rows")} for name, peer in peers.items()
    }
    fastest = min(whole[name]["yes or no"] for name in BY_ROW if name in peers)
    ours = whole[OURS]
    click.echo(
        f"  CPU microseconds for one of {CASES} cases, from the file to the answers, the best of {ROUNDS} rounds in turn"
    )
    click.echo(
        f"  {'':<40}{'questions':>10}{'read':>8}{'yes/no':>9}{'x fastest by row':>18}{'rows':>9}{'ours / it':>11}"
    )
    for name, peer in peers.items():
        read, answered, rows = (1e6 * peer.best[way] / CASES for way in ("read", "yes or no", "rows"))
        ratio = f"{whole[name]['yes or no'] / fastest:.1f}"
        explained = (
            (f"{rows:.0f}", f"{ours['rows'] / whole[name]['rows']:.1f}")
            if peer.came["rows"] is not None
            else ("-", "-")
        )
        click.echo(
            f"  {PEERS[name]:<40}{len(peer.questions):>10}{read:>8.0f}{answered:>9.0f}{ratio:>18}{explained[0]:>9}{explained[1]:>11}"
        )
    ahead = [name for name, peer in peers.items() if name != OURS and peer.came["rows"] is not None]
    behind = [PEERS[name] for name in ahead if whole[name]["rows"] < ours["rows"]]
    click.echo(
        f"  with scope, deadline and evidence ahead of all that give them: {'missed: ' + ', '.join(behind) if behind else 'met'}"
    )
    slower = ours["yes or no"] / fastest
    click.echo(f"  yes or no at most 3 x the fastest by row: x {slower:.1f}, {'met' if slower <= 3 else 'missed'}")


if __name__ == "__main__":
    main(sys.argv[1:] or [*PEERS, *PULLERS])
