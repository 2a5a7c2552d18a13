"""Plikt til å undersøke (UN): from the first act of the enquiry to the feedback, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..domain.activity_plan import ActivityPlan, MeasureType
from ..domain.case import ClosingReason, Pupil
from ..domain.log import Hearing, LogEntry, LogKind
from ..domain.moment import Moment
from ..domain.notice import Notice
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from .index import CaseIndex, Period
from .judge import Judge, when_of
from .rule import Chapter, Text
from .text import bare

CHAPTER = Chapter("enquiry", Text("Plikt til å undersøke", "Plikt til å undersøkje"))

_STEPS = (
    LogKind.ENQUIRY_STEP,
    LogKind.OBSERVATION,
    LogKind.PUPIL_CONVERSATION,
    LogKind.STAFF_CONVERSATION,
    LogKind.SUSPICION_ENQUIRY,
)
"""Acts by which something is found out."""
_ACTS = (*_STEPS, LogKind.ENQUIRY_PLAN, LogKind.HOME_MEETING, LogKind.ANALYSIS)
"""All that shows that the enquiry has begun."""
_WEAK = Remark(code=RemarkCode.WEAKLY_SHOWN)
_LOG_ONLY = Text(
    "Regelen ser loggen, ikke hvor godt det ble gjort.", "Regelen ser loggen, ikkje kor godt det vart gjort."
)
_IN_TEXT = Text(
    "Feltet er tomt, men det står tekst i oppføringen. Er svaret der?",
    "Feltet er tomt, men det står tekst i oppføringa. Er svaret der?",
)


@dataclass(frozen=True, slots=True)
class _Round:
    """One stretch in which the case was open, with the enquiry that belongs to it; a reopened case is examined anew."""

    scope: str
    start: Moment
    """When the first notice of the stretch arrived."""
    after: Moment | None
    """When the stretch before it was closed."""
    period: Period

    @property
    def closed(self) -> Moment | None:
        return self.period.closed

    def holds(self, moment: Moment | None) -> bool:
        """Whether ``moment`` can belong to this stretch."""
        if moment is None or (self.after is not None and moment.before(self.after) is True):
            return False
        return self.closed is None or self.closed.before(moment) is not True


def _rounds(case: CaseIndex) -> Iterator[_Round]:
    after: Moment | None = None
    for number, period in enumerate(case.periods, 1):
        scope = "case" if number == 1 else scope_of(period=str(number))
        arrivals = [
            arrived
            for notice in case.notices
            if (arrived := notice.arrived_at or notice.registered_at) is not None
            and _Round(scope, arrived, after, period).holds(arrived)
        ]
        if arrivals:
            yield _Round(scope, min(arrivals, key=lambda m: m.sort_key), after, period)
        after = period.closed


def _all(case: CaseIndex, stretch: _Round, *kinds: LogKind) -> list[LogEntry]:
    """The entries of the stretch that took place: what was only called or offered did not."""
    return [
        e
        for e in case.all(*kinds)
        if e.held is not False and e.hearing not in (Hearing.OFFERED, Hearing.DECLINED) and stretch.holds(when_of(e))
    ]


def _decision(case: CaseIndex, stretch: _Round) -> ActivityPlan | None:
    """The first version of the stretch that chose measures; protection put in at once does not end the enquiry."""
    for plan in case.decided_plans:
        protective = plan.measures and all(m.type is MeasureType.PROTECTIVE for m in plan.measures)
        if not protective and stretch.holds(when_of(plan)):
            return plan
    return None


def _scope(stretch: _Round, pupil: Pupil) -> str:
    own = scope_of(pupil=pupil.ref)
    return own if stretch.scope == "case" else f"{stretch.scope}/{own}"


# --- «Møte med foreldre/foresatte og/eller elev samme dag …» --------------------------------------------------------------


@CHAPTER.rule(
    "UN-07",
    "mote-senest-dagen-etter",
    title=Text(
        "Det var møte med foreldre og/eller elev samme dag eller senest dagen etter",
        "Det var møte med foreldre og/eller elev same dag eller seinast dagen etter",
    ),
    remedy=Text(
        "Møt foreldre og/eller elev nå, og loggfør møtet. Var det en grunn til å vente: skriv den.",
        "Møt foreldre og/eller elev no, og loggfør møtet. Var det ein grunn til å vente: skriv han.",
    ),
    proof=Text(
        "Et gjennomført møte eller en samtale for hver elev meldingen gjelder, senest dagen etter at den kom.",
        "Eit gjennomført møte eller ein samtale for kvar elev meldinga gjeld, seinast dagen etter at ho kom.",
    ),
    limits=Text(
        "Planen sier ikke hva dagene telles fra; her er det når meldingen kom. En innkalling er ikke et møte.",
        "Planen seier ikkje kva dagane blir talde frå; her er det når meldinga kom. Ei innkalling er ikkje eit møte.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log", "pupils"),
)
def meeting_by_next_day(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«samme dag eller senest dagen etter»: per notice and per pupil it is about, counted from the notice's arrival."""
    for notice in case.notices:
        for pupil in case.pupils_of(notice):
            start = _start(notice, pupil)
            if start is None or not start.known_at(case.as_of):
                continue
            scope = scope_of(notice=notice.id, pupil=pupil.ref)
            yield judge.by_day(scope, start, _meetings(case, notice, pupil, start), days=1, anchor_item=notice)


