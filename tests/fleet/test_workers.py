"""Workers that are killed, and workers of a scheduler elsewhere: nothing is lost, nothing is doubled, and nobody else is let in."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from ..reliability.program import settings_file, wait_until
from ..reliability.vendor import FIRST_NIGHT, compare, settings_for, vendors
from .place import SKOLEMILJO, clean, fleet, municipality

pytestmark = [pytest.mark.timeout(1200), pytest.mark.xdist_group("fleet")]
_PATIENCE = 120.0


def _nights(of: subprocess.Popen[str]) -> list[psutil.Process]:
    """The municipalities' nights that are running below the program."""
    found = []
    for process in psutil.Process(of.pid).children(recursive=True):
        try:
            if "skolemiljo.commands.fleet_night" in process.cmdline():
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.mark.parametrize("with_its_night", [False, True], ids=["the worker", "the worker and its night"])
def test_a_worker_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, with_its_night: bool) -> None:
    """In the middle of writing back over HTTP the worker is killed: the municipality is run again, elsewhere."""
    home = tmp_path / "kommuner" / "alvdal"
    home.mkdir(parents=True)
    municipality(tmp_path / "kommuner", "bykle")
    with vendors() as mock:
        settings_file(mock, home)
        options = (
            "--as-of",
            FIRST_NIGHT.isoformat(),
            "--workers",
            "2",
            "--wait",
            "1",
            "--tries",
            "9",
            "--format",
            "json",
        )
        program = subprocess.Popen(
            [SKOLEMILJO, "fleet", "sync", str(home.parent), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean(),
        )
        journal = mock.mock.state.journal
        wait_until(lambda: len(journal) >= 5, program)
        (night,) = (one for one in _nights(program) if _writes_to(one, mock.port))
        worker = night.parent()
        assert worker is not None
        worker.send_signal(signal.SIGKILL)
        if with_its_night:
            night.send_signal(signal.SIGKILL)
        stdout, stderr = program.communicate(timeout=600)
        summary = json.loads(stdout)
        assert {one["municipality"]: one["state"] for one in summary["nights"]} == dict.fromkeys(
            ("alvdal", "bykle"), "complete"
        ), stderr
        assert program.returncode == 0
        assert len(journal) > 5
        found = compare(
            mock, settings_for(mock, read_timeout=60.0), home / "lager.sqlite", FIRST_NIGHT + timedelta(minutes=2)
        )
        assert found.whole, found
    assert psutil.pid_exists(night.pid) is False


def _writes_to(process: psutil.Process, port: int) -> bool:
    return any(one.raddr and one.raddr.port == port for one in process.net_connections("tcp"))


def test_who_stops_the_fleet_stops_each_night(tmp_path: Path) -> None:
    home = tmp_path / "alvdal"
    home.mkdir()
    with vendors() as mock:
        settings_file(mock, home)
        program = subprocess.Popen(
            [SKOLEMILJO, "fleet", "sync", str(tmp_path), "--as-of", FIRST_NIGHT.isoformat(), "--workers", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean(),
        )
        wait_until(lambda: len(mock.mock.state.journal) >= 3, program)
        (night,) = _nights(program)
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=60)
        assert program.returncode == 143
        _until(lambda: not psutil.pid_exists(night.pid))
        done = fleet("sync", str(tmp_path), "--as-of", FIRST_NIGHT.isoformat(), "--workers", "1")
        assert done.returncode == 0, done.stderr
        found = compare(
            mock, settings_for(mock, read_timeout=60.0), home / "lager.sqlite", FIRST_NIGHT + timedelta(minutes=2)
        )
        assert found.whole, found


def _until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def _scheduler(folder: Path, certificate: Path, **environment: str) -> Iterator[str]:
    """A scheduler with two workers, as docs/operations.md starts them; gives its address."""
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copy(certificate, folder / name)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tls://127.0.0.1:{port}"
    keys = ("--tls-ca-file", "ca.pem", "--tls-cert", "cert.pem", "--tls-key", "key.pem")
    dask = [sys.executable, "-m", "dask"]
    programs = [
        [*dask, "scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", *keys],
        *[[*dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--memory-limit", "0", *keys]] * 2,
    ]
    with (folder / "dask.log").open("w") as log:
        started = [
            subprocess.Popen(one, cwd=folder, env=clean() | environment, stdout=log, stderr=log) for one in programs
        ]
        try:
            _until(lambda: (folder / "dask.log").read_text("utf-8").count("Register worker") >= 2)
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait(60)


def test_a_scheduler_elsewhere_with_certificates(root: Path, tmp_path: Path, certificate: Path) -> None:
    municipalities = tmp_path / "kommuner"
    for name in ("alvdal", "bykle"):
        municipality(municipalities, name)
    (dask := tmp_path / "dask").mkdir()
    with _scheduler(dask, certificate, DASK_CONFIG=str(root / "deploy" / "dask.yaml")) as address:
        there = ("--scheduler", address, "--certificates", str(dask))
        done = fleet("sync", str(municipalities), "--as-of", FIRST_NIGHT.isoformat(), "--format", "json", *there)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["municipalities"] == {"all": 2, "whole": 2}
        said = fleet("status", str(municipalities), *there)
        assert said.stdout.count("sist hel") == 2
        assert fleet("sync", "kommuner", *there).returncode == 2  # a path that each host would read in its own way


def test_a_scheduler_as_dask_comes_is_refused(tmp_path: Path, certificate: Path) -> None:
    """Its web page shows who is run, and what does not fit in memory is laid on its disk."""
    municipality(tmp_path / "kommuner", "alvdal")
    (dask := tmp_path / "dask").mkdir()
    with _scheduler(dask, certificate, DASK_CONFIG=os.devnull) as address:
        done = fleet("sync", str(tmp_path / "kommuner"), "--scheduler", address, "--certificates", str(dask))
    assert done.returncode == 2
    assert "deploy/dask.yaml" in done.stderr
    assert not (tmp_path / "kommuner" / "alvdal" / "lager.sqlite").exists()
