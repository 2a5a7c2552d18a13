"""dlt's REST source: what it is told of the vendor is data; the cases of several schools are asked for at once, as it can."""

from __future__ import annotations

from contract import Vendor, pulled
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator
from dlt.sources.rest_api import rest_api_source


def pull(vendor: Vendor) -> list[str]:
    """Extracted only: nothing is put into a table."""
    source = rest_api_source(
        {
            "client": {
                "base_url": vendor.base_url + "/",
                "auth": OAuth2ClientCredentials(
                    access_token_url=vendor.token_url,
                    client_id=vendor.client_id,
                    client_secret=vendor.client_secret,
                    access_token_request_data={"tenant_id": vendor.tenant_id, "scope": vendor.scope},
                ),
                "paginator": JSONLinkPaginator("nextPage"),
            },
            "resource_defaults": {
                "endpoint": {"params": {"pageSize": vendor.page_size, "pageNumber": 1}, "data_selector": "items"}
            },
            "resources": [
                {"name": "schools", "endpoint": {"path": "v1/schools"}},
                {
                    "name": "cases",
                    "endpoint": {"path": "v1/schools/{resources.schools.organizationNumber}/cases"},
                    "parallelized": True,
                },
            ],
        }
    )
    return [case["caseNumber"] for case in source.resources["cases"]]


if __name__ == "__main__":
    pulled(pull)
