"""A drive through a room of several levels: zooms, turns, other rooms, other sizes; nothing may pile up or go wrong."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command import environment

from tests.conftest import write_checkpoint

DRIVE = """
import json
import sys
from pathlib import Path
import numpy as np
import pyglet
pyglet.options.headless = True
from benchmarks.drive import Driver, gl_objects, memory_mb, settle_at_home
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options

def main():
    app = App(Options(Path(sys.argv[1]), 0, View(), (320, 180), "cpu", None, headless=True))
    settle_at_home(app)
    while app.warm_up():
        pass
    known, seen, figures = app.programs.compiled, set(), []
    driver = Driver(app, np.random.default_rng(5), making=True)
    for part in range(4):
        for number in range(60):
            driver._act()
            for _ in range(3):
                app._wake()
                app.frame()
                assert app.context.error == "GL_NO_ERROR"
            seen.add(app.session.streamer.levels.level)
            if number % 20 == 0:  # a wheel alone, often turned back, gets nowhere near
                fov = app.controls.camera.narrowest_rad if number % 40 else 2.0
                app.controls.camera = app.controls.camera.look(fov_rad=fov)
        objects = gl_objects(app)
        figures.append((memory_mb(), sum(objects.values())))
    assert app.programs.compiled == known
    app.close()
    print(json.dumps([sorted(seen), figures]))

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def checkpoint(tmp_path, tiny_config):
    config = replace(tiny_config, grid=replace(tiny_config.grid, patch_px=16, levels=4))
    return write_checkpoint(tmp_path / "levels.safetensors", config)


def test_nothing_piles_up_and_nothing_goes_wrong(checkpoint, tmp_path):
    (tmp_path / "drive.py").write_text(DRIVE)
    found = environment() | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, tmp_path / "drive.py", checkpoint],
        env=found, cwd=tmp_path, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    levels, figures = json.loads(done.stdout)
    assert {2, 3} <= set(levels)
    second, last = figures[1], figures[-1]
    assert last[0] < 1.1 * second[0], figures  # memory
    assert last[1] <= second[1] + 2, figures  # OpenGL's objects: a framebuffer and its buffer may come and go
