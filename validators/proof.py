"""What shows that a duty was done. Every rule asks here, so that an entry that is weak is weak for all of them.

A rule says with a :class:`Proof` what the plan asks for: which kinds of entry, done by whom, with whom, saying what.
:func:`find` sorts the log by it: *sure*; *doubtful*, with the question that a person must answer; *ruled out*, with the reason.
:meth:`Shown.settle` then answers for the rule: where nothing sure is there, a doubtful entry makes a missing one a question.

People rule an entry out or put it in doubt; they never add to it: a list of participants that nobody kept says nothing.
When it was done, and whether it was written ahead of its time, is weighed where days are counted (``judge.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import overload

from ..domain.log import Channel, Hearing, LogEntry, LogKind
from ..domain.moment import Moment
from ..domain.people import Actor, Role
from ..domain.value import value
from ..domain.verdict import Outcome, Reason, Remark, RemarkCode, Verdict
from .judge import Judge
from .known import KnownCase

WEAK = Remark(code=RemarkCode.WEAKLY_SHOWN)
DECLINED = Remark(code=RemarkCode.DECLINED)
IN_WRITING = frozenset({Channel.MESSAGE, Channel.EMAIL, Channel.LETTER, Channel.FORM})
"""Ways by which nobody meets anybody."""


@value(frozen=True, slots=True)
class Whom:
    """Who may have done something, or must have been there: any of ``roles``; no roles = the plan leaves it open."""

    roles: frozenset[Role]
    words: str
    """The plan's own words that say so."""

    def fits(self, actor: Actor | None) -> bool | None:
        """Whether ``actor`` is one of them, in person or as a delegate; ``None`` where nobody says who it was."""
        if not self.roles:
            return True
        if actor is None or actor.role is Role.UNKNOWN:
            return None
        return actor.role in self.roles or actor.acts_for in self.roles


def by(*roles: Role, words: str) -> Whom:
    """One of ``roles``, since the plan says ``words``."""
    return Whom(frozenset(roles), words)


def anyone(words: str) -> Whom:
    """Whoever it is: the plan names nobody in ``words``."""
    return Whom(frozenset(), words)


SCHOOL = (Role.RECTOR, Role.LEADER, Role.CONTACT_TEACHER, Role.TEACHER, Role.STAFF)
"""«alle som arbeider ved skolen»."""


@value(frozen=True, slots=True)
class Proof:
    """What the plan asks for, and what therefore shows that it was done."""

    kinds: tuple[LogKind, ...]
    by: Whom
    """Who did it: the actor, else the author. A system does nothing of what the plan asks of people."""
    present: Whom | None = None
    """Of whom one at least must have been there; ``None`` = people need not meet. A pupil here is the pupil asked about."""
    may_be_declined: bool = False
    """Whether an offer that the pupil herself declined shows it too: to be heard is her right, and no duty (HB-02)."""
    by_the_accused: bool = False
    """Whether the one it is said to be about may have done it: nobody examines herself, or hears the child she may have hurt."""
    without_the_accused: bool = False
    """Whether it is in doubt where the one it is said to be about sat there too: a child can't speak freely then."""
    in_writing: bool = False
    """Whether it may be done in writing: a message is enough to tell, and no meeting."""
    says: tuple[str, ...] = ()
    """Fields of the entry of which one must hold an answer."""


@value(frozen=True, slots=True)
class Weighed:
    """An entry that does not show it alone: with the key of the question that decides, or of what rules it out."""

    item: LogEntry
    why: str


