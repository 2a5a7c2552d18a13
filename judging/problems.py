"""What is told of a case, a list or a school that could not be judged: never its content."""

from __future__ import annotations

from gettext import gettext as _

from ..adapters.ports import CaseProblem
from ..domain.errors import SourceError

JUDGEMENT_FAILED = "JudgementFailed"
"""The kind of problem that a broken judgement is."""


def problem_of(error: SourceError, case: str | None = None) -> CaseProblem:
    """What is told of ``error``: the case, the kind, the fields and what to do; no content."""
    fields, place = getattr(error, "fields", ()), getattr(error, "place", "")
    return CaseProblem(error.case or case, type(error).__name__, fields, error.what_to_do, place)


def our_fault(case: str | None) -> CaseProblem:
    """The problem that a broken judgement is."""
    return CaseProblem(case, JUDGEMENT_FAILED, (), about_our_fault())


def about_our_fault() -> str:
    """What is said of a judgement that broke: without what was judged."""
    return _("feil i verktøyet: meld det til dem som lager det")
