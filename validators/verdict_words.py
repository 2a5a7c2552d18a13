"""The words for verdicts, reasons, remarks and roles, in bokmål and nynorsk. The rules' own: pages/*.toml."""

from __future__ import annotations

from collections.abc import Mapping

from ..domain.people import Role
from ..domain.verdict import Reading, Reason, RemarkCode, Severity, Verdict
from .page import Text

VERDICTS: dict[Verdict, Text] = {
    Verdict.MET: Text("i orden", "i orden"),
    Verdict.DEVIATION: Text("avvik", "avvik"),
    Verdict.DUE: Text("frist løper", "frist går"),
    Verdict.REVIEW: Text("må vurderes", "må vurderast"),
    Verdict.NOT_APPLICABLE: Text("ikke aktuelt", "ikkje aktuelt"),
    Verdict.UNKNOWN: Text("kunne ikke sjekkes", "kunne ikkje sjekkast"),
}

REASONS: dict[Reason, Text] = {
    Reason.UNDOCUMENTED: Text("ikke dokumentert", "ikkje dokumentert"),
    Reason.LATE: Text("for sent", "for seint"),
    Reason.INCOMPLETE: Text("ufullstendig", "ufullstendig"),
    Reason.WRONG_ROLE: Text("feil rolle", "feil rolle"),
    Reason.ORDER: Text("feil rekkefølge", "feil rekkjefølgje"),
    Reason.NOT_ALLOWED: Text("inneholder noe som ikke skal stå der", "inneheld noko som ikkje skal stå der"),
    Reason.HIDDEN: Text("skjult for den som leser", "skjult for den som les"),
    Reason.UNREADABLE: Text("kunne ikke leses", "kunne ikkje lesast"),
    Reason.UNDATED: Text("en oppføring mangler tidspunkt", "ei oppføring manglar tidspunkt"),
    Reason.CRASHED: Text("feil i verktøyet", "feil i verktøyet"),
}

SEVERITIES: dict[Severity, Text] = {
    Severity.CRITICAL: Text("kritisk", "kritisk"),
    Severity.HIGH: Text("høy", "høg"),
    Severity.MEDIUM: Text("middels", "middels"),
    Severity.LOW: Text("lav", "låg"),
    Severity.INFORMATION: Text("informasjon", "informasjon"),
}

READINGS: dict[Reading, Text] = {
    Reading.CALENDAR_DAY: Text("kalenderdager", "kalenderdagar"),
    Reading.SCHOOL_DAY: Text("skoledager", "skoledagar"),
}

ROLES: dict[Role, Text] = {
    Role.PUPIL: Text("eleven", "eleven"),
    Role.GUARDIAN: Text("foresatte", "føresette"),
    Role.CONTACT_TEACHER: Text("kontaktlærer", "kontaktlærar"),
    Role.TEACHER: Text("pedagogisk personale", "pedagogisk personale"),
    Role.STAFF: Text("ansatte", "tilsette"),
    Role.LEADER: Text("skolens ledelse", "leiinga ved skolen"),
    Role.RECTOR: Text("rektor", "rektor"),
    Role.OWNER: Text("skoleeier", "skoleeigar"),
    Role.ADVISER: Text("rådgiver hos skoleeier", "rådgivar hos skoleeigar"),
    Role.EXTERNAL: Text("andre (PPT, helsesykepleier)", "andre (PPT, helsesjukepleiar)"),
    Role.ANONYMOUS: Text("anonym", "anonym"),
    Role.SYSTEM: Text("systemet", "systemet"),
    Role.UNKNOWN: Text("ukjent", "ukjend"),
}

