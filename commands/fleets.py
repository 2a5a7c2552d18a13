"""A night of many municipalities as a command: the workers, the nights, and a summary that a person can read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError
from ..domain.fault_words import called
from ..domain.moment import OSLO
from ..domain.problem import ProblemKind
from ..fleet import cluster, host, running
from ..fleet.names import LastNight, MunicipalNight, NoNight, Order
from ..fleet.summary import FleetSummary

if TYPE_CHECKING:
    from distributed import Client

Clock = Callable[[], datetime]


@contextmanager
def workers(scheduler: str | None, certificates: Path | None, number: int | None) -> Iterator[Client]:
    """The workers that are asked for: those of a scheduler, or ``number`` on this machine (as many as it has cores)."""
    if scheduler is not None:
        with cluster.remote(scheduler, certificates) as client:
            yield client
        return
    with cluster.local(number or os.cpu_count() or 1) as client:
        yield client


def folder_of(folder: Path, scheduler: str | None) -> str:
    """The folder as the hosts are to read it. Raises SettingsError."""
    if scheduler is None:
        if not folder.is_dir():
            raise SettingsError(_("mappa {folder} finnes ikke").format(folder=folder))
        return str(folder.resolve())
    if not folder.is_absolute():
        raise SettingsError(_("med --scheduler leses mappa på hver vert: skriv hele stien"))
    return str(folder)


def sync(
    client: Client,
    folder: str,
    *,
    as_of: datetime,
    clock: Clock,
    only: tuple[str, ...] = (),
    dry_run: bool = False,
    full: bool = False,
    patience: running.Patience,
    log: str,
    tell: Callable[[MunicipalNight, int, int], None],
) -> FleetSummary:
    """One night of each municipality in ``folder``. ``tell``: an account as it comes, the number so far and of all."""
    started = clock()
    found = running.find(client, folder, only)
    if not found:
        raise SettingsError(_("det er ingen kommune i {folder}: hver kommune er en mappe der").format(folder=folder))

    def order(name: str) -> Order:
        return Order(folder=folder, municipality=name, as_of=as_of, dry_run=dry_run, full=full, log=log)

    nights: list[MunicipalNight] = []
    for night in running.nights(client, found, order, patience):
        nights.append(night)
        tell(night, len(nights), len(found))
    return FleetSummary(as_of, started, clock(), tuple(sorted(nights, key=lambda night: night.municipality)))


def status(client: Client | None, folder: str) -> list[LastNight]:
    """When each municipality was last whole, by name; without ``client`` those on this machine."""
    if client is not None:
        found = running.find(client, folder)
        return sorted(running.last_nights(client, folder, found), key=lambda last: last.municipality)
    running.hold_for_none(host.for_all())
    return [
        LastNight(municipality=one["name"], kind=one["fault"])
        if one["fault"]
        else LastNight.model_validate(host.last_night(folder, one["name"]))
        for one in host.municipalities(folder)
    ]


def text(summary: FleetSummary) -> str:
    """The summary in plain words: how many were whole, and a line for each that was not."""
    when = summary.as_of.astimezone(OSLO)
    all_of_them = _("Kommuner: {n}. Hele: {whole}. Vurdert slik det var {day} kl. {time}. Tok {took}.")
    lines = [
        all_of_them.format(
            n=len(summary.nights),
            whole=len(summary.nights) - len(summary.not_whole),
            day=f"{when:%d.%m.%Y}",
            time=f"{when:%H.%M}",
            took=_took(summary.ended_at - summary.started_at),
        ),
        _("Saker: {read} lest, {judged} vurdert, {written} skrevet og lest tilbake. Skoler: {schools}.").format(
            **{name: summary.total(name) for name in ("read", "judged", "written", "schools")}
        ),
    ]
    lines += [f"  {told(night)}" for night in summary.not_whole]
    return "\n".join(lines)


def told(night: MunicipalNight) -> str:
    """One municipality's night in a line."""
    if night.whole:
        whole = _("{municipality}: alt er gjort. {read} lest, {judged} vurdert, {written} skrevet.")
        return whole.format(
            municipality=night.municipality, read=night.read, judged=night.judged, written=night.written
        )
    why = [word_for(night.kind)] if night.kind is not None else []
    why += [f"{word_for(kind)}: {number}" for kind, number in sorted(night.problems.items())]
    if night.waiting:
        why.append(_("venter på å bli skrevet: {n}").format(n=night.waiting))
    not_whole = _("{municipality}: IKKE HEL ({state}, forsøk {tries}). {why}.")
    state = {"incomplete": _("ikke alt kunne gjøres"), "stopped": _("stoppet underveis"), "failed": _("brutt av")}
    return not_whole.format(
        municipality=night.municipality, state=state[night.state], tries=night.tries, why="; ".join(why)
    )


