"""Names planted wherever a source can give them (pupils, staff, references, case numbers, labels, free text in every form) are in no
dump of a case, no byte of what is kept, and no output in any form: over HTTP, from a folder, from a workbook."""

from __future__ import annotations

import io
import json
import pickle
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import click
import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel

from skolemiljo.adapters.connect import case_adapter
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.wire import case_to_wire
from skolemiljo.adapters.wire_names import snake
from skolemiljo.adapters.workbook.writing import content_of, workbook
from skolemiljo.cli import main
from skolemiljo.domain.case import Case
from skolemiljo.domain.facts import model_in
from skolemiljo.domain.school import School
from skolemiljo.settings import load_settings

from .adapters.another_vendor import another_vendor
from .reliability.program import already_written, settings_file
from .reliability.vendor import vendors

FIRST = (
    "Zabrina", "Jonatvin", "Torvaldine", "Ørjulvar", "Quintille", "Xaverine", "Yngvaldur", "Wilhjelma", "Åsbertine", "Kvedulfa",
    "Hallgjerdine",
)  # fmt: skip
LAST = (
    "Qvistrup", "Wulffenstad", "Skjæggestrøm", "Vrangsløkken", "Ødegaardsvold", "Zimmerholt", "Ulvhildsrud", "Kråkstadlien",
    "Bjelkerøys", "Xantevik", "Pjoltersen",
)  # fmt: skip


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """``model`` and all that it holds."""
    below = {inner for part in model.model_fields.values() if (inner := model_in(part.annotation)) is not None}
    return {model}.union(*map(_models, below))


TEXTS = {
    name
    for model in _models(Case)
    for name, hint in get_type_hints(model, include_extras=True).items()
    if hint in (str | None, tuple[str, ...]) and name not in ("language", "etag")
}
"""Every field of a case in which people write what they like, and what the source calls a log type."""
SOURCES = ("sikker_sak", "folder", "workbook")
CASES = 10
KEY = "en prøvenøkkel som er lang nok"
MORNING = AS_OF + timedelta(days=1)


@dataclass(frozen=True)
class Planted:
    """Somebody whom the source names, and the reference by which it does."""

    first: str
    last: str
    reference: str
    told: str
    """What the source tells of the name: ``whole``, ``first`` (all that «KariN» tells), or nothing («karnor01»)."""

    def forms(self) -> tuple[str, ...]:
        """The name in a text, in all the ways people write it."""
        first, last = self.first, self.last
        if not self.told:
            return (self.reference,)
        if self.told == "first":
            return (f"{first} {last}", first, f"{first}s", first.lower(), self.reference)
        return (
            f"{first} {last}", f"{last}, {first}", f"{first} {last[0]}.", f"{first[0]}. {last}", f"{first[0]}.{last[0]}.",
            f"{first[0]}. {last[0]}.", first, last, f"{first}s", f"{last}'s", f"{first} {last}s", f"{first} {last}".upper(), first.lower(),
            last.lower(), self.reference,
        )  # fmt: skip


_INITIALS = re.compile(r"(?<!\w)([A-ZÆØÅ])\. ?([A-ZÆØÅ])\.")


@dataclass
class Plants:
    """All that has been planted in one town."""

    words: set[str] = field(default_factory=set)
    """In small letters: nowhere."""
    initials: set[tuple[str, str]] = field(default_factory=set)
    numbers: dict[str, str] = field(default_factory=dict)

    def found_in(self, text: str) -> set[str]:
        """What stands in ``text``."""
        small = text.casefold()
        initials = {found for found in _INITIALS.findall(text) if found in self.initials}
        return {word for word in self.words if word in small} | {f"{first}.{last}." for first, last in initials}