REMARKS: dict[RemarkCode, Text] = {
    RemarkCode.REGISTERED_LATE: Text("etterført {day}", "etterført {day}"),
    RemarkCode.TIME_ASSUMED: Text(
        "det står ikke når det skjedde; tidspunktet for registreringen er brukt",
        "det står ikkje når det hende; tidspunktet for registreringa er brukt",
    ),
    RemarkCode.TIME_EDITED: Text("tidspunktet er endret i ettertid", "tidspunktet er endra i ettertid"),
    RemarkCode.OUTSIDE_SCHOOL_HOURS: Text("mottatt utenfor skoletid", "motteke utanfor skoletid"),
    RemarkCode.OTHER_READING_MET: Text(
        "med den andre måten å telle dager på ville fristen vært {day}, og dette ville vært i orden",
        "med den andre måten å telje dagar på ville fristen vore {day}, og dette ville vore i orden",
    ),
    RemarkCode.OTHER_READING_LATE: Text(
        "med den andre måten å telle dager på ville fristen vært {day}, og dette ville ikke vært i orden",
        "med den andre måten å telje dagar på ville fristen vore {day}, og dette ville ikkje vore i orden",
    ),
    RemarkCode.TOLERANCE_USED: Text(
        "skoleeiers toleranse er brukt: frist til og med {day}",
        "toleransen til skoleeigar er brukt: frist til og med {day}",
    ),
    RemarkCode.WITHIN_TOLERANCE: Text(
        "ville vært innenfor til og med {day} om skoleeier hadde vedtatt toleranse utenfor skoletid",
        "ville vore innanfor til og med {day} om skoleeigar hadde vedteke toleranse utanfor skoletid",
    ),
    RemarkCode.PLAN_NOT_YET_APPROVED: Text(
        "hendelsen er fra før planen ble godkjent {day}", "hendinga er frå før planen vart godkjend {day}"
    ),
    RemarkCode.CALENDAR_MISSING: Text(
        "skoleruta for skoleåret mangler; bare helger og helligdager er regnet som fri",
        "skoleruta for skoleåret manglar; berre helger og heilagdagar er rekna som fri",
    ),
    RemarkCode.HINT: Text(
        "et fritt notat kan handle om dette; les det",
        "eit fritt notat kan handle om dette; les det",
    ),
    RemarkCode.PRESENCE_ONLY: Text(
        "teksten er ikke lest; bare at feltet er fylt ut",
        "teksten er ikkje lesen; berre at feltet er fylt ut",
    ),
    RemarkCode.WEAKLY_SHOWN: Text("svakt vist: svaret står et annet sted", "svakt vist: svaret står ein annan stad"),
    RemarkCode.REVISION_OVERDUE: Text(
        "planen skulle vært revidert innen {day}; den gjelder fortsatt",
        "planen skulle vore revidert innan {day}; han gjeld framleis",
    ),
    RemarkCode.OLD_VERSION: Text("versjonen er fra {day}", "versjonen er frå {day}"),
    RemarkCode.DELEGATE: Text("utført av stedfortreder", "utført av stadfortredar"),
    RemarkCode.DAYS_ELAPSED: Text("det er gått {number} skoledager", "det har gått {number} skoledagar"),
    RemarkCode.MAY_BE_REPORTED_TO_STATE: Text(
        "eleven kan melde saken til statsforvalteren fra {day}",
        "eleven kan melde saka til statsforvaltaren frå {day}",
    ),
    RemarkCode.NOT_DOCUMENTED: Text("gjort, men ikke dokumentert", "gjort, men ikkje dokumentert"),
    RemarkCode.DECLINED: Text("eleven fikk tilbud og ønsket ikke", "eleven fekk tilbod og ønskte ikkje"),
    RemarkCode.IDENTITY_NUMBER: Text("fødselsnummer fra tegn nr. {number}", "fødselsnummer frå teikn nr. {number}"),
    RemarkCode.D_NUMBER: Text("D-nummer fra tegn nr. {number}", "D-nummer frå teikn nr. {number}"),
    RemarkCode.SYNTHETIC_IDENTITY_NUMBER: Text(
        "syntetisk fødselsnummer (testserie) fra tegn nr. {number}",
        "syntetisk fødselsnummer (testserie) frå teikn nr. {number}",
    ),
    RemarkCode.IDENTITY_NUMBER_2032: Text(
        "tall som er et gyldig fødselsnummer etter reglene fra 2032, fra tegn nr. {number}",
        "tal som er eit gyldig fødselsnummer etter reglane frå 2032, frå teikn nr. {number}",
    ),
    RemarkCode.SENSITIVE_WORD: Text(
        "ord som kan være sensitivt, fra tegn nr. {number}", "ord som kan vere sensitivt, frå teikn nr. {number}"
    ),
    RemarkCode.ANOTHER_FIELD: Text(
        "i et annet felt på oppføringen enn teksten", "i eit anna felt på oppføringa enn teksten"
    ),
}

