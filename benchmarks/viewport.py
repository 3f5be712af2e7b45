"""What looking costs, as ratios taken in one run: ``python -m benchmarks.viewport`` (headless, about a minute)."""

import math
import subprocess
import sys
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from cocogan_core.shipped import shipped_model
from viewer.app import App
from viewer.camera.camera import View
from viewer.camera.visibility import visible_patches
from viewer.state.options import Options

SIZE = (640, 360)
FRAMES = 1200  # the p99 of 300 is its third worst, which scatters by a third
ROOMS = 16
Row = tuple[str, str, str]


def started() -> tuple[App, float, float]:
    """An app whose first view is complete, seconds to the first frame, and to the first patch."""
    began = time.perf_counter()
    app = App(Options(shipped_model(), 0, View(), SIZE, "cpu", None, True, idle_work=False))
    app.frame()
    window_s = time.perf_counter() - began
    while not app.session.streamer.statistics.made:
        app.turn()
    first_s = time.perf_counter() - began
    settle(app)
    return app, window_s, first_s


def settle(app: App) -> float:
    """Frames until the view is complete and still; seconds until it was complete."""
    began = time.perf_counter()
    done = 0.0
    app.frame()  # what is visible is known only after a frame
    while not app.session.streamer.complete or app.session.streamer.busy(time.monotonic()):
        app.turn()
        if app.session.streamer.complete and not done:
            done = time.perf_counter() - began
    return done


def economy(app: App) -> list[Row]:
    """Patches made over patches sampled, for the first view and for a full turn without idle work."""
    streamer = app.session.streamer
    rows = [("patches made / sampled, first view", ratio(streamer.statistics.made, len(streamer.visible)), "1.00")]
    sampled = set(streamer.visible)
    for yaw in np.arange(0, 2 * math.pi, 0.1):
        app.controls.camera = app.controls.camera.look(yaw_rad=float(yaw))
        settle(app)
        sampled |= {
            (0, *cell) for cell in visible_patches(app.controls.camera.view, streamer.grid, app.session.projection)
        }
    return [*rows, ("patches made / sampled, full turn", ratio(streamer.statistics.made, len(sampled)), "1.00")]


def share(app: App) -> list[Row]:
    """Time to complete a 90° view over the time for every patch, medians over rooms."""
    view_s, all_s = [], []
    cells = app.session.streamer.grid.rows * app.session.streamer.grid.columns
    for _ in range(ROOMS):
        app.session.change(app.session.latents.shuffle())
        began = time.perf_counter()
        app.frame()
        view_s.append(settle(app))
        while app.session.streamer.share < 1:
            app.turn()
        all_s.append(time.perf_counter() - began)
    goal = len(app.session.streamer.visible) / cells + 0.05
    return [("time for a 90° view / full panorama", ratio(np.median(view_s), np.median(all_s)), f"{goal:.2f}")]


def frame_times(app: App, *, generating: bool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds of each frame of a slow turn, with or without a new room every tenth frame."""
    times = []
    for index in range(FRAMES):
        app.controls.camera = app.controls.camera.nudge(0.01, 0)
        app._wake()  # draw every frame, as while the user drags: an idle frame that draws nothing is no measure
        if generating and index % 10 == 0:
            app.session.change(app.session.latents.shuffle())
        began = time.perf_counter()
        app.frame()
        times.append(time.perf_counter() - began)
        time.sleep(max(0.0, 1 / 60 - times[-1]))
    return np.array(times)


def pace(app: App) -> list[Row]:
    """How much generating disturbs the frames."""
    settle(app)
    frame_times(app, generating=True)  # the first such frames wait for shaders and first passes
    idle, busy = (frame_times(app, generating=g) for g in (False, True))
    return [
        ("frame time p99, generating / idle", ratio(np.percentile(busy, 99), np.percentile(idle, 99)), "1.25"),
        ("longest frame, generating / 50 ms", ratio(busy.max(), 0.05), "1.00"),
    ]


def ratio(a: float, b: float) -> str:
    """Two decimals."""
    return f"{a / b:.2f}"


def main() -> None:
    """Measure and print."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    torch_s = time.perf_counter() - began
    app, window_s, first_s = started()
    rows = [
        ("window visible / import torch", ratio(window_s, torch_s), ""),
        ("first patch / import torch", ratio(first_s, torch_s), ""),
        *economy(app),
    ]
    app.session.streamer.idle_work = True
    rows += [*share(app), *pace(app)]
    app.close()
    table = Table("ratio", "measured", "goal, at most")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
