"""The stories of stories.toml as data: what each case shows, and its steps with courses, copies and omissions carried out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

JSON = dict[str, Any]

_PUPIL_THEMES = ("utestenging", "nett", "slag", "ord", "ensomhet", "buss", "garderobe")


@dataclass(frozen=True)
class Story:
    """A kind of case: how it is told, and what it shows."""

    name: str
    shows: str
    weight: int
    start: tuple[str, ...]
    themes: tuple[str, ...]
    steps: Mapping[str, JSON]
    pupils: tuple[JSON, ...] | None
    hidden: tuple[str, ...]
    investigator: str | None
    after_school_care: bool
    exact: bool


@cache
def stories() -> tuple[Story, ...]:
    """All stories of stories.toml, in the order of the file."""
    raw = read_data("stories.toml")
    return tuple(_story(name, raw) for name in raw["story"])


@cache
def calm_schools() -> tuple[tuple[Story, ...], ...]:
    """The schools of calm.toml: of each the stories of its cases, each with its start, the oldest first."""
    named = {story.name: story for story in stories()}
    told = ([case.split() for case in school["cases"]] for school in read_data("calm.toml")["school"])
    return tuple(tuple(replace(named[name], start=(f"recent:{back}",)) for name, back in cases) for cases in told)


def read_data(name: str) -> JSON:
    """One of the data files beside this module."""
    return tomllib.loads((files("skolemiljo.adapters.mock") / name).read_text("utf-8"))


def _story(name: str, raw: JSON) -> Story:
    levels = _levels(raw, "story", name)
    merged: JSON = {}
    told: set[str] = set()
    course_order: list[str] = []
    drop: set[str] = set()
    for kind, level in levels:
        if kind == "story":
            told |= set(level.get("step", {}))
        drop |= set(level.get("drop", ()))
        merged = _merge(merged, level)
        if kind == "course":
            course_order = list(merged["step"])
    until = merged.get("until")
    if until is not None:
        drop |= {step for step in course_order[course_order.index(until) + 1 :] if step not in told}
    steps = {key: _complete(key, merged["step"], name) for key in merged["step"] if key not in drop}
    start = merged.get("start", "ordinary")
    return Story(
        name=name,
        shows=merged["shows"],
        weight=levels[-1][1].get("weight", 1),
        start=tuple(start) if isinstance(start, list) else (start,),
        themes=tuple(merged.get("themes", _PUPIL_THEMES)),
        steps=steps,
        pupils=tuple(merged["pupils"]) if "pupils" in merged else None,
        hidden=tuple(merged.get("hidden", ())),
        investigator=merged.get("investigator"),
        after_school_care=merged.get("sfo", False),
        exact=merged.get("exact", False),
    )


def _levels(raw: JSON, kind: str, name: str) -> list[tuple[str, JSON]]:
    """What a story or course builds on, the base first."""
    own: JSON = raw[kind][name]
    if "like" in own:
        return [*_levels(raw, kind, own["like"]), (kind, own)]
    if kind == "story":
        return [*_levels(raw, "course", own.get("course", "ordinary")), (kind, own)]
    return [(kind, own)]


def _merge(base: JSON, over: JSON) -> JSON:
    merged = deepcopy(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = deepcopy(value)
    return merged


def _complete(name: str, steps: JSON, story: str) -> JSON:
    """The step with its omissions carried out, copies made and measures merged."""
    step: JSON = steps[name]
    if "what" not in step:
        raise KeyError(f"stories.toml: step {name} of story {story} does not say what it is")
    if "copy" in step:
        source = deepcopy(steps[step["copy"]])
        source["omit"] = [key for key in source.get("omit", ()) if key not in step.get("restore", ())]
        step = _merge(source, {key: value for key, value in step.items() if key not in ("copy", "restore")})
    step = _omit(step)
    if "best_interest" in step:
        step["best_interest"] = _omit(step["best_interest"])
    if "measures" in step and step["what"] == "plan":
        each = step.pop("each_measure", {})
        step["measures"] = [_omit(_merge(measure, each)) for measure in step["measures"]]
    return step


def _omit(table: JSON) -> JSON:
    away = table.get("omit", ())
    if away == "rest":
        return {"text": table["text"]}
    return {key: value for key, value in table.items() if key != "omit" and key not in away}
