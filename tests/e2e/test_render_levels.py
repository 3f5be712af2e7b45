"""Panoramas of fine levels by ``cocogan render``: made without OpenGL; stopped, nothing is left."""

import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from command import environment, one_line_error
from PIL import Image

from cocogan_core.checkpoint import read_metadata
from cocogan_core.geometry.photo_sphere import equirectangular_strips
from cocogan_core.geometry.surfaces import Panorama
from cocogan_core.inference.patch_generator import PatchGenerator
from tests.conftest import write_checkpoint
from viewer.camera.camera import View
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint

LEVELS = 6


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, tiny_config):
    config = replace(tiny_config, grid=replace(tiny_config.grid, patch_px=32, levels=LEVELS))
    return write_checkpoint(tmp_path_factory.mktemp("fine") / "fine.safetensors", config)


@pytest.fixture
def room(checkpoint, tmp_path):
    latents = Latents.of_seed(3, 12).with_along(1, 0.8)
    view, sha256 = View(yaw_rad=1.0), fingerprint(checkpoint)
    recipe = Recipe(checkpoint=checkpoint.name, sha256=sha256, latents=latents, view=view, size_px=(64, 48))
    path = tmp_path / "room.json"
    path.write_text(recipe.file_text())
    return path


def command(room, checkpoint, out, *arguments):
    start = [sys.executable, "-m", "viewer", "render", room, "-o", out, "--checkpoint", checkpoint, "--panorama"]
    return [*map(str, start), *arguments]


def test_a_panorama_of_a_level_is_the_generators(room, checkpoint, tmp_path):
    out = tmp_path / "a.tif"
    without_display = environment() | {"PYOPENGL_PLATFORM": "none", "LIBGL_DRIVERS_PATH": str(tmp_path)}
    subprocess.run(command(room, checkpoint, out, "--level", "2"), env=without_display, check=True, timeout=120)
    generator, metadata = PatchGenerator.load(checkpoint, "cpu"), read_metadata(checkpoint)
    z = Latents.of_seed(3, 12).with_along(1, 0.8).z(generator.principal_directions(12))
    surface = Panorama(128, 384, metadata.projection).at_level(2)
    expected = np.concatenate(list(equirectangular_strips([generator.panorama(z, level=2)], surface)))
    with tifffile.TiffFile(out) as file:
        assert file.pages[0].is_tiled
        assert b"GPano:PoseHeadingDegrees" in file.pages[0].tags[700].value
    with Image.open(out) as picture:
        assert np.abs(np.asarray(picture).astype(int) - expected).max() <= 1


def test_a_level_that_is_not_there_and_a_file_of_another_kind(room, checkpoint, tmp_path):
    for out, level, said in (("a.tif", str(LEVELS), f"level {LEVELS}"), ("a.gif", "0", "a.gif")):
        done = subprocess.run(
            command(room, checkpoint, tmp_path / out, "--level", level),
            env=environment(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        one_line_error(done, said)
    assert [path.name for path in tmp_path.iterdir()] == ["room.json"]


def test_stopped_by_the_keyboard_it_leaves_nothing(room, checkpoint, tmp_path):
    started = subprocess.Popen(
        command(room, checkpoint, tmp_path / "a.tif", "--level", str(LEVELS - 1)),
        env=environment(),
        # a shell's background jobs ignore SIGINT, and so would what they start
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (one thread)
    )
    end = time.monotonic() + 60
    while not any(part.stat().st_size > 10_000 for part in tmp_path.glob(".*.part")):
        assert time.monotonic() < end
        assert started.poll() is None
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    assert started.wait(30) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["room.json"]
