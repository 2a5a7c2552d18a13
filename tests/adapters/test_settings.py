"""Settings: every source in its order, every mistake named with the right word, and no secret shown anywhere."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import responses
from pydantic import SecretStr

from skolemiljo.adapters import connect
from skolemiljo.adapters.connect import case_adapter, http_client
from skolemiljo.domain.errors import Fatal, SettingsError
from skolemiljo.domain.school import School
from skolemiljo.settings import PREFIX, Settings, load_settings, shown

SECRET = "TRYLLEORD"
BASE = "https://sak.example"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX) or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "skolemiljo.toml"


def load(file: Path, text: str, **options: Any) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load_settings(file, **options)


def refused(file: Path, text: str) -> str:
    with pytest.raises(SettingsError) as raised:
        load(file, text)
    assert raised.value.exit_code == 2
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    return str(raised.value)


def test_the_standard_writes_nothing_back_and_needs_no_file() -> None:
    settings = load_settings()
    assert not settings.sync.write_back
    assert settings.read_text
    assert not settings.production
    assert settings.store_path.is_absolute()


def test_environment_before_secrets_before_file(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "hemmelig"
    secrets.mkdir()
    text = (
        'municipality = "fil"\nlanguage = "nn"\nclient_secret = "fil"\n[sikker_sak]\nclient_id = "fil"\npage_size = 7\n'
    )
    (secrets / "municipality").write_text("mappe\n")
    (secrets / "client_secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("SKOLEMILJO_MUNICIPALITY", "miljø")
    monkeypatch.setenv("SKOLEMILJO_SIKKER_SAK__CLIENT_ID", "miljø")
    settings = load(file, text, secrets=secrets)
    assert (settings.municipality, settings.language, settings.sikker_sak.client_id) == ("miljø", "nn", "miljø")
    assert settings.sikker_sak.page_size == 7
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == SECRET


def test_a_system_may_have_a_secret_of_its_own(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "client_secret").write_text("felles")
    (tmp_path / "sikker_sak__client_secret").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = load(file, '[sikker_sak]\nbase_url = "https://sak.example"\n')
    assert settings.sikker_sak.client_secret is not None
    assert settings.sikker_sak.client_secret.get_secret_value() == SECRET
    assert settings.sikker_sak.base_url == "https://sak.example"
    assert settings.annual_cycle.client_secret is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('munisipality = "x"', "munisipality: innstillingen finnes ikke. Mente du municipality?"),
        ('[sikker_sak]\nbase_ulr = "x"', "sikker_sak.base_ulr: innstillingen finnes ikke. Mente du base_url?"),
        ("[sync]\nwriteback = true", "Mente du write_back?"),
        ("[sync]\nzzzzzz = true", "sync.zzzzzz: innstillingen finnes ikke"),
        ('source_zone = "Europe/Oslp"', "source_zone: tidssonen finnes ikke"),
        (f'language = "{SECRET}"', "language: må være 'nb', 'nn' eller 'en'"),
        (f'production = "{SECRET}"', "production: må være true eller false"),
        ('[languages]\n310000018 = "nn"', "languages: hver linje må begynne med owner eller organisasjonsnummeret"),
        (f'[languages]\nowner = "{SECRET}"', "languages.owner: må være 'nb' eller 'nn'"),
        ("[sikker_sak]\npage_size = 0", "sikker_sak.page_size: må være minst 1"),
        (f'[sikker_sak]\nclient_secret = ["{SECRET}"]', "sikker_sak.client_secret: må være tekst"),
        (f'client_secret = "{SECRET}', "ikke gyldig TOML"),
        ("a = 1\na = 2", "ikke gyldig TOML"),
        ("a = " + "[" * 5_000, "ikke gyldig TOML"),
    ],
)
def test_a_mistake_is_named_and_no_value_is(file: Path, text: str, words: str) -> None:
    assert words in refused(file, text)


def test_every_mistake_is_named_at_once(file: Path) -> None:
    told = refused(file, 'munisipality = "x"\nlanguage = "se"\n[sync]\noverlap_minutes = -1')
    assert len(told.splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("SKOLEMILJO_PRODUKTION", "PRODUCTION"),
        ("SKOLEMILJO_SYNK__WRITE_BACK", "SYNC"),
        ("SKOLEMILJO_READTEXT", "READ_TEXT"),
        ("SKOLEMILJO_WRITE_BACK", "SYNC__WRITE_BACK"),
        ("SKOLEMILJO_REPORTS__CASE_URL", r"CASE_URL\?"),
        ("SKOLEMILJO_LANGUAGE__OWNER", r"LANGUAGES__OWNER\?"),
        ("SKOLEMILJO_STORE__X", r"STORE\?"),
        ("SKOLEMILJO_SIKKERSAK__BASE_URL", r"SIKKER_SAK__BASE_URL\?"),
        ("SKOLEMILJO_BASE_URL", r"\w+__BASE_URL\?"),
        ("skolemiljo_write_back", r"SYNC__WRITE_BACK\?"),
        ("skolemiljo_settings", r"SETTINGS\?"),
        ("SKOLEMILJO_NOE_HELT_ANNET", ""),
        ("SKOLEMILJO_X", ""),
    ],
)
def test_a_misspelt_variable_is_a_mistake(monkeypatch: pytest.MonkeyPatch, name: str, near: str) -> None:
    monkeypatch.setenv(name, SECRET)
    with pytest.raises(SettingsError, match=f"Mente du SKOLEMILJO_{near}") as raised:
        load_settings()
    assert SECRET not in str(raised.value)


def test_a_variable_that_can_not_be_read_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKOLEMILJO_MAIL__OWNER", SECRET)
    with pytest.raises(SettingsError, match="SKOLEMILJO_MAIL") as raised:
        load_settings()
    assert SECRET not in str(raised.value)


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SKOLEMILJOTEST_CRASHES", "MILJO_WRITE_BACK"):
        monkeypatch.setenv(name, "1")
    assert load_settings().plan == "oyer-2024"


def test_nested_variables_with_a_wrong_key_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKOLEMILJO_SYNC__WRITEBACK", "true")
    with pytest.raises(SettingsError, match="write_back"):
        load_settings()
    monkeypatch.delenv("SKOLEMILJO_SYNC__WRITEBACK")
    monkeypatch.setenv("SKOLEMILJO_SYNC", f"{{{SECRET}")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert SECRET not in str(raised.value)


def test_places_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"borte\.toml finnes ikke"):
        load_settings(tmp_path / "borte.toml")
    with pytest.raises(SettingsError, match="mappa med hemmeligheter"):
        load_settings(secrets=tmp_path / "borte")
    monkeypatch.setenv("SKOLEMILJO_SETTINGS", str(tmp_path / "borte.toml"))
    with pytest.raises(SettingsError, match=r"borte\.toml finnes ikke"):
        load_settings()


def test_paths_in_the_file_are_beside_it(file: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    settings = load(
        file,
        'store = "a/b.sqlite"\nschools_file = "skoler.toml"\n[folder]\npath = "inn"\n'
        '[sikker_sak]\nca_file = "ca.pem"\n[annual_cycle]\nca_file = "/etc/ca.pem"\n',
    )
    assert settings.store_path == tmp_path / "a/b.sqlite"
    assert settings.run_log_path == tmp_path / "a/runlog.jsonl"
    assert settings.folder.path == tmp_path / "inn"
    assert settings.schools_file == tmp_path / "skoler.toml"
    assert settings.sikker_sak.ca_file == str(tmp_path / "ca.pem")
    assert settings.annual_cycle.ca_file == "/etc/ca.pem"


def test_all_is_shown_with_its_source_and_no_secret(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "hemmelig"
    secrets.mkdir()
    (secrets / "client_secret").write_text(SECRET)
    (secrets / "sikker_sak__client_secret").write_text(SECRET)
    monkeypatch.setenv("SKOLEMILJO_LANGUAGE", "nn")
    text = f'municipality = "Fjellgløtt"\nping_url = "https://ping.example/{SECRET}"\n[sync]\nwrite_back = true\n'
    settings = load(file, text, secrets=secrets)
    rows = {key: (value, place) for key, value, place in shown(settings, file, secrets)}
    assert rows["municipality"] == ("Fjellgløtt", "file")
    assert rows["language"] == ("nn", "environment")
    assert rows["client_secret"] == ("***", "secrets")
    assert rows["sikker_sak.client_secret"] == ("***", "secrets")
    assert rows["ping_url"] == ("***", "file")
    assert rows["sync.write_back"] == (True, "file")
    assert rows["read_text"] == (True, "default")
    assert rows["roster"] == (None, "default")
    assert rows["sync.full_every_days"] == (7, "default")
    assert SECRET not in repr(rows) + repr(settings) + str(settings)
    assert {key.partition(".")[0] for key in rows} == set(Settings.model_fields)


def test_who_reads_in_another_language_is_said_by_the_settings_before_the_source(file: Path) -> None:
    settings = load(file, '[languages]\nowner = "nn"\n"310 000 019" = "nb"\n')
    read = {
        "said": settings.language_of(School(organisation_number="310000019", name="A", language="nn")),
        "the source's": settings.language_of(School(organisation_number="310000027", name="B", language="nn")),
        "nothing said": settings.language_of(School(organisation_number="310000035", name="C")),
        "owner": settings.language_of(None),
    }
    assert read == {"said": "nb", "the source's": "nn", "nothing said": "nb", "owner": "nn"}


# --- production ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["base_url", "token_url"])
@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:1"])
def test_the_mock_is_refused_in_production(file: Path, key: str, host: str) -> None:
    text = f'[annual_cycle]\n{key} = "http://{host}/x"\n'
    assert load(file, text).production is False
    assert "etterligningen" in refused(file, f"production = true\n{text}")


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_in_production_a_file_with_a_secret_is_the_owner_s_alone(file: Path) -> None:
    text = f'production = true\n[sikker_sak]\nclient_secret = "{SECRET}"\n'
    file.touch(0o644)
    assert "chmod 600" in refused(file, text)
    file.chmod(0o600)
    assert load(file, text).production


def reachable(name: str, **changes: Any) -> Settings:
    """Settings with all that ``http_client`` asks for, for the section ``name``."""
    plain = load_settings()
    update = {"base_url": BASE, "token_url": f"{BASE}/token", "client_id": "k", "tenant_id": "t"}
    section = getattr(plain, name).model_copy(update=update)
    return plain.model_copy(update={name: section, "client_secret": SecretStr(SECRET), **changes})


@pytest.mark.parametrize("address", ["http://vakt.example/x", "vakt.example", "file:///etc/passwd"])
def test_a_ping_goes_over_https_or_nowhere(file: Path, address: str) -> None:
    assert refused(file, f'ping_url = "{address}"\n') == "ping_url: må være en https-adresse"


@pytest.mark.parametrize("production", [True, False])
@responses.activate
def test_a_mock_on_another_machine_is_known_by_what_it_says(production: bool) -> None:
    settings = reachable("sikker_sak", production=production)
    client = http_client("sikker_sak", settings.sikker_sak, settings)
    responses.post(f"{BASE}/token", json={"access_token": "a", "expires_in": 60})
    responses.get(f"{BASE}/v1/x", json={"a": 1}, headers={"X-Mock": "ja"})
    if not production:
        assert client.get("v1/x").body == {"a": 1}
        return
    with pytest.raises(Fatal, match="etterligningen"):
        client.get("v1/x")


def test_an_adapter_that_is_no_source_is_refused() -> None:
    with pytest.raises(SettingsError, match="gir ikke saker"):
        case_adapter(reachable("annual_cycle", source="annual_cycle"))


def test_an_adapter_of_others_that_can_not_be_imported_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("knust", "finnes_ikke:connector", connect.GROUP)
    monkeypatch.setattr(connect, "entry_points", lambda **_: [broken])
    with pytest.raises(SettingsError, match=r"knust kan ikke lastes \(ModuleNotFoundError\)"):
        case_adapter(load_settings().model_copy(update={"source": "knust"}))


def test_a_byte_order_mark_is_no_fault(file: Path) -> None:
    file.write_text('municipality = "Oppdiktet kommune"', "utf-8-sig")
    assert load_settings(file).municipality == "Oppdiktet kommune"


def test_letters_in_a_mail_domain_are_sent_as_idna(file: Path) -> None:
    mail = '[mail]\nhost = "127.0.0.1"\nsecurity = "none"\nsender = "a@x.example"\nowner = ["eier@bjørnås.example"]'
    assert load(file, mail).mail.owner == ["eier@" + "bjørnås.example".encode("idna").decode()]
    assert "er ikke en e-postadresse" in refused(file, mail.replace("bjørnås", "bjørn..ås"))
