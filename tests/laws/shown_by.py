"""What shows each duty that the log shows: which kinds of entry, done by whom, with whom there. A rule that is read here is read whole.

The fifth law holds the rules to it (test_laws.py): whoever is none of those named here, and the one who is accused, is put into each entry
that shows something today, and it must not show it any more; and so for plans, evaluations, notices and incidents. The words are the plan's own.
"""

from __future__ import annotations

from skolemiljo.domain.log import BEGINS_ENQUIRY, EXAMINES, FINDS_OUT, LOOKS_INTO, LogKind
from skolemiljo.domain.people import Role
from skolemiljo.domain.value import value
from skolemiljo.validators.heard import ANALYSIS, HEARD
from skolemiljo.validators.proof import SCHOOL, Proof, Whom, anyone, by
from skolemiljo.validators.rules.enquiry_carried_out import FEEDBACK
from skolemiljo.validators.rules.first_meeting import MEETING
from skolemiljo.validators.rules.heard_in_staff_cases import ACCUSED_HEARD
from skolemiljo.validators.rules.intervention import LED_BY_THE_TEACHER
from skolemiljo.validators.rules.pupil_told import TOLD
from skolemiljo.validators.rules.staff_suspicion import CARED_FOR
from skolemiljo.validators.undertaken import ENQUIRY

_RECEIVED = by(Role.RECTOR, Role.CONTACT_TEACHER, words="tar rektor eller kontaktlærer imot varselet")
_TOLD_THE_OWNER = by(
    *SCHOOL, Role.OWNER, Role.ADVISER, words="Alle som arbeider ved skolen, har en plikt til å melde ifra"
)
_UNDERTAKEN = anyone("Undersøkelser skal settes i gang straks")

SHOWN_BY: dict[str, tuple[Proof, ...]] = {
    "VA-02": (
        Proof(
            (LogKind.SUSPICION_ENQUIRY,),
            by=by(Role.CONTACT_TEACHER, words="Undersøkelsen dokumenteres av kontaktlærer i Visma Sikker Sak."),
        ),
    ),
    "VA-05": (
        Proof(
            (LogKind.RECTOR_RECEIVED, LogKind.EMAIL_FILED), by=by(Role.RECTOR, words="Rektor loggfører mottatt beskjed")
        ),
    ),
    "VA-06": (Proof((LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED), by=_RECEIVED),),
    "VA-07": (Proof((LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED), by=_RECEIVED),),
    "VA-08": (TOLD,),
    "VA-09": (
        Proof((LogKind.OWNER_NOTIFIED,), by=_TOLD_THE_OWNER),
        Proof((LogKind.OWNER_ACKNOWLEDGED,), by=by(Role.OWNER, words="Skoleeier dokumenterer mottatt varsel.")),
    ),
    "VA-10": (Proof((LogKind.OWNER_NOTIFIED,), by=by(Role.RECTOR, words="Rektor dokumenterer at det er varslet")),),
    "UN-01": (Proof(BEGINS_ENQUIRY, by=_UNDERTAKEN),),
    "UN-02": (Proof(FINDS_OUT, by=_UNDERTAKEN),),
    "UN-05": (Proof((LogKind.ENQUIRY_PLAN,), by=anyone("Lag en skriftlig plan for undersøkelsen.")),),
    "UN-07": (MEETING,),
    "UN-09": (HEARD,),
    "UN-11": (ENQUIRY,),
    "UN-12": (ANALYSIS,),
    "UN-13": (FEEDBACK,),
    "TI-01": (Proof(EXAMINES, by=anyone("Ut ifra grundig og objektiv undersøkelse")),),
    "TI-02": (HEARD,),
    "TI-03": (HEARD,),
    "TI-04": (ANALYSIS,),
    "EV-03": (HEARD,),
    "HB-05": (HEARD,),
    "GI-02a": (LED_BY_THE_TEACHER,),
    "GI-05": (HEARD,),
    "SK-01": (Proof((LogKind.RECTOR_RECEIVED,), by=by(Role.RECTOR, words="skal vedkommende straks varsle rektor")),),
    "SK-03": (ENQUIRY,),
    "SK-06": (CARED_FOR,),
    "SK-07": (
        Proof((LogKind.OWNER_NOTIFIED,), by=_TOLD_THE_OWNER),
        Proof((LogKind.OWNER_ACKNOWLEDGED,), by=by(Role.OWNER, words="Skoleeier dokumenterer mottatt varsel.")),
    ),
    "SK-08": (HEARD,),
    "SK-09": (ACCUSED_HEARD,),
    "DOK-06": (
        Proof((LogKind.EMAIL_FILED,), by=by(Role.RECTOR, words="som legger dokumentasjonen inn i Visma Sikker Sak")),
    ),
    "L-02": (Proof((LogKind.RECTOR_RECEIVED,), by=by(Role.RECTOR, words="Rektor loggfører mottatt beskjed")),),
    "L-03": (Proof(LOOKS_INTO, by=_UNDERTAKEN),),
}
"""By the rule's code."""


