"""Those who are told: the morning mail, a line to Teams, the watch by day, and where reports are laid out."""

from __future__ import annotations

from datetime import date, time
from gettext import gettext as _
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from ..domain.role import Role
from .addresses import THIS_MACHINE, Address, PingAddress, Reader, SchoolKey
from .sections import Section


class MailSection(Section):
    """The morning mail (``skolemiljo digest``): counts and case numbers. Not set up until ``host`` is given."""

    host: str = ""
    """The municipality's own mail server."""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` is for a relay on this machine alone."""
    username: str | None = None
    password: SecretStr | None = None
    """Best given as SKOLEMILJO_MAIL__PASSWORD, or as a file called ``mail__password`` in the secrets folder."""
    ca_file: str | None = None
    """A file with the municipality's own certificate authority."""
    sender: str = ""
    link: str | None = None
    """Where the reports are read; ``{reader}`` in it becomes ``owner`` or the school's organisation number."""
    calendar: bool = False
    """With each school's deadlines as an attachment."""
    owner: list[Address] = Field(default=[])
    """Who gets the mail about all schools: counts alone."""
    schools: dict[SchoolKey, list[Address]] = Field(default={})
    """Organisation number → who gets the mail about that school."""

    @model_validator(mode="after")
    def _safe(self) -> MailSection:
        if self.security == "none" and self.host not in ("", *THIS_MACHINE):
            raise ValueError(_("security none er bare for en e-posttjener på denne maskinen: sett starttls eller tls"))
        if self.security == "none" and self.username is not None:
            raise ValueError(_("passord sendes ikke uten kryptering: sett security til starttls eller tls"))
        if (self.owner or self.schools) and not (self.host and self.sender):
            raise ValueError(_("mottakere er satt, men ikke både host og sender"))
        return self


class NotifySection(Section):
    """A line of counts to Teams or a webhook, by Apprise (extra ``notify``). Each address is a secret."""

    owner: list[SecretStr] = Field(default=[])
    """Apprise addresses that get a line for each school; as a file: ``notify__owner``, a JSON list."""
    schools: dict[SchoolKey, list[SecretStr]] = Field(default={})
    """Organisation number → Apprise addresses that get the school's line."""


class PublishSection(Section):
    """Where the night's reports are laid out for those who read them."""

    folder: Path | None = None
    """Where they are laid out, unless the command says otherwise."""
    groups: dict[Reader, str] = Field(default={})
    """``owner`` or a school's organisation number → the group on this machine that may read its folder; without one, nobody."""


class Deputy(Section):
    """Who stands in for a school's readers (or the owner's) for a time: the word goes there instead."""

    reader: Reader
    first: date
    until: date
    """Last day."""
    addresses: list[Address] = Field(min_length=1)


class WatchSection(Section):
    """The watch by day (``skolemiljo watch``): who is told of a duty whose last day is today, and when."""

    owner: list[Address] = Field(default=[])
    """Standard: those of ``[mail]``."""
    schools: dict[SchoolKey, list[Address]] = Field(default={})
    """Organisation number → who is told. Standard: those of ``[mail]``."""
    routes: dict[Reader, dict[Role, list[Address]]] = Field(default={})
    """Reader → role → who is told of this role's duties, in the place of the others."""
    deputies: list[Deputy] = Field(default=[])
    quiet_from: time | None = None
    quiet_to: time | None = None
    """Between these nothing is sent, in Oslo's time; what is due still is told when it is over, the same day."""
    minutes_before_school_ends: int = Field(default=60, ge=0)
    """When what is still due is told once more, on school days."""
    last_word: time = time(20, 0)
    """And once more, every day."""
    calendar: bool = True
    """With what is due as an attachment to the calendar, with an alarm."""
    write_flags: bool = False
    """Also write flags on the cases that were looked at; needs ``sync.write_back``."""
    ping_url: PingAddress = Field(default=None, repr=False)
    """A dead man's switch of its own."""

    @model_validator(mode="after")
    def _both_ends(self) -> WatchSection:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError(_("sett både quiet_from og quiet_to"))
        return self

    def is_quiet(self, at: time) -> bool:
        """Whether nothing is to be sent at this time of day."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to
