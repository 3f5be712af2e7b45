"""What a run's settings come to with its data set."""

from dataclasses import replace

import pytest

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.training.config import TrainConfig
from cocogan_core.training.trainer import Trainer


def test_the_data_set_names_the_latents(config):
    resolved = config.for_dataset(ImageDataset.open(config.data))
    assert resolved.model.latent_names == ("a.b", "a.c")
    assert resolved == replace(config, model=replace(config.model, latent_names=("a.b", "a.c")))
    assert resolved.for_dataset(ImageDataset.open(config.data)) == resolved


def test_an_unpaired_run_leaves_them_nameless(config):
    assert replace(config, unpaired=True).for_dataset(ImageDataset.open(config.data)).model.latent_names == ()


def test_the_ablations_shape_the_model(config):
    dataset = ImageDataset.open(config.data)
    grid = replace(config, optimal_d=True).for_dataset(dataset).model.grid
    assert (grid.macro_rows, grid.macro_columns) == (grid.rows, grid.columns)
    assert replace(config, optimal_g=True).for_dataset(dataset).model.generator == "full"
    assert replace(config, multiple_g=True).for_dataset(dataset).model.generator == "multiple"


@pytest.mark.parametrize("names", [(), ("a.b", "a.c")])
def test_regression_needs_named_parameters(config, names):
    dataset = ImageDataset.open(config.data)
    with pytest.raises(ConfigError, match="no named parameters"):
        replace(config, objective="regression", unpaired=bool(names)).for_dataset(
            dataset if names else dataset.unnamed()
        )


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"explosion": 0.0}, "explosion"), ({"content_weight": 1.0}, "head Q"), ({"base_rate": -1}, "base")],
)
def test_settings_that_cannot_run_are_one_line(changes, word):
    with pytest.raises(ConfigError, match=word):
        TrainConfig(**changes)


def test_the_limit_of_a_loss_can_be_set(config):
    with pytest.raises(TrainingError, match="a loss is"):
        Trainer(replace(config, explosion=1e-6)).run()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threads", -1), ("beta1", 1.0), ("beta2", 1.0), ("beta2", float("nan")), ("seed", -1), ("seed", 3_000_000_000),
        ("explosion", float("inf")), ("generator_rate", -1e-3), ("r1", float("nan")), ("fd_samples", -1),
    ],
)  # fmt: skip
def test_options_that_no_run_can_have_are_one_line(name, value):
    with pytest.raises(ConfigError, match=name.replace("_", "-")):
        replace(TrainConfig(), **{name: value})


def test_mixed_textures_without_textures_are_one_line(config):
    with pytest.raises(ConfigError, match="add --surface-textures"):
        replace(config, model=replace(config.model, mixed_textures=4))
