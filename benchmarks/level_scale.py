"""What streaming costs a frame, however wide the finest panorama: ``python -m benchmarks.level_scale`` (a minute).

A synthetic generator at 24,576, 98,304 and 393,216 columns, a view of 1280×720 with one texel a pixel: the planner, the
visible sets and the atlas's bookkeeping while the view fills, rests, turns, and zooms out and in again. Times are CPU
time of the streamer's step: the lower quartile of all frames of a kind, since other programs only ever add to it.
"""

import math
import time
from collections.abc import Callable

import moderngl
import numpy as np
from rich.table import Table

from benchmarks.performance_page import report
from benchmarks.synthetic import SyntheticWorker
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera, View
from viewer.rendering.renderer import Renderer
from viewer.rendering.shader_variants import ShaderVariants
from viewer.state.latents import Latents
from viewer.streaming.streamer import PatchStreamer

__all__ = ["LEVELS", "Drive", "drives"]

LEVELS = (6, 8, 10)
SCREEN_PX = (1280, 720)
PROJECTION = Projection.of_aspect("mercator", 3)
FRAME_S = 1 / 60
FRAMES, REPEATS = 120, 5


class Drive:
    """A streamer that looks at the finest of so many levels, one texel a pixel."""

    def __init__(self, context: moderngl.Context, levels: int) -> None:
        """Nothing is made yet."""
        grid = PatchGrid(levels=levels)
        self.renderer = Renderer.for_panorama(context, grid, PROJECTION, ShaderVariants(context))
        self.worker = SyntheticWorker(grid.patch_px)
        self.streamer = PatchStreamer(self.worker, self.renderer, self.renderer.window, PROJECTION)  # type: ignore[arg-type]
        self.streamer.screen_px = SCREEN_PX
        self.finest_px = grid.width_px << levels - 1
        fov_rad = SCREEN_PX[0] / self.finest_px * 2 * math.pi
        half_rad = PROJECTION.half_extent_rad
        self.camera = Camera(View(0.4, 0.0, fov_rad), half_rad, finest_px=self.finest_px).resize(*SCREEN_PX)
        self.room, self.now_s = 0, 0.0

    def step(self) -> None:
        """A frame's streaming."""
        self.now_s += FRAME_S
        self.streamer.step(self.camera, Latents.of_seed(self.room, 8), self.now_s)

    def timed(self, move: Callable[[Camera], Camera], frames: int = FRAMES) -> list[float]:
        """CPU seconds of frames before each of which the camera moves."""
        took = []
        for _ in range(frames):
            self.camera = move(self.camera)
            began = time.process_time()
            self.step()
            took.append(time.process_time() - began)
        return took

    def fill(self) -> list[float]:
        """Another room: CPU seconds of the frames until its view is complete."""
        self.room += 1
        took = self.timed(lambda camera: camera, 1)
        while not self.streamer.complete:
            took += self.timed(lambda camera: camera, 1)
        return took


def drives(drive: Drive) -> dict[str, list[float]]:
    """Frames of each kind of use."""
    fov_rad = drive.camera.view.fov_rad
    return {
        "filling the view": drive.fill(),
        "at rest": drive.timed(lambda camera: camera),
        "turning": drive.timed(lambda camera: camera.nudge(fov_rad / 60, 0.0)),
        "zooming out and in": drive.timed(lambda camera: camera.zoom(-0.1), FRAMES // 2)
        + drive.timed(lambda camera: camera.zoom(0.1), FRAMES // 2),
    }


def main() -> None:
    """Measure and report."""
    context = moderngl.create_standalone_context(require=330, backend="egl")  # type: ignore[arg-type]
    opened = {levels: Drive(context, levels) for levels in LEVELS}
    found: dict[str, dict[int, list[float]]] = {}
    for repeat in range(REPEATS + 1):  # by turns, so that the machine's moods fall on all; the first fills caches
        for levels, drive in opened.items():
            for use, took in drives(drive).items():
                found.setdefault(use, {}).setdefault(levels, []).extend(took if repeat else [])
    columns = [f"{drive.finest_px:,} columns" for drive in opened.values()]
    table = Table("CPU time of a frame's streaming, ms", *columns, "largest / smallest", "goal, at most")
    for use, frames in found.items():
        ms = [float(np.percentile(frames[levels], 25)) * 1e3 for levels in LEVELS]
        table.add_row(use, *(f"{value:.2f}" for value in ms), f"{max(ms) / min(ms):.2f}", "1.10")
    report("level-scale", "python -m benchmarks.level_scale", table)


if __name__ == "__main__":
    main()
