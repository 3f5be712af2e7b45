"""Who only looks at rooms has no torch: the commands for that run where importing it is an error."""

import subprocess
import sys

import numpy as np
import pytest
from command import ROOT, environment
from PIL import Image

from cocogan_core.files import resource
from viewer.camera.camera import View
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint

ROOM = resource("assets/rooms.safetensors")


@pytest.fixture
def run(tmp_path):
    """Runs Python with a torch that raises when it is imported, in child processes too."""
    broken = tmp_path / "broken" / "torch"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('torch was imported')")
    paths = {"PYTHONPATH": f"{broken.parent}:{ROOT}", "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=tmp_path, env=environment(**paths), capture_output=True,
            text=True, timeout=240, check=False,
        )  # fmt: skip

    return run


def test_torch_cannot_be_imported(run):
    assert "torch was imported" in run("-c", "import torch").stderr
    assert "torch was imported" in run("-m", "viewer", "sample", "-o", "o.png", "--device", "mps").stderr


@pytest.mark.parametrize(
    ("command", "size"),
    [
        (["view", ROOM, "--headless", "--screenshot", "out.png", "--size", "160x90"], (160, 90)),
        (["view", ROOM, "--headless", "--screenshot", "out.png", "--size", "160x90", "--only-visible"], (160, 90)),
        (["sample", ROOM, "-o", "out.png"], (768, 384)),
        (["render", ROOM, "-o", "out.png", "--size", "160x90"], (160, 90)),
        (["render", "room.json", "-o", "out.png"], (160, 90)),
        (["render", "room.json", "--panorama", "-o", "out.png", "--level", "0"], (768, 384)),
    ],
    ids=["view", "view --only-visible", "sample", "render", "render a saved room", "render --panorama"],
)
def test_pictures(run, tmp_path, command, size):
    latents = Latents.of_seed(1, 128)
    recipe = Recipe(
        checkpoint=str(ROOM), sha256=fingerprint(ROOM), latents=latents, view=View(aspect=16 / 9), size_px=(160, 90)
    )
    (tmp_path / "room.json").write_text(recipe.file_text())
    done = run("-m", "viewer", *command)
    assert (done.returncode, done.stderr.strip()) == (0, "")  # a progress bar leaves an empty line
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == size
        assert np.asarray(picture).std() > 10


def test_info(run):
    done = run("-m", "viewer", "info", ROOM)
    assert (done.returncode, done.stderr) == (0, "")
    assert "768×384" in done.stdout


def test_export(run, tmp_path):
    done = run("-m", "viewer", "export", ROOM, "-o", "pano.onnx")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "pano.onnx").stat().st_size > 1_000_000


def test_directions_and_flop(run):
    """What the viewer's generator tells when it has nothing better to do."""
    code = f"""
from cocogan_core import PatchGenerator
generator = PatchGenerator.load({str(ROOM)!r})
print(generator.principal_directions(3).shape, generator.patch_gflop() > 0.1)
"""
    done = run("-c", code)
    assert (done.stdout, done.stderr) == ("(3, 128) True\n", "")


def test_training_says_what_it_needs(tmp_path):
    """A torch that is not there, as with the base install."""
    code = (
        "import sys; sys.modules['torch'] = None; from viewer.__main__ import main; "
        f"main(['evaluate', {str(ROOM)!r}, '--data', 'nowhere'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
