"""One night of every municipality: the largest begin first, each on the host that has it, and none stops another."""

from __future__ import annotations

import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from gettext import gettext as _
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..domain.errors import SettingsError
from . import host
from .cluster import left_open_error
from .names import LastNight, Municipality, MunicipalNight, NoNight, Order, not_begun, plain

if TYPE_CHECKING:
    from distributed import Client, Future

_HOST_GONE = 120.0
"""Seconds without a single worker on a host before its municipalities are given up for tonight."""
_LOOK_UP = 2.0
"""Seconds between two looks at which workers there are."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a municipality is tried whose trouble passes by itself, and how long it waits before the first new try, in seconds;
    each later wait is twice as long."""

    tries: int = 3
    wait: float = 60.0


def find(client: Client, folder: str, only: Iterable[str] = ()) -> list[Municipality]:
    """The municipalities in ``folder``, as the workers' hosts show it, by name; those that can't be run tonight say why.

    Raises SettingsError where a host must not be used: another release, settings in the environment, Dask left open.
    """
    hosts = _hosts(client)
    if not hosts:
        raise SettingsError(_("planleggeren har ingen arbeidere: start dem, og prøv igjen"))
    seen = {name: client.run(host.look, folder, workers=[workers[0]])[workers[0]] for name, workers in hosts.items()}
    for what in seen.values():
        _may_be_used(what)
    found: defaultdict[str, list[Municipality]] = defaultdict(list)
    for where, what in sorted(seen.items()):
        for one in what["municipalities"]:
            found[one["name"]].append(Municipality(host=where, **one))
    shared = Counter(one.store for homes in found.values() for one in homes if one.store)
    wanted = set(only) or set(found)
    municipalities = [_fault(homes, shared) for name, homes in sorted(found.items()) if name in wanted]
    return [
        *municipalities,
        *(Municipality(name, "", "", 0, NoNight.NOT_THERE) for name in sorted(wanted - set(found))),
    ]


def _fault(homes: list[Municipality], shared: Counter[str]) -> Municipality:
    first = homes[0]
    if len(homes) > 1:
        return replace(first, fault=NoNight.ON_TWO_HOSTS)
    if first.fault is None and shared[first.store] > 1:
        return replace(first, fault=NoNight.STORE_SHARED)
    return first


def _may_be_used(what: dict[str, Any]) -> None:
    ours = version("skolemiljo")
    if what["release"] != ours:
        other = _("en arbeider har utgave {theirs} av skolemiljo, og her er det {ours}: installer samme utgave")
        raise SettingsError(other.format(theirs=what["release"], ours=ours))
    hold_for_none(what["variables"])
    if what["open"]:
        raise left_open_error(what["open"])


def hold_for_none(variables: list[str]) -> None:
    """Raises SettingsError where a variable of the environment would be every municipality's setting."""
    if variables:
        for_all = _("{names} ville gjelde alle kommunene: sett det i hver kommunes innstillinger i stedet")
        raise SettingsError(for_all.format(names=", ".join(variables)))


def _hosts(client: Client) -> dict[str, list[str]]:
    """The workers by host."""
    workers: defaultdict[str, list[str]] = defaultdict(list)
    for address in client.scheduler_info(n_workers=-1)["workers"]:
        workers[urlsplit(address).hostname or ""].append(address)
    return dict(workers)


@dataclass
class _Line:
    """What waits on one host."""

    ready: list[tuple[Municipality, int]]
    """Municipality and number of tries behind it, the next one last."""
    free: int = 0
    seen_at: float = field(default_factory=time.monotonic)


def nights(
    client: Client, municipalities: Iterable[Municipality], order: Callable[[str], Order], patience: Patience
) -> Iterator[MunicipalNight]:
    """The account of each municipality as it comes. ``order``: what a worker is asked to do, by the municipality's name."""
    work = _Work(client, order, patience)
    for one in municipalities:
        if one.fault is not None:
            yield not_begun(one.name, one.fault, host=one.host)
        else:
            work.line(one.host).ready.append((one, 0))
    for line in work.lines.values():
        line.ready.sort(key=lambda waiting: waiting[0].size)
    while work.left:
        yield from work.step()


