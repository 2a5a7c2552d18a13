"""A Singer tap, made with Meltano's singer-sdk: schools, and for each its cases, as records on a stream."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from functools import cached_property
from typing import Any, ClassVar

from contract import Vendor, pulled
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import OAuthAuthenticator
from singer_sdk.pagination import BasePageNumberPaginator


class Authenticator(OAuthAuthenticator):
    """The vendor's: one token for a municipality."""

    @property
    def oauth_request_body(self) -> dict[str, Any]:
        """What is posted."""
        names = ("client_id", "client_secret", "tenant_id", "scope")
        return {"grant_type": "client_credentials", **{name: self.config[name] for name in names}}


class Pages(BasePageNumberPaginator):
    """Until there is no next page."""

    def has_more(self, response: Any) -> bool:
        """As the answer says."""
        return response.json()["nextPage"] is not None


class VendorStream(RESTStream):
    """A list of the vendor's."""

    records_jsonpath = "$.items[*]"

    @property
    def url_base(self) -> str:
        """Where it answers."""
        return str(self.config["base_url"])

    @property
    def authenticator(self) -> Authenticator:
        """Whoever asks has the tap's one token."""
        assert isinstance(self._tap, SikkerSakTap)  # noqa: S101 - it has no other
        return self._tap.authenticator

    def get_new_paginator(self) -> Pages:
        """From the first page."""
        return Pages(start_value=1)

    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
        """Of a page."""
        return {"pageSize": self.config["page_size"], "pageNumber": next_page_token or 1}


class Schools(VendorStream):
    """The schools."""

    name = "schools"
    path = "/v1/schools"
    schema = th.PropertiesList(th.Property("organizationNumber", th.StringType)).to_dict()

    def get_child_context(self, record: dict[str, Any], context: Any) -> dict[str, Any]:
        """What its cases are asked for by."""
        return {"school": record["organizationNumber"]}


class Cases(VendorStream):
    """The cases of a school."""

    name = "cases"
    parent_stream_type = Schools
    path = "/v1/schools/{school}/cases"
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"caseNumber": {"type": "string"}},
        "additionalProperties": True,
    }


class SikkerSakTap(Tap):
    """The tap."""

    name = "tap-sikker-sak"
    config_jsonschema = th.PropertiesList(
        *(th.Property(name, th.IntegerType if name == "page_size" else th.StringType) for name in Vendor._fields)
    ).to_dict()

    @cached_property
    def authenticator(self) -> Authenticator:
        """With the token for all."""
        made = Authenticator(auth_endpoint=self.config["token_url"])
        made._config = dict(self.config)
        return made

    def discover_streams(self) -> list[VendorStream]:
        """Both."""
        return [Schools(self), Cases(self)]


def pull(vendor: Vendor) -> list[str]:
    """Its messages, read by whoever would load them."""
    written = io.StringIO()
    with redirect_stdout(written):
        SikkerSakTap(config=vendor._asdict(), parse_env_config=False).sync_all()
    messages = map(json.loads, written.getvalue().splitlines())
    return [one["record"]["caseNumber"] for one in messages if one["type"] == "RECORD" and one["stream"] == "cases"]


if __name__ == "__main__":
    pulled(pull)
