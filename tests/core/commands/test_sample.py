"""``cocogan sample``: its arguments, its files, its one-line refusals."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cocogan_core.commands.main import main
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from tests.conftest import write_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, tiny_config):
    config = replace(tiny_config, grid=replace(tiny_config.grid, levels=2))
    return write_checkpoint(tmp_path_factory.mktemp("levels") / "levels.safetensors", config)


def refusal(capsys, *arguments):
    """The one line that a command ends with."""
    with pytest.raises(SystemExit) as stopped:
        main(["sample", *map(str, arguments)])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_rooms_of_consecutive_seeds_of_a_level(tmp_path, checkpoint):
    out = tmp_path / "rooms.tif"
    main(["sample", str(checkpoint), "-o", str(out), "--seed", "3", "--count", "2", "--level", "1", "--device", "cpu"])
    generator = PatchGenerator.load(checkpoint, "cpu")
    with Image.open(out) as read:
        wanted = [generator.panorama(sample_z(seed, 12), level=1) for seed in (3, 4)]
        assert np.array_equal(np.asarray(read), np.concatenate(wanted))


def test_the_shipped_room_where_none_is_named(tmp_path):
    main(["sample", "--out", str(tmp_path / "room.png")])
    with Image.open(tmp_path / "room.png") as read:
        assert read.size == (768, 384)


def test_a_photo_sphere(tmp_path, checkpoint):
    main(["sample", str(checkpoint), "-o", str(tmp_path / "a.jpg"), "--photo-sphere", "--level", "1"])
    with Image.open(tmp_path / "a.jpg") as read:
        assert read.width == 192
        assert b"equirectangular" in read.info["xmp"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--count", "0"], "--count is 0"),
        (["--seed", "-1"], "--seed -1"),
        (["--level", "2"], "level 2 is not one of the 2"),
        (["--level", "-1"], "level -1 is not one of the 2"),
        (["--count", "2", "--photo-sphere"], "leave out --count"),
    ],
)
def test_wrong_values_are_one_line(tmp_path, checkpoint, capsys, arguments, said):
    assert said in refusal(capsys, checkpoint, "-o", tmp_path / "a.png", *arguments)
    assert not [*tmp_path.iterdir()]


def test_files_of_other_kinds_are_refused_before_the_checkpoint_is_read(tmp_path, capsys):
    assert "name a .tif" in refusal(capsys, "absent.safetensors", "-o", tmp_path / "a.bmp")


def test_a_jpeg_that_would_be_too_large_is_refused(tmp_path, checkpoint, capsys):
    said = refusal(capsys, checkpoint, "-o", tmp_path / "a.jpg", "--count", "2000", "--level", "1")
    assert "192×128000" in said
    assert "65500" in said


def test_an_interruption_leaves_nothing(tmp_path, checkpoint, monkeypatch):
    patches = PatchGenerator.patches

    def interrupted(self, z, ids, *, level=0):
        if ids[0][0] == 5:
            raise KeyboardInterrupt
        return patches(self, z, ids, level=level)

    monkeypatch.setattr(PatchGenerator, "patches", interrupted)
    with pytest.raises(SystemExit) as stopped:
        main(["sample", str(checkpoint), "-o", str(tmp_path / "a.tif"), "--level", "1"])
    assert stopped.value.code == 130
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "asked", [("--seed", "2147483648"), ("--seed", "2147483647", "--count", "2"), ("--seed", "-1")]
)
def test_a_seed_that_no_saved_room_may_have_is_refused(tmp_path, tiny_checkpoint, capsys, asked):
    with pytest.raises(SystemExit) as ended:
        main(["sample", str(tiny_checkpoint), "-o", str(tmp_path / "a.png"), *asked])
    assert ended.value.code == 2
    assert "seeds from 0 to 2147483647" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]
