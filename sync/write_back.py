"""Writing what differs: only differences, one wish per case or school year, and nothing over a person's later edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

from ..adapters.ports import AnnualCycle, CaseProblem, FlagSink
from ..domain.errors import Fatal, Skippable, SourceError
from ..domain.flag import ComplianceRecord
from ..domain.problem import ProblemKind
from ..judging.problems import kept_apart, problem_of
from ..store import MUNICIPALITY, Intention, JudgedCase, JudgedCycle, cycle_subject
from .context import Night, NightProgress
from .errands import Errand, Wide, asked, kept, together
from .judge_school import judge_case, note_problem
from .sender import CasePlace, CyclePlace, Sender, SendResult, intention_for, new_key, status_fingerprint
from .summary import RecordChange, SchoolSummary


@dataclass(frozen=True, slots=True)
class Wish:
    """A record that is to stand on its case: what is sent, and what that changes."""

    item: Intention
    change: RecordChange


class WriteBack:
    """Takes to the outside systems what the night has found, as errands. It knows only whether they still answer, and what is
    on its way."""

    def __init__(self, night: Night, sink: FlagSink | None, cycle: AnnualCycle | None) -> None:
        self._night = night
        self._store = night.store
        self._sink = sink
        self._cycle = cycle
        self._senders = {place: Sender(night) for place in ("case", "cycle")}
        self._reading = Wide(max(2 * night.options.writers, 1))
        self._broken: dict[str, ProblemKind] = {}
        """Target → kind of the fault that ended the writing there for this night."""
        self._on_their_way: set[str] = set()
        """Cases of which a record is being sent: another waits until that has been read back."""
        self.ahead = _Ahead(self._on_their_way, night.options.writers)

    def _may_send(self, place: str) -> bool:
        if self._senders[place].system_is_down:
            self._broken.setdefault(place, ProblemKind.NO_ANSWER)
        return not self._night.stop() and place not in self._broken

    def _broke(self, place: str, told: _Told, error: Fatal) -> None:
        self._broken[place] = error.kind
        self._night.log.error("writing broke off", place=place, kind=error.kind)
        told.plus(waiting=1, refusals=(problem_of(error),))

    # --- cases ---------------------------------------------------------------------------------------------------

    def cases(self, summary: SchoolSummary, *, again: bool = False) -> Errand[SchoolSummary]:
        """Writes the school's records that differ from what stands. ``again``: what was given up tonight stays so."""
        school = str(summary.school)
        if not self._night.writing or self._sink is None:
            return replace(summary, held=0, would_write=self._store.number_unwritten(school))
        told, place = _Told(summary), CasePlace(self._sink)
        if summary.full and not again:
            yield from self._read_back(told, place)
        told.summary = replace(told.summary, changed_by_others=self._store.changed_by_others(school))
        given_up = {subject for subject, _ in summary.set_aside} if again else set()
        stands = self._store.written_fingerprints(school)
        differing = [wish for wish in self._differing(school, stands) if wish.item.subject not in given_up]
        whole = told.summary.read_whole
        wishes = [wish for wish in differing if whole or not wish.change.cleared]
        told.summary = replace(told.summary, held=len(differing) - len(wishes), would_write=0)
        wishes = [wish for wish in wishes if wish.item.subject not in self._on_their_way]
        if not wishes:
            return told.in_order()
        self._on_their_way.update(wish.item.subject for wish in wishes)
        yield from kept(partial(self._store.intend, [wish.item for wish in wishes]))
        waiting = {item.subject: item for item in self._store.intentions(school) if not item.of_cycle}
        progress = count(1)

        def one(wish: Wish) -> Errand[None]:
            item = waiting[wish.item.subject]
            if not self._may_send("case"):
                told.plus(waiting=1)
            elif not item.uncertain and stands.get(item.subject) == item.fingerprint:
                # An older wish was never sent, and what stands is right again.
                yield from kept(partial(self._store.drop_intention, item))
            else:
                yield from self._send(told, place, replace(wish, item=item), look_first=item.subject not in stands)
                self._night.tell(NightProgress("write", school, next(progress), len(wishes)))
            self._on_their_way.discard(item.subject)

        yield from together(map(one, wishes), self._senders["case"])
        return told.in_order()

    def _read_back(self, told: _Told, place: CasePlace) -> Errand[None]:
        """Reads every standing record: what is lost, or is an older one of ours, is to be written again; anything else is a
        person's, and stays."""
        school = str(told.summary.school)
        on_their_way = {item.subject for item in self._store.intentions(school) if not item.of_cycle}
        over = False

        def one(case: str, fingerprint: str) -> Errand[None]:
            nonlocal over
            if over:
                return
            if not self._may_send("case"):
                over = True
                told.plus(waiting=1)
                return
            try:
                found = yield from asked(partial(place.standing, case))
            except Skippable:
                return  # the case itself is told where it is read
            except SourceError as error:
                if isinstance(error, Fatal):
                    self._broke("case", told, error)
                else:
                    told.plus(refusals=(problem_of(error, case),))
                over = True
                return
            if found == fingerprint:
                if case in changed:
                    yield from kept(partial(self._store.note_changed, case, None))
            elif self._is_lost(case, found, of_cycle=False):
                yield from kept(partial(self._store.note_lost, case))
                told.plus(mended=(case,))
                self._night.log.warning("record was lost", school=school, case=case)
            else:
                yield from kept(partial(self._store.note_changed, case, found))

        standing = sorted(self._store.written_fingerprints(school).items())
        changed = set(self._store.changed_by_others(school))
        yield from together((one(*its) for its in standing if its[0] not in on_their_way), self._reading)

    def _is_lost(self, subject: str, found: str | None, *, of_cycle: bool) -> bool:
        return found is None or found in self._store.sent_before(subject, of_cycle=of_cycle)

    def _differing(self, school: str, stands: Collection[str]) -> Iterator[Wish]:
        for record, etag in self._store.unwritten(school):
            yield self._wish(record, etag, stands)

    def _wish(self, record: ComplianceRecord, etag: str | None, stands: Collection[str]) -> Wish:
        before = self._store.written(record.case) if record.case in stands else None
        return Wish(intention_for(record, etag), difference(record, before))

    def _send(self, told: _Told, place: CasePlace, wish: Wish, *, look_first: bool) -> Errand[None]:
        for _ in range(self._night.options.tries):
            item = wish.item
            try:
                result = yield from self._senders["case"].send(item, place, look_first=look_first)
            except Fatal as error:
                self._broke("case", told, error)
                return
            if result is not SendResult.CONFLICT:
                self._tell(told, wish, result)
                return
            told.plus(conflicts=1)
            judged = yield from self._judge_again(item)
            if not isinstance(judged, JudgedCase):
                told.plus(problems=judged.problems)
                yield from self._give_up(told, item, judged.why)
                return
            told.summary = told.summary.with_judged(judged.assessment)
            record = ComplianceRecord.of(judged.assessment, school=judged.school)
            stands = () if look_first else (record.case,)
            wish = self._wish(self._store.withheld().left_of(record), judged.etag, stands)
            if wish.change.cleared and not told.summary.read_whole:
                told.plus(held=1)
                return
            yield from kept(partial(self._store.intend, [wish.item]))
            wish = replace(wish, item=self._store.intention(wish.item))
        yield from self._give_up(told, wish.item, ProblemKind.KEPT_CHANGING)

    def _judge_again(self, item: Intention) -> Errand[JudgedCase | _NotJudged]:
        """The case was changed since it was read: pulls it and judges it."""
        try:
            case = yield from asked(partial(self._night.source.case, item.subject))
        except SourceError as error:
            problems = (problem_of(error, item.subject),) if isinstance(error, Skippable) else ()
            failed = _NotJudged(error.kind, problems)
        else:
            judged = judge_case(self._night, case)
            if isinstance(judged, JudgedCase):
                yield from kept(partial(self._store.put_judged, [judged]))
                return judged
            failed = _NotJudged(judged.kind, (judged,))
        for problem in failed.problems:
            note_problem(self._night, item.school, problem)
        return failed

    def _tell(self, told: _Told, wish: Wish, result: SendResult) -> None:
        if result is SendResult.SET_ASIDE:
            self._name(told, wish.item)
        elif result is SendResult.STOOD:
            told.plus(stood=1)
        elif result is SendResult.WAITING:
            told.plus(waiting=1)
        else:
            told.summary = told.summary.with_change(wish.change)
            told.plus(changes=(wish.change,) if self._night.options.dry_run else ())

    def _give_up(self, told: _Told, item: Intention, why: ProblemKind) -> Errand[None]:
        yield from kept(partial(self._store.set_aside, item, why))
        self._name(told, item)

    def _name(self, told: _Told, item: Intention) -> None:
        why = self._store.intention(item).set_aside or ProblemKind.SOURCE_FAULT
        self._night.log.warning("write set aside", subject=item.subject, kind=why)
        told.plus(set_aside=((item.subject, why),))

    # --- the annual cycle ----------------------------------------------------------------------------------------

    def school_years(self, summary: SchoolSummary, years: Collection[str]) -> Errand[SchoolSummary]:
        """Judges the annual cycle of a school (``school`` None = the municipality), and writes its status where it differs."""
        if self._cycle is None:
            return summary
        told, place = _Told(summary), CyclePlace(self._cycle)
        wishes = yield from together((self._year(told, self._cycle, year) for year in years), self._reading)
        to_send = ((wish, first) for wish, first in filter(None, wishes))
        yield from together((self._send_year(told, place, *its) for its in to_send), self._senders["cycle"])
        return told.in_order()

    def _year(self, told: _Told, cycle: AnnualCycle, year: str) -> Errand[tuple[Intention, bool] | None]:
        """The wish for one school year, and whether nothing of ours is known to stand there; ``None``: nothing is to be sent."""
        night, school = self._night, told.summary.school
        if night.stop():
            return None
        try:
            facts = yield from asked(partial(cycle.facts, school, year))
        except SourceError as error:
            told.plus(problems=(problem_of(error),))
            return None
        judged = kept_apart(lambda: night.judging.cycle(facts, night.as_of))
        if isinstance(judged, CaseProblem):
            told.plus(problems=(judged,))
            return None
        assessment, status = judged
        told.plus(crashed=Counter(assessment.crashed))
        fingerprint = status_fingerprint(status)
        state = yield from kept(partial(self._store.put_cycle, JudgedCycle(status, assessment, fingerprint)))
        before = state.written_fingerprint
        subject, owner = cycle_subject(school, year), school or MUNICIPALITY
        waiting = any(i.of_cycle and i.subject == subject for i in self._store.intentions(owner))
        if not facts.found:
            told.plus(cycles_unknown=1)
            return None
        if before and told.summary.full and night.writing and not waiting:
            before = yield from self._year_read_back(told, CyclePlace(cycle), subject, before)
            if before is None:
                return None
        elif state.changed_to is not None and night.writing:
            told.plus(changed_by_others=(subject,))
            return None
        if before == fingerprint and not waiting:
            told.plus(cycles_unchanged=1)
            return None
        if not night.writing:
            told.plus(would_write=1)
            return None
        body = status.model_dump(mode="json")
        wish = Intention(subject, of_cycle=True, school=owner, key=new_key(), fingerprint=fingerprint, body=body)
        yield from kept(partial(self._store.intend, [wish]))
        return self._store.intention(wish), before is None

    def _year_read_back(self, told: _Told, place: CyclePlace, subject: str, before: str) -> Errand[str | None]:
        """What of ours stands there, as far as is known now; ``None``: what stands is to be left alone, and that is told."""
        try:
            found = yield from asked(partial(place.standing, subject))
        except SourceError as error:
            told.plus(refusals=(problem_of(error),))
            return None
        if found == before:
            yield from kept(partial(self._store.note_year_changed, subject, None))
            return before
        if self._is_lost(subject, found, of_cycle=True):
            yield from kept(partial(self._store.note_year_lost, subject))
            told.plus(mended=(subject,))
            return ""
        yield from kept(partial(self._store.note_year_changed, subject, found))
        told.plus(changed_by_others=(subject,))
        return None

    def _send_year(self, told: _Told, place: CyclePlace, item: Intention, look_first: bool) -> Errand[None]:
        if not self._may_send("cycle"):
            told.plus(waiting=1)
            return
        try:
            result = yield from self._senders["cycle"].send(item, place, look_first=look_first)
        except Fatal as error:
            self._broke("cycle", told, error)
            return
        if result is SendResult.CONFLICT:
            yield from self._give_up(told, item, ProblemKind.CONFLICT)
        elif result is SendResult.SET_ASIDE:
            self._name(told, item)
        elif result is SendResult.WAITING:
            told.plus(waiting=1)
        else:
            told.plus(**{"stood" if result is SendResult.STOOD else "cycles_written": 1})


