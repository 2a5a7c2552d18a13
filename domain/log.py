"""The log of a case: what was done, when it happened, when it was written down, and by which role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Self

from .base import Frozen, Ref
from .moment import Moment
from .people import Actor, Role


class LogKind(StrEnum):
    """The events that the plan's duties turn on. A source's own labels are mapped to these in settings."""

    NOTICE_LOGGED = "notice_logged"
    """melderen (eller den som tok imot) har skrevet logg om at det er meldt ifra"""
    RECTOR_RECEIVED = "rector_received"
    """rektor loggfører mottatt beskjed"""
    PUPIL_TOLD = "pupil_told"
    """eleven har fått beskjed om at rektor har fått melding"""
    OWNER_NOTIFIED = "owner_notified"
    """skoleeier/kommunalsjef er varslet"""
    OWNER_ACKNOWLEDGED = "owner_acknowledged"
    """skoleeier dokumenterer mottatt varsel"""
    SUSPICION_ENQUIRY = "suspicion_enquiry"
    """undersøkelse av en mistanke, dokumentert av kontaktlærer"""
    ENQUIRY_PLAN = "enquiry_plan"
    """skriftlig plan for undersøkelsen (hver versjon er en oppføring)"""
    ENQUIRY_STEP = "enquiry_step"
    """en undersøkelse er gjennomført"""
    OBSERVATION = "observation"
    """observasjon"""
    PUPIL_CONVERSATION = "pupil_conversation"
    """samtale med eleven"""
    HOME_MEETING = "home_meeting"
    """møte med foreldre/foresatte og/eller elev"""
    STAFF_CONVERSATION = "staff_conversation"
    """samtale med den som er beskyldt"""
    ANALYSIS = "analysis"
    """sammenfatning og analyse"""
    FEEDBACK_MEETING = "feedback_meeting"
    """møte med tilbakemelding fra undersøkelsene og planlegging av tiltak"""
    CLASS_FEEDBACK = "class_feedback"
    """det er tatt stilling til tilbakemelding til klassa"""
    BEST_INTEREST = "best_interest"
    """vurdering av barnets beste som eget dokument"""
    FOLLOW_UP = "follow_up"
    """referat fra oppfølging"""
    MEASURE_STARTED = "measure_started"
    """et tiltak er satt i verk"""
    GUARDIANS_INFORMED = "guardians_informed"
    """foresatte er informert"""
    STAFF_FINDING = "staff_finding"
    """undersøkelsen avdekker at en som jobber på skolen har krenket en elev"""
    CARE_OF_PARTIES = "care_of_parties"
    """elev, foreldre og ansatt er ivaretatt"""
    REPORTED_TO_STATE = "reported_to_state"
    """saken er meldt statsforvalteren"""
    RIGHTS_EXPLAINED = "rights_explained"
    """eleven og foreldrene har fått vite om rettighetene sine"""
    EMAIL_FILED = "email_filed"
    """dokumentasjon som kom på e-post, lagt inn av rektor"""
    NOTE = "note"
    """fritt notat"""
    UNLABELLED = "unlabelled"
    """en oppføring hvis type ingen har merket: den kan være hva som helst, og viser ingenting"""


FINDS_OUT = (
    LogKind.ENQUIRY_STEP,
    LogKind.OBSERVATION,
    LogKind.PUPIL_CONVERSATION,
    LogKind.STAFF_CONVERSATION,
    LogKind.SUSPICION_ENQUIRY,
)
"""Acts by which something is found out."""
EXAMINES = (*FINDS_OUT, LogKind.ANALYSIS)
"""What shows that something was examined. A meeting with the home alone is not an enquiry."""
LOOKS_INTO = (*FINDS_OUT, LogKind.HOME_MEETING)
"""What shows that the school looked into it, with the home too; what was found is put together later."""
BEGINS_ENQUIRY = (*LOOKS_INTO, LogKind.ANALYSIS)
"""All that shows that the enquiry has begun. A plan for it is none yet: what is written down to be done, is not done."""


FOR_THE_PUPIL = (
    *BEGINS_ENQUIRY,
    LogKind.PUPIL_TOLD,
    LogKind.FEEDBACK_MEETING,
    LogKind.CLASS_FEEDBACK,
    LogKind.FOLLOW_UP,
    LogKind.MEASURE_STARTED,
    LogKind.CARE_OF_PARTIES,
)
"""What somebody does for the pupil, and not only writes or sends on about the case."""


class Channel(StrEnum):
    """How something was said or received."""

    ORAL = "oral"
    PHONE = "phone"
    MESSAGE = "message"
    EMAIL = "email"
    LETTER = "letter"
    FORM = "form"
    UNKNOWN = "unknown"


class Hearing(StrEnum):
    """What came of a conversation with a pupil: the right to be heard is no duty to speak."""

    HEARD = "heard"
    OFFERED = "offered"
    """tilbudt, svar ikke gitt ennå"""
    DECLINED = "declined"
    """tilbudt, eleven ønsket ikke"""


class StaffFound(StrEnum):
    """What the enquiry found about someone who works at the school."""

    VIOLATION = "violation"
    NONE = "none"
    """ingen krenkelse er avdekket"""
    OPEN = "open"
    """ikke avgjort ennå"""


class Edit(Frozen):
    """One change made to an entry after it was first written."""

    field: str
    """Name of the field that was changed, for example ``happened_at``."""
    at: Moment
    by: Actor | None = None
    previous: Moment | None = None
    """The time that stood there before, where ``field`` is a time and the source keeps it."""


class Recorded(Frozen):
    """Anything written down: two times, an author, and a history."""

    id: Ref
    happened_at: Moment | None = None
    """When it happened. ``None``: the source has no such time, so no deadline can be proved by it."""
    registered_at: Moment | None = None
    """When it was written into the case system."""
    author: Actor | None = None
    """Who wrote it."""
    deleted_at: Moment | None = None
    """When it was deleted; a deleted entry proves nothing from then on."""
    edits: tuple[Edit, ...] = ()
    duplicate_of: Ref | None = None
    """Id of the entry that this one repeats; a duplicate counts once."""

    @property
    def at(self) -> Moment | None:
        """When it happened; where only the registration is known, that (requirements A-02: shown as assumed)."""
        return self.happened_at or self.registered_at

    def known_at(self, as_of: datetime) -> bool:
        """Whether this had happened and stood in the case at ``as_of``, and was not deleted."""
        if self.happened_at is not None and not self.happened_at.known_at(as_of):
            return False
        if self.registered_at is not None and not self.registered_at.known_at(as_of):
            return False
        return self.deleted_at is None or not self.deleted_at.known_at(as_of)

    def can_follow(self, moment: Moment | None) -> bool:
        """Whether it can have happened after ``moment``; on the same day without times it can. Without a day at all, no."""
        when = self.happened_at or self.registered_at
        return when is not None and moment is not None and not when.certainly_before(moment)

    def can_precede(self, moment: Moment | None) -> bool:
        """Whether it can have happened before ``moment``, as :meth:`can_follow`."""
        when = self.happened_at or self.registered_at
        return when is not None and moment is not None and not moment.certainly_before(when)

    def time_edits(self, as_of: datetime) -> tuple[Edit, ...]:
        """The changes to ``happened_at`` that had been made at ``as_of``."""
        if not self.edits:
            return ()
        return tuple(edit for edit in self.edits if edit.field == "happened_at" and edit.at.known_at(as_of))

    def told_by(self, name: str) -> Self:
        """The same entry, dated by another of its times (``rector_told_at``), with what was changed of that one."""
        edits = tuple(edit.model_copy(update={"field": "happened_at"}) for edit in self.edits if edit.field == name)
        return self.model_copy(update={"happened_at": getattr(self, name), "registered_at": None, "edits": edits})

    @property
    def sort_key(self) -> tuple[tuple[int, float], str]:
        """Orders by when it happened, else by when it was registered, then by id."""
        moment = self.happened_at or self.registered_at
        return (moment.sort_key if moment is not None else (0, 0.0), self.id)


class Preparation(Frozen):
    """The clarifications before a conversation with a child («Før vi snakker med barnet …»); ``None`` = not stated."""

    purpose: bool | None = None
    """hensikten er klargjort"""
    known: bool | None = None
    """hva vi vet, og hvordan det kan brukes som inngang"""
    explained: bool | None = None
    """forklart barnet hvorfor, om hva og hva det skal brukes til"""
    afterwards: bool | None = None
    """hva som skjer etterpå og hvem som får vite"""


class Consideration(StrEnum):
    """The eight «aktuelle moment» of the plan, in its order."""

    CHILD_VIEWS = "child_views"
    IDENTITY = "identity"
    FAMILY = "family"
    PROTECTION = "protection"
    VULNERABILITY = "vulnerability"
    DEVELOPMENT = "development"
    HEALTH = "health"
    EDUCATION = "education"


class BestInterest(Frozen):
    """An assessment of the child's best (Vurdere – Vekte – Vise). Texts are read in memory only."""

    text: str | None = None
    """The assessment in one text, where the template has no parts."""
    child_views: str | None = None
    age_and_maturity: str | None = None
    """hvordan synet er vektlagt etter alder og modenhet"""
    guardians_and_experts: str | None = None
    """synspunkt fra foreldre og fagfolk: innhentet, eller ikke aktuelt"""
    moments: dict[Consideration, bool | None] | None = None
    """moment (:class:`Consideration`) → relevant, not relevant, or ``None`` where no stand is taken."""
    weighing: str | None = None
    best_for_involved: str | None = None
    harmonise: str | None = None
    conflict: bool | None = None
    """om det er motstrid mellom hensyn"""
    conflict_weight: str | None = None
    how_examined: str | None = None
    weight_given: str | None = None
    weighing_explained: str | None = None
    """vektingen forklart i begrunnelsen for tiltakene"""
    vulnerability_considered: bool | None = None


