"""The words of the rules stand in pages/*.toml, the rules in code: neither has what the other lacks, and nothing stands twice."""

from __future__ import annotations

import dis
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from skolemiljo.validators import CHAPTERS, RULES, engine, page
from skolemiljo.validators.duties import duties
from skolemiljo.validators.judge import Judge
from skolemiljo.validators.known import CycleIndex, KnownCase
from skolemiljo.validators.loading import FILES
from skolemiljo.validators.page import chapter_words, shared_words
from skolemiljo.validators.rule import Rule
from skolemiljo.validators.verdict_words import QUESTIONS

FOLDER = Path(page.__file__).parent / "pages"
OWN = "skolemiljo.validators"
KEYS = {key for rule in RULES.values() for key in rule.page.questions}


def _raw(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _words(value: dict[str, Any]) -> Iterator[str | tuple[str, str]]:
    """Each text of a file: the name of a shared one, or the words themselves."""
    for part in value.values():
        if isinstance(part, str):
            yield part
        elif part.keys() == {"nb", "nn"}:
            yield part["nb"], part["nn"]
        else:
            yield from _words(part)


def test_there_is_a_file_for_each_chapter_with_the_pages_in_its_order() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {*(chapter.name for chapter in CHAPTERS), "shared"}
    for chapter in CHAPTERS:
        assert list(chapter_words(chapter.name).pages) == [rule.code for rule in chapter.rules], chapter.name


def test_each_duty_has_a_rule_and_stands_in_the_plans_order() -> None:
    entered = {chapter.name: [rule.code for rule in chapter.rules] for chapter in CHAPTERS}
    assert {chapter: list(codes) for chapter, codes in duties().items()} == entered
    judged_in = {rule.code: rule.judge.__module__.rpartition(".")[2] for rule in RULES.values()}
    assert all(judged_in[code] in FILES[chapter] for chapter, codes in entered.items() for code in codes)
    in_files = list(dict.fromkeys(judged_in.values()))
    assert in_files == [file for files in FILES.values() for file in files], "the files stand in the plan's order"
    known = {"name", "severity", "basis", "role", "law", "about", "optional", "row"}
    assert {key for rules in duties().values() for duty in rules.values() for key in duty} == known


def test_what_several_rules_say_stands_once() -> None:
    said = Counter(words for chapter in CHAPTERS for words in _words(_raw(FOLDER / f"{chapter.name}.toml")))
    shared = {name: number for name, number in said.items() if isinstance(name, str)}
    assert shared.keys() == shared_words().keys(), "one is never used, or not there"
    assert [name for name, number in shared.items() if number < 2] == [], "no other rule says it"
    written = [words for words in said if not isinstance(words, str)]
    assert [words for words in written if said[words] > 1] == [], "give it a name in shared.toml"
    assert {(text.nb, text.nn) for text in shared_words().values()}.isdisjoint(written)


def test_a_page_that_lacks_a_part_or_a_language_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_FOLDER", tmp_path)
    whole = 'title = {nb = "a", nn = "a"}\n[X-01]\n' + "".join(
        f'{part} = {{nb = "a", nn = "b"}}\n' for part in ("title", "remedy", "proof", "limits")
    )
    (tmp_path / "whole.toml").write_text(whole, "utf-8")
    assert chapter_words("whole").pages["X-01"].questions == {}
    for number, wrong in enumerate(
        (
            whole.replace("remedy", "remedies"),
            whole.replace('proof = {nb = "a", nn = "b"}\n', ""),
            whole.replace(', nn = "b"', ""),
        )
    ):
        (tmp_path / f"wrong-{number}.toml").write_text(wrong, "utf-8")
        with pytest.raises(TypeError):
            chapter_words(f"wrong-{number}")


# --- The questions that a rule can ask: every key its functions name, and those they call ---------------------------------


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        yield from _strings((*value, *value.values()))


def _methods(owner: type) -> dict[str, FunctionType]:
    """The methods, properties and cached properties of a class, by name."""
    found = {}
    for name, member in vars(owner).items():
        member = getattr(member, "fget", None) or getattr(member, "func", member)
        if isinstance(member, FunctionType) and not name.startswith("__"):
            found[name] = member
    return found


def _is_ours(thing: object) -> bool:
    """Whether a rule may ask by it: what reads words only tells what it read."""
    module = thing.__module__ if isinstance(thing, FunctionType | type) else ""
    return module.startswith(OWN) and not module.startswith(f"{OWN}.reading")


@cache
def _named(function: FunctionType) -> tuple[frozenset[object], frozenset[str]]:
    """The strings, functions and classes that ``function`` names, and the attributes it reads."""
    things: list[object] = [cell.cell_contents for cell in function.__closure__ or ()]
    attributes = set()
    for code in _codes(function.__code__):
        things += _strings(code.co_consts)
        for step in dis.get_instructions(code):
            if step.opname == "LOAD_GLOBAL":
                named = function.__globals__.get(step.argval)
                things += [named, *_strings(named)]
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                attributes.add(step.argval)
    ours = {thing for thing in things if isinstance(thing, str) or _is_ours(thing)}
    return frozenset(ours), frozenset(attributes)


def known_to(*functions: FunctionType) -> set[str]:
    """Every string that ``functions`` and those they call know; a method is called where its name is, on a class that is known."""
    seen: set[FunctionType] = set()
    todo = set(functions)
    strings: set[str] = set()
    attributes: set[str] = set()
    methods = {name: {method} for owner in (Judge, KnownCase, CycleIndex) for name, method in _methods(owner).items()}
    while todo:
        seen |= todo
        for function in todo:
            things, read = _named(function)
            attributes |= read
            for thing in things:
                if isinstance(thing, str):
                    strings.add(thing)
                if isinstance(thing, type):
                    for name, method in _methods(thing).items():
                        methods.setdefault(name, set()).add(method)
        called = {thing for function in todo for thing in _named(function)[0] if isinstance(thing, FunctionType)}
        todo = (called | {method for name in attributes for method in methods.get(name, ())}) - seen
    return strings


def asked_by(rule: Rule) -> set[str]:
    """The strings known to the rule's function."""
    assert isinstance(rule.judge, FunctionType)
    return known_to(rule.judge)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_has_words_for_each_question_it_can_ask_and_no_others(rule: Rule) -> None:
    asked = asked_by(rule)
    assert rule.page.questions.keys() - asked == set(), "never asked"
    assert (asked & KEYS) - rule.page.questions.keys() - QUESTIONS.keys() == set(), "asked without words"


def test_the_common_questions_are_asked() -> None:
    by_the_engine = known_to(*(one for one in vars(engine).values() if isinstance(one, FunctionType)))
    asked = by_the_engine.union(*(asked_by(rule) for rule in RULES.values()))
    assert QUESTIONS.keys() - asked == set()
