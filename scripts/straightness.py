"""How straight a model's rooms are: ``python scripts/straightness.py CHECKPOINT DATA [--rooms 200]``.

The room's box says where its corners, its ceiling's and its floor's edges lie in a panorama. Along each the strongest
change of brightness is looked for, to a fraction of a texel, first in the real panorama, which says where the edge can
be seen at all: real edges are straight, so that what is off the line there stands before it. Then in the generated one,
within two texels of there. What is left of its offsets after the straight line of least squares is how far the edge
wavers: a lower bound, since no edge is looked for farther off. Edges between surfaces of nearly the same brightness
hold little that could be found, so figures are given by how clear the real edge is, too.
DATA: prepared panoramas with named parameters, of the model's size, that it never saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.checkpoint import read_metadata
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import CocoganError, ConfigError
from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_pitch_of
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.shipped import model_path

Floats = NDArray[np.float64]
Kind = Literal["corner", "ceiling", "floor"]
SAMPLES = 256  # along an edge
REACH_PX, STEP_PX = 4.0, 0.25  # across it
REAL_PX, NEAR_PX = 1.0, 2.0  # how far a seen edge may be from the box's, and a made one from the seen one
SEEN_PX = 0.3  # how far it may be from the edge's line; farther off, something else is seen
WIDE_PX = 1.25  # to either side of an edge's steepest place, what counts as the edge
FEWEST = 24  # samples that make an edge
LEAST_STEPS = (4.0, 10.0, 20.0)  # grey levels a texel, from edges that are hardly seen to clear ones


@dataclass(frozen=True)
class Settings:
    """What to measure."""

    checkpoint: tyro.conf.Positional[Path]
    """model that knows rooms by their numbers, or the name of a shipped one"""
    data: tyro.conf.Positional[Path]
    """panoramas of rooms that it never saw"""
    rooms: int = 200
    """how many of them"""


class Edge(NamedTuple):
    """How far one edge wavers, in texels rms, in the real panorama and in the made one."""

    kind: Kind
    real: float
    made: float


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


def edges_of(box: Floats) -> Iterator[tuple[Kind, Floats]]:
    """The twelve edges, each (SAMPLES, 3) places, and what they are."""
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    for along in range(3):
        first, second = (axis for axis in range(3) if axis != along)
        for i, j in np.ndindex(2, 2):
            places = np.empty((SAMPLES, 3))
            places[:, along] = box[0, along] + share * (box[1, along] - box[0, along])
            places[:, first], places[:, second] = box[i, first], box[j, second]
            # along Y they are corners; of the others, axis Y says whether they are above
            above = (i if first == 1 else j) == 1
            yield "corner" if along == 1 else "ceiling" if above else "floor", places


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
    half = round(
        0.5 / STEP_PX
    )  # differences a texel apart: between texels brightness is interpolated in straight lines
    slope = np.abs(lines[:, 2 * half :] - lines[:, : -2 * half])
    steps = (np.arange(slope.shape[1]) + half) * STEP_PX - REACH_PX
    peak = np.where(np.abs(steps - near[:, None]) <= reach_px, slope, 0).argmax(1)
    weight = np.where(np.abs(steps - steps[peak][:, None]) <= WIDE_PX, slope, 0)  # its middle, by moments
    return (weight * steps).sum(1) / np.maximum(weight.sum(1), 1e-9), slope[np.arange(len(peak)), peak]


def wavering(values: Floats, where: NDArray[np.intp]) -> float:
    """Root mean square of what the line of least squares leaves, in texels."""
    line = np.polynomial.Polynomial.fit(where, values, 1)
    return float(np.sqrt(np.mean((values - line(where)) ** 2)))


def straightness(real: Floats, made: Floats, texels: Floats, least_step: float) -> tuple[float, float] | None:
    """Of one edge, in the real panorama and in the made one; None where too little of it is seen."""
    seen, steep = offsets(profiles(real, texels), np.zeros(len(texels)), REAL_PX)
    inside = (texels[:, 1] > REACH_PX) & (texels[:, 1] < len(real) - REACH_PX)
    where = np.flatnonzero(inside & (steep > least_step))
    where = where[np.abs(seen[where] - np.median(seen[where])) <= SEEN_PX] if len(where) else where
    if len(where) < FEWEST:
        return None
    there, _ = offsets(profiles(made, texels[where]), seen[where], NEAR_PX)
    return wavering(seen[where], where), wavering(there, where)


def main(settings: Settings) -> None:
    """Print root mean squares over all edges that are seen."""
    path = model_path(settings.checkpoint)
    metadata, dataset = read_metadata(path), ImageDataset.open(settings.data)
    generator, model = PatchGenerator.load(path), metadata.model
    if dataset.parameters is None or set(model.latent_names) - set(dataset.latent_names):
        raise ConfigError(f"{settings.data} does not name what {path.name} knows rooms by: draw rooms of its family")
    count = min(settings.rooms, dataset.count)
    every: dict[float, list[Edge]] = {least_step: [] for least_step in LEAST_STEPS}
    for index in range(count):
        room = _pictures(generator, dataset, index, model)
        for least_step, edges in every.items():
            edges.extend(_edges(*room, least_step))
    for least_step, found in every.items():
        print(f"edges of {least_step:.0f} grey levels a texel and more, {count} rooms, texels rms (median edge)")
        for kind in (*get_args(Kind), "all"):
            _print(kind, np.array([edge[1:] for edge in found if kind in (edge.kind, "all")]))


def _print(kind: str, found: Floats) -> None:
    if len(found):
        (real, made), (_, median) = np.sqrt((found**2).mean(0)), np.median(found, 0)
        print(f"{kind:>8} {len(found):5}  real {real:.2f}  made {made:.2f} ({median:.2f})")


def _edges(real: Floats, made: Floats, edges: list[tuple[Kind, Floats]], least_step: float) -> Iterator[Edge]:
    for kind, texels in edges:
        if found := straightness(real, made, texels, least_step):
            yield Edge(kind, *found)


def _pictures(
    generator: PatchGenerator, dataset: ImageDataset, index: int, model: ModelConfig
) -> tuple[Floats, Floats, list[tuple[Kind, Floats]]]:
    """A room's real panorama, the made one, and where its edges lie in both."""
    known, names, projection = dataset.latent_names, model.latent_names, generator.metadata.projection
    assert projection is not None
    assert dataset.parameters is not None
    parameters = np.asarray(dataset.parameters[index], np.float64)
    z = sample_z(index, model.z_dim)
    z[: len(names)] = [parameters[known.index(name)] for name in names]
    real, made = (np.asarray(x, np.float64).mean(-1) for x in (dataset.image(index), generator.panorama(z)))
    box = box_of(model.room or RoomLatents(), known, parameters)
    return real, made, [(kind, texels_of(edge, projection, real.shape)) for kind, edge in edges_of(box)]


if __name__ == "__main__":
    try:
        main(tyro.cli(Settings))
    except (CocoganError, OSError) as error:
        raise SystemExit(f"straightness: error: {error}") from error
