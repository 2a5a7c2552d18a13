"""A rule: one pure function over one case (or one school year), with what the engine must know of it. Its words: page.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVarTuple, Unpack

from ..domain.answer import Basis, Severity
from ..domain.role import Role
from .duties import duties
from .loading import load_rules
from .page import Page, Text, chapter_words

if TYPE_CHECKING:
    from ..domain.verdict import Outcome
    from .judge import Judge
    from .known import CycleIndex
    from .needs import Needs


class Subject(StrEnum):
    """What a rule looks at."""

    CASE = "case"
    SCHOOL_YEAR = "school_year"
    """the annual cycle of one school in one school year"""
    MUNICIPALITY_YEAR = "municipality_year"
    """the annual cycle of the municipality in one school year"""


RuleFunction = Callable[[Any, "Judge"], Iterable["Outcome | None"]]
"""What a rule says of one case or school year; by ``None`` it says nothing of what it has looked at."""
Facts = TypeVarTuple("Facts")
OneOccasion = Callable[[Any, "Judge", Unpack[Facts]], "Outcome | None"]
"""What a rule says where its duty has arisen once; by ``None`` it says nothing of it."""
_functions: dict[str, RuleFunction] = {}
"""What judges each duty, by its code: as far as the files with the rules are loaded."""


def functions() -> Mapping[str, RuleFunction]:
    """What judges each duty, by its code."""
    load_rules()
    return _functions


@dataclass(frozen=True, slots=True)
class Rule:
    """One duty. The plan's own words and section come from the plan's row with the same code (plans/…/coverage.toml)."""

    code: str
    """The catalogue's id, for example ``VA-08``; stable, never reused."""
    slug: str
    """Readable name, ASCII, for example ``elev-far-beskjed-samme-dag``."""
    chapter: str
    severity: Severity
    basis: Basis
    role: Role
    """Whose duty it is."""
    subject: Subject = Subject.CASE
    law: tuple[str, ...] = ()
    """Keys of plans/law.toml, for example ``opplaeringslova-12-4-2``."""
    optional: bool = False
    """On only where a plan turns it on (duties of the law that the plan does not state)."""
    shares_row: str | None = None
    """Code of the rule whose row of the plan this one takes up another part of, for example of another subject."""
    own_judge: RuleFunction | None = field(default=None, repr=False)
    """What judges a rule that no chapter holds; the others have theirs in rules/, which is loaded when there is something to judge."""
    own_page: Page | None = None
    """The page of a rule that no chapter holds; the others have theirs in pages/<chapter>.toml."""
    own_needs: Needs | None = None
    """What a rule needs that needs.toml does not hold."""
    row: str = field(init=False)
    """The row of the plan that it belongs to, and by which it is on or off."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "row", self.shares_row or self.code)

    @property
    def judge(self) -> RuleFunction:
        """The function that judges it."""
        return self.own_judge or functions()[self.code]

    @property
    def page(self) -> Page:
        """Its words, which are read when they are first asked for: most commands need few of them."""
        return self.own_page or chapter_words(self.chapter).pages[self.code]

    @property
    def needs(self) -> Needs:
        """What it must be able to see: where a part of that can't be seen, its answer is ``unknown``."""
        return self.own_needs or _needs_of(self.code)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """A rule of the registry goes to another process as its code, and is that process's own rule there."""
        if REGISTERED.get(self.code) is self:
            return _registered, (self.code,)
        return super(Rule, self).__reduce_ex__(protocol)


@cache
def _needs_of(code: str) -> Needs:
    from .needs import NOTHING, needs  # who only tells what a rule is, needs none

    return needs().get(code, NOTHING)


def _registered(code: str) -> Rule:
    return REGISTERED[code]


REGISTERED: dict[str, Rule] = {}
"""Every rule of a chapter by its code; the package fills it."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of the plan: its rules in the plan's order."""

    name: str
    rules: tuple[Rule, ...] = ()

    @property
    def title(self) -> Text:
        """Its heading in the plan."""
        return chapter_words(self.name).title

    def rule(self, code: str) -> Callable[[RuleFunction], RuleFunction]:
        """Makes the decorated function what judges the duty ``code`` of this chapter in duties.toml; the function itself is returned."""
        if code not in duties()[self.name] or code in _functions:
            raise ValueError(f"{code} is no duty of {self.name} in duties.toml, or has a function already")

        def enter(function: RuleFunction) -> RuleFunction:
            _functions[code] = function
            return function

        return enter

    def each(
        self, code: str, occasions: Callable[[Any], Iterable[tuple[*Facts]]]
    ) -> Callable[[OneOccasion[*Facts]], OneOccasion[*Facts]]:
        """As :meth:`rule`, for a function that judges the duty on one of its ``occasions``, and is given what is known of it."""

        def enter(function: OneOccasion[*Facts]) -> OneOccasion[*Facts]:
            @wraps(function)
            def judged(index: Any, judge: Judge) -> list[Outcome | None]:
                said = []
                for facts in occasions(index):
                    said.append(function(index, judge, *facts))  # noqa: PERF401 - one call fewer for each rule of each case
                return said

            self.rule(code)(judged)
            return function

        return enter


def rule_of(chapter: str, code: str) -> Rule:
    """The rule ``code`` as its line in duties.toml says."""
    duty = duties()[chapter][code]
    return Rule(
        code=code,
        slug=duty["name"],
        chapter=chapter,
        severity=Severity(duty["severity"]),
        basis=Basis(duty["basis"]),
        role=Role(duty["role"]),
        subject=Subject(duty.get("about", Subject.CASE)),
        law=tuple(duty.get("law", ())),
        optional=duty.get("optional", False),
        shares_row=duty.get("row"),
    )


CycleRule = Callable[["CycleIndex", "Judge"], Iterator["Outcome"]]
