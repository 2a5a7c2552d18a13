"""What every test may use: the checkout's root, its files, and programs that a machine may lack."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import settings

# No test is judged by how busy the machine is, and each run tries the same: what fails is what was changed.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent

# marker -> (program, environment variable which makes a missing program a failure)
PROGRAMS = {
    "browser": ("chromium", "SKOLEMILJOTEST_REQUIRE_BROWSER"),
    "office": ("soffice", "SKOLEMILJOTEST_REQUIRE_OFFICE"),
    "systemd": ("systemd-analyze", "SKOLEMILJOTEST_REQUIRE_SYSTEMD"),
    "postgres": ("initdb", "SKOLEMILJOTEST_REQUIRE_POSTGRES"),
    "node": ("prism", "SKOLEMILJOTEST_REQUIRE_NODE"),
    "markup": ("html-validate", "SKOLEMILJOTEST_REQUIRE_NODE"),
}

# Without these Chromium looks for its maker's services at every start.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (program, required) in PROGRAMS.items():
        if item.get_closest_marker(marker) is None or shutil.which(program):
            continue
        if os.environ.get(required) == "1":
            pytest.fail(f"{program} is not installed, and {required}=1 asks for it", pytrace=False)
        pytest.skip(f"{program} is not installed")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says in the last lines how many tests were left out, and why: none is left out in silence."""
    skipped = terminalreporter.stats.get("skipped", [])
    for marker, (program, _) in PROGRAMS.items():
        number = sum(f"{program} is not installed" in str(report.longrepr) for report in skipped)
        if number:
            terminalreporter.write_line(
                f"LEFT OUT: {number} tests marked {marker}, because {program} is not installed (.ci/run installs it)"
            )
    programs = tuple(f"{program} is not installed" for program, _ in PROGRAMS.values())
    for report in skipped:
        why = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(program in why for program in programs):
            terminalreporter.write_line(f"LEFT OUT: {report.nodeid}: {why.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session", autouse=True)
def a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store that no setting names lies in the user's own folder: no test finds one there, or leaves one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own making, with its key in the same file; beside it, ending in .crt, the certificate alone."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "own.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    Path(f"{file}.crt").write_bytes(made.public_bytes(Encoding.PEM))
    return file


_LATER = '''"""A release that is to come."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{after}", "{before}", None, None


def upgrade() -> None:
    op.create_table("later{after}", sa.Column("x", sa.Integer, primary_key=True))
'''


@pytest.fixture
def later_release(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Makes the program one release newer, with a migration of its own, and gives the newer schema's name."""
    from skolemiljo.store import names, opening

    folder = tmp_path_factory.mktemp("later") / "migrations"
    shutil.copytree(opening.MIGRATIONS, folder)
    monkeypatch.setattr(opening, "MIGRATIONS", folder)

    known = list(names.KNOWN)

    def release() -> str:
        before = known[-1]
        known.append(after := f"v{int(before[1:]) + 1:04}")
        (folder / "versions" / f"{after}_later.py").write_text(_LATER.format(after=after, before=before), "utf-8")
        monkeypatch.setattr(names, "NEWEST", after)
        monkeypatch.setattr(names, "KNOWN", tuple(known))
        return after

    return release


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty PostgreSQL of our own, which is gone afterwards. For tests marked `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="skolemiljo-postgres-"))
    commands = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []  # it refuses to be root's
    if commands:
        shutil.chown(folder, "postgres")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, quiet = str(folder / "data"), {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    initialise = [shutil.which("initdb") or "initdb", "-D", data, "-U", "skolemiljo", "-A", "trust", "-N", "-E", "UTF8"]
    control = [shutil.which("pg_ctl") or "pg_ctl", "-D", data, "-w", "-s"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        subprocess.run([*commands, *initialise], **quiet)  # type: ignore[call-overload]  # the options are a dict of several types  # one dict for three calls
        subprocess.run([*commands, *control, "-o", options, "-l", str(folder / "log"), "start"], **quiet)  # type: ignore[call-overload]  # the options are a dict of several types
        yield f"postgresql+pg8000://skolemiljo@127.0.0.1:{port}/postgres"
        subprocess.run([*commands, *control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]  # the options are a dict of several types
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's root, which is also the folder of the package."""
    return ROOT


@pytest.fixture(scope="session")
def repository_files() -> list[Path]:
    """Every file of the repository, relative to its root: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted(set(listing.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The system's Chromium. For tests marked `browser`; no browser is ever downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
