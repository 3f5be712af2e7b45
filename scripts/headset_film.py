"""A film of what a head saw that was recorded: ``python scripts/headset_film.py POSES -o film.mp4`` (headless).

POSES are of ``cocogan view --vr --record POSES``. Both eyes side by side, with the X-ray of the patches made. The head
moves as it did; the generator has, for each frame, the film's time, or as long as drawing takes if that is longer.
"""

import math
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

from cocogan_core.shipped import shipped_model
from viewer.app import App
from viewer.camera.camera import View
from viewer.export.video import Film
from viewer.state.options import Options
from viewer.ui.actions import Command
from viewer.xr.condition import Condition
from viewer.xr.replay import ReplayedHeadset

Pixels = NDArray[np.uint8]


def film(
    poses: tyro.conf.Positional[Path],
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"])],
    seed: int = 3,
    yaw: float = 238.0,
    rate: int = 30,
    quality: int = 24,
    xray: bool = True,
) -> None:
    """Draw, encode and write it.

    Args:
        poses: recorded ones.
        out: film to write, .mp4.
        seed: of the shipped model's room.
        yaw: what lies ahead at first, in degrees.
        rate: frames a second.
        quality: x264's constant rate factor, the lower the better.
        xray: whether the patches are marked.
    """
    options = Options(
        shipped_model(),
        seed,
        View(math.radians(yaw)),
        (64, 64),
        "cpu",
        None,
        True,
        idle_work=False,
    )
    app = App(options)
    try:
        source = ReplayedHeadset(poses, app.context, step_s=1 / rate)
        app.headset.new_source = lambda: source
        app.headset.toggle()
        if xray:
            app.handler.act(Command.TOGGLE_XRAY)
        width, height = source.size_px
        write(app, source, Film(out, (2 * width, height - height % 2), rate, quality=quality), rate)
    finally:
        app.close()


def write(app: App, source: ReplayedHeadset, reel: Film, rate: int) -> None:
    """Frame by frame, until the poses are at their end."""
    height = source.size_px[1]
    try:
        drawn = 0
        while (view := app.headset.view) is not None and source.condition is not Condition.REPLAYED:
            began = time.monotonic()
            app.turn()
            if view.frames == drawn:
                continue
            drawn = view.frames
            offer(reel, np.concatenate([seen(source, eye) for eye in range(2)], 1)[: height - height % 2])
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))
        offer(reel, None)
        while not reel.is_finished():
            time.sleep(0.01)
    finally:
        reel.close()


def seen(source: ReplayedHeadset, eye: int) -> Pixels:
    """What an eye was shown (h, w, 3), top row first."""
    width, height = source.size_px
    rows = np.frombuffer(source.eyes[eye].read(components=3, alignment=1), np.uint8)
    return rows.reshape(height, width, 3)[::-1]  # OpenGL's first row is the bottom one


def offer(reel: Film, picture: Pixels | None) -> None:
    """Wait until the encoder takes it."""
    while not reel.offer(picture):
        time.sleep(0.005)


if __name__ == "__main__":
    tyro.cli(film)
