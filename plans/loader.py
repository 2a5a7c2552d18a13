"""Reads a municipality's plan from its folder: plan.toml (document, readings, switches) and coverage.toml (rows)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import gettext as _
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.errors import SettingsError
from ..domain.toml import at_line, read_toml

if TYPE_CHECKING:
    from ..domain.plan import MunicipalPlan


def available() -> tuple[str, ...]:
    """The names of the plans that come with the package."""
    return tuple(sorted(f.name for f in _shipped().iterdir() if (f / "plan.toml").is_file()))


def load_plan(name: str | Path) -> MunicipalPlan:
    """The plan in the folder ``name``: a path to a folder with a plan.toml, or one that comes with the package.

    Raises SettingsError naming the file and the key.
    """
    from pydantic import ValidationError

    from ..domain.fault_words import mistakes
    from ..domain.plan import MunicipalPlan

    folder = _folder(name)
    data = _parts(folder)
    try:
        return MunicipalPlan.model_validate(data)
    except ValidationError as error:
        first = mistakes(error)[0]
        raise SettingsError(
            _("plan {name}: {place}{words}").format(name=folder.name, place=_place(first.place), words=first.words)
        ) from None


def _parts(folder: Traversable) -> dict[str, Any]:
    """What stands in the plan's two files, as one. Raises SettingsError."""
    data = _toml(folder, "plan.toml")
    coverage = _toml(folder, "coverage.toml")
    strange = sorted(coverage.keys() - {"rows"})
    if strange:
        raise SettingsError(
            _("plan {name}: coverage.toml: {strange} er et ukjent felt; bare rows kan stå her").format(
                name=folder.name, strange=strange[0]
            )
        )
    if data.keys() & {"name", "rows"}:
        raise SettingsError(
            _("plan {name}: plan.toml: rows hører hjemme i coverage.toml, og name er navnet på mappa").format(
                name=folder.name
            )
        )
    return {"name": folder.name, **data, "rows": coverage.get("rows", {})}


def plan_words(name: str | Path) -> PlanWords:
    """What a rule's page says of the plan ``name`` (see :func:`load_plan`, whose errors it has).

    A plan that comes with the package is taken as it stands: the tests hold it. Any other is examined first.
    """
    folder = _folder(name)
    if folder == _shipped() / folder.name:
        return PlanWords.of(_parts(folder))
    return PlanWords.of(load_plan(name).model_dump())


@dataclass(frozen=True)
class PlanWords:
    """What a rule's page says of a plan."""

    title: str
    label: str
    quotes: dict[str, tuple[str | None, str | None]]
    """By row: the plan's own words, and the section they stand in."""
    switches: dict[str, tuple[bool, str, str]]
    """By row: whether it is on, why, and who decided; only what departs from the standard."""

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> PlanWords:
        """Of a plan as it stands in its files."""
        document = plan["document"]
        return cls(
            document["title"],
            f"{document['id']}/{document['version']}",
            {code: (row.get("quote"), row.get("section")) for code, row in plan["rows"].items()},
            {code: (its["on"], its["reason"], its["source"]) for code, its in plan.get("rules", {}).items()},
        )

    def is_on(self, code: str, *, optional: bool) -> bool:
        """As :meth:`MunicipalPlan.is_on`."""
        if code in self.switches:
            return self.switches[code][0]
        return code in self.quotes and not optional


def load_plans(name: str | Path) -> tuple[MunicipalPlan, ...]:
    """All versions of a municipality's plan, oldest first: the folder ``name`` and those it names in ``earlier``.

    One folder is one version. ``plan.toml`` of the newest may begin with ``earlier = ["oyer-2024"]``: folders beside it (or
    plans that come with the package), each judging the events of its own time. Raises SettingsError.
    """
    newest = load_plan(name)
    folder = _folder(name)
    plans = [newest]
    for other in newest.earlier:
        beside = folder.parent / other if isinstance(folder, Path) else None
        found = beside is not None and (beside / "plan.toml").is_file()
        plans.append(load_plan(beside if found and beside is not None else other))
    plans.sort(key=lambda plan: plan.document.valid_from)
    _one_after_the_other(plans, newest)
    return tuple(plans)


def _one_after_the_other(plans: list[MunicipalPlan], newest: MunicipalPlan) -> None:
    """Two versions from one day would leave it to chance which of them judges."""
    starts = [plan.document.valid_from for plan in plans]
    if len(set(starts)) != len(starts):
        raise SettingsError(
            _("plan {name}: plan.toml: earlier: to utgaver har samme document.valid_from").format(name=newest.name)
        )
    if plans[-1] is not newest:
        raise SettingsError(
            _("plan {name}: plan.toml: earlier: {name2} gjelder fra en senere dag").format(
                name=newest.name, name2=plans[-1].name
            )
        )


def _shipped() -> Traversable:
    return files("skolemiljo.plans")


def _folder(name: str | Path) -> Traversable:
    path = Path(name)
    if (path / "plan.toml").is_file():
        return path.resolve()
    if str(name) in available():
        return _shipped() / str(name)
    raise SettingsError(
        _("ingen plan heter {name}: oppgi en mappe med plan.toml, eller en av {names}").format(
            name=path.name, names=", ".join(available())
        )
    )


def _place(loc: tuple[int | str, ...]) -> str:
    """File and key of an error's place in the plan."""
    if not loc:
        return ""
    file = "coverage.toml" if loc[0] == "rows" else "plan.toml"
    return f"{file}: {'.'.join(str(part) for part in loc)}: "


def _toml(folder: Traversable, file: str) -> dict[str, Any]:
    try:
        return read_toml((folder / file).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise SettingsError(_("plan {name}: {file} mangler").format(name=folder.name, file=file)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            _("plan {name}: {file} er ikke gyldig TOML{where}").format(
                name=folder.name, file=file, where=at_line(error)
            )
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            _("plan {name}: {file} kan ikke leses som UTF-8").format(name=folder.name, file=file)
        ) from None


@cache
def law() -> dict[str, tuple[str, str]]:
    """Paragraph key → (short title, address)."""
    return {key: (entry["title"], entry["url"]) for key, entry in _law().items()}


def headings(key: str) -> tuple[str, ...]:
    """What the law itself calls the paragraph ``key``, in nynorsk and plain bokmål; empty where we do not know."""
    return tuple(_law().get(key, {}).get("headings", ()))


@cache
def _law() -> dict[str, Any]:
    found: dict[str, Any] = _toml(_shipped(), "law.toml")["law"]
    return found
