"""One file opened after another: what the one before held is given back to the system, caches of 256 MB included."""

import json
import subprocess
import sys
from pathlib import Path

from command import environment

OPENINGS = """
import json
import numpy as np
import pyglet
pyglet.options.headless = True
from benchmarks.drive import fill_cache, memory_mb
from cocogan_core.files import resource
from viewer.app import App
from viewer.camera.camera import View
from viewer.session.checkpoint_loader import LoadedCheckpoint
from viewer.state.options import Options
from viewer.streaming.worker import Finished

class GreyWorker:
    "Makes grey patches at once, without a process."

    _plan = None

    def send(self, plan, z):
        self._plan = plan

    def poll(self):
        plan, self._plan = self._plan, None
        if plan is None:
            return []
        pixels = np.full((len(plan.patches), 64, 64, 3), 99, np.uint8)
        return [Finished(plan.revision, plan.patches, pixels, 0.0)]

    def close(self):
        self._plan = None

def main():
    app = App(Options(resource("assets/rooms.safetensors"), 0, View(), (320, 180), "cpu", None, headless=True))
    source, figures = app.session.source, []
    for _ in range(8):
        app.workspace._begin(LoadedCheckpoint(source, GreyWorker()))
        fill_cache(app)
        app.session.change(app.session.latents.shuffle())
        app.frame()
        while app.session.streamer.share < 1:
            app._wake()
            app.frame()
        figures.append(memory_mb())
    app.close()
    print(json.dumps(figures))

main()
"""


def test_each_opening_leaves_nothing_behind(tmp_path):
    found = environment() | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", OPENINGS],
        env=found,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert max(figures[3:]) < figures[2] + 4, f"{figures} MB: sessions stay alive, or leave holes in the heap"
