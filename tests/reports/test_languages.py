"""Nynorsk is complete, the compiled catalogues are those of the source, and no bokmål is left in a page in nynorsk."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.dates import format_date

from skolemiljo.commands import catalogue
from skolemiljo.domain import errors
from skolemiljo.domain.annual_cycle import Audience, CycleState
from skolemiljo.domain.log import LogKind
from skolemiljo.domain.verdict import RemarkCode
from skolemiljo.reports import render
from skolemiljo.reports.dossier import kind_words
from skolemiljo.reports.languages import NORWEGIAN, SPOKEN
from skolemiljo.reports.model import AuditReport, SchoolReport
from skolemiljo.reports.report_language import Words, plain
from skolemiljo.validators import verdict_words

# Words that are bokmål and not nynorsk.
BOKMAAL = {
    "ikke", "noe", "hva", "hvem", "hvorfor", "hvordan", "hver", "hvert", "uke", "uken", "frister", "saken", "mangler",
    "skoler", "skolene", "bare", "fra", "gjør", "senere", "fortsatt", "planens", "siden", "fikk", "ble", "dager", "en",
    "et", "løst", "saksnumre", "leser", "selv", "verktøyet.",
}  # fmt: skip


def forms(text: Any) -> list[str]:
    """The forms of a text: one, or the singular and the plural."""
    return [text or ""] if isinstance(text, str) or text is None else list(text)


@pytest.mark.parametrize("language", SPOKEN)
def test_every_text_is_translated(language: str) -> None:
    catalog = catalogue.read(language)
    missing = []
    for message in catalogue.wanted(language):
        known = catalog.get(message if isinstance(message, str) else message[0])
        if known is None or not all(forms(known.string)):
            missing.append(message)
    assert missing == [], "run `make words` and translate"


@pytest.mark.parametrize("language", NORWEGIAN)
def test_days_are_written_as_cldr_has_them(language: str) -> None:
    words = Words(language)
    for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(366)):
        assert words.day(day) == format_date(day, "EEEE d. MMMM y", locale=language)
        assert words.short_day(day) == format_date(day, "EEE d. MMM y", locale=language)
        assert words.short_day(day, year=False) == format_date(day, "EEE d. MMM", locale=language)
        assert words.date(day) == format_date(day, "d. MMM y", locale=language)
        assert words.day_of_month(day) == format_date(day, "d. MMM", locale=language)


def test_the_texts_are_really_found() -> None:
    own = catalogue.report_messages()
    assert len(own) > 200
    assert "løst" in own  # stands inside an f-string, where babel's own reader does not look
    assert ("om {n} dag", "om {n} dager") in own
    assert "Hopp til innholdet" in own  # a template
    assert "Usage:" in catalogue.click_messages()


def _bare_words(call: ast.Call) -> list[str]:
    """Words that a call says as they stand, in a plain text or in the fixed parts of an f-string."""
    said = []
    for argument in call.args:
        pieces = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        said += [p.value for p in pieces if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    no_words = re.compile(r"\S*[./*]\S*|skolemiljo|Python")  # names of files and programs
    return [text for text in said if " " in text and re.search(r"[^\W\d_]{3,}", no_words.sub(" ", text))]


SAYING = {"echo", "fail", "UsageError", "MailError", "CaseProblem", "Verified", "Line"} | {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)
}


def test_nothing_is_said_that_is_not_in_the_catalogue(root: Path) -> None:
    """A text given to the terminal, or to an error that reaches it, goes by way of gettext."""
    bare = []
    folders = ("commands", "sync", "adapters", "store", "plans")
    files = [root / "cli.py", *(file for folder in folders for file in sorted((root / folder).rglob("*.py")))]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in SAYING and "mock" not in file.parts:
                bare += [f"{file.name}:{node.lineno}: {text}" for text in _bare_words(node)]
    assert bare == []
    assert _bare_words(ast.parse('echo(f"Skrevet: {file}")').body[0].value)  # type: ignore[attr-defined]  # not of every kind that it may be


def test_a_text_is_looked_up_as_it_stands_in_the_source(root: Path) -> None:
    """What is put together or chosen inside the call is in no catalogue, and stays bokmål: «Skolemiljø: sakene i filene» was."""
    put_together = (ast.IfExp, ast.JoinedStr, ast.BinOp)
    folders = ("commands", "reports", "sync", "judging", "journal", "adapters", "store", "plans", "domain", "settings")
    for file in (root / "cli.py", *(file for folder in folders for file in (root / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
                "_",
                "gettext",
                "ngettext",
            ):
                assert not any(isinstance(arg, put_together) for arg in node.args[:1]), f"{file.name}:{node.lineno}"


@pytest.mark.parametrize("language", SPOKEN)
def test_nothing_stands_in_a_catalogue_that_no_one_says(language: str) -> None:
    ids = {m.id if isinstance(m.id, str) else tuple(m.id) for m in catalogue.read(language) if m.id}
    assert ids == set(catalogue.wanted(language))


@pytest.mark.parametrize("language", SPOKEN)
def test_compiled_catalogue_is_that_of_the_source(language: str) -> None:
    file = catalogue.po_file(language).with_suffix(".mo")
    assert file.read_bytes() == catalogue.compiled(catalogue.read(language))


def fields(text: str) -> list[str]:
    return sorted(str(name) for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", SPOKEN)
def test_translations_keep_their_fields(language: str) -> None:
    for message in catalogue.read(language):
        if not message.id:
            continue
        for one, other in zip(forms(message.id), forms(message.string), strict=True):
            assert fields(one) == fields(other), one


def words_of(html: str) -> set[str]:
    said = re.sub(r"<style>.*?</style>|<q\b.*?</q>", " ", html, flags=re.S)
    said = re.sub(r"<title>|</title>", " ", said)
    return set(re.findall(r"[a-zæøå]+", re.sub(r"<[^>]+>", " ", said).lower()))


def test_a_page_in_nynorsk_has_no_bokmaal(report: SchoolReport, audit: AuditReport) -> None:
    # These come from outside the catalogue: the plan's title and the names and reasons of the fixtures.
    foreign = {"planen", "skrives", "om", "i", "møte", "eleven", "var", "syk", "skolemiljøet", "ungdomsskole"}
    for form in (report, audit):
        assert words_of(str(render(form, "html", "nn"))) & (BOKMAAL - foreign) == set()
        assert words_of(str(render(form, "html", "nb"))) & BOKMAAL  # the words would be seen if they were there


def test_plan_quotes_are_never_translated(report: SchoolReport) -> None:
    assert "samme dag som melding er mottatt, har fått beskjed" in str(render(report, "html", "nn"))


def test_dates_and_plurals() -> None:
    nb, nn = Words("nb"), Words("nn")
    assert nb.day(date(2026, 3, 9)) == "mandag 9. mars 2026"
    assert nn.day(date(2026, 3, 9)) == "måndag 9. mars 2026"
    assert [nb.distance(n) for n in (-2, -1, 0, 1, 2)] == [
        "for 2 dager siden",
        "i går",
        "i dag",
        "i morgen",
        "om 2 dager",
    ]
    assert [nn.distance(n) for n in (-2, 1, 2)] == ["for 2 dagar sidan", "i morgon", "om 2 dagar"]
    assert Words("en").day(date(2026, 3, 9)) == "mandag 9. mars 2026"


@pytest.mark.parametrize("language", NORWEGIAN)
def test_every_value_has_a_word(language: str) -> None:
    words = Words(language)
    assert all(words.cycle_state(state) for state in CycleState)
    assert len({kind_words(kind, words) for kind in LogKind}) == len(LogKind)
    assert verdict_words.REMARKS.keys() == set(RemarkCode)


def test_scopes_are_said_in_words() -> None:
    assert Words("nb").scope("notice:v1/pupil:e1") == "varsel v1, elev e1"
    assert Words("nb").scope("notice:2026/7/pupil:e1") == "varsel 2026/7, elev e1"
    assert Words("nb").scope("notice:v1/pupil:elev-1") == "varsel v1, elev-1"
    assert Words("nb").scope("case") == ""
    assert Words("nb").scope("nytt:x1") == "nytt x1"
    assert Words("nb").scope("school_year:2026-2027/group:guardians") == "skoleår 2026-2027, foreldre"
    assert Words("nb").scope("suspicion:1/accused:2") == "mistanke 1, beskyldt 2"
    assert not {group.value for group in Audience} & {Words("nb").scope(f"group:{group}") for group in Audience}


def test_control_characters_become_spaces() -> None:
    assert plain("a\x1b[31mb\u202ec\nd") == "a [31mb c d"


@pytest.mark.parametrize(("language", "said"), [("nb", "Bruk:"), ("nn", "Bruk:"), ("en", "Usage:")])
def test_click_speaks_the_language(language: str, said: str) -> None:
    program = (
        f"from skolemiljo.commands.command_language import speak; speak({language!r})\n"
        "import click\n"
        "@click.command()\n"
        "@click.argument('navn')\n"
        "def command(navn): pass\n"
        "command(prog_name='prog')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(said)
    assert {"nb": "Mangler argument", "nn": "Manglar argument", "en": "Missing argument"}[language] in done.stderr