class LogEntry(Recorded):
    """One entry in the log. Which of the optional fields say something depends on ``kind``."""

    kind: LogKind = LogKind.NOTE
    source_label: str | None = None
    """The source's own word for the type; shown only to operators who map labels."""
    text: str | None = None
    """Free text. Read in memory only; it never leaves the process."""
    pupils: tuple[Ref, ...] = ()
    """Pseudonyms of the pupils the entry is about."""
    notice: Ref | None = None
    """Id of the notice the entry is about."""
    plan: Ref | None = None
    """Id of the activity plan the entry is about."""
    measure: Ref | None = None
    participants: tuple[Actor, ...] = ()
    held: bool | None = None
    """For meetings and conversations: true when held, false when only called or cancelled, ``None`` not stated."""
    hearing: Hearing | None = None
    channel: Channel | None = None
    actor: Actor | None = None
    """Who did the thing, where that is another than the author (who told the pupil, who notified the owner)."""
    via: tuple[Actor, ...] = ()
    """Through whom a notice to the owner went; empty = straight."""
    to: Actor | None = None
    """Who received it."""
    received_at: Moment | None = None
    """For what came by e-mail: when it came."""
    reference: str | None = None
    """Journal number of a receipt kept in another archive."""
    methods: tuple[str, ...] = ()
    """For an enquiry plan: the methods planned; for a step: the method used. In the school's own words: the plan has no list of them."""
    child_experience: str | None = None
    surroundings: str | None = None
    """forhold i omgivelsene"""
    form_and_participants: str | None = None
    """form og deltakere på samtalen er tenkt igjennom"""
    no_input: bool | None = None
    """elev og foreldre har fått uttale seg og hadde ingen innspill"""
    analysis_tool: str | None = None
    decision: str | None = None
    """For a decision (tilbakemelding til klassa): what was decided, «ingen» included."""
    found: StaffFound | None = None
    """For a finding about staff: what was found; ``None`` = the source has no such field."""
    preparation: Preparation | None = None
    best_interest: BestInterest | None = None
    feels_safe: bool | None = None
    """For a conversation with a pupil: whether the pupil says that it is safe and good now."""
    cared_for: tuple[Role, ...] = ()
    """ivaretatt: pupil, guardian, and the employee as staff/teacher/leader/rector"""
    deviates_because: str | None = None
    """Reason for not following the plan of the enquiry."""

    @property
    def doer(self) -> Actor | None:
        """Who did it: the actor where one is named, else the author."""
        return self.actor or self.author

    def words(self) -> Iterator[tuple[str, str]]:
        """Every text that somebody wrote in the entry, by the name of its field; ``text`` first. Memory only."""
        for name in WRITTEN_FIELDS:
            written = getattr(self, name)
            for text in (written,) if isinstance(written, str) else written or ():
                yield name, text
        for name in type(self.best_interest).model_fields if self.best_interest is not None else ():
            part = getattr(self.best_interest, name)
            if isinstance(part, str):
                yield f"best_interest.{name}", part


WRITTEN_FIELDS = (
    "text",
    "methods",
    "child_experience",
    "surroundings",
    "form_and_participants",
    "analysis_tool",
    "decision",
    "deviates_because",
    "reference",
)
"""The fields of :class:`LogEntry` that hold words somebody wrote; its assessment of the child's best has more."""
