from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.models.build import build_generator
from cocogan_core.training import snapshots
from cocogan_core.training.data import TrainingData
from cocogan_core.training.distributed import Ranks
from cocogan_core.training.snapshots import pictures


def opened(config):
    """The settings that ``config`` comes to with its data set, and the data."""
    dataset = ImageDataset.open(config.data)
    config = config.for_dataset(dataset)
    return config, TrainingData.of(config, dataset, Ranks())


def sheet_of(config, folder):
    config, data = opened(config)
    figures = data.sample_grid(config).draw(build_generator(config.model), folder / "sheet.png")
    with Image.open(folder / "sheet.png") as picture:
        return figures, np.asarray(picture)


def test_panoramas_stand_twice_side_by_side_and_beside_the_real_room(config, tmp_path):
    figures, sheet = sheet_of(config, tmp_path)
    assert sheet.shape == (6 * 32, 3 * 96, 3)
    assert (sheet[:, :96] == sheet[:, 96:192]).all()
    assert len(np.unique(sheet[:, 193:191:-1, 1])) == 1  # the real rooms' green is grey
    error = ((sheet[:, :96].astype(float) - sheet[:, 192:]) / 255) ** 2
    rooms = error.reshape(6, -1).mean(1)
    assert figures["psnr_db"] == pytest.approx((-10 * np.log10(rooms)).mean(), abs=0.01)


def test_planar_pictures_stand_in_rows_of_eight(config, tmp_path):
    with DatasetWriter(tmp_path / "flat", height_px=32, width_px=32, projection=None, source="t") as writer:
        writer.append(np.zeros((32, 32, 3), np.uint8))
    grid = PatchGrid(system="planar", rows=4, columns=4, patch_px=8)
    flat = replace(config, data=tmp_path / "flat", model=replace(config.model, grid=grid))
    figures, sheet = sheet_of(flat, tmp_path)
    assert figures == {}
    assert sheet.shape == (8 * 32, 8 * 32, 3)


def test_the_same_z_are_shown_each_time(config, tmp_path):
    config, data = opened(config)
    generator = build_generator(config.model)
    for name in ("a.png", "b.png"):
        data.sample_grid(config).draw(generator, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_large_pictures_are_made_a_few_at_a_time(tiny_config, monkeypatch):
    generator, z = build_generator(replace(tiny_config, architecture="paper", generator_width=2)), torch.rand(5, 12)
    at_once = list(pictures(generator, z))
    monkeypatch.setattr(snapshots, "PIXELS", 2 * 32 * 96)
    assert (np.abs(np.stack(at_once).astype(int) - np.stack(list(pictures(generator, z)))) <= 1).all()
    assert generator.training
