"""A report as a page: one file with everything in it, no script, nothing fetched, made to be printed and ticked off."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from ..domain.annual_cycle import CycleItemStatus, CycleState
from ..domain.verdict import Verdict
from .model import (
    ON_TOP,
    AcceptanceState,
    AuditReport,
    Cell,
    Change,
    Group,
    Item,
    Part,
    Report,
    SchoolReport,
    shown_count,
    shown_sum,
)
from .report_language import Words, plain
from .sentences import SAID_ONCE, Sentences
from .trend import weekly, yearly

if TYPE_CHECKING:
    from jinja2 import Environment

SCHOOLS_IN_A_MAP = 12
"""More columns than this cannot be read; the sheet has them all."""
WEEKS_IN_A_CHART = 26


def render(report: Report, language: str | None = None) -> str:
    """``report`` as one self-contained page. An audit has the pages of its schools after the map."""
    say = Sentences(report, language)
    if isinstance(report, AuditReport):
        return _audit_page(report, say, inline=True)
    return _school_page(report, say)


def printed(report: Report, language: str | None = None) -> str:
    """``report`` as the page that a PDF is made of: the same words with the plain stylesheet for paper."""
    say = Sentences(report, language)
    if isinstance(report, AuditReport):
        return _audit_page(report, say, inline=True, paper=True)
    return _school_page(report, say, paper=True)


def pages(report: AuditReport, language: str | None = None) -> dict[str, str]:
    """The audit as several files: the map as ``index.html``, without case numbers, and a page per school beside it."""
    say = Sentences(report, language)
    found = {"index.html": _audit_page(report, say, inline=False)}
    for school in report.reports:
        if school.school is not None or school.open_items:
            found[_file_name(school)] = _school_page(school, Sentences(school, language))
    return found


def page(
    template: str, title: str, words: Words, values: dict[str, Any], *, wide: bool = False, paper: bool = False
) -> str:
    """The page that ``template`` (in templates/) makes of ``values``, with style, its hash, and foot in place.

    ``paper``: with the plain stylesheet that a PDF is made with.
    """
    style = _style(("print.css",) if paper else _SHEETS[template], words)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = _environment(words.language)
    from markupsafe import Markup

    rendered = environment.get_template(template).render(
        language=words.language,
        page_title=title,
        style=Markup(style),  # noqa: S704 - our own file, checked by its hash
        style_hash=f"sha256-{digest}",
        foot_line=words.gettext(
            "Unntatt offentlighet (offentleglova § 13, jf. forvaltningsloven § 13). Inneholder saksnumre."
        ),
        wide=wide,
        foot_wide=wide and not values.get("inline_schools"),
        **values,
    )
    return re.sub(r"\n\s*\n+", "\n", rendered)


_SHEETS = {
    "school.html": ("page.css",),
    "audit.html": ("page.css", "audit.css"),
    "dossier.html": ("page.css", "dossier.css"),
}
"""The stylesheets of each page: none carries the rules of another."""


def _style(names: tuple[str, ...], words: Words) -> str:
    """The stylesheets ``names`` as one, with the words of the printed foot, which CSS must hold itself."""
    foot = words.gettext("Unntatt offentlighet")
    source = "".join(map(_read, names)).replace("{{ foot }}", re.sub(r"[^\w .,§-]", "", foot))
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
    words = Words(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=False
    )
    return environment


# The school's page.


@dataclass(frozen=True)
class Answer:
    """Findings of one rule with one answer, that ask for the same thing."""

    status: str
    label: str
    to_do: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Duty:
    """What one part of the report says of one rule."""

    rule: str
    answers: tuple[Answer, ...]

    @property
    def number(self) -> int:
        """How many findings it has."""
        return sum(len(answer.items) for answer in self.answers)


def duties(items: Iterable[Item], say: Sentences) -> list[Duty]:
    """``items`` of one part by rule, and those of one rule by answer, in the order of the first of each."""
    found: dict[str, dict[tuple[str, str], list[Item]]] = {}
    for item in items:
        answers = found.setdefault(item.finding.rule, {})
        answers.setdefault((_status(item, say), _to_do(item, say)), []).append(item)
    return [
        Duty(
            rule,
            tuple(
                Answer(status, say.to_do_label(same[0]), to_do, tuple(same))
                for (status, to_do), same in answers.items()
            ),
        )
        for rule, answers in found.items()
    ]


def _status(item: Item, say: Sentences) -> str:
    """The verdict, where the part's heading does not say it already."""
    return "" if item.part is Part.REVIEW and item.finding.reason is None else say.status(item)


