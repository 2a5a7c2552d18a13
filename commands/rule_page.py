"""Rule pages: one object, the rule, joined with the plan's own words; as text for the terminal, Markdown and data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from gettext import gettext as _
from typing import Any

from ..domain.errors import SettingsError
from ..plans.loader import PlanWords, law
from ..validators.rule import Chapter, Rule
from ..validators.verdict_words import BASES, HEADINGS, ROLES, SEVERITIES


def find(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule by its code or slug, in any case. Raises SettingsError with the nearest one."""
    wanted = name.strip().casefold()
    by_name = {rule.code.casefold(): rule for rule in rules.values()} | {rule.slug: rule for rule in rules.values()}
    if wanted in by_name:
        return by_name[wanted]
    # «va08» and «VA 08» are codes all the same.
    squeezed = {key.replace("-", ""): rule for key, rule in by_name.items()}
    plain = "".join(letter for letter in wanted if letter.isalnum())
    if plain in squeezed:
        return squeezed[plain]
    import difflib  # seldom needed

    near = dict.fromkeys(by_name[key].code for key in difflib.get_close_matches(wanted, by_name, n=6, cutoff=0.5))
    hint = ", ".join(f"{code} ({rules[code].slug})" for code in list(near)[:3]) or "skolemiljo explain --all"
    raise SettingsError(_("ingen regel heter det. Mente du {hint}?").format(hint=hint))


def all_pages(rules: Iterable[Rule], plan: PlanWords, language: str = "nb") -> Iterator[str]:
    """The page of each of ``rules`` for a terminal."""
    return (text(rule, plan, language) for rule in rules)


def data(rule: Rule, plan: PlanWords, language: str) -> dict[str, Any]:
    """Everything on the page, as data, and what the rule must be able to see."""
    return _page(rule, plan, language) | {"needs": sorted(rule.needs.rows)}


def _page(rule: Rule, plan: PlanWords, language: str) -> dict[str, Any]:
    quote, section = plan.quotes.get(rule.row, (None, None))
    _, why, decided_by = plan.switches.get(rule.row, (None, None, None))
    titles = law()
    return {
        "rule": rule.code,
        "slug": rule.slug,
        "chapter": rule.chapter,
        "title": rule.page.title.in_language(language),
        "quote": quote,
        "section": section,
        "plan": plan.label,
        "law": [{"key": key, "title": titles[key][0], "url": titles[key][1]} for key in rule.law],
        "basis": rule.basis.value,
        "severity": rule.severity.value,
        "role": rule.role.value,
        "proof": rule.page.proof.in_language(language),
        "remedy": rule.page.remedy.in_language(language),
        "questions": {key: text.in_language(language) for key, text in rule.page.questions.items()},
        "limits": rule.page.limits.in_language(language),
        "on": plan.is_on(rule.row, optional=rule.optional),
        "why": why,
        "decided_by": decided_by,
    }


def text(rule: Rule, plan: PlanWords, language: str = "nb", width: int = 90) -> str:
    """The page for a terminal."""
    page = _page(rule, plan, language)
    say = {key: words.in_language(language) for key, words in HEADINGS.items()}
    lines = [f"{rule.code}  {page['title']}", f"      {rule.slug}", ""]
    if page["quote"]:
        lines += [f"{say['plan_says']} ({page['section']}):", *_wrapped(f"«{page['quote']}»", width), ""]
    if page["law"]:
        lines += [f"{say['law']}: {'; '.join(entry['title'] for entry in page['law'])}"]
    lines += [
        f"{say['basis']}: {BASES[rule.basis].in_language(language)}",
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


def markdown(rule: Rule, plan: PlanWords, language: str = "nb", level: int = 2) -> str:
    """The page in Markdown, with a heading of ``level``."""
    page = _page(rule, plan, language)
    say = {key: words.in_language(language) for key, words in HEADINGS.items()}
    lines = [f"{'#' * level} {rule.code} {page['title']}", "", f"`{rule.slug}`", ""]
    if page["quote"]:
        lines += [f"> «{page['quote']}» ({page['section']})", ""]
    facts = [
        f"{say['basis']}: {BASES[rule.basis].in_language(language)}",
        f"{say['severity']}: {SEVERITIES[rule.severity].in_language(language)}",
        f"{say['role']}: {ROLES[rule.role].in_language(language)}",
        *(f"[{entry['title']}]({entry['url']})" for entry in page["law"]),
        _switch(page, say),
    ]
    lines += [f"- {fact}" for fact in facts]
    for key in ("proof", "remedy", "limits"):
        lines += ["", f"**{say[key]}**", "", page[key]]
    if page["questions"]:
        lines += ["", f"**{say['questions']}**", "", *(f"- {question}" for question in page["questions"].values())]
    return "\n".join(lines) + "\n"


def chapter_markdown(chapter: Chapter, plan: PlanWords, language: str = "nb") -> str:
    """All pages of one chapter in one Markdown document, in the plan's order."""
    head = f"# {chapter.title.in_language(language)}\n\n{_made_from(plan, language)}\n\n"
    return head + "\n".join(markdown(rule, plan, language) for rule in chapter.rules)


def index_markdown(chapters: Iterable[Chapter], plan: PlanWords, language: str = "nb", folder: str = "rules") -> str:
    """A table of every rule, by chapter, with links to the chapters' documents in ``folder``."""
    say = {key: words.in_language(language) for key, words in HEADINGS.items()}
    lines = [f"# {say['rules']}", "", _made_from(plan, language), ""]
    for chapter in chapters:
        if not chapter.rules:
            continue
        title = chapter.title.in_language(language)
        lines += [f"## {title}", "", f"| {say['rule']} | {say['title']} | {say['basis']} | {say['severity']} |"]
        lines.append("| --- | --- | --- | --- |")
        for rule in chapter.rules:
            basis, severity = BASES[rule.basis], SEVERITIES[rule.severity]
            off = "" if plan.is_on(rule.row, optional=rule.optional) else f" ({say['off'].casefold()})"
            lines.append(
                f"| [{rule.code}]({folder}/{chapter.name}.md) | {rule.page.title.in_language(language)}{off} "
                f"| {basis.in_language(language)} | {severity.in_language(language)} |"
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _made_from(plan: PlanWords, language: str) -> str:
    return HEADINGS["made"].in_language(language).format(title=plan.title, label=plan.label)
