"""What a form draws of a school, case by case and in words: page, paper, terminal and mail say it from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile

from ..domain.came import Came
from ..domain.verdict import Reason, Verdict
from .cases import alike, by_duty
from .folded import Anew
from .items import Act, CaseBlock, Item, Part, Standing
from .model import SchoolReport
from .sentences import Sentences

_COLOUR = {
    Part.TODAY: "urgent",
    Part.CLOSED: "urgent",
    Part.SOON: "soon",
    Part.REVIEW: "ask",
    Part.UNKNOWN: "unseen",
    Part.ACCEPTED: "good",
}


_PLACES = {came: place for place, came in enumerate(Came)}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a case: by when, what, about which part of the case, and under which duty."""

    when: str
    what: str
    short: str
    """the first sentence of ``what``"""
    more: str
    """the other sentences"""
    about: str
    code: str
    kind: str
    """urgent, soon, later, ask, unseen, good: what its colour says too"""
    notes: tuple[str, ...]
    """verdict and deadline where they say more than ``when``, how it was counted, remarks, what is new, what a person has decided"""


@dataclass(frozen=True, slots=True)
class Why:
    """What the next step rests on: the duty, its deadline and how it was counted, the plan's words, the law."""

    title: str
    """the duty; empty where the step says it itself"""
    deadline: str
    comes: str
    """what comes of it"""
    who: str
    quote: str
    section: str
    law: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be checked for one cause, and which duties hang on it."""

    why: str
    codes: str


@dataclass(frozen=True, slots=True)
class Block:
    """One open case, or the annual cycle."""

    id: str
    name: str
    standing: str
    told: str
    """where it stands, in a few words"""
    acted: str
    """when somebody last did something for the pupil, as far as it is logged"""
    next: Line | None
    why: Why | None
    remaining: tuple[Line, ...]
    questions: tuple[Line, ...]
    unseen: tuple[Unseen, ...]
    late: tuple[Line, ...]
    accepted: tuple[Line, ...]
    in_order: str


@dataclass(frozen=True, slots=True)
class ClosedDuty:
    """What is missing of one duty, or could not be seen for one cause, in closed cases."""

    severity: str
    title: str
    what: str
    code: str
    kind: str
    status: str
    cases: tuple[tuple[str, str], ...]
    """number and what it is about"""


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty that stands in a case and is not explained there: what it is, and where it comes from."""

    code: str
    title: str
    quote: str
    section: str
    law: str


@dataclass(frozen=True, slots=True)
class View:
    """A school's cases, in the order in which they are read."""

    lead: Iterable[tuple[Line, str, str]]
    """of each case that needs something today: its next step, its name, and the block's id"""
    causes: tuple[str, ...]
    """why something could not be checked, and in how many cases"""
    open_title: str
    open: Iterable[Block]
    """drawn when they are told, one by one"""
    cycle: Block | None
    nothing_open: tuple[tuple[str, str], ...]
    """cases in order: numbers, and what is in order in them"""
    nothing_open_title: str
    closed: Iterable[ClosedDuty]
    closed_title: str
    closed_in_order: tuple[str, ...]
    duties: tuple[Duty, ...]


def view(report: SchoolReport, say: Sentences, prefix: str = "", *, brief: bool = False) -> View:
    """What is drawn of ``report``. ``prefix`` tells the blocks' ids from those of another school on the same page; ``brief``:
    in few words, where the room is small."""
    at_work = [
        (f"{prefix}sak-{number}", block)
        for number, block in enumerate(report.shown_cases, 1)
        if block.standing is not Standing.IN_ORDER
    ]
    cycle = report.cycle_block
    wanted = cycle is not None and cycle.acts and (cycle.needs_today or not report.only.today)
    its = _block(cycle, say, f"{prefix}arshjulet", brief=brief) if cycle is not None and wanted else None
    calm = [block for block in report.shown_cases if block.standing is Standing.IN_ORDER]
    closed = () if report.only.today else report.closed_cases
    duties = by_duty(closed)
    return View(
        lead=Anew(
            lambda: (
                (line(block.next, say, explained=True), say.case_words(str(block.case)), id)
                for id, block in at_work
                if block.standing is Standing.TODAY and block.next is not None
            )
        ),
        causes=tuple(causes(report, say)),
        open_title=_open_title(report, say),
        open=Anew(lambda: (_block(block, say, id, brief=brief) for id, block in at_work)),
        cycle=its,
        nothing_open=_in_order(calm, say),
        nothing_open_title=say.cases_in_order(len(calm)),
        closed=Anew(lambda: (_closed(act, cases, say) for act, cases in duties)),
        closed_title=say.closed_cases(len(closed)),
        closed_in_order=tuple(
            str(block.case)
            for block in report.cases
            if block.closed and block.standing is Standing.IN_ORDER and not report.only.today
        ),
        duties=_duties(report, say),
    )


