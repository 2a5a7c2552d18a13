"""One case as a supervisor asks for it: what happened when, and for each duty a question, an answer, an account, evidence.

Nothing but times, roles, kinds and ids: no name, no text of the case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from ..domain.activity_plan import PlanStatus
from ..domain.case import Case, CaseStatus, Suspected
from ..domain.log import Channel, Hearing, LogKind, Recorded
from ..domain.moment import OSLO, Moment
from ..domain.notice import NoticeSource
from ..domain.people import Actor
from ..domain.plan import MunicipalPlan
from ..domain.school import School
from ..domain.verdict import Assessment, Finding, Verdict
from ..validators.rule import Chapter, Rule
from .build import school_report
from .links import NO_LINKS, Links, in_page
from .model import SchoolReport
from .report_language import Words, plain
from .sentences import Sentences

FORMS = ("html", "pdf", "docx", "json")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the chronology, in the dossier's language."""

    when: str
    registered: str
    what: str
    role: str
    id: str
    link: str = ""
    """where the entry is in the case system"""


@dataclass(frozen=True, slots=True)
class DossierDuty:
    """One duty: ``question`` (what the plan demands), ``answer``, ``account`` (how it was found), ``evidence``."""

    rule: str
    question: str
    about: str
    answer: str
    verdict: Verdict
    account: tuple[str, ...]
    evidence: tuple[str, ...]
    deadline: str
    plan: str
    plan_words: str
    law: str