def plant(raw: dict[str, Any], place: int, plants: Plants, *, named: bool) -> dict[str, Any]:
    """The case ``raw`` (of the format, or on the wire) with another name for everybody in it, in all its texts. ``named``: people
    have a field for their name."""
    raw = deepcopy(raw)
    people: dict[str, Planted] = {}
    for number, reference in enumerate(dict.fromkeys(_references(raw))):
        first, last = FIRST[(place + number) % len(FIRST)], LAST[(place + 2 * number) % len(LAST)]
        made = (
            f"{first}.{last}".lower(),
            f"{first}{last[0]}",
            f"{first[:3]}{last[:3]}{number:02}".lower(),
            f"{first}-{last}",
        )
        told = "whole" if named else ("whole", "first", "", "whole")[number % 4]
        people[reference] = Planted(first, last, made[number % 4], told)
    somebody = list(people.values())
    exchanged = {reference: person.reference for reference, person in people.items()}
    whole = [person for person in somebody if person.told == "whole"]
    for number, identity in enumerate(dict.fromkeys(_ids(raw))):
        if whole and number % 3 == 0 and identity not in exchanged:
            exchanged[identity] = f"{identity}-{whole[number % len(whole)].last}"
    forms = iter([form for turn in range(15) for person in somebody for form in person.forms()[turn : turn + 1]] * 20)
    found: dict[str, Any] = _planted(raw, exchanged, {p.reference: p for p in somebody} if named else {}, forms)
    for person in somebody:
        plants.words |= {person.reference.casefold()}
        if person.told:
            plants.words.add(person.first.casefold())
        if person.told == "whole":
            plants.words.add(person.last.casefold())
            plants.initials.add((person.first[0], person.last[0]))
    return found


def _references(value: Any) -> Iterator[str]:
    for key, item in _items(value):
        if key == "ref" and isinstance(item, str):
            yield item


