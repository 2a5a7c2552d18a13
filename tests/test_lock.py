"""The lock files hold versions and hashes, no addresses, and cover what pyproject asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS_AT_WORK = ("xlsx", "pdf", "notify", "postgres")


@pytest.fixture(
    scope="module", params=["requirements.lock", "deploy/requirements.lock", "deploy/requirements-fleet.lock"]
)
def lock(root: Path, request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return (root / name).read_text(encoding="utf-8")


def pins(root: Path, name: str) -> dict[str, str]:
    found = re.findall(r"(?m)^(\S+)==(\S+)", (root / name).read_text(encoding="utf-8"))
    return {canonicalize_name(package): version for package, version in found}


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


def test_every_dependency_is_locked(root: Path) -> None:
    """Also setuptools, since the project itself is installed without build isolation."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = pyproject["project"]["optional-dependencies"]
    at_work = [*pyproject["project"]["dependencies"], *(line for name in EXTRAS_AT_WORK for line in extras[name])]
    everywhere = [
        *pyproject["build-system"]["requires"],
        *at_work,
        *(line for extra in extras.values() for line in extra),
    ]
    locks = {
        "requirements.lock": everywhere,
        "deploy/requirements.lock": at_work,
        "deploy/requirements-fleet.lock": [*at_work, *extras["cluster"]],
    }
    for name, wanted in locks.items():
        pinned = pins(root, name)
        for line in wanted:
            requirement = Requirement(line)
            version = pinned.get(canonicalize_name(requirement.name))
            assert version, f"{requirement.name} is not in {name}: run make lock"
            assert requirement.specifier.contains(version), f"{line}, but {version} is locked"


def test_what_runs_in_production_is_what_was_tested(root: Path) -> None:
    tested, at_work = pins(root, "requirements.lock"), pins(root, "deploy/requirements.lock")
    fleet = pins(root, "deploy/requirements-fleet.lock")
    assert at_work.items() <= fleet.items() <= tested.items()
    assert "distributed" not in at_work
    assert {"pytest", "playwright", "fastapi", "mypy"}.isdisjoint(at_work)