class _Work:
    """What waits, what runs and what is to be tried again."""

    def __init__(self, client: Client, order: Callable[[str], Order], patience: Patience) -> None:
        self._client = client
        self._order = order
        self._patience = patience
        self.lines: dict[str, _Line] = {}
        self._running: dict[Future, tuple[Municipality, int]] = {}
        self._again: list[tuple[float, Municipality, int]] = []
        self._looked_at = float("-inf")

    def line(self, where: str) -> _Line:
        """The line of a host."""
        return self.lines.setdefault(where, _Line([]))

    @property
    def left(self) -> bool:
        """Whether anything is not done."""
        return bool(self._running or self._again or any(line.ready for line in self.lines.values()))

    def step(self) -> Iterator[MunicipalNight]:
        """Sends what there is room for, and waits a little for what comes."""
        from distributed import TimeoutError as NothingYet
        from distributed import wait

        now = time.monotonic()
        for due in [waiting for waiting in self._again if waiting[0] <= now]:
            self._again.remove(due)
            self.line(due[1].host).ready.append(due[1:])
        if now - self._looked_at >= _LOOK_UP:
            self._looked_at = now
            yield from self._look_up(now)
        self._send()
        if not self._running:
            time.sleep(0.1)
            return
        try:
            done = wait(list(self._running), timeout=_LOOK_UP / 2, return_when="FIRST_COMPLETED").done
        except NothingYet:
            return
        for future in done:
            yield from self._taken(future)

    def _look_up(self, now: float) -> Iterator[MunicipalNight]:
        """Which workers there are now. A host that has had none for a while is given up, with all that waits for it."""
        there = _hosts(self._client)
        for where, line in self.lines.items():
            busy = sum(one.host == where for one, _ in self._running.values())
            line.free = (
                len(there.get(where, ())) - busy
            )  # one night at a time for each worker, however many threads it has
            if where in there:
                line.seen_at = now
            elif now - line.seen_at > _HOST_GONE:
                yield from self._give_up(where, line)

    def _give_up(self, where: str, line: _Line) -> Iterator[MunicipalNight]:
        lost = [*line.ready, *(waiting[1:] for waiting in self._again if waiting[1].host == where)]
        for future, waiting in list(self._running.items()):
            if waiting[0].host == where:
                future.cancel()
                lost.append(self._running.pop(future))
        self._again = [waiting for waiting in self._again if waiting[1].host != where]
        line.ready = []
        for one, tries in lost:
            yield not_begun(one.name, NoNight.HOST_LOST, host=where, tries=tries)

    def _send(self) -> None:
        for where, line in self.lines.items():
            while line.ready and line.free > 0:
                one, tries = line.ready.pop()
                line.free -= 1
                future = self._client.submit(
                    host.run_night,
                    plain(self._order(one.name)),
                    key=f"night-{one.name}-{uuid.uuid4().hex}",  # what has a name that was there before is not run again
                    workers=[where],
                    allow_other_workers=False,
                    pure=False,
                )
                self._running[future] = (one, tries + 1)

    def _taken(self, future: Future) -> Iterator[MunicipalNight]:
        one, tries = self._running.pop(future)
        self.line(one.host).free += 1
        if future.status == "finished":
            night = MunicipalNight.model_validate(future.result()).model_copy(update={"host": one.host, "tries": tries})
        else:  # no word of an exception is read: what our own code does wrong, it tells itself
            killed = type(future.exception()).__name__ == "KilledWorker" if future.status == "error" else True
            night = not_begun(one.name, NoNight.WORKER_LOST if killed else NoNight.CRASHED, host=one.host, tries=tries)
        # What has been told is let go of now, and not when the collector comes by: a worker that goes down later takes its
        # results with it, and Dask runs anew whatever somebody still holds.
        future.release()
        if night.passes and tries < self._patience.tries:
            self._again.append((time.monotonic() + self._patience.wait * 2 ** (tries - 1), one, tries))
        else:
            yield night


def last_nights(client: Client, folder: str, municipalities: Iterable[Municipality]) -> Iterator[LastNight]:
    """When each was last whole, by the stores on their own hosts."""
    from distributed import as_completed

    asked = {}
    for one in municipalities:
        if one.fault is not None:
            yield LastNight(municipality=one.name, kind=one.fault)
            continue
        future = client.submit(
            host.last_night, folder, one.name, workers=[one.host], allow_other_workers=False, pure=False
        )
        asked[future] = one.name
    for future in as_completed(list(asked)):
        if future.status == "finished":
            yield LastNight.model_validate(future.result())
        else:
            yield LastNight(municipality=asked[future], kind=NoNight.WORKER_LOST)
