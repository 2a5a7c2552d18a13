"""Where the program begins: whoever stops it is answered before anything else is loaded."""

from __future__ import annotations

from skolemiljo.sync.stopping import answering


def main() -> None:
    """Runs the program and exits."""
    with answering():
        from skolemiljo.cli import main as program

        program()


if __name__ == "__main__":
    main()