def _ids(value: Any) -> Iterator[str]:
    for key, item in _items(value):
        if key == "id" and isinstance(item, str) and item != value.get("id"):
            yield item


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _items(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from _items(item)


def _planted(value: Any, exchanged: dict[str, str], people: dict[str, Planted], forms: Iterator[str]) -> Any:
    if isinstance(value, str):
        return exchanged.get(value, value)
    if isinstance(value, list):
        return [_planted(item, exchanged, people, forms) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        is_text = snake(key) in TEXTS | {"type"} and isinstance(item, str)
        label = snake(key) in ("type", "source_label")
        if is_text and label and len(value.get("id", "")) % 3:
            found[key] = item  # most labels stay known
        elif is_text:
            found[key] = f"{item} – {next(forms)} fikk beskjed. {next(forms)} også"
        else:
            found[key] = _planted(item, exchanged, people, forms)
    if "ref" in found and found["ref"] in people:
        found["name"] = f"{people[found['ref']].first} {people[found['ref']].last}"
    return found


def number_of(place: int, first: str, last: str) -> str:
    """A case number that tells who, in one of the ways there are."""
    return (
        f"sak-{last}-{place}",
        f"{first}.{last}.{place}".lower(),
        f"2026/158310{place:05}",
        f"{first}-{last}-2026-{place}",
        f"{last}-{place}".lower(),
        f"{place}/{last}".upper(),
    )[place % 6]


# --- a town at each source, and what it leaves ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Town:
    """A municipality in which names are planted, and the night that has been over it."""

    source: str
    folder: Path
    plants: Plants
    sample: Path
    """One case as the source has it."""
    url: str = ""

    def run(self, *arguments: str) -> Result:
        """One command, as the administrator runs it."""
        common = ("--settings", str(self.folder / "settings.toml"), "--secrets", str(self.folder / "secrets"))
        return CliRunner().invoke(main, (*common, *arguments))


@pytest.fixture(scope="module", params=SOURCES)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "secrets").mkdir(mode=0o700)
    (folder / "secrets" / "pseudonym_key").write_text(KEY, "utf-8")
    inn = tmp_path_factory.mktemp("inn")
    if request.param == "sikker_sak":
        yield from _over_http(folder, inn)
    else:
        yield _over_files(request.param, folder, inn)


def _begun(town: Town) -> Town:
    for arguments in (("--dry-run",), ("--first-write",)):
        done = town.run("sync", *arguments, "--as-of", AS_OF.isoformat())
        assert done.exit_code in (0, 3), done.output
        assert not town.plants.found_in(done.output)
    return town


def _over_http(folder: Path, inn: Path) -> Iterator[Town]:
    plants = Plants()
    with vendors(cases=CASES, schools=2) as mock:
        places = {case["id"]: place for place, case in enumerate(mock.mock.municipality.cases())}
        for case, place in places.items():
            raw = case_to_wire(mock.mock.municipality.case(place), "x")
            planted = plant(raw, place, plants, named=True)
            first, _, last = next(item for key, item in _items(planted) if key == "name").partition(" ")
            plants.numbers[case] = number_of(place, first, last) if place % 5 else f"{place}-{last.casefold()}"
        places |= {plants.numbers[case]: place for case, place in places.items()}

        def said(body: Any) -> Any:
            if isinstance(body, list):
                return [said(item) for item in body]
            if not isinstance(body, dict):
                return body
            if body.get("caseNumber") in places and "statusHistory" in body:
                return plant(body, places[body["caseNumber"]], plants, named=True)
            return {key: said(item) for key, item in body.items()}

        with another_vendor(mock, said, plants.numbers) as url:
            file = settings_file(mock, folder)
            file.write_text(file.read_text("utf-8").replace(mock.sikker_sak_url, f"{url}/sikkersak"), "utf-8")
            sample = inn / "sak.json"
            raw = case_to_wire(mock.mock.municipality.case(0), "x")
            sample.write_text(json.dumps(said({**raw, "caseNumber": plants.numbers[raw["caseNumber"]]})), "utf-8")
            yield _begun(Town("sikker_sak", folder, plants, sample, f"{url}/sikkersak"))


def _over_files(source: str, folder: Path, inn: Path) -> Town:
    plants = Plants()
    Municipality(schools=2, cases=CASES).write_folder(inn)
    for place, file in enumerate(sorted((inn / "cases").glob("*.json"))):
        raw = plant(json.loads(file.read_text("utf-8")), place, plants, named=False)
        file.unlink()
        plants.numbers[raw["id"]] = raw["id"] = number_of(place, FIRST[place % len(FIRST)], LAST[place % len(LAST)])
        file = inn / "cases" / f"{raw['id'].replace('/', '_')}.json"
        file.write_text(json.dumps(raw), "utf-8")
    sample, at = file, inn
    if source == "workbook":
        sample = at = inn / "saker.xlsx"
        cases = [_as_it_was_typed(json.loads(one.read_bytes())) for one in (inn / "cases").glob("*.json")]
        schools = [School.model_validate(one) for one in json.loads((inn / "schools.json").read_text("utf-8"))]
        at.write_bytes(workbook(content_of(cases, schools)))
    (folder / "settings.toml").write_text(
        f'source = "{source}"\ncycle = "{source}"\nstore = "lager.sqlite"\n[{source}]\npath = "{at}"\n[sync]\nwrite_back = true\n',
        "utf-8",
    )
    already_written(folder / "settings.toml")
    return _begun(Town(source, folder, plants, sample))


def _as_it_was_typed(raw: dict[str, Any]) -> Case:
    """A case with the names in it, as whoever fills in a sheet types them: not by the border."""
    return Case.model_validate(raw)


# --- the case in memory, and what is kept ---------------------------------------------------------------------------------


def _dumps(what: Any) -> str:
    """All that a dump of memory could show."""
    plain = what.model_dump_json()
    return "\n".join((repr(what), str(what), plain, pickle.dumps(what).decode("utf-8", "replace"), repr(vars(what))))


def test_no_name_is_in_any_dump_of_a_case(town: Town) -> None:
    settings = load_settings(town.folder / "settings.toml", town.folder / "secrets")
    source: Any = case_adapter(settings)
    read = [source.case(case) for school in source.schools() for case in source.case_ids(school.organisation_number)]
    assert len(read) == CASES
    for case in read:
        assert not town.plants.found_in(_dumps(case)), case.id
        assert case.pupils == () or any("p-" in text for text in [case.model_dump_json()])
    assert not town.plants.found_in(repr(source) + repr(source.context) + repr(settings))
    texts = "\n".join(case.model_dump_json() for case in read)
    assert texts.count("fikk beskjed") > 3 * CASES  # what was planted was read
    records = [source.read(case.id) for case in read]
    assert any(records)
    for record in filter(None, records):
        assert not town.plants.found_in(_dumps(record))


def legible(data: bytes) -> str:
    """All text in a file, whatever form it has."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(f"{name}\n{legible(archive.read(name))}" for name in archive.namelist())
    if data[:4] == b"%PDF":
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(data))
        return "\n".join([*(page.extract_text() for page in reader.pages), repr(reader.metadata)])
    return data.decode("utf-8", "replace") + data.decode("utf-16-le", "replace")


def kept(folder: Path) -> dict[str, str]:
    """Path → text of every file that the program has left in ``folder``."""
    found: dict[str, str] = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the database takes its own log away when the last one lets go of it
            if file.is_file() and "secrets" not in file.parts:
                found[str(file.relative_to(folder))] = legible(file.read_bytes())
    return found


def test_no_name_is_in_any_byte_that_is_kept(town: Town) -> None:
    for command in (
        ("sync", "--full", "--as-of", MORNING.isoformat()),
        ("publish", str(town.folder / "publisert")),
        ("store", "backup", str(town.folder / "kopi.sqlite")),
        ("metrics", "--out", str(town.folder / "tall.prom")),
    ):
        done = town.run(*command)
        assert done.exit_code in (0, 3), (command, done.output)
        assert not town.plants.found_in(done.output), command
    left = kept(town.folder)
    assert {"lager.sqlite", "kopi.sqlite", "runlog.jsonl"} <= left.keys()
    for name, text in left.items():
        assert not town.plants.found_in(name), name
        assert not town.plants.found_in(text), name
    everything = "\n".join([*left, *left.values()])
    assert not [number for number in town.plants.numbers.values() if number in everything]


# --- every output in every form --------------------------------------------------------------------------------------------

AT = ("--as-of", MORNING.isoformat())
SCHOOL = ("--school", "310000019")
WHY = ("--reason", "Tilsyn, sak 2026/117")
Arguments = Callable[[Town], list[tuple[str, ...]]]
SHOWN: dict[tuple[str, ...], Arguments] = {
    ("assess",): lambda town: [] if town.url else [(str(town.sample), *AT)],
    ("audit",): lambda _: [AT, (*AT, "--external")],
    ("check-school",): lambda _: [(*SCHOOL, *AT)],
    ("conformance",): lambda town: [(town.url,)] if town.url else [],
    ("cycle", "status"): lambda _: [AT],
    ("doctor",): lambda town: [
        (),
        ("--rows",),
        ("--network",),
        *([("--sample", str(town.sample))] if town.source != "workbook" else []),
    ],
    ("dossier",): lambda town: [(case, *WHY, *AT) for case in _in_the_store(town)[:2]],
    ("plan", "compare"): lambda town: (
        [] if town.url else [("oyer-2024", "oyer-2024", "--source", str(town.sample), *AT)]
    ),
    ("sync",): lambda _: [(*AT, "--dry-run"), (*AT, "--full")],
}
"""Command with forms → what it is asked."""
OF_NO_CASE = {
    ("calendar", "show"), ("config", "show"), ("explain",), ("fleet", "simulate"), ("fleet", "status"), ("fleet", "sync"),
    ("plan", "coverage"), ("plan", "verify"),
}  # fmt: skip
"""Commands that see no case of a municipality, or (a fleet's) only what the commands above have left."""
PLAIN: tuple[tuple[str, ...], ...] = (
    ("digest", "--dry-run", *AT),
    ("watch", "--dry-run", *AT),
    ("accept", "list"),
    ("store", "check"),
    ("runlog", "verify"),
)


def _in_the_store(town: Town) -> list[str]:
    from skolemiljo.store import Store

    with Store.open(town.folder / "lager.sqlite") as store:
        return sorted(str(found.case) for found in store.assessments(years=()) if found.case)


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    within = click.Context(group)
    for name in group.list_commands(within):
        command = group.get_command(within, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def _forms(command: click.Command) -> tuple[str, ...]:
    found = [
        option.type.choices
        for option in command.params
        if option.name == "form" and isinstance(option.type, click.Choice)
    ]
    return tuple(map(str, found[0])) if found else ()


def test_every_command_that_has_forms_is_tried() -> None:
    assert {path for path, command in _commands(main) if _forms(command)} == SHOWN.keys() | OF_NO_CASE


@pytest.mark.timeout(1200)  # some sixty commands at each source
def test_no_name_is_in_any_output_in_any_form(town: Town) -> None:
    out, tried = town.folder / "rapporter", 0
    out.mkdir(exist_ok=True)
    for path, command in _commands(main):
        for number, arguments in enumerate(SHOWN[path](town) if path in SHOWN else ()):
            for form in _forms(command):
                asked = (*path, *arguments, "--format", form)
                if form != "text" and any(option.name == "out" for option in command.params):
                    asked = (*asked, "--out", str(out / f"{'-'.join(path)}-{number}.{form}"))
                done = town.run(*asked)
                assert done.exit_code in (0, 1, 3), (asked, done.output, done.exception)
                assert not town.plants.found_in(legible(done.stdout_bytes) + done.stderr), asked
                tried += 1
    assert tried > 30
    assert len(list(out.iterdir())) > 20
    for plain in PLAIN:
        done = town.run(*plain)
        assert not isinstance(done.exception, Exception) or isinstance(done.exception, SystemExit), done.exception
        assert not town.plants.found_in(done.output), plain
    if town.source == "sikker_sak":
        done = town.run("mapping", "suggest", str(town.sample), "--out", str(out / "mapping.toml"))
        assert done.exit_code in (0, 1), done.output
    for name, text in kept(town.folder).items():
        assert not town.plants.found_in(text), name
    shutil.rmtree(out)
