"""Keeps the catalogues in reports/locale in step with the source: ``python -m skolemiljo.commands.catalogue``.

Our own texts are written in bokmål: nynorsk needs them all, English what the commands say (reports are Norwegian).
click's texts are English: bokmål and nynorsk need them.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..reports.languages import CATALOGUE, LOCALE_FOLDER, SPOKEN
from ..reports.pdf import words_in
from .command_language import CLICK_KINDS, messages

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).parent.parent
_HEADER = "# Our words in {language}. Updated and compiled by python -m skolemiljo.commands.catalogue."
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The same in every file, so that nothing changes where no text has."""

Message = str | tuple[str, str]
"""A text, or its forms for one and for many."""


def report_messages() -> dict[Message, str]:
    """Every text of the reports with the file it comes from: modules and templates."""
    found: dict[Message, str] = {}
    for file in sorted(ROOT.glob("reports/*.py")):
        found |= dict.fromkeys(_in_python(file), file.name)
    for file in sorted(ROOT.glob("reports/templates/*.html")):
        found |= dict.fromkeys(_in_template(file), file.name)
    for file in sorted(ROOT.glob("reports/templates/*.typ")):
        found |= dict.fromkeys(words_in(file), file.name)
    return found


def command_messages() -> dict[Message, str]:
    """Every text of the commands with the file it comes from: their help, and what they and all under them say."""
    found: dict[Message, str] = {}
    for folder in ("commands", "sync", "judging", "journal", "adapters", "store", "plans", "domain", "settings"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            found |= dict.fromkeys(_in_python(file), file.relative_to(ROOT).as_posix())
    # what sends says how it went; what looks up, that nothing is there
    found |= dict.fromkeys(_in_python(ROOT / "reports/digest.py"), "reports/digest.py")
    beside = (ROOT / "commands" / "options.py", ROOT / "commands" / "for_others.py")
    for file in (*beside, *sorted(ROOT.glob("commands/groups/*.py")), ROOT / "cli.py"):
        name = file.relative_to(ROOT).as_posix()
        found |= dict.fromkeys((*_in_python(file), *_in_help(file)), name)
    return found


def click_messages() -> dict[Message, str]:
    """Every text of the installed click with the file it comes from."""
    import click

    found: dict[Message, str] = {**_click_kinds(), "required": "click/core.py"}  # said by way of variables
    for file in sorted(Path(str(click.__file__)).parent.glob("*.py")):
        found |= dict.fromkeys(_in_python(file), f"click/{file.name}")
    return found


def _click_kinds() -> dict[Message, str]:
    return dict.fromkeys(CLICK_KINDS, "click/types.py")


def wanted(language: str) -> dict[Message, str]:
    """The texts that the catalogue of ``language`` must have."""
    match language:
        case "nb":
            return click_messages()
        case "en":
            return command_messages() | _click_kinds()  # «integer range» is no English
        case _:
            return click_messages() | report_messages() | command_messages()


def _in_python(file: Path) -> Iterator[Message]:
    """The texts of one module. Read from its syntax tree: babel's own reader passes over calls inside f-strings."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in ("_", "gettext", "marked") and texts:
            yield texts[0]
        elif name == "PydanticCustomError" and len(texts) == 2 and " " in texts[1]:
            yield texts[1]
        elif name == "ngettext" and len(texts) == 2:
            yield texts[0], texts[1]


def _in_help(file: Path) -> Iterator[str]:
    """The help of commands and options in one module of commands."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            named = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
            yield from (str(named[name]) for name in ("help", "metavar") if named.get(name))
        elif isinstance(node, ast.FunctionDef) and any(map(_makes_a_command, node.decorator_list)):
            yield from messages(ast.get_docstring(node) or "")


def _makes_a_command(decorator: ast.expr) -> bool:
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(call, ast.Attribute) and call.attr in ("command", "group")


def _in_template(file: Path) -> Iterator[Message]:
    from babel.messages.extract import extract

    with file.open("rb") as source:
        for _, message, _, _ in extract("jinja2.ext:babel_extract", source, keywords={"_": None}):
            yield str(message)


def po_file(language: str) -> Path:
    """The catalogue that translators edit."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / f"{CATALOGUE}.po"


def read(language: str) -> Catalog:
    """The catalogue of ``language`` as it stands."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    file = po_file(language)
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """What the program reads."""
    from babel.messages.mofile import write_mo

    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update(language: str) -> list[Message]:
    """Writes the .po anew (texts that are gone are dropped, new ones come in untranslated) and the .mo beside it.

    Gives the texts that still have no translation.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    standing = read(language)
    fresh = Catalog(locale=language, fuzzy=False, header_comment=_HEADER.format(language=language), creation_date=_WHEN)
    fresh.mime_headers = [
        ("Language", language),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    missing = []
    for message, place in sorted(wanted(language).items(), key=lambda pair: (pair[1], str(pair[0]))):
        known = standing.get(message if isinstance(message, str) else message[0])
        string = known.string if known is not None else ""
        if not string or (isinstance(string, tuple | list) and not all(string)):
            missing.append(message)
        fresh.add(message, string or None, locations=[(place, None)])  # type: ignore[list-item]  # babel takes a place without a line, its types do not
    file = po_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, fresh, width=110, omit_header=False, include_lineno=False)
    file.with_suffix(".mo").write_bytes(compiled(fresh))
    return missing


def main() -> None:
    """Updates every catalogue and says what is missing."""
    import sys

    for language in SPOKEN:
        missing = update(language)
        sys.stdout.write(f"{language}: {len(wanted(language))} texts, {len(missing)} without translation\n")
        for message in missing:
            sys.stdout.write(f"  {message!r}\n")


if __name__ == "__main__":
    main()
