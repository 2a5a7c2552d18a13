"""The language of the commands themselves: help, messages and click's own texts, in bokmål, nynorsk or English.

Our own texts are written in bokmål, click's in English; both have their translations in reports/locale.
"""

from __future__ import annotations

import gettext
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import click

from ..reports.languages import CATALOGUE, LOCALE_FOLDER, SPOKEN

if TYPE_CHECKING:
    from ..validators.page import Text

Value = TypeVar("Value", bound=StrEnum)

CLICK_KINDS = ("file", "directory", "path", "text", "integer", "integer range", "float", "float range")
"""What click calls the kinds of values in its messages. It looks the words up when it is imported, before a language is set."""

_kinds: WeakKeyDictionary[click.ParamType[object], str] = WeakKeyDictionary()
"""click's own name of each kind of value that has been translated."""

_FIRST_SENTENCE = re.compile(r"^(.*?[.?!])\s.*", re.DOTALL)
"""What stands beside a command in the list of commands. click cuts it off where the line ends; this is whole, on two if need be."""

_written: WeakKeyDictionary[click.Command | click.Parameter, tuple[str | None, str | None]] = WeakKeyDictionary()
"""Help and metavar as they stand in the source, so that a program can be asked in one language after another."""


def speak(language: str) -> None:
    """Makes every text of this process come in ``language``; one that we do not have gets bokmål.

    The language is put in the environment, because that is where gettext (and so click) looks for it.
    """
    os.environ["LANGUAGE"] = language if language in SPOKEN else "nb"
    gettext.bindtextdomain(CATALOGUE, str(LOCALE_FOLDER))
    gettext.textdomain(CATALOGUE)


def asked_language(arguments: Sequence[str]) -> str:
    """The language that ``arguments`` ask for, else the environment, else the settings file; else bokmål.

    Looked for before anything is parsed, so that what is wrong with the arguments, and ``--help``, are told in it too.
    """
    return (
        _given(arguments, "--language")
        or os.environ.get("SKOLEMILJO_LANGUAGE")
        or _language_in(_given(arguments, "--settings") or os.environ.get("SKOLEMILJO_SETTINGS"))
    )


def _given(arguments: Sequence[str], option: str) -> str | None:
    """What is given for ``option``, as ``--option value`` or ``--option=value``."""
    for place, argument in enumerate(arguments):
        name, sign, value = argument.partition("=")
        if name == option:
            return value if sign else "".join(arguments[place + 1 : place + 2])
    return None


def _language_in(settings: str | None) -> str:
    """``language`` in the settings file. A file that can't be read is told of where its settings are needed."""
    if not settings:
        return "nb"
    import tomllib

    try:
        return str(tomllib.loads(Path(settings).read_text("utf-8")).get("language", "nb"))
    except (OSError, ValueError, RecursionError):
        return "nb"


def spoken() -> str:
    """``nb``, ``nn`` or ``en``."""
    language = os.environ.get("LANGUAGE", "nb")
    return language if language in SPOKEN else "nb"


def written() -> str:
    """``nb`` or ``nn``: the language of what is Norwegian only, as rules and reports are."""
    return "nn" if spoken() == "nn" else "nb"


def value_word(value: Value, words: Mapping[Value, Text]) -> str:
    """The word for a value of the domain: ours in bokmål and nynorsk, its own name in English."""
    language = spoken()
    return value.replace("_", " ") if language == "en" else words[value].in_language(language)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The words in ``language``. gettext's own functions look for the file anew for every text, and a help has hundreds."""
    return gettext.translation(CATALOGUE, LOCALE_FOLDER, [language], fallback=True)


def translate_help(command: click.Command) -> click.Command:
    """Puts the help of ``command`` and of its options in the language now spoken; what stands under it, when that is asked for."""
    _ = _catalogue(spoken()).gettext
    help_text, _metavar = _written.setdefault(command, (inspect.cleandoc(command.help or ""), None))
    command.help = "\n\n".join(_piece(piece, _) for piece in pieces(help_text or ""))
    command.short_help = _FIRST_SENTENCE.sub(r"\1", command.help)
    command.options_metavar = _("[VALG]")
    for parameter in command.params:
        _translate_parameter(parameter, _)
    if isinstance(command, click.Group):
        command.subcommand_metavar = _("KOMMANDO [ARGUMENT]...")
    return command


def _translate_parameter(parameter: click.Parameter, say: Callable[[str], str]) -> None:
    given = getattr(parameter, "help", None)
    help_text, metavar = _written.setdefault(parameter, (given, parameter.metavar))
    if help_text and isinstance(parameter, click.Option):
        parameter.help = say(help_text)
    if metavar:
        parameter.metavar = say(metavar)
    kind = parameter.type
    if kind.name in CLICK_KINDS or kind in _kinds:
        kind.name = say(_kinds.setdefault(kind, kind.name))


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


def _piece(piece: str, say: Callable[[str], str]) -> str:
    if not piece.startswith("\b"):
        return say(piece)
    first, *lines = piece.split("\n")
    return "\n".join([first, *(line if line.startswith(" ") else say(line) for line in lines)])
