"""Files that are written whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path

from .errors import StoreError
from .fault_words import why_not


def put_in_place(file: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Writes ``file`` whole or not at all: beside it, to the disk, and then in its place. Raises OSError.

    The file gets ``mode`` and the folders that are made 0700, whatever the umask: reports, copies and flags are about
    children. What stands there already is left as it was until the new is whole.
    """
    make_folder(file.parent)
    descriptor, half = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:40]}.", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content if isinstance(content, bytes) else content.encode())
            out.flush()
            Path(half).chmod(mode)
            os.fsync(out.fileno())
        Path(half).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(half).unlink()
        raise
    settle(file.parent)


def write_whole(file: Path, content: str | bytes) -> None:
    """As :func:`put_in_place`. Raises StoreError, which names the file."""
    try:
        put_in_place(file, content)
    except OSError as error:
        raise StoreError(
            _("{name} kan ikke skrives ({why_not})").format(name=file.name, why_not=why_not(error))
        ) from None


def make_folder(folder: Path) -> None:
    """Makes ``folder`` and those above it that are missing, for their owner alone. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)


def settle(folder: Path) -> None:
    """Waits until the disk has the names in ``folder``; Windows does that by itself."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