@value(frozen=True, slots=True)
class Made:
    """By whom what stands at a path of the case format must have been made."""

    path: str
    by: Whom
    or_by: str | None = None
    """Another person of the same entry who may be the one instead: then it is no matter who stands at ``path``."""


def _the_school(path: str, words: str) -> Made:
    """By somebody at the school or whom it has asked: no child, no home, nobody unknown and no system does what the plan asks of it."""
    return Made(path, by(*SCHOOL, Role.OWNER, Role.ADVISER, Role.EXTERNAL, words=words))


MADE_BY: dict[str, tuple[Made, ...]] = {
    "VA-03": (
        Made("notices.receiver", by(Role.RECTOR, words="ved å ta saken direkte opp med rektor"), or_by="notifier"),
    ),
    "VA-06": (Made("notices.receiver", _RECEIVED),),
    "VA-07": (Made("notices.receiver", _RECEIVED),),
    "L-01": (Made("notices.receiver", _RECEIVED),),
    "UN-14": (_the_school("log.author", "Det må tas stilling til hvordan det skal gis tilbakemelding til klassa."),),
    "TI-07": (_the_school("activity_plans.author", "Aktivitetsplan blir utfylt og lagret i Visma Sikker Sak."),),
    "AP-D": (
        Made(
            "activity_plans.measures.responsible_role",
            by(*SCHOOL, Role.OWNER, Role.ADVISER, words="hvem som er ansvarlig for gjennomføringen av tiltakene"),
        ),
    ),
    "AP-F": (_the_school("log.author", "vurderinga av barnets beste"),),
    "BB-01": (_the_school("log.author", "vurderinga av barnets beste"),),
    "EV-01": (_the_school("evaluations.author", "Dokumentasjon på evaluering av tiltak opp mot mål"),),
    "GI-03b": (
        _the_school("log.author", "Foresatte blir informert."),
        _the_school("incidents.guardians_informed.by", "Foresatte blir informert."),
    ),
    "GI-04": (
        _the_school("log.author", "foresatte blir informert."),
        _the_school("incidents.guardians_informed.by", "foresatte blir informert."),
    ),
    "L-05": (_the_school("log.author", "opplaeringslova-10-8"),),
}
"""What shows a duty and stands outside the log, or in it by whoever at the school it was: by the rule's code."""

WHOEVER = {
    "VA-04": "who took the notice is asked of the notice itself; the log only says that it was written down",
    "VA-11": "the owner's own word in the log, or where it stands",
    "BB-03": "what stands in the assessment",
    "BB-04": "what stands in the assessment",
    "BB-05": "what stands in the assessment",
    "BB-06": "what stands in the assessment",
    "BB-07": "what stands in the assessment",
    "FO-04": "what stands in the assessment",
    "HB-04": "what stands in the assessment",
    "DOK-02": "that the log as a whole is kept",
    "DOK-04": "that other staff wrote: each who is pedagogical, or rektor, is another duty's",
    "DOK-05": "what an e-mail must not hold",
    "DOK-07": "that the plan points at what is written",
    "DP-01": "that each of the duties is seen at all; who did it is asked by their own rules",
    "FO-03": "what the pupil said",
    "GI-06": "the one who intervened, whoever that is",
    "HB-03": "four ticks of the conversation",
    "L-04": "that rektor and the home know",
    "SK-02": "the way to the owner, by rules of its own (_route)",
    "SK-05": "that a measure was begun, by whoever began it",
    "TI-05": "which tool is named",
    "UN-04": "what stands in the analysis",
    "UN-06": "what stands in the plan for the enquiry",
    "UN-08": "that the plan for the enquiry was written on after the meeting; who wrote it, UN-05 asks",
    "UN-10": "what stands of form and who takes part",
}
"""Rules that look into what stands written, or at another thing than who did it: what that is."""
