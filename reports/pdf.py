"""A report as a PDF for the archive, by Typst (extra ``pdf``): PDF/UA-1, and the same bytes each time.

What is said comes from the same sentences as the page; a template in templates/ only places it. It gets everything as
JSON, so that no text can become markup. The font comes with the extra, and no other is looked for: a letter that it has
not is drawn as «□» and counted, for a report must not fail because of one.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.errors import optional_part
from .annual_cycle import cycle_years
from .charts import Chart
from .course import Course, course
from .items import Part
from .links import pattern
from .model import ON_TOP, AuditReport, Report, SchoolReport
from .overview import cell, change_numbers, overview
from .report_language import Words, plain
from .sentences import Sentences, foot, mark
from .view import case_links, view

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent / "templates"
NO_LETTER = "□"
_WORD = re.compile(r'\bword\("([^"]+)"\)')


def render(report: Report, language: str | None = None) -> bytes:
    """``report`` as PDF. Raises :class:`~skolemiljo.domain.errors.MissingPart` where the extra is not installed."""
    say = Sentences(report, language)
    name, values = (
        ("audit.typ", _audit(report, say)) if isinstance(report, AuditReport) else ("school.typ", _school(report, say))
    )
    links = case_links(report) if isinstance(report, SchoolReport) else {}
    title = f"{say.title()}, {say.words.day(report.today)}"
    return document(name, title, say.words, values, made=report.as_of, links=links, outside=report.numbers.hide)


def document(
    template: str,
    title: str,
    words: Words,
    values: dict[str, Any],
    *,
    made: datetime,
    links: dict[str, str] | None = None,
    outside: bool = False,
) -> bytes:
    """The PDF that ``template`` (in templates/) makes of ``values``. ``made`` is the time that the file says of itself;
    ``links`` the address of each case number. ``outside``: it leaves the owner."""
    with optional_part("pdf"):
        import typst
    drawable = Drawable()
    data = drawable.of(
        {
            **values,
            "title": title,
            "language": words.language,
            "foot": mark(words, outside=outside),
            "foot_line": foot(words, outside=outside),
            "words": {text: words.gettext(text) for text in _template_words()},
            "links": links or {},
            "numbers": pattern(links or {}),
        }
    )
    data["not_drawn"] = drawable.said(words)
    made_of: bytes = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made.timestamp()),
    )
    return made_of


def words_in(template: Path) -> list[str]:
    """The texts that stand in a Typst template: ``word("…")``. The pages' templates have each of them too."""
    return _WORD.findall(template.read_text("utf-8"))


@cache
def _template_words() -> tuple[str, ...]:
    return tuple({text: None for file in sorted(TEMPLATES.glob("*.typ")) for text in words_in(file)})


# The font.


def _font_folder() -> Path:
    with optional_part("pdf"):
        import fontpkg_inter  # type: ignore[import-untyped]  # the package has no types
    return Path(fontpkg_inter.ROOT) / "files"


