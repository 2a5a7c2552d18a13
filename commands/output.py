"""What a command shows: a report on the terminal or in a file, progress and remarks beside it, and what it ends with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from gettext import ngettext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from click.core import ParameterSource

from ..domain.exit_code import ExitCode
from ..reports import FORMATS, render
from .command_language import value_word
from .options import now

if TYPE_CHECKING:
    from ..judging.judged import Judged
    from ..reports.model import Report
    from .workplace import Workplace


def form_of(out: Path | None, form: str, forms: Sequence[str] = FORMATS) -> str:
    """The form that the file's name asks for, unless another was asked for by name. Raises UsageError where its ending is
    none of ``forms``."""
    ending = out.suffix.lstrip(".").casefold() if out is not None else ""
    named = {"htm": "html", "txt": "text", "xml": "junit"}.get(ending, ending)
    by_name = click.get_current_context().get_parameter_source("form") is not ParameterSource.DEFAULT
    if by_name or not ending:
        return form
    if named not in forms:
        unknown = _("endelsen .{ending} er ikke kjent: bruk en av {endings}, eller si formen med --format")
        raise click.UsageError(unknown.format(ending=ending, endings=", ".join(forms)))
    return named


def show(
    report: Report,
    form: str,
    out: Path | None,
    language: str | None,
    *,
    work: Workplace | None = None,
    open_it: bool = False,
    everything: bool = False,
) -> None:
    """Shows ``report`` in ``form``: on the terminal, or in ``out``, which is a folder where the owner's pages are asked for."""
    from ..reports.model import AuditReport

    options: dict[str, Any] = {}
    if form == "text":
        terminal = out is None and sys.stdout.isatty()
        options = {
            "width": _width() if terminal or out is not None else None,
            "color": terminal and _colour(),
            "everything": everything,
        }
    elif form == "ics" and work is not None:
        from . import calendars

        options = {"sequences": calendars.sequences(work, report, now())}
    if form == "html" and isinstance(report, AuditReport) and out is not None:
        from ..reports.html import pages

        for name, page in pages(report, language).items():
            write(out / name, page)
        click.echo(_("Skrevet: {file}").format(file=out / "index.html"), err=True)
        return
    if form == "text" and options["width"] is None:
        from ..reports import text

        put(_by_the_hundred(text.lines(report, language, everything=everything)), out)
    elif form == "html" and not isinstance(report, AuditReport):
        from ..reports import html

        put(html.by_pieces(report, language), out)
    else:
        put(render(report, form, language, **options), out)
    if open_it and out is not None and click.launch(str(out)):
        click.echo(_("Fila kan ikke åpnes herfra; åpne den selv."), err=True)


def _by_the_hundred(lines: Iterator[str]) -> Iterator[str]:
    """``lines`` in pieces of some hundred: no report of many thousands is ever a text as a whole."""
    while piece := "".join(islice(lines, 500)):
        yield piece


def put(content: str | bytes | Iterator[str], out: Path | None) -> None:
    """Writes ``content``, or its pieces, to ``out`` and says so; without ``out`` it is printed. Raises SettingsError."""
    from ..reports.ascii_fallback import writable

    if out is not None:
        write(out, content)
        click.echo(_("Skrevet: {file}").format(file=out), err=True)
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
    else:
        last = "\n"
        for last in [content] if isinstance(content, str) else content:
            click.echo(writable(last, sys.stdout.encoding), nl=False)
        click.echo("", nl=not last.endswith("\n"))


def write(out: Path, content: str | bytes | Iterator[str], *, mode: int = 0o600) -> None:
    """Writes ``out`` whole or not at all, with ``mode``. Raises SettingsError."""
    with opened(out, mode=mode) as file:
        for piece in [content] if isinstance(content, str | bytes) else content:
            file.write(piece if isinstance(piece, bytes) else piece.encode())


@contextmanager
def opened(out: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Gives a file to write in, which becomes ``out`` when all of it is written. Raises SettingsError where it can't be."""
    from ..domain.errors import SettingsError
    from ..domain.fault_words import why_not
    from ..domain.files import make_folder, whole_or_not

    try:
        if out.exists() and not out.is_file():  # a pipe or a device is written to, and never put aside for a file
            with out.open("wb") as file:
                yield file
            return
        make_folder(out.parent)
        with whole_or_not(out) as half:
            with half.open("wb") as file:
                yield file
            half.chmod(mode)
    except OSError as error:
        raise SettingsError(_("fila kan ikke skrives ({kind})").format(kind=why_not(error))) from None


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def _colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def progress() -> Callable[[str, int], None] | None:
    """Progress on stderr, on one line, only where a person is looking."""
    if not sys.stderr.isatty():
        return None

    def tell(school: str, number: int) -> None:
        if number % 25 == 0:
            click.echo("\r" + _("{school}: {n} saker").format(school=school, n=number), err=True, nl=False)

    return tell


def aside(what: str | None) -> None:
    """Says on stderr what was left undone beside the report."""
    if what is not None:
        click.echo(what, err=True)


def tell_problems(judged: Judged) -> None:
    """On stderr what could not be read and what to do about it; not for the owner, who sees no case numbers."""
    for note in judged.notes:
        click.echo(note, err=True)
    for problem in judged.problems:
        click.echo(problem.told(), err=True)


def finish(report: Report, judged: Judged, fail_on: str) -> None:
    """The exit code, and on stderr the reason for it."""
    from ..domain.verdict import Severity

    end(0 if fail_on == "never" else len(report.at_or_over(Severity(fail_on))), judged, fail_on)


def end(failing: int, judged: Judged, fail_on: str) -> None:
    """The exit code where so many deviations are at least as severe as ``fail_on``, and on stderr the reason for it."""
    if not judged.complete:
        click.echo(_("Avsluttet med 3: noe kunne ikke sjekkes."), err=True)
        sys.exit(ExitCode.UNCHECKED)
    if failing:
        from ..domain.verdict import Severity
        from ..validators.verdict_words import SEVERITIES as WORDS

        said = ngettext(
            "Avsluttet med 1: {n} avvik er minst «{severity}» (--fail-on {fail_on}).",
            "Avsluttet med 1: {n} avvik er minst «{severity}» (--fail-on {fail_on}).",
            failing,
        )
        word = value_word(Severity(fail_on), WORDS)
        click.echo(said.format(n=failing, severity=word, fail_on=fail_on), err=True)
        sys.exit(ExitCode.FINDINGS)
