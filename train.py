"""Train a model: ``python train.py PRESET --data FOLDER --run FOLDER``; see ``python train.py --help``."""

import sys

import tyro

from cocogan_core.errors import CocoganError
from cocogan_core.train_config import PRESETS
from cocogan_core.trainer import Trainer


def main() -> int:
    """Parse, train, and turn what a user can mend into one line."""
    try:
        config = tyro.cli(tyro.extras.subcommand_type_from_defaults(PRESETS), description=__doc__)
        Trainer(config).run()
    except CocoganError as error:
        print(f"train: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
