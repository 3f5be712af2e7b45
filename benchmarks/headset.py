"""What generating costs a headset's frames: ``python -m benchmarks.headset`` (headless).

The tests' own runtime, which needs a C compiler and OpenXR's headers, asks for 90 frames a second of two eyes, by the
real loader. The head turns slowly; in turns of a few seconds nothing is made, or another room is asked for all the
time. The runtime says how long each frame took from its wait to its end, and when it ended; the CPU time of the
window's own threads says the same where other jobs take their part of the machine.
"""

import os
import tempfile
import time
from dataclasses import dataclass, fields, replace
from functools import reduce
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from cocogan_core.shipped import shipped_model
from tests.xr_runtime.runtime import Runtime, build
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options
from viewer.ui.actions import Command

RATE = 90
ROOM_S = 0.5  # another room so often
Times = NDArray[np.float64]


def opened(runtime: Runtime, size_px: tuple[int, int]) -> App:
    """The app in the headset, all programs compiled, its first room complete."""
    runtime.say(f"size {size_px[0]} {size_px[1]}", f"rate {RATE}", "spin 20")
    app = App(Options(shipped_model(), 0, View(), (160, 90), "cpu", None, headless=True))
    app.workspace.settings = replace(app.workspace.settings, quality="fast")
    app.handler.act(Command.TOGGLE_HEADSET)
    while not (app.headset.showing and app.session.streamer.share == 1):
        app.turn()
    while app.warm_up():
        pass
    return app


@dataclass(frozen=True)
class Pace:
    """Of each frame seconds from its wait to its end, and from the end of the one before; CPU seconds of each turn."""

    drawn_s: Times
    apart_s: Times
    cpu_s: Times

    def __add__(self, other: "Pace") -> "Pace":
        """One after the other."""
        both = [(getattr(self, part.name), getattr(other, part.name)) for part in fields(self)]
        return Pace(*(np.concatenate(pair) for pair in both))


def frames(app: App, runtime: Runtime, seconds: float, *, generating: bool) -> Pace:
    """Turn the window's loop for so long."""
    runtime.forget_frames()
    end_s, room_s, cpu = time.monotonic() + seconds, 0.0, list[float]()
    while (now_s := time.monotonic()) < end_s:
        if generating and now_s > room_s:
            room_s = now_s + ROOM_S
            app.session.change(app.session.latents.shuffle())
        began_s = time.process_time()
        app.turn()
        cpu.append(time.process_time() - began_s)
    while not (app.session.streamer.complete and app.session.streamer.share == 1):
        app.turn()
    seen = runtime.frames
    return Pace(seen[1:, 2], np.diff(seen[:, 4]), np.array(cpu))


def report(idle: Pace, busy: Pace, made: int) -> Table:
    """Ratios of what the runtime has seen."""
    table = Table("frames of two eyes", "generating", "idle", "ratio", "goal, at most")
    for what, part in (("from wait to end", "drawn_s"), ("from end to end", "apart_s"), ("CPU time", "cpu_s")):
        for name, share in (("median", 50), ("p99", 99)):
            a, b = (float(np.percentile(getattr(pace, part), share)) for pace in (busy, idle))
            table.add_row(f"{what}, {name}", f"{a * 1e3:.2f} ms", f"{b * 1e3:.2f} ms", f"{a / b:.2f}", "1.25")
    late = [float((pace.apart_s > 1.5 / RATE).mean()) for pace in (busy, idle)]
    table.add_row("later than one frame", *(f"{share:.1%}" for share in late), "", "")
    table.add_row("frames, and patches made", f"{len(busy.apart_s)}, {made}", f"{len(idle.apart_s)}, 0", "", "")
    return table


def headset(*, width: int = 160, height: int = 168, seconds: float = 20.0, turns: int = 6) -> None:
    """Measure and print.

    Args:
        width: of an eye's picture.
        height: of an eye's picture.
        seconds: of generating, and as many of none.
        turns: so many times each, one after the other, so that what else the machine does falls on both.
    """
    with tempfile.TemporaryDirectory() as folder:
        runtime = Runtime(Path(folder), build(Path(folder) / "runtime.so"))
        os.environ |= runtime.environment
        app = opened(runtime, (width, height))
        frames(app, runtime, 1.0, generating=True)
        made = app.session.streamer.statistics.made
        pairs = [
            [frames(app, runtime, seconds / turns, generating=generating) for generating in (False, True)]
            for _ in range(turns)
        ]
        made = app.session.streamer.statistics.made - made
        app.close()
    idle, busy = (reduce(Pace.__add__, paces) for paces in zip(*pairs, strict=True))
    Console().print(report(idle, busy, made))


if __name__ == "__main__":
    tyro.cli(headset)