class _Told:
    """What is told of a school, while errands side by side add to it."""

    def __init__(self, summary: SchoolSummary) -> None:
        self._before = summary
        self.summary = summary

    def plus(self, **more: Any) -> None:
        """Adds ``more`` to it."""
        self.summary = self.summary.plus(**more)

    def in_order(self) -> SchoolSummary:
        """It, with what has been added in an order that does not hang on which answer came first."""
        sorted_lists: dict[str, Any] = {name: self._sorted(name) for name in _ORDER}
        return replace(self.summary, **sorted_lists)

    def _sorted(self, name: str) -> tuple[Any, ...]:
        its, first = getattr(self.summary, name), len(getattr(self._before, name))
        return (*its[:first], *sorted(its[first:], key=_ORDER[name]))


_ORDER: dict[str, Callable[[Any], Any]] = {
    "changes": lambda change: change.case,
    "mended": str,
    "set_aside": lambda item: item[0],
    "problems": lambda problem: problem.case or "",
    "refusals": lambda problem: problem.case or "",
}


class _Ahead:
    """The lane of the schools: so many are written at once that no writer waits, and no more wait in memory."""

    def __init__(self, waiting: Collection[str], writers: int) -> None:
        self.active = 0
        self._waiting = waiting
        self._enough = 4 * writers

    @property
    def width(self) -> int:
        """One more, as long as too little waits."""
        return self.active + 1 if len(self._waiting) < self._enough else self.active


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
