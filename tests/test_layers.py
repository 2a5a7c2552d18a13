"""Imports go one way, and only one module speaks HTTP."""

import ast
import subprocess
import sys
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

HTTP_CLIENTS = {"aiohttp", "httpx", "requests", "urllib3"}
OUTSIDE = {"tests", "docs", "deploy", "benchmarks", "examples"}
ROOMS_OF_SHORT_FILES = {"commands", "reports", "store", "sync", "validators"}
AT_MOST = 520
ALL_COMMANDS = 600
"""cli.py has the commands that stand alone, so that a reader finds them in one place."""


def test_import_contracts_hold(root: Path) -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


def test_one_module_speaks_http(root: Path, repository_files: list[Path]) -> None:
    """An HTTP client is imported in adapters/http.py alone, where time-outs, retries and redaction are."""
    speakers = set()
    for file in repository_files:
        if file.suffix != ".py" or file.parts[0] in OUTSIDE:
            continue
        for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            if HTTP_CLIENTS & {name.partition(".")[0] for name in names}:
                speakers.add(file.as_posix())
    assert speakers <= {"adapters/http.py"}


def test_no_two_modules_need_each_other(root: Path, repository_files: list[Path]) -> None:
    """Not even for a type: whoever reads one need not have read the other first."""
    modules = {
        ".".join(("skolemiljo", *file.with_suffix("").parts)).removesuffix(".__init__"): file
        for file in repository_files
        if file.suffix == ".py" and file.parts[0] not in OUTSIDE
    }
    needed = {name: _needed(name, root / file, modules.keys()) for name, file in modules.items()}
    assert any(needed.values())
    TopologicalSorter(needed).prepare()  # raises CycleError, which names the ring


def _needed(name: str, file: Path, modules: Collection[str]) -> set[str]:
    """The modules that ``name`` imports, late and for types too."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            module = ".".join(filter(None, (*above, node.module)))
            found |= {next((m for m in (f"{module}.{a.name}", module) if m in modules), name) for a in node.names}
    return found - {name}


def test_a_file_can_be_read_in_one_sitting(root: Path, repository_files: list[Path]) -> None:
    long = {}
    for file in repository_files:
        if file.suffix == ".py" and (file.parts[0] in ROOMS_OF_SHORT_FILES or file.name == "cli.py"):
            lines = (root / file).read_text("utf-8").count("\n")
            if lines > (ALL_COMMANDS if file.name == "cli.py" else AT_MOST):
                long[file.as_posix()] = lines
    assert long == {}, "split it by what it speaks of"
