"""JSON from outside, read as a careful reader must: nothing doubtful is let through, nothing of it is repeated."""

from __future__ import annotations

import json
import re
from gettext import gettext as _
from typing import Any

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def strict_json(raw: bytes) -> Any:
    """The JSON document in ``raw``. Raises ValueError with a text of our own, which goes on from «fila er».

    Refused: invalid UTF-8, half a character (a lone surrogate), the same key twice in one object, NaN and infinities,
    numbers of absurd length, and nesting so deep that it can only be meant to hurt.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(_("ikke UTF-8")) from None
    try:
        found = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(found, ensure_ascii=False).encode("utf-8")
        return found
    except UnicodeEncodeError:
        raise ValueError(_("ødelagt av et halvt tegn")) from None
    except _RefusedError as error:
        raise ValueError(str(error)) from None
    except json.JSONDecodeError:
        raise ValueError(_("ikke gyldig JSON")) from None
    except RecursionError:
        raise ValueError(_("nøstet for dypt")) from None


class _RefusedError(ValueError):
    """A refusal with a text of our own."""


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError(_("uklar fordi samme nøkkel står to ganger"))
    return found


def _no_constant(_name: str) -> Any:
    raise _RefusedError(_("ikke gyldig JSON (NaN eller uendelig)"))


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise _RefusedError(_("ødelagt av et urimelig langt tall"))
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_no_key_twice, parse_constant=_no_constant, parse_int=_integer)
