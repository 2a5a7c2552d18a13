"""The bases of the domain models: frozen, silent about their input; what is read tolerates fields it does not know."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

_PLAIN = "A-Za-zÆØÅæøå._/\\-"
Ref = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=f"^([0-9]{{1,10}}|[0-9]{{12,}}|[0-9]*[{_PLAIN}][0-9{_PLAIN}]*)$",
        examples=["elev-1", "l17"],
    ),
]
"""An id or pseudonym of the source. Ids go to the store, to flags and to paper, so a name with a space, an e-mail address,
markup and eleven digits by themselves (an identity number) are refused."""

_PSEUDONYM = re.compile(r"p-[a-z2-7]{12}")


def is_pseudonym(reference: str) -> bool:
    """Whether ``reference`` was made in the place of one that tells who somebody is (adapters/references.py)."""
    return _PSEUDONYM.fullmatch(reference) is not None


@dataclass
class ReadingContext:
    """What a reader tells the models while it validates one document.

    ``zone`` is the zone that the source has declared for times that carry none (``None``: such times are errors).
    ``unknown_fields`` counts, as ``Model.field``, the fields that no model knows (adapters/unknown_fields.py); their content is dropped.
    """

    zone: ZoneInfo | None = None
    by_people: bool = False
    """Whether people make such documents: then a field that no model knows is misspelt, and refused with the nearest one."""
    names_nobody: bool = False
    """Whether the source has nowhere to say what anybody is called: then a word in a case number may be a name, whatever its letters."""
    reference_key: bytes = field(default=b"", repr=False)
    """What pseudonyms of references are made with, where a reference tells who somebody is (adapters/references.py)."""
    no_names: frozenset[str] = frozenset()
    """Words in case numbers that are no names in this municipality, in small letters."""
    unknown_fields: Counter[str] = field(default_factory=Counter)
    numbers: dict[str, str] = field(default_factory=dict, repr=False)
    """Pseudonym of a case number → the number at the source; in memory alone."""


class Made(BaseModel):
    """A value of our own making: it never changes, and its errors never show what was in it."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema, in which each field is described by the text below it in the source.

        Read only when a schema is asked for: pydantic's own way reads every module anew for every model, in every command.
        """
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for name, words in _told_of_fields(cls).items():
            if name in fields:
                fields[name].setdefault("description", words)
        return schema


_PARSING = threading.Lock()
"""One at a time: until CPython 3.13 the parser loses count of its own depth where two threads ask it at once (SystemError)."""


def _told_of_fields(kind: type) -> dict[str, str]:
    """Field → the string that stands below it, in ``kind`` or what it was made from."""
    with _PARSING:
        return _parsed(kind)


def _parsed(kind: type) -> dict[str, str]:
    told: dict[str, str] = {}
    for parent in reversed(kind.__mro__):
        if not issubclass(parent, Made):
            continue
        definition = _classes(parent.__module__).get(parent.__name__)
        for field_of, below in pairwise(definition.body if definition is not None else ()):
            if not (isinstance(field_of, ast.AnnAssign) and isinstance(field_of.target, ast.Name)):
                continue
            told.pop(field_of.target.id, None)
            if (
                isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                told[field_of.target.id] = inspect.cleandoc(below.value.value)
    return told


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module by their names, as they stand in its source; it is read once, however many they are."""
    try:
        source = inspect.getsource(sys.modules[module])
    except (OSError, TypeError):  # a program without its source: the schema is the same without words
        return {}
    return {part.name: part for part in ast.parse(source).body if isinstance(part, ast.ClassDef)}


class Frozen(Made):
    """A value that is read from outside: what :class:`Made` is. Fields it does not know are dropped; its reader counts them."""
