"""Municipalities in a folder, as a fleet finds them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from skolemiljo.adapters.mock.municipality import Municipality

from ..reliability.program import already_written

SKOLEMILJO = str(Path(sys.executable).with_name("skolemiljo"))
SETTINGS = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "eksport"\n[sync]\nwrite_back = true\n'


def municipality(folder: Path, name: str, *, cases: int = 8, seed: int = 7, marker: str | None = None) -> Path:
    """A municipality of its own in ``folder``, which reads files and has written flags before."""
    home = folder / name
    (home / "secrets").mkdir(parents=True)
    Municipality(seed=seed, schools=2, cases=cases, marker=marker).write_folder(home / "eksport")
    (home / "settings.toml").write_text(SETTINGS, "utf-8")
    already_written(home / "settings.toml")
    return home


def clean() -> dict[str, str]:
    """An environment in which nothing is set for every municipality."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SKOLEMILJO_")}


def fleet(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program, as a timer starts it."""
    return subprocess.run(
        [SKOLEMILJO, "fleet", *arguments], capture_output=True, text=True, env=clean() | environment, check=False
    )
