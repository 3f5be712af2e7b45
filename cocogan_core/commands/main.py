"""The ``cocogan`` command and its subcommands.

Importing this module must import neither torch
nor OpenGL bindings: subcommands that need them import them when they run. Of the subcommands themselves only the one
that is named is imported; all are for a help that lists them.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

import tyro

from cocogan_core.commands.mistakes import one_line_each

__all__ = ["main"]

SUBCOMMANDS = (  # each a function in the module of this name
    "bench",
    "evaluate",
    "export",
    "extend",
    "guide",
    "info",
    "interpolate",
    "plot",
    "prepare",
    "rooms",
    "sample",
    "train",
)
PARSING = (tyro.conf.AvoidSubcommands,)  # a setting that may be None is no subcommand of a preset

Subcommand = Callable[..., None]


def main(args: Sequence[str] | None = None, *, also: Mapping[str, Subcommand] | None = None) -> None:
    """Run a subcommand of ``cocogan``; ``args`` default to the command line's, ``also`` are further subcommands."""
    words = list(sys.argv[1:] if args is None else args)
    with one_line_each():
        _run(words, dict(also or {}))


def _run(words: list[str], also: Mapping[str, Subcommand]) -> None:
    """What the first word names, or a help, or why not."""
    name = words[0] if words else ""
    if name in also or name in SUBCOMMANDS:
        tyro.cli(also.get(name) or _subcommand(name), prog=f"cocogan {name}", args=words[1:], config=PARSING)
        return
    every = {name: _subcommand(name) for name in SUBCOMMANDS} | dict(also)
    tyro.extras.subcommand_cli_from_dict(
        dict(sorted(every.items())),
        prog="cocogan",
        description="A panorama that is generated only where you look.",
        args=words,
        config=PARSING,
    )


def _subcommand(name: str) -> Subcommand:
    function: Subcommand = getattr(import_module(f"cocogan_core.commands.{name}"), name)
    return function


if __name__ == "__main__":
    main()
