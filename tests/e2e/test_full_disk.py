"""A disk that is really full: one line and an exit code, what was there before stays, and afterwards all goes on."""

import logging
import time
from contextlib import closing, suppress
from dataclasses import replace

import numpy as np
import pytest
from command import one_line_error, run
from PIL import Image

from cocogan_core.applications.film import write_film
from cocogan_core.checkpoint import read_metadata
from cocogan_core.commands.main import main
from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.errors import OutputError
from cocogan_core.files import replacement_path
from cocogan_core.geometry.projection import Projection
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.logger import MetricLogger
from cocogan_core.training.state import read_progress
from cocogan_core.training.trainer import train
from viewer.export.video import Film
from viewer.state.logging import start_log
from viewer.state.settings import Settings, load, save

NO_SPACE = "No space left on device"


def refused(capsys, *arguments):
    """What a command says as it ends with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.err.count("\n") == 1
    return said.err


@pytest.fixture
def config(tmp_path, tiny_config, pictures):
    writer = DatasetWriter(tmp_path / "data", height_px=32, width_px=96, projection=Projection(), source="test")
    with writer:
        for picture in sorted(pictures.iterdir()):
            writer.append(np.asarray(Image.open(picture)))
    model = replace(tiny_config, latent_names=(), content_head=False)
    return TrainConfig(
        data=tmp_path / "data", run=tmp_path / "run", model=model, batch=4, images=16, save_every=4,
        threads=1, tensorboard=False,
    )  # fmt: skip


@pytest.fixture
def pictures(tmp_path, rng):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(6):
        Image.fromarray(rng.integers(0, 255, (32, 96, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


def test_training_keeps_its_last_state_and_goes_on_when_there_is_room(config, small_disk):
    train(config)
    full = replace(config, run=small_disk.folder / "run")
    train(replace(full, images=4))
    for leaving in (0, 1 << 16, 16 << 20):
        small_disk.fill(leaving)
        with pytest.raises(OutputError, match=NO_SPACE):
            train(full)
        assert read_metadata(full.run / "checkpoint.safetensors").model == config.model
        assert read_progress(full.run / "state.safetensors").seen % 4 == 0
        assert not [name for name in small_disk.files() if name.endswith(".part")]
        small_disk.empty()
    train(full)
    for path in config.run.iterdir():
        if path.name != ".lock":
            assert path.read_bytes() == (full.run / path.name).read_bytes(), path.name


def test_events_for_tensorboard_are_no_reason_to_wait_for_ever(small_disk):
    pytest.importorskip("tensorboardX")
    logger = MetricLogger(small_disk.folder, seen=0, tensorboard=True)
    logger.write(4, fd=1.0)
    small_disk.fill()

    def write():
        for seen in range(8, 800, 4):
            logger.write(seen, fd=1.0)

    with pytest.raises(OutputError, match=NO_SPACE):
        write()
    small_disk.empty()
    logger.write(800, fd=2.0)
    logger.close()


def test_prepare_goes_on_where_there_was_no_room(capsys, small_disk, pictures):
    out = small_disk.folder / "data"
    command = ("prepare", "images", pictures, out, "--side", "32", "--workers", "1")
    small_disk.fill()
    assert NO_SPACE in refused(capsys, *command)
    small_disk.empty()
    main([*map(str, command)])
    assert ImageDataset.open(out).count == 6
    before = (out / "dataset.json").read_bytes()
    Image.new("RGB", (32, 32), "red").save(pictures / "more.png")
    small_disk.fill()
    assert NO_SPACE in refused(capsys, *command)
    assert (out / "dataset.json").read_bytes() == before
    assert ImageDataset.open(out).count == 6


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_sample_leaves_the_older_picture(capsys, small_disk, tiny_checkpoint, name):
    path = small_disk.folder / name
    path.write_bytes(b"old")
    small_disk.fill()
    assert NO_SPACE in refused(capsys, "sample", tiny_checkpoint, "-o", path)
    assert path.read_bytes() == b"old"
    assert small_disk.files() == [name]


def test_a_picture_of_a_view_leaves_the_older_one(small_disk, tiny_checkpoint):
    path = small_disk.folder / "a.png"
    path.write_bytes(b"old")
    small_disk.fill()
    one_line_error(run(tiny_checkpoint, "--headless", "--screenshot", path, "--size", "64x64"), NO_SPACE)
    assert path.read_bytes() == b"old"
    assert small_disk.files() == ["a.png"]


def test_settings_stay_and_the_log_is_silent(small_disk, capfd):
    path = small_disk.folder / "settings.json"
    save(path, Settings(theme="light"))
    start_log(small_disk.folder / "viewer.log")
    small_disk.fill()
    assert NO_SPACE in save(path, Settings(theme="dark", recent=("x" * 5000,)))
    assert load(path) == (Settings(theme="light"), "")
    logger = logging.getLogger("viewer")
    for _ in range(3):
        logger.info("x" * 900)
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        with suppress(OSError):  # what it could not write
            handler.close()
    assert capfd.readouterr().err == ""


def test_films_leave_nothing(small_disk, rng):
    pytest.importorskip("av")
    pictures = [rng.integers(0, 255, (128, 128, 3), np.uint8) for _ in range(30)]
    small_disk.fill()
    with pytest.raises(OutputError, match=f"a.mp4: {NO_SPACE}"):
        write_film(small_disk.folder / "a.mp4", pictures, 30)
    with pytest.raises(OutputError, match=f"b.mp4: {NO_SPACE}"):
        _film_of_the_window(small_disk.folder / "b.mp4", pictures)
    assert small_disk.files() == []


def _film_of_the_window(path, pictures):
    with replacement_path(path) as part, closing(Film(part, (128, 128), 30)) as film:
        for picture in [*pictures, None]:
            while not film.offer(picture):
                time.sleep(0.01)
        while not film.is_finished():
            time.sleep(0.01)
