"""For those who write adapters: the contract that every adapter keeps, as tests to subclass, and an invented municipality to keep it with.

Needs pytest. What stands in ``__all__`` changes by the rules in CHANGELOG.md; docs/writing-an-adapter.md tells more.
"""

from __future__ import annotations

import pytest

from ..adapters.mock.municipality import Municipality

pytest.register_assert_rewrite(f"{__name__}.adapters")

from .adapters import CaseAdapterContract, CycleAdapterContract  # noqa: E402 - after its assertions are made to tell what differs

__all__ = ["CaseAdapterContract", "CycleAdapterContract", "Municipality"]
