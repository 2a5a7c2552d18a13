"""Invented municipalities, each with a vendor of its own over HTTP, run as a fleet runs them: what was measured, and what is reckoned
from it for as many as one likes. Nothing that was only reckoned is told as measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from ..adapters.mock.municipality import AS_OF, skolerute_path
from ..domain.errors import SkolemiljoError
from ..fleet import scale
from ..fleet.running import Patience
from ..settings import load_settings
from ..store import FirstWrite, Store
from . import fleets

if TYPE_CHECKING:
    from distributed import Client

_TOUCHED = 100
"""One case in so many is touched before the last night."""
_TOLD_LAST = "tenant_id"
_MACHINES, _CORES = 10, 8
Tell = Callable[[str], None]


class Unequal(SkolemiljoError):
    """A night of the simulation was not whole: what it would show is not what a night takes."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One municipality's night as it was run."""

    night: str
    """``first`` (all is new, and written back), ``quiet`` (nothing is new) or ``touched`` (one case in a hundred is)."""
    cases: int
    schools: int
    read: int
    judged: int
    written: int
    requests: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    store_mib: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be simulated: so much as arithmetic, and so much of it really run."""

    municipalities: int
    schools: int
    cases: int
    really: int
    really_cases: int
    workers: int


@dataclass(slots=True)
class _Vendor:
    process: subprocess.Popen[str]
    url: str
    cases: int
    schools: int

    def requests(self) -> int:
        """How many requests it has had."""
        with urlopen(f"{self.url}/_mock/counts") as answer:  # noqa: S310 - a server of our own on this machine
            return int(json.load(answer)["requests"])

    def touch(self, case: str) -> None:
        """Changes a case."""
        with urlopen(Request(f"{self.url}/_mock/touch/{case}", b"{}", {"Content-Type": "application/json"})):  # noqa: S310 - as above
            pass


def run(wanted: Wanted, tell: Tell) -> dict[str, Any]:
    """Runs three nights of the municipalities that are really run, and gives what was measured and what was reckoned, as plain data.

    ``tell``: a line as soon as something is begun or done; the largest may take long.
    """
    per_school = wanted.cases / wanted.schools
    many = scale.doubling(wanted.really, wanted.really_cases)
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="skolemiljo-fleet-") as place, ExitStack() as stack:
        client = stack.enter_context(fleets.workers(None, None, wanted.workers))
        vendors = {}
        tell(_("Lager {n} oppdiktede kommuner med {cases} saker i alt.").format(n=len(many), cases=sum(many)))
        for seed, cases in enumerate(many):
            name, schools = f"kommune-{seed + 1}", max(1, round(cases / per_school))
            vendors[name] = stack.enter_context(_vendor(Path(place) / name, seed, schools, cases))
        for number, night in enumerate(("first", "quiet", "touched")):
            if night == "touched":
                for name, vendor in vendors.items():
                    _touch(Path(place) / name, vendor)
            begun = time.monotonic()
            measured += _night(client, place, vendors, night, number, tell)
            took = _("{night}: {n} kommuner, {cases} saker, {seconds} s")
            seconds = round(time.monotonic() - begun)
            tell(took.format(night=_nights()[night], n=len(many), cases=sum(many), seconds=seconds))
    return {
        "wanted": asdict(wanted),
        "machine": {"cores": os.cpu_count(), "load": [round(load, 1) for load in os.getloadavg()]},
        "measured": [asdict(one) for one in measured],
        "reckoned": [_reckoned(wanted, night, measured) for night in ("first", "quiet", "touched")],
    }


@contextmanager
def _vendor(home: Path, seed: int, schools: int, cases: int) -> Iterator[_Vendor]:
    """A municipality's folder, and the vendor it asks, in a process of its own."""
    home.mkdir(parents=True)
    options = ("--seed", str(seed), "--schools", str(schools), "--cases", str(cases), "--as-of", AS_OF.isoformat())
    process = subprocess.Popen(  # noqa: S603 - the program itself
        [sys.executable, "-m", "skolemiljo.start", "mock", "up", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        lines: list[str] = []
        while sum(line.startswith(_TOLD_LAST) for line in lines) < 2:
            lines.append(process.stdout.readline())  # type: ignore[union-attr]  # it is a pipe
            if not lines[-1]:
                raise Unequal(_("etterligningen kom ikke i gang"))
        settings = home / "settings.toml"
        own = f'school_calendar = "{skolerute_path()}"\nstore = "lager.sqlite"\n'
        settings.write_text(own + "".join(lines) + "\n[sync]\nwrite_back = true\n", "utf-8")
        loaded = load_settings(settings)
        with Store.open(home / "lager.sqlite") as store:  # a night like the others, not the one that a person begins
            store.keep_first_write(FirstWrite(date(2024, 8, 1), loaded.source_mark))
        yield _Vendor(process, loaded.sikker_sak.base_url.removesuffix("/sikkersak"), cases, schools)
    finally:
        process.kill()  # it remembers nothing
        process.communicate()


def _touch(home: Path, vendor: _Vendor) -> None:
    with Store.open(home / "lager.sqlite", read_only=True) as store:
        ids = sorted(case for school in store.schools() for case in store.case_ids(school))
    for case in ids[::_TOUCHED]:
        vendor.touch(case)


def _nights() -> dict[str, str]:
    """What the three nights are called."""
    return {"first": _("første"), "quiet": _("stille"), "touched": _("endret")}


def _night(
    client: Client, place: str, vendors: dict[str, _Vendor], night: str, number: int, tell: Tell
) -> Iterator[Measured]:
    before = {name: vendor.requests() for name, vendor in vendors.items()}
    summary = fleets.sync(
        client,
        place,
        as_of=AS_OF + timedelta(hours=number),
        clock=lambda: AS_OF,
        patience=Patience(1),
        log="error",
        tell=lambda one, done, of_all: tell(f"{_nights()[night]} {done}/{of_all}: {fleets.told(one)}"),
    )
    for one in summary.nights:
        if not one.whole:
            raise Unequal(fleets.told(one))
        vendor, home = vendors[one.municipality], Path(place) / one.municipality
        size = sum(file.stat().st_size for file in home.glob("lager.sqlite*"))
        yield Measured(
            night=night,
            cases=vendor.cases,
            schools=vendor.schools,
            read=one.read,
            judged=one.judged,
            written=one.written,
            requests=vendor.requests() - before[one.municipality],
            seconds=round(one.seconds, 2),
            cpu_seconds=round(one.cpu_seconds, 2),
            peak_mib=round(one.peak_kib / 1024, 1),
            store_mib=round(size / 2**20, 2),
        )


def _reckoned(wanted: Wanted, night: str, measured: list[Measured]) -> dict[str, Any]:
    """Arithmetic: the line through the measured nights, laid over all the municipalities that were asked for."""
    its = sorted((one for one in measured if one.night == night), key=lambda one: one.cases)
    start, each = scale.line_through([(one.cases, one.cpu_seconds) for one in its])
    each = max(each, 0.0)  # a line that falls is chance: no case saves work
    first, more = scale.line_through([(one.cases, one.requests) for one in its])
    every = scale.sizes(wanted.municipalities, wanted.cases)
    costs = [start + each * cases for cases in every]
    largest = its[-max(2, len(its) // 2) :]
    return {
        "night": night,
        "cpu_seconds_of_a_municipality": round(start, 2),
        "cpu_milliseconds_of_a_case": round(each * 1000, 3),
        "exponent_over_the_larger_half": round(scale.exponent([(one.cases, one.cpu_seconds) for one in largest]), 2),
        "requests_of_a_municipality": round(first, 1),
        "requests_of_a_case": round(more, 3),
        "largest_cases": every[0],
        "cpu_hours_of_all": round(sum(costs) / 3600, 2),
        "cpu_hours_of_the_largest": round(costs[0] / 3600, 2),
        "requests_of_all": round(sum(first + more * cases for cases in every)),
        "hours_on_this_machine": round(scale.done_after(costs, os.cpu_count() or 1) / 3600, 2),
        "hours_on_ten_machines": round(scale.done_after(costs, _MACHINES * _CORES) / 3600, 2),
    }


def text(found: dict[str, Any]) -> str:
    """What was measured, and, marked as such, what was reckoned."""
    wanted, machine = found["wanted"], found["machine"]
    lines = [
        _(
            "MÅLT på denne maskinen ({cores} kjerner, last {load}): {really} kommuner, hver med sin egen leverandør over HTTP"
        ).format(cores=machine["cores"], load=machine["load"][0], really=wanted["really"]),
        _("  natt      saker skoler   lest skrevet forespørsler   sekunder  CPU-s  ms/sak  topp MiB  lager MiB"),
    ]
    lines += [_row(one) for one in found["measured"]]
    lines.append("")
    lines.append(
        _(
            "REGNET, IKKE KJØRT: {municipalities} kommuner, {schools} skoler, {cases} saker; den største har {largest}"
        ).format(
            municipalities=wanted["municipalities"],
            schools=wanted["schools"],
            cases=wanted["cases"],
            largest=found["reckoned"][0]["largest_cases"],
        )
    )
    each = _(
        "  {night}: {start} s CPU for en kommune + {each} ms for en sak (vekst: eksponent {exponent}). I alt {all} timer CPU, {requests} "
        "forespørsler; den største alene {largest} timer. Ferdig etter {here} timer på denne maskinen, {ten} på ti maskiner med {cores} kjerner."
    )
    lines += [
        each.format(
            night=_nights()[one["night"]],
            start=one["cpu_seconds_of_a_municipality"],
            each=one["cpu_milliseconds_of_a_case"],
            exponent=one["exponent_over_the_larger_half"],
            all=one["cpu_hours_of_all"],
            requests=one["requests_of_all"],
            largest=one["cpu_hours_of_the_largest"],
            here=one["hours_on_this_machine"],
            ten=one["hours_on_ten_machines"],
            cores=_CORES,
        )
        for one in found["reckoned"]
    ]
    lines.append(
        _("Regnet av CPU alene, med ledige kjerner: hvor lenge leverandørene bruker på å svare, kommer i tillegg.")
    )
    return "\n".join(lines)


def _row(one: dict[str, Any]) -> str:
    per_case = 1000 * one["cpu_seconds"] / one["cases"]
    return (
        f"  {_nights()[one['night']]:<8}{one['cases']:>7}{one['schools']:>7}{one['read']:>7}{one['written']:>8}{one['requests']:>13}"
        f"{one['seconds']:>11.1f}{one['cpu_seconds']:>7.1f}{per_case:>8.2f}{one['peak_mib']:>10.0f}{one['store_mib']:>11.1f}"
    )
