"""The documents that are made from the rules and the plan: `make docs` writes them, a test holds them up to date."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from ..domain.plan import Home, MunicipalPlan, PlanRow
from ..plans.loader import load_plan, plan_words
from ..validators import CHAPTERS, RULES
from . import rule_page

PLAN = "oyer-2024"
_CHAPTER_OF = {rule.code: chapter.name for chapter in CHAPTERS for rule in chapter.rules}
_HOMES = {Home.RULE: "regel", Home.PART: "del av regel", Home.QUESTION: "spørsmål i regel", Home.NONE: "ingen maskin"}


def documents() -> dict[str, str]:
    """Path under docs/ → text: the index of rules, a document per chapter, and the plan sentence by sentence."""
    plan = plan_words(PLAN)
    made = {"rules.md": rule_page.index_markdown(CHAPTERS, plan), "coverage.md": coverage(load_plan(PLAN))}
    for chapter in CHAPTERS:
        if chapter.rules:
            made[f"rules/{chapter.name}.md"] = rule_page.chapter_markdown(chapter, plan)
    return made


def coverage(plan: MunicipalPlan) -> str:
    """Each sentence of the plan that asks for something, and what the tool does about it."""
    counts = Counter(row.home for row in plan.rows.values())
    lines = [
        "# Planen, setning for setning",
        "",
        f"Laget av `make docs` fra {plan.document.title} ({plan.document.label}). Ikke rediger her.",
        "",
        f"{len(plan.rows)} rader: " + ", ".join(f"{counts[home]} {words}" for home, words in _HOMES.items()) + ".",
        "",
        "| Rad | Planens ord | Hva verktøyet gjør |",
        "| --- | --- | --- |",
    ]
    for code, row in plan.rows.items():
        words = f"«{row.quote}»" if row.quote else f"({row.name}: i loven, ikke i planen)"
        lines.append(f"| {code} | {words.replace('|', '/')} | {_home(plan, code, row)} |")
    return "\n".join(lines) + "\n"


def _home(plan: MunicipalPlan, code: str, row: PlanRow) -> str:
    match row.home:
        case Home.RULE:
            rule = RULES[code]
            off = "" if plan.is_on(code, optional=rule.optional) else f". Av: {plan.rules[code].reason}"
            return f"{_link(code)} {rule.page.title.nb}{off}"
        case Home.PART:
            return f"Del av {_link(row.of)}"
        case Home.QUESTION:
            return f"Spørsmål i {_link(row.of)}"
        case _:
            return f"Ingen maskin: {row.why}"


def _link(code: str | None) -> str:
    return f"[{code}](rules/{_CHAPTER_OF[code or '']}.md)"


def write(folder: Path) -> None:
    """Writes the documents under ``folder``, and takes away chapters' documents that are no longer made."""
    made = documents()
    for old in (folder / "rules").glob("*.md"):
        if f"rules/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