def _open_title(report: SchoolReport, say: Sentences) -> str:
    if report.only.case is not None or report.own:
        return say.words.gettext("Det som må gjøres, og når")
    return say.words.gettext("Sak for sak, den som trenger mest, først")


def causes(report: SchoolReport, say: Sentences) -> Iterable[str]:
    """Why something could not be checked, the commonest cause first, and in how many cases that are in hand."""
    cases: dict[tuple[Reason | None, str | None, tuple[str, ...]], list[Item]] = {}
    for block in report.open_cases:
        for (reason, field), items in block.unseen.items():
            hidden = block.hidden if reason is Reason.HIDDEN else ()
            cases.setdefault((reason, field, hidden), []).append(items[0])
    for (*_, hidden), found in sorted(cases.items(), key=lambda pair: -len(pair[1])):
        yield say.no_access(hidden, len(found)) if hidden else say.cause(found[0], len(found))


def _block(block: CaseBlock, say: Sentences, name: str, *, brief: bool) -> Block:
    block = replace(block, acts=tuple(block.acts))  # looked at from many sides
    act = block.next
    named = {act.rule for act in block.acts}
    return Block(
        id=name,
        name=say.case_words(block.case) if block.case else say.words.gettext("Årshjulet"),
        standing=block.standing.value,
        told=say.standing(block.standing),
        acted=say.last_act(block),
        next=None if act is None else line(act, say, explained=True),
        why=None if act is None or act.part is Part.UNKNOWN else _why(act, say),
        remaining=tuple(line(found, say, brief=brief) for found in block.remaining),
        questions=tuple(line(found, say, brief=brief) for found in block.of(Part.REVIEW)),
        unseen=tuple(_unseen(items, block, say) for items in block.unseen.values()),
        late=tuple(line(found, say, brief=brief) for found in block.of(Part.TOO_LATE)),
        accepted=tuple(line(found, say, brief=brief) for found in block.of(Part.ACCEPTED)),
        in_order=say.codes(pair for pair in block.in_order if pair[0] not in named),
    )


def line(act: Act, say: Sentences, *, explained: bool = False, brief: bool = False) -> Line:
    """``act`` in words. ``explained``: its deadline and how it was counted stand beside it; ``brief``: in few words."""
    item = act.first
    new = next((say.change(found) for found in act.items if say.is_new(found)), "")
    remarks = dict.fromkeys(text for found in act.items for text in say.extras(found))
    what = say.what(item)
    short, stop, more = what.partition(". ")
    if item.part is Part.REVIEW:  # a question is asked whole
        what = say.question_with_duty(item)
        short, stop, more = what.partition(". ") if explained and what != say.question(item) else (what, "", "")
    return Line(
        when=say.when(item),
        what=what,
        short=short + stop.strip(),
        more=more,
        about=about(act, say),
        code=act.rule,
        kind=_COLOUR.get(act.part, "later"),
        notes=tuple(
            filter(
                None,
                (
                    _status(item, say),
                    _counted(item, say, explained=explained, brief=brief),
                    *remarks,
                    "" if explained or brief else _comes_short(act, say),
                    new,
                ),
            )
        ),
    )


def _counted(item: Item, say: Sentences, *, explained: bool, brief: bool) -> str:
    """How the day that it waits for was counted, or that nobody has set one; in few words not of what is asked already."""
    finding = item.finding
    if brief and not explained and item.part is Part.REVIEW and finding.deadline is None:
        return ""
    none = say.no_deadline_in_short(item) if brief and not explained else say.no_deadline(item)
    return none or ("" if explained else _how(item, say))


def _how(item: Item, say: Sentences) -> str:
    """How its deadline was counted; of its own day nothing was."""
    finding = item.finding
    own = finding.deadline is not None and finding.deadline == finding.counted_from
    return "" if own else say.counted(finding)


def _status(item: Item, say: Sentences) -> str:
    """The verdict, where neither its place nor the day says it."""
    told = item.part in (Part.TODAY, Part.TOO_LATE) and item.finding.verdict is not Verdict.DUE
    return say.status(item) if told else ""


def about(act: Act, say: Sentences) -> str:
    """Which parts of the case it is about: what they share is said once, and the dates where they differ."""
    days = {item.finding.last_day for item in act.items}
    texts = []
    for item in act.items:
        text, day = say.scope(item.finding), item.finding.last_day
        texts.append(f"{text} ({say.words.short_day(day)})" if len(days) > 1 and day is not None else text)
    if len(texts) == 1:
        return texts[0]
    letters = takewhile(lambda same: len(set(same)) == 1, zip(*texts, strict=False))
    cut = "".join(first for first, *_ in letters).rfind(" ") + 1
    return ", ".join(filter(None, (texts[0], *(text[cut:] for text in texts[1:]))))