def _to_do(item: Item, say: Sentences) -> str:
    """What to do, where the part's lead does not say it already."""
    return "" if item.part in SAID_ONCE else say.to_do(item)


def _parts_of(report: SchoolReport, say: Sentences) -> list[tuple[Part, list[Duty], int]]:
    return [
        (part, duties(report.part(part), say), len(report.part(part)))
        for part in Part
        if part is not Part.MET and report.part(part)
    ]


def _shared(report: Report, say: Sentences) -> dict[str, Any]:
    return {
        "say": say,
        "report": report,
        "municipality": plain(report.plan.document.municipality),
        "quote_language": report.plan.document.language,
        "parts_of": lambda school: _parts_of(school, say),
        "count_boxes": lambda school: _count_boxes(school, say),
        "top_warnings": lambda r: [say.warning(w) for w in r.warnings if w.code in ON_TOP],
        "other_warnings": lambda r: [say.warning(w) for w in r.warnings if w.code not in ON_TOP],
        "deadline_chart": lambda school, name: _deadline_chart(school, say, name),
        "new_set": set,
        "cycle_in_order": _cycle_in_order,
        "cycle_years": lambda school: _cycle_years(school, say),
        "shown_count": shown_count,
    }


def _count_boxes(report: Report, say: Sentences) -> list[tuple[str, str, str]]:
    """Name, number and the part of the page that it leads to."""
    targets = ["", "", "", ""]
    if isinstance(report, SchoolReport):
        deviations = next((part for part in (Part.TODAY, Part.CLOSED, Part.TOO_LATE) if report.part(part)), None)
        leads = (deviations, Part.SOON, Part.REVIEW, Part.UNKNOWN)
        targets = [part.value if part is not None and report.part(part) else "" for part in leads]
    return [(name, number, target) for (name, number), target in zip(say.counts(), targets, strict=True)]


@dataclass(frozen=True)
class CycleYear:
    """A school year of the annual cycle: the items that are not done, and in short those that are."""

    name: str
    open: tuple[CycleItemStatus, ...]
    done: str


def _cycle_years(report: SchoolReport, say: Sentences) -> list[CycleYear]:
    """The school years that have items, the newest first."""
    return [
        CycleYear(
            status.school_year,
            tuple(item for item in status.items if item.state not in (CycleState.DONE, CycleState.NOT_APPLICABLE)),
            say.codes(Counter(item.item for item in status.items if item.state is CycleState.DONE).items()),
        )
        for status in sorted(report.cycle, key=lambda status: status.school_year, reverse=True)
        if status.items
    ]


def _cycle_in_order(report: SchoolReport) -> list[tuple[str, int]]:
    return [
        (code, 1) for code in dict.fromkeys(i.finding.rule for i in report.part(Part.MET) if i.finding.case is None)
    ]


def _school_page(report: SchoolReport, say: Sentences, *, paper: bool = False) -> str:
    title = f"{say.title()}, {say.words.day(report.today)}"
    return page("school.html", title, say.words, _shared(report, say), paper=paper)


# Charts: bars drawn by the template, placed here.


_WIDE, _LETTER = 640, 7.5
"""Units of a picture's width, and of a letter in it."""