def status_text(last: list[LastNight]) -> str:
    """A line for each municipality, those that have gone longest without a whole night first."""
    return "\n".join(map(_standing, sorted(last, key=_longest_first)))


def _longest_first(last: LastNight) -> tuple[float, str]:
    return (0.0 if last.complete_at is None else last.complete_at.timestamp(), last.municipality)


def _standing(last: LastNight) -> str:
    if last.kind is not None:
        return _("{municipality}: kan ikke sies. {why}.").format(
            municipality=last.municipality, why=word_for(last.kind)
        )
    if last.complete_at is None:
        never = (
            _("{municipality}: ingen natt har vært hel.") if last.ended_at else _("{municipality}: ingen natt ennå.")
        )
        return never.format(municipality=last.municipality)
    when = last.complete_at.astimezone(OSLO)
    stands = _("{municipality}: sist hel {day} kl. {time}.").format(
        municipality=last.municipality, day=f"{when:%d.%m.%Y}", time=f"{when:%H.%M}"
    )
    return stands if last.state == "complete" else f"{stands} {_('Siste natt var ikke hel.')}"


def all_whole_since(last: list[LastNight], moment: datetime) -> bool:
    """Whether every municipality has had a whole night since ``moment``."""
    return bool(last) and all(one.complete_at is not None and one.complete_at >= moment for one in last)


def word_for(kind: str) -> str:
    """What a kind of problem means, and where that helps what to do."""
    words = {
        NoNight.BAD_NAME: _("mappa kan ikke hete det: bruk bokstaver, tall, punktum og bindestrek"),
        NoNight.SETTINGS: _(
            "innstillingene kan ikke brukes: kjør skolemiljo --settings MAPPE/settings.toml doctor på verten"
        ),
        NoNight.STORE_ELSEWHERE: _("lager og kjørelogg må ligge i kommunens egen mappe: sett store i innstillingene"),
        NoNight.STORE_SHARED: _("en annen kommune har samme database og skjema: gi hver kommune sitt eget (?schema=…)"),
        NoNight.ON_TWO_HOSTS: _("mappa ligger på to verter: behold den ene"),
        NoNight.NOT_THERE: _("ingen vert har den"),
        NoNight.HOST_LOST: _("verten som har den, har ingen arbeider"),
        NoNight.WORKER_LOST: _("arbeideren falt ut gang på gang"),
        NoNight.NIGHT_KILLED: _("kjøringen ble drept, kanskje fordi minnet tok slutt"),
        NoNight.CRASHED: _("feil i verktøyet; stedet står i vertens logg"),
        NoNight.NO_ACCOUNT: _("kjøringen endte uten å si hva den hadde gjort"),
        "AlreadyRunning": _("en annen kjøring er i gang"),
        "MissingSchool": _("skoler som kilden ikke lenger viser"),
        "OddSchool": _("skoler uten organisasjonsnummer"),
        "BrokenExport": _("eksporten av avgjørelser kan ikke leses"),
        "FirstWriteWaits": _("venter på første skriving (skolemiljo sync --first-write)"),
        "CrashedRule": _("regler som stoppet på en feil"),
    }
    if kind in words:
        return words[kind]
    try:
        return called(ProblemKind(kind))
    except ValueError:  # an error's own name
        return _("{kind}: ordene står i vertens logg").format(kind=kind)


def _took(time: timedelta) -> str:
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
