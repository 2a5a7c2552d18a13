"""A report as a page: one file with everything in it, no script, nothing fetched, made to be printed and ticked off."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .annual_cycle import cycle_years
from .course import course
from .items import Part
from .links import in_page
from .model import ON_TOP, AuditReport, Report, SchoolReport
from .overview import overview
from .report_language import Words, plain
from .sentences import Sentences, foot, mark
from .view import case_links, view

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def render(report: Report, language: str | None = None, *, held: str = "", with_case_pages: bool = False) -> str:
    """``report`` as one self-contained page. An audit has the pages of its schools after the map.

    ``held``: the page's first line, for one that is published: when it was seen, and until when it holds. ``with_case_pages``:
    the page of each open case lies beside it (:func:`case_file`).
    """
    say = Sentences(report, language)
    if isinstance(report, AuditReport):
        return _audit_page(report, say, inline=True, held=held)
    beside = [block.case for block in report.open_cases if block.case] if with_case_pages else []
    return "".join(_school_page(report, say, held, {say.case_words(case): case_file(case) for case in beside}))


def by_pieces(report: SchoolReport, language: str | None = None) -> Iterator[str]:
    """:func:`render` of a school or of files, piece by piece: a page of many thousand cases is never a text as a whole."""
    return _school_page(report, Sentences(report, language))


def case_file(case: str) -> str:
    """File name of a case's page: its number, with what no file name may hold by its code."""
    return f"sak-{re.sub('[^A-Za-z0-9-]', lambda found: f'_{ord(found[0]):x}_', case)}.html"


def pages(report: AuditReport, language: str | None = None) -> dict[str, str]:
    """The audit as several files: the map as ``index.html``, without case numbers, and a page per school beside it."""
    say = Sentences(report, language)
    found = {"index.html": _audit_page(report, say, inline=False)}
    for school in () if report.external else report.reports:
        if school.school is not None or school.open_items:
            found[_file_name(school)] = render(school, language)
    return found


def page(
    template: str, title: str, words: Words, values: dict[str, Any], *, wide: bool = False, outside: bool = False
) -> str:
    """The page that ``template`` (in templates/) makes of ``values``, with style, its hash, and foot in place."""
    return "".join(page_by_pieces(template, title, words, values, wide=wide, outside=outside))


def page_by_pieces(
    template: str, title: str, words: Words, values: dict[str, Any], *, wide: bool = False, outside: bool = False
) -> Iterator[str]:
    """:func:`page`, piece by piece."""
    style = _style(_SHEETS[template], mark(words, outside=outside))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = _environment(words.language)
    from markupsafe import Markup

    pieces = environment.get_template(template).stream(
        language=words.language,
        page_title=title,
        style=Markup(style),  # noqa: S704 - our own file, checked by its hash
        style_hash=f"sha256-{digest}",
        foot_line=foot(words, outside=outside),
        wide=wide,
        foot_wide=wide and not values.get("inline_schools"),
        **values,
    )
    pieces.enable_buffering(_PIECES)
    return _without_empty_lines(pieces)


_PIECES = 50
"""So many of a template's pieces are told together."""


def _without_empty_lines(pieces: Iterable[str]) -> Iterator[str]:
    held = ""
    for piece in pieces:
        held += piece
        text = held.rstrip()  # what may go on as an empty line waits
        yield _EMPTY_LINES.sub("\n", text)
        held = held[len(text) :]
    yield _EMPTY_LINES.sub("\n", held)


_EMPTY_LINES = re.compile(r"\n\s*\n+")


_SHEETS = {
    "school.html": ("page.css",),
    "audit.html": ("page.css", "audit.css"),
    "dossier.html": ("page.css", "dossier.css"),
}
"""The stylesheets of each page: none carries the rules of another."""


def _style(names: tuple[str, ...], mark: str) -> str:
    """The stylesheets ``names`` as one, with the words of the printed foot, which CSS must hold itself."""
    at_the_foot = re.sub(r"[^\w .,§-]", "", mark)
    source = "".join(map(_read, names)).replace("{{ foot }}", at_the_foot)
    return re.sub(r"/\*.*?\*/|\n", "", source, flags=re.S)


def _read(name: str) -> str:
    from importlib.resources import files

    return (files("skolemiljo.reports") / "templates" / name).read_text("utf-8")


@cache
def _environment(language: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("skolemiljo.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters |= {"whole_names": _whole_names, "sentences": _sentences}
    words = Words(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        words.gettext, words.ngettext, newstyle=False
    )
    return environment


_NAME = re.compile(r"sak-[a-z2-7]{12}|§ [0-9]+-[0-9]+|\b[A-Z]+-[0-9]{4}-[0-9]+")


def _sentences(notes: Iterable[str]) -> str:
    """``notes`` as sentences, each with a capital and a stop."""
    return " ".join(f"{note[:1].upper()}{note[1:].rstrip('.')}{'' if note.endswith('?') else '.'}" for note in notes)


def _whole_names(text: str) -> Markup:
    """``text`` with each name of a case or a paragraph on one line: half of one can't be copied, or read."""
    from markupsafe import Markup, escape

    return Markup(_NAME.sub(r'<span class="whole">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped on this line


# The school's page.


def _shared(report: Report, say: Sentences) -> dict[str, Any]:
    return {
        "say": say,
        "report": report,
        "municipality": plain(report.plan.document.municipality),
        "quote_language": report.plan.document.language,
        "view": lambda school, prefix: view(school, say, prefix),
        "closed_lead": say.part_lead(Part.CLOSED),
        "top_warnings": lambda r: tuple(say.warning(w) for w in r.warnings if w.code in ON_TOP),
        "other_warnings": lambda r: [say.warning(w) for w in r.warnings if w.code not in ON_TOP],
        "cycle_years": lambda school: cycle_years(school, say),
        "course": lambda school: course(school, say),
        "case_pages": {},
    }


def _school_page(
    report: SchoolReport, say: Sentences, held: str = "", case_pages: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    title = f"{say.title()}, {say.words.day(report.today)}"
    values = {**_shared(report, say), "held": held, "case_pages": case_pages}
    pieces, links = page_by_pieces("school.html", title, say.words, values), case_links(report)
    return iter([in_page("".join(pieces), links)]) if links else pieces


# The owner's page.


def _file_name(school: SchoolReport) -> str:
    """File name of a school's page: its number, never its name."""
    return f"skole-{school.school.organisation_number}.html" if school.school is not None else "kommunen.html"


def _anchor(school: SchoolReport) -> str:
    return _file_name(school).removesuffix(".html")


def _audit_page(report: AuditReport, say: Sentences, *, inline: bool, held: str = "") -> str:
    title = f"{say.title()}, {say.words.day(report.today)}"
    values = {
        **_shared(report, say),
        **overview(report, say),
        "held": held,
        "school_link": lambda row: f"#{_anchor(row.report)}" if inline else _file_name(row.report),
        "inline_schools": [(r, _anchor(r)) for r in report.reports if r.items or r.problems]
        if inline and not report.external
        else [],
    }
    return page("audit.html", title, say.words, values, wide=True, outside=report.external)
