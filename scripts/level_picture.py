"""Pictures of a model's levels of detail: ``python scripts/level_picture.py CHECKPOINT --out docs/levels.webp``.

The same window at 120°, 60° and 20° into one room: above with level 0 alone, below with the levels that it needs. With
``--seeds`` one column for each of them instead, at 90°, 60° and 20°.
"""

import math
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import tyro
from PIL import Image

from cocogan_core.shipped import model_path
from viewer.app import App
from viewer.camera.camera import View
from viewer.session.first_look import first_look_of
from viewer.session.gallery import FIRST_SEED
from viewer.state.latents import Latents
from viewer.state.options import Options

FOVS_DEG, SEEDS_FOVS_DEG = (120, 60, 20), (90, 60, 20)
SIZE, SMALL = (480, 300), (240, 160)

Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]


def picture(
    checkpoint: tyro.conf.Positional[Path],
    *,
    out: Path,
    seed: int = FIRST_SEED,
    seeds: tuple[int, ...] = (),
    yaw: float | None = None,
    pitch: float = -14.0,
) -> None:
    """Draw all of them without a display and put them side by side.

    Args:
        checkpoint: model of several levels, or the name of a shipped one.
        out: picture to write.
        seed: of the room.
        seeds: of several rooms, one a column.
        yaw: of the view, in degrees; without it, where each room is looked at first.
        pitch: of the view, in degrees.
    """
    path = model_path(checkpoint)
    view = View(first_look_of(path, seed).yaw_rad if yaw is None else math.radians(yaw), math.radians(pitch))
    size = SMALL if seeds else SIZE
    app = App(Options(path, seed, view, size, "cpu", None, headless=True, level=0, only_visible=True))
    try:
        if seeds:
            columns = [np.concatenate(column(app, number, turn=yaw is None)) for number in seeds]
            made = np.concatenate(columns, 1)
        else:
            rows = [np.concatenate([drawn(app, fov_deg, level) for fov_deg in FOVS_DEG], 1) for level in (0, None)]
            made = np.concatenate(rows)
    finally:
        app.close()
    Image.fromarray(made).save(out, quality=85)


def column(app: App, seed: int, *, turn: bool) -> list[Pixels]:
    """A room at each field of view, on the levels that the window needs; ``turn``ed to where it is looked at first."""
    app.session.change(Latents.of_seed(seed, len(app.session.latents.base)))
    if turn:
        yaw_rad = first_look_of(app.session.checkpoint, seed).yaw_rad
        app.controls.camera = app.controls.camera.look(yaw_rad=yaw_rad)
    return [drawn(app, fov_deg, None) for fov_deg in SEEDS_FOVS_DEG]


def drawn(app: App, fov_deg: float, level: int | None) -> Pixels:
    """One of them; with ``level`` None the level that the window needs."""
    app.options = replace(app.options, level=level)
    app.controls.camera = app.controls.camera.look(fov_rad=math.radians(fov_deg))
    with tempfile.TemporaryDirectory() as folder:
        app.save_picture(Path(folder) / "view.png")
        return np.asarray(Image.open(Path(folder) / "view.png").convert("RGB"))


if __name__ == "__main__":
    tyro.cli(picture)
