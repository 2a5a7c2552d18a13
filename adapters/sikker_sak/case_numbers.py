"""Case numbers on the wire and in the rest of the house: the same, or a pseudonym where the number tells who the case is about.

Which is which lies in memory alone. A process that begins anew finds the way back in the source's own lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from ...domain.base import ReadingContext, is_pseudonym
from ...domain.errors import Skippable
from ..references import case_number, may_tell_who, pseudonym, words_of

SYSTEM = "sikker_sak"


class CaseNumbers:
    """The case numbers of one source, as far as they have been seen."""

    def __init__(self, context: ReadingContext) -> None:
        self._context = context
        self._read: dict[str, str] = {}
        """Number that may tell who → what it is here, since its case was read and its people are known."""

    def __repr__(self) -> str:
        return "CaseNumbers(***)"

    def of(self, number: Any, named: frozenset[str] | None = None) -> Any:
        """What the case with this ``number`` on the wire is called here. ``named``: the names in it, where it has been read; once a
        pseudonym, it stays one. Raises UnreadableCase where there is no key to make a pseudonym with."""
        known = self._read.get(number) if isinstance(number, str) else None
        if known is not None and is_pseudonym(known):
            return known
        found = case_number(number, self._context, system=SYSTEM, named=named or frozenset())
        if named is not None and isinstance(number, str) and may_tell_who(number, self._context.no_names):
            self._read[number] = found
        return found

    def listed(self, number: str, read: Callable[[str], object]) -> str:
        """The same of a number in a list, without its case: where only the people in it tell whether it holds a name, ``read`` reads it.

        What can't be read is taken to hold one. Raises what ``read`` raises, and UnreadableCase.
        """
        if may_tell_who(number, self._context.no_names) and number not in self._read and self.of(number) == number:
            with suppress(Skippable):
                read(number)
            if number not in self._read:
                self.of(number, named=words_of(number))
        return str(self.of(number))

    def on_the_wire(self, case: str, lists: Callable[[], Iterable[str]]) -> str | None:
        """The number of ``case`` at the source; ``None`` where none of the source's ``lists`` has it."""
        seen = self._context.numbers
        if not is_pseudonym(case) or case in seen:
            return seen.get(case, case)
        for number in lists():
            if pseudonym(number, self._context.reference_key) == case:
                seen[case] = number
                return number
        return None
