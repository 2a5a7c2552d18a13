"""The plan's words: quotes stand in the plan, and what a rule's docstring quotes is what the plan says."""

from __future__ import annotations

import ast
import inspect
import os
import re
from pathlib import Path

import pytest

from skolemiljo.plans.loader import load_plan
from skolemiljo.plans.verify import flat, missing_quotes, stands_in
from skolemiljo.validators import CHAPTERS

HERE = Path(__file__).parent
PLAN = load_plan("oyer-2024")


@pytest.fixture(scope="module")
def plan_text(root: Path) -> str:
    """Øyer's plan, whole. The repository holds quotes only, so the text is elsewhere; CI has it beside the checkout."""
    named = os.environ.get("SKOLEMILJOTEST_PLAN_TEXT")
    files = [Path(named)] if named else sorted((root.parent / "shared" / "plan").glob("*.txt"))
    if not files:
        pytest.skip("the plan's text is not on this machine: set SKOLEMILJOTEST_PLAN_TEXT to its file")
    return files[0].read_text("utf-8")


def test_every_quote_stands_in_oyers_plan(plan_text: str) -> None:
    assert missing_quotes(PLAN, plan_text) == []


def test_every_quote_stands_in_the_examples_plan() -> None:
    assert missing_quotes(load_plan("eksempel"), (HERE / "eksempel-plan.txt").read_text("utf-8")) == []


def test_one_changed_word_is_found() -> None:
    text = (HERE / "eksempel-plan.txt").read_text("utf-8")
    assert missing_quotes(load_plan("eksempel"), text.replace("straks. Er det", "snarast. Er det")) == ["SK-01"]
    assert missing_quotes(load_plan("eksempel"), text.replace("Neste gjennomgang 15.06.2027", "")) == ["META-01"]


@pytest.mark.parametrize(
    ("quote", "text", "there"),
    [
        ("samme dag", "skal skje samme\n   dag som", True),
        ("samme dag", "skal skje samme dagen", False),
        ("Samtaler", "Samtalerom", False),
        ("Samtaler", "Samtaler.", True),
        ("§ 12-5 Skjerpa", "I § 12-5 Skjerpa", True),
        ("snarest.", "undersøke snarest.", True),
        ("snarest.", "undersøke snarest", False),
        ("høre", "ho\u0308re", False),
        ("måte", "ma\u030ate", True),  # a ring of its own, as some programs copy it
        ("skolemiljø", "skole\u00admiljø", True),  # a soft hyphen
    ],
)
def test_word_for_word(quote: str, text: str, there: bool) -> None:
    assert stands_in(flat(quote), flat(text)) is there


def _quoting_functions() -> dict[str, list[str]]:
    """Rule functions and the words their docstrings put in «…»."""
    found = {}
    for chapter in CHAPTERS:
        for rule in chapter.rules:
            words = re.findall(r"«([^»]+)»", inspect.getdoc(rule.judge) or "")
            if words:
                found[rule.code] = [part.strip() for word in words for part in re.split("…", word) if part.strip()]
    return found


# What the tool itself calls things; such words are in quotation marks too, and are not the plan's.
_OWN_WORDS = {"i orden", "ikke aktuelt", "må vurderes", "avvik", "kunne ikke sjekkes", "etterført"}


def test_rules_quote_the_plan_and_nothing_else(plan_text: str) -> None:
    quotes = " | ".join(flat(row.quote) for row in PLAN.rows.values() if row.quote)
    whole = f"{flat(plan_text)} | {quotes}".casefold()
    wrong = [
        f"{code}: «{words}»"
        for code, found in _quoting_functions().items()
        for words in found
        if words not in _OWN_WORDS and not code.startswith("L-") and not stands_in(flat(words).casefold(), whole)
    ]
    assert wrong == []


def test_most_rules_quote_what_decides() -> None:
    """The words that decide stand beside the code that reads them."""
    rules = [rule for chapter in CHAPTERS for rule in chapter.rules if not rule.optional]
    assert len(_quoting_functions()) >= 0.75 * len(rules)


def test_the_repository_holds_no_more_of_the_plan_than_quotes(plan_text: str, root: Path) -> None:
    """No long stretch of the plan stands anywhere but in its rows."""
    longest = max(len(flat(row.quote)) for row in PLAN.rows.values() if row.quote)
    whole = flat(plan_text)
    stretches = {whole[start : start + longest + 80] for start in range(2000, len(whole) - longest - 80, 400)}
    for file in [*root.glob("plans/**/*.toml"), *root.glob("validators/*"), *root.glob("docs/**/*.md")]:
        if file.is_file():
            text = flat(file.read_text("utf-8"))
            assert not any(stretch in text for stretch in stretches), file.name


def test_plans_judge_nothing() -> None:
    """plans/ is data and its readers: nothing there imports a rule."""
    for file in Path(inspect.getfile(load_plan)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert "validators" not in (node.module or ""), file.name
