"""Does every quote stand word for word in the plan's text? What a municipality runs after each revision."""

from __future__ import annotations

import re

from ..domain.plan import MunicipalPlan

_SPACE = re.compile(r"\s+")


def missing_quotes(plan: MunicipalPlan, text: str) -> list[str]:
    """Codes of the rows whose quote does not stand in ``text``; white space and line breaks do not matter."""
    whole = _SPACE.sub(" ", text)
    return [
        code for code, row in plan.rows.items() if row.quote is not None and _SPACE.sub(" ", row.quote) not in whole
    ]
