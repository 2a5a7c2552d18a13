"""What others begin with: the files of a package with an adapter, or of a folder with a municipality's plan."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from gettext import gettext as _
from importlib.resources import files
from pathlib import Path

from ..domain.errors import SettingsError, optional_part
from ..domain.fault_words import why_not
from ..domain.plan import MunicipalPlan, PlanRow
from ..plans.loader import load_plan
from ..plans.verify import flat, stands_in
from ..settings import Settings

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")


def adapter(name: str, out: Path) -> tuple[Path, ...]:
    """Writes a package ``skolemiljo-NAME`` in the folder ``out``, which passes its tests as it stands. Gives the files.

    Raises SettingsError where the name can't be one, or the folder is there already.
    """
    from jinja2 import Environment, StrictUndefined

    from ..adapters.connect import names

    if not _NAME.fullmatch(name):
        raise SettingsError(_("navnet må være små bokstaver a–z, sifre og _, og begynne med en bokstav"))
    if name in Settings.model_fields or name in names():
        raise SettingsError(_("{name} er opptatt: velg et annet navn").format(name=name))
    templates = files("skolemiljo.testing") / "new_adapter"
    places = {
        "pyproject.toml.jinja": "pyproject.toml",
        "README.md.jinja": "README.md",
        "adapter.py.jinja": f"skolemiljo_{name}/__init__.py",
        "test_contract.py.jinja": "tests/test_contract.py",
    }
    jinja = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - code, no page
    words = {"name": name, "kind": "".join(part.capitalize() for part in name.split("_"))}
    made = {
        place: jinja.from_string((templates / template).read_text("utf-8")).render(words)
        for template, place in places.items()
    }
    return _write(out / f"skolemiljo-{name}", made)


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A folder with a plan that is begun."""

    folder: Path
    found: int
    """Rows whose words stand in the text as they are."""
    law: int
    """Rows of the law, which hold whatever the text says."""
    left: int
    """Rows that a person must find in the text, or leave out."""


def plan(name: str, out: Path, *, text: Path, municipality: str, approved: date, base: str) -> NewPlan:
    """Begins the plan of another municipality in the folder ``out``/``name``: a row for each duty of the plan ``base``.

    A row whose words stand in the document ``text`` (plain text in UTF-8, or PDF) is in force at once; every other stands as a
    comment with the most similar sentence of the document, for a person to decide. The document's text lies beside the folder,
    as ``name``.txt. Raises SettingsError, and MissingPart for a PDF without pypdf.
    """
    if not _NAME.fullmatch(name.replace("-", "_")):
        raise SettingsError(_("navnet må være små bokstaver a–z, sifre og _, og begynne med en bokstav"))
    words, known = _document(text), load_plan(base)
    whole = flat(words)
    sentences = [found for found in re.split(r"(?<=[.!?:])\s+", whole) if len(found) > 3]
    found = {code for code, row in known.rows.items() if row.quote is None or stands_in(flat(row.quote), whole)}
    coverage = "\n\n".join(_row(code, row, code in found, sentences) for code, row in known.rows.items())
    head = _(
        "# {municipality}: rader med ord som ikke sto i dokumentet, er kommentarer. Sett inn planens egne ord, eller la dem stå."
    )
    made = {
        "plan.toml": _plan_toml(known, found, municipality, approved),
        "coverage.toml": f"{head.format(municipality=municipality)}\n\n{coverage}\n",
        f"../{name}.txt": words,
    }
    _write(out / name, made)
    law = sum(row.quote is None for row in known.rows.values())
    return NewPlan(out / name, len(found) - law, law, len(known.rows) - len(found))


def _document(file: Path) -> str:
    try:
        if file.suffix.casefold() != ".pdf":
            return file.read_text("utf-8")
        with optional_part("plan"):
            import pypdf
        with file.open("rb") as opened:
            pages = [page.extract_text() for page in pypdf.PdfReader(opened).pages]
    except (OSError, UnicodeDecodeError):
        raise SettingsError(_("planens tekst kan ikke leses som UTF-8")) from None
    if not any(page.strip() for page in pages):
        raise SettingsError(_("PDF-en har ingen tekst, bare bilder: skriv planen som ren tekst i en fil"))
    return "\n".join(pages)


def _row(code: str, row: PlanRow, found: bool, sentences: list[str]) -> str:
    lines = [
        f'[rows."{code}"]',
        *(f"{key} = {_toml(value)}" for key, value in row.model_dump(exclude_none=True).items()),
    ]
    if found:
        return "\n".join(lines)
    near = _nearest(row.quote or "", sentences)
    lines = [line for line in lines if not line.startswith(("quote", "section"))]
    lines[2:2] = [f"quote = {_toml(near)}", 'section = ""']
    told = _("# Der planen det er tatt etter, sier: «{quote}»").format(quote=row.quote)
    return "\n".join([told, *(f"# {line}" for line in lines)])


def _nearest(quote: str, sentences: list[str]) -> str:
    """The sentence that has most of the quote's words, as far as their first letters go (bokmål and nynorsk end theirs differently);
    an empty text where none has two in five."""
    wanted = _stems(quote)
    shared = {sentence: len(wanted & _stems(sentence)) for sentence in sentences}
    best = max(sentences, key=lambda sentence: (shared[sentence], -len(sentence)), default="")
    return best if wanted and shared[best] >= 0.4 * len(wanted) else ""


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:5] for word in re.findall(r"\w{4,}", text.casefold()))


def _plan_toml(known: MunicipalPlan, found: set[str], municipality: str, approved: date) -> str:
    document = {
        "id": "1",
        "title": _("Plan for et trygt og godt skolemiljø"),
        "municipality": municipality,
        "language": known.document.language,
        "version": approved.isoformat(),
        "approved": approved,
        "valid_from": approved,
        "next_revision": date(approved.year + 1, 6, 30),
        "law_in_force": known.document.law_in_force,
    }
    readings = known.readings.model_dump(exclude={"ladders", "default_ladder", "source"})
    source = _("Verktøyets standard. Ikke vedtatt av skoleeier; se docs/readings.md.")
    ladders = {code: ladder for code, ladder in known.readings.ladders.items() if code in found}
    rules = {code: switch for code, switch in known.rules.items() if code in found}
    parts = [
        _table("document", document),
        _table("readings", {"source": source, **readings}),
        _table("readings.default_ladder", known.readings.default_ladder.model_dump()),
        *(_table(f"readings.ladders.{code}", ladder.model_dump()) for code, ladder in ladders.items()),
        *(_table(f"rules.{code}", {**switch.model_dump(), "source": source}) for code, switch in rules.items()),
        _table("citations", known.citations),
    ]
    return "\n\n".join(parts) + "\n"


def _table(name: str, values: Mapping[str, object]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items())])


def _toml(value: object) -> str:
    """``value`` in TOML: texts, numbers, truth and lists as JSON writes them, days and times as they are."""
    plain = list(value) if isinstance(value, tuple) else value
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, str | int | float | list) else str(value)


def _write(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    if folder.exists():
        raise SettingsError(_("{folder} finnes allerede").format(folder=folder))
    try:
        for place, text in texts.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_text(text, "utf-8")
    except OSError as error:
        raise SettingsError(_("fila kan ikke skrives ({kind})").format(kind=why_not(error))) from None
    return tuple(folder / place for place in texts)
