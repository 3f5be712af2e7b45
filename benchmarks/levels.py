"""What levels of detail bring and cost, as ratios taken in one run: ``python -m benchmarks.levels`` (a few minutes).

Headless, with the shipped room and three finer levels of random weights.
"""

import math
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks.level_checkpoint import LEVELS, write_level_checkpoint
from benchmarks.performance_page import report
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options
from viewer.streaming.protocol import Patch

SHARP_PX, PACE_PX = (1280, 720), (640, 360)
FINEST = LEVELS - 1
ROOMS = 3
SHARP_S = 1.5
TURN_RAD = 0.2
ZOOM_DEG = (*range(90, 20, -5), *range(20, 121, 5))
PACE_FOV_RAD = math.radians(50)  # at which 640 columns need level 3
PACE_FRAMES, ROOM_FRAMES = 900, 90
LONG_S = 0.05
STEP_S = 0.005
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Sharpness:
    """Seconds from a new z to level 0 and to the sharp view, drawn; patches and operations of the view."""

    coarse_s: float
    sharp_s: float
    visible: int
    gflop: float


@dataclass(frozen=True)
class Waits:
    """What so many cores give: the view as it is drawn; and, nothing drawn, seconds to it and to all of the level."""

    drawn: Sharpness
    view_s: float
    whole_s: float


def opened(path: Path, size_px: tuple[int, int], *, warm: bool = False) -> App:
    """An app that makes nothing unasked, in front of its first view, complete; ``warm``: all programs are compiled."""
    app = App(Options(path, 0, View(), size_px, "cpu", None, headless=True, only_visible=True))
    settle(app)
    while not app.session.streamer.statistics.patch_gflop:
        app.turn()
    while warm and app.warm_up():
        pass
    return app


def settle(app: App) -> set[Patch]:
    """Frames until the view is complete; what was sampled meanwhile."""
    app.frame()
    sampled = set(app.session.streamer.visible)
    while not app.session.streamer.complete:
        app.turn()
        sampled |= set(app.session.streamer.visible)
    return sampled


def finest(patches: Iterable[Patch]) -> int:
    """How many of them are of the finest level."""
    return sum(level == FINEST for level, _, _ in patches)


def economy(path: Path) -> list[Row]:
    """Patches of the finest level that are made over those that are sampled, each time in a new room."""
    app = opened(path, SHARP_PX)

    def looks(views: Iterable[View]) -> str:
        app.session.change(app.session.latents.shuffle())
        before, sampled = Counter(app.session.streamer.statistics.made_at), set[Patch]()
        for view in views:
            app.controls.camera = app.controls.camera.look(yaw_rad=view.yaw_rad, fov_rad=view.fov_rad)
            sampled |= settle(app)
        return ratio(app.session.streamer.statistics.made_at[FINEST] - before[FINEST], finest(sampled))

    uses = {
        "first view": [View()],
        "a full turn": [View(yaw_rad) for yaw_rad in np.arange(0, 2 * math.pi, TURN_RAD).tolist()],
        "zooming in and out": [View(fov_rad=math.radians(fov_deg)) for fov_deg in ZOOM_DEG],
    }
    rows = [(f"patches made / sampled, {use}", looks(views), "1.00") for use, views in uses.items()]
    app.close()
    return rows


def measured_waits(path: Path, cores: int) -> Waits:
    """A 90° view of a new z on so many cores; medians over rooms. Run it in a process of its own."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    app = opened(path, SHARP_PX)
    found = [sharpness(app) for _ in range(ROOMS + 1)][1:]
    coarse_s, sharp_s = np.median([(room.coarse_s, room.sharp_s) for room in found], 0).tolist()
    app.session.change(app.session.latents.shuffle())
    streamer, began = app.session.streamer, time.perf_counter()
    step_until(app, lambda: streamer.complete and streamer.share_of(FINEST) > 0)
    view_s = time.perf_counter() - began
    make_finest(app)
    whole_s = time.perf_counter() - began
    app.close()
    return Waits(replace(found[0], coarse_s=coarse_s, sharp_s=sharp_s), view_s, whole_s)


def sharpness(app: App) -> Sharpness:
    """Show another z until its view is sharp."""
    streamer = app.session.streamer
    app.session.change(app.session.latents.shuffle())
    began, gflop, coarse_s = time.perf_counter(), streamer.statistics.gflop, 0.0
    app.frame()
    while not streamer.complete:
        app.turn()
        coarse = [patch for patch in streamer.visible if not patch[0]]
        if not coarse_s and all(streamer.revision_of(patch) == streamer.revision for patch in coarse):
            coarse_s = time.perf_counter() - began
    sharp_s, gflop = time.perf_counter() - began, streamer.statistics.gflop - gflop
    return Sharpness(coarse_s, sharp_s, finest(streamer.visible), gflop)


def step_until(app: App, done: Callable[[], bool]) -> None:
    """Plan, make and upload without drawing: where the CPU draws, frames would take the generator's time."""
    app.session.step(app.controls.camera, time.monotonic(), dragging=False)
    while not done():
        time.sleep(STEP_S)
        app.session.step(app.controls.camera, time.monotonic(), dragging=False)


