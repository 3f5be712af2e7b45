"""Where a room is looked at first: at its furniture, as far as its model knows where that stands."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cocogan_core.checkpoint import read_metadata
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.geometry.symmetry import Upright
from cocogan_core.inference.latents import sample_z
from viewer.camera.camera import View
from viewer.ui.latent_texts import group_of

__all__ = ["first_look", "first_look_of"]

SEAT_YAW_RAD = math.radians(238)  # of plain rooms: between the picture's wall and the bed or sofa
FOV_RAD, PITCH_RAD = math.radians(150), math.radians(-8)
BEFORE = "rug"  # lies before the wall whose furniture reaches far into the room


def first_look_of(checkpoint: Path, seed: int) -> View:
    """Of a seed's room.

    Raises:
        CheckpointError: the file cannot be read.
    """
    model = read_metadata(checkpoint).model
    return first_look(model, sample_z(seed, model.z_dim))


def first_look(model: ModelConfig, z: NDArray[np.floating]) -> View:
    """A wide look at where the room of z (z_dim,) has its furniture; of other models, at yaw 0."""
    yaw_rad = _usual_yaw_rad(model.latent_names) or _main_yaw_rad(model, z)
    return View(yaw_rad or 0.0, 0.0 if yaw_rad is None else PITCH_RAD, FOV_RAD, lens="panini", former="panini")


def _usual_yaw_rad(names: Sequence[str]) -> float:
    """Where rooms with these numbers have their furniture if all have it at the same wall; else 0."""
    return SEAT_YAW_RAD if any(group_of(name) == "seat" for name in names) else 0.0


def _main_yaw_rad(model: ModelConfig, z: NDArray[np.floating]) -> float | None:
    """Towards the rug, if the model knows where it lies."""
    if model.objects is None or model.room is None:
        return None
    names = model.latent_names
    numbers = np.asarray(z[: len(names)], float)
    stands = Upright(numbers, 0, False) if model.symmetry is None else model.symmetry.upright(numbers, names)
    boxes = model.objects.boxes(BEFORE, names, stands.numbers)
    if not len(boxes):
        return None
    (x, _, ahead), eye = (boxes[0, :3] + boxes[0, 3:]) / 2, _eye(model.room, names, stands.numbers)
    yaw_rad = math.atan2(x - eye[0], ahead - eye[1])
    return (-yaw_rad if stands.mirrored else yaw_rad) + stands.turns * math.pi / 2


def _eye(room: RoomLatents, names: Sequence[str], numbers: NDArray[np.floating]) -> tuple[float, ...]:
    """Metres right and ahead of the room's middle."""
    spans = zip(room.names[3:], (room.viewer_right_m, room.viewer_forward_m), strict=True)
    return tuple(low + (high - low) * (numbers[names.index(name)] + 1) / 2 for name, (low, high) in spans)
