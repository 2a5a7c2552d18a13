"""Where settings are read from, beside the environment: the file, and a folder of secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    TomlConfigSettingsSource,
)

from ..domain.toml import read_toml


class _TomlSource(TomlConfigSettingsSource):
    """The settings file, read as every other TOML file is: a byte order mark before it is no fault."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return read_toml(file_path.read_text("utf-8"))


def file_sources(
    settings_cls: type[BaseSettings], toml: Path | None, secrets: Path | None
) -> Iterator[PydanticBaseSettingsSource]:
    if secrets is not None:
        yield secrets_source(settings_cls, secrets)
    if toml is not None:
        yield _TomlSource(settings_cls, toml_file=toml)


def secrets_source(settings_cls: type[BaseSettings], folder: Path) -> NestedSecretsSettingsSource:
    return NestedSecretsSettingsSource(
        SecretsSettingsSource(settings_cls, secrets_dir=folder),
        secrets_dir=folder,
        secrets_prefix="",
        secrets_nested_delimiter="__",
    )
