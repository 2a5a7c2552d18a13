"""Names that the source gives are in no text of a case: whole, alone, in the genitive, as initials, in any case of letters."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.wire import case_to_wire
from skolemiljo.adapters.names import Person, _forms, _Names, folded, people_in, text_fields, without_names
from skolemiljo.adapters.sikker_sak.wire import Labels, case_from_wire
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case

TOWN = list(Municipality(seed=3, schools=2, cases=12).cases())
PUPIL, OTHER, TEACHER, RECTOR = "Zabrina Qvistrup", "Jonatan Emil Wulff-Hansen", "Torvalda Skjeggestad", "Odd Sand"


def case(text: str) -> dict[str, Any]:
    """A case on the wire in which four people are named, with ``text`` in its log."""
    return {
        "caseNumber": "SM-1",
        "pupils": [{"ref": "e-1", "name": PUPIL}, {"ref": "e-2", "name": OTHER}],
        "notices": [{"id": "n-1", "author": {"role": "contact_teacher", "ref": "a-4", "name": TEACHER}}],
        "logs": [
            {"id": "l-1", "type": "Notat", "text": text, "author": {"role": "rector", "ref": "a-1", "name": RECTOR}}
        ],
    }


def read(text: str) -> str:
    found: str = without_names(case(text))["logs"][0]["text"]
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zabrina Qvistrup fikk beskjed.", "elev-1 fikk beskjed."),
        ("zabrina fikk beskjed av TORVALDA", "elev-1 fikk beskjed av kontaktlærer-1"),
        ("Qvistrups mor ringte. Zabrina's søster også.", "elev-1 mor ringte. elev-1 søster også."),
        ("Qvistrup, Zabrina og Jonatan", "elev-1 og elev-2"),
        ("Jonatan Wulff-Hansen, Jonatan W. og J. Wulff-Hansen", "elev-2, elev-2 og elev-2"),
        ("Z.Q. og Z. Q. var der", "elev-1 og elev-1 var der"),
        ("Emil slo Zabrina", "elev-2 slo elev-1"),
        ("Odd sa ifra.", "rektor-1 sa ifra."),
        ("Vi ringte Odd, og Sand kom.", "vi ringte rektor-1, og rektor-1 kom.".replace("vi", "Vi")),
        ("Zabrina Jonatan", "elev-1 elev-2"),
        ("Så Qvistrup gikk", "Så elev-1 gikk"),
        # another of the same name is another
        ("Zabrina Wik og Kari Qvistrup", "Zabrina Wik og Kari Qvistrup"),
        # a word is a word
        ("Odd at ingen så det. Det lå sand i klærne.", "Odd at ingen så det. Det lå sand i klærne."),
        ("Zabrinastien og Emilie er noe annet", "Zabrinastien og Emilie er noe annet"),
        ("Wulff ble ikke nevnt", "Wulff ble ikke nevnt"),
    ],
)
def test_a_name_is_a_pseudonym_and_a_word_is_a_word(text: str, expected: str) -> None:
    assert read(text) == expected


def test_two_of_one_name_are_not_told_apart() -> None:
    raw = case("Jonatan fikk beskjed")
    raw["pupils"][0]["name"] = "Jonatan Berg"
    assert without_names(raw)["logs"][0]["text"] == "elev-1/elev-2 fikk beskjed"


def test_references_labels_of_our_own_and_everything_else_stay() -> None:
    raw = case("x") | {"modifiedDateTime": "2026-03-01T10:00:00Z"}
    raw["logs"][0]["pupils"] = ["Zabrina"]
    raw["logs"][0]["id"] = "Zabrina"
    assert without_names(raw) == raw


FORMS = st.sampled_from(
    [
        lambda first, last: f"{first} {last}",
        lambda first, last: f"{last}, {first}",
        lambda first, last: f"{first} {last[0]}.",
        lambda first, last: f"{first[0]}. {last}",
        lambda first, _: first,
        lambda first, _: f"{first}s",
        lambda _, last: f"{last}'s",
        lambda first, last: f"{first.upper()} {last.lower()}",
        lambda first, _: first.lower(),
    ]
)
NAMES = st.from_regex(r"[A-ZÆØÅ][a-zæøå]{5,11}", fullmatch=True)


@given(
    first=NAMES,
    last=NAMES,
    form=FORMS,
    number=st.integers(0, 11),
    before=st.sampled_from(["", "Så kom ", "Møte med «", "("]),
)
def test_no_planted_name_is_in_any_text_of_the_case(first: str, last: str, form: Any, number: int, before: str) -> None:
    """In every text field of a case of the invented town, in whatever form: not in what it shows, keeps, or gives on."""
    raw = case_to_wire(deepcopy(TOWN[number]), '"e"')
    raw["pupils"][0]["name"] = f"{first} {last}"
    told = f"{before}{form(first, last)} fikk beskjed"
    planted = _planted(raw, told)
    assert planted
    found = case_from_wire(raw, Labels(), ReadingContext(), None, None)
    assert isinstance(found, Case)
    for dump in (repr(found), found.model_dump_json(), pickle.dumps(found).decode("utf-8", "replace")):
        assert first.casefold() not in dump.casefold() or first.casefold() in _ours(found)
        assert last.casefold() not in dump.casefold() or last.casefold() in _ours(found)


def _planted(value: Any, text: str) -> int:
    """Puts ``text`` in the place of every text of some length. Gives how many."""
    if isinstance(value, list):
        return sum(_planted(item, text) for item in value)
    if not isinstance(value, dict):
        return 0
    number = 0
    for key, item in value.items():
        if key in (
            "text",
            "problem",
            "goal",
            "childExperience",
            "surroundings",
            "responsible",
            "result",
        ) and isinstance(item, str):
            value[key] = text
            number += 1
        else:
            number += _planted(item, text)
    return number


def _ours(found: Case) -> str:
    """The words of the format itself."""
    return str(Case.model_json_schema()).casefold()


def by_one_pattern(people: tuple[Person, ...], text: str) -> Iterator[tuple[int, int, bool]]:
    """Where names stand, and whether whole, by one pattern of all forms: plainer, and for the engine of patterns a day's work."""
    names = [re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", person.name) for person in people]
    whole = {form for its in names for form in _forms(its)}
    parts = {folded(name) for its in names for name in its}

    def longest_first(forms: set[str]) -> str:
        spaced = [r"\s+".join(map(re.escape, form.split())) for form in sorted(forms, key=len, reverse=True)]
        return "|".join(spaced) or "(?!)"

    pattern = rf"(?<![\w-])(?:({longest_first(whole)})|(?:{longest_first(parts)}))(?:['’´]?s|['’´])?(?![\w])"
    for found in re.finditer(pattern, text, re.IGNORECASE):
        yield *found.span(), found[1] is not None


FEW = st.sampled_from(
    ["Odd", "Odds", "Han", "Hans", "Li", "Li-Ann", "Ann", "Å", "Åse", "Øk-Ås", "Él", "ole", "OLE-BERG", "Berg"]
)
BETWEEN = st.sampled_from(
    [" ", "", ", ", ". ", ".", "-", "s ", "S", "’s ", "'", "´ ", "\n", "  ", "_", "1", "\u00a0", "»", "x"]
)


@given(
    names=st.lists(st.lists(FEW, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=4),
    text=st.lists(st.tuples(st.one_of(FEW, FEW.map(lambda name: name[0])), BETWEEN), max_size=8),
    upper=st.sampled_from([str, str.upper, str.lower]),
)
def test_names_are_found_where_one_pattern_of_all_forms_finds_them(
    names: list[str], text: list[tuple[str, str]], upper: Any
) -> None:
    people = tuple(Person(name, f"elev-{number}") for number, name in enumerate(names))
    told = upper("".join(map("".join, text)))
    found = [(one.start, one.end, one.form.whole) for one in _Names(people).found_in(told)]
    assert found == list(by_one_pattern(people, told))


@pytest.mark.parametrize("name", ["Jørn Strauß", "İbrahim Wik", "Elias Wik"])
@pytest.mark.parametrize("case_of", [str, str.upper, str.lower, str.casefold, lambda name: name.replace("i", "ı")])
def test_a_letter_that_is_two_in_another_case_hides_no_name(name: str, case_of: Any) -> None:
    raw = case(f"Så kom {case_of(name)} dit, sa {case_of(name.split()[1])}.")
    raw["pupils"][0]["name"] = name
    assert without_names(raw)["logs"][0]["text"] == "Så kom elev-1 dit, sa elev-1."


def test_nobody_named_changes_nothing() -> None:
    raw = {"caseNumber": "SM-1", "logs": [{"text": "Zabrina"}]}
    assert people_in(raw) == ()
    assert without_names(raw) is raw


def test_who_they_are_is_in_no_word_of_ours() -> None:
    assert PUPIL not in repr(people_in(case("")))
    assert {"text", "problem", "child_experience", "responsible", "when"} <= text_fields()
    assert not {"ref", "id", "pupils", "notice", "etag", "role", "kind"} & text_fields()
