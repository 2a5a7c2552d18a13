"""Rule pages: one object, the rule, joined with the plan's own words; as text for the terminal, Markdown and data."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from ..domain.errors import SettingsError
from ..domain.plan import MunicipalPlan
from ..plans.loader import law
from .rule import Chapter, Rule, Text
from .wording import ROLES, SEVERITIES

_BASIS = {
    "lov": Text("loven", "lova"),
    "plan": Text("kommunens plan", "planen til kommunen"),
    "lov+plan": Text("loven og kommunens plan", "lova og planen til kommunen"),
    "intern": Text("verktøyet selv", "verktøyet sjølv"),
}
_WORDS = {
    "plan_says": Text("Planen sier", "Planen seier"),
    "law": Text("Loven", "Lova"),
    "basis": Text("Grunnlag", "Grunnlag"),
    "severity": Text("Alvor", "Alvor"),
    "role": Text("Ansvar", "Ansvar"),
    "proof": Text("Dette viser at det er i orden", "Dette viser at det er i orden"),
    "remedy": Text("Gjør dette nå", "Gjer dette no"),
    "questions": Text("Spørsmål et menneske må svare på", "Spørsmål eit menneske må svare på"),
    "limits": Text("Dette kan regelen ikke se", "Dette kan regelen ikkje sjå"),
    "on": Text("Regelen er på", "Regelen er på"),
    "off": Text("Regelen er av", "Regelen er av"),
}


def find(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule by its code or slug, in any case. Raises SettingsError with the nearest one."""
    wanted = name.casefold()
    by_name = {rule.code.casefold(): rule for rule in rules.values()} | {rule.slug: rule for rule in rules.values()}
    if wanted in by_name:
        return by_name[wanted]
    near = difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.5)
    hint = ", ".join(f"{by_name[n].code} ({by_name[n].slug})" for n in near) or "skolemiljo explain --all"
    raise SettingsError(f"ingen regel heter det. Mente du {hint}?")


def data(rule: Rule, plan: MunicipalPlan, language: str) -> dict[str, Any]:
    """Everything on the page, as data."""
    row = plan.rows.get(rule.code)
    switch = plan.rules.get(rule.code)
    titles = law()
    return {
        "rule": rule.code,
        "slug": rule.slug,
        "chapter": rule.chapter,
        "title": rule.title.in_language(language),
        "quote": row.quote if row is not None else None,
        "section": row.section if row is not None else None,
        "plan": plan.document.label,
        "law": [{"key": key, "title": titles[key][0], "url": titles[key][1]} for key in rule.law],
        "basis": rule.basis.value,
        "severity": rule.severity.value,
        "role": rule.role.value,
        "proof": rule.proof.in_language(language),
        "remedy": rule.remedy.in_language(language),
        "questions": {key: text.in_language(language) for key, text in rule.questions.items()},
        "limits": rule.limits.in_language(language),
        "needs": list(rule.needs),
        "on": plan.is_on(rule.code, optional=rule.optional),
        "why": switch.reason if switch is not None else None,
        "decided_by": switch.source if switch is not None else None,
    }


def text(rule: Rule, plan: MunicipalPlan, language: str = "nb", width: int = 90) -> str:
    """The page for a terminal."""
    page = data(rule, plan, language)
    say = {key: words.in_language(language) for key, words in _WORDS.items()}
    lines = [f"{rule.code}  {page['title']}", f"      {rule.slug}", ""]
    if page["quote"]:
        lines += [f"{say['plan_says']} ({page['section']}):", *_wrapped(f"«{page['quote']}»", width), ""]
    if page["law"]:
        lines += [f"{say['law']}: {'; '.join(entry['title'] for entry in page['law'])}"]
    lines += [
        f"{say['basis']}: {_BASIS[page['basis']].in_language(language)}",
        f"{say['severity']}: {SEVERITIES[rule.severity].in_language(language)}",
        f"{say['role']}: {ROLES[rule.role].in_language(language)}",
        _switch(page, say),
        "",
        f"{say['proof']}:",
        *_wrapped(page["proof"], width),
        f"{say['remedy']}:",
        *_wrapped(page["remedy"], width),
    ]
    if page["questions"]:
        lines.append(f"{say['questions']}:")
        for question in page["questions"].values():
            lines += _wrapped(question, width)
    lines += [f"{say['limits']}:", *_wrapped(page["limits"], width)]
    return "\n".join(lines)


def _switch(page: Mapping[str, Any], say: Mapping[str, str]) -> str:
    state = say["on"] if page["on"] else say["off"]
    return f"{state}: {page['why']} ({page['decided_by']})" if page["why"] else f"{state}."


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width, initial_indent="    ", subsequent_indent="    ", break_long_words=False)


def markdown(chapters: Iterable[Chapter], plan: MunicipalPlan, language: str = "nb") -> str:
    """All pages in one Markdown document, in the plan's order."""
    say = {key: words.in_language(language) for key, words in _WORDS.items()}
    lines = [
        "# Reglene",
        "",
        f"Laget av `make docs` fra reglene selv og fra {plan.document.title} ({plan.document.label}). Ikke rediger her.",
        "",
    ]
    for chapter in chapters:
        if not chapter.rules:
            continue
        lines += [f"## {chapter.title.in_language(language)}", ""]
        for rule in chapter.rules:
            page = data(rule, plan, language)
            lines += [f"### {rule.code} {page['title']}", "", f"`{rule.slug}`", ""]
            if page["quote"]:
                lines += [f"> «{page['quote']}» ({page['section']})", ""]
            facts = [
                f"{say['basis']}: {_BASIS[page['basis']].in_language(language)}",
                f"{say['severity']}: {SEVERITIES[rule.severity].in_language(language)}",
                f"{say['role']}: {ROLES[rule.role].in_language(language)}",
            ]
            facts += ["; ".join(f"[{entry['title']}]({entry['url']})" for entry in page["law"])] if page["law"] else []
            lines += [". ".join(facts) + f". {_switch(page, say)}", ""]
            lines += [f"- **{say['proof']}:** {page['proof']}", f"- **{say['remedy']}:** {page['remedy']}"]
            lines += [f"- **{say['questions']}:** {' '.join(page['questions'].values())}"] if page["questions"] else []
            lines += [f"- **{say['limits']}:** {page['limits']}", ""]
    return "\n".join(lines).rstrip() + "\n"
