"""The mapping of a vendor's names, words and labels is data: what a municipality's own file says, and what is wrong with it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.wire import case_to_wire
from skolemiljo.adapters.sikker_sak.mapping import faults_in, field_paths, mapping_at, standard, word_kinds
from skolemiljo.adapters.sikker_sak.wire import Labels, case_from_wire
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.log import LogKind
from skolemiljo.domain.people import Role
from skolemiljo.domain.toml import read_toml

TOWN = [case_to_wire(case, '"1"') for case in Municipality(seed=3, schools=2, cases=30).cases()]
OWN = """
signed_by = "IT-ansvarlig"
people = ["fulltNavn"]
dropped = ["overskrift"]
lacks = ["notices.read_at", "log:pupil_told"]
[fields]
id = "saksnummer"
log = ["hendelser"]
"*.happened_at" = ["skjedd"]
"log.source_label" = "hendelsestype"
"notices.author" = "innsender"
[words.role]
contact_teacher = ["Kontaktlærer"]
rector = "Rektor"
[words.case_status]
open = ["Åpen"]
[labels]
pupil_told = ["Snakket med eleven om saken"]
"""
RENAMED = {
    "caseNumber": "saksnummer",
    "logs": "hendelser",
    "happenedAt": "skjedd",
    "name": "fulltNavn",
    "title": "overskrift",
}
SAID = {"contact_teacher": "KONTAKTLÆRER", "rector": "Rektor", "open": "åpen"}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.toml"
    file.write_text(OWN, "utf-8")
    return file


def theirs(value: Any, place: str = "") -> Any:
    """The same document as the vendor of :data:`OWN` says it."""
    if isinstance(value, list):
        return [theirs(item, place) for item in value]
    if isinstance(value, dict):
        own = {("logs", "type"): "hendelsestype", ("notices", "author"): "innsender"}
        return {own.get((place, key)) or RENAMED.get(key, key): theirs(item, key) for key, item in value.items()}
    return SAID.get(value, value) if place in ("role", "status", "actsFor") else value


def read(raw: Any, file: Path | None = None) -> Case:
    mapping = mapping_at(file)
    return case_from_wire(raw, Labels(mapping=mapping), ReadingContext(), None, None, None, mapping)


def test_another_vendors_words_give_the_same_cases(own: Path) -> None:
    for raw in TOWN:
        assert read(theirs(raw), own) == read(raw)


def test_names_are_pseudonyms_whatever_the_field_is_called(own: Path) -> None:
    named = [raw for raw in TOWN if raw.get("pupils") and raw.get("logs")]
    for raw in named[:5]:
        told = deepcopy(raw)
        told["logs"][0]["text"] = f"{raw['pupils'][0]['name']} fikk beskjed"
        assert read(theirs(told), own).log[0].text == read(told).log[0].text
        assert raw["pupils"][0]["name"] not in read(theirs(told), own).model_dump_json()


def test_a_hidden_field_is_hidden_by_the_vendors_own_name(own: Path) -> None:
    raw = {
        **theirs(TOWN[0]),
        "hiddenFields": ["hendelser.skjedd", "overskrift", "pupils.fulltNavn", "notices.innsender.role"],
    }
    assert read(raw, own).hidden == {"log.happened_at", "notices.author.role"}


def test_labels_of_a_municipality_stand_beside_the_standard_ones(own: Path) -> None:
    labels = Labels({"note": ["Snakket med klassen"]}, mapping_at(own))
    assert labels.kind("snakket med  eleven om saken") is LogKind.PUPIL_TOLD
    assert labels.kind("Snakket med klassen") is LogKind.NOTE
    assert labels.kind("Barnets beste") is LogKind.BEST_INTEREST


def test_the_vendors_own_name_goes_before_ours(own: Path) -> None:
    raw = theirs(TOWN[0])
    for entry in raw["hendelser"]:
        entry["happenedAt"] = "2020-01-01"  # means something else there
    assert read(raw, own) == read(TOWN[0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[field]\nid = "x"', "Mente du fields?"),
        ('[fields]\n"log.hapened_at" = "x"', "Mente du log.happened_at?"),
        ('[fields]\n"*.hapened_at" = "x"', "Mente du *.happened_at?"),
        ("[fields]\nid = 7", "fields.id"),
        ('[fields]\nid = ""', "fields.id"),
        ('[fields]\nid = "x"\nschool = "x"', "id og school"),
        ("[fields]\nid = [1]", "fields.id"),
        ('[words.rolle]\nrector = "x"', "Mente du role?"),
        ('[words.role]\nrektor = "x"', "Mente du rector?"),
        ('[labels]\npupil_tol = "x"', "Mente du pupil_told?"),
        ('labels = "x"', "[labels]"),
        ('people = "name"', "people"),
        ('lacks = ["notices.red_at"]', "notices.read_at"),
        ("[fields", "TOML"),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest_right_name(text: str, told: str, own: Path) -> None:
    own.write_text(f'signed_by = "IT"\n{text}', "utf-8")
    with pytest.raises(SettingsError) as raised:
        mapping_at(own)
    assert told in str(raised.value)
    assert "mapping.toml" in str(raised.value)


@pytest.mark.parametrize("signed", ["", 'signed_by = ""\n', 'signed_by = "  "\n', "signed_by = true\n"])
def test_a_file_that_nobody_has_signed_is_not_in_force(signed: str, own: Path) -> None:
    own.write_text(signed + "[fields]\nid = 'saksnummer'", "utf-8")
    with pytest.raises(SettingsError, match="signed_by"):
        mapping_at(own)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"mapping\.toml"):
        mapping_at(tmp_path / "mapping.toml")


def test_another_mapping_has_another_mark(own: Path) -> None:
    before = mapping_at(own).mark
    assert before != standard().mark
    own.write_text(OWN.replace("saksnummer", "saksnr"), "utf-8")
    assert mapping_at(own).mark != before


def test_the_standard_file_says_only_what_the_format_has() -> None:
    from importlib.resources import files

    raw = read_toml((files("skolemiljo.adapters.sikker_sak") / "mapping.toml").read_text("utf-8"))
    assert not list(faults_in(raw))
    assert {"role": Role}.items() <= word_kinds().items()
    assert {"log.happened_at", "*.role", "schools.name"} <= set(field_paths())
