"""The invented municipality, as a server or as files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from ..domain.errors import SettingsError, optional_part
from ..domain.fault_words import why_not

Echo = Callable[[str], Any]


def up(
    *,
    port: int,
    seed: int,
    schools: int,
    cases: int | None,
    calm: bool,
    faults: str,
    fault_rate: float,
    fault_seed: int,
    as_of: datetime | None,
    echo: Echo,
) -> None:
    """Runs the mock vendors in the foreground until the process is told to stop."""
    with optional_part("mock"):
        from ..adapters.mock.running import serve
    serve(
        port=port,
        seed=seed,
        schools=schools,
        cases=cases,
        calm=calm,
        faults=tuple(name for name in faults.split(",") if name),
        fault_rate=fault_rate,
        fault_seed=fault_seed,
        as_of=as_of,
        echo=echo,
    )


def folder(path: Path, *, seed: int, schools: int, cases: int | None, calm: bool) -> None:
    """Writes the invented municipality as a folder exchange, with its school calendar beside."""
    from ..adapters.mock.municipality import Municipality, skolerute_path

    try:
        Municipality(seed=seed, schools=schools, cases=cases, calm=calm).write_folder(path)
    except OSError as error:
        raise SettingsError(_("fila kan ikke skrives ({kind})").format(kind=why_not(error))) from None
    shutil.copyfile(skolerute_path(), path / "skolerute.toml")
