"""The language of the commands themselves: help, messages and click's own texts, in bokmål, nynorsk or English.

Our own texts are written in bokmål, click's in English; both have their translations in reports/locale.
"""

from __future__ import annotations

import gettext
import inspect
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import click

if TYPE_CHECKING:
    from ..validators.rule import Text

Value = TypeVar("Value", bound=StrEnum)

LANGUAGES = ("nb", "nn", "en")
CATALOGUE = "messages"
"""Name of the catalogue. It is gettext's own standard name, so that click finds its texts in the same one."""
LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "reports" / "locale"

_written: WeakKeyDictionary[click.Command | click.Parameter, tuple[str | None, str | None]] = WeakKeyDictionary()
"""Help and metavar as they stand in the source, so that a program can be asked in one language after another."""


def speak(language: str) -> None:
    """Makes every text of this process come in ``language``; one that we do not have gets bokmål.

    The language is put in the environment, because that is where gettext (and so click) looks for it.
    """
    os.environ["LANGUAGE"] = language if language in LANGUAGES else "nb"
    gettext.bindtextdomain(CATALOGUE, str(LOCALE_FOLDER))
    gettext.textdomain(CATALOGUE)


def spoken() -> str:
    """``nb``, ``nn`` or ``en``."""
    language = os.environ.get("LANGUAGE", "nb")
    return language if language in LANGUAGES else "nb"


def written() -> str:
    """``nb`` or ``nn``: the language of what is Norwegian only, as rules and reports are."""
    return "nn" if spoken() == "nn" else "nb"


def value_word(value: Value, words: Mapping[Value, Text]) -> str:
    """The word for a value of the domain: ours in bokmål and nynorsk, its own name in English."""
    language = spoken()
    return value.replace("_", " ") if language == "en" else words[value].in_language(language)


def translate_help(command: click.Command) -> None:
    """Puts the help of ``command``, of its options and of the commands under it, in the language now spoken."""
    help_text, _metavar = _written.setdefault(command, (inspect.cleandoc(command.help or ""), None))
    command.help = "\n\n".join(_piece(piece) for piece in pieces(help_text or ""))
    command.options_metavar = gettext.gettext("[VALG]")
    for parameter in command.params:
        _translate_parameter(parameter)
    if isinstance(command, click.Group):
        command.subcommand_metavar = gettext.gettext("KOMMANDO [ARGUMENT]...")
        for under in command.commands.values():
            translate_help(under)


def _translate_parameter(parameter: click.Parameter) -> None:
    given = getattr(parameter, "help", None)
    help_text, metavar = _written.setdefault(parameter, (given, parameter.metavar))
    if help_text and isinstance(parameter, click.Option):
        parameter.help = gettext.gettext(help_text)
    if metavar:
        parameter.metavar = gettext.gettext(metavar)


def pieces(help_text: str) -> Iterator[str]:
    """The paragraphs of a help text. One that begins with ``\\b`` is kept line by line; another is one line."""
    for paragraph in help_text.split("\n\n"):
        lines = paragraph.split("\n")
        yield paragraph if lines[0].strip() == "\b" else " ".join(line.strip() for line in lines)


def messages(help_text: str) -> Iterator[str]:
    """What of a help text is to be translated: commands to type (indented) are not."""
    for piece in pieces(help_text):
        if piece.startswith("\b"):
            yield from (line for line in piece.split("\n")[1:] if not line.startswith(" "))
        else:
            yield piece


def _piece(piece: str) -> str:
    if not piece.startswith("\b"):
        return gettext.gettext(piece)
    first, *lines = piece.split("\n")
    return "\n".join([first, *(line if line.startswith(" ") else gettext.gettext(line) for line in lines)])
