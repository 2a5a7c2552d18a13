"""The key that pseudonyms are made with, held beside what the store remembers of it: lost or exchanged, nothing goes on as if it were there.

With another key each case whose number is a pseudonym would be a new one, and its decisions, its flags and its queue another's.
"""

from __future__ import annotations

import hashlib
import hmac
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError

if TYPE_CHECKING:
    from ..settings import Settings
    from ..store import Store

_MARK = "reference_key"
"""Under this the store keeps a mark of the key, from which nobody finds the key."""


def fault(settings: Settings, store: Store | None) -> str | None:
    """What is wrong with the key in the settings, by what the store remembers of it; ``None``: nothing."""
    remembered = store.meta(_MARK) if store is not None else None
    if not remembered or remembered == _mark(settings.reference_key):
        return None
    if not settings.reference_key:
        return _("pseudonym_key er borte, og dekknavnene i lageret er laget med den")
    return _("pseudonym_key er en annen enn den dekknavnene i lageret er laget med")


def what_to_do() -> str:
    """What a person does about :func:`fault`."""
    return _(
        "Legg den gamle nøkkelen tilbake i mappa med hemmeligheter. Er den tapt, så si det med skolemiljo store new-key: sakene med "
        "dekknavn blir nye saker, og avgjørelser om dem må tas på nytt."
    )


def held(settings: Settings, store: Store | None) -> None:
    """Nothing, where the key is the one that the store's pseudonyms are made with. Raises SettingsError where it is not."""
    wrong = fault(settings, store)
    if wrong is not None:
        raise SettingsError(f"{wrong}. {what_to_do()}")


def remember(settings: Settings, store: Store, *, anew: bool = False) -> None:
    """From now on the store's pseudonyms are made with the key in the settings, where there is one; ``anew``: whatever was before."""
    if anew or (settings.reference_key and not store.meta(_MARK)):
        store.set_meta(_MARK, _mark(settings.reference_key))


def _mark(key: bytes) -> str:
    return hmac.digest(key, b"which key", hashlib.sha256).hex()[:32] if key else ""
