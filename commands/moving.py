"""The store moves from its file into the database that the settings name."""

from __future__ import annotations

from contextlib import closing
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError
from ..journal.run_log import Kind
from ..store import Store
from ..store.copies import backup_name
from ..sync.holding import holding
from .run_log_lines import run_log

if TYPE_CHECKING:
    from pathlib import Path

    from .workplace import Workplace


def to_database(work: Workplace) -> tuple[int, Path]:
    """Moves everything that the file holds, with a line in the run log, and lays the file aside under another name. Gives the number
    of rows, and that name. Raises SettingsError, StoreError and AlreadyRunning; then nothing is moved."""
    file = work.settings.store_path
    if work.settings.database is None:
        raise SettingsError(
            _("sett database i innstillingene (en fil i mappa med hemmeligheter) først: dit flyttes lageret")
        )
    if not file.is_file():
        raise SettingsError(_("det er ikke noe lager i {file} å flytte").format(file=file.name))
    with closing(Store.open(file, check=True)) as source, holding(source, work.settings.lock_path), holding(work.store):
        moved = source.move_to(work.store)
        aside = backup_name(file, "moved")
        # From here on nobody may take the file for the store: an older word would be read as the last one.
        source.close()
        file.rename(aside)
        run_log(work, "store").add_and_anchor(Kind.STORE, action="move", rows=sum(moved.values()))
    return sum(moved.values()), aside
