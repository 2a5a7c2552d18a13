"""Writing what differs: only differences, one wish per case or school year, and nothing over a person's later edit."""

from __future__ import annotations

from ..adapters.ports import AnnualCycle, FlagSink
from ..domain.errors import Fatal, Skippable, SourceError
from ..domain.flag import ComplianceRecord
from ..judging.problems import JUDGEMENT_FAILED, our_fault, problem_of
from ..store import MUNICIPALITY, Intention, JudgedCase, JudgedCycle, cycle_subject
from .context import Night, Progress, SchoolNight
from .judge_school import Looking
from .sender import CasePlace, CyclePlace, Outcome, Sender, intention_for, new_key, status_fingerprint
from .summary import RecordChange, SchoolSummary

KEPT_CHANGING = "KeptChanging"
"""Each time the case had been pulled and judged again, somebody had changed it once more."""
NO_ANSWER = "NoAnswer"


class Writing:
    """Takes to the outside systems what the night has found, in the main thread."""

    def __init__(self, night: Night, looking: Looking, sink: FlagSink | None, cycle: AnnualCycle | None) -> None:
        self._night = night
        self._store = night.store
        self._looking = looking
        self._sink = sink
        self._cycle = cycle
        self._senders = {place: self._sender() for place in ("case", "cycle")}
        self._broken: dict[str, str] = {}
        """Place → kind of the fault that ended the writing there for this night."""

    def _sender(self) -> Sender:
        night = self._night
        return Sender(
            night.store,
            tries=night.options.tries,
            clock=night.clock,
            run_log=night.run_log,
            run=night.summary.run,
            plan=night.summary.plan,
        )

    def _may_send(self, place: str) -> bool:
        if self._senders[place].system_is_down:
            self._broken.setdefault(place, NO_ANSWER)
        return not self._night.stop() and place not in self._broken

    def _broke(self, place: str, summary: SchoolSummary, error: Fatal) -> None:
        self._broken[place] = type(error).__name__
        summary.waiting += 1
        summary.refusals.append(problem_of(error))
        self._night.log.error("writing broke off", place=place, kind=type(error).__name__)

    # --- cases ---------------------------------------------------------------------------------------------------

    def cases(self, school: SchoolNight, *, again: bool = False) -> None:
        """Writes the school's records that differ from what stands. ``again``: what was given up tonight stays so."""
        wanted = self._wanted(school, again=again)
        if not wanted:
            return
        self._store.intend([intention_for(record, etag) for record, etag, _ in wanted], self._night.clock())
        waiting = {item.subject: item for item in self._store.intentions(school.school) if not item.of_cycle}
        stands = self._store.written_fingerprints(school.school)
        for number, (record, _, change) in enumerate(wanted, 1):
            item = waiting[record.case]
            if self._sink is None or not self._may_send("case"):
                school.summary.waiting += 1
            elif not item.uncertain and stands.get(item.subject) == item.fingerprint:
                self._store.drop_intention(item)  # an older wish was never sent, and what stands is right again
            else:
                self._send(school, CasePlace(self._sink), item, change)
                self._night.tell(Progress("write", school.school, number, len(wanted)))

    def _wanted(self, school: SchoolNight, *, again: bool) -> list[tuple[ComplianceRecord, str | None, RecordChange]]:
        summary = school.summary
        given_up = {subject for subject, _ in summary.set_aside} if again else set()
        summary.held = summary.would_write = 0
        if not self._night.writing or self._sink is None:
            summary.would_write = self._store.number_unwritten(school.school)
            return []
        wanted = []
        for record, etag in self._store.unwritten(school.school):
            change = difference(record, self._store.written(record.case))
            if record.case in given_up:
                continue
            if change.cleared and not summary.read_whole:
                summary.held += 1
            else:
                wanted.append((record, etag, change))
        return wanted

    def _send(self, school: SchoolNight, place: CasePlace, item: Intention, change: RecordChange) -> None:
        for _ in range(self._night.options.tries):
            try:
                outcome = self._senders["case"].send(item, place, look_first=self._store.written(item.subject) is None)
            except Fatal as error:
                self._broke("case", school.summary, error)
                return
            if outcome is not Outcome.CONFLICT:
                self._count(school.summary, item, outcome, change)
                return
            school.summary.conflicts += 1
            judged = self._judge_again(school, item)
            if judged is None:
                return
            record = ComplianceRecord.of(judged.assessment, school=judged.school)
            change = difference(record, self._store.written(record.case))
            if change.cleared and not school.summary.read_whole:
                school.summary.held += 1
                return
            self._store.intend([intention_for(record, judged.etag)], self._night.clock())
            item = self._stored(item)
        self._give_up(school.summary, item, KEPT_CHANGING)

    def _judge_again(self, school: SchoolNight, item: Intention) -> JudgedCase | None:
        """The case was changed since it was read: pulls it and judges it. ``None`` where that failed, which is told."""
        try:
            case = self._night.source.case(item.subject)
        except SourceError as error:
            if isinstance(error, Skippable):
                self._looking.problem(school, problem_of(error, item.subject))
            self._give_up(school.summary, item, type(error).__name__)
            return None
        judged = self._looking.judge(school, case)
        if judged is None:
            self._give_up(school.summary, item, JUDGEMENT_FAILED)
            return None
        self._store.put_judged([judged])
        return judged

    def _count(self, summary: SchoolSummary, item: Intention, outcome: Outcome, change: RecordChange) -> None:
        if outcome is Outcome.SET_ASIDE:
            self._named(summary, item)
            return
        if outcome is Outcome.STOOD:
            summary.stood += 1
            return
        summary.written += 1
        summary.count(change)
        if self._night.options.dry_run:
            summary.changes.append(change)

    def _give_up(self, summary: SchoolSummary, item: Intention, why: str) -> None:
        self._store.set_aside(item, why, self._night.clock())
        self._named(summary, item)

    def _named(self, summary: SchoolSummary, item: Intention) -> None:
        why = self._stored(item).set_aside or ""
        summary.set_aside.append((item.subject, why))
        self._night.log.warning("write set aside", subject=item.subject, kind=why)

    def _stored(self, item: Intention) -> Intention:
        same = (i for i in self._store.intentions() if (i.subject, i.of_cycle) == (item.subject, item.of_cycle))
        return next(same)

    # --- the annual cycle ----------------------------------------------------------------------------------------

    def school_year(self, summary: SchoolSummary, school: str | None, year: str) -> None:
        """Judges the annual cycle of a school (``None`` = the municipality), and writes its status where it differs."""
        night = self._night
        if self._cycle is None:
            return
        try:
            facts = self._cycle.facts(school, year)
            assessment, status = night.judging.cycle(facts, night.as_of)
        except SourceError as error:
            summary.problems.append(problem_of(error))
            return
        except Exception as error:  # noqa: BLE001 - one school year may never stop a night
            night.log.error("annual cycle could not be judged", school=school, year=year, kind=type(error).__name__)
            summary.problems.append(our_fault(None))
            return
        summary.crashed.update(assessment.crashed)
        fingerprint = status_fingerprint(status)
        before = self._store.put_cycle(JudgedCycle(status, assessment, fingerprint)).written_fingerprint
        subject, owner = cycle_subject(school, year), school or MUNICIPALITY
        waiting = any(i.of_cycle and i.subject == subject for i in self._store.intentions(owner))
        if not facts.found:
            summary.cycles_unknown += 1
        elif before == fingerprint and not waiting:
            summary.cycles_unchanged += 1
        elif not night.writing:
            summary.would_write += 1
        else:
            body = status.model_dump(mode="json")
            wish = Intention(subject, of_cycle=True, school=owner, key=new_key(), fingerprint=fingerprint, body=body)
            self._store.intend([wish], night.clock())
            self._send_year(summary, CyclePlace(self._cycle), self._stored(wish), look_first=before is None)

    def _send_year(self, summary: SchoolSummary, place: CyclePlace, item: Intention, *, look_first: bool) -> None:
        if not self._may_send("cycle"):
            summary.waiting += 1
            return
        try:
            outcome = self._senders["cycle"].send(item, place, look_first=look_first)
        except Fatal as error:
            self._broke("cycle", summary, error)
            return
        if outcome is Outcome.CONFLICT:
            self._give_up(summary, item, "Conflict")
        elif outcome is Outcome.SET_ASIDE:
            self._named(summary, item)
        elif outcome is Outcome.STOOD:
            summary.stood += 1
        else:
            summary.cycles_written += 1


def difference(record: ComplianceRecord, before: ComplianceRecord | None) -> RecordChange:
    """How ``record`` differs from what stood ``before`` (``None`` = nothing), in numbers of flags."""
    old = {(flag.rule, flag.scope): flag for flag in before.flags} if before is not None else {}
    new = {(flag.rule, flag.scope): flag for flag in record.flags}
    return RecordChange(
        record.case,
        added=len(new.keys() - old.keys()),
        changed=sum(old[key] != flag for key, flag in new.items() if key in old),
        cleared=len(old.keys() - new.keys()),
    )
