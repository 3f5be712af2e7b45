"""Recipes at work: copied from a window, rendered without one to the same bytes; drops, good and bad."""

import subprocess
import sys

import numpy as np
import pytest
from command import environment, one_line_error
from PIL import Image

from cocogan_core.shipped import shipped_model
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint

DRIVE = """
import sys, time
from dataclasses import replace
from pathlib import Path
import numpy as np
import pyglet
pyglet.options.headless = True
from PIL import Image
from viewer.app import App
from viewer.state.options import Options
from viewer.camera.camera import View
from viewer.state.recipe import Recipe
from viewer.ui.actions import AnswerFile, Command, ExportRoom

def main():
    from pyglet.window import key  # here, since the generator's process imports this file too
    tiny, shipped, folder = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    app = App(Options(shipped, 3, View(), (320, 180), "cpu", None, True, settings=folder / "config" / "settings.json",
        reduced_motion=True))
    assert app.handler.status.hint  # the first run's
    assert app.controls.reduced_motion and not app.workspace.settings.reduced_motion  # asked for this time only
    app.handler.act(Command.TOGGLE_REDUCED_MOTION)
    assert not app.controls.reduced_motion and not app.workspace.settings.reduced_motion
    app.handler.act(Command.TOGGLE_REDUCED_MOTION)
    assert app.controls.reduced_motion

    def frames(until, seconds=60):
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "timed out"
            app.turn()

    def press(symbol):
        app.window.dispatch_event("on_key_press", symbol, key.MOD_CTRL)
        app.frame()

    def drop(path):
        app.window.dispatch_event("on_file_drop", 5, 5, [str(path)])
        app.frame()

    frames(lambda: len(app.session.streamer.directions))
    app.session.change(app.session.latents.with_entry(3, 0.75).with_along(1, 1.5).toggle_lock(2))
    app.controls.camera = app.controls.camera.through("panini", seconds=0).look(yaw_rad=4.0, pitch_rad=0.1, fov_rad=2.0)
    frames(lambda: app.session.streamer.complete)
    app.save_picture(folder / "window.png")
    press(key.C)
    line = app.clipboard.paste()
    (folder / "room.json").write_text(line)
    room = app.session.latents

    for bad in ("bad.safetensors", "nan.safetensors", "bad.json", "gone.safetensors"):
        drop(folder / bad)
        frames(lambda: app.workspace.notice.text and not app.workspace.notice.text.startswith("opening"))
        assert bad in app.workspace.notice.text and "\\n" not in app.workspace.notice.text, app.workspace.notice.text
        assert app.session.checkpoint == shipped and app.session.latents == room
    for nothing in ([], ["/a\\0b"]):
        app.window.dispatch_event("on_file_drop", 5, 5, nothing)
        app.frame()
        assert "no file" in app.workspace.notice.text, app.workspace.notice.text
    drop(tiny)
    frames(lambda: app.session.checkpoint == tiny and app.session.streamer.complete)
    assert len(app.session.latents.base) == 12 and not app.workspace.notice.text
    press(key.V)  # the line from before: back to the first checkpoint
    opening = app.workspace.loader  # a slow frame: all that the generator says comes before it takes over
    opening.ready = lambda ready=opening.ready: ready() and False or opening.directions is not None
    frames(lambda: app.session.checkpoint == shipped and app.session.streamer.complete)
    app.save_picture(folder / "pasted.png")
    app.clipboard.copy("nonsense")
    press(key.V)
    assert "clipboard" in app.workspace.notice.text
    press(key.S)
    app.handler.act(AnswerFile(str(folder / "saved.json")))
    assert "saved" in app.workspace.notice.text
    press(key.S)
    app.handler.act(AnswerFile(str(folder / "saved.json")))
    assert "there already" in app.workspace.notice.text  # and it is asked again
    app.handler.act(Command.LEAVE)
    before = app.session.latents
    app.clipboard.copy("77")
    press(key.V)
    assert app.session.latents.seed == 77 and app.session.latents != before
    app.handler.act(ExportRoom("panorama"))
    app.handler.act(AnswerFile(str(folder / "lost.jpg")))
    app.frame()
    press(key.Z)
    assert app.session.latents == before
    frames(lambda: app.workspace.notice.text)
    assert "was changed before all of it was made; try again" in app.workspace.notice.text, app.workspace.notice.text
    app.handler.act(Command.COMPARE)
    frames(lambda: app.session.job.held is not None)
    app.frame()
    assert app.context.error == "GL_NO_ERROR"
    app.close()
    from viewer.state.settings import load
    kept, word = load(folder / "config" / "settings.json")
    assert kept.reduced_motion
    assert not word and kept.size_px == (320, 180)
    assert Recipe.parse(kept.last, "kept").latents == app.session.latents
    assert [Path(name) for name in kept.recent] == [tiny]
    print("driven")

if __name__ == "__main__":
    main()
"""