@dataclass(frozen=True)
class Bar:
    """One bar. ``shown`` is its number as it may be shown, ``label`` stands under it, ``name`` and ``more`` in the table."""

    name: str
    label: str
    shown: str
    number_stands: bool
    """Whether there is room for the number over the bar."""
    more: tuple[str, ...]
    kind: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def labelled_from(self) -> float:
        """Where the middle of the label stands: not so near an edge that the edge cuts it."""
        half = _LETTER * len(self.label) / 2
        return round(min(max(self.middle, half), _WIDE - half), 1)


@dataclass(frozen=True)
class Chart:
    """Bars with a title, a sentence that says the point, and the heads of its table: what is counted by, and the numbers."""

    id: str
    title: str
    description: str
    heads: tuple[str, ...]
    bars: tuple[Bar, ...]
    width: int = _WIDE
    height: int = 200

    @property
    def base(self) -> int:
        return self.height - 24

    def drawn(self, kind: str) -> list[Bar]:
        """The bars of ``kind`` that have a height."""
        return [bar for bar in self.bars if bar.kind == kind and bar.height]


@dataclass(frozen=True)
class Value:
    """What becomes a bar: ``number`` its height, ``shown`` the number as it may be shown."""

    name: str
    label: str
    number: int
    shown: str
    kind: str = "bar"
    more: tuple[str, ...] = ()


_ROOM = 28
"""Units of the picture that a number of three digits needs."""


def _chart(name: str, title: str, description: str, heads: tuple[str, ...], values: list[Value]) -> Chart:
    """Bars of hidden numbers are all equally high. Where bars are too narrow, every second or third has its number."""
    chart = Chart(name, title, description, heads, ())
    step = chart.width / max(len(values), 4)
    highest = max((value.number for value in values), default=0) or 1
    every = ceil(_ROOM / step)
    bars = []
    for place, value in enumerate(values):
        number, shown = value.number, value.shown
        height = round((chart.base - 24) * (2 if shown == "*" else number) / max(highest, 4), 1)
        bars.append(
            Bar(
                value.name,
                value.label,
                shown,
                (len(values) - 1 - place) % every == 0,
                value.more,
                value.kind,
                round(place * step + step * 0.15, 1),
                round(chart.base - height, 1),
                round(step * 0.7, 1),
                height,
            )
        )
    return Chart(name, title, description, heads, tuple(bars))


def _deadline_chart(report: SchoolReport, say: Sentences, name: str) -> Chart | None:
    """Deadlines week by week, the passed ones first; nothing where there are fewer than three."""
    words = say.words
    days = [i.finding.deadline for i in report.group(Group.DUE) if i.finding.deadline is not None]
    if len(days) < 3:
        return None
    this_week = _monday(report.today)
    passed = sum(day < this_week for day in days)
    values: list[Value] = []
    if passed:
        values.append(Value(words.gettext("før denne uken"), words.gettext("før"), passed, str(passed), "late"))
    last = min(max(_monday(day) for day in days), this_week + timedelta(weeks=7))
    week = this_week
    while week <= last:
        number = sum(week <= day < week + timedelta(weeks=1) for day in days)
        label = words.gettext("uke {number}").format(number=week.isocalendar().week)
        values.append(Value(f"{label} ({words.gettext('fra')} {words.date(week)})", label, number, str(number)))
        week += timedelta(weeks=1)
    later = sum(day >= week for day in days)
    if later:
        values.append(Value(words.gettext("senere"), words.gettext("senere"), later, str(later)))
    description = words.ngettext("{n} frist denne uken.", "{n} frister denne uken.", values[1 if passed else 0].number)
    heads = (words.gettext("Uke"), words.gettext("Antall"))
    return _chart(name, words.gettext("Frister uke for uke"), description, heads, values)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


# The owner's page.


def _file_name(school: SchoolReport) -> str:
    """File name of a school's page: its number, never its name."""
    return f"skole-{school.school.organisation_number}.html" if school.school is not None else "kommunen.html"


def _anchor(school: SchoolReport) -> str:
    return _file_name(school).removesuffix(".html")


