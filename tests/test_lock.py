"""The lock file holds versions and hashes, no addresses, and covers what pyproject asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


def test_no_addresses(lock: str) -> None:
    assert "://" not in lock
    assert "--index" not in lock
    assert "--extra-index" not in lock
    assert "--find-links" not in lock
    assert not re.search(r"(?<!\w)/\w+/", lock), "a path of somebody's machine"


def test_every_release_is_pinned_by_hash(lock: str) -> None:
    entries = re.sub(r"\\\n\s*", "", lock).splitlines()
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_every_dependency_is_locked(root: Path, lock: str) -> None:
    """Also setuptools, since the project itself is installed without build isolation."""
    pinned = {canonicalize_name(name): version for name, version in re.findall(r"(?m)^(\S+)==(\S+)", lock)}
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    wanted = [
        *pyproject["build-system"]["requires"],
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    for line in wanted:
        requirement = Requirement(line)
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in requirements.lock: run make lock"
        assert requirement.specifier.contains(version), f"{line}, but {version} is locked"
