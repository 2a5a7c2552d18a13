"""Imports go one way, and only one module speaks HTTP."""

import ast
import subprocess
import sys
from pathlib import Path

HTTP_CLIENTS = {"aiohttp", "httpx", "requests", "urllib3"}
OUTSIDE = {"tests", "docs", "deploy", "benchmarks", "examples"}


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
