"""Schools and their numbers."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from .base import Frozen
from .people import Actor

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)


def is_organisation_number(value: str) -> bool:
    """Whether ``value`` is nine digits whose weighted sum is divisible by 11 (Brønnøysundregistrene's control digit)."""
    return (
        len(value) == 9
        and value.isascii()
        and value.isdigit()
        and sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=True)) % 11 == 0
    )


def _checked(value: str) -> str:
    if not is_organisation_number(value):
        raise PydanticCustomError(
            "organisation_number", "må være et organisasjonsnummer: ni siffer med riktig kontrollsiffer"
        )
    return value


OrganisationNumber = Annotated[str, AfterValidator(_checked), Field(examples=["310000019"])]
"""A Norwegian organisation number without spaces."""


class School(Frozen):
    """A school, as the source or the roster knows it."""

    organisation_number: OrganisationNumber
    name: str = Field(max_length=120)
    municipality: str | None = Field(default=None, pattern=r"^\d{4}$")
    rector: Actor | None = None
    language: str | None = None
    """The school's written language (hovudmål), ``nb`` or ``nn``, where the source says one of them."""
    closed_on: date | None = None
    """Its last day, where it is closed."""

    @field_validator("language")
    @classmethod
    def _one_that_reports_have(cls, value: str | None) -> str | None:
        """No school is left out because its language is another, or written otherwise."""
        return value if value in ("nb", "nn") else None
