"""The ``cocogan`` command and its subcommands.

Each user mistake ends as one line on standard error and exit code 2. Importing this module must import neither torch
nor OpenGL bindings: subcommands that need them import them when they run.
"""

import sys
from collections.abc import Callable, Mapping, Sequence

import tyro

from cocogan_core.commands.bench import bench
from cocogan_core.commands.closed_pipe import quiet_pipe
from cocogan_core.commands.evaluate import evaluate
from cocogan_core.commands.export import export
from cocogan_core.commands.extend import extend
from cocogan_core.commands.guide import guide
from cocogan_core.commands.info import info
from cocogan_core.commands.interpolate import interpolate
from cocogan_core.commands.plot import plot
from cocogan_core.commands.prepare import prepare
from cocogan_core.commands.rooms import rooms
from cocogan_core.commands.sample import sample
from cocogan_core.commands.train import train
from cocogan_core.errors import CocoganError

__all__ = ["main"]

SUBCOMMANDS: dict[str, Callable[..., None]] = {
    "bench": bench,
    "evaluate": evaluate,
    "extend": extend,
    "guide": guide,
    "export": export,
    "info": info,
    "interpolate": interpolate,
    "plot": plot,
    "prepare": prepare,
    "rooms": rooms,
    "sample": sample,
    "train": train,
}
TRAINING_PACKAGES = ("torch", "efficientnet_lite_pytorch", "tensorboardX")  # of the extra "train"


def main(args: Sequence[str] | None = None, *, also: Mapping[str, Callable[..., None]] | None = None) -> None:
    """Run a subcommand of ``cocogan``; ``args`` default to the command line's, ``also`` are further subcommands."""
    commands = dict(sorted({**SUBCOMMANDS, **(also or {})}.items()))
    try:
        with quiet_pipe():
            tyro.extras.subcommand_cli_from_dict(
                commands,
                prog="cocogan",
                description="A panorama that is generated only where you look.",
                args=args,
                config=(tyro.conf.AvoidSubcommands,),  # a setting that may be None is no subcommand of a preset
            )
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


if __name__ == "__main__":
    main()
