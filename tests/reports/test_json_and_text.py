"""JSON follows its schema, and the terminal shows the same, at any width, in any encoding."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.domain import errors
from skolemiljo.domain.errors import SourceError
from skolemiljo.domain.fault_words import called
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.reports import render
from skolemiljo.reports.ascii_fallback import writable
from skolemiljo.reports.items import Group
from skolemiljo.reports.model import AuditReport, SchoolReport
from skolemiljo.reports.sentences import Sentences


@pytest.fixture(scope="session")
def schema(root: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((root / "reports/schema/report.schema.json").read_text("utf-8"))
    return loaded


def test_json_follows_its_schema(report: SchoolReport, audit: AuditReport, schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    for form in (report, audit):
        jsonschema.validate(json.loads(render(form, "json")), schema)


def test_the_schema_is_what_the_command_prints_and_names_every_kind_of_problem(schema: dict[str, Any]) -> None:
    printed = CliRunner().invoke(main, ["schema", "report"])
    assert json.loads(printed.stdout) == schema
    assert schema["$defs"]["problem_kind"]["enum"] == [kind.value for kind in ProblemKind]
    words = {kind: called(kind) for kind in ProblemKind}
    assert all(words.values())
    of_sources = {error.kind for error in every_kind_of(SourceError)}
    assert of_sources <= set(ProblemKind)
    assert {getattr(errors, kind.value).kind for kind in of_sources} == of_sources, "a kind is called as its error is"


def every_kind_of(error: type[SourceError]) -> Iterator[type[SourceError]]:
    yield error
    for kind in error.__subclasses__():
        yield from every_kind_of(kind)


def test_the_schema_refuses_what_it_does_not_know(report: SchoolReport, schema: dict[str, object]) -> None:
    data = json.loads(render(report, "json"))
    data["findings"][0]["name"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(report: SchoolReport, audit: AuditReport, width: int) -> None:
    for form in (report, audit):
        text = render(form, "text", width=width)
        assert isinstance(text, str)
        assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_blocks_lose_no_case_at_any_width(report: SchoolReport, width: int) -> None:
    text = render(report, "text", width=width)
    assert isinstance(text, str)
    for item in report.items:
        assert item.finding.rule in text
        assert str(item.finding.case or "rshjulet") in text


def test_first_screen_answers_what_to_do_today(report: SchoolReport) -> None:
    text = render(report, "text", width=80)
    assert isinstance(text, str)
    top = "\n".join(text.splitlines()[:24])  # what an ordinary terminal window holds
    assert "1 av 5 åpne saker trenger noe i dag" in top
    assert "- i dag: Skriv en logg i saken om når du fikk meldingen, og fra hvem (rolle)." in top
    assert "Sak 2026-014" in top
    assert "Frist mandag 9. mars 2026 (i" in top


def test_the_last_line_is_the_summary(report: SchoolReport, audit: AuditReport) -> None:
    """As checkers do: whoever sees the end of a long output sees how it stands."""
    for form in (report, audit):
        for width in (80, None):
            end = " ".join(str(render(form, "text", width=width)).splitlines()[-3:])
            assert all(f"{name}: {number}" in end for name, number in Sentences(form).tiles())


def test_piped_every_finding_has_one_line(report: SchoolReport, audit: AuditReport) -> None:
    for form in (report, audit):
        text = render(form, "text")
        assert isinstance(text, str)
        lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
        skip = 1 if isinstance(form, AuditReport) else 0
        opened = [item for item in form.items if item.group is not Group.MET]
        assert len(opened) < len(tuple(form.items))
        whole = str(render(form, "text", everything=True))
        assert sum(not line.startswith("#") for line in whole.splitlines()) == len(tuple(form.items))
        for item, fields in zip(opened, lines, strict=True):
            assert fields[skip + 1 : skip + 4] == [item.finding.case or "–", item.finding.rule, item.finding.scope]


def test_colour_only_when_asked_and_never_alone(report: SchoolReport) -> None:
    plain = render(report, "text", width=80)
    colored = render(report, "text", width=80, color=True)
    assert isinstance(plain, str)
    assert isinstance(colored, str)
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    assert "avvik: ikke dokumentert" in plain


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_terminal_encoding_can_be_written(report: SchoolReport, encoding: str) -> None:
    written = writable(str(render(report, "text", width=80)), encoding)
    assert written.encode(encoding)
    assert "?" not in written.replace("varselet?", "").replace("\n? Kunne ikke", "")
    assert "Bakken skole" in written
    assert "2026-014" in written


def test_control_characters_in_names_reach_no_output(make_report: Callable[..., SchoolReport]) -> None:
    from skolemiljo.domain.school import School

    school = School(organisation_number="310000019", name="Bak\x1b]0;x\x07ken\u202e\r\nskole")
    hostile = make_report(school=school)
    for form in ("text", "json"):
        out = str(render(hostile, form))
        for bad in ("\x1b", "\x07", "\u202e", "\\u001b", "\\u202e"):
            assert bad not in out


def test_nynorsk_is_nynorsk(report: SchoolReport) -> None:
    text = str(render(report, "text", "nn", width=80))
    assert "Eleven har fått beskjed same dag som meldinga kom" in text
    assert "måndag" in text
