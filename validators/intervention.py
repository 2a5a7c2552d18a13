"""Plikt til å gripe inn (GI): the plan's four kinds of situation, and what each asks for afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.case import Incident
from ..domain.log import LogKind
from ..domain.moment import Moment
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Severity, Verdict, scope_of
from .index import CaseIndex
from .judge import Judge, when_of
from .rule import Chapter, Text

CHAPTER = Chapter("intervention", Text("Plikt til å gripe inn", "Plikt til å gripe inn"))
_NEEDS = ("incidents", "log")
_WHOSE = Text(
    "Foresatte er informert, men det står ikke hvem sine. Er alle de involverte elevenes foresatte informert?",
    "Føresette er informerte, men det står ikkje kven sine. Er dei føresette til alle dei involverte elevane informerte?",
)
_UNSAFE = Text(
    "Det er ført at kontakt med foresatte kan være utrygt for barnet. Hvem har vurdert det, og hva er gjort i stedet?",
    "Det er ført at kontakt med føresette kan vere utrygt for barnet. Kven har vurdert det, og kva er gjort i staden?",
)


def _incidents(case: CaseIndex, *levels: int) -> Iterator[tuple[Incident, Moment]]:
    """The incidents of these kinds (they are kinds, not steps: requirements A-15) with when they happened."""
    for incident in case.incidents:
        when = when_of(incident)
        if incident.level in levels and when is not None:
            yield incident, when


def _guardians(code: str, case: CaseIndex, judge: Judge, level: int) -> Iterator[Outcome]:
    """«Foresatte blir informert»: the guardians of each pupil involved; the plan sets no time."""
    for incident, when in _incidents(case, level):
        for pupil in incident.pupils:
            scope = scope_of(incident=incident.id, pupil=pupil)
            known = [g for g in incident.guardians_informed if g.at.known_at(case.as_of)]
            logged = [e for e in case.for_pupil(pupil, LogKind.GUARDIANS_INFORMED) if _not_before(e, when)]
            if any(g.pupil == pupil for g in known) or logged:
                yield judge.met(scope, logged[0] if logged else incident, event=when)
            elif any(g.pupil is None for g in known):
                whose = "whose_guardians" if len(incident.pupils) > 1 else None
                outcome = judge.met(scope, incident, event=when)
                yield outcome if whose is None else judge.review(scope, whose, incident, event=when)
            elif incident.contact_unsafe:
                yield judge.review(scope, "contact_unsafe", incident, event=when)
            else:
                yield judge.ladder(code, scope, when, closed=case.closed_after(when))


def _not_before(entry: object, when: Moment) -> bool:
    moment = getattr(entry, "happened_at", None) or getattr(entry, "registered_at", None)
    return moment is not None and moment.before(when) is not True


@CHAPTER.rule(
    "GI-02a",
    "niva-2-kontaktlaerer-leder-samtale",
    title=Text("Kontaktlærer ledet samtalen med elevene", "Kontaktlærar leidde samtalen med elevane"),
    remedy=Text("Kontaktlærer snakker med elevene.", "Kontaktlærar snakkar med elevane."),
    proof=Text("En samtale av kontaktlærer etter hendelsen.", "Ein samtale av kontaktlærar etter hendinga."),
    limits=Text(
        "Planen lar kontaktlærer vurdere om det skal dokumenteres. At en logg mangler, er derfor aldri et avvik.",
        "Planen lèt kontaktlærar vurdere om det skal dokumenterast. At ein logg manglar, er difor aldri eit avvik.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.CONTACT_TEACHER,
    needs=_NEEDS,
    questions={
        "who_led": Text(
            "Hendelsen er loggført. Ledet kontaktlærer samtalen med elevene?",
            "Hendinga er loggført. Leidde kontaktlærar samtalen med elevane?",
        )
    },
)
def contact_teacher_leads(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Kontaktlærer leder samtale med elevene.» Levels 1 and 2 never deviate for a missing log."""
    for incident, when in _incidents(case, 2):
        scope = scope_of(incident=incident.id)
        talks = [
            e
            for e in case.all(LogKind.PUPIL_CONVERSATION)
            if e.held is not False
            and _not_before(e, when)
            and e.doer is not None
            and e.doer.acts_as(Role.CONTACT_TEACHER)
        ]
        if talks:
            yield judge.met(scope, talks[0], event=when)
        elif not incident.considered_not_documented:
            yield judge.review(scope, "who_led", incident, event=when)


