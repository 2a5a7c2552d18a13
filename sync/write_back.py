"""Writing what differs: only differences, one wish per case or school year, and nothing over a person's later edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..adapters.ports import AnnualCycle, CaseProblem, FlagSink
from ..domain.errors import Fatal, Skippable, SourceError
from ..domain.flag import ComplianceRecord
from ..domain.problem import ProblemKind
from ..judging.problems import kept_apart, problem_of
from ..store import MUNICIPALITY, Intention, JudgedCase, JudgedCycle, cycle_subject
from .context import Night, NightProgress
from .judge_school import judge_case, note_problem
from .sender import CasePlace, CyclePlace, Sender, SendResult, intention_for, new_key, status_fingerprint
from .summary import RecordChange, SchoolSummary


@dataclass(frozen=True, slots=True)
class Wish:
    """A record that is to stand on its case: what is sent, and what that changes."""

    item: Intention
    change: RecordChange


class WriteBack:
    """Takes to the outside systems what the night has found, in the main thread. It knows only whether they still answer."""

    def __init__(self, night: Night, sink: FlagSink | None, cycle: AnnualCycle | None) -> None:
        self._night = night
        self._store = night.store
        self._sink = sink
        self._cycle = cycle
        self._senders = {place: Sender(night) for place in ("case", "cycle")}
        self._broken: dict[str, ProblemKind] = {}
        """Target → kind of the fault that ended the writing there for this night."""

    def _may_send(self, place: str) -> bool:
        if self._senders[place].system_is_down:
            self._broken.setdefault(place, ProblemKind.NO_ANSWER)
        return not self._night.stop() and place not in self._broken

    def _broke(self, place: str, summary: SchoolSummary, error: Fatal) -> SchoolSummary:
        self._broken[place] = error.kind
        self._night.log.error("writing broke off", place=place, kind=error.kind)
        return summary.plus(waiting=1, refusals=(problem_of(error),))

    # --- cases ---------------------------------------------------------------------------------------------------

    def cases(
        self, summary: SchoolSummary, *, again: bool = False, only: frozenset[str] | None = None
    ) -> SchoolSummary:
        """Writes the school's records that differ from what stands; ``only`` those of some cases. ``again``: what was given
        up tonight stays so."""
        school = str(summary.school)
        if not self._night.writing or self._sink is None:
            return replace(summary, held=0, would_write=self._store.number_unwritten(school))
        if summary.full and not again:
            summary = self._read_back(summary, CasePlace(self._sink))
        summary = replace(summary, changed_by_others=self._store.changed_by_others(school))
        given_up = {subject for subject, _ in summary.set_aside} if again else set()
        differing = [wish for wish in self._differing(school) if wish.item.subject not in given_up]
        if only is not None:
            differing = [wish for wish in differing if wish.item.subject in only]
        wishes = [wish for wish in differing if summary.read_whole or not wish.change.cleared]
        summary = replace(summary, held=len(differing) - len(wishes), would_write=0)
        self._store.intend([wish.item for wish in wishes])
        waiting = {item.subject: item for item in self._store.intentions(school) if not item.of_cycle}
        stands = self._store.written_fingerprints(school)
        for number, wish in enumerate(wishes, 1):
            item = waiting[wish.item.subject]
            if not self._may_send("case"):
                summary = summary.plus(waiting=1)
            elif not item.uncertain and stands.get(item.subject) == item.fingerprint:
                self._store.drop_intention(item)  # an older wish was never sent, and what stands is right again
            else:
                summary = self._send(summary, CasePlace(self._sink), replace(wish, item=item))
                self._night.tell(NightProgress("write", school, number, len(wishes)))
        return summary

    def _read_back(self, summary: SchoolSummary, place: CasePlace) -> SchoolSummary:
        """Reads every standing record: what is lost, or is an older one of ours, is to be written again; anything else is a
        person's, and stays."""
        school = str(summary.school)
        on_their_way = {item.subject for item in self._store.intentions(school) if not item.of_cycle}
        for case, fingerprint in sorted(self._store.written_fingerprints(school).items()):
            if case in on_their_way:
                continue
            if not self._may_send("case"):
                return summary.plus(waiting=1)
            try:
                found = place.standing(case)
            except Skippable:
                continue  # the case itself is told where it is read
            except Fatal as error:
                return self._broke("case", summary, error)
            except SourceError as error:
                return summary.plus(refusals=(problem_of(error, case),))
            if found == fingerprint:
                self._store.note_changed(case, None)
            elif self._is_lost(case, found, of_cycle=False):
                self._store.note_lost(case)
                summary = summary.plus(mended=(case,))
                self._night.log.warning("record was lost", school=school, case=case)
            else:
                self._store.note_changed(case, found)
        return summary

    def _is_lost(self, subject: str, found: str | None, *, of_cycle: bool) -> bool:
        return found is None or found in self._store.sent_before(subject, of_cycle=of_cycle)

    def _differing(self, school: str) -> Iterator[Wish]:
        for record, etag in self._store.unwritten(school):
            yield self._wish(record, etag)

    def _wish(self, record: ComplianceRecord, etag: str | None) -> Wish:
        return Wish(intention_for(record, etag), difference(record, self._store.written(record.case)))

    def _send(self, summary: SchoolSummary, place: CasePlace, wish: Wish) -> SchoolSummary:
        for _ in range(self._night.options.tries):
            item = wish.item
            try:
                result = self._senders["case"].send(item, place, look_first=self._store.written(item.subject) is None)
            except Fatal as error:
                return self._broke("case", summary, error)
            if result is not SendResult.CONFLICT:
                return self._told(summary, wish, result)
            summary = summary.plus(conflicts=1)
            judged = self._judge_again(item)
            if not isinstance(judged, JudgedCase):
                return self._give_up(summary.plus(problems=judged.problems), item, judged.why)
            summary = summary.with_judged(judged.assessment)
            record = ComplianceRecord.of(judged.assessment, school=judged.school)
            wish = self._wish(self._store.withheld().left_of(record), judged.etag)
            if wish.change.cleared and not summary.read_whole:
                return summary.plus(held=1)
            self._store.intend([wish.item])
            wish = replace(wish, item=self._stored(wish.item))
        return self._give_up(summary, wish.item, ProblemKind.KEPT_CHANGING)

    def _judge_again(self, item: Intention) -> JudgedCase | _NotJudged:
        """The case was changed since it was read: pulls it and judges it."""
        try:
            judged = judge_case(self._night, self._night.source.case(item.subject))
        except SourceError as error:
            problems = (problem_of(error, item.subject),) if isinstance(error, Skippable) else ()
            failed = _NotJudged(error.kind, problems)
        else:
            if isinstance(judged, JudgedCase):
                self._store.put_judged([judged])
                return judged
            failed = _NotJudged(judged.kind, (judged,))
        for problem in failed.problems:
            note_problem(self._night, item.school, problem)
        return failed

    def _told(self, summary: SchoolSummary, wish: Wish, result: SendResult) -> SchoolSummary:
        if result is SendResult.SET_ASIDE:
            return self._named(summary, wish.item)
        if result is SendResult.STOOD:
            return summary.plus(stood=1)
        told = (wish.change,) if self._night.options.dry_run else ()
        return summary.with_change(wish.change).plus(changes=told)

    def _give_up(self, summary: SchoolSummary, item: Intention, why: ProblemKind) -> SchoolSummary:
        self._store.set_aside(item, why)
        return self._named(summary, item)

    def _named(self, summary: SchoolSummary, item: Intention) -> SchoolSummary:
        why = self._stored(item).set_aside or ProblemKind.SOURCE_FAULT
        self._night.log.warning("write set aside", subject=item.subject, kind=why)
        return summary.plus(set_aside=((item.subject, why),))

    def _stored(self, item: Intention) -> Intention:
        same = (i for i in self._store.intentions() if (i.subject, i.of_cycle) == (item.subject, item.of_cycle))
        return next(same)

    # --- the annual cycle ----------------------------------------------------------------------------------------

    def school_year(self, summary: SchoolSummary, year: str) -> SchoolSummary:
        """Judges the annual cycle of a school (``school`` None = the municipality), and writes its status where it differs."""
        night, school = self._night, summary.school
        if self._cycle is None:
            return summary
        try:
            facts = self._cycle.facts(school, year)
        except SourceError as error:
            return summary.plus(problems=(problem_of(error),))
        judged = kept_apart(lambda: night.judging.cycle(facts, night.as_of))
        if isinstance(judged, CaseProblem):
            return summary.plus(problems=(judged,))
        assessment, status = judged
        summary = summary.plus(crashed=Counter(assessment.crashed))
        fingerprint = status_fingerprint(status)
        state = self._store.put_cycle(JudgedCycle(status, assessment, fingerprint))
        before = state.written_fingerprint
        subject, owner = cycle_subject(school, year), school or MUNICIPALITY
        waiting = any(i.of_cycle and i.subject == subject for i in self._store.intentions(owner))
        if not facts.found:
            return summary.plus(cycles_unknown=1)
        if before and summary.full and night.writing and not waiting:
            try:
                found = CyclePlace(self._cycle).standing(subject)
            except SourceError as error:
                return summary.plus(refusals=(problem_of(error),))
            if found == before:
                self._store.note_year_changed(subject, None)
            elif self._is_lost(subject, found, of_cycle=True):
                self._store.note_year_lost(subject)
                summary, before = summary.plus(mended=(subject,)), ""
            else:
                self._store.note_year_changed(subject, found)
                return summary.plus(changed_by_others=(subject,))
        elif state.changed_to is not None and night.writing:
            return summary.plus(changed_by_others=(subject,))
        if before == fingerprint and not waiting:
            return summary.plus(cycles_unchanged=1)
        if not night.writing:
            return summary.plus(would_write=1)
        body = status.model_dump(mode="json")
        wish = Intention(subject, of_cycle=True, school=owner, key=new_key(), fingerprint=fingerprint, body=body)
        self._store.intend([wish])
        return self._send_year(summary, CyclePlace(self._cycle), self._stored(wish), look_first=before is None)

    def _send_year(
        self, summary: SchoolSummary, place: CyclePlace, item: Intention, *, look_first: bool
    ) -> SchoolSummary:
        if not self._may_send("cycle"):
            return summary.plus(waiting=1)
        try:
            result = self._senders["cycle"].send(item, place, look_first=look_first)
        except Fatal as error:
            return self._broke("cycle", summary, error)
        if result is SendResult.CONFLICT:
            return self._give_up(summary, item, ProblemKind.CONFLICT)
        if result is SendResult.SET_ASIDE:
            return self._named(summary, item)
        return summary.plus(stood=1) if result is SendResult.STOOD else summary.plus(cycles_written=1)


@dataclass(frozen=True, slots=True)
class _NotJudged:
    """Why a case that was pulled again could not be judged."""

    why: ProblemKind
    problems: tuple[CaseProblem, ...]


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
