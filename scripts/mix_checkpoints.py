"""Weights between two checkpoints of one G: ``python scripts/mix_checkpoints.py BEFORE AFTER OUT --share 0.5``.

What an adversarial phase adds is crisper and rougher; half of it can be the better picture (network interpolation, Wang
et al., ESRGAN, 2018, §3.4). Everything but G's weights, D and its heads too, is that of AFTER.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import tyro

from cocogan_core import load_checkpoint, save_checkpoint


def main(
    before: tyro.conf.Positional[Path],
    after: tyro.conf.Positional[Path],
    out: tyro.conf.Positional[Path],
    share: float = 0.5,
) -> None:
    """Mix them.

    Args:
        before: checkpoint that AFTER began from.
        after: checkpoint of the same networks, of whatever grid.
        out: file to write.
        share: of AFTER, 0 to 1.
    """
    first, second = load_checkpoint(before), load_checkpoint(after)
    mixed = {}
    for name, tensor in second.generator.items():
        earlier = first.generator[name].astype(np.float64)
        mixed[name] = (earlier + share * (tensor - earlier)).astype(tensor.dtype)
    provenance = second.metadata.provenance
    notes = f"{provenance.notes}; G's weights {share:g} of the way from before the last phase"
    metadata = replace(second.metadata, provenance=replace(provenance, notes=notes))
    save_checkpoint(out, metadata, generator=mixed, discriminator=second.discriminator)


if __name__ == "__main__":
    tyro.cli(main)
