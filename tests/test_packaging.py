"""The repository root is the package: the traps of that layout, each with its test."""

import ast
import importlib.resources
import json
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

# Folders of the repository which are not part of the installed package.
OUTSIDE = {"tests", "docs", "deploy", "benchmarks", "examples"}
# Sources that a program at work does not read: they stay in the repository.
NOT_SHIPPED = {".py", ".md", ".po", ".pot"}

CHECK_INSTALLED = """
import importlib, importlib.resources, json, pathlib, sys
data = json.loads(sys.argv[1])
home = pathlib.Path(sys.prefix).resolve()
missing = []
for package, name in data["files"]:
    found = importlib.resources.files(package).joinpath(*name.split("/"))
    if not found.is_file() or home not in pathlib.Path(str(found)).resolve().parents:
        missing.append(f"{package}: {name}")
for module in data["modules"]:
    where = importlib.import_module(module).__file__ or ""
    if home not in pathlib.Path(where).resolve().parents:
        missing.append(module)
print(json.dumps(missing))
"""


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def packages(pyproject: dict[str, Any]) -> list[str]:
    listed: list[str] = pyproject["tool"]["setuptools"]["packages"]
    return listed


@pytest.fixture(scope="module")
def shipped(repository_files: list[Path]) -> list[Path]:
    """The files inside the package's folders, relative to the root."""
    return [
        file
        for file in repository_files
        if len(file.parts) > 1 and file.parts[0] not in OUTSIDE and not file.parts[0].startswith(".")
    ]


@pytest.fixture(scope="module")
def data_files(shipped: list[Path], packages: list[str]) -> list[tuple[str, str]]:
    """(package, name inside it) of every data file; the package is the nearest folder that is one."""
    found = []
    for file in shipped:
        if file.suffix in NOT_SHIPPED and "templates" not in file.parts:
            continue
        for depth in range(len(file.parts) - 1, 0, -1):
            package = ".".join(("skolemiljo", *file.parts[:depth]))
            if package in packages:
                found.append((package, "/".join(file.parts[depth:])))
                break
        else:
            pytest.fail(f"{file} lies in no listed package")
    return found


@pytest.fixture(scope="module")
def modules(shipped: list[Path]) -> list[str]:
    """Every module of the package but migration scripts' environment, which alembic alone can load."""
    return sorted(
        ".".join(("skolemiljo", *file.with_suffix("").parts)).removesuffix(".__init__")
        for file in shipped
        if file.suffix == ".py" and file != Path("store/migrations/env.py")
    )


@pytest.fixture(scope="module")
def wheel(root: Path, repository_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a clean copy: setuptools would else take stale files from an old build folder."""
    copy = tmp_path_factory.mktemp("copy")
    for file in repository_files:
        target = copy / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / file, target)
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (built,) = out.glob("*.whl")
    return built


def test_package_list_equals_the_folders(shipped: list[Path], packages: list[str]) -> None:
    folders = {".".join(("skolemiljo", *file.parent.parts)) for file in shipped if file.suffix == ".py"}
    assert sorted(folders | {"skolemiljo"}) == sorted(packages)


def test_the_version_is_the_newest_of_the_changes(root: Path, pyproject: dict[str, Any]) -> None:
    newest = next(line for line in (root / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("## "))
    assert newest.split()[1] == pyproject["project"]["version"]


def test_every_package_says_what_it_holds(root: Path, packages: list[str]) -> None:
    for package in packages[1:]:
        source = root.joinpath(*package.split(".")[1:], "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(source)), package


def test_root_holds_the_commands_only(repository_files: list[Path]) -> None:
    assert [file.name for file in repository_files if file.suffix == ".py" and len(file.parts) == 1] == [
        "cli.py",
        "start.py",
    ]


def test_no_bare_imports(root: Path, repository_files: list[Path]) -> None:
    rooms = {file.parts[0] for file in repository_files if len(file.parts) > 1 and file.suffix == ".py"}
    bare = (rooms - OUTSIDE) | {"cli"}
    faults = []
    for file in repository_files:
        if file.suffix != ".py":
            continue
        inside = len(file.parts) > 1 and file.parts[0] not in OUTSIDE
        for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                first = name.partition(".")[0]
                if first in bare or (inside and first == "skolemiljo"):
                    faults.append(f"{file}: {name}")
    assert faults == []


def test_migration_names_are_identifiers(root: Path) -> None:
    for file in (root / "store/migrations/versions").glob("*.py"):
        assert file.stem.isidentifier(), f"{file.name} cannot be imported"


def test_data_files_are_found_in_the_checkout(data_files: list[tuple[str, str]]) -> None:
    for package, name in data_files:
        assert importlib.resources.files(package).joinpath(*name.split("/")).is_file(), (package, name)


def test_wheel_holds_the_package_alone(wheel: Path, pyproject: dict[str, Any], shipped: list[Path]) -> None:
    version = pyproject["project"]["version"]
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {name.partition("/")[0] for name in inside} == {"skolemiljo", f"skolemiljo-{version}.dist-info"}
    assert {"skolemiljo/cli.py", "skolemiljo/py.typed"} <= inside
    sources = {f"skolemiljo/{file.as_posix()}" for file in shipped if file.suffix == ".py"}
    assert sources <= inside
    assert not any(name.startswith(f"skolemiljo/{folder}/") for name in inside for folder in OUTSIDE)


def test_installed_wheel_is_whole(
    wheel: Path, data_files: list[tuple[str, str]], modules: list[str], tmp_path: Path
) -> None:
    """Installed elsewhere, every module can be imported, every data file is found, the command starts."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    # The dependencies come from this environment. A path in a .pth file adds the folder without running
    # that folder's own .pth files, so the editable install is not seen.
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site,) = (home / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text("\n".join(sorted(paths)) + "\n", encoding="utf-8")

    wanted = json.dumps({"files": data_files, "modules": modules})
    result = subprocess.run(
        [python, "-I", "-c", CHECK_INSTALLED, wanted],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == []

    command = subprocess.run(
        [home / "bin" / "skolemiljo", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert command.returncode == 0, command.stderr
