"""What a municipality asks of its plan: coverage, wording, and what a revision would change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

from ..adapters.ports import CaseProblem
from ..domain.case import Case
from ..domain.errors import SettingsError
from ..domain.plan import Home, MunicipalPlan
from ..domain.verdict import Finding, Verdict
from ..judging.files import case_files
from ..plans.compare import in_place_of
from ..plans.loader import load_plan
from ..plans.verify import missing_quotes
from ..validators import RULES
from ..validators.verdict_words import VERDICTS
from .command_language import value_word

if TYPE_CHECKING:
    from .workplace import Workplace


def _homes() -> dict[Home, str]:
    return {
        Home.RULE: _("regel"),
        Home.PART: _("del av regel"),
        Home.QUESTION: _("spørsmål i regel"),
        Home.NONE: _("kan ikke sjekkes av en maskin"),
    }


def homeless(plan: MunicipalPlan) -> list[str]:
    """Rows whose home is not true: they name a rule that does not exist."""
    wrong = []
    for code, row in plan.rows.items():
        if (row.home is Home.RULE and code not in RULES) or (row.of is not None and row.of not in RULES):
            wrong.append(code)
    return wrong


def coverage(name: str, form: str) -> tuple[str, bool]:
    """The table of rows and homes, with counts; and whether every home is true."""
    plan = load_plan(name)
    wrong = homeless(plan)
    counts = Counter(row.home for code, row in plan.rows.items() if code not in wrong)
    if form == "json":
        rows = [
            {
                "row": code,
                "name": row.name,
                "home": None if code in wrong else row.home,
                "of": row.of,
                "why": row.why,
                "on": _is_on(plan, code),
            }
            for code, row in plan.rows.items()
        ]
        data = {"plan": plan.document.label, "rows": rows, "counts": counts, "without_home": wrong}
        return json.dumps(data, ensure_ascii=False, indent=2), not wrong
    lines = [f"{plan.document.title} ({plan.document.label})", ""]
    for code, row in plan.rows.items():
        lines.append(f"{code:<8} {row.name:<52} {_home(plan, code, code in wrong)}")
    lines.append("")
    lines += [f"{counts[home]:>4}  {words}" for home, words in _homes().items()]
    at_home = _("{n} av {total} rader har et hjem.")
    lines.append(at_home.format(n=len(plan.rows) - len(wrong), total=len(plan.rows)))
    return "\n".join(lines), not wrong


def _is_on(plan: MunicipalPlan, code: str) -> bool | None:
    return plan.is_on(code, optional=RULES[code].optional) if code in RULES else None


def _home(plan: MunicipalPlan, code: str, wrong: bool) -> str:
    if wrong:
        return _("UTEN HJEM")
    row = plan.rows[code]
    match row.home:
        case Home.RULE:
            if _is_on(plan, code):
                return _("regel")
            return _("regel, av: {why}").format(why=plan.rules[code].reason)
        case Home.PART:
            return _("del av {rule}").format(rule=row.of)
        case Home.QUESTION:
            return _("spørsmål i {rule}").format(rule=row.of)
        case _:
            return _("ingen maskin: {why}").format(why=row.why)


def verify(name: str, file: Path, form: str) -> tuple[str, bool]:
    """Which quotes do not stand word for word in the plan's text in ``file``; and whether all do."""
    plan = load_plan(name)
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(_("planens tekst kan ikke leses som UTF-8")) from None
    missing = missing_quotes(plan, text)
    quoted = sum(row.quote is not None for row in plan.rows.values())
    if form == "json":
        return json.dumps(
            {"plan": plan.document.label, "quotes": quoted, "missing": missing}, ensure_ascii=False, indent=2
        ), not missing
    if not missing:
        stand = ngettext(
            "Det ene sitatet i {plan} står ord for ord i teksten.",
            "Alle {n} sitater i {plan} står ord for ord i teksten.",
            quoted,
        )
        return stand.format(n=quoted, plan=plan.name), True
    gone = _("{n} av {total} sitater står ikke ord for ord i teksten. Se på reglene på nytt:")
    lines = [gone.format(n=len(missing), total=quoted)]
    lines += [f"  {code:<8} {plan.rows[code].name}: «{plan.rows[code].quote}»" for code in missing]
    return "\n".join(lines), False


