"""Panoramas of any level into files: the same pixels as in memory, in memory that does not grow."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocogan_core.errors import ConfigError
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.panorama_file import panorama_strips, write_panoramas, write_photo_sphere
from cocogan_core.inference.patch_generator import PatchGenerator
from tests.conftest import write_checkpoint

Z = sample_z(0, 12)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, tiny_config):
    grid = replace(tiny_config.grid, rows=2, columns=6, patch_px=32, levels=6)
    config = replace(tiny_config, grid=grid, generator_width=8)
    return write_checkpoint(tmp_path_factory.mktemp("levels") / "levels.safetensors", config)


@pytest.fixture(scope="module")
def generator(checkpoint):
    return PatchGenerator.load(checkpoint, "cpu")


@pytest.mark.parametrize("ending", [".tif", ".png"])
@pytest.mark.parametrize("level", [0, 2])
def test_a_file_holds_the_panoramas_pixels(tmp_path, generator, ending, level):
    path, zs = tmp_path / f"a{ending}", [Z, sample_z(1, 12)]
    write_panoramas(path, generator, zs, level=level)
    with Image.open(path) as read:
        assert np.array_equal(np.asarray(read), np.concatenate([generator.panorama(z, level=level) for z in zs]))


def test_patches_are_made_as_they_are_written(tmp_path, generator):
    seen, total = [], []

    def progress(items, _description, count):
        total.append(count)
        for item in items:
            seen.append(len(item))
            yield item

    write_panoramas(tmp_path / "a.png", generator, [Z], level=2, progress=progress)
    assert seen == [32] * 8
    assert total == [8]
    strips = panorama_strips(generator, Z, level=1)
    assert next(strips).shape == (32, 384, 3)


def test_a_photo_sphere_is_equirectangular_and_says_so(tmp_path, generator):
    path = tmp_path / "a.png"
    write_photo_sphere(path, generator, Z, level=1, yaw_rad=0.5)
    with Image.open(path) as read:
        packet = read.info["XML:com.adobe.xmp"]
        assert f"CroppedAreaImageHeightPixels>{read.height}<" in packet
        assert read.width == 384
        made, panorama = np.asarray(read), generator.panorama(Z, level=1)
    assert np.abs(made[len(made) // 2].astype(int) - panorama[len(panorama) // 2]).max() < 30
    assert "InitialViewHeadingDegrees>29<" in packet


@pytest.mark.parametrize("level", [-1, 6])
def test_a_level_that_is_not_there_is_one_line(tmp_path, generator, level):
    for write in (
        lambda p: write_panoramas(p, generator, [Z], level=level),
        lambda p: write_photo_sphere(p, generator, Z, level=level),
    ):
        with pytest.raises(ConfigError, match=f"level {level} is not one of the 6"):
            write(tmp_path / "a.png")
    assert not [*tmp_path.iterdir()]


PEAK = """
import resource, sys
from pathlib import Path
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.panorama_file import write_panoramas
from cocogan_core.inference.patch_generator import PatchGenerator
generator = PatchGenerator.load(sys.argv[1], "cpu")
write_panoramas(Path(sys.argv[2]), generator, [sample_z(0, 12)], level=int(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.parametrize("ending", [".tif", ".png"])
def test_memory_does_not_grow_with_the_level(tmp_path, tiny_config, ending):
    grid = replace(tiny_config.grid, rows=1, columns=2, macro_rows=1, macro_columns=1, patch_px=64, levels=6)
    checkpoint = write_checkpoint(tmp_path / "a.safetensors", replace(tiny_config, grid=grid, generator_width=8))

    def peak_mib(level):
        command = [sys.executable, "-c", PEAK, str(checkpoint), str(tmp_path / f"a{ending}"), str(level)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        return float(done.stdout)

    assert peak_mib(5) - peak_mib(3) < 10  # the pixels of level 5 alone are 24 MiB
