"""What several commands ask for in the same words: moments, days, languages, forms, and the place they work in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import update_wrapper
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..reports import FORMATS
from ..reports.languages import NORWEGIAN, SPOKEN

if TYPE_CHECKING:
    from ..domain.people import Role

SEVERITIES = ("critical", "high", "medium", "low", "never")
F = TypeVar("F", bound=Callable[..., Any])


class PointInTime(click.ParamType[datetime]):
    """A point in time with offset, or a date (the end of that day in Oslo)."""

    name = "tidspunkt"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Reads ISO 8601; a time without offset is local time in Oslo."""
        from datetime import timedelta

        from ..domain.moment import OSLO, Moment, end_of

        if isinstance(value, datetime):
            return value
        try:
            moment = Moment.parse(value, OSLO)
        except ValueError:
            self.fail(_("skriv tidspunktet som 2026-11-20T08:00 eller 2026-11-20"), param, ctx)
        return moment.instant or end_of(moment.day) - timedelta(seconds=1)


class Day(click.ParamType[date]):
    """A day, written as ISO 8601."""

    name = "dato"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Reads ISO 8601: ``2026-12-31``."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(_("skriv datoen som 2026-12-31"), param, ctx)


class RoleByName(click.ParamType["Role"]):
    """One of ``roles``, by its name in any of the languages."""

    name = "rolle"

    def __init__(self, *roles: str) -> None:
        self._roles = roles

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        """As click says it of a choice, with the names in the language that is spoken."""
        del param, ctx
        return _("Choose from:\n\t{choices}").format(choices=",\n\t".join(self._names()))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Role:
        """Reads ``rektor``, ``skoleeier``, ``rådgiver`` (also in nynorsk, and the domain's own names)."""
        from ..domain.people import Role
        from ..validators.verdict_words import ROLES

        if isinstance(value, Role):
            return value
        for role in map(Role, self._roles):
            names = {
                role.value,
                *(part for name in (ROLES[role].nb, ROLES[role].nn) for part in (name, name.split(" ")[0])),
            }
            if str(value).strip().casefold() in names:
                return role
        self.fail(_("skriv en av disse: {roles}").format(roles=", ".join(self._names())), param, ctx)

    def _names(self) -> list[str]:
        from ..domain.people import Role
        from ..validators.verdict_words import ROLES
        from .command_language import value_word

        return [value_word(Role(role), ROLES) for role in self._roles]


DECIDING = RoleByName("rector", "owner", "adviser")
RESPONSIBLE = RoleByName("rector", "contact_teacher", "teacher", "leader", "staff", "owner")
"""Who can be responsible for a duty."""

STRESS = click.option(
    "--stress", is_flag=True, help="En kommune der det meste mangler noe: slik et program blir satt på prøve."
)

DECIDED_BY = click.option(
    "--role", required=True, type=DECIDING, metavar="ROLLE", help="Rollen din: rektor, skoleeier eller rådgiver."
)
AS_OF = click.option(
    "--as-of", type=PointInTime(), metavar="TIDSPUNKT", default=None, help="Vurder slik det var kjent da. Uten: nå."
)
_OF_THE_DOCTOR = (
    click.option(
        "--network", is_flag=True, help="Les også tilbake et utvalg av flaggene, og se at de står som vi skrev dem."
    ),
    click.option("--rows", is_flag=True, help="Vis hver rad i planen, og om kilden har det den trenger."),
    click.option(
        "--sample",
        type=click.Path(path_type=Path, exists=True),
        metavar="FIL",
        help="Se hva som leses av en eksportert sak i JSON.",
    ),
)
SINCE = click.option(
    "--since", type=Day(), metavar="DATO", default=None, help="Merk det som er nytt siden da. Uten: siste uke."
)
LANGUAGE = click.option(
    "--language",
    type=click.Choice(NORWEGIAN),
    default=None,
    help="Målform: nb eller nn. Uten: den i innstillingene, for én skole skolens egen.",
)
SPOKEN_LANGUAGE = click.option(  # asked_language has found it before anything is parsed
    "--language",
    type=click.Choice(SPOKEN),
    expose_value=False,
    help="Språket. Planens egne ord er alltid norske.",
)
REPORT_FORMAT = click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Form på utskriften.")
ASSESS_FORMATS = (*FORMATS, "jsonl")
"""One case a line is for many cases at once."""
ASSESS_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(ASSESS_FORMATS),
    default="text",
    help="Form på utskriften. jsonl og csv kommer sak for sak, i filnavnenes rekkefølge.",
)
PLAIN_FORMAT = click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help="Form på utskriften."
)
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FIL", default=None, help="Skriv til denne fila i stedet."
)
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="critical",
    help="Avslutt med 1 når et avvik er minst så alvorlig. «never»: aldri.",
)


def now() -> datetime:
    """The clock; the one place where it is read."""
    return datetime.now(UTC)


def opened_because(command: F) -> F:
    """The options of a command that opens one case: why, and in which role."""
    reason = click.option(
        "--reason", required=True, help="Hvorfor saken åpnes. Ikke skriv navn. Begrunnelsen skrives i kjøreloggen."
    )
    role = click.option(
        "--role",
        type=DECIDING,
        default="skoleeier",
        metavar="ROLLE",
        help="Rollen din: rektor, skoleeier eller rådgiver. Uten: skoleeier.",
    )
    return reason(role(command))


def asked_of_the_doctor(command: F) -> F:
    """The options of ``doctor``."""
    for option in reversed(_OF_THE_DOCTOR):
        command = option(command)
    return command


def with_workplace(function: F) -> F:
    """Hands the command its workplace."""

    @click.pass_context
    def wrapped(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        from .workplace import Workplace

        return ctx.invoke(function, Workplace(*ctx.obj), *args, **kwargs)

    return update_wrapper(wrapped, function)  # type: ignore[return-value]  # click's wrapper has the signature of the command
