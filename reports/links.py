"""Links into the case system: every case number in a report leads to its case, in each form that can hold a link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from ..domain.base import is_pseudonym

_TAG = re.compile(r"(<[^>]*>)")
_NO_LINKS_IN = frozenset({"a", "title", "style", "svg"})
"""Elements whose text is no place for a link."""


@dataclass(frozen=True, slots=True)
class Links:
    """Templates of addresses, with ``{case}`` and ``{log}`` in the place of a number and an id; ``None`` = no links."""

    case_url: str | None = None
    log_url: str | None = None

    def to_case(self, case: str) -> str | None:
        """Where the case is; ``None`` too where its number there is not known here."""
        return (
            None
            if self.case_url is None or is_pseudonym(case)
            else self.case_url.replace("{case}", quote(case, safe=""))
        )

    def to_entry(self, case: str, entry: str) -> str | None:
        """Where an entry of the case's log is."""
        if self.log_url is None or not entry or is_pseudonym(case):
            return None
        return self.log_url.replace("{case}", quote(case, safe="")).replace("{log}", quote(entry, safe=""))


NO_LINKS = Links()
"""Where nobody has said where the case system is."""


def pattern(cases: Iterable[str]) -> str:
    """A regular expression that finds each of the numbers as a whole, in Python's and in Typst's writing."""
    return r"\b(?:" + "|".join(re.escape(case) for case in cases) + r")\b"


def in_page(page: str, links: Mapping[str, str]) -> str:
    """``page`` (HTML) with each number of ``links`` that stands in its text as a link, unless it stands in one already."""
    if not links:
        return page
    numbers, inside = re.compile(pattern(links)), 0
    parts = _TAG.split(page)
    for place, part in enumerate(parts):
        if part.startswith("<"):
            name = part.strip("</>").split(maxsplit=1)[0].casefold() if part.strip("</>") else ""
            if name in _NO_LINKS_IN and not part.endswith("/>"):
                inside += -1 if part.startswith("</") else 1
        elif not inside and part.strip():
            parts[place] = numbers.sub(lambda found: f'<a href="{links[found[0]]}">{found[0]}</a>', part)
    return "".join(parts)
