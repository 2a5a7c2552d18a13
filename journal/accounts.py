"""Who acts: the account of a person or a service, as a keyed id that the run log holds and that can be made nobody's.

No line of the log can be erased, since each is linked to the one before. So a line holds an id; the account's key lies in a file beside, and
with its entry deleted nobody can tell, or prove, whose the id was.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

from ..domain.errors import StoreError
from ..domain.fault_words import why_not
from ..domain.files import put_in_place

_LENGTH = 12


def account(environment: Mapping[str, str], told: str | None = None) -> str:
    """The account that acts: the one that was ``told``, who called sudo, or the user of the process."""
    if told or environment.get("SUDO_USER"):
        return told or environment["SUDO_USER"]
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return f"uid-{os.getuid()}" if hasattr(os, "getuid") else "?"


class Accounts:
    """The file with each account's key. ``path`` is made when the first account acts (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def id_of(self, name: str) -> str | None:
        """The account's id, by a key that is made the first time; ``None`` where the file can't be read or written."""
        from filelock import FileLock

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            keys = self._keys()
            if name not in keys:
                with FileLock(self.path.with_name(self.path.name + ".lock"), timeout=10, mode=0o600):
                    keys = self._keys()
                    keys.setdefault(name, secrets.token_hex(32))
                    self._put(keys)
        except (OSError, ValueError):
            return None
        return _id(name, keys[name])

    def whose(self, wanted: str) -> str | None:
        """The account with that id; ``None`` where no entry has it (any more). Raises StoreError."""
        with self._plain_errors():
            return next((name for name, key in self._keys().items() if _id(name, key) == wanted), None)

    def forget(self, name: str) -> bool:
        """Deletes the account's entry: its ids in the log are nobody's from now on. False: there is none. Raises StoreError."""
        from filelock import FileLock

        with self._plain_errors(), FileLock(self.path.with_name(self.path.name + ".lock"), timeout=10, mode=0o600):
            keys = self._keys()
            there = keys.pop(name, None) is not None
            if there:
                self._put(keys)
        return there

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            why = why_not(error) if isinstance(error, OSError) else _("den er skadet")
            cannot = _("fila med nøklene til kontoene, {name}, kan ikke brukes ({why_not})")
            raise StoreError(cannot.format(name=self.path.name, why_not=why)) from None

    def _keys(self) -> dict[str, str]:
        if not self.path.exists():
            return {}
        found = json.loads(self.path.read_text("utf-8"))
        return {str(name): str(key) for name, key in found.items()}

    def _put(self, keys: dict[str, str]) -> None:
        put_in_place(self.path, json.dumps(keys, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _id(name: str, key: str) -> str:
    return hmac.digest(bytes.fromhex(key), name.encode(), hashlib.sha256).hex()[:_LENGTH]