def bad_checkpoints(folder, good):
    import safetensors.numpy
    from test_bad_checkpoints import stated

    (folder / "bad.safetensors").write_bytes(good.read_bytes()[:-1000])
    (folder / "bad.json").write_text('{"format": 99}')
    tensors = safetensors.numpy.load_file(good)
    name = next(name for name in tensors if name.startswith("generator"))
    tensors[name] = np.full_like(tensors[name], np.nan)  # only the generator process can notice
    (folder / "nan.safetensors").write_bytes(safetensors.numpy.save(tensors, stated(good)))


def render(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "viewer", "render", *map(str, arguments)],
        env=environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_window_and_no_window_make_the_same_bytes(tiny_checkpoint, tmp_path):
    bad_checkpoints(tmp_path, tiny_checkpoint)
    (tmp_path / "drive.py").write_text(DRIVE)
    done = subprocess.run(
        [sys.executable, tmp_path / "drive.py", tiny_checkpoint, shipped_model(), tmp_path],
        env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.stdout == "driven\n", done.stderr
    window = np.asarray(Image.open(tmp_path / "window.png"))
    assert (np.asarray(Image.open(tmp_path / "pasted.png")) == window).all()
    assert not list(tmp_path.glob("cocogan-*"))  # the present folder gets nothing unasked
    assert Recipe.parse((tmp_path / "saved.json").read_text(), "saved").line() == (tmp_path / "room.json").read_text()
    assert render((tmp_path / "room.json").read_text(), "-o", tmp_path / "rendered.png").returncode == 0
    assert (np.asarray(Image.open(tmp_path / "rendered.png")) == window).all()


@pytest.fixture
def saved(tmp_path):
    from viewer.camera.camera import View
    from viewer.state.latents import Latents

    recipe = Recipe(
        checkpoint="mine.safetensors",
        sha256=fingerprint(shipped_model()),
        latents=Latents.of_seed(1, 128),
        view=View(),
        size_px=(64, 48),
    )
    path = tmp_path / "room.json"
    path.write_text(recipe.file_text())
    return path


def test_render_takes_size_and_lens(saved, tmp_path):
    out = tmp_path / "a.png"
    assert render(saved, "-o", out, "--size", "96x64", "--lens", "cylindrical").returncode == 0
    with Image.open(out) as picture:
        assert picture.size == (96, 64)


def test_render_exports(saved, tmp_path):
    done = render(saved, "-o", tmp_path / "room.jpg", "--panorama", "--level", "0")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "room.jpg") as picture:
        assert picture.width == 768
        assert b"GPano" in picture.info["xmp"]
    one_line_error(render(saved, "-o", tmp_path / "b.png", "--cube", "--panorama"), "one at a time")


def test_mistakes_are_one_line(saved, tiny_checkpoint, tmp_path):
    out = tmp_path / "a.png"
    one_line_error(render(tmp_path / "gone.json", "-o", out), "gone.json")
    one_line_error(render(saved, "-o", out, "--checkpoint", tiny_checkpoint), "another checkpoint")
    one_line_error(render(saved.read_text().replace('"view"', '"look"'), "-o", out), "view is missing")
