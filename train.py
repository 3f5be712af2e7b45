"""Train a model: ``python train.py PRESET --data FOLDER --run FOLDER``; see ``python train.py --help``.

Several processes: ``torchrun --nproc-per-node N -- train.py PRESET …`` (without ``--``, torchrun takes ``--run`` for an
option of its own).
"""

import sys

import tyro

from cocogan_core.errors import CocoganError
from cocogan_core.training.config import PRESETS
from cocogan_core.training.distributed import Ranks
from cocogan_core.training.interrupts import quiet_pipe
from cocogan_core.training.trainer import Trainer


def main() -> int:
    """Parse, train, and turn what a user can mend into one line."""
    ranks = Ranks()
    try:
        with quiet_pipe():
            config = tyro.cli(tyro.extras.subcommand_type_from_defaults(PRESETS), description=__doc__)
        ranks = Ranks.join()
        Trainer(config, ranks).run()
    except CocoganError as error:
        if ranks.speaks:
            print(f"train: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("train: stopped before the first step; nothing was written", file=sys.stderr)
        return 130  # 128 + SIGINT, as shells expect
    finally:
        ranks.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
