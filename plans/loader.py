"""Reads a municipality's plan from its folder: plan.toml (document, readings, switches) and coverage.toml (rows)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..domain.errors import SettingsError
from ..domain.plan import MunicipalPlan


def available() -> tuple[str, ...]:
    """The names of the plans that come with the package."""
    return tuple(sorted(f.name for f in files("skolemiljo.plans").iterdir() if (f / "plan.toml").is_file()))


def load_plan(name: str | Path) -> MunicipalPlan:
    """The plan in the folder ``name``: one that comes with the package (``oyer-2024``), or a path.

    Raises SettingsError naming the file and the key.
    """
    folder = _folder(name)
    data = _toml(folder / "plan.toml")
    rows = _toml(folder / "coverage.toml").get("rows", {})
    try:
        return MunicipalPlan.model_validate({"name": folder.name, **data, "rows": rows})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"plan {folder.name}: {key}: {first['msg']}") from None


def load_plans(name: str | Path) -> tuple[MunicipalPlan, ...]:
    """All versions of a municipality's plan, oldest first: the folder ``name`` and those it names in ``earlier``.

    ``plan.toml`` may begin with ``earlier = ["oyer-2024"]``: folders beside it, each judging the events of its own time.
    """
    folder = _folder(name)
    earlier = _toml(folder / "plan.toml").get("earlier", [])
    plans = [load_plan(name)]
    for other in earlier:
        beside = Path(str(name)).parent / str(other)
        plans.append(load_plan(beside if beside.is_dir() else str(other)))
    return tuple(sorted(plans, key=lambda plan: plan.document.valid_from))


def _folder(name: str | Path) -> Traversable:
    path = Path(name)
    if (path / "plan.toml").is_file():
        return path
    if str(name) in available():
        return files("skolemiljo.plans") / str(name)
    raise SettingsError(
        f"no plan called {path.name}; there are {', '.join(available())}, or give a folder with a plan.toml"
    )


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file.name} is missing in the plan's folder") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError(f"{file.name} is not valid TOML in UTF-8") from None


@cache
def law() -> dict[str, tuple[str, str]]:
    """Paragraph key → (short title, address)."""
    return {key: (entry["title"], entry["url"]) for key, entry in _law().items()}


def headings(key: str) -> tuple[str, ...]:
    """What the law itself calls the paragraph ``key``, in nynorsk and plain bokmål; empty where we do not know."""
    return tuple(_law().get(key, {}).get("headings", ()))


@cache
def _law() -> dict[str, Any]:
    found: dict[str, Any] = _toml(files("skolemiljo.plans") / "law.toml")["law"]
    return found
