"""Nights of many municipalities in one run: none stops another, what is wrong with each is told, and nothing of a case comes out."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from skolemiljo.domain.errors import SettingsError
from skolemiljo.fleet import cluster, host
from skolemiljo.fleet.names import Municipality, MunicipalNight, NoNight, Order, plain
from skolemiljo.fleet.running import Patience, _fault, find, nights
from skolemiljo.fleet.summary import FleetSummary
from skolemiljo.store import Store
from skolemiljo.sync.holding import holding

from .place import SETTINGS, clean, fleet, municipality

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("fleet")]
AS_OF = datetime(2026, 11, 20, 7, tzinfo=UTC)
MARK = "Kvitlyngsjokolade"
NUMBER = "15831012345"
"""Eleven digits like an identity number (month + 80: nobody's)."""
SECRET = f"{MARK}-hemmelig-nok-til-en-noekkel"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two that are well, and one of each kind that is not; in all of them marked words, in cases and in secrets."""
    folder = tmp_path_factory.mktemp("kommuner")
    marked = f"{MARK} {NUMBER}"
    for name in ("alvdal", "bykle"):
        home = municipality(folder, name, marker=marked)
        (home / "secrets" / "pseudonym_key").write_text(SECRET, "utf-8")
    broken = municipality(folder, "dovre", marker=marked)
    (broken / "settings.toml").write_text(SETTINGS + f'{MARK} = "{NUMBER}"\n', "utf-8")
    elsewhere = municipality(folder, "engerdal")
    (elsewhere / "settings.toml").write_text(SETTINGS.replace("lager.sqlite", "../lager.sqlite"), "utf-8")
    half = municipality(folder, "folldal", marker=marked)
    case = sorted((half / "eksport" / "cases").glob("*.json"))[0]
    case.write_text(case.read_text("utf-8")[:700], "utf-8")
    closed = municipality(folder, "gol", marker=marked)
    (closed / "eksport" / "schools.json").write_text(f'["{MARK}"]', "utf-8")
    damaged = municipality(folder, "hol", marker=marked)
    (damaged / "lager.sqlite").write_bytes(f"{MARK} {NUMBER} ".encode() * 400)
    (folder / f"Kari {MARK}").mkdir()
    return folder


@pytest.fixture(scope="module")
def ran(folder: Path) -> subprocess.CompletedProcess[str]:
    metrics = str(folder.with_name("fleet.prom"))
    return fleet(
        "sync", str(folder), "--as-of", AS_OF.isoformat(), "--workers", "2", "--format", "json", "--metrics", metrics
    )


def test_each_is_told_and_none_stops_another(ran: subprocess.CompletedProcess[str]) -> None:
    summary = json.loads(ran.stdout)
    found = {night["municipality"]: night for night in summary["nights"]}
    assert {name for name, night in found.items() if night["state"] == "complete"} == {"alvdal", "bykle"}
    assert found["alvdal"]["written"] > 0
    (bad_name,) = (name for name in found if name.startswith("mappe-"))
    kinds = {name: night["kind"] for name, night in found.items()}
    assert kinds | {bad_name: None} == {
        "alvdal": None,
        "bykle": None,
        "dovre": "SettingsError",
        "engerdal": "StoreElsewhere",
        "folldal": None,
        "gol": kinds["gol"],
        "hol": "StoreError",
        bad_name: None,
    }
    assert kinds["gol"] in ("UnreadableCase", "SourceError", "SettingsError")
    assert kinds[bad_name] == "BadName"
    assert found["folldal"]["problems"] == {"UnreadableCase": 1}
    assert ran.returncode == 3
    assert summary["complete"] is False
    assert summary["municipalities"] == {"all": 8, "whole": 2}


def test_the_numbers_for_monitoring_are_read_by_prometheus(folder: Path, ran: subprocess.CompletedProcess[str]) -> None:
    del ran
    file = folder.with_name("fleet.prom")
    assert file.stat().st_mode & 0o777 == 0o644
    samples = [s for family in text_string_to_metric_families(file.read_text("utf-8")) for s in family.samples]
    by = {(s.name.removeprefix("skolemiljo_fleet_"), s.labels.get("municipality")): s.value for s in samples}
    assert by["municipalities", None] == 8
    assert by["municipalities_whole", None] == 2
    assert (by["night_whole", "alvdal"], by["night_whole", "hol"]) == (1, 0)
    assert by["night_read", "alvdal"] == 8
    assert ("night_read", "hol") not in by  # what was not counted is not 0


def test_when_each_was_last_whole(folder: Path, ran: subprocess.CompletedProcess[str]) -> None:
    del ran
    said = fleet("status", str(folder), "--format", "json")
    last = {one["municipality"]: one for one in json.loads(said.stdout)}
    assert said.returncode == 3
    assert last["alvdal"]["complete_at"] is not None
    assert (last["folldal"]["complete_at"], last["folldal"]["state"]) == (None, "incomplete")
    assert last["dovre"]["kind"] == "SettingsError"
    assert last["hol"]["kind"] == "StoreError"
    words = fleet("status", str(folder)).stdout
    assert words.splitlines()[-1].split(":")[0] in ("alvdal", "bykle")  # who has waited longest comes first


def test_no_marked_word_comes_out(folder: Path, ran: subprocess.CompletedProcess[str]) -> None:
    assert MARK in (folder / "alvdal" / "secrets" / "pseudonym_key").read_text("utf-8")
    assert '"municipality": "hol"' in ran.stderr  # the hosts' logs are in it
    said = [
        ran.stdout,
        ran.stderr,
        fleet("status", str(folder)).stdout,
        folder.with_name("fleet.prom").read_text("utf-8"),
    ]
    said.append(
        fleet("sync", str(folder), "--as-of", AS_OF.isoformat(), "--municipality", "hol", "--workers", "1").stdout
    )
    for text in said:
        assert text
        assert MARK not in text
        assert NUMBER not in text
    written = [file for file in (folder / "alvdal").iterdir() if file.is_file()]
    assert {"lager.sqlite", "runlog.jsonl"} <= {file.name for file in written}
    assert [file.name for file in written if MARK.encode() in file.read_bytes()] == []


def test_no_marked_word_travels(folder: Path) -> None:
    """What scheduler and workers have logged, what tasks were sent and gave, and what an exception says."""
    only = ("alvdal", "dovre", "folldal", "hol")
    with cluster.local(2) as client:
        found = find(client, str(folder), only)
        sent = [Order(folder=str(folder), municipality=one.name, as_of=AS_OF) for one in found]
        given = list(
            nights(client, found, lambda name: Order(folder=str(folder), municipality=name, as_of=AS_OF), Patience(1))
        )
        failed = client.submit(host.run_night, {"municipality": f"Kari {MARK}", NUMBER: MARK})
        error = failed.exception()
        logs = (client.get_scheduler_logs(), client.get_worker_logs(nanny=True), client.get_worker_logs())
        events = client.get_events()
    assert {night.municipality for night in given} == set(only)
    assert {night.municipality for night in given if night.whole} == {"alvdal"}
    assert repr(error) == "TypeError('not an order')"
    for what in map(repr, (found, sent, given, logs, events)):
        assert MARK not in what
        assert NUMBER not in what


def test_a_night_that_is_told_is_no_longer_held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the worker that had it, when it goes down later in the night, makes Dask run that municipality once more."""
    held: list[Any] = []
    with cluster.local(1) as client:
        submit = client.submit

        def holding(*arguments: Any, **options: Any) -> Any:
            held.append(submit(*arguments, **options))
            return held[-1]

        monkeypatch.setattr(client, "submit", holding)
        found = find(client, str(folder), ("hol",))
        for _ in nights(
            client, found, lambda name: Order(folder=str(folder), municipality=name, as_of=AS_OF), Patience(1)
        ):
            pass
        assert len(held) == 1
        client.sync(asyncio.sleep, 0)  # what its loop was told before is done then
        assert held[0].key not in client.futures


def test_a_run_that_another_holds_is_tried_again(tmp_path: Path) -> None:
    home = municipality(tmp_path, "lom")
    with cluster.local(1) as client:
        found = find(client, str(tmp_path))

        def order(name: str) -> Order:
            return Order(folder=str(tmp_path), municipality=name, as_of=AS_OF)

        store = Store.open(home / "lager.sqlite")
        with holding(store):
            (busy,) = nights(client, found, order, Patience(1, 0))
        assert (busy.kind, busy.exit_code, busy.tries) == ("AlreadyRunning", 75, 1)
        held = holding(store)
        held.__enter__()
        begun: list[str] = []

        def let_go(name: str) -> Order:
            begun.append(name)
            if len(begun) == 2:
                held.__exit__(None, None, None)
            return order(name)

        (night,) = nights(client, found, let_go, Patience(3, 0.1))
        assert (night.state, night.tries) == ("complete", 2)
        (again,) = nights(client, found, order, Patience(1))
    assert (again.state, again.tries) == ("complete", 1)
    with Store.open(home / "lager.sqlite") as store:
        assert [run.state for run in store.runs()] == ["complete", "complete"]  # what the workers remember is no night


def test_what_holds_for_all_is_refused(tmp_path: Path) -> None:
    municipality(tmp_path, "lom")
    said = fleet("sync", str(tmp_path), "--workers", "1", SKOLEMILJO_PLAN="eksempel")
    assert said.returncode == 2
    assert "SKOLEMILJO_PLAN" in said.stderr
    assert fleet("status", str(tmp_path), SKOLEMILJO_PLAN="eksempel").returncode == 2
    assert not (tmp_path / "lom" / "lager.sqlite").exists()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("tcp://10.0.0.8:8786", "kryptering"),
        ("tcp://planlegger.example:8786", "kryptering"),
        ("tls://planlegger.example:8786", "--certificates"),
        ("inproc://x/1", "tls://"),
        ("tls://planlegger.example", "tls://"),
        ("tls://planlegger.example:x", "tls://"),
    ],
)
def test_a_scheduler_that_others_could_speak_to_is_refused(address: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told), cluster.remote(address, None):
        pass


