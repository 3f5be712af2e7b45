"""Fixtures of training: a few tinted pictures with two named parameters, and settings for a run of seconds."""

from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.data.dataset import DatasetWriter
from cocogan_core.geometry.projection import Projection


@pytest.fixture
def data(tmp_path):
    with DatasetWriter(
        tmp_path / "data",
        height_px=32,
        width_px=96,
        projection=Projection(),
        source="test",
        latent_names=("a.b", "a.c"),
    ) as writer:
        for index in range(6):
            rng = np.random.default_rng(index)
            tint = rng.uniform(-1, 1, 2).astype(np.float32)
            image = np.full((32, 96, 3), 128, np.uint8)
            image[..., 0] += np.uint8(60 * tint[0] + 60)
            writer.append(image, tint)
    return tmp_path / "data"


@pytest.fixture
def config(data, tmp_path, tiny_config):
    from cocogan_core.training.config import TrainConfig

    return TrainConfig(
        data=data,
        run=tmp_path / "run",
        model=replace(tiny_config, latent_names=()),
        batch=4,
        images=24,
        save_every=8,
        content_weight=1.0,
        regression_weight=1.0,
        ema_images=8,
        threads=1,
    )
