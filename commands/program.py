"""The program around the commands: its language, its memory, and what an error becomes."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from gettext import gettext as _
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from ..domain.exit_code import ExitCode
from ..sync.stopping import answering
from .command_language import asked_language, speak, translate_help

ALLOCATIONS = 50_000
"""So many objects are made before the garbage collector looks."""
atexit.register(
    gc.freeze
)  # at its end a process would go through all that it holds once more, a fifth of a short command's time


class _Spoken(click.Group):
    """Commands that are told of in the language now spoken: each is translated when it is asked for."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        command = super().get_command(ctx, cmd_name)
        return None if command is None else translate_help(command)


class LateGroup(_Spoken):
    """Commands under one word that stand in a file of their own: ``name`` in the package ``folder``, loaded when one is asked for."""

    def __init__(self, name: str, folder: str, *, help: str) -> None:
        self._file = f"{folder}.{name}"
        super().__init__(name, help=help)

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """What stands in the file, by name."""
        import_module(self._file)
        return self._commands

    @commands.setter
    def commands(self, commands: MutableMapping[str, click.Command]) -> None:
        self._commands = commands


class Program(_Spoken):
    """The program: errors of ours become one plain line and the exit code that says what one can do about it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. A reader that has gone is told of here: click itself would end with 1, which means «findings»."""
        with _output_is_told():
            return super().invoke(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program and exits."""
        # A command makes much and lets go of it in a second, and hardly any of it in rings: the collector can look seldom.
        before = gc.get_threshold()
        gc.set_threshold(ALLOCATIONS, *before[1:])
        given = args[0] if args else kwargs.get("args")
        speak(asked_language(sys.argv[1:] if given is None else given))
        translate_help(self)
        try:
            with answering(), _output_is_told():
                return super().main(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - where it is a fault of ours, only its type and place are told
            from ..domain.errors import SkolemiljoError

            if isinstance(error, SkolemiljoError):
                click.echo(_("Feil: {error}").format(error=error), err=True)
                sys.exit(error.exit_code)
            fault = _("Feil i verktøyet: {kind} ({place}). Meld det til dem som lager det.")
            click.echo(fault.format(kind=type(error).__name__, place=_place(error)), err=True)
            sys.exit(ExitCode.UNCHECKED)
        finally:
            gc.set_threshold(*before)


@contextmanager
def _output_is_told() -> Iterator[None]:
    """What is shown goes to somebody who may stop reading, or to a disk that may be full: neither is a fault of the tool."""
    try:
        try:
            yield
        finally:
            with suppress(ValueError):  # closed
                sys.stdout.flush()
    except OSError as error:
        from ..domain.fault_words import FULL, what_to_do, why_not

        if error.errno in (errno.EPIPE, errno.EINVAL):  # EINVAL: how Windows says it
            _show_nothing_more()
            raise SystemExit(ExitCode.PIPE_CLOSED) from None
        if error.errno not in FULL | {errno.EIO, errno.EROFS}:
            raise
        _show_nothing_more()
        click.echo(_("Feil: {why_not}: {do}").format(why_not=why_not(error), do=what_to_do(error)), err=True)
        raise SystemExit(ExitCode.UNCHECKED) from None


def _show_nothing_more() -> None:
    """What is left in the buffer goes nowhere, so that the end of the program does not try once more."""
    with suppress(OSError, ValueError):  # no file behind it, or closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _place(error: Exception) -> str:
    """Where it happened: the innermost file and line, without a word of what was there."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return _("ukjent sted")
    name = Path(step.tb_frame.f_code.co_filename).name
    return _("{file}, linje {line}").format(file=name, line=step.tb_lineno)
