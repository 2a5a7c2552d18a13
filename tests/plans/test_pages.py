"""A rule's page is the rule and the plan's own words, in three forms and two languages; the documents are made from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.commands import rule_page
from skolemiljo.commands.documents import documents, write
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.plan import Readings
from skolemiljo.plans.loader import PlanWords, available, load_plan, plan_words
from skolemiljo.validators import CHAPTERS, RULES
from skolemiljo.validators.page import Text
from skolemiljo.validators.rule import Rule

PLAN = plan_words("oyer-2024")


def _texts(rule: Rule) -> Iterator[tuple[str, Text]]:
    page = rule.page
    yield from (("title", page.title), ("remedy", page.remedy), ("proof", page.proof), ("limits", page.limits))
    yield from page.questions.items()


def test_a_page_says_of_a_plan_of_ours_what_the_examined_plan_says() -> None:
    for name in available():
        plan, words = load_plan(name), plan_words(name)
        assert words == PlanWords.of(plan.model_dump())
        assert (words.title, words.label) == (plan.document.title, plan.document.label)
        for code in {*plan.rows, *RULES}:
            for optional in (True, False):
                assert words.is_on(code, optional=optional) is plan.is_on(code, optional=optional)


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_text_is_whole_in_both_languages(code: str) -> None:
    for name, text in _texts(RULES[code]):
        for words in (text.nb, text.nn):
            assert words == words.strip(), name
            assert words, name
            # A title is a state, as a sentence without its full stop; all else is sentences, or what to show.
            assert not (name == "title" and words.endswith(".")), f"{code} {name}: {words}"
        assert not re.search(r"\b(ikkje|ein|eit|frå|vart|kva|kvifor|korleis|dei)\b", text.nb), f"{code} {name}: nb"
        quoted = re.sub(r"«[^»]*»", "", text.nn)  # the plan's own words are never translated
        assert not re.search(r"\b(ikke|fra|ble|hva|hvorfor|hvordan|noen|eller\s+ikke)\b", quoted), f"{code} {name}: nn"


def test_slugs_and_codes_are_names_of_one_rule_each() -> None:
    slugs = [rule.slug for rule in RULES.values()]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)
    assert sum(len(chapter.rules) for chapter in CHAPTERS) == len(RULES), "a code is used twice"


def test_the_word_lovbrudd_is_never_said() -> None:
    for rule in RULES.values():
        for name, text in _texts(rule):
            assert not re.search(r"lov(s)?bro[dt]|lovbrudd", text.nb + text.nn, re.I), f"{rule.code} {name}"


def test_all_pages_are_in_the_language_asked_for() -> None:
    rules = list(RULES.values())[:3]
    for language in ("nb", "nn"):
        assert list(rule_page.all_pages(rules, PLAN, language)) == [
            rule_page.text(rule, PLAN, language) for rule in rules
        ]


@pytest.mark.parametrize("name", ["VA-08", "va-08", "va08", "VA 08", " VA-08 ", "elev-far-beskjed-samme-dag"])
def test_a_rule_is_found_by_code_or_slug(name: str) -> None:
    assert rule_page.find(name, RULES).code == "VA-08"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("VA-80", "VA-08"), ("elev-far-beskjed", "VA-08"), ("arlig-revidering-juni", "AAR-08"), ("APF", "AP-F")],
)
def test_a_misspelling_gets_the_nearest(name: str, meant: str) -> None:
    try:
        assert rule_page.find(name, RULES).code == meant
    except SettingsError as error:
        assert meant in str(error)  # noqa: PT017 - either is right: found, or the nearest is named


def test_something_else_is_sent_to_the_list() -> None:
    with pytest.raises(SettingsError, match="explain --all"):
        rule_page.find("@@@", RULES)


def test_the_page_carries_the_plans_words_the_law_and_the_switch() -> None:
    page = rule_page.text(RULES["VA-09"], PLAN)
    assert "«I alvorlige skolesaker skal skoleeier/kommunalsjef varsles.»" in page
    assert "Plikt til å varsle" in page
    assert "opplæringslova § 12-4" in page
    off = rule_page.text(RULES["L-05"], PLAN)
    assert "Regelen er av: Skoleeier har ikke bestemt hvor denne informasjonen skal dokumenteres." in off


def test_quotes_are_never_translated() -> None:
    quote = PLAN.quotes["VA-08"][0] or "?"
    assert quote in " ".join(rule_page.markdown(RULES["VA-08"], PLAN, "nn").split())
    assert rule_page.data(RULES["VA-08"], PLAN, "nn")["quote"] == quote
    assert rule_page.data(RULES["VA-08"], PLAN, "nn")["title"] != rule_page.data(RULES["VA-08"], PLAN, "nb")["title"]


def test_the_three_forms_tell_the_same() -> None:
    for rule in RULES.values():
        page = rule_page.data(rule, PLAN, "nb")
        forms = [" ".join(form.split()) for form in (rule_page.text(rule, PLAN), rule_page.markdown(rule, PLAN))]
        wanted = [page["title"], page["proof"], page["remedy"], page["limits"], *page["questions"].values()]
        wanted += [entry["title"] for entry in page["law"]]
        for form in forms:
            assert all(" ".join(words.split()) in form for words in wanted), rule.code


def test_a_page_keeps_to_the_width_it_is_given() -> None:
    for page in rule_page.all_pages(RULES.values(), PLAN):
        quoted = [line for line in page.splitlines() if line.startswith("    ")]
        assert all(len(line) <= 90 or " " not in line.strip() for line in quoted)


def test_explain_in_the_terminal() -> None:
    found = CliRunner().invoke(main, ["explain", "va08", "--format", "json", "--language", "nn"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.output)["rule"] == "VA-08"
    every = CliRunner().invoke(main, ["explain", "--all", "--format", "json"])
    assert [page["rule"] for page in json.loads(every.output)] == list(RULES)
    marked = CliRunner().invoke(main, ["explain", "VA-08", "--format", "markdown"])
    assert marked.output.startswith("## VA-08 ")


def test_the_documents_are_up_to_date(root: Path, tmp_path: Path) -> None:
    """`make docs` has been run since a rule, its texts or the plan's rows were changed."""
    stale = [
        name
        for name, text in documents().items()
        if not (root / "docs" / name).is_file() or (root / "docs" / name).read_text("utf-8") != text
    ]
    assert stale == [], "run `make docs`"
    there = {f"rules/{file.name}" for file in (root / "docs" / "rules").glob("*.md")}
    assert there <= documents().keys()


