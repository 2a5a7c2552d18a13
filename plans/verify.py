"""Does every quote stand word for word in the plan's text? What a municipality runs after each revision."""

from __future__ import annotations

import re
import unicodedata

from ..domain.plan import MunicipalPlan

_SPACE = re.compile(r"\s+")


def flat(text: str) -> str:
    """``text`` with each run of white space as one space, letters composed, and soft hyphens gone."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).replace("\u00ad", "")).strip()


def stands_in(quote: str, text: str) -> bool:
    """Whether ``quote`` stands in ``text`` (both through :func:`flat`), from word to word: «Samtaler» not in «Samtalerom»."""
    before, after = r"(?<!\w)" if quote[:1].isalnum() else "", r"(?!\w)" if quote[-1:].isalnum() else ""
    return re.search(before + re.escape(quote) + after, text) is not None


def missing_quotes(plan: MunicipalPlan, text: str) -> list[str]:
    """Codes of the rows whose quote does not stand in ``text``; white space and line breaks do not matter."""
    whole = flat(text)
    return [code for code, row in plan.rows.items() if row.quote is not None and not stands_in(flat(row.quote), whole)]
