"""What the database says, in plain words that tell what to do. What it said is looked at, never repeated."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _

from ..domain.errors import BusyStore, StoreError
from ..domain.exit_code import ExitCode


class BrokenExport(StoreError):
    """The export can't be read. It is never written over: it may hold decisions that are nowhere else."""

    exit_code = ExitCode.SETTINGS

    def __init__(self, what: str) -> None:
        do = _("{what}: legg inn en hel kopi av fila, eller flytt den bort, så skriver neste natt en ny fra lageret")
        super().__init__(do.format(what=what))


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Turns what the database says into a StoreError that tells what to do. ``name``: the store's name in messages."""
    try:
        yield
    except sqlite3.Error as error:
        raise _fault(name, str(error).lower()) from None
    except Exception as error:
        if not _is_a_databases(error):
            raise
        raise _fault(name, str(getattr(error, "orig", error)).lower()) from None


def _is_a_databases(error: Exception) -> bool:
    """Whether SQLAlchemy passes on what a driver said. Where it is not loaded, nothing can come of it."""
    errors = sys.modules.get("sqlalchemy.exc")
    return errors is not None and isinstance(error, errors.DBAPIError)


def damaged(name: str) -> str:
    """What is said of a store that is damaged."""
    return _(
        "lageret {name} er skadet. Legg det til side og sett inn en kopi, eller begynn uten: alt unntatt godtatte avvik "
        "kommer igjen fra kilden (godtatte avvik eksporteres hver natt)"
    ).format(name=name)


def _fault(name: str, said: str) -> StoreError:
    passes = any(words in said for words in _PASSES)
    return (BusyStore if passes else StoreError)(_words(name, said))


_PASSES = ("locked", "busy", "create a connection", "network error")
"""In what a database says of things that pass by themselves."""


def _words(name: str, said: str) -> str:
    """The fixed words for an error. What the database said is looked at, never repeated."""
    if "disk is full" in said or "no space" in said or "disk i/o" in said:
        return _(
            "lageret {name}: disken er full eller svikter, og ikke noe halvferdig er lagret. Gjør plass og kjør igjen"
        ).format(name=name)
    if "readonly" in said or "read-only" in said or "attempt to write" in said:
        return _("lageret {name} kan bare leses av denne brukeren; gi brukeren rett til å skrive, i mappa også").format(
            name=name
        )
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return damaged(name)
    if "locked" in said or "busy" in said:
        return _("lageret {name} er i bruk av et annet program; prøv igjen senere").format(name=name)
    if "28p01" in said or "28000" in said or "3d000" in said:
        return _("databasen {name} avviser brukeren, passordet eller navnet: rett database i innstillingene").format(
            name=name
        )
    if "create a connection" in said or "network error" in said:
        return _("databasen {name} svarer ikke: sjekk adressen, eller prøv igjen senere").format(name=name)
    if "unable to open" in said:
        return _("lageret {name} kan ikke åpnes: sjekk at mappa finnes, og at brukeren kan lese den").format(name=name)
    return _("lageret {name} gjorde ikke det det ble bedt om; kjør skolemiljo doctor").format(name=name)