def compare(work: Workplace, old: str, new: str, paths: Iterable[Path], as_of: datetime, form: str) -> str:
    """Which verdicts would change if the plan ``new`` stood where ``old`` does, over the cases given."""
    standing = load_plan(old)
    plans = (standing, in_place_of(load_plan(new), standing))
    before, after = (replace(work.judging, plans=(plan,), settles=False) for plan in plans)
    changes: list[tuple[Finding | None, Finding | None]] = []
    cases = unread = 0
    for item in _cases(work, paths):
        if isinstance(item, CaseProblem):
            unread += 1
            continue
        cases += 1
        was, now = (_by_identity(judging.case(item, as_of).findings) for judging in (before, after))
        changes += [
            (was.get(key), now.get(key))
            for key in sorted(was.keys() | now.keys())
            if _verdict(was.get(key)) is not _verdict(now.get(key))
        ]
    if form == "json":
        rows = [_row(was, now) for was, now in changes]
        return json.dumps(
            {"old": old, "new": new, "cases": cases, "unreadable": unread, "changes": rows},
            ensure_ascii=False,
            indent=2,
        )
    lines = [
        _("Saker vurdert etter {old} og etter {new}: {cases}. Svar som blir andre: {changes}.").format(
            old=old, new=new, cases=cases, changes=len(changes)
        )
    ]
    if unread:
        lines.append(_("Saker som ikke kunne leses: {n}.").format(n=unread))
    plans = (before.plan, after.plan)
    changed = [(was, now, *_words(was, now, plans)) for was, now in changes]
    pairs = Counter((_rule(was, now), old_word, new_word) for was, now, old_word, new_word in changed)
    lines += [f"  {rule:<8} {said} -> {says}: {number}" for (rule, said, says), number in sorted(pairs.items())]
    lines += ["", *(f"{_rule(was, now)} {_where(was, now)}: {said} -> {says}" for was, now, said, says in changed)]
    return "\n".join(lines).rstrip()


def _cases(work: Workplace, paths: Iterable[Path]) -> Iterator[Case | CaseProblem]:
    paths = tuple(paths)
    for path in paths:
        yield from case_files(path, work.reading)
    if not paths:
        for school in work.schools:
            yield from work.source.changed_cases(school.organisation_number, None)


def _by_identity(findings: Iterable[Finding]) -> dict[tuple[str, str, str, str], Finding]:
    return {f.identity: f for f in findings if f.verdict is not Verdict.NOT_APPLICABLE}


def _verdict(finding: Finding | None) -> Verdict | None:
    return finding.verdict if finding is not None else None


def _words(was: Finding | None, now: Finding | None, plans: tuple[MunicipalPlan, MunicipalPlan]) -> tuple[str, str]:
    """What each plan says; a plan in which the rule is off, or has no row, says that and not «ikke aktuelt»."""
    code = _rule(was, now)
    optional = RULES[code].optional
    said = []
    for finding, plan in zip((was, now), plans, strict=True):
        on = plan.is_on(code, optional=optional)
        silent = value_word(Verdict.NOT_APPLICABLE, VERDICTS) if on else _("ikke i planen")
        said.append(value_word(finding.verdict, VERDICTS) if finding is not None else silent)
    return said[0], said[1]


def _some(was: Finding | None, now: Finding | None) -> Finding:
    found = was or now
    assert found is not None  # noqa: S101 - one of the two is always there
    return found


def _rule(was: Finding | None, now: Finding | None) -> str:
    return _some(was, now).rule


def _where(was: Finding | None, now: Finding | None) -> str:
    found = _some(was, now)
    return f"{found.case} {found.scope}"


def _row(was: Finding | None, now: Finding | None) -> dict[str, str | None]:
    found = _some(was, now)
    return {"rule": found.rule, "case": found.case, "scope": found.scope, "was": _verdict(was), "now": _verdict(now)}
