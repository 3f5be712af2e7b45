"""Write a checkpoint of upright furnished rooms so that it makes every room: ``python scripts/set_upright.py IN OUT``.

For checkpoints that were trained on such rooms before ``cocogan rooms --upright`` did it by itself. The weights stay as
they are; the settings get the symmetries of furnished rooms, and their front at the panorama's left edge.
"""

import sys
from dataclasses import replace
from pathlib import Path

from cocogan_core import CocoganError, load_checkpoint, save_checkpoint
from cocogan_core.data.rooms.furnished.numbers import FURNISHED_SYMMETRY


def main(source: str, target: str) -> None:
    """Convert."""
    whole = load_checkpoint(source)
    model = whole.metadata.model
    room = None if model.room is None else replace(model.room, front="edge", width_px=model.grid.width_px)
    metadata = replace(whole.metadata, model=replace(model, room=room, symmetry=FURNISHED_SYMMETRY))
    save_checkpoint(Path(target), metadata, generator=whole.generator, discriminator=whole.discriminator)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (CocoganError, OSError) as error:
        sys.exit(f"set_upright: error: {error}")