def test_writing_the_documents_takes_away_what_is_no_longer_made(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "old_chapter.md").write_text("x", "utf-8")
    write(tmp_path)
    assert not (tmp_path / "rules" / "old_chapter.md").exists()
    assert {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.md")} == documents().keys()


def test_links_in_the_documents_lead_somewhere(root: Path) -> None:
    made = documents()
    for name, text in made.items():
        for target in re.findall(r"\]\(((?!https)[^)]+)\)", text):
            assert target in made, f"{name}: {target}"
    assert {code for code in RULES if f"[{code}](" not in made["rules.md"]} == set()


def test_every_reading_is_explained(root: Path) -> None:
    told = (root / "docs" / "readings.md").read_text("utf-8")
    assert [name for name in Readings.model_fields if name not in ("source", "day") and f"`{name}`" not in told] == []


def test_every_reading_with_a_number_of_the_catalogue_is_a_line_of_the_plan_that_nobody_has_adopted(root: Path) -> None:
    told = set(re.findall(r"A-\d\d", (root / "docs" / "readings.md").read_text("utf-8")))
    lines = (root / "plans" / "oyer-2024" / "plan.toml").read_text("utf-8").splitlines()
    written = {number for line in lines for number in re.findall(r"A-\d\d", line)}
    assert told - written == set()
    standard = 'source = "Standardlesning: ordlyden i planen. Ikke vedtatt av skoleeier; se docs/readings.md."'
    assert standard in lines
    for line in lines:
        if line.startswith("# A-"):
            assert line.endswith("; ikke vedtatt"), line
            assert set(re.findall(r"A-\d\d", line)) <= told, line


def test_the_glossary_points_at_files_that_are_there(root: Path) -> None:
    rows = re.findall(r"^\| .+ \|$", (root / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) >= 30
    for row in rows[2:]:
        for file in re.findall(r"`([^`…]+)`", row):
            assert (root / file).exists(), file
