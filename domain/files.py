"""Files that are written whole or not at all, and for their owner alone."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from pathlib import Path

from .errors import StoreError
from .fault_words import what_to_do, why_not

_LEFT_BEHIND = 3600.0
"""Seconds. A half file that is older belongs to no program that is still writing."""


@contextmanager
def whole_or_not(file: Path, *, over: bool = True) -> Iterator[Path]:
    """Gives a file beside ``file`` (mode 0600, whatever the umask) to write in; it takes the place of ``file`` when all of it
    is on the disk, and is gone where something fails. Raises OSError; FileExistsError where ``file`` is there and may not be
    written ``over``.
    """
    if not over and file.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    half = _half(file)
    try:
        yield half
        with half.open("rb+") as written:
            os.fsync(written.fileno())
        if over:
            half.replace(file)
        else:
            _put_where_nothing_is(half, file)
    except BaseException:
        with suppress(OSError):
            half.unlink()
        raise
    settle(file.parent)


def _half(file: Path) -> Path:
    """An empty file beside ``file``, its owner's alone. What a kill left an hour ago or more is taken over."""
    half = file.with_name(f".{file.name[:40]}.new")
    with suppress(FileNotFoundError):
        if time.time() - half.stat().st_mtime > _LEFT_BEHIND:
            half.unlink()
    try:
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:  # another program writes the same file now
        opened, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:40]}.", suffix=".new")
        os.close(opened)
        return Path(name)
    return half


def _put_where_nothing_is(half: Path, file: Path) -> None:
    try:
        os.link(half, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if file.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        half.replace(file)
    else:
        half.unlink()


def put_in_place(file: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Writes ``file`` whole or not at all: beside it, to the disk, and then in its place. Raises OSError.

    The file gets ``mode`` and the folders that are made 0700, whatever the umask: reports, copies and flags are about
    children. What stands there already is left as it was until the new is whole.
    """
    make_folder(file.parent)
    with whole_or_not(file) as half:
        half.write_bytes(content if isinstance(content, bytes) else content.encode())
        half.chmod(mode)


def write_whole(file: Path, content: str | bytes) -> None:
    """As :func:`put_in_place`. Raises StoreError, which names the file."""
    try:
        put_in_place(file, content)
    except OSError as error:
        raise StoreError(
            _("{name} kan ikke skrives ({why_not}): {do}").format(
                name=file.name, why_not=why_not(error), do=what_to_do(error)
            )
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
