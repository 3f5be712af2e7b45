"""The README's picture of levels of detail: ``python scripts/level_picture.py CHECKPOINT --out docs/levels.png``.

The same window at 120°, 60° and 20° into one room: above with level 0 alone, below with the levels that it needs.
"""

import math
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import tyro
from PIL import Image

from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options

FOVS_DEG = (120, 60, 20)
SIZE = (480, 300)


def picture(
    checkpoint: tyro.conf.Positional[Path], *, out: Path, seed: int = 7, yaw: float = 40.0, pitch: float = 0.0
) -> None:
    """Draw all six without a display and put them side by side.

    Args:
        checkpoint: model of several levels.
        out: picture to write.
        seed: of the room.
        yaw: of the view, in degrees.
        pitch: of the view, in degrees.
    """
    view = View(math.radians(yaw), math.radians(pitch))
    app = App(Options(checkpoint, seed, view, SIZE, "cpu", None, headless=True, level=0, only_visible=True))
    try:
        rows = [np.concatenate([drawn(app, fov_deg, level) for fov_deg in FOVS_DEG], 1) for level in (0, None)]
    finally:
        app.close()
    Image.fromarray(np.concatenate(rows)).save(out)


def drawn(app: App, fov_deg: float, level: int | None) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """One of them; with ``level`` None the level that the window needs."""
    app.options = replace(app.options, level=level)
    app.controls.camera = app.controls.camera.look(fov_rad=math.radians(fov_deg))
    with tempfile.TemporaryDirectory() as folder:
        app.save_picture(Path(folder) / "view.png")
        return np.asarray(Image.open(Path(folder) / "view.png").convert("RGB"))


if __name__ == "__main__":
    tyro.cli(picture)