def make_finest(app: App) -> None:
    """All of the finest level."""
    streamer = app.session.streamer
    streamer.whole = FINEST
    step_until(app, lambda: streamer.share_of(FINEST) == 1)
    streamer.whole = None


def waits(path: Path, own_gflop: float) -> list[Row]:
    """How soon a view is sharp, on one core and on two, and what it costs."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        two, one = (pool.submit(measured_waits, path, cores).result() for cores in (2, 1))
    view = two.drawn
    operations = ratio(view.gflop, view.visible * own_gflop)
    rows = [("operations of a 90° view, in largest blocks / of its own pixels' stages", operations, "1.40")]
    for cores, found, goal_s in (("two cores", two, f"{SHARP_S} s"), ("one core", one, "")):
        rows += waits_on(cores, found, goal_s)
    return rows


def waits_on(cores: str, found: Waits, goal_s: str) -> list[Row]:
    """The rows of so many cores."""
    drawn, share = found.drawn, found.drawn.visible / (48 << 2 * FINEST)
    seconds = f"{drawn.coarse_s:.2f}, {drawn.sharp_s:.2f} s"
    undrawn = f"{ratio(found.view_s, found.whole_s)} ({found.view_s:.2f} / {found.whole_s:.2f} s)"
    return [
        (f"time to a sharp 90° view / to all of level 3, neither drawn, {cores}", undrawn, f"{share + 0.05:.2f}"),
        (f"the same with the view drawn, {cores}", ratio(drawn.sharp_s, found.whole_s), ""),
        (f"first coarse view / complete sharp view, {cores}", ratio(drawn.coarse_s, drawn.sharp_s), ""),
        (f"coarse, sharp after a new z, {cores}", seconds, goal_s),
    ]


def frame_times(app: App, *, making: bool) -> list[float]:
    """Seconds of each frame of a slow turn, every frame drawn, with or without a new room now and then."""
    times = []
    for index in range(PACE_FRAMES):
        app.controls.camera = app.controls.camera.nudge(0.004, 0)
        app._wake()
        if making and index % ROOM_FRAMES == 0:
            app.session.change(app.session.latents.shuffle())
        began = time.perf_counter()
        app.frame()
        times.append(time.perf_counter() - began)
        time.sleep(max(0.0, 1 / 60 - times[-1]))
    return times


def pace(path: Path) -> list[Row]:
    """How much streaming of fine patches disturbs the frames."""
    app = opened(path, PACE_PX, warm=True)
    app.controls.camera = app.controls.camera.look(fov_rad=PACE_FOV_RAD)
    settle(app)
    assert app.session.streamer.levels.level == FINEST
    made = app.session.streamer.statistics.made_at[FINEST]
    frame_times(app, making=True)  # the first such frames wait for first passes
    busy = frame_times(app, making=True)
    make_finest(app)
    idle = frame_times(app, making=False)
    made = app.session.streamer.statistics.made_at[FINEST] - made
    app.close()
    assert made > PACE_FRAMES, "hardly anything was streamed"
    p99 = [float(np.percentile(times, 99)) for times in (busy, idle)]
    size = "×".join(map(str, PACE_PX))
    return [
        (
            f"frame p99, streaming level 3 / idle, {size}",
            f"{p99[0] / p99[1]:.2f} ({milli(p99[0])} / {milli(p99[1])})",
            "1.25",
        ),
        (f"longest frame, streaming level 3, {size}", milli(max(busy)), milli(LONG_S)),
        (f"longest frame, idle, {size}", milli(max(idle)), ""),
    ]


def milli(seconds: float) -> str:
    """In milliseconds."""
    return f"{seconds * 1e3:.0f} ms"


def ratio(a: float, b: float) -> str:
    """Two decimals."""
    return f"{a / b:.2f}"


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "levels.safetensors"
        own_gflop = write_level_checkpoint(path)
        table = Table("levels of detail", "measured", "goal, at most")
        try:
            for measure in (economy, lambda path: waits(path, own_gflop), pace):
                for row in measure(path):
                    table.add_row(*row)
                    print(*row, sep=" | ", flush=True)  # it takes minutes
        finally:  # stopped early, it reports what it has
            report("levels", "python -m benchmarks.levels", table)


if __name__ == "__main__":
    main()
