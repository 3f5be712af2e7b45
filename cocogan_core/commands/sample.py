"""``cocogan sample``: whole pictures from a checkpoint. Torch is imported only when one is made."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro
from PIL import Image

from cocogan_core.errors import ConfigError
from cocogan_core.files import resource
from cocogan_core.inference.latents import sample_z

__all__ = ["sample"]


def sample(
    out: tyro.conf.Positional[Path],
    *,
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="PATH")] = None,
    seed: int = 0,
    count: int = 1,
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
) -> None:
    """Generate whole panoramas of consecutive seeds, one below the other, into one picture.

    Args:
        out: picture to write, .png or .jpg.
        checkpoint: model (default: the room that is shipped).
        seed: of the first; the same number shows the same room in cocogan-view.
        count: how many.
        device: where the generator runs.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        ConfigError: count, device or ``out`` make no sense.
    """
    from cocogan_core.inference.patch_generator import PatchGenerator

    if count < 1:
        raise ConfigError(f"--count is {count}; it must be at least 1")
    generator = PatchGenerator.load(checkpoint or resource("assets/rooms.safetensors"), device)
    z_dim = generator.metadata.model.z_dim
    pictures = [generator.panorama(sample_z(seed + index, z_dim)) for index in range(count)]
    try:
        Image.fromarray(np.concatenate(pictures)).save(out, quality=92)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot write {out} ({error}); name a .png or .jpg in a folder that exists") from error
