"""The workers: of this machine alone, or those of a Dask scheduler. Whoever can speak to a scheduler can run anything on its
workers, who can read every secret: so nobody but us can, here by keys that live in memory, there by certificates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..domain.errors import Retryable, SettingsError, optional_part

if TYPE_CHECKING:
    from distributed import Client, Security

CLOSED: dict[str, Any] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.allowed-failures": 2,
}
"""Dask as we use it: nothing is shown on a web page, put on a disk or sampled. ``deploy/dask.yaml`` says the same."""
CERTIFICATES = ("ca.pem", "cert.pem", "key.pem")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE = 30
"""Seconds for a scheduler to answer."""


def opened_again() -> list[str]:
    """The settings of Dask in this process that are not as :data:`CLOSED` says."""
    import dask

    return sorted(name for name, value in CLOSED.items() if dask.config.get(name, None) != value)


@contextmanager
def local(workers: int) -> Iterator[Client]:
    """So many workers on this machine, each a process that runs one night at a time. What they say to each other is encrypted, by
    keys that are made now and live in memory: no other user of this machine can join. Raises MissingPart."""
    with optional_part("cluster"):
        import cryptography
        import dask
        from distributed import Client, LocalCluster
    del cryptography  # Dask makes the keys with it, and would say late that it is missing
    _nothing_on_screen()
    with (
        dask.config.set(CLOSED),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            security=True,
            memory_limit=None,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def remote(address: str, certificates: Path | None) -> Iterator[Client]:
    """The workers of the scheduler at ``address``. Raises SettingsError where it is not safe, Retryable where it does not answer."""
    security = _may_be_spoken_to(address, certificates)
    with optional_part("cluster"):
        from distributed import Client
    _nothing_on_screen()
    try:
        client = Client(address, security=security, timeout=_PATIENCE)
    except (OSError, ValueError):
        raise Retryable(
            _("svarer ikke, eller kjenner ikke sertifikatet"),
            system=_("planleggeren {address}").format(address=address),
        ) from None
    with client:
        left_open = client.run_on_scheduler(opened_again)
        if left_open:
            raise left_open_error(left_open)
        yield client


def left_open_error(names: list[str]) -> SettingsError:
    """What is said where a scheduler or a worker has Dask's settings as they come."""
    told = _(
        "Dask er satt opp slik at andre kan se inn eller noe blir lagt på disk ({names}): start med DASK_CONFIG=deploy/dask.yaml"
    )
    return SettingsError(told.format(names=", ".join(names)))


def _may_be_spoken_to(address: str, certificates: Path | None) -> Security | None:
    parts = urlsplit(address)
    try:
        whole = parts.hostname and parts.port
    except ValueError:
        whole = None
    if not whole or parts.scheme not in ("tls", "tcp"):
        raise SettingsError(_("adressen til planleggeren skrives tls://vert:port"))
    if parts.scheme == "tcp":
        if parts.hostname not in _LOOPBACK:
            plain = _(
                "tcp:// har verken innlogging eller kryptering, og brukes bare på denne maskinen: bruk tls:// med --certificates"
            )
            raise SettingsError(plain)
        return None
    if certificates is None:
        raise SettingsError(
            _("tls:// trenger --certificates: en mappe med {files}").format(files=", ".join(CERTIFICATES))
        )
    ca, certificate, key = (certificates / name for name in CERTIFICATES)
    for file in (ca, certificate, key):
        if not os.access(file, os.R_OK):
            raise SettingsError(_("sertifikatet {file} finnes ikke eller kan ikke leses").format(file=file))
    with optional_part("cluster"):
        from distributed import Security
    return Security(
        require_encryption=True, tls_ca_file=str(ca), tls_client_cert=str(certificate), tls_client_key=str(key)
    )


def _nothing_on_screen() -> None:
    """Dask logs in its own form unless somebody has said otherwise: here it goes the way of every library's messages."""
    import logging

    for name in ("distributed", "tornado"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