@cache
def _fonts() -> typst.Fonts:
    """The font of the extra alone: neither this machine's nor those in Typst, so that every machine draws the same."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_font_folder()])


@cache
def _letters() -> frozenset[str]:
    """The letters that the font has in each of its styles."""
    with optional_part("pdf"):
        from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # the package has no types
    styles = [TTFont(file, lazy=True)["cmap"].getBestCmap() for file in sorted(_font_folder().glob("*.ttf"))]
    return frozenset(map(chr, set.intersection(*map(set, styles)))) | {"\n"}


class Drawable:
    """Texts as the font can draw them, and how many letters it could not."""

    def __init__(self) -> None:
        self.missing = 0

    def of(self, value: Any) -> Any:
        """``value`` (of JSON) with «□» for each letter that the font has not."""
        if isinstance(value, str):
            gone = {letter for letter in value if letter not in _letters()}
            self.missing += sum(map(value.count, gone))
            return value.translate({ord(letter): NO_LETTER for letter in gone}) if gone else value
        if isinstance(value, dict):
            return {name: self.of(one) for name, one in value.items()}
        return [self.of(one) for one in value] if isinstance(value, list | tuple) else value

    def said(self, words: Words) -> str:
        """How many letters could not be drawn, or an empty text."""
        if not self.missing:
            return ""
        return words.ngettext(
            "{n} tegn finnes ikke i skriften og står som □. Teksten står hel i de andre formene.",
            "{n} tegn finnes ikke i skriften og står som □. Teksten står hel i de andre formene.",
            self.missing,
        )


# What the templates place.


def _school(report: SchoolReport, say: Sentences) -> dict[str, Any]:
    return {
        **_first_screen(report, say),
        **_cases(report, say, ""),
        "course": _course(course(report, say)),
        "cycle": [
            {
                "name": year.name,
                "open": [
                    [
                        [f"{say.rule_title(item.item)}: {about}" if about else say.rule_title(item.item), item.item],
                        say.words.cycle_state(item.state),
                        say.words.day(item.due) if item.due else "–",
                        say.words.role(item.role),
                    ]
                    for item, about in year.open
                ],
                "done": year.done,
            }
            for year in cycle_years(report, say)
        ],
        "problems": [say.problem(problem) for problem in report.problems],
        "rector": report.reader == "rector",
    }


def _first_screen(report: Report, say: Sentences) -> dict[str, Any]:
    return {
        "municipality": plain(report.plan.document.municipality),
        "quote_language": report.plan.document.language,
        "name": say.school_name(report) if isinstance(report, SchoolReport) else say.title(),
        "made": say.made(),
        "headline": say.headline(),
        "besides": [*say.besides(), *filter(None, [say.since_last()])],
        "tiles": say.tiles(),
        "warnings": [say.warning(warning) for warning in report.warnings if warning.code in ON_TOP],
        "other_warnings": [say.warning(warning) for warning in report.warnings if warning.code not in ON_TOP],
        "plan": say.plan(),
    }


def _cases(report: SchoolReport, say: Sentences, prefix: str) -> dict[str, Any]:
    """What a school has on its own paper and in the owner's. ``prefix`` tells its link targets from another school's."""
    drawn = view(report, say, prefix, brief=True)
    return {
        "view": asdict(replace(drawn, lead=tuple(drawn.lead), open=tuple(drawn.open), closed=tuple(drawn.closed))),
        "closed_lead": say.part_lead(Part.CLOSED),
        "resolved": [say.resolved(entry) for entry in report.resolved],
    }


def _course(found: Course | None) -> dict[str, Any] | None:
    if found is None:
        return None
    steps = [asdict(step) | {"words": step.words} for step in found.steps]
    return asdict(found) | {"steps": steps, "description": found.description}


def _chart(chart: Chart | None) -> dict[str, Any] | None:
    if chart is None:
        return None
    bars = [asdict(bar) | {"labelled_from": bar.labelled_from, "middle": bar.middle} for bar in chart.bars]
    return asdict(chart) | {"bars": bars, "base": chart.base}


_NOW = ("needs", "opened", "overdue", "silence", "trend", "unseen", "to_raise")


def _audit(report: AuditReport, say: Sentences) -> dict[str, Any]:
    found = overview(report, say)
    with_pages = [] if report.external else [school for school in report.reports if school.items]
    place = {id(school): f"skole-{number}" for number, school in enumerate(with_pages, 1)}
    return {
        **_first_screen(report, say),
        "external": report.external,
        "most_help": found["most_help"],
        "own_duties": found["own_duties"],
        "failing": found["failing"],
        "longest": found["longest"],
        "schools_now": [[row.school.name, *(getattr(now, name) for name in _NOW)] for row, now in found["schools_now"]],
        "map_key": found["map_key"],
        "chapters": [title for _, title in found["chapter_titles"]],
        "schools": [
            {
                "name": row.school.name,
                "id": place.get(id(row.report), ""),
                "complete": row.report.complete,
                "numbers": [say.of_school(row, row.cases), cell(row.all, report)[0], change_numbers(row, say)],
                "cells": [cell(row.chapter(name), report) for name, _ in found["chapter_titles"]],
            }
            for row in report.rows
        ],
        "map_schools": [row.school.name for row in found["map_rows"]],
        "rows_left_out": found["rows_left_out"],
        "duties": [
            {
                "duty": [say.rule_title(code), code],
                "total": total,
                "cells": [cell([row.rule(code)], report) for row in found["map_rows"]],
            }
            for code, total in found["worst_rules"]
        ],
        "rules_unseen": found["rules_unseen"],
        "rules_in_order": found["rules_in_order"],
        "trend": _chart(found["trend"]),
        "years": [
            [year.school_year, *map(str, (year.last, year.mean, year.too_late, year.weeks))] for year in found["years"]
        ],
        "ahead": [
            [say.words.day(day), school, cases, [[say.rule_title(code), code] for code in codes]]
            for day, school, cases, codes in found["ahead"]
        ],
        "cycle_columns": found["cycle_columns"],
        "cycle_rows": [{"item": [say.rule_title(code), code], "cells": cells} for code, cells in found["cycle_rows"]],
        "acceptances": found["acceptances"],
        "problem_lines": found["problem_lines"],
        "hidden_numbers": say.hidden_numbers(),
        "own_pages": [
            {"id": place[id(school)], "name": say.school_name(school), **_cases(school, say, f"{place[id(school)]}-")}
            for school in with_pages
        ],
    }