@value(frozen=True, slots=True)
class Shown:
    """What the log holds of what was asked for, by time."""

    sure: tuple[LogEntry, ...] = ()
    doubtful: tuple[Weighed, ...] = ()
    ruled_out: tuple[Weighed, ...] = ()

    def where(self, belongs: Callable[[LogEntry], bool]) -> Shown:
        """The part that ``belongs``: to a stretch, a notice, a time."""
        return Shown(
            tuple([e for e in self.sure if belongs(e)]),
            tuple([w for w in self.doubtful if belongs(w.item)]),
            tuple([w for w in self.ruled_out if belongs(w.item)]),
        )

    @overload
    def settle(self, outcome: Outcome) -> Outcome: ...

    @overload
    def settle(self, outcome: Outcome | None) -> Outcome | None: ...

    def settle(self, outcome: Outcome | None) -> Outcome | None:
        """``outcome``, reached by what is sure; where that is not enough, a question by what is in doubt.

        What is ruled out stands beside a deviation, so that whoever reads it sees why the entry did not count.
        """
        if outcome is None:
            return None
        lacks = outcome.verdict is Verdict.DEVIATION and outcome.reason in (Reason.UNDOCUMENTED, Reason.LATE)
        if not lacks and not (outcome.verdict is Verdict.REVIEW and outcome.question == "not_yet"):
            return outcome
        if self.doubtful:
            first = self.doubtful[0].why
            return outcome.ask(first, *(w.item for w in self.doubtful if w.why == first))
        if self.ruled_out and outcome.reason is Reason.UNDOCUMENTED:
            return outcome.with_evidence(*(w.item for w in self.ruled_out)).because(Reason.WRONG_ROLE)
        return outcome

    def without_a_day(
        self,
        judge: Judge,
        rule: str,
        scope: str,
        start: Moment,
        missing: Callable[[], Outcome | None],
        *,
        remarks: Iterable[Remark] = (),
    ) -> Outcome | None:
        """The answer where the plan sets no day: done by the first sure entry that can be taken at its word.

        Only such as cannot are a question; where nothing is sure, what is ``missing`` is settled by what is in doubt.
        """
        first: Outcome | None = None
        for item in self.sure:
            question = judge.doubt(item, start)
            if question is None:
                return judge.done(rule, scope, item, since=start, remarks=remarks)
            first = first or judge.review(scope, question, item, event=start)
        if first is not None:
            return first
        return self.settle(missing())


def find(
    case: KnownCase, judge: Judge, proof: Proof, *, pupil: str | None = None, person: Actor | None = None
) -> Shown:
    """What ``case`` holds of what ``proof`` asks for; with ``pupil``, about her. ``person``: the very one who must be there."""
    entries = case.all(*proof.kinds) if pupil is None else case.for_pupil(pupil, *proof.kinds)
    return sort(case, judge, proof, entries, pupil=pupil, person=person)


def sort(
    case: KnownCase,
    judge: Judge,
    proof: Proof,
    entries: Iterable[LogEntry],
    *,
    pupil: str | None = None,
    person: Actor | None = None,
) -> Shown:
    """``entries`` by what they are worth as ``proof``. What was only called, cancelled or offered is none at all."""
    sure: list[LogEntry] = []
    doubtful: list[Weighed] = []
    ruled_out: list[Weighed] = []
    found, of_proof, of_person = case.found, id(proof), id(person)
    for entry in entries:
        if entry.hearing is Hearing.DECLINED:
            if not proof.may_be_declined:
                continue
        elif entry.held is False or entry.hearing is Hearing.OFFERED:
            continue
        about = of_proof, id(entry), pupil, of_person
        if about not in found:
            # What it is about is kept too: while it lives, nothing else has its id.
            found[about] = _weigh(case, judge, proof, entry, pupil, person), (proof, entry, person)
        against, question = found[about][0]
        if against is not None:
            ruled_out.append(Weighed(entry, against))
        elif question is not None:
            doubtful.append(Weighed(entry, question))
        else:
            sure.append(entry)
    return Shown(tuple(sure), tuple(doubtful), tuple(ruled_out))


def _weigh(
    case: KnownCase, judge: Judge, proof: Proof, entry: LogEntry, pupil: str | None, person: Actor | None
) -> tuple[str | None, str | None]:
    """What rules ``entry`` out, else the question about it; asked once of the case, for many rules ask for the same proof."""
    by_accused = False if proof.by_the_accused or not (case.accusing or case.hides) else did_the_accused(case, entry)
    doer = entry.doer
    against = _ruled_out(entry, person, doer=doer, by_accused=by_accused)
    if against is not None:
        return against, None
    question = _in_doubt(judge, proof, entry, pupil, person, doer=doer, by_accused=by_accused)
    if question is None and proof.without_the_accused and case.accusing and _was_there(case, entry):
        question = "accused_was_there"
    return None, question


