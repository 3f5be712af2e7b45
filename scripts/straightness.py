"""How straight a model's rooms are: ``python scripts/straightness.py CHECKPOINT DATA [--rooms 200]``.

The room's box says where its corners, its ceiling's and its floor's edges lie in a panorama. Along each the strongest
change of brightness is looked for, to a fraction of a texel, first in the real panorama, which says where the edge can
be seen at all, then in the generated one, within two texels of there. What is left of its offsets after the straight
line of least squares is how far the edge wavers: a lower bound, since no edge is looked for farther off.
DATA: prepared panoramas with named parameters, of the model's size, that it never saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.checkpoint import read_metadata
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator

Floats = NDArray[np.float64]
SAMPLES = 256  # along an edge
REACH_PX, STEP_PX = 3.0, 0.25  # across it
REAL_PX, NEAR_PX = 1.0, 2.0  # how far a seen edge may be from the box's, and a made one from the seen one
FEWEST = 24  # samples that make an edge
LEAST_STEP = 4.0  # grey levels a texel


@dataclass(frozen=True)
class Settings:
    """What to measure."""

    checkpoint: tyro.conf.Positional[Path]
    """model that knows rooms by their numbers"""
    data: tyro.conf.Positional[Path]
    """panoramas of rooms that it never saw"""
    rooms: int = 200
    """how many of them"""


def box_of(room: RoomLatents, names: tuple[str, ...], parameters: Floats) -> Floats:
    """(2, 3) lower and upper corner of the room's box, in metres from the eye along X, Y and Z."""
    spans = (room.width_m, room.depth_m, room.height_m, room.viewer_right_m, room.viewer_forward_m)
    numbers = [parameters[names.index(name)] for name in room.names]
    sizes = [(low + high) / 2 + (high - low) / 2 * n for (low, high), n in zip(spans, numbers, strict=True)]
    width, depth, height, right, forward = sizes
    return np.array(
        [
            [-width / 2 - right, -room.eye_m, -depth / 2 - forward],
            [width / 2 - right, height - room.eye_m, depth / 2 - forward],
        ]
    )


def edges_of(box: Floats) -> Iterator[Floats]:
    """The twelve edges, each (SAMPLES, 3) places."""
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    for along in range(3):
        first, second = (axis for axis in range(3) if axis != along)
        for i, j in np.ndindex(2, 2):
            places = np.empty((SAMPLES, 3))
            places[:, along] = box[0, along] + share * (box[1, along] - box[0, along])
            places[:, first], places[:, second] = box[i, first], box[j, second]
            yield places


def texels_of(places: Floats, projection: Projection, shape: tuple[int, ...]) -> Floats:
    """(n, 2) columns and rows in texels; columns go on beyond the seam."""
    yaw_rad, pitch_rad = yaw_pitch_of(places)
    columns = np.unwrap(u_of_yaw(yaw_rad, shape[1]) * 2 * np.pi) / (2 * np.pi) * shape[1] - 0.5
    return np.stack([columns, projection.v_of_pitch(pitch_rad) * shape[0] - 0.5], 1)


def profiles(grey: Floats, texels: Floats) -> Floats:
    """(n, m) brightness across an edge."""
    ahead = np.gradient(texels, axis=0)
    across = np.stack([-ahead[:, 1], ahead[:, 0]], 1) / np.maximum(np.linalg.norm(ahead, axis=1), 1e-9)[:, None]
    steps = np.arange(-REACH_PX, REACH_PX + STEP_PX / 2, STEP_PX)
    x, y = np.moveaxis(texels[:, None] + across[:, None] * steps[:, None], -1, 0)
    left, top = np.floor(x).astype(int), np.clip(np.floor(y).astype(int), 0, len(grey) - 2)
    right, down = x - left, np.clip(y - top, 0, 1)
    corners = [grey[top + i, (left + j) % grey.shape[1]] for i, j in np.ndindex(2, 2)]
    return np.asarray(
        (corners[0] * (1 - right) + corners[1] * right) * (1 - down)
        + (corners[2] * (1 - right) + corners[3] * right) * down
    )


def offsets(lines: Floats, near: Floats, reach_px: float) -> tuple[Floats, Floats]:
    """Where (n,) brightness changes most, in texels from the edge, within ``reach_px`` of ``near``; how steeply."""
    slope = np.abs(np.gradient(lines, STEP_PX, axis=1))
    steps = np.arange(lines.shape[1]) * STEP_PX - REACH_PX
    weight = np.where(np.abs(steps - near[:, None]) <= reach_px, slope, 0)
    peak = weight.argmax(1).clip(1, lines.shape[1] - 2)
    before, here, behind = (slope[np.arange(len(peak)), peak + i] for i in (-1, 0, 1))
    curve = before - 2 * here + behind
    fraction = np.where(np.abs(curve) > 1e-6, 0.5 * (before - behind) / np.where(np.abs(curve) > 1e-6, curve, 1), 0)
    return steps[peak] + fraction.clip(-1, 1) * STEP_PX, here


def wavering(values: Floats, where: NDArray[np.intp]) -> float:
    """Root mean square of what the line of least squares leaves, in texels."""
    line = np.polynomial.Polynomial.fit(where, values, 1)
    return float(np.sqrt(np.mean((values - line(where)) ** 2)))


def straightness(real: Floats, made: Floats, texels: Floats) -> tuple[float, float] | None:
    """Of one edge, in the real panorama and in the made one; None where too little of it is seen."""
    seen, steep = offsets(profiles(real, texels), np.zeros(len(texels)), REAL_PX)
    inside = (texels[:, 1] > REACH_PX) & (texels[:, 1] < len(real) - REACH_PX)
    where = np.flatnonzero(inside & (steep > LEAST_STEP))
    if len(where) < FEWEST:
        return None
    there, _ = offsets(profiles(made, texels[where]), seen[where], NEAR_PX)
    return wavering(seen[where], where), wavering(there, where)


def main(settings: Settings) -> None:
    """Print the means over all edges that are seen."""
    metadata, dataset = read_metadata(settings.checkpoint), ImageDataset.open(settings.data)
    generator, model = PatchGenerator.load(settings.checkpoint), metadata.model
    room = model.room or RoomLatents()
    count = min(settings.rooms, dataset.count)
    found = np.array([edge for index in range(count) for edge in _edges(generator, dataset, index, model, room)])
    rms, median = np.sqrt((found**2).mean(0)), np.median(found, 0)
    print(f"{len(found)} edges of {count} rooms, in texels from the line of least squares")
    print("root mean square: real {:.2f}, made {:.2f}; median edge: real {:.2f}, made {:.2f}".format(*rms, *median))


def _edges(
    generator: PatchGenerator, dataset: ImageDataset, index: int, model: ModelConfig, room: RoomLatents
) -> list[tuple[float, float]]:
    known, names, projection = dataset.latent_names, model.latent_names, generator.metadata.projection
    assert projection is not None
    parameters = np.asarray(dataset.parameters[index], np.float64)
    z = sample_z(index, model.z_dim)
    z[: len(names)] = [parameters[known.index(name)] for name in names]
    real, made = (np.asarray(x, np.float64).mean(-1) for x in (dataset.image(index), generator.panorama(z)))
    texels = (texels_of(edge, projection, real.shape) for edge in edges_of(box_of(room, known, parameters)))
    return [one for one in (straightness(real, made, each) for each in texels) if one is not None]


if __name__ == "__main__":
    main(tyro.cli(Settings))
