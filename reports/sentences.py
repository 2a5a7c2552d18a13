"""The sentences that every form of a report shares, so that page, sheet, mail and terminal say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from ..domain.fault_words import called
from .finding_sentences import FindingSentences
from .model import (
    AuditReport,
    CaseLine,
    Change,
    Group,
    InOrder,
    Part,
    Problem,
    Resolved,
    SchoolReport,
    Warning,
    WarningCode,
)
from .privacy import counted, shown_count, shown_sum, shown_total
from .report_language import Words, plain

if TYPE_CHECKING:
    pass


class Sentences(FindingSentences):
    """What ``report`` says, in its own language or in ``language``."""

    def title(self) -> str:
        """The report's name."""
        if isinstance(self.report, AuditReport):
            return self.words.gettext("Skolemiljø: alle skolene i kommunen")
        return self.words.gettext("Skolemiljø: {school}").format(school=self.school_name(self.report))

    def school_name(self, report: SchoolReport) -> str:
        """Name of the school, or of the municipality as its own party, or of cases that came as files."""
        if report.school is not None:
            return report.school.name
        from_files = bool(report.cases) or any(problem.case for problem in report.problems)
        return self.words.gettext("sakene i filene" if from_files else "kommunen selv")

    def made(self) -> str:
        """When the report speaks of."""
        moment = self.words.moment(self.report.seen_at or self.report.as_of)
        return self.words.gettext("Slik det var {moment}").format(moment=moment)

    def plan(self) -> str:
        """Which plan judged."""
        document = self.report.plan.document
        return self.words.gettext("Plan: {title}, {label}, godkjent {day}").format(
            title=plain(document.title), label=plain(document.label), day=self.words.day(document.approved)
        )

    def headline(self) -> str:
        """The answer to «what must I do today», in one line."""
        if isinstance(self.report, AuditReport):
            return self._audit_headline(self.report)
        number = self.report.cases_today
        if number and self.report.problems:
            return self.words.ngettext("Minst {n} sak trenger noe i dag", "Minst {n} saker trenger noe i dag", number)
        if number:
            return self.words.ngettext("{n} sak trenger noe i dag", "{n} saker trenger noe i dag", number)
        if self.report.complete:
            return self.words.gettext("Ingen saker trenger noe i dag")
        return self.words.gettext("Ingen saker vi kunne sjekke, trenger noe i dag")

    def _audit_headline(self, report: AuditReport) -> str:
        number = sum(school.cases_today > 0 for school in report.schools)
        if number and any(school.problems for school in report.schools):
            return self.words.ngettext(
                "Minst {n} skole har saker som trenger noe i dag",
                "Minst {n} skoler har saker som trenger noe i dag",
                number,
            )
        if number:
            return self.words.ngettext(
                "{n} skole har saker som trenger noe i dag", "{n} skoler har saker som trenger noe i dag", number
            )
        if report.complete:
            return self.words.gettext("Ingen skoler har saker som trenger noe i dag")
        return self.words.gettext("Ingen skoler har saker som trenger noe i dag, blant dem vi kunne sjekke")

    def besides(self) -> list[str]:
        """What the first screen says of a school beside :meth:`headline`: closed cases and the annual cycle."""
        if not isinstance(self.report, SchoolReport):
            return []
        closed, cycle = self.report.cases_closed, self.report.cycle_today
        lines = []
        if cycle:
            lines.append(
                self.words.ngettext(
                    "I tillegg trenger {n} punkt i årshjulet noe i dag",
                    "I tillegg trenger {n} punkter i årshjulet noe i dag",
                    cycle,
                )
            )
        if closed:
            lines.append(self.words.ngettext("Noe mangler i {n} lukket sak", "Noe mangler i {n} lukkede saker", closed))
        return lines

    def counts(self) -> list[tuple[str, str]]:
        """Name and number of each group, as they may be shown."""
        if isinstance(self.report, AuditReport):
            return self._audit_counts(self.report)
        report = self.report
        numbers = (
            (self.group_name(Group.DEVIATION), len(report.group(Group.DEVIATION))),
            (self.words.gettext("de neste sju dagene"), len(report.soon)),
            (self.group_name(Group.REVIEW), len(report.group(Group.REVIEW))),
            (self.group_name(Group.UNKNOWN), len(report.group(Group.UNKNOWN)) + len(report.unread)),
        )
        return [(name, counted(str(number), not report.problems)) for name, number in numbers]

    def _audit_counts(self, report: AuditReport) -> list[tuple[str, str]]:
        cells = [cell for row in report.rows for cell in row.by_chapter.values()]

        def total(number: Callable[[SchoolReport], int]) -> str:
            return shown_total((number(school), school.across_pupils) for school in report.reports)

        numbers = (
            (
                self.group_name(Group.DEVIATION),
                shown_sum(cells).removesuffix(" ?") if cells else total(lambda r: len(r.group(Group.DEVIATION))),
            ),
            (self.words.gettext("de neste sju dagene"), total(lambda r: len(r.soon))),
            (self.group_name(Group.REVIEW), total(lambda r: len(r.group(Group.REVIEW)))),
            (self.group_name(Group.UNKNOWN), total(lambda r: len(r.group(Group.UNKNOWN)) + len(r.unread))),
        )
        return [(name, counted(number, not report.problems)) for name, number in numbers]

    def group_name(self, group: Group) -> str:
        """Heading of a group."""
        return {
            Group.DEVIATION: self.words.gettext("avvik"),
            Group.DUE: self.words.gettext("frister"),
            Group.REVIEW: self.words.gettext("spørsmål å vurdere"),
            Group.UNKNOWN: self.words.gettext("kunne ikke sjekkes"),
            Group.ACCEPTED: self.words.gettext("godtatt av et menneske"),
            Group.MET: self.words.gettext("i orden"),
        }[group]

    def warning(self, warning: Warning) -> str:
        """One warning as a sentence."""
        items = ", ".join(plain(item) for item in warning.items)
        day = self.words.day(warning.day) if warning.day is not None else ""
        match warning.code:
            case WarningCode.INCOMPLETE:
                return self.words.gettext(
                    "Ikke alt kunne sjekkes. Det som mangler, er ikke i orden før noen har sett det."
                )
            case WarningCode.UNREAD:
                return self._unread(warning, items)
            case WarningCode.CRASHED:
                return self.words.gettext(
                    "Feil i verktøyet: reglene {items} kunne ikke regnes ut. Si ifra til IT."
                ).format(items=items)
            case WarningCode.PLAN_REVISION_OVERDUE:
                return self.words.gettext("Planen skulle vært revidert innen {day}. Den gjelder fortsatt.").format(
                    day=day
                )
            case WarningCode.PLAN_EXPIRED:
                return self.words.gettext(
                    "Planen gjaldt til {day}. Nyere hendelser er vurdert etter en plan som er gått ut."
                ).format(day=day)
            case WarningCode.CALENDAR_MISSING:
                return self.words.gettext(
                    "Skoleruta mangler for et skoleår. Bare helger og helligdager er regnet som fri, så frister kan være feil."
                )
            case WarningCode.PRESENCE_ONLY:
                return self.words.gettext("Tekstene er ikke lest. Det er bare sett at feltene er fylt ut.")
            case WarningCode.ACCEPTANCE_EXPIRED:
                return self.words.gettext("Godtatt til en dato som er passert, så funnet er tilbake: {items}.").format(
                    items=items
                )
            case WarningCode.ACCEPTANCE_OUTGROWN:
                return self.words.gettext(
                    "Et spørsmål ble godtatt. Nå er det et avvik, så funnet er tilbake: {items}."
                ).format(items=items)
            case WarningCode.OLD:
                return self.words.gettext(
                    "Sakene ble sist sett {day}. Det som er gjort siden, er ikke med; IT må se på nattkjøringen."
                ).format(day=day)
            case WarningCode.ACCEPTANCE_INVALID:
                return self.words.gettext(
                    "Godtatt uten gyldig begrunnelse, rolle eller sluttdato, så funnet er tilbake: {items}."
                ).format(items=items)

    def not_all(self) -> str:
        """That not all could be checked, in a line."""
        return self.words.gettext("Ikke alt kunne sjekkes")

    def _unread(self, warning: Warning, items: str) -> str:
        number = warning.number or 0
        shown = shown_count(number) if isinstance(self.report, AuditReport) else str(number)
        return self.words.ngettext(
            "{n} sak kunne ikke sjekkes i det hele tatt, og er ikke med i tallene: {items}.",
            "{n} saker kunne ikke sjekkes i det hele tatt, og er ikke med i tallene: {items}.",
            number,
            n=shown,
            items=items,
        )

    def problem(self, problem: Problem) -> str:
        """Why a case or a school could not be looked at."""
        why = called(problem.kind, self.words.gettext)
        if problem.case is not None:
            said = f"{self.case_words(plain(problem.case))}: {why}"
            return f"{said} ({problem.place})" if problem.place else said
        return self.words.gettext("Hele skolen: {why}").format(why=why)

    def unread(self, number: int) -> str:
        """How many cases of a school could not be read, as the owner may see it."""
        return self.words.gettext("saker som ikke kunne leses: {n}").format(n=shown_count(number))

    def case_line(self, line: CaseLine) -> str:
        """One case in one line: what it needs, and how many of each."""
        words = self.words
        parts = []
        if line.closed:
            parts.append(words.gettext("lukket"))
        if line.needs_today:
            parts.append(words.gettext("trenger noe i dag"))
        if line.next_deadline is not None:
            parts.append(words.gettext("neste frist {day}").format(day=words.short_day(line.next_deadline)))
        elif line.asks_after is not None:
            first = line.asks_after + timedelta(days=1)
            parts.append(words.gettext("verktøyet spør fra {day}").format(day=words.short_day(first)))
        for group, text in (
            (Group.DEVIATION, words.gettext("{n} avvik")),
            (Group.REVIEW, words.gettext("{n} spørsmål")),
            (Group.UNKNOWN, words.gettext("{n} kunne ikke sjekkes")),
        ):
            if line.counts.get(group):
                parts.append(text.format(n=line.counts[group]))
        return ", ".join(parts) or words.gettext("ingenting står åpent")

    def in_how_many(self, found: InOrder) -> str:
        """In how many cases a rule is in order, or where in the annual cycle."""
        if found.cases:
            return self.words.ngettext("{n} sak", "{n} saker", found.cases)
        return ", ".join((self.words.gettext("årshjulet"), *map(self.words.scope, found.years)))

    def codes(self, in_order: Iterable[tuple[str, int]]) -> str:
        """Rule codes in short, each beginning said once and three or more in a row as a stretch: «AP-A–F, TI-01 02 07»."""
        by_start: dict[str, list[str]] = {}
        for code, _ in in_order:
            start, dash, end = code.rpartition("-")
            by_start.setdefault(start + dash, []).append(end)
        return ", ".join(start + " ".join(_stretches(sorted(ends))) for start, ends in by_start.items())

    def since_last(self) -> str:
        """How many are new, still there and resolved since the report before, or an empty text where there was none."""
        report = self.report
        if not isinstance(report, SchoolReport) or report.previous_as_of is None:
            return ""
        words = self.words
        new = sum(item.change is Change.NEW for item in report.open_items)
        still = sum(item.change is Change.CONTINUED for item in report.open_items)
        numbers = ", ".join(
            (
                words.ngettext("{n} ny", "{n} nye", new),
                words.gettext("{n} fortsatt").format(n=still),
                words.gettext("{n} løst").format(n=len(report.resolved)),
            )
        )
        return words.gettext("Siden {moment}: {numbers}").format(
            moment=words.moment(report.previous_as_of), numbers=numbers
        )

    def resolved(self, resolved: Resolved) -> str:
        """One thing that is no longer open."""
        place = ", ".join(
            filter(
                None,
                (
                    self.words.gettext("sak {case}").format(case=resolved.case)
                    if resolved.case
                    else self.words.gettext("årshjulet"),
                    self.words.scope(resolved.scope),
                ),
            )
        )
        now = (
            self.words.verdict(resolved.now)
            if resolved.now is not None
            else self.words.gettext("spørres ikke lenger om")
        )
        return f"{resolved.rule} {self.rule_title(resolved.rule)} – {place}: {self.words.verdict(resolved.was)} → {now}"

    def part_name(self, part: Part) -> str:
        """Heading of a part."""
        return {
            Part.TODAY: self.words.gettext("Trenger noe i dag"),
            Part.SOON: self.words.gettext("De neste sju dagene"),
            Part.LATER: self.words.gettext("Senere"),
            Part.CLOSED: self.words.gettext("Lukkede saker der noe mangler"),
            Part.REVIEW: self.words.gettext("Spørsmål å vurdere"),
            Part.UNKNOWN: self.words.gettext("Kunne ikke sjekkes"),
            Part.TOO_LATE: self.words.gettext("Gjort, men for sent eller i feil rekkefølge"),
            Part.ACCEPTED: self.words.gettext("Godtatt av et menneske"),
            Part.MET: self.words.gettext("I orden"),
        }[part]

    def foot(self) -> str:
        """What must stand at the foot of every page."""
        return foot(self.words)

    def hidden_numbers(self) -> str:
        """What the star and the plus in the owner's numbers mean."""
        return self.words.gettext(
            "* betyr en til fire: små tall som gjelder elever, vises ikke. + betyr at slike tall kommer i tillegg. "
            "? betyr at noe ikke kunne sjekkes. På den enkelte skolens side står sakene selv, så der er ingen tall skjult."
        )


def foot(words: Words) -> str:
    """What must stand at the foot of everything that holds a case number."""
    return words.gettext("Unntatt offentlighet (offentleglova § 13, jf. forvaltningsloven § 13). Inneholder saksnumre.")


def _stretches(ends: list[str]) -> list[str]:
    """The ends of rule codes, those that follow on each other as a stretch: 01 02 03 05 → 01–03 05, A B C → A–C."""
    found: list[list[str]] = []
    for end in ends:
        if found and _follows(found[-1][-1], end):
            found[-1].append(end)
        else:
            found.append([end])
    return [f"{run[0]}–{run[-1]}" if len(run) > 2 else " ".join(run) for run in found]


def _follows(one: str, other: str) -> bool:
    if one.isdigit() and other.isdigit():
        return int(other) == int(one) + 1
    return len(one) == len(other) == 1 and ord(other) == ord(one) + 1