def _why(act: Act, say: Sentences) -> Why:
    item, code = act.first, act.rule
    deadline = say.deadline(item) if item.finding.deadline is not None else ""
    return Why(
        title="" if say.question_with_duty(item) != say.question(item) else say.rule_title(code).rstrip("."),
        deadline=_sentence(", ".join(filter(None, (deadline, _how(item, say))))),
        comes=comes_of(act, say),
        who=_sentence(say.responsible(item.finding.role)),
        quote=say.quote(code),
        section=say.section(code),
        law=say.law(code),
    )


def comes_of(act: Act, say: Sentences) -> str:
    """What comes of what ``act`` asks: of several things the one on which most is left."""
    return say.comes_of(_least(act))


def _least(act: Act) -> Item:
    return max(act.items, key=lambda item: -1 if item.finding.settled is None else _PLACES[item.finding.settled.now])


def _comes_short(act: Act, say: Sentences) -> str:
    """What comes of it, where no act that is done now puts it in order: of the next step alone all is told."""
    settled = _least(act).finding.settled
    if settled is None or settled.now not in (Came.LOGGED, Came.DECIDED):
        return ""
    told = comes_of(act, say)
    return told[:1].lower() + told[1:].removesuffix(".")


def _sentence(text: str) -> str:
    """``text`` with a capital, and without the stop that whoever draws it sets."""
    return text[:1].upper() + text[1:].rstrip(".")


def _unseen(items: tuple[Item, ...], block: CaseBlock, say: Sentences) -> Unseen:
    hidden = block.hidden if items[0].finding.reason is Reason.HIDDEN else ()
    why = say.no_access_here(hidden) if hidden else say.why_unknown(items[0])
    return Unseen(why, say.codes((code, 1) for code in dict.fromkeys(item.finding.rule for item in items)))


def _closed(act: Act, cases: Iterable[tuple[CaseBlock, Act]], say: Sentences) -> ClosedDuty:
    hidden = act.part is Part.UNKNOWN
    told: dict[str, list[Act]] = {}
    for block, its in cases:
        told.setdefault(str(block.case), []).append(its)
    title, what = "" if hidden else say.rule_title(act.rule), say.what(act.first)
    return ClosedDuty(
        severity=say.words.severity(act.severity),
        title=title,
        what="" if what == title else what,
        code="" if hidden else act.rule,
        kind=_COLOUR.get(act.part, "later"),
        status=say.status(act.first),
        cases=tuple((case, _in_closed(acts, say, hidden=hidden)) for case, acts in told.items()),
    )


def _in_closed(acts: list[Act], say: Sentences, *, hidden: bool) -> str:
    if hidden:
        return say.codes((act.rule, 1) for act in acts)
    (act,) = acts
    days = {item.finding.deadline for item in act.items}
    day = act.first.finding.deadline
    said = [about(act, say), say.words.short_day(day) if day is not None and len(days) == 1 else ""]
    return ", ".join(filter(None, (*said, *dict.fromkeys(t for i in act.items for t in say.extras(i)))))


def _in_order(blocks: Iterable[CaseBlock], say: Sentences) -> tuple[tuple[str, str], ...]:
    """Cases in order with what is: those with the same together, and each that a person has decided about with what was said."""
    told = []
    for same in alike(blocks):
        accepted = [f"{act.rule} {note}" for act in same[0].acts for note in line(act, say).notes]
        said = "; ".join(filter(None, (say.codes(same[0].in_order), *accepted)))
        told.append((", ".join(str(block.case) for block in same), said))
    return tuple(told)


def _duties(report: SchoolReport, say: Sentences) -> tuple[Duty, ...]:
    """The duties that stand in an open case without being explained there, in the plan's order."""
    explained = {block.next.rule for block in _shown(report) if block.next and block.next.part is not Part.UNKNOWN}
    named = {act.rule for block in _shown(report) for act in block.acts if act.part is not Part.UNKNOWN}
    codes = [code for code in report.rules if code in named] + sorted(named - report.rules.keys())
    return tuple(
        Duty(
            code,
            say.rule_title(code).rstrip("."),
            say.quote(code),
            say.section(code),
            say.law(code),
        )
        for code in codes
        if code not in explained
    )


def _shown(report: SchoolReport) -> Iterable[CaseBlock]:
    yield from report.shown_cases
    if report.cycle_block is not None:
        yield report.cycle_block


def case_links(report: SchoolReport) -> dict[str, str]:
    """The address of each case that a school's ``report`` may name, the longest number first. The owner's pseudonyms lead nowhere."""
    if report.links.case_url is None:
        return {}
    named = {line.case for line in report.cases} | {problem.case for problem in report.problems}
    named |= {entry.case for entry in report.resolved} | {decided.case for decided in report.acceptances}
    found = ((case, report.links.to_case(case)) for case in named if case)
    return {case: link for case, link in sorted(found, key=lambda pair: (-len(pair[0]), pair[0])) if link is not None}
