"""Where the program begins: whoever stops it is answered before anything else is loaded."""

from __future__ import annotations

import gc
import os

from skolemiljo.sync.stopping import answering

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""No plugin of another package is looked for, let alone shown what is read: pydantic would hand each of them every case."""


def main() -> None:
    """Runs the program and exits."""
    with answering():
        gc.disable()  # what is loaded stays: there is nothing to collect in it
        from skolemiljo.cli import main as program

        gc.enable()
        program()


if __name__ == "__main__":
    main()
