"""The generator process asked for patches and waited for."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.checkpoint import read_metadata
from cocogan_core.errors import CheckpointError
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from tests.conftest import write_checkpoint
from viewer.streaming.patch_maker import WorkerPatchMaker
from viewer.streaming.worker import Worker


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, tiny_config):
    config = replace(tiny_config, grid=replace(tiny_config.grid, levels=3))
    return write_checkpoint(tmp_path_factory.mktemp("levels") / "levels.safetensors", config)


def opened(checkpoint):
    metadata = read_metadata(checkpoint)
    return closing(Worker(checkpoint, "cpu", metadata.model.grid)), metadata


def test_it_makes_what_the_patch_generator_makes_in_the_order_asked_for(checkpoint):
    generator = PatchGenerator.load(checkpoint, "cpu")
    opening, metadata = opened(checkpoint)
    with opening as worker:
        maker = WorkerPatchMaker(worker, metadata)
        directions = maker.directions()
        for seed, level in ((0, 0), (1, 2), (0, 2)):
            grid = metadata.model.grid.at_level(level)
            ids = [(row, column) for row in (1, 0) for column in range(grid.columns)][::-1]
            z = sample_z(seed, 12)
            expected = generator.patches(z, ids, level=level)
            assert np.abs(maker.patches(z, ids, level=level).astype(int) - expected).max() <= 1
    assert directions.shape == (12, 12)
    assert np.allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-4)


def test_what_the_generator_cannot_do_is_an_error(tmp_path, checkpoint):
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(checkpoint.read_bytes()[:-1000])
    metadata = read_metadata(checkpoint)
    with closing(Worker(bad, "cpu", metadata.model.grid)) as worker:
        maker = WorkerPatchMaker(worker, metadata)
        with pytest.raises(CheckpointError, match="bad"):
            maker.patches(sample_z(0, 12), [(0, 0)])


def test_a_room_that_cannot_be_made_is_an_error(overflowing):
    opening, metadata = opened(overflowing)
    with opening as worker, pytest.raises(CheckpointError, match="overflow"):
        WorkerPatchMaker(worker, metadata).patches(sample_z(1, 12), [(0, 0)])