@CHAPTER.rule(
    "GI-03",
    "niva-3-leder-er-tilkalt",
    title=Text("Nærmeste leder ble tilkalt", "Næraste leiar vart tilkalla"),
    remedy=Text("Før hvem som ble tilkalt, og når.", "Før kven som vart tilkalla, og når."),
    proof=Text("Hendelsen sier at leder ble tilkalt.", "Hendinga seier at leiar vart tilkalla."),
    limits=Text("Regelen ser det som er ført.", "Regelen ser det som er ført."),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.STAFF,
    needs=("incidents",),
)
def leader_called(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«tilkalle nærmeste leder»."""
    for incident, when in _incidents(case, 3):
        scope = scope_of(incident=incident.id)
        if incident.leader_called or incident.leader_called_at is not None:
            yield judge.met(scope, incident, event=when)
        else:
            yield judge.ladder("GI-03", scope, when, closed=case.closed_after(when))


@CHAPTER.rule(
    "GI-03a",
    "niva-3-hendelsen-er-beskrevet",
    title=Text("Den som grep inn, har beskrevet hendelsen", "Den som greip inn, har beskrive hendinga"),
    remedy=Text("Den som grep inn, skriver hva som skjedde.", "Den som greip inn, skriv kva som hende."),
    proof=Text("Beskrivelsen er fylt ut av den som grep inn.", "Beskrivinga er fylt ut av den som greip inn."),
    limits=Text("Regelen ser at det står noe, ikke hva.", "Regelen ser at det står noko, ikkje kva."),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.STAFF,
    needs=("incidents", "incidents.description"),
    questions={
        "another_wrote": Text(
            "Beskrivelsen er skrevet av en annen enn den som grep inn. Er den lest og bekreftet av ham eller henne?",
            "Beskrivinga er skriven av ein annan enn den som greip inn. Er ho lesen og stadfesta av han eller henne?",
        )
    },
)
def described(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Den ansatte beskriver hendelsen.»"""
    for incident, when in _incidents(case, 3):
        scope = scope_of(incident=incident.id)
        outcome = judge.field(scope, incident.description, incident, event=when)
        author, intervener = incident.author, incident.intervener
        another = author is not None and author.is_same_person(intervener) is False
        if outcome.verdict is Verdict.MET and another:
            outcome = judge.review(scope, "another_wrote", incident, event=when)
        yield outcome


@CHAPTER.rule(
    "GI-03b",
    "niva-3-foresatte-er-informert",
    title=Text("Foresatte er informert", "Føresette er informerte"),
    remedy=Text(
        "Informer foresatte til hver elev som var med, og før når.",
        "Informer føresette til kvar elev som var med, og før når.",
    ),
    proof=Text("For hver elev: foresatte er ført som informert.", "For kvar elev: føresette er førte som informerte."),
    limits=Text("Planen setter ingen frist og sier ikke hvem.", "Planen set ingen frist og seier ikkje kven."),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={"whose_guardians": _WHOSE, "contact_unsafe": _UNSAFE},
)
def guardians_at_three(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Foresatte blir informert.»"""
    yield from _guardians("GI-03b", case, judge, 3)


@CHAPTER.rule(
    "GI-04",
    "niva-4-foresatte-er-informert",
    title=Text(
        "Foresatte er informert når eleven ikke klarte å roe seg",
        "Føresette er informerte når eleven ikkje klarte å roe seg",
    ),
    remedy=Text("Informer foresatte, og før når.", "Informer føresette, og før når."),
    proof=Text("For hver elev: foresatte er ført som informert.", "For kvar elev: føresette er førte som informerte."),
    limits=Text("Planen setter ingen frist og sier ikke hvem.", "Planen set ingen frist og seier ikkje kven."),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={"whose_guardians": _WHOSE, "contact_unsafe": _UNSAFE},
)
def guardians_at_four(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Eleven klarer ikke å roe seg ned: foresatte blir informert.»"""
    yield from _guardians("GI-04", case, judge, 4)


@CHAPTER.rule(
    "GI-05",
    "elevsamtaler-i-etterkant",
    title=Text(
        "Det er fulgt opp med elevsamtale med hver involvert elev",
        "Det er følgt opp med elevsamtale med kvar involvert elev",
    ),
    remedy=Text(
        "Snakk med hver elev som var med, og loggfør samtalen.", "Snakk med kvar elev som var med, og loggfør samtalen."
    ),
    proof=Text(
        "En samtale med hver elev etter at det ble grepet inn.",
        "Ein samtale med kvar elev etter at det vart gripe inn.",
    ),
    limits=Text(
        "Nivå 1 har sin samtale på stedet og loggføres ikke. Nivå 2 gir aldri avvik for en logg som mangler.",
        "Nivå 1 har samtalen sin på staden og blir ikkje loggført. Nivå 2 gir aldri avvik for ein logg som manglar.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.STAFF,
    needs=_NEEDS,
)
def followed_up(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«må dette følges opp av elevsamtaler med de involverte elevene»: each of them, after the intervention."""
    for incident, when in _incidents(case, 2, 3, 4):
        for pupil in incident.pupils:
            scope = scope_of(incident=incident.id, pupil=pupil)
            talks = [e for e in case.hearings(pupil) if _not_before(e, when)]
            if talks:
                yield judge.met(scope, talks[0], event=when)
                continue
            outcome = judge.ladder("GI-05", scope, when, closed=case.closed_after(when))
            if incident.level == 2 and outcome.verdict is Verdict.DEVIATION:
                outcome = judge.review(scope, "not_yet", incident, event=when)
            yield outcome


@CHAPTER.rule(
    "GI-06",
    "den-som-griper-inn-folger-opp",
    title=Text("Den som grep inn, har ansvaret for oppfølgingen", "Den som greip inn, har ansvaret for oppfølginga"),
    remedy=Text("Før hvem som har ansvaret for samtalene.", "Før kven som har ansvaret for samtalane."),
    proof=Text("Den ansvarlige er den som grep inn.", "Den ansvarlege er den som greip inn."),
    limits=Text("Andre kan gjennomføre; ansvaret er det samme.", "Andre kan gjennomføre; ansvaret er det same."),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.STAFF,
    needs=("incidents",),
    questions={
        "who_follows_up": Text(
            "Det står ikke at den som grep inn, har ansvaret for oppfølgingen. Hvem har det?",
            "Det står ikkje at den som greip inn, har ansvaret for oppfølginga. Kven har det?",
        )
    },
)
def responsible_for_follow_up(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Den som griper inn, har ansvar for at dette blir gjort.»"""
    for incident, when in _incidents(case, 3, 4):
        scope = scope_of(incident=incident.id)
        responsible = incident.follow_up_responsible
        same = responsible.is_same_person(incident.intervener) if responsible is not None else None
        if same:
            yield judge.met(scope, incident, event=when)
        else:
            yield judge.review(scope, "who_follows_up", incident, event=when)