def _ruled_out(entry: LogEntry, person: Actor | None, *, doer: Actor | None, by_accused: bool | None) -> str | None:
    """What makes it certain that ``entry`` does not show it."""
    if doer is not None and doer.role is Role.SYSTEM:
        return "done_by_a_system"
    if by_accused is True:
        return "done_by_the_accused"
    if person is None:
        return None
    others = [other for other in there(entry) if doer is None or other.is_same_person(doer) is not True]
    return "with_another" if others and all(person.is_same_person(other) is False for other in others) else None


def _in_doubt(
    judge: Judge,
    proof: Proof,
    entry: LogEntry,
    pupil: str | None,
    person: Actor | None,
    *,
    doer: Actor | None,
    by_accused: bool | None,
) -> str | None:
    """The question that decides whether ``entry`` shows it; ``None`` = it does."""
    if by_accused is None:
        return "was_it_the_accused"
    declined = entry.hearing is Hearing.DECLINED
    if declined and entry.actor is not None and entry.actor.role is Role.GUARDIAN:
        return "did_the_pupil_decline"
    if (proof.by.roles and proof.by.fits(doer) is not True) or (
        not declined and from_outside(doer)
    ):  # who declined is another question
        return "who_did_it"
    if proof.present is not None or person is not None:
        listed = there(entry)
        if entry.channel in IN_WRITING and not proof.in_writing:
            return "only_in_writing"
        if listed and person is not None and not any(_may_be(person, other) for other in listed):
            return "who_was_there"
        if listed and proof.present is not None and not _is_among(listed, proof.present, pupil):
            return "did_the_pupil_decline" if declined else "who_was_there"
    if proof.says and not _says_something(judge, proof, entry):
        return "says_nothing"
    return None


_OUTSIDE = (Role.PUPIL, Role.GUARDIAN, Role.ANONYMOUS, Role.SYSTEM)


def from_outside(actor: Actor | None) -> bool:
    """Whether it is a child, the home, somebody nobody knows or a system that did what the plan asks of the school."""
    return actor is not None and actor.role in _OUTSIDE


def _was_there(case: KnownCase, entry: LogEntry) -> bool:
    """Whether someone accused by then is among those listed as there."""
    accused = _accused_by(case, entry)
    return any(is_accused(actor, accused) is True for actor in there(entry))


def there(entry: LogEntry) -> tuple[Actor, ...]:
    """Those whom the entry lists as there, and whom it was given to. Who wrote it may have heard of it from others."""
    return (*entry.participants, *((entry.to,) if entry.to is not None else ()))


def _is_among(listed: Iterable[Actor], present: Whom, pupil: str | None) -> bool:
    """Whether one of ``listed`` is one who must be there; of pupils, the one asked about."""
    fitting = [actor for actor in listed if present.fits(actor)]
    return any([actor.role is not Role.PUPIL or pupil is None or actor.ref in (None, pupil) for actor in fitting])


def _may_be(person: Actor, other: Actor) -> bool:
    """Whether ``other`` is ``person``: by pseudonym, else by the role alone where none is given."""
    same = person.is_same_person(other)
    return other.role is person.role if same is None else same


def _says_something(judge: Judge, proof: Proof, entry: LogEntry) -> bool:
    return any(judge.answers(text, f"log.{name}") for name, text in entry.words() if name in proof.says)


def did_the_accused(case: KnownCase, entry: LogEntry) -> bool | None:
    """Whether someone accused by then did what ``entry`` tells; ``None`` where it may be so and the source does not say.

    What was done before anybody was accused was done by whoever had it to do.
    """
    doer, accused = entry.doer, _accused_by(case, entry)
    if case.cannot_see("suspicions.accused"):
        return None  # who is accused can't be seen
    if doer is None:
        return None if accused else False
    return is_accused(doer, accused)


def _accused_by(case: KnownCase, entry: LogEntry) -> list[Actor]:
    """Those who were accused by the time of ``entry``."""
    when = entry.at
    return [a for s in case.accusing if when is None or s.at.perhaps_before(when) for a in s.accused]


def is_accused(actor: Actor, accused: Sequence[Actor]) -> bool | None:
    """Whether ``actor`` is one of ``accused``; ``None`` where the roles agree and no pseudonym tells two people apart."""
    answers = [
        same
        if (same := actor.is_same_person(one)) is not None
        else (None if actor.role in (one.role, Role.UNKNOWN) else False)
        for one in accused
    ]
    if True in answers:
        return True
    return None if None in answers else False
