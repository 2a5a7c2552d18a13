"""The sentences that every form of a report shares, so that page, sheet, mail and terminal say the same."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.fault_words import called
from .finding_sentences import FindingSentences
from .items import CaseBlock, Change, Group, Part, Resolved, Standing
from .model import AuditReport, HeatRow, Only, Problem, SchoolReport, Warning, WarningCode
from .privacy import counted
from .report_language import Words, plain


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
        return self.words.gettext("sakene i filene") if from_files else self.words.gettext("kommunen selv")

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
        alone = self.report.only.case
        if alone is not None and self.report.cases:
            return f"{self.case_words(alone)}: {self.standing_in_hand(self.report.cases[0])}"
        if self.report.own:
            return self._own_headline(self.report)
        number, cases = self.report.cases_today, len(self.report.open_cases)
        if number and self.report.problems:
            return self.words.ngettext("Minst {n} sak trenger noe i dag", "Minst {n} saker trenger noe i dag", number)
        if number:
            return self.words.ngettext(
                "{part} av {n} åpen sak trenger noe i dag",
                "{part} av {n} åpne saker trenger noe i dag",
                cases,
                part=str(number),
            )
        if self.report.blind and not cases:
            return self.words.gettext("Ingen saker kunne sjekkes")
        if not self.report.complete:
            return self.words.gettext("Ingen saker vi kunne sjekke, trenger noe i dag")
        if cases:
            return self.words.ngettext(
                "Ingen av {n} åpen sak trenger noe i dag", "Ingen av {n} åpne saker trenger noe i dag", cases
            )
        return self.words.gettext("Ingen saker trenger noe i dag")

    def _own_headline(self, report: SchoolReport) -> str:
        if report.cycle_today:
            return self.words.ngettext(
                "{n} punkt i kommunens årshjul og plan trenger noe i dag",
                "{n} punkter i kommunens årshjul og plan trenger noe i dag",
                report.cycle_today,
            )
        if not report.complete:
            return self.not_all()
        return self.words.gettext("Ingenting i kommunens årshjul og plan trenger noe i dag")

    def _audit_headline(self, report: AuditReport) -> str:
        number = sum(row.standing[Standing.TODAY] > 0 for row in report.rows)
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
        if all(row.report.blind for row in report.rows if row.report.across_pupils):
            return self.words.gettext("Ingen saker kunne sjekkes")
        return self.words.gettext("Ingen skoler har saker som trenger noe i dag, blant dem vi kunne sjekke")

    def besides(self) -> list[str]:
        """What the first screen says of a school beside :meth:`headline`: closed cases and the annual cycle."""
        if not isinstance(self.report, SchoolReport):
            return []
        closed, cycle = len(self.report.closed_cases), self.report.cycle_today
        lines = list(self._only(self.report.only))
        if cycle and not self.report.own:
            lines.append(
                self.words.ngettext(
                    "I tillegg trenger {n} punkt i årshjulet noe i dag",
                    "I tillegg trenger {n} punkter i årshjulet noe i dag",
                    cycle,
                )
            )
        if closed:
            lines.append(self.closed_cases(closed))
        return lines

    def counts(self) -> list[tuple[str, str]]:
        """How many open cases stand where, as it may be shown."""
        report = self.report
        if isinstance(report, AuditReport):
            whole = not any(school.problems for school in report.reports)
            found = [
                (s, report.numbers.total(((row.standing[s], True) for row in report.rows), alone=True))
                for s in Standing
            ]
        else:
            whole = not report.problems
            found = [(standing, str(report.in_standing(standing))) for standing in Standing]
        return [(self.standing(standing), counted(number, whole)) for standing, number in found]

    def of_school(self, row: HeatRow, number: int) -> str:
        """A number of cases or findings at the school of ``row``, as it was counted and may be shown."""
        return counted(self.report.numbers.count(number), not row.report.problems)

    def _only(self, only: Only) -> Iterable[str]:
        """What of the school this is about, where it is not all."""
        if only.role is not None:
            yield self.words.gettext("Bare det {role} har ansvar for").format(role=self.words.role(only.role))
        if only.today:
            yield self.words.gettext("Bare sakene som trenger noe i dag, er vist")

    def summary(self) -> str:
        """What a checker's last line is: how many cases stand where."""
        return " · ".join(f"{name}: {number}" for name, number in self.tiles())

    def tiles(self) -> list[tuple[str, str]]:
        """:meth:`counts` without the zeros, the first left where it is; none where there are no cases to count."""
        if isinstance(self.report, SchoolReport) and self.report.own:
            return []
        first, *others = self.counts()
        return [first, *(pair for pair in others if pair[1] != "0")]

    def standing(self, standing: Standing) -> str:
        """Where a case stands, as its number is called and as its block says it."""
        return {
            Standing.TODAY: self.words.gettext("trenger noe i dag"),
            Standing.SOON: self.words.gettext("har noe de neste sju dagene"),
            Standing.UNSEEN: self.words.gettext("kunne ikke sjekkes helt"),
            Standing.QUESTION: self.words.gettext("venter på svar på et spørsmål"),
            Standing.LATER: self.words.gettext("har noe senere"),
            Standing.REMAINS: self.words.gettext("har avvik som ikke kan gjøres om"),
            Standing.IN_ORDER: self.words.gettext("i orden"),
        }[standing]

    def standing_in_hand(self, block: CaseBlock) -> str:
        """Where the case stands, or that it is closed: then it is in none of the first numbers."""
        return self.words.gettext("lukket") if block.closed else self.standing(block.standing)

    def is_about_staff(self, block: CaseBlock) -> bool:
        """Whether an employee may be the subject of the case, where what is hidden can be that too."""
        codes = (*(act.rule for act in block.acts), *(code for code, _ in block.in_order))
        return any((rule := self.rule(code)) is not None and rule.chapter == "staff_suspicion" for code in codes)

    def last_act(self, block: CaseBlock) -> str:
        """When somebody last did something for the pupil, as far as it is logged; an empty text for the annual cycle."""
        if block.case is None:
            return ""
        if block.last_act is not None:
            days = self.words.distance((block.last_act - self.report.today).days)
            return self.words.gettext("sist loggført for eleven: {when}").format(when=days)
        if "log" in block.hidden:
            return self.words.gettext("sist loggført for eleven: kunne ikke sjekkes")
        return self.words.gettext("ingenting loggført som er gjort for eleven")

    def parts_of_case(self, fields: Iterable[str]) -> str:
        """What the fields of a case are called; where none is told, that it is some of it."""
        some = self.words.gettext("deler av saken")
        known = {
            "log": self.words.gettext("loggen"),
            "notices": self.words.gettext("varslene"),
            "activity_plans": self.words.gettext("aktivitetsplanene"),
            "evaluations": self.words.gettext("evalueringene"),
            "incidents": self.words.gettext("hendelsene"),
            "pupils": self.words.gettext("elevene"),
        }
        return ", ".join(dict.fromkeys(known.get(field, some) for field in fields)) or some

    def no_access(self, fields: Iterable[str], cases: int) -> str:
        """To what the tool is let in no more, and in how many open cases."""
        named = self.parts_of_case(fields)
        return self.words.ngettext(
            "Verktøyet har ikke tilgang til {fields} i {n} åpen sak. Be om at det får tilgang, eller se etter selv i saken.",
            "Verktøyet har ikke tilgang til {fields} i {n} åpne saker. Be om at det får tilgang, eller se etter selv i sakene.",
            cases,
            fields=named,
        )

    def no_access_here(self, fields: Iterable[str]) -> str:
        """The same of one case, beside its number."""
        told = self.words.gettext(
            "Verktøyet har ikke tilgang til {fields}. Be om at det får tilgang, eller se etter selv i saken."
        )
        return told.format(fields=self.parts_of_case(fields))

    def closed_cases(self, number: int) -> str:
        """How many closed cases there is something to look at in."""
        return self.words.ngettext(
            "{n} lukket sak der noe mangler eller må svares på",
            "{n} lukkede saker der noe mangler eller må svares på",
            number,
        )

    def cases_in_order(self, number: int) -> str:
        """How many open cases are in order."""
        return self.words.ngettext("{n} åpen sak er i orden", "{n} åpne saker er i orden", number)

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
            case WarningCode.NOT_CARRIED:
                return self._not_carried(warning)
            case WarningCode.UNREAD:
                return self._unread(warning, items)
            case WarningCode.COPIED:
                return self._copied(warning, items)
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
            case WarningCode.CHANGED_BY_OTHERS:
                return self.words.gettext(
                    "Noen andre har endret flaggene eller årshjulstatusen vi skrev, og det får stå: {items}. Det som står der, "
                    "er ikke det denne rapporten sier."
                ).format(items=items)
            case WarningCode.OLD:
                return self.words.gettext(
                    "Sakene ble sist sett {day}. Det som er gjort siden, er ikke med; IT må se på nattkjøringen."
                ).format(day=day)
            case WarningCode.DISPUTED:
                return self.words.gettext(
                    "Noen har sagt fra at verktøyet tar feil, om disse reglene (antall saker): {items}. Se på dem sammen med IT."
                ).format(items=items)
            case WarningCode.ACCEPTANCE_INVALID:
                return self.words.gettext(
                    "Godtatt uten gyldig begrunnelse, rolle eller sluttdato, så funnet er tilbake: {items}."
                ).format(items=items)

    def not_all(self) -> str:
        """That not all could be checked, in a line."""
        return self.words.gettext("Ikke alt kunne sjekkes")

    def _copied(self, warning: Warning, items: str) -> str:
        if isinstance(self.report, AuditReport):
            number = self.report.numbers.count(warning.number or 0)
            return self.words.gettext(
                "Den samme teksten står i aktivitetsplanene i flere saker ({n}), ved {items}. Skolens side sier hvilke. "
                "Er hver plan laget for eleven den gjelder?"
            ).format(n=number, items=items)
        return self.words.gettext(
            "Den samme teksten står i aktivitetsplanene i flere saker: {items}. Er hver plan laget for eleven den gjelder?"
        ).format(items=items)

    def _not_carried(self, warning: Warning) -> str:
        from ..adapters.workbook.layout import fact_name  # seldom needed

        path, *codes = warning.items
        return self.words.ngettext(
            "{source} har ikke {what}: {n} plikt kan ikke sjekkes ({codes}).",
            "{source} har ikke {what}: {n} plikter kan ikke sjekkes ({codes}).",
            len(codes),
            source=self.source,
            what=fact_name(path, self.words.language),
            codes=", ".join(codes),
        )

    def _unread(self, warning: Warning, items: str) -> str:
        number = warning.number or 0
        shown, schools = str(number), self.report.reports if isinstance(self.report, AuditReport) else (self.report,)
        if isinstance(self.report, AuditReport):
            shown = self.report.numbers.total((row.unread, True) for row in self.report.rows)
        if any({problem.case for problem in one.unread} & {block.case for block in one.cases} for one in schools):
            return self.words.ngettext(
                "{n} sak kunne ikke sjekkes nå: {items}. Den er ikke med i tallene, eller er med slik den sist ble lest.",
                "{n} saker kunne ikke sjekkes nå: {items}. De er ikke med i tallene, eller er med slik de sist ble lest.",
                number,
                n=shown,
                items=items,
            )
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
        return self.words.gettext("saker som ikke kunne leses: {n}").format(n=self.report.numbers.count(number))

    def codes(self, in_order: Iterable[tuple[str, int]]) -> str:
        """Rule codes in short, each beginning said once and three or more in a row as a stretch: «AP-A–F, TI-01 02 07»."""
        by_start: dict[str, list[str]] = {}
        for code, _ in in_order:
            start, dash, end = code.rpartition("-")
            by_start.setdefault(start + dash, []).append(end)
        return ", ".join(start + " ".join(_stretches(sorted(ends))) for start, ends in by_start.items())

    def since_last(self) -> str:
        """In how many cases something is new or solved since the report before; an empty text where there was none. Where not all
        could be read, no more is said than what was seen."""
        report = self.report
        if not isinstance(report, SchoolReport) or report.previous_as_of is None or report.own:
            return ""
        words = self.words
        new = len({i.finding.case for i in report.open_items if i.change is Change.NEW and i.finding.case})
        solved = len({entry.case for entry in report.resolved if entry.case})
        moment = words.moment(report.previous_as_of)
        if report.problems:
            told = words.ngettext("noe nytt i minst {n} sak", "noe nytt i minst {n} saker", new)
            return words.gettext("Siden {moment}: {new}").format(moment=moment, new=told) if new else ""
        return words.gettext("Siden {moment}: {new}, {solved}").format(
            moment=moment,
            new=words.ngettext("noe nytt i {n} sak", "noe nytt i {n} saker", new),
            solved=words.ngettext("noe løst i {n} sak", "noe løst i {n} saker", solved),
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
        return foot(self.words, outside=self.report.numbers.hide)

    def hidden_numbers(self) -> str:
        """What the signs in the owner's numbers mean, and which numbers are left out of what leaves the owner."""
        exact = self.words.gettext("Tallene er nøyaktige, for dette er skoleeiers egen rapport; sakene har dekknavn.")
        left_out = self.words.gettext(
            "Utviklingen står bare i skoleeiers egen rapport: ved siden av tallene her ville den vist dem som er skjult."
        )
        return f"{left_out if self.report.numbers.hide else exact} {self.signs()}"

    def signs(self) -> str:
        """What the signs in the owner's numbers mean."""
        small = self.words.gettext(
            "* betyr en til fire: små tall som gjelder elever, vises ikke. + betyr at slike tall kommer i tillegg."
        )
        unseen = self.words.gettext("? betyr at noe ikke kunne sjekkes.")
        return f"{small} {unseen}" if self.report.numbers.hide else unseen


def mark(words: Words, *, outside: bool = False) -> str:
    """:func:`foot` in a word or two, for each sheet of paper."""
    return words.gettext("Uten saker") if outside else words.gettext("Unntatt offentlighet")


def foot(words: Words, *, outside: bool = False) -> str:
    """What must stand at the foot of everything that holds a case number, or that it holds none."""
    if outside:
        return words.gettext("Uten saker. Små tall som gjelder elever, er skjult.")
    return words.gettext("Unntatt offentlighet (offentleglova § 13, jf. forvaltningsloven § 13).")


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
