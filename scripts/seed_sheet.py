"""Many rooms of a model side by side: ``python scripts/seed_sheet.py CHECKPOINT --out docs/furnished.webp``.

Each is looked at where the window looks first, through a wide Panini projection, on the levels that the picture needs.
"""

import math
import tempfile
from pathlib import Path

import numpy as np
import tyro
from PIL import Image

from cocogan_core.shipped import model_path
from viewer.app import App
from viewer.camera.camera import View
from viewer.camera.view_projection import ViewProjection
from viewer.session.first_look import first_look
from viewer.state.latents import Latents
from viewer.state.options import Options

Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
LENS: ViewProjection = "panini"


def sheet(
    checkpoint: tyro.conf.Positional[Path],
    *,
    out: Path,
    seed: int = 0,
    count: int = 24,
    columns: int = 4,
    fov: float = 140.0,
    size: tuple[int, int] = (400, 225),
) -> None:
    """Draw consecutive seeds' rooms without a display.

    Args:
        checkpoint: model, or the name of a shipped one.
        out: picture to write.
        seed: of the first.
        count: how many, a multiple of ``columns``.
        columns: in a row.
        fov: of the views, in degrees.
        size: of each in pixels, width and height.
    """
    view = View(0.0, math.radians(-6), math.radians(fov), lens=LENS, former=LENS)
    app = App(Options(model_path(checkpoint), seed, view, size, "cpu", None, headless=True, only_visible=True))
    try:
        made = [drawn(app, number) for number in range(seed, seed + count)]
    finally:
        app.close()
    rows = [np.concatenate(made[first : first + columns], 1) for first in range(0, count, columns)]
    Image.fromarray(np.concatenate(rows)).save(out, quality=85)


def drawn(app: App, seed: int) -> Pixels:
    """The room of a seed."""
    room, model = Latents.of_seed(seed, len(app.session.latents.base)), app.session.source.metadata.model
    app.session.change(room)
    app.controls.camera = app.controls.camera.look(yaw_rad=first_look(model, np.array(room.base)).yaw_rad)
    with tempfile.TemporaryDirectory() as folder:
        app.save_picture(Path(folder) / "view.png")
        return np.asarray(Image.open(Path(folder) / "view.png").convert("RGB"))


if __name__ == "__main__":
    tyro.cli(sheet)