def _start(notice: Notice, pupil: Pupil) -> Moment | None:
    """When the notice arrived; where the pupil was found out later, then (A-07)."""
    arrived = notice.arrived_at or notice.registered_at
    found_out = pupil.identified_at
    if arrived is None or found_out is None or found_out.before(arrived) is True:
        return arrived
    return found_out


def _meetings(case: CaseIndex, notice: Notice, pupil: Pupil, start: Moment) -> list[LogEntry]:
    """Meetings that took place and are not about another notice, or the answer to an earlier one."""
    earlier = [n.arrived_at for n in case.notices if n.arrived_at is not None and n.arrived_at.before(start) is True]
    found = []
    for entry in case.for_pupil(pupil.ref, LogKind.HOME_MEETING, LogKind.PUPIL_CONVERSATION):
        when = when_of(entry)
        if entry.held is False or entry.hearing in (Hearing.OFFERED, Hearing.DECLINED):
            continue
        if when is None or entry.notice not in (None, notice.id):
            continue
        if when.before(start) is True and any(when.before(other) is not True for other in earlier):
            continue
        found.append(entry)
    return found


# --- «… er det nødvendig å undersøke snarest.» -----------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-01",
    "undersokelsen-i-gang-snarest",
    title=Text("Undersøkelsen kom i gang snarest", "Undersøkinga kom i gang snarast"),
    remedy=Text(
        "Start undersøkelsen nå og loggfør den. Har det gått tid: skriv hvorfor.",
        "Start undersøkinga no og loggfør henne. Har det gått tid: skriv kvifor.",
    ),
    proof=Text(
        "En logg som viser at undersøkelsen begynte kort etter at meldingen kom.",
        "Ein logg som viser at undersøkinga tok til kort etter at meldinga kom.",
    ),
    limits=Text(
        "«Snarest» er ikke et tall. Regelen teller skoledager og spør; den gir aldri avvik.",
        "«Snarest» er ikkje eit tal. Regelen tel skuledagar og spør; han gir aldri avvik.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-9"),
    needs=("notices", "log"),
    questions={
        "began_late": Text(
            "Det gikk flere skoledager før undersøkelsen kom i gang. Var det en god grunn til det?",
            "Det gjekk fleire skuledagar før undersøkinga kom i gang. Var det ein god grunn til det?",
        ),
        "closed_without": Text(
            "Saken er lukket, og loggen viser ingen undersøkelse. Hva ble gjort?",
            "Saka er lukka, og loggen viser inga undersøking. Kva vart gjort?",
        ),
    },
)
def enquiry_soon(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«er det nødvendig å undersøke snarest»: per notice, the first act of the enquiry that did not come before it."""
    for notice in case.notices:
        arrived = notice.arrived_at or notice.registered_at
        if arrived is None:
            continue
        scope = scope_of(notice=notice.id)
        acts = [
            e
            for e in case.all(*_ACTS)
            if e.held is not False
            and e.hearing is not Hearing.OFFERED
            and e.notice in (None, notice.id)
            and (when := when_of(e)) is not None
            and when.before(arrived) is not True
        ]
        if acts:
            yield _began(judge, scope, arrived, acts[0])
        elif case.closed_after(arrived) is not None:
            yield judge.review(scope, "closed_without", event=arrived)
        else:
            yield judge.snarest("UN-01", scope, arrived)


def _began(judge: Judge, scope: str, arrived: Moment, act: LogEntry) -> Outcome:
    when = when_of(act)
    assert when is not None  # noqa: S101 - acts without any time were left out
    days = judge.calendar.between(arrived.day, when.day)
    remark = Remark(code=RemarkCode.DAYS_ELAPSED, number=days)
    if days > judge.plan.readings.ladder("UN-01").review_after:
        return judge.review(scope, "began_late", act, event=arrived, remarks=(remark,))
    if act.happened_at is None:
        return judge.review(scope, "time_unknown", act, event=arrived)
    if act.time_edits(judge.as_of):
        return judge.review(scope, "time_edited", act, event=arrived)
    return judge.met(scope, act, event=arrived, remarks=(remark,))


# --- «… mer enn de tilfeller der en elev er utsatt for mobbing …» ------------------------------------------------------------


@CHAPTER.rule(
    "UN-02",
    "undersokt-ogsa-nar-det-ikke-er-mobbing",
    title=Text(
        "Saken er undersøkt, også når svaret ble at det ikke er mobbing",
        "Saka er undersøkt, også når svaret vart at det ikkje er mobbing",
    ),
    remedy=Text(
        "Gjenåpne saken og undersøk hvordan eleven har det, eller loggfør undersøkelsen som ble gjort.",
        "Opne saka att og undersøk korleis eleven har det, eller loggfør undersøkinga som vart gjord.",
    ),
    proof=Text(
        "En undersøkelse i loggen fra før saken ble lukket.", "Ei undersøking i loggen frå før saka vart lukka."
    ),
    limits=_LOG_ONLY,
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("log", "status_history"),
    questions={
        "nothing_examined": Text(
            "Saken er lukket som «ikke mobbing» eller «ikke krenkelse», og loggen viser ingen undersøkelse. "
            "Hvordan vet skolen at eleven har det trygt og godt?",
            "Saka er lukka som «ikkje mobbing» eller «ikkje krenking», og loggen viser inga undersøking. "
            "Korleis veit skulen at eleven har det trygt og godt?",
        ),
    },
)
def more_than_bullying(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«omfatter mer enn de tilfeller der en elev er utsatt for mobbing og krenkelser»: per closing that says it was none."""
    for stretch in _rounds(case):
        if stretch.period.reason not in (ClosingReason.NOT_BULLYING, ClosingReason.NOT_VIOLATION):
            continue
        steps = _all(case, stretch, *_STEPS)
        if steps:
            yield judge.met(stretch.scope, steps[0], event=stretch.closed)
        else:
            yield judge.review(stretch.scope, "nothing_examined", event=stretch.closed)


# --- «Undersøkelsen må ta utgangspunkt i barnets subjektive opplevelse …» ----------------------------------------------------


@CHAPTER.rule(
    "UN-04",
    "barnets-opplevelse-og-omgivelsene",
    title=Text(
        "Undersøkelsen viser barnets opplevelse og forholdene i omgivelsene",
        "Undersøkinga viser opplevinga til barnet og forholda i omgivnadene",
    ),
    remedy=Text(
        "Skriv i sammenfatningen hvordan barnet opplever det, og hva i omgivelsene som påvirker.",
        "Skriv i samanfatninga korleis barnet opplever det, og kva i omgivnadene som påverkar.",
    ),
    proof=Text(
        "Feltene «barnets opplevelse» og «forhold i omgivelsene» er fylt ut i analysen.",
        "Felta «opplevinga til barnet» og «forhold i omgivnadene» er fylte ut i analysen.",
    ),
    limits=_LOG_ONLY,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.child_experience", "log.surroundings"),
    questions={"in_text": _IN_TEXT},
)
def experience_and_surroundings(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«ta utgangspunkt i barnets subjektive opplevelse», and «se hvilke forhold i omgivelsene som påvirker»."""
    for stretch in _rounds(case):
        analyses = _all(case, stretch, LogKind.ANALYSIS)
        if not analyses:
            continue
        everywhere = [*analyses, *_all(case, stretch, *_STEPS)]
        if _both_parts(judge, analyses):
            yield judge.met(stretch.scope, analyses[-1], event=stretch.start, remarks=judge.presence_remarks())
        elif _both_parts(judge, everywhere):
            yield judge.met(stretch.scope, *everywhere, event=stretch.start, remarks=(*judge.presence_remarks(), _WEAK))
        elif any(judge.is_filled_in(e.text) for e in analyses) and not any(_any_part(judge, e) for e in everywhere):
            yield judge.review(stretch.scope, "in_text", *analyses, event=stretch.start)
        else:
            yield judge.deviation(stretch.scope, Reason.INCOMPLETE, *analyses, event=stretch.start)


def _both_parts(judge: Judge, entries: Sequence[LogEntry]) -> bool:
    return any(judge.is_filled_in(e.child_experience) for e in entries) and any(
        judge.is_filled_in(e.surroundings) for e in entries
    )


def _any_part(judge: Judge, entry: LogEntry) -> bool:
    return judge.is_filled_in(entry.child_experience) or judge.is_filled_in(entry.surroundings)


# --- «Lag en skriftlig plan for undersøkelsen.» ------------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-05",
    "skriftlig-plan-for-undersokelsen",
    title=Text(
        "Det var en skriftlig plan før undersøkelsen begynte", "Det var ein skriftleg plan før undersøkinga tok til"
    ),
    remedy=Text(
        "Skriv planen for undersøkelsen og loggfør den før dere undersøker mer.",
        "Skriv planen for undersøkinga og loggfør han før de undersøkjer meir.",
    ),
    proof=Text(
        "En plan for undersøkelsen i loggen, eldre enn den første gjennomførte undersøkelsen.",
        "Ein plan for undersøkinga i loggen, eldre enn den første gjennomførte undersøkinga.",
    ),
    limits=_LOG_ONLY,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log"),
)
def written_plan(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Lag en skriftlig plan for undersøkelsen.» It must come before what it plans."""
    for stretch in _rounds(case):
        plan = next(iter(_all(case, stretch, LogKind.ENQUIRY_PLAN)), None)
        step = next(iter(_all(case, stretch, LogKind.ENQUIRY_STEP)), None)
        if plan is None:
            overtaken = step is not None or _decision(case, stretch) is not None
            yield judge.ladder("UN-05", stretch.scope, stretch.start, closed=stretch.closed, overtaken=overtaken)
        elif step is None:
            yield judge.met(stretch.scope, plan, event=stretch.start)
        else:
            yield judge.in_order(stretch.scope, plan, step, event=stretch.start)


@CHAPTER.rule(
    "UN-06",
    "metoder-er-vurdert",
    title=Text("Planen for undersøkelsen sier hvilke metoder", "Planen for undersøkinga seier kva metodar"),
    remedy=Text("Skriv i planen hvilke metoder dere velger.", "Skriv i planen kva metodar de vel."),
    proof=Text("Minst én metode i planen for undersøkelsen.", "Minst éin metode i planen for undersøkinga."),
    limits=Text("Om metodene passer, er en faglig vurdering.", "Om metodane passar, er ei fagleg vurdering."),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.methods"),
    questions={"in_text": _IN_TEXT},
)
def methods_considered(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Hvilke metoder er aktuelle»: in any version of the plan for the enquiry."""
    for stretch in _rounds(case):
        plans = _all(case, stretch, LogKind.ENQUIRY_PLAN)
        if not plans:
            continue
        named = [p for p in plans if any(judge.is_filled_in(m) for m in p.methods)]
        if named:
            yield judge.met(stretch.scope, named[0], event=stretch.start, remarks=judge.presence_remarks())
        elif any(judge.is_filled_in(p.text) for p in plans):
            yield judge.review(stretch.scope, "in_text", *plans, event=stretch.start)
        else:
            yield judge.deviation(stretch.scope, Reason.INCOMPLETE, *plans, event=stretch.start)


@CHAPTER.rule(
    "UN-08",
    "undersokelsesplan-oppdatert",
    title=Text(
        "Planen for undersøkelsen er oppdatert med innspill fra elev og/eller foreldre",
        "Planen for undersøkinga er oppdatert med innspel frå elev og/eller foreldre",
    ),
    remedy=Text(
        "Oppdater planen med innspillene, eller skriv at det ikke kom noen.",
        "Oppdater planen med innspela, eller skriv at det ikkje kom nokon.",
    ),
    proof=Text(
        "En ny versjon av planen etter møtet, eller et notert «ingen innspill».",
        "Ein ny versjon av planen etter møtet, eller eit notert «ingen innspel».",
    ),
    limits=Text("Om innspillene fikk betydning, ser regelen ikke.", "Om innspela fekk noko å seie, ser regelen ikkje."),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log",),
)
def plan_updated(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Plan for undersøkelsen oppdateres med innspill fra elev og/eller foreldre/foresatte»: after the first meeting."""
    for stretch in _rounds(case):
        plans = _all(case, stretch, LogKind.ENQUIRY_PLAN)
        meeting = next(iter(_all(case, stretch, LogKind.HOME_MEETING, LogKind.PUPIL_CONVERSATION)), None)
        held = when_of(meeting) if meeting is not None else None
        if not plans or meeting is None or held is None:
            continue
        none_given = [e for e in (meeting, *plans) if e.no_input]
        later = [p for p in plans if (when := when_of(p)) is not None and when.before(held) is not True]
        if none_given:
            yield judge.met(stretch.scope, *none_given, event=held)
        elif later:
            yield judge.in_order(stretch.scope, meeting, later[-1], event=held).model_copy(
                update={"evidence": (meeting.id, later[-1].id)}
            )
        else:
            overtaken = bool(_all(case, stretch, LogKind.ANALYSIS)) or _decision(case, stretch) is not None
            yield judge.ladder("UN-08", stretch.scope, held, closed=stretch.closed, overtaken=overtaken)


# --- «Samtale med eleven for å ivareta barnets rett til å bli hørt.» --------------------------------------------------------


@CHAPTER.rule(
    "UN-09",
    "samtale-med-eleven",
    title=Text("Hver elev saken gjelder er hørt", "Kvar elev saka gjeld, er høyrd"),
    remedy=Text(
        "Snakk med eleven, eller gi tilbud om det, og loggfør samtalen eller at eleven ikke ønsket.",
        "Snakk med eleven, eller gi tilbod om det, og loggfør samtalen eller at eleven ikkje ønskte.",
    ),
    proof=Text(
        "En gjennomført samtale for hver elev, eller et tilbud som eleven takket nei til.",
        "Ein gjennomført samtale for kvar elev, eller eit tilbod som eleven takka nei til.",
    ),
    limits=Text(
        "Regelen ser ikke om eleven fikk fortelle i trygge rammer.",
        "Regelen ser ikkje om eleven fekk fortelje i trygge rammer.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-10-2", "opplaeringslova-12-4-2"),
    needs=("notices", "log", "pupils"),
    questions={
        "which_pupil": Text(
            "En samtale er loggført uten å si hvilken elev. Hvem ble hørt?",
            "Ein samtale er loggført utan å seie kva elev. Kven vart høyrd?",
        ),
    },
)
def pupil_heard(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Samtale med eleven for å ivareta barnets rett til å bli hørt.» Per affected pupil; a declined offer counts."""
    for stretch in _rounds(case):
        for pupil in case.affected:
            start = _since(stretch, pupil)
            if start is None or not start.known_at(case.as_of):
                continue
            yield _heard(case, judge, stretch, pupil, start)


def _since(stretch: _Round, pupil: Pupil) -> Moment | None:
    """From when this pupil is owed a conversation; ``None`` = not in this stretch."""
    start = stretch.start
    for later in (pupil.joined_at, pupil.identified_at):
        if later is not None and start.before(later) is True:
            start = later
    return start if stretch.holds(start) else None


def _heard(case: CaseIndex, judge: Judge, stretch: _Round, pupil: Pupil, start: Moment) -> Outcome:
    scope = _scope(stretch, pupil)
    hearings = [e for e in case.hearings(pupil.ref) if stretch.holds(when_of(e))]
    after = [e for e in hearings if (when := when_of(e)) is not None and when.before(start) is not True]
    heard = [e for e in after if e.hearing is not Hearing.DECLINED]
    if heard:
        return judge.met(scope, heard[0], event=start)
    if after:
        return judge.met(scope, after[0], event=start, remarks=(Remark(code=RemarkCode.DECLINED),))
    if hearings:
        return judge.review(scope, "before_its_cause", *hearings, event=start)
    unnamed = [e for e in _all(case, stretch, LogKind.PUPIL_CONVERSATION) if not e.pupils]
    if unnamed:
        return judge.review(scope, "which_pupil", *unnamed, event=start)
    overtaken = _decision(case, stretch) is not None
    return judge.ladder("UN-09", scope, start, closed=stretch.closed, overtaken=overtaken)


@CHAPTER.rule(
    "UN-10",
    "form-og-deltakere-vurdert",
    title=Text("Form og deltakere på samtalen er tenkt igjennom", "Form og deltakarar på samtalen er tenkte igjennom"),
    remedy=Text(
        "Skriv hvordan neste samtale skal være, og hvem som skal delta.",
        "Skriv korleis neste samtale skal vere, og kven som skal delta.",
    ),
    proof=Text(
        "Feltet «form og deltakere» i planen for undersøkelsen eller i samtalen.",
        "Feltet «form og deltakarar» i planen for undersøkinga eller i samtalen.",
    ),
    limits=Text("Om valget passet for barnet, ser regelen ikke.", "Om valet passa for barnet, ser regelen ikkje."),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.form_and_participants"),
    questions={"in_text": _IN_TEXT},
)
def form_considered(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Tenk igjennom form og hvem som skal delta på samtalen.» Before the first conversation of each stretch."""
    for stretch in _rounds(case):
        talk = next(iter(_all(case, stretch, LogKind.PUPIL_CONVERSATION)), None)
        when = when_of(talk) if talk is not None else None
        if talk is None or when is None:
            continue
        before = [
            p
            for p in _all(case, stretch, LogKind.ENQUIRY_PLAN)
            if (made := when_of(p)) is not None and when.before(made) is not True
        ]
        places = [e for e in (*before, talk) if judge.is_filled_in(e.form_and_participants)]
        if places:
            yield judge.met(stretch.scope, places[0], event=when, remarks=judge.presence_remarks())
        elif any(judge.is_filled_in(p.text) for p in before):
            yield judge.review(stretch.scope, "in_text", *before, event=when)
        else:
            yield judge.deviation(stretch.scope, Reason.INCOMPLETE, talk, event=when)


# --- «Gjennomfør undersøkelsen i tråd med planen» ---------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-11",
    "gjennomfort-i-trad-med-planen",
    title=Text(
        "Undersøkelsen er gjennomført i tråd med planen for den",
        "Undersøkinga er gjennomført i tråd med planen for henne",
    ),
    remedy=Text(
        "Loggfør det som er gjort med metoden, eller skriv hvorfor planen ikke ble fulgt.",
        "Loggfør det som er gjort med metoden, eller skriv kvifor planen ikkje vart følgd.",
    ),
    proof=Text(
        "En logg for hver metode i planen, eller en grunn til å gjøre det annerledes.",
        "Ein logg for kvar metode i planen, eller ein grunn til å gjere det annleis.",
    ),
    limits=Text(
        "Metodene sammenlignes med navn. Heter de ulikt i planen og loggen, spør regelen.",
        "Metodane blir samanlikna med namn. Heiter dei ulikt i planen og loggen, spør regelen.",
    ),
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("log", "log.methods"),
    questions={
        "method_not_seen": Text(
            "En metode i planen for undersøkelsen er ikke å se i loggen. Ble den brukt, eller hvorfor ikke?",
            "Ein metode i planen for undersøkinga er ikkje å sjå i loggen. Vart han brukt, eller kvifor ikkje?",
        ),
    },
)
def as_planned(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Gjennomfør undersøkelsen i tråd med planen»: asked when the enquiry has ended in an analysis, measures or a closing."""
    for stretch in _rounds(case):
        plans = [p for p in _all(case, stretch, LogKind.ENQUIRY_PLAN) if any(judge.is_filled_in(m) for m in p.methods)]
        ended = bool(_all(case, stretch, LogKind.ANALYSIS)) or stretch.closed is not None
        if not plans or not (ended or _decision(case, stretch) is not None):
            continue
        steps = _all(case, stretch, *_STEPS, LogKind.HOME_MEETING)
        reasons = [e for e in (*steps, *plans) if judge.is_filled_in(e.deviates_because)]
        unseen = [m for m in plans[-1].methods if judge.is_filled_in(m) and not _used(m, steps)]
        if not steps:
            yield judge.deviation(stretch.scope, Reason.UNDOCUMENTED, plans[-1], event=stretch.start)
        elif unseen and not reasons:
            yield judge.review(stretch.scope, "method_not_seen", plans[-1], event=stretch.start)
        else:
            yield judge.met(stretch.scope, plans[-1], *(reasons if unseen else steps), event=stretch.start)


_KINDS_OF_METHODS = (("observ", LogKind.OBSERVATION), ("elev", LogKind.PUPIL_CONVERSATION))
"""Methods that have a log type of their own, by the word that names them."""


def _used(method: str, steps: Sequence[LogEntry]) -> bool:
    wanted = bare(method)
    if any(wanted in {bare(m) for m in step.methods} for step in steps):
        return True
    return any(word in wanted and any(s.kind is kind for s in steps) for word, kind in _KINDS_OF_METHODS)


# --- «Sammenfatt og analyser …» and the feedback ----------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-12",
    "sammenfatning-og-analyse",
    title=Text(
        "Det som kom fram er sammenfattet og analysert før tiltakene ble valgt",
        "Det som kom fram, er samanfatta og analysert før tiltaka vart valde",
    ),
    remedy=Text(
        "Skriv sammenfatning og analyse, og loggfør den før dere velger tiltak.",
        "Skriv samanfatning og analyse, og loggfør han før de vel tiltak.",
    ),
    proof=Text("En analyse i loggen fra før tiltakene ble valgt.", "Ein analyse i loggen frå før tiltaka vart valde."),
    limits=_LOG_ONLY,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "activity_plans"),
)
def summed_up(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Sammenfatt og analyser det som er kommet fram i undersøkelsen, opp mot vurdering av tiltak.»"""
    for stretch in _rounds(case):
        analysis = next(iter(_all(case, stretch, LogKind.ANALYSIS)), None)
        decision = _decision(case, stretch)
        found = next((w for e in _all(case, stretch, *_STEPS) if (w := when_of(e)) is not None), None)
        if analysis is not None and decision is not None:
            yield judge.in_order(stretch.scope, analysis, decision, event=when_of(decision))
        elif analysis is not None:
            yield judge.met(stretch.scope, analysis, event=when_of(analysis))
        elif found is not None or decision is not None:
            start = found or stretch.start
            overtaken = decision is not None
            yield judge.ladder("UN-12", stretch.scope, start, closed=stretch.closed, overtaken=overtaken)


@CHAPTER.rule(
    "UN-13",
    "tilbakemelding-og-planlegging",
    title=Text(
        "Foreldre og/eller elev fikk tilbakemelding og var med og planla tiltak",
        "Foreldre og/eller elev fekk tilbakemelding og var med og planla tiltak",
    ),
    remedy=Text(
        "Hold møtet om undersøkelsen og tiltakene, og loggfør det.",
        "Hald møtet om undersøkinga og tiltaka, og loggfør det.",
    ),
    proof=Text(
        "Et gjennomført tilbakemeldingsmøte etter analysen og før planen ble vedtatt.",
        "Eit gjennomført tilbakemeldingsmøte etter analysen og før planen vart vedteken.",
    ),
    limits=_LOG_ONLY,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "activity_plans"),
    questions={
        "who_took_part": Text(
            "Loggen sier ikke at foreldre eller elev var med på møtet. Var de det?",
            "Loggen seier ikkje at foreldre eller elev var med på møtet. Var dei det?",
        ),
    },
)
def feedback_given(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Tilbakemelding fra skolens undersøkelser og planlegging av tiltak.» After the analysis, not after the plan."""
    for stretch in _rounds(case):
        analysis = next(iter(_all(case, stretch, LogKind.ANALYSIS)), None)
        decision = _decision(case, stretch)
        trigger = when_of(analysis) if analysis is not None else (when_of(decision) if decision is not None else None)
        if trigger is None:
            continue
        meetings = _all(case, stretch, LogKind.FEEDBACK_MEETING)
        if not meetings:
            yield judge.ladder("UN-13", stretch.scope, trigger, closed=stretch.closed, overtaken=decision is not None)
            continue
        outcomes = [_feedback(judge, stretch.scope, m, analysis, decision, trigger) for m in meetings]
        yield min(outcomes, key=lambda o: (Verdict.MET, Verdict.REVIEW, Verdict.DEVIATION).index(o.verdict))


def _feedback(
    judge: Judge,
    scope: str,
    meeting: LogEntry,
    analysis: LogEntry | None,
    decision: ActivityPlan | None,
    trigger: Moment,
) -> Outcome:
    if not any(p.acts_as(Role.GUARDIAN, Role.PUPIL) for p in meeting.participants):
        return judge.review(scope, "who_took_part", meeting, event=trigger)
    if analysis is not None:
        outcome = judge.in_order(scope, analysis, meeting, event=trigger)
        if outcome.verdict is not Verdict.MET:
            return outcome
    if decision is not None:
        return judge.in_order(scope, meeting, decision, event=trigger)
    return judge.met(scope, meeting, event=trigger)


@CHAPTER.rule(
    "UN-14",
    "tilbakemelding-til-klassa",
    title=Text(
        "Det er tatt stilling til tilbakemelding til klassa", "Det er teke stilling til tilbakemelding til klassa"
    ),
    remedy=Text(
        "Bestem hvordan klassa skal få tilbakemelding, eller at den ikke skal ha noen, og loggfør det.",
        "Bestem korleis klassa skal få tilbakemelding, eller at ho ikkje skal ha noka, og loggfør det.",
    ),
    proof=Text(
        "En logg med hva som er bestemt. «Ingen tilbakemelding» er også et svar.",
        "Ein logg med kva som er bestemt. «Inga tilbakemelding» er òg eit svar.",
    ),
    limits=Text(
        "Hva klassa kan få vite, setter taushetsplikten grenser for. Det ser regelen ikke.",
        "Kva klassa kan få vite, set teieplikta grenser for. Det ser regelen ikkje.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.decision", "activity_plans"),
)
def class_feedback(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Det må tas stilling til hvordan det skal gis tilbakemelding til klassa.» After the enquiry; no time is set."""
    for stretch in _rounds(case):
        analysis = next(iter(_all(case, stretch, LogKind.ANALYSIS)), None) or _decision(case, stretch)
        ended = when_of(analysis) if analysis is not None else None
        decisions = _all(case, stretch, LogKind.CLASS_FEEDBACK)
        decided = [e for e in decisions if judge.is_filled_in(e.decision)]
        in_words = [e for e in decisions if judge.is_filled_in(e.text)]
        event = ended or stretch.start
        if decided:
            yield judge.met(stretch.scope, decided[0], event=event, remarks=judge.presence_remarks())
        elif in_words:
            yield judge.met(stretch.scope, in_words[0], event=event, remarks=(*judge.presence_remarks(), _WEAK))
        elif decisions:
            yield judge.deviation(stretch.scope, Reason.INCOMPLETE, *decisions, event=event)
        elif ended is not None:
            yield judge.ladder("UN-14", stretch.scope, ended, closed=stretch.closed)
