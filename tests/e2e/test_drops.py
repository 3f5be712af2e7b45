"""Files dragged onto the real window by the X11 protocol, as a file manager does it."""

import subprocess
import sys
import time
from pathlib import Path

from command import environment

from viewer.camera.camera import View
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint

WINDOW = """
import sys, time
from pathlib import Path
from viewer.app import App
from viewer.camera.camera import View
from viewer.state.options import Options

def main():
    app = App(Options(Path(sys.argv[1]), 0, View(), (640, 480), "cpu", None, False))
    print(app.window._window, flush=True)
    told, end = None, time.monotonic() + 150
    while time.monotonic() < end:
        app.turn()
        now = (app.session.latents.seed, app.session.streamer.complete, app.workspace.notice.text)
        if now != told:
            print(*now, flush=True)
        told = now

if __name__ == "__main__":
    main()
"""


def saved(path, checkpoint, seed):
    recipe = Recipe(
        checkpoint=str(checkpoint),
        sha256=fingerprint(checkpoint),
        latents=Latents.of_seed(seed, 12),
        view=View(),
        size_px=(64, 48),
    )
    path.write_text(recipe.file_text())
    return path


def test_drops_open_recipes_and_bad_ones_cost_nothing(window, screen, tiny_checkpoint, tmp_path):
    number, seen = window.stdout.readline().strip(), []

    def state(seed, words):
        end = time.monotonic() + 60
        while time.monotonic() < end and (line := window.stdout.readline()):
            seen.append(line.strip())
            now, complete, notice = line.rstrip("\n").split(" ", 2)
            if (now, complete) == (str(seed), "True") and words in notice:
                return
        raise AssertionError(f"{seed}, {words!r} did not come: {seen[-5:]}")

    def drop(path, types):
        command = [sys.executable, Path(__file__).with_name("drag.py"), number, str(types), path]
        done = subprocess.run(
            command, env=environment(DISPLAY=screen), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stdout == "finished\n", done.stderr

    state(0, "")
    drop(saved(tmp_path / "a room's.json", tiny_checkpoint, 5), types=4)  # as most file managers: a list of kinds
    state(5, "")
    (tmp_path / "bad.json").write_text("{")
    drop(tmp_path / "bad.json", types=4)
    state(5, "bad.json")
    drop(tmp_path / "gone.safetensors", types=1)
    state(5, "gone.safetensors")
    drop(saved(tmp_path / "ß.json", tiny_checkpoint, 7), types=3)  # pyglet alone ends with a TypeError here
    state(7, "")
