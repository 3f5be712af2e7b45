"""``cocogan train``: parsing of its arguments. Torch is imported only when a run starts."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import tyro

from cocogan_core.errors import CocoganError
from cocogan_core.training.config import PRESETS, TrainConfig

__all__ = ["train"]

if TYPE_CHECKING:
    Preset = TrainConfig
else:
    Preset = tyro.extras.subcommand_type_from_defaults(PRESETS, prefix_names=False)


def train(config: Annotated[Preset, tyro.conf.arg(name="")]) -> None:
    """Train a model. Run the same command again to go on where the run stopped.

    Several processes: torchrun --nproc-per-node N --no-python -- cocogan train PRESET … (without the --, torchrun takes
    --run for an option of its own).

    Args:
        config: Where to start from; each preset has its own --help.

    Raises:
        ConfigError, DataError, CheckpointError, TrainingError: settings, data or files that do not fit together, or
            losses that exploded.
    """
    from cocogan_core.training.trainer import train as train_model

    try:
        train_model(config, progress=True)
    except CocoganError:
        # of the processes of torchrun, one on each machine says what is wrong: each may lack something else
        if int(os.environ.get("LOCAL_RANK", "0")):
            sys.exit(2)
        raise
