"""The commands: parse, load, call, print, exit code."""

import click


@click.group()
@click.version_option(package_name="skolemiljo")
def main() -> None:
    """Judge school-environment cases against the municipality's own plan."""


if __name__ == "__main__":
    main()
