"""This project's client, four schools at a time: the pages as they come, and no case read. The night adds the rest."""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path

from contract import Vendor, pulled

from skolemiljo.adapters.connect import http_client
from skolemiljo.commands.workplace import Workplace
from skolemiljo.sync.pulling import End
from skolemiljo.sync.pulling import pull as pull_sources


def pull(vendor: Vendor) -> list[str]:
    """Each school once."""
    settings = Workplace(Path(vendor.settings)).settings
    http = http_client("sikker_sak", settings.sikker_sak, settings)
    pages = partial(http.pages, params={}, page_size=vendor.page_size)
    schools = [school["organizationNumber"] for school in chain.from_iterable(pages("v1/schools"))]
    sources = [partial(pages, f"v1/schools/{school}/cases") for school in schools]
    found = (one.item for one in pull_sources(sources) if not isinstance(one.item, End))
    return [case["caseNumber"] for case in chain.from_iterable(found)]


if __name__ == "__main__":
    pulled(pull)
