"""Exported cases, judged with no server and no store: one report of them all, or case by case as they are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from ..adapters.ports import CaseProblem
from ..adapters.workbook.grids import holds_sheets
from ..domain.errors import SettingsError
from ..domain.moment import local_day
from ..domain.verdict import Assessment, Severity
from ..judging.files import Telling, told_of_files
from ..judging.judged import Judged
from ..plans.loader import load_plans
from ..reports.build import files_report
from ..reports.cases import Beside, CasePart, case_part, folded
from ..reports.model import Problem, SchoolReport
from ..validators import CHAPTERS, RULES
from . import output
from .command_language import speak, spoken

if TYPE_CHECKING:
    from ..domain.plan import MunicipalPlan
    from .workplace import Workplace

FORMS = ("jsonl", "csv")
"""The forms that are told case by case: no more than a few cases are ever in memory."""
_TELL_WHAT_IS_MET = ("json", "csv", "xlsx", "junit")
"""The forms that tell each thing that is in order."""


@dataclass(frozen=True)
class Files:
    """Which cases, and how they are judged."""

    paths: tuple[Path, ...]
    as_of: datetime
    language: str
    plan: str | None = None
    """Another plan than the settings say."""
    source_zone: str | None = None
    jobs: int = 1
    """In how many processes."""


def for_files(work: Workplace, files: Files, form: str = "json") -> tuple[SchoolReport, Judged]:
    """One report of all the cases. ``form``: what it will be shown in; what that does not tell is not kept."""
    judged = Judged()
    beside = _beside(files, tells_met=form in _TELL_WHAT_IS_MET)
    told = _told(work, files, partial(_kept, beside=beside), judged)
    parts = [answer for answer in told if not isinstance(answer, CaseProblem)]
    problems = map(_problem, judged.problems)
    report = _report(parts, _plan(work, files), files, complete=judged.complete, problems=problems)
    judged.complete = report.complete
    return report, judged


def stream(work: Workplace, files: Files, form: str, out: Path | None, fail_on: str) -> None:
    """Tells the cases one by one in ``form`` (:data:`FORMS`), each when it is judged; then what could not be read, and the
    exit code."""
    judged = Judged()
    render = _one_by_one(form)
    tell = partial(_case_told, form=form, plan=_plan(work, files), files=files, beside=_beside(files), fail_on=fail_on)
    failing = 0
    with _written_to(out) as write:
        begun = False
        for answer in _told(work, files, tell, judged):
            if not begun:
                write(render.begin(files.language))
                begun = True
            if isinstance(answer, CaseProblem):
                report = _report((), _plan(work, files), files, complete=False, problems=[_problem(answer)])
                write(render.case(report))
            else:
                write(answer.content)
                failing += answer.failing
                judged.complete = judged.complete and answer.complete
    output.tell_problems(judged)
    output.end(failing, judged, fail_on)


@dataclass(frozen=True, slots=True)
class _CaseTold:
    content: bytes
    complete: bool
    failing: int
    """Deviations at least as severe as was asked."""


def _case_told(
    assessment: Assessment, *, form: str, plan: MunicipalPlan, files: Files, beside: Beside, fail_on: str
) -> _CaseTold:
    report = _report([_part(assessment, beside)], plan, files, complete=not assessment.crashed, problems=())
    failing = 0 if fail_on == "never" else len(report.at_or_over(Severity(fail_on)))
    return _CaseTold(_one_by_one(form).case(report), report.complete, failing)


def _one_by_one(form: str) -> Any:
    """The module that writes ``form`` case by case: ``begin(language)`` and ``case(report)``, both bytes."""
    from importlib import import_module

    return import_module(f"skolemiljo.reports.{form}")


def _kept(assessment: Assessment, beside: Beside) -> CasePart:
    return folded(_part(assessment, beside))


def _part(assessment: Assessment, beside: Beside) -> CasePart:
    return case_part([assessment], beside)


def _beside(files: Files, *, tells_met: bool = True) -> Beside:
    return Beside(local_day(files.as_of), {code: place for place, code in enumerate(RULES)}, tells_met=tells_met)


def _plan(work: Workplace, files: Files) -> MunicipalPlan:
    return work.judging.plan if files.plan is None else load_plans(files.plan)[-1]


def _report(
    parts: Iterable[CasePart], plan: MunicipalPlan, files: Files, *, complete: bool, problems: Iterable[Problem]
) -> SchoolReport:
    return files_report(
        parts,
        plan=plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=files.as_of,
        complete=complete,
        problems=tuple(problems),
        language=files.language,
    )


def _told(work: Workplace, files: Files, tell: Callable[[Assessment], Any], judged: Judged) -> Iterator[Any]:
    """What ``tell`` makes of each case, and each problem, which is noted in ``judged`` too. Raises SettingsError where there is no case."""
    judging = work.judging if files.plan is None else replace(work.judging, plans=load_plans(files.plan))
    try:
        zone = ZoneInfo(files.source_zone) if files.source_zone else work.settings.zone
    except (KeyError, ValueError):
        raise SettingsError(_("--source-zone: det finnes ingen slik tidssone; Europe/Oslo er en")) from None
    for path in files.paths:  # an empty folder beside a full one is no peace either
        if path.is_dir() and next(path.rglob("*.json"), None) is None and not holds_sheets(path):
            raise SettingsError(f"{path.name}: {_('det er ingen saker der: sjekk stien, eksporten eller arket Saker')}")
    telling = Telling(judging, files.as_of, tell, replace(work.reading, zone=zone), partial(_begin, spoken()))
    found = False
    for answer in told_of_files(files.paths, telling, jobs=files.jobs, notes=judged.notes):
        found = True
        if isinstance(answer, CaseProblem):
            judged.problems.append(answer)
            judged.complete = False
        yield answer
    if not found:
        raise SettingsError(_("det er ingen saker der: sjekk stien, eksporten eller arket Saker"))


def _begin(language: str) -> None:
    """What a process of its own needs before the first case: the language, and that it says no word of what it reads."""
    import gc

    from ..journal.log_lines import crash_without_words, log_nothing
    from .program import ALLOCATIONS

    gc.set_threshold(ALLOCATIONS)
    speak(language)
    crash_without_words()
    log_nothing()


def _problem(problem: CaseProblem) -> Problem:
    return Problem(school=None, case=problem.case, kind=problem.kind, place=problem.place)


@contextmanager
def _written_to(out: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Gives what writes on: to the file ``out``, which is there when all of it is, or to whoever reads. Raises SettingsError."""
    if out is None:
        yield sys.stdout.buffer.write
        return
    with output.opened(out) as file:
        yield file.write
    click.echo(_("Skrevet: {file}").format(file=out), err=True)