def _audit_page(report: AuditReport, say: Sentences, *, inline: bool, paper: bool = False) -> str:
    words = say.words
    title = f"{say.title()}, {words.day(report.today)}"
    map_rows = report.rows[:SCHOOLS_IN_A_MAP]
    values = _shared(report, say) | {
        "page_heading": say.title(),
        "map_key": words.gettext(
            "Tall: avvik. *: en til fire, skjult fordi det gjelder elever. –: ikke aktuelt. ?: kunne ikke sjekkes."
        ),
        "chapter_titles": chapter_titles(report, words),
        "map_rows": map_rows,
        "rows_left_out": _rows_left_out(len(report.rows) - len(map_rows), words),
        "school_link": lambda row: f"#{_anchor(row.report)}" if inline else _file_name(row.report),
        "heat_class": heat_class,
        "change_numbers": _change_numbers,
        "worst_rules": _worst_rules(report),
        **_other_rules(report, say),
        "trend": _trend_chart(report, say),
        "years": yearly(report.trend),
        "ahead": _ahead(report, say),
        **_cycle_map(report, say),
        "acceptances": [_acceptance_numbers(r, say) for r in report.reports if r.acceptances],
        "problem_lines": _problem_lines(report, say),
        "inline_schools": [(r, _anchor(r)) for r in report.reports if r.items] if inline else [],
    }
    return page("audit.html", title, words, values, wide=True, paper=paper)


def heat_class(cell: Cell) -> str:
    """Class of a cell: c0 in order and all seen, c1 few, c2 five or more, c3 ten or more, cx not asked or not all seen."""
    if cell.deviations == 0:
        return "c0" if cell.checked and not cell.unknown else "cx"
    if cell.deviations < 5:
        return "c1"
    return "c2" if cell.deviations < 10 else "c3"


def _rows_left_out(number: int, words: Words) -> str:
    if number <= 0:
        return ""
    return words.ngettext("{n} skole til står i regnearket.", "{n} skoler til står i regnearket.", number)


def chapter_titles(report: AuditReport, words: Words) -> list[tuple[str, str]]:
    """Chapters that were asked anywhere, in the plan's order."""
    asked = {name for row in report.rows for name in row.by_chapter}
    titles = {chapter.name: chapter.title.in_language(words.language) for chapter in report.chapters}
    names = [name for name in titles if name in asked] + sorted(asked - titles.keys())
    return [(name, titles.get(name, name or words.gettext("annet"))) for name in names]


def _change_numbers(school: SchoolReport) -> str:
    if school.previous_as_of is None:
        return "–"
    new = sum(item.change is Change.NEW for item in school.items)
    return f"{shown_count(new)} / {shown_count(len(school.resolved))}"


def _worst_rules(report: AuditReport) -> list[tuple[str, str]]:
    """Rules with deviations anywhere, the most first, with their sum."""
    cells = {code: [row.rule(code) for row in report.rows] for code in report.rule_codes}
    kept = [code for code, found in cells.items() if any(cell.deviations for cell in found)]
    kept.sort(key=lambda code: -sum(cell.deviations for cell in cells[code]))
    return [(code, shown_sum(cells[code])) for code in kept]


def _other_rules(report: AuditReport, say: Sentences) -> dict[str, str]:
    """The codes of rules without deviations: those of which something could not be seen, and those that were seen whole."""
    shown = {code for code, _ in _worst_rules(report)}
    found: dict[str, list[tuple[str, int]]] = {"rules_unseen": [], "rules_in_order": []}
    for code in report.rule_codes:
        if code not in shown:
            unseen = any(row.rule(code).unknown for row in report.rows)
            found["rules_unseen" if unseen else "rules_in_order"].append((code, 1))
    return {name: say.codes(codes) for name, codes in found.items()}