QUESTIONS: dict[str, Text] = {
    "unlabelled": Text(
        "Loggen har oppføringer fra disse dagene som ikke er merket. Er en av dem det som mangler her?",
        "Loggen har oppføringar frå desse dagane som ikkje er merkte. Er ei av dei det som manglar her?",
    ),
    "points_elsewhere": Text(
        "Feltet viser bare til noe annet, og svaret er ikke funnet der. Hva er svaret?",
        "Feltet viser berre til noko anna, og svaret er ikkje funne der. Kva er svaret?",
    ),
    "put_off": Text(
        "Feltet sier bare at det skal avgjøres senere. Er det avgjort nå, og hva ble det?",
        "Feltet seier berre at det skal avgjerast seinare. Er det avgjort no, og kva vart det?",
    ),
    "said_not_applicable": Text(
        "Feltet sier at det ikke er aktuelt, men planen krever et svar her. Hva er svaret?",
        "Feltet seier at det ikkje er aktuelt, men planen krev eit svar her. Kva er svaret?",
    ),
    "same_in_several_fields": Text(
        "Den samme setningen står i tre eller flere felt i planen. Hva er svaret i dette feltet?",
        "Den same setninga står i tre eller fleire felt i planen. Kva er svaret i dette feltet?",
    ),
    "over_before_notice": Text(
        "Tiden for tiltaket var over før det første varselet kom. Hva er de riktige datoene?",
        "Tida for tiltaket var over før det første varselet kom. Kva er dei rette datoane?",
    ),
    "evaluated_before_it_begins": Text(
        "Tiltaket skal evalueres før det begynner. Hva er de riktige datoene?",
        "Tiltaket skal evaluerast før det tek til. Kva er dei rette datoane?",
    ),
    "before_its_cause": Text(
        "Oppføringen er datert før det den skal være et svar på. Hva er riktig tidspunkt?",
        "Oppføringa er datert før det ho skal vere eit svar på. Kva er rett tidspunkt?",
    ),
    "time_edited": Text(
        "Tidspunktet er endret i ettertid, og det avgjør fristen. Hva er riktig tidspunkt?",
        "Tidspunktet er endra i ettertid, og det avgjer fristen. Kva er rett tidspunkt?",
    ),
    "time_unknown": Text(
        "Det står bare når dette ble skrevet, ikke når det skjedde. Når skjedde det?",
        "Det står berre når dette vart skrive, ikkje når det hende. Når hende det?",
    ),
    "written_before_it_happened": Text(
        "Oppføringen er skrevet før dagen den gjelder. Ble det gjennomført?",
        "Oppføringa er skriven før dagen ho gjeld. Vart det gjennomført?",
    ),
    "order_unclear": Text(
        "Tidspunktene viser ikke hva som kom først. Hva er riktig rekkefølge?",
        "Tidspunkta viser ikkje kva som kom først. Kva er rett rekkjefølgje?",
    ),
    "hours_later": Text(
        "Planen sier «straks», og det gikk timer. Var det en god grunn til å vente?",
        "Planen seier «straks», og det gjekk timar. Var det ein god grunn til å vente?",
    ),
    "not_yet": Text(
        "Planen setter ingen frist, men det har gått en stund. Er dette gjort, og hvis ikke, hvorfor?",
        "Planen set ingen frist, men det har gått ei stund. Er dette gjort, og om ikkje, kvifor?",
    ),
    "hint": Text(
        "Et fritt notat kan vise at dette er gjort. Stemmer det, og kan det loggføres på riktig sted?",
        "Eit fritt notat kan vise at dette er gjort. Stemmer det, og kan det loggførast på rett stad?",
    ),
    "who_was_there": Text(
        "De som er ført som deltakere, er ikke dem planen nevner. Hvem var med?",
        "Dei som er førte som deltakarar, er ikkje dei planen nemner. Kven var med?",
    ),
    "did_the_pupil_decline": Text(
        "Det står ikke at eleven selv takket nei. Fikk eleven tilbudet, og hva svarte eleven?",
        "Det står ikkje at eleven sjølv takka nei. Fekk eleven tilbodet, og kva svara eleven?",
    ),
    "only_in_writing": Text(
        "Dette er ført som noe skriftlig. Møttes dere, og når?",
        "Dette er ført som noko skriftleg. Møttest de, og når?",
    ),
    "who_did_it": Text(
        "Det står at en annen enn den planen nevner, har gjort dette. Hvem gjorde det?",
        "Det står at ein annan enn den planen nemner, har gjort dette. Kven gjorde det?",
    ),
    "was_it_the_accused": Text(
        "Det går ikke fram om den som er beskyldt, gjorde dette selv. Hvem gjorde det?",
        "Det går ikkje fram om den som er skulda, gjorde dette sjølv. Kven gjorde det?",
    ),
    "says_nothing": Text(
        "Det står ikke noe i oppføringen. Hva kom dere fram til?",
        "Det står ikkje noko i oppføringa. Kva kom de fram til?",
    ),
    "done_late": Text(
        "Planen setter ingen frist, men det gikk lang tid før dette ble gjort. Var det en grunn til å vente?",
        "Planen set ingen frist, men det gjekk lang tid før dette vart gjort. Var det ein grunn til å vente?",
    ),
    "which_pupil_is_it": Text(
        "Ingen elev er ført i saken. Hvilken elev gjelder den?",
        "Ingen elev er ført i saka. Kva for ein elev gjeld ho?",
    ),
    "plan_not_yet_approved": Text(
        "Hendelsen er fra tiden mellom da loven begynte å gjelde, og da planen ble godkjent. Ble planen fulgt?",
        "Hendinga er frå tida mellom då lova tok til å gjelde, og då planen vart godkjend. Vart planen følgd?",
    ),
}
"""Questions that more than one rule asks; a rule's own questions come first."""


def question_text(questions: Mapping[str, Text], key: str) -> Text | None:
    """The words of a question: the rule's own, else the common one."""
    return questions.get(key) or QUESTIONS.get(key)
