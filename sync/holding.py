"""One run at a time: what a run holds as long as it works, beside the store's file or in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

from ..domain.errors import SkolemiljoError, StoreError
from ..domain.exit_code import ExitCode
from ..domain.fault_words import what_to_do, why_not
from ..store import Store


class AlreadyRunning(SkolemiljoError):
    """Another run holds the lock."""

    exit_code = ExitCode.LATER


@contextmanager
def holding(store: Store, file: Path | None = None) -> Iterator[None]:
    """Holds what a run holds as long as it works: a store in a database is held there, since a run may come from another host; any
    other by the lock ``file`` (standard: beside the store). Raises AlreadyRunning and StoreError."""
    if store.is_shared:
        with store.held() as ours:
            if not ours:
                raise AlreadyRunning(_("en annen kjøring er i gang i databasen; prøv igjen når den er ferdig"))
            yield
        return
    if file is None and store.path is None:
        raise StoreError(_("et lager som ikke er en fil, trenger en låsefil"))
    with _locked(file or store.path.with_name(store.path.name + ".lock")):  # type: ignore[union-attr]  # one of the two is there
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        busy = _("en annen kjøring er i gang (den holder {name}); prøv igjen når den er ferdig")
        raise AlreadyRunning(busy.format(name=path.name)) from None
    except OSError as error:
        raise StoreError(
            _("låsefila {name} kan ikke lages ({why_not}): {do}").format(
                name=path.name, why_not=why_not(error), do=what_to_do(error)
            )
        ) from None
    try:
        yield
    finally:
        lock.release()
