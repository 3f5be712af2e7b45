"""The ``cocogan`` command: the core's subcommands, and ``render``, which needs the viewer unknown to the core."""

from cocogan_core.commands import main as cli
from viewer.render import render

__all__ = ["main"]


def main() -> None:
    """Run a subcommand."""
    cli.main(also={"render": render})


if __name__ == "__main__":
    main()
