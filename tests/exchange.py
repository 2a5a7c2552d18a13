"""A folder that a municipality exchanges files in, with its settings: what a night without any server works on."""

from __future__ import annotations

from pathlib import Path

from skolemiljo.adapters.mock.municipality import Municipality, skolerute_path


def written_exchange(folder: Path, *, schools: int = 2, cases: int = 12) -> Path:
    """The settings of an exchange in ``folder``, which is made: the invented municipality's cases, skolerute and store."""
    Municipality(seed=7, schools=schools, cases=cases).write_folder(folder)
    (folder / "skolerute.toml").write_text(skolerute_path().read_text("utf-8"), "utf-8")
    settings = folder / "settings.toml"
    settings.write_text(
        'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\nschool_calendar = "skolerute.toml"\n'
        '[folder]\npath = "."\n',
        "utf-8",
    )
    return settings
