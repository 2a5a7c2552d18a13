"""The mock vendors in the foreground, each answer some milliseconds late: ``python benchmarks/wire.py SCHOOLS CASES MILLISECONDS``."""

from __future__ import annotations

import asyncio
import gc
import sys

import click

from skolemiljo.adapters.mock import fault_layer, running, server
from skolemiljo.adapters.mock.municipality import AS_OF
from skolemiljo.commands.program import ALLOCATIONS

SCHOOLS, CASES, MILLISECONDS = map(int, sys.argv[1:])


class Late(fault_layer.FaultLayer):
    """The mock's outermost layer, behind a long wire."""

    async def __call__(self, scope: fault_layer.Scope, receive: fault_layer.Receive, send: fault_layer.Send) -> None:
        if scope["type"] == "http" and MILLISECONDS:
            await asyncio.sleep(MILLISECONDS / 1000)
        await super().__call__(scope, receive, send)


gc.set_threshold(ALLOCATIONS)  # as «skolemiljo mock up»
vars(server)["FaultLayer"] = Late  # the mock has no setting for how far away it is
running.serve(schools=SCHOOLS, cases=CASES, as_of=AS_OF, echo=click.echo)
