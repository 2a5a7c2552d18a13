"""What is told of a case, a list or a school that could not be judged: never its content."""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext as _
from typing import TypeVar

from ..adapters.ports import CaseProblem
from ..domain.errors import SourceError
from ..domain.problem import ProblemKind

T = TypeVar("T")


def problem_of(error: Exception, case: str | None = None) -> CaseProblem:
    """What is told of ``error``: the case, the kind, the fields and what to do; no content. Any other error than a source's
    is a fault of ours, of which nothing but that is told."""
    if not isinstance(error, SourceError):
        return CaseProblem(
            case, ProblemKind.JUDGEMENT_FAILED, (), _("feil i verktøyet: meld det til dem som lager det")
        )
    fields, place = getattr(error, "fields", ()), getattr(error, "place", "")
    return CaseProblem(error.case or case, error.kind, fields, error.what_to_do, place)


def kept_apart(judge: Callable[[], T], case: str | None = None) -> T | CaseProblem:
    """What ``judge`` gives, or the problem that it is where it breaks: one case may never hide the others, nor stop a night,
    whatever is wrong with it or with us. The log line has the error's class alone: its text may hold a case."""
    try:
        return judge()
    except Exception as error:  # noqa: BLE001 - the one place where a broken judgement is caught
        import structlog  # only where something broke: a report of files needs no log

        structlog.get_logger("skolemiljo.judging").error("judgement failed", case=case, kind=type(error).__name__)
        return problem_of(error, case)
