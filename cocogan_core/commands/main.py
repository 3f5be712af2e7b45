"""The ``cocogan`` command and its subcommands.

Each user mistake ends as one line on standard error and exit code 2. Importing this module must import neither torch
nor OpenGL bindings: subcommands that need them import them when they run. Of the subcommands themselves only the one
that is named is imported; all are for a help that lists them.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

import tyro

from cocogan_core.commands.closed_pipe import quiet_pipe
from cocogan_core.errors import CocoganError

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
TRAINING_PACKAGES = ("torch", "efficientnet_lite_pytorch", "tensorboardX")  # of the extra "train"
PARSING = (tyro.conf.AvoidSubcommands,)  # a setting that may be None is no subcommand of a preset

Subcommand = Callable[..., None]


def main(args: Sequence[str] | None = None, *, also: Mapping[str, Subcommand] | None = None) -> None:
    """Run a subcommand of ``cocogan``; ``args`` default to the command line's, ``also`` are further subcommands."""
    words = list(sys.argv[1:] if args is None else args)
    try:
        with quiet_pipe():
            _run(words, dict(also or {}))
    except CocoganError as error:
        print(f"cocogan: error: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if error.name not in TRAINING_PACKAGES:
            raise
        how = "pip install 'cocogan-panorama[train]', or make setup in a clone"
        print(f"cocogan: error: this needs {error.name}, which is not installed: {how}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("cocogan: stopped; what was finished is kept", file=sys.stderr)
        sys.exit(130)  # 128 + SIGINT, as shells expect


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
