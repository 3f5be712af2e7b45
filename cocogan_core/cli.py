"""The ``cocogan`` command: subcommands whose functions live beside their nouns.

Each user mistake ends as one line on standard error and exit code 2. Importing this module must not import torch:
subcommands that need it import it when they run.
"""

import sys
from collections.abc import Callable, Sequence

import tyro

from cocogan_core.data.make_rooms import rooms
from cocogan_core.errors import CocoganError
from cocogan_core.info import info
from cocogan_core.metrics.evaluate import evaluate
from cocogan_core.sampling import sample

__all__ = ["main"]

SUBCOMMANDS: dict[str, Callable[..., None]] = {
    "evaluate": evaluate,
    "info": info,
    "rooms": rooms,
    "sample": sample,
}


def main(args: Sequence[str] | None = None) -> None:
    """Run a subcommand of ``cocogan``; ``args`` default to the command line's."""
    try:
        tyro.extras.subcommand_cli_from_dict(
            SUBCOMMANDS, prog="cocogan", description="A panorama that is generated only where you look.", args=args
        )
    except CocoganError as error:
        print(f"cocogan: error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("cocogan: stopped; what was finished is kept", file=sys.stderr)
        sys.exit(130)  # 128 + SIGINT, as shells expect


if __name__ == "__main__":
    main()
