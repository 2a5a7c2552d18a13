"""Who acted is in the run log as a keyed id: one can ask whose it is, and it can be made nobody's for ever."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from skolemiljo.domain.errors import StoreError
from skolemiljo.journal.accounts import Accounts, account
from skolemiljo.journal.run_log import Kind, RunLog, verify

PERSON = "saksbehandler1"


def test_the_account_is_who_was_told_else_who_called_sudo_else_the_user() -> None:
    assert account({"SUDO_USER": PERSON}, "tjeneste") == "tjeneste"
    assert account({"SUDO_USER": PERSON}) == PERSON
    assert account({})


def test_an_id_is_the_same_each_time_another_for_each_account_and_in_each_installation(tmp_path: Path) -> None:
    here, there = Accounts(tmp_path / "a" / "k.json"), Accounts(tmp_path / "b" / "k.json")
    assert here.id_of(PERSON) == Accounts(here.path).id_of(PERSON)
    assert len({here.id_of(PERSON), here.id_of("tjeneste"), there.id_of(PERSON)}) == 3
    assert stat.S_IMODE(here.path.stat().st_mode) == 0o600


def test_with_its_entry_deleted_an_id_is_nobodys_and_the_log_stays_whole(tmp_path: Path) -> None:
    accounts, log = Accounts(tmp_path / "k.json"), tmp_path / "runlog.jsonl"
    by = accounts.id_of(PERSON)
    RunLog(log, who="rector", by=by).add(Kind.REPORT, form="html")
    line = json.loads(log.read_text("utf-8"))
    assert (line["who"], line["by"]) == ("rector", by)
    assert PERSON not in log.read_text("utf-8")
    assert accounts.whose(str(by)) == PERSON
    assert accounts.forget(PERSON)
    assert not accounts.forget(PERSON)
    assert accounts.whose(str(by)) is None
    assert PERSON not in accounts.path.read_text("utf-8")
    assert accounts.id_of(PERSON) != by
    assert verify(log).problem is None


def test_a_file_that_is_no_list_of_keys_keeps_nobody_from_acting_and_is_told_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "k.json"
    file.write_text("[", "utf-8")
    assert Accounts(file).id_of(PERSON) is None
    with pytest.raises(StoreError, match="skadet"):
        Accounts(file).whose("0123456789ab")
