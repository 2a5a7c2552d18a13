"""Workbooks that people fill in: empty ones, and ones with cases that came as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any

from ..adapters.ports import CaseProblem
from ..adapters.workbook.writing import Content, csv_files, workbook
from ..domain.base import ReadingContext
from ..domain.errors import SettingsError
from ..domain.school import School, is_organisation_number
from ..judging.files import case_files
from .output import write

Echo = Callable[[str], Any]


def template(out: Path, *, schools: Iterable[str], language: str, echo: Echo) -> None:
    """An empty workbook, in which ``schools`` (a number, perhaps a name after it) stand. Raises SettingsError."""
    content = Content(language)
    for told in schools:
        content.add_school(_school(told))
    _put(content, out, echo)


def fill(
    out: Path, paths: Iterable[Path], *, language: str, reading: ReadingContext, echo: Echo
) -> tuple[CaseProblem, ...]:
    """A workbook with the cases in ``paths``, and what could not be read. Raises SettingsError where there is no case."""
    content, numbers, schools = Content(language), 0, set()
    unread = []
    for path in paths:
        for item in case_files(path, reading):
            if isinstance(item, CaseProblem):
                unread.append(item)
                continue
            content.add_case(item)
            schools.add(item.school)
            numbers += 1
    if not numbers and not unread:
        raise SettingsError(_("det er ingen saker der: sjekk stien, eksporten eller arket Saker"))
    for number in sorted(schools):
        content.add_school(School(organisation_number=number, name=number))
    _put(content, out, echo)
    echo(ngettext("{n} sak står i arbeidsboka.", "{n} saker står i arbeidsboka.", numbers).format(n=numbers))
    return tuple(unread)


def _school(told: str) -> School:
    number, _space, name = told.strip().partition(" ")
    if not is_organisation_number(number):
        raise SettingsError(_("--school: begynn med organisasjonsnummeret, ni siffer uten mellomrom, som 310000019"))
    return School(organisation_number=number, name=name.strip()[:120] or number)


def _put(content: Content, out: Path, echo: Echo) -> None:
    """Nothing that stands there is written over: people have filled it in."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise SettingsError(
            _("--out: {file} finnes fra før, og kan være fylt ut: velg et annet navn").format(file=out.name)
        )
    if out.suffix.casefold() == ".xlsx":
        write(out, workbook(content))
    else:
        for name, data in csv_files(content):
            write(out / name, data)
    echo(_("Skrevet: {file}").format(file=out))
