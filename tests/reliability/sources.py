"""Sources that a process of its own opens: by a name that it can import, which a test's module has not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.ports import CaseSource, SourceItem
from skolemiljo.domain.errors import AccessDenied
from skolemiljo.judging.policy import Judging

from .vendor import judging


def opened(folder: Path) -> tuple[CaseSource, Judging]:
    return Folder(folder), judging()


class Refusing(Folder):
    def changed_cases(self, *_: object) -> Iterator[SourceItem]:
        raise AccessDenied("ingen tilgang", system="folder")


class Faulty(Folder):
    def changed_cases(self, *_: object) -> Iterator[SourceItem]:
        raise KeyError("Ola Marker")


def refusing(folder: Path) -> tuple[CaseSource, Judging]:
    return Refusing(folder), judging()


def faulty(folder: Path) -> tuple[CaseSource, Judging]:
    return Faulty(folder), judging()


def dying(_: Path) -> NoReturn:
    os._exit(9)