def test_without_the_extra_one_plain_line(tmp_path: Path) -> None:
    municipality(tmp_path, "lom")
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        f"sys.argv = ['skolemiljo', 'fleet', 'sync', {str(tmp_path)!r}]\n"
        "from skolemiljo.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=clean(), check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "skolemiljo[cluster]" in done.stderr


def test_dask_on_other_hosts_is_set_up_as_here(root: Path) -> None:
    def flat(data: dict[str, Any], above: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in data.items():
            found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
        return found

    assert flat(yaml.safe_load((root / "deploy" / "dask.yaml").read_text("utf-8"))) == cluster.CLOSED


def test_one_folder_on_two_hosts_and_one_store_of_two_are_not_run() -> None:
    from collections import Counter

    one, other = Municipality("lom", "a", "x", 0), Municipality("lom", "b", "x", 0)
    assert _fault([one, other], Counter()).fault == NoNight.ON_TWO_HOSTS
    assert _fault([one], Counter({"x": 2})).fault == NoNight.STORE_SHARED
    assert _fault([one], Counter({"x": 1})) == one


def test_a_night_of_none_is_not_complete() -> None:
    summary = FleetSummary(AS_OF, AS_OF, AS_OF, ())
    assert (summary.complete, summary.exit_code) == (False, 3)
    whole = FleetSummary(AS_OF, AS_OF, AS_OF, (MunicipalNight(municipality="lom", state="complete", exit_code=0),))
    assert (whole.complete, whole.exit_code) == (True, 0)


def test_what_a_process_says_beside_its_account_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account with a word more, of another municipality, or none at all: what does not fit does not travel."""
    order = plain(Order(folder=str(tmp_path), municipality="lom", as_of=AS_OF))
    program = tmp_path / "says.py"
    for said, kind in (
        (f'{{"municipality": "lom", "state": "complete", "name": "{MARK}"}}', NoNight.NO_ACCOUNT),
        ('{"municipality": "ulvik", "state": "complete"}', NoNight.NO_ACCOUNT),
        (f'{{"municipality": "lom", "state": "failed", "kind": "Kari {MARK}"}}', NoNight.NO_ACCOUNT),
        ("", NoNight.NO_ACCOUNT),
    ):
        program.write_text(f"print({said!r})", "utf-8")
        monkeypatch.setattr(host, "_NIGHT", "says")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        account = host.run_night(order)
        assert account["kind"] == kind
        assert MARK not in repr(account)
    program.write_text("import os; os.kill(os.getpid(), 9)", "utf-8")
    killed = MunicipalNight.model_validate(host.run_night(order))
    assert killed.kind == NoNight.NIGHT_KILLED
    assert killed.passes