@dataclass(frozen=True, slots=True)
class RunMark:
    """A run that saw the case: when, and the hash of its line in the run log."""

    at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole dossier of one case."""

    case: str
    school: str
    as_of: datetime
    language: str
    plan: str
    opened_because: str
    opened_by: str
    case_link: str
    """where the case is in the case system"""
    events: tuple[Event, ...]
    duties: tuple[DossierDuty, ...]
    """What is to be answered for first; what is in order after it."""
    not_applicable: tuple[str, ...]
    """Codes of the rules that this case does not trigger."""
    runs: tuple[RunMark, ...]
    hidden: tuple[str, ...]
    """Paths of the case that the reader was not allowed to see."""


def dossier(
    case: Case,
    assessment: Assessment,
    *,
    school: School,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    as_of: datetime,
    reason: str,
    role: str = "owner",
    links: Links = NO_LINKS,
    chapters: Sequence[Chapter] = (),
    runs: Iterable[RunMark] = (),
    language: str = "nb",
) -> Dossier:
    """The dossier of ``case`` at ``as_of``. ``reason``: why it was opened, by someone in ``role``; both are shown.

    Raises ``ValueError`` where the reason is empty.
    """
    if not reason.strip():
        raise ValueError("a dossier is opened for a reason, and the reason is shown in it")
    report = school_report(
        school, [assessment], plan=plan, rules=rules, chapters=chapters, as_of=as_of, language=language, reader="owner"
    )
    say = Sentences(report)
    events = [replace(event, link=links.to_entry(case.id, event.id) or "") for event in _events(case, as_of, say.words)]
    known = {event.id: f"{event.id} ({event.what}, {event.when})" for event in events if event.id}
    return Dossier(
        case=case.id,
        school=say.school_name(report),
        as_of=as_of,
        language=say.words.language,
        plan=say.plan(),
        opened_because=plain(reason),
        case_link=links.to_case(case.id) or "",
        opened_by=say.role_name(role),
        events=tuple(events),
        duties=tuple(_duties(report, say, known)),
        not_applicable=tuple(
            sorted({f.rule for f in assessment.findings if f.verdict is Verdict.NOT_APPLICABLE}, key=str)
        ),
        runs=tuple(sorted(runs, key=lambda run: run.at)),
        hidden=tuple(sorted(case.hidden | case.unreadable)),
    )


def render(found: Dossier, format: str = "html") -> str | bytes:
    """``found`` as ``html``, ``pdf``, ``docx`` or ``json``. Raises ``ValueError`` for another form."""
    if format == "json":
        return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=_plain_value) + "\n"
    if format not in FORMS:
        raise ValueError(f"a dossier is one of {', '.join(FORMS)}")
    words = Words(found.language)
    title = words.gettext("Sak {case}: gjennomgang").format(case=found.case)
    case_link = {found.case: found.case_link} if found.case_link else {}
    if format == "html":
        from .html import page

        values: dict[str, Any] = {"dossier": found, "words": words, "sections": _sections(found, words)}
        return in_page(page("dossier.html", title, words, values), case_link)
    if format == "docx":
        from . import word

        return word.document(title, words, _on_paper(found, words), made=found.as_of)
    from .pdf import document

    return document("dossier.typ", title, words, _on_paper(found, words), made=found.as_of, links=case_link)


def _on_paper(found: Dossier, words: Words) -> dict[str, Any]:
    """What dossier.typ places."""
    nothing = words.gettext("ingen oppføring")
    return {
        "school": found.school,
        "about": [
            (words.gettext("Slik det var"), words.moment(found.as_of)),
            (words.gettext("Vurdert etter"), found.plan),
            (words.gettext("Åpnet av"), found.opened_by),
            (words.gettext("Begrunnelse"), found.opened_because),
        ],
        "hidden": ", ".join(found.hidden),
        "events": [
            [text or "–" for text in (event.when, event.what, event.role, event.registered, event.id)]
            for event in found.events
        ],
        "sections": [
            {
                "id": anchor,
                "heading": heading,
                "duties": [
                    {
                        "kind": duty.verdict.value,
                        "question": duty.question,
                        "facts": [
                            (words.gettext("Gjelder"), duty.about or words.gettext("hele saken")),
                            (words.gettext("Svar"), duty.answer),
                            (words.gettext("Frist"), duty.deadline),
                            (words.gettext("Redegjørelse"), "; ".join(duty.account)),
                            (words.gettext("Dokumentasjon"), ", ".join(duty.evidence) or nothing),
                        ],
                        "rule": duty.rule,
                        "plan_words": duty.plan_words,
                        "law": duty.law,
                        "plan": duty.plan,
                    }
                    for duty in duties
                ],
            }
            for anchor, heading, duties in _sections(found, words)
        ],
        "not_applicable": ", ".join(found.not_applicable),
        "runs": [[words.moment(run.at), run.hash] for run in found.runs],
    }


def _plain_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in a dossier")


def _sections(found: Dossier, words: Words) -> list[tuple[str, str, list[DossierDuty]]]:
    """Anchor, heading and duties: what is to be answered for, what is a question, what is unseen, what is in order."""
    order = [
        ("avvik", Verdict.DEVIATION, words.gettext("Avvik")),
        ("frister", Verdict.DUE, words.gettext("Frister som løper")),
        ("sporsmal", Verdict.REVIEW, words.gettext("Spørsmål å vurdere")),
        ("usett", Verdict.UNKNOWN, words.gettext("Kunne ikke sjekkes")),
        ("orden", Verdict.MET, words.gettext("I orden")),
    ]
    return [
        (anchor, heading, duties)
        for anchor, verdict, heading in order
        if (duties := [duty for duty in found.duties if duty.verdict is verdict])
    ]


# Duties.


def _duties(report: SchoolReport, say: Sentences, known: Mapping[str, str]) -> Iterable[DossierDuty]:
    for item in report.items:
        finding = item.finding
        yield DossierDuty(
            rule=finding.rule,
            question=say.rule_title(finding.rule),
            about=say.words.scope(finding.scope),
            answer=_answer(finding, say),
            verdict=finding.verdict,
            account=tuple(
                text
                for text in (
                    say.no_deadline(item),
                    say.counted(finding),
                    say.question(item),
                    say.why_unknown(item),
                    *_remarks(finding, say),
                    say.proof(finding.rule),
                )
                if text
            ),
            evidence=tuple(known.get(ref, plain(ref)) for ref in finding.evidence),
            deadline=say.words.day(finding.deadline) if finding.deadline is not None else "",
            plan=finding.plan,
            plan_words=say.plan_words(finding.rule),
            law=say.law(finding.rule),
        )


def _answer(finding: Finding, say: Sentences) -> str:
    words = say.words.verdict(finding.verdict)
    return words if finding.reason is None else f"{words}: {say.words.reason(finding.reason)}"


def _remarks(finding: Finding, say: Sentences) -> list[str]:
    return [say.words.remark(remark) for remark in finding.remarks]


# Chronology.


def _events(case: Case, as_of: datetime, words: Words) -> list[Event]:
    """Everything in the case that was known at ``as_of``, by when it happened; deleted entries are shown as deleted."""
    found: list[tuple[tuple[int, float], Event]] = []

    def add(at: Moment | None, registered: Moment | None, what: str, by: Actor | None, ref: str = "") -> None:
        moment = at or registered
        if moment is None or not moment.known_at(as_of) or (registered is not None and not registered.known_at(as_of)):
            return
        role = words.role(by.role) if by is not None else ""
        event = Event(_time(at, words), _time(registered, words), plain(what), role, plain(ref))
        found.append((moment.sort_key, event))

    def record(entry: Recorded, what: str, by: Actor | None = None) -> None:
        marks = []
        if entry.time_edits(as_of):
            marks.append(words.gettext("tidspunktet er endret i ettertid"))
        if entry.deleted_at is not None and entry.deleted_at.known_at(as_of):
            marks.append(words.gettext("slettet {moment}").format(moment=_time(entry.deleted_at, words)))
        if entry.duplicate_of is not None:
            marks.append(words.gettext("gjentar {id}").format(id=entry.duplicate_of))
        text = f"{what} ({', '.join(marks)})" if marks else what
        add(entry.happened_at, entry.registered_at, text, by or entry.author, entry.id)

    for number, status in enumerate(case.status_history):
        add(status.at, status.registered_at, _status(status.status, number, words), status.by)
    for severity in case.severity:
        what = words.gettext("vurdert som alvorlig") if severity.serious else words.gettext("vurdert som ikke alvorlig")
        add(severity.at, severity.registered_at, what, severity.by)
    for suspicion in case.suspicions:
        add(suspicion.at, suspicion.registered_at, _suspicion(suspicion.suspected, words), suspicion.by)
    for notice in case.notices:
        what = words.gettext("varsel fra {source}").format(source=_source(notice.source, words))
        record(notice, f"{what}{_channel(notice.channel, words)}", notice.notifier)
    for entry in case.log:
        what = kind_words(entry.kind, words) + _hearing(entry.hearing, words) + _held(entry.held, words)
        record(entry, what + _channel(entry.channel, words), entry.doer)
    for incident in case.incidents:
        level = "–" if incident.level is None else str(incident.level)
        record(incident, words.gettext("grepet inn, nivå {level}").format(level=level), incident.intervener)
    for version in case.activity_plans:
        what = words.gettext("aktivitetsplan {plan}, versjon {version}").format(
            plan=version.plan, version=version.version
        )
        record(version, f"{what}: {_plan_status(version.status, words)}")
    for evaluation in case.evaluations:
        record(evaluation, words.gettext("evaluering av tiltak"))
    for transfer in case.transfers:
        add(transfer.at, None, words.gettext("saken er flyttet til en annen skole"), None)
    return [event for _, event in sorted(found, key=lambda pair: (pair[0], pair[1].id))]


def _time(moment: Moment | None, words: Words) -> str:
    if moment is None:
        return ""
    if moment.instant is None:
        return words.short_day(moment.day)
    local = moment.instant.astimezone(OSLO)
    return f"{words.short_day(moment.day)} kl. {local:%H.%M}"


def _status(status: CaseStatus, number: int, words: Words) -> str:
    if status is CaseStatus.CLOSED:
        return words.gettext("saken er avsluttet")
    return words.gettext("saken er åpnet") if number == 0 else words.gettext("saken er åpnet på nytt")


def _suspicion(suspected: Suspected, words: Words) -> str:
    return {
        Suspected.NONE: words.gettext("ingen er mistenkt for å ha krenket eleven"),
        Suspected.PUPIL: words.gettext("mistanke om at en elev har krenket eleven"),
        Suspected.STAFF: words.gettext("mistanke om at en som arbeider på skolen, har krenket eleven"),
        Suspected.LEADER: words.gettext("mistanke om at en i skolens ledelse har krenket eleven"),
        Suspected.UNKNOWN: words.gettext("mistanke om krenkelse, uten at det står hvem"),
    }[suspected]


def _source(source: NoticeSource, words: Words) -> str:
    return {
        NoticeSource.STAFF: words.gettext("en ansatt"),
        NoticeSource.GUARDIAN: words.gettext("foresatte"),
        NoticeSource.PUPIL: words.gettext("eleven selv"),
        NoticeSource.OTHER: words.gettext("andre"),
        NoticeSource.ANONYMOUS: words.gettext("en som ikke ga seg til kjenne"),
    }[source]


def _channel(channel: Channel | None, words: Words) -> str:
    name = {
        Channel.ORAL: words.gettext("muntlig"),
        Channel.PHONE: words.gettext("på telefon"),
        Channel.MESSAGE: words.gettext("i melding"),
        Channel.EMAIL: words.gettext("på e-post"),
        Channel.LETTER: words.gettext("i brev"),
        Channel.FORM: words.gettext("i skjema"),
    }.get(channel or Channel.UNKNOWN, "")
    return f", {name}" if name else ""


def _hearing(hearing: Hearing | None, words: Words) -> str:
    if hearing is None:
        return ""
    name = {
        Hearing.HEARD: words.gettext("eleven er hørt"),
        Hearing.OFFERED: words.gettext("eleven har fått tilbud"),
        Hearing.DECLINED: words.gettext("eleven ønsket ikke"),
    }[hearing]
    return f": {name}"


def _held(held: bool | None, words: Words) -> str:
    if held is None:
        return ""
    return f", {words.gettext('holdt')}" if held else f", {words.gettext('ikke holdt')}"


def _plan_status(status: PlanStatus, words: Words) -> str:
    return {
        PlanStatus.DRAFT: words.gettext("utkast"),
        PlanStatus.CURRENT: words.gettext("gjelder"),
        PlanStatus.REPLACED: words.gettext("erstattet"),
    }[status]


def kind_words(kind: LogKind, words: Words) -> str:
    """What an entry of ``kind`` tells."""
    return {
        LogKind.NOTICE_LOGGED: words.gettext("logg om at det er meldt ifra"),
        LogKind.RECTOR_RECEIVED: words.gettext("rektor har loggført mottatt beskjed"),
        LogKind.PUPIL_TOLD: words.gettext("eleven har fått beskjed om at rektor har fått melding"),
        LogKind.OWNER_NOTIFIED: words.gettext("skoleeier er varslet"),
        LogKind.OWNER_ACKNOWLEDGED: words.gettext("skoleeier har dokumentert mottatt varsel"),
        LogKind.SUSPICION_ENQUIRY: words.gettext("undersøkelse av en mistanke"),
        LogKind.ENQUIRY_PLAN: words.gettext("skriftlig plan for undersøkelsen"),
        LogKind.ENQUIRY_STEP: words.gettext("en undersøkelse er gjennomført"),
        LogKind.OBSERVATION: words.gettext("observasjon"),
        LogKind.PUPIL_CONVERSATION: words.gettext("samtale med eleven"),
        LogKind.HOME_MEETING: words.gettext("møte med foresatte og/eller elev"),
        LogKind.STAFF_CONVERSATION: words.gettext("samtale med den som er beskyldt"),
        LogKind.ANALYSIS: words.gettext("sammenfatning og analyse"),
        LogKind.FEEDBACK_MEETING: words.gettext("møte med tilbakemelding og planlegging av tiltak"),
        LogKind.CLASS_FEEDBACK: words.gettext("tatt stilling til tilbakemelding til klassa"),
        LogKind.BEST_INTEREST: words.gettext("vurdering av barnets beste"),
        LogKind.FOLLOW_UP: words.gettext("referat fra oppfølging"),
        LogKind.MEASURE_STARTED: words.gettext("et tiltak er satt i verk"),
        LogKind.GUARDIANS_INFORMED: words.gettext("foresatte er informert"),
        LogKind.STAFF_FINDING: words.gettext("undersøkelsen viser at en ansatt har krenket eleven"),
        LogKind.CARE_OF_PARTIES: words.gettext("partene er ivaretatt"),
        LogKind.REPORTED_TO_STATE: words.gettext("saken er meldt til statsforvalteren"),
        LogKind.RIGHTS_EXPLAINED: words.gettext("rettighetene er forklart"),
        LogKind.EMAIL_FILED: words.gettext("dokumentasjon fra e-post er lagt inn"),
        LogKind.NOTE: words.gettext("fritt notat"),
        LogKind.UNLABELLED: words.gettext("ikke merket"),
    }[kind]
