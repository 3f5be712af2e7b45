"""Held-out check of patch-guided generation (paper §3.5): one 90° view of a room → the whole panorama that comes back.

PSNR of the panorama against the real one, over all of it and over what the view did not show: of a random z, of head
Q's answer to the view's macro patch, and of the best of the refined candidates. The rooms must not have been trained on
(`cocogan rooms data/guided --panorama --style plain --count 100 --seed 987`).

Usage: python scripts/reproduce/guided_rooms.py DATA [--rooms 100] [--steps 100] [--candidates 16] [--checkpoint FILE]
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.applications.guidance import Guidance, GuidanceSettings
from cocogan_core.applications.photo import place_view
from cocogan_core.checkpoint import Checkpoint, load_checkpoint
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import DataError
from cocogan_core.files import resource
from cocogan_core.geometry.resampling import Resampler
from cocogan_core.geometry.surfaces import Panorama, View
from cocogan_core.inference.latents import sample_z

FOV_RAD = np.pi / 2
VIEW_PX = 384
GOLDEN_TURN = 0.6180339887498949  # successive rooms are looked at in directions spread evenly


@dataclass(frozen=True)
class Settings:
    """What to measure."""

    data: tyro.conf.Positional[Path]
    """prepared panoramas of the model's size that it never saw"""
    rooms: int = 100
    """how many of them"""
    steps: int = 100
    """of refinement at most"""
    candidates: int = 16
    """beginnings of each refinement"""
    checkpoint: Path | None = None
    """model (default: the room that is shipped)"""


Scores = dict[str, tuple[float, float]]  # PSNR in dB over the whole panorama, and over what was not shown


def main(settings: Settings) -> None:
    """Print a line for each room and the means."""
    checkpoint = load_checkpoint(settings.checkpoint or resource("assets/rooms.safetensors"))
    dataset = ImageDataset.open(settings.data)
    grid = checkpoint.metadata.model.grid
    if (dataset.height_px, dataset.width_px) != (grid.height_px, grid.width_px):
        raise DataError(f"{settings.data} is not of the model's size, {grid.width_px}×{grid.height_px}")
    scores = []
    for index in range(min(settings.rooms, dataset.count)):
        scores.append(_scores_of(checkpoint, dataset.image(index), index, settings))
        print(index, _words(scores[-1]), flush=True)
    means = {name: tuple(np.mean([score[name] for score in scores], axis=0)) for name in scores[0]}
    print("mean", _words(means))
    lost = sum(score["refined"][0] < score["Q alone"][0] for score in scores)
    print(f"{lost} of {len(scores)} no better refined than by Q alone")


def _scores_of(checkpoint: Checkpoint, panorama: NDArray[np.uint8], index: int, settings: Settings) -> Scores:
    grid, projection = checkpoint.metadata.model.grid, checkpoint.metadata.projection
    assert projection is not None
    place = {"fov_rad": FOV_RAD, "yaw_rad": 2 * np.pi * (index * GOLDEN_TURN % 1), "pitch_rad": 0.0}
    source = Panorama(height_px=grid.height_px, width_px=grid.width_px, projection=projection)
    view = Resampler(source, View(height_px=VIEW_PX, width_px=VIEW_PX, **place))(panorama)
    photo = place_view(view, grid, projection, **place)
    search = GuidanceSettings(candidates=settings.candidates, steps=settings.steps, seed=index)
    beginnings = Guidance(checkpoint, photo, GuidanceSettings(candidates=1, steps=0, seed=index))
    first, refined = beginnings.run(), Guidance(checkpoint, photo, search).run()
    by_q = first.by_q or 0
    random = sample_z(index, checkpoint.metadata.model.z_dim)
    rooms = {"random z": random, "Q alone": first.z[by_q], "refined": refined.z[0]}
    pictures = beginnings.pictures(np.stack(list(rooms.values())))
    hidden = ~photo.known
    return {
        name: (_psnr(picture, panorama), _psnr(picture[hidden], panorama[hidden]))
        for name, picture in zip(rooms, pictures, strict=True)
    }


def _psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    error = np.square((a.astype(np.float64) - b) / 255).mean()
    return float(-10 * np.log10(max(error, 1e-10)))


def _words(scores: Scores) -> str:
    return ", ".join(f"{name} {whole:.1f} dB (hidden {hidden:.1f})" for name, (whole, hidden) in scores.items())


if __name__ == "__main__":
    main(tyro.cli(Settings))
