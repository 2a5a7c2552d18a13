"""docs/architecture.md tells what is there: the tree, the order of the imports, and two walks that a stranger can follow."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

WALKS = ("From `skolemiljo sync` to the request that writes", "From `skolemiljo explain VA-08` to the words")
FAR_ENOUGH = 2
"""So often a reader may have to come back to a file already left."""


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "architecture.md").read_text("utf-8")


def tree(page: str) -> Iterator[str]:
    """The paths of the tree, each below the one it is indented under."""
    block = page.partition("## The tree")[2].split("```")[1]
    above: list[str] = []
    for line in block.strip("\n").splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], name]
        yield "".join(above)


def test_the_tree_is_the_one_there_is(page: str, root: Path, repository_files: list[Path]) -> None:
    told = list(tree(page))
    assert [path for path in told if not (root / path).exists()] == []
    packages = {f"{file.parent.as_posix()}/" for file in repository_files if file.suffix == ".py" and file.parent.parts}
    assert {path for path in packages if not path.startswith(("tests/", "examples/"))} - set(told) == set()
    assert {f"{file.parts[0]}/" for file in repository_files if len(file.parts) > 1} - set(told) <= {".ci/"}


def test_every_path_that_is_named_exists(page: str, root: Path) -> None:
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)*(?:\.(?:py|toml)|/))`", page)
    assert len(named) > 20
    places = (
        root,
        root / "adapters",
        root / "plans",
        root / "validators",
    )  # a file of a room that the sentence has just named
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_imports_go_the_way_that_is_told(page: str, root: Path) -> None:
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert " → ".join(layer.replace("skolemiljo.", "") for layer in layers) in page


def walk(page: str, title: str) -> list[tuple[str, list[str]]]:
    """The steps of a walk: a file, and the functions a reader looks at there."""
    rows = re.findall(r"^\| `(\S+)` \| ([^|]+) \|", page.partition(f"## {title}")[2].partition("\n## ")[0], re.M)
    return [(file, re.findall(r"`(\w+)`", functions)) for file, functions in rows]


def functions_of(file: Path) -> dict[str, str]:
    """The source of each function of a module by name; of several with one name, all of them."""
    source = file.read_text("utf-8")
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            found[node.name] = found.get(node.name, "") + (ast.get_source_segment(source, node) or "")
    return found


@pytest.mark.parametrize("title", WALKS)
def test_a_walk_can_be_followed(page: str, root: Path, title: str) -> None:
    steps = walk(page, title)
    assert len(steps) >= 5
    read = ""
    for file, functions in steps:
        there = functions_of(root / file)
        assert set(functions) <= there.keys(), file
        for name in functions:
            assert not read or re.search(rf"\b{name}\b", read), f"nothing read so far leads to {name} in {file}"
            read += there[name]


@pytest.mark.parametrize("title", WALKS)
def test_a_walk_does_not_go_to_and_fro(page: str, title: str) -> None:
    files = [file for file, _ in walk(page, title)]
    assert all(one != other for one, other in pairwise(files))
    assert len(files) - len(set(files)) <= FAR_ENOUGH
