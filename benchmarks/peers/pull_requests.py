"""requests, one page after another: what a script would do."""

from __future__ import annotations

from contract import Vendor, pulled
from requests import Session


def pull(vendor: Vendor) -> list[str]:
    """School after school, page after page."""
    session = Session()
    asked = {
        "grant_type": "client_credentials",
        **{name: getattr(vendor, name) for name in ("client_id", "client_secret", "tenant_id", "scope")},
    }
    token = session.post(vendor.token_url, data=asked, timeout=30).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"

    def items(path: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        number: int = 1
        while True:
            page = session.get(
                f"{vendor.base_url}/{path}", params={"pageSize": vendor.page_size, "pageNumber": number}, timeout=30
            ).json()
            found += page["items"]
            if page["nextPage"] is None:
                return found
            number += 1

    schools = [school["organizationNumber"] for school in items("v1/schools")]
    return [str(case["caseNumber"]) for school in schools for case in items(f"v1/schools/{school}/cases")]


if __name__ == "__main__":
    pulled(pull)
