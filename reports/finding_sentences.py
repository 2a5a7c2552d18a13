"""What a report says of one finding: the rule's words, the deadline, the question, what to do, and what was decided."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from ..domain.came import Came
from ..domain.people import Role
from ..domain.verdict import Basis, Finding, Reason, RemarkCode, Verdict
from ..plans.loader import law
from ..validators.verdict_words import question_text
from .counting import counted
from .items import AcceptanceState, Change, Group, Item, Part, ShownAcceptance
from .model import Report, SchoolReport
from .report_language import Words, plain

if TYPE_CHECKING:
    from ..domain.calendar import SchoolCalendar
    from ..domain.plan import PlanRow
    from ..validators.rule import Rule

_PARAGRAPH = re.compile(r".*?§ [0-9]+(?:-[0-9]+)?(?: [a-zæøå]+ (?:og [a-zæøå]+ )?ledd)?")


@cache
def _paragraphs(keys: tuple[str, ...]) -> str:
    """The paragraphs of the law with these keys, in short."""
    titles = law()
    found = (_PARAGRAPH.match(titles[key][0]) for key in keys if key in titles)
    shown: list[str] = []
    said = ""
    for name, sign, paragraph in (words.partition("§") for words in dict.fromkeys(m[0] for m in found if m)):
        shown.append(("" if name == said else name) + sign + paragraph)
        said = name
    return ", ".join(shown)


class FindingSentences:
    """What ``report`` says of its findings, in its own language or in ``language``."""

    def __init__(self, report: Report, language: str | None = None) -> None:
        self.report = report
        self.words = Words(language or report.language)

    @property
    def source(self) -> str:
        """What the source of the cases is called, at the beginning of a sentence."""
        match self.report.source:
            case "sikker_sak":
                return "Sikker Sak"
            case "workbook":
                return self.words.gettext("Arbeidsboka")
            case "folder":
                return self.words.gettext("Mappa med saker")
            case _:
                return self.words.gettext("Kilden til sakene")

    def rule(self, code: str) -> Rule | None:
        """The rule of ``code``, where it is known."""
        return self.report.rules.get(code)

    def row(self, code: str) -> PlanRow | None:
        """The plan's row of ``code``."""
        rule = self.rule(code)
        return self.report.plan.rows.get(code if rule is None else rule.row)

    def scope(self, finding: Finding) -> str:
        """What of the case ``finding`` is about, or of the municipality: of its plan, that it is that and no pupil's."""
        if finding.case is None and finding.scope.startswith("plan:"):
            return self.words.gettext("kommunens plan")
        return self.words.scope(finding.scope)

    def rule_title(self, code: str) -> str:
        """The state that the plan demands."""
        rule = self.rule(code)
        if rule is not None:
            return rule.page.title.in_language(self.words.language)
        row = self.row(code)
        return plain(row.name) if row is not None else code

    def remedy(self, code: str) -> str:
        """What to do now."""
        rule = self.rule(code)
        return rule.page.remedy.in_language(self.words.language) if rule is not None else ""

    def proof(self, code: str) -> str:
        """What would show that the duty is met."""
        rule = self.rule(code)
        if rule is None:
            return ""
        return self.words.gettext("Dette skal til for å vise at plikten er oppfylt: {proof}").format(
            proof=rule.page.proof.in_language(self.words.language)
        )

    def quote(self, code: str) -> str:
        """The plan's own words, never translated; an empty text where the plan has none."""
        row = self.row(code)
        return plain(row.quote) if row is not None and row.quote else ""

    def section(self, code: str) -> str:
        """The plan's section."""
        row = self.row(code)
        return plain(row.section) if row is not None and row.section else ""

    def law(self, code: str) -> str:
        """The paragraphs behind the duty in short, or an empty text: «opplæringslova § 10-2, § 12-4 andre ledd»."""
        rule = self.rule(code)
        return "" if rule is None else _paragraphs(rule.law)

    def plan_words(self, code: str) -> str:
        """«…» (section), or an empty text."""
        quote, section = self.quote(code), self.section(code)
        if not quote:
            return ""
        return f"«{quote}»" + (f" ({section})" if section else "")

    def case_name(self, finding: Finding) -> str:
        """«Sak 2026-014», or «Årshjulet» for what is about no case."""
        if finding.case:
            return self.case_words(finding.case)
        return self.words.gettext("Årshjulet")

    def case_words(self, case: str) -> str:
        """«Sak 2026-014»; the owner's pseudonyms say themselves that they are cases."""
        return case if case.startswith("sak-") else self.words.gettext("Sak {case}").format(case=case)

    def place(self, finding: Finding) -> str:
        """Which case and which part of it: «Sak 2026-014, varsel v1, elev e1»."""
        return ", ".join(filter(None, (self.case_name(finding), self.scope(finding))))

    def status(self, item: Item) -> str:
        """Verdict and reason; an empty text where the deadline says it all."""
        finding = item.finding
        if finding.verdict is Verdict.DUE and finding.deadline is not None:
            return ""
        words = self.words.verdict(finding.verdict)
        if finding.reason is not None:
            words = f"{words}: {self.words.reason(finding.reason)}"
        return words

    def deadline(self, item: Item) -> str:
        """The deadline with weekday and distance, or that there is none and from when the tool asks, or an empty text."""
        finding = item.finding
        if finding.deadline is None or item.days is None:
            return self.no_deadline(item) or (
                self.words.gettext("ingen dato i planen") if item.group is Group.DUE else ""
            )
        day, distance = self.words.day(finding.deadline), self.words.distance(item.days)
        if item.days < 0:
            return self.words.gettext("fristen var {day} ({distance})").format(day=day, distance=distance)
        return self.words.gettext("frist {day} ({distance})").format(day=day, distance=distance)

    def no_deadline(self, item: Item) -> str:
        """That the plan, or the law, sets no deadline, and from when the tool asks; an empty text where one does."""
        day = self.asks_from(item.finding)
        if day is None or item.days is None:
            return ""
        pattern = (
            self.words.gettext("loven setter ingen frist; verktøyet spør fra {day} ({distance})")
            if item.finding.basis is Basis.LAW
            else self.words.gettext("planen setter ingen frist; verktøyet spør fra {day} ({distance})")
        )
        return pattern.format(day=self.words.day(day), distance=self.words.distance(item.days + 1))

    def no_deadline_in_short(self, item: Item) -> str:
        """The same where the room is small."""
        day = self.asks_from(item.finding)
        if day is None:
            return ""
        said = self.words.short_day(day, year=day.year != self.report.today.year)
        told = self.words.gettext("verktøyet spør fra {day}").format(day=said)
        return told if item.group is Group.DUE else f"{self.words.gettext('uten frist')}, {told}"

    def asks_from(self, finding: Finding) -> date | None:
        """The first day on which the tool asks, where nobody has set a deadline."""
        return None if finding.asks_after is None else finding.asks_after + timedelta(days=1)

    def when(self, item: Item) -> str:
        """By when, in the few words that stand before an act; an empty text where there is no day to say."""
        finding, words = item.finding, self.words
        if item.part in (Part.CLOSED, Part.TOO_LATE, Part.ACCEPTED, Part.REVIEW, Part.UNKNOWN):
            return ""
        if finding.deadline is None or item.days is None:
            return words.gettext("nå") if item.needs_today else words.gettext("uten frist")
        if item.days < 0:
            return words.ngettext("{n} dag over fristen", "{n} dager over fristen", -item.days)
        if item.days < 2:
            return words.distance(item.days)
        return words.short_day(finding.deadline, year=finding.deadline.year != self.report.today.year)

    def what(self, item: Item) -> str:
        """What to do, to answer or to look at; of what no act can undo, and of what is accepted, which duty it is."""
        if item.part in (Part.TOO_LATE, Part.ACCEPTED):
            return self.rule_title(item.finding.rule)
        settled = item.finding.settled
        if settled is not None and settled.changes_nothing and item.finding.verdict is Verdict.DEVIATION:
            return self.part_lead(Part.TOO_LATE)
        return self.question(item) or self.why_unknown(item) or self.remedy(item.finding.rule)

    def comes_of(self, item: Item) -> str:
        """What comes of it if that is done, by the same judgement, or an empty text where that was not asked."""
        settled = item.finding.settled
        if settled is None or item.part in (Part.TOO_LATE, Part.ACCEPTED) or settled.changes_nothing:
            return ""
        left, words = settled.left, self.words
        if settled.in_time and item.finding.verdict is Verdict.DUE:
            return words.gettext("Gjøres det i tide og føres, er dette i orden.")
        if settled.now is Came.IN_ORDER:
            return words.gettext("Når det er gjort og ført, er dette i orden.")
        if settled.now is Came.AGAIN and left is not None and left.last_day is not None:
            day = words.day(left.last_day)
            return words.gettext("Når det er gjort og ført, er dette i orden til {day}.").format(day=day)
        said = []
        if settled.in_time:
            said.append(words.gettext("Ble det gjort i tide, og føres det nå med riktig dag, er dette i orden."))
        if settled.now is Came.LOGGED:
            said.append(words.gettext("Gjøres det først nå, blir avviket stående, men det er loggført."))
        if settled.now is Came.REMAINS and left is not None:
            rest = replace(item, finding=replace(item.finding, **left.parts, settled=None))
            question = self.question(rest) or self.status(rest)
            said.append(words.gettext("Gjøres det nå, gjenstår dette: {rest}").format(rest=question))
        if (
            settled.now is Came.DECIDED
            and item.finding.scope.startswith(("plan:", "law:"))
            and item.finding.case is None
        ):
            said.append(
                words.gettext("Det ses på planen som er lagt inn her. Når en ny er lagt inn, vurderes dette på nytt.")
            )
        elif settled.now is Came.DECIDED and not settled.in_time:
            said.append(
                words.gettext(
                    "Når svaret står i saken, kan spørsmålet godtas med begrunnelse. Da blir det ikke stilt igjen."
                )
                if item.finding.verdict is Verdict.REVIEW
                else words.gettext(
                    "Ingen oppføring viser at det er gjort: når det er gjort, kan det godtas med begrunnelse."
                )
            )
        return " ".join(said)

    def and_more(self, number: int) -> str:
        """What stands after the first of several things, or an empty text."""
        return self.words.ngettext(" og {n} ting til", " og {n} ting til", number) if number > 0 else ""

    def responsible(self, role: Role) -> str:
        """Whose duty it is."""
        return self.words.gettext("ansvar: {role}").format(role=self.words.role(role))

    def cause(self, item: Item, cases: int) -> str:
        """Why something could not be checked, and in how many open cases."""
        number = self.words.ngettext("{n} åpen sak", "{n} åpne saker", cases)
        return self.words.gettext("Noe kunne ikke sjekkes i {cases}. {why}").format(
            cases=number, why=self.why_unknown(item)
        )

    def question(self, item: Item) -> str:
        """The question that a person must answer, or an empty text."""
        finding = item.finding
        if finding.verdict is not Verdict.REVIEW:
            return ""
        rule = self.rule(finding.rule)
        asked = question_text(rule.page.questions if rule is not None else {}, finding.question or "")
        if asked is not None:
            words = asked.in_language(self.words.language)
            if finding.question == "unlabelled":
                return f"{self.unlabelled(finding)} {words}"
            return words
        return self.words.gettext("Opplysningene i saken gir ikke et klart svar. Er dette oppfylt?")

    def question_with_duty(self, item: Item) -> str:
        """The same where the duty does not stand beside it: what many rules ask says nothing of what it is about."""
        asked, rule = self.question(item), self.rule(item.finding.rule)
        if not asked or (rule is not None and item.finding.question in rule.page.questions):
            return asked
        return f"{self.rule_title(item.finding.rule).rstrip('.')}. {asked}"

    def unlabelled(self, finding: Finding) -> str:
        """How many entries nobody has labelled, and which."""
        number = next((r.number or 0 for r in finding.remarks if r.code is RemarkCode.UNLABELLED), 0)
        ids = ", ".join(map(plain, finding.evidence[len(finding.evidence) - number :]))
        return self.words.ngettext(
            "{n} oppføring er ikke merket ({ids}).", "{n} oppføringer er ikke merket ({ids}).", number, ids=ids
        )

    def why_unknown(self, item: Item) -> str:
        """Why it could not be checked, and what to do about it, or an empty text."""
        if item.finding.verdict is not Verdict.UNKNOWN:
            return ""
        match item.finding.reason:
            case Reason.HIDDEN:
                return self.words.gettext(
                    "Opplysningene er skjult for verktøyet. Be om at det får tilgang, eller se etter selv i saken."
                )
            case Reason.UNREADABLE:
                if item.finding.question is None:
                    return self.words.gettext("Opplysningene kom, men kunne ikke leses. Se etter selv i saken.")
                from ..adapters.workbook.layout import fact_name  # seldom needed

                return self.words.gettext("{what} kom, men kunne ikke leses. Se etter selv i saken.").format(
                    what=fact_name(item.finding.question, self.words.language)
                )
            case Reason.UNDATED:
                return self.words.gettext(
                    "Oppføringen sier verken når det skjedde eller når det ble skrevet. Skriv på den når det skjedde."
                )
            case Reason.NOT_CARRIED:
                from ..adapters.workbook.layout import fact_name  # seldom needed

                lacking = fact_name(item.finding.question or "", self.words.language)
                return self.words.gettext("{source} har ikke {what}. Se etter selv i saken.").format(
                    source=self.source, what=lacking
                )
            case Reason.CRASHED:
                return self.words.gettext("Feil i verktøyet. Se etter selv i saken, og si ifra til IT.")
            case _:
                return self.words.gettext("Opplysningene mangler. Se etter selv i saken.")

    def to_do(self, item: Item) -> str:
        """What the reader should do: the remedy, the question, or how to find out."""
        if item.part is Part.ACCEPTED:
            return ""
        return self.part_lead(item.part) if item.part is Part.TOO_LATE else self.what(item)

    def part_lead(self, part: Part) -> str:
        """What to know about a part before reading it, or an empty text."""
        return {
            Part.CLOSED: self.words.gettext(
                "Ble det gjort: loggfør det, med når og av hvem. Ble det ikke gjort: skriv i saken hvorfor. Har eleven det "
                "ikke trygt og godt: åpne saken igjen. Trengs det ikke mer, kan avviket godtas med begrunnelse."
            ),
            Part.TOO_LATE: self.words.gettext(
                "Det kan ikke gjøres om. Skriv i saken hvorfor det gikk slik. Trengs det ikke mer, kan avviket godtas "
                "med begrunnelse."
            ),
        }.get(part, "")

    def extras(self, item: Item) -> list[str]:
        """The remarks, and what a person has decided."""
        texts = self.remarks(item.finding)
        if item.acceptance is not None:
            texts.append(self.acceptance(item.acceptance))
        return [text for text in texts if text]

    def remarks(self, finding: Finding) -> list[str]:
        """The remarks as texts; what the whole report warns of already, or the question says, is not repeated."""
        said_above = {RemarkCode.CALENDAR_MISSING, RemarkCode.PRESENCE_ONLY, RemarkCode.UNLABELLED}
        return [self.words.remark(remark) for remark in finding.remarks if remark.code not in said_above]

    def counted(self, finding: Finding) -> str:
        """How the deadline was counted, or an empty text."""
        return counted(finding, self._calendar(finding), self.words)

    def _calendar(self, finding: Finding) -> SchoolCalendar | None:
        if isinstance(self.report, SchoolReport):
            return self.report.calendar
        its = (s for s in self.report.schools if s.school and s.school.organisation_number == finding.school)
        return next((school.calendar for school in its), None)

    def is_new(self, item: Item) -> bool:
        """Whether it stood otherwise in the report before."""
        return item.change is Change.NEW

    def change(self, item: Item) -> str:
        """«nytt siden sist», «nytt siden sist, før: frist løper», «fortsatt», or an empty text."""
        if item.change is None:
            return ""
        if item.change is Change.CONTINUED:
            return self.words.gettext("fortsatt")
        if item.was is None or item.was in (Verdict.NOT_APPLICABLE, Verdict.MET):
            return self.words.gettext("nytt siden sist")
        return self.words.gettext("nytt siden sist, før: {verdict}").format(verdict=self.words.verdict(item.was))

    def acceptance(self, acceptance: ShownAcceptance) -> str:
        """Who accepted, until when, and why; or that it no longer holds."""
        until = self.words.day(acceptance.until) if acceptance.until is not None else "–"
        role = self.role_name(acceptance.role)
        pattern = {
            AcceptanceState.ACTIVE: self.words.gettext("godtatt av {role} til og med {until}: {reason}"),
            AcceptanceState.EXPIRED: self.words.gettext(
                "godtatt av {role} bare til og med {until}, så funnet er tilbake: {reason}"
            ),
            AcceptanceState.OUTGROWN: self.words.gettext(
                "godtatt av {role} da det var et spørsmål. Nå er det et avvik, så funnet er tilbake: {reason}"
            ),
            AcceptanceState.INVALID: self.words.gettext(
                "godtatt uten gyldig begrunnelse, rolle eller sluttdato, så funnet er tilbake"
            ),
        }[acceptance.state]
        return pattern.format(role=role, until=until, reason=acceptance.reason)

    def role_name(self, role: str) -> str:
        """The word for a role given by its code; a code that is none is shown as it is."""
        try:
            return self.words.role(Role(role))
        except ValueError:
            return plain(role)
