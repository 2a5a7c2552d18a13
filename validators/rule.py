"""A rule: one pure function over one case (or one school year), with what the engine must know of it. Its words: page.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, SupportsIndex

from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Severity
from .duties import duties
from .needs import NOTHING, Needs, needs
from .page import Page, Text, chapter_words

if TYPE_CHECKING:
    from .judge import Judge
    from .known import CycleIndex


class Subject(StrEnum):
    """What a rule looks at."""

    CASE = "case"
    SCHOOL_YEAR = "school_year"
    """the annual cycle of one school in one school year"""
    MUNICIPALITY_YEAR = "municipality_year"
    """the annual cycle of the municipality in one school year"""


RuleFunction = Callable[[Any, "Judge"], Iterator[Outcome]]


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
    judge: RuleFunction = field(repr=False)
    subject: Subject = Subject.CASE
    law: tuple[str, ...] = ()
    """Keys of plans/law.toml, for example ``opplaeringslova-12-4-2``."""
    optional: bool = False
    """On only where a plan turns it on (duties of the law that the plan does not state)."""
    shares_row: str | None = None
    """Code of the rule whose row of the plan this one takes up another part of, for example of another subject."""
    own_page: Page | None = None
    """The page of a rule that no chapter holds; the others have theirs in pages/<chapter>.toml."""
    own_needs: Needs | None = None
    """What a rule needs that needs.toml does not hold."""

    @property
    def page(self) -> Page:
        """Its words, which are read when they are first asked for: most commands need few of them."""
        return self.own_page or chapter_words(self.chapter).pages[self.code]

    @property
    def needs(self) -> Needs:
        """What it must be able to see: where a part of that can't be seen, its answer is ``unknown``."""
        return self.own_needs if self.own_needs is not None else needs().get(self.code, NOTHING)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """A rule of the registry goes to another process as its code, and is that process's own rule there."""
        from . import RULES

        if RULES.get(self.code) is self:
            return _registered, (self.code,)
        return super(Rule, self).__reduce_ex__(protocol)

    @property
    def row(self) -> str:
        """The row of the plan that it belongs to, and by which it is on or off."""
        return self.shares_row or self.code


def _registered(code: str) -> Rule:
    from . import RULES

    return RULES[code]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of the plan: a file of rules in the plan's order."""

    name: str
    rules: list[Rule] = field(default_factory=list)

    @property
    def title(self) -> Text:
        """Its heading in the plan."""
        return chapter_words(self.name).title

    def rule(self, code: str) -> Callable[[RuleFunction], RuleFunction]:
        """Enters the decorated function in this chapter as the rule ``code`` of duties.toml; the function itself is returned."""
        duty = duties()[self.name][code]

        def enter(function: RuleFunction) -> RuleFunction:
            self.rules.append(
                Rule(
                    code=code,
                    slug=duty["name"],
                    chapter=self.name,
                    severity=Severity(duty["severity"]),
                    basis=Basis(duty["basis"]),
                    role=Role(duty["role"]),
                    judge=function,
                    subject=Subject(duty.get("about", Subject.CASE)),
                    law=tuple(duty.get("law", ())),
                    optional=duty.get("optional", False),
                    shares_row=duty.get("row"),
                )
            )
            return function

        return enter


CycleRule = Callable[["CycleIndex", "Judge"], Iterator[Outcome]]