def _trend_chart(report: AuditReport, say: Sentences) -> Chart | None:
    weeks = weekly(report.trend)[-WEEKS_IN_A_CHART:]
    if len(weeks) < 2:
        return None
    words = say.words
    label_every = max(1, len(weeks) // 8)
    values = []
    for place, week in enumerate(weeks):
        name = words.gettext("uke {number}").format(number=week.monday.isocalendar().week)
        full = f"{name}, {words.date(week.monday)}"
        if not week.nights:
            full = f"{full} ({words.gettext('ingen nattkjøring')})"
        elif not week.complete:
            full = f"{full} ({words.gettext('ikke alt sjekket')})"
        label = name if (len(weeks) - 1 - place) % label_every == 0 else ""
        shown = (shown_count(week.deviations), shown_count(week.too_late)) if week.nights else ("–", "–")
        values.append(Value(full, label, week.deviations if week.nights else 0, shown[0], more=shown[1:]))
    description = words.gettext("Fra {first} til {last} avvik på {weeks} uker.").format(
        first=shown_count(weeks[0].deviations), last=shown_count(weeks[-1].deviations), weeks=len(weeks)
    )
    heads = (words.gettext("Uke"), words.gettext("Avvik som kan rettes"), words.gettext("Gjort for sent"))
    return _chart("trend", words.gettext("Avvik som kan rettes, uke for uke, alle skolene"), description, heads, values)


def _acceptance_numbers(school: SchoolReport, say: Sentences) -> tuple[str, str, str]:
    """How many decisions hold at a school, and how many do not any more. Which duty, and why, stands on its own page."""
    active = sum(a.state is AcceptanceState.ACTIVE for a in school.acceptances)
    across = any(a.case for a in school.acceptances)
    ended = len(school.acceptances) - active
    return say.school_name(school), shown_count(active, across), shown_count(ended, across)


def _ahead(report: AuditReport, say: Sentences) -> list[tuple[date, str, str, tuple[str, ...]]]:
    """Deadlines of the next two weeks by day and school: how many in cases, as it may be shown, and which of the annual
    cycle. Which duty a single deadline is about would tell of a single pupil's case."""
    end = report.today + timedelta(days=14)
    cases: Counter[tuple[date, str]] = Counter()
    cycle: dict[tuple[date, str], set[str]] = {}
    for school in report.reports:
        for item in school.items:
            day = item.finding.deadline
            if item.finding.verdict is not Verdict.DUE or day is None or not report.today <= day <= end:
                continue
            key = (day, say.school_name(school))
            cases[key] += item.finding.case is not None
            cycle.setdefault(key, set()).update([item.finding.rule] if item.finding.case is None else [])
    return [
        (day, school, shown_count(cases[day, school]), tuple(sorted(cycle[day, school])))
        for day, school in sorted(cases)
    ]


_CYCLE_CLASSES = {
    CycleState.DONE: "c0",
    CycleState.DONE_UNDOCUMENTED: "c1",
    CycleState.DUE_SOON: "c1",
    CycleState.LATE: "c2",
}


def _cycle_map(report: AuditReport, say: Sentences) -> dict[str, Any]:
    """Annual-cycle items × schools, of the newest school year that each has."""
    columns = []
    states: dict[str, dict[str, CycleState]] = {}
    for school in report.schools:
        if not school.cycle:
            continue
        newest = max(school.cycle, key=lambda status: status.school_year)
        name = say.school_name(school)
        columns.append(name)
        for item in newest.items:
            states.setdefault(item.item, {})[name] = item.state
    rows = [
        (
            code,
            [
                (say.words.cycle_state(found[name]), _CYCLE_CLASSES.get(found[name], "cx"))
                if name in found
                else ("–", "cx")
                for name in columns
            ],
        )
        for code, found in states.items()
    ]
    return {"cycle_columns": columns, "cycle_rows": rows}


def _problem_lines(report: AuditReport, say: Sentences) -> list[str]:
    """Which schools could not be checked, and how many cases of the others, by school."""
    lines = []
    for school in report.reports:
        whole = [p for p in school.problems if p.case is None]
        lines += [f"{say.school_name(school)}: {say.problem(p)}" for p in whole]
        cases = len(school.problems) - len(whole)
        if cases:
            lines.append(f"{say.school_name(school)}: {say.unread(cases)}")
    return lines
