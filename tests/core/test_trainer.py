import json
import os
import pickle  # between two processes of this test only
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch

from cocogan_core import checkpoint
from cocogan_core.data.shards import ShardWriter
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.projection import Projection
from cocogan_core.train_config import PRESETS, TrainConfig
from cocogan_core.trainer import Trainer


@pytest.fixture
def data(tmp_path):
    with ShardWriter(
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


def weights(path: Path):
    return safetensors.numpy.load_file(path / "state.safetensors")


def equal(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("objective", ["adversarial", "regression"])
def test_a_run_in_two_pieces_is_bit_identical(config, tmp_path, objective):
    config = replace(config, objective=objective)
    Trainer(config).run()
    other = replace(config, run=tmp_path / "pieces")
    trainer = Trainer(other)
    for _ in range(3):
        trainer.step()
    trainer.save({})
    Trainer(other).run()
    assert equal(weights(config.run), weights(other.run))


def test_a_killed_run_goes_on_bit_identically(config, tmp_path):
    Trainer(replace(config, images=64)).run()
    killed = tmp_path / "killed"
    code = (
        "import sys; from pathlib import Path; from cocogan_core.train_config import TrainConfig;"
        "from cocogan_core.trainer import Trainer; from dataclasses import replace; import pickle;"
        "Trainer(pickle.loads(Path(sys.argv[1]).read_bytes())).run()"
    )
    (tmp_path / "config").write_bytes(pickle.dumps(replace(config, images=64, run=killed)))
    command = [sys.executable, "-c", code, str(tmp_path / "config")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None and not (killed / "state.safetensors").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert equal(weights(config.run), weights(killed))


def test_regression_learns_what_the_numbers_say(config):
    config = replace(
        config, objective="regression", images=1200, generator_rate=3e-3, beta1=0.9, batch=8, save_every=400
    )
    trainer = Trainer(config)
    first = trainer.step()["L1"]
    trainer.run()
    last = [json.loads(line) for line in (config.run / "log.jsonl").read_text().splitlines()]
    assert trainer.step()["L1"] < first / 3
    assert last[-1]["psnr_db"] > 20
    assert len(list(config.run.glob("sheet_*.png"))) >= 3


def test_the_exported_checkpoint_tells_the_truth(config):
    Trainer(config).run()
    saved = checkpoint.load(config.run / "checkpoint.safetensors")
    assert saved.metadata.provenance.images_seen == 24
    assert saved.metadata.model.latent_names == ("a.b", "a.c")
    assert saved.discriminator
    grown = replace(
        config,
        run=config.run.with_name("grown"),
        init=config.run / "checkpoint.safetensors",
        model=replace(config.model, grid=replace(config.model.grid, patch_px=4)),
    )
    trainer = Trainer(grown)
    assert torch.equal(trainer.generator.lattice.weight, torch.from_numpy(saved.generator["lattice.weight"]))
    assert trainer._provenance().images_seen == 24


def test_other_settings_in_the_same_run_are_refused(config):
    Trainer(config).run()
    with pytest.raises(ConfigError, match="batch"):
        Trainer(replace(config, batch=2))


def test_divergence_keeps_the_last_good_state(config):
    trainer = Trainer(config)
    trainer.step()
    trainer.save({})
    before = weights(config.run)
    with torch.no_grad():
        next(trainer.generator.parameters()).fill_(float("nan"))
    with pytest.raises(TrainingError, match="diverged"):
        trainer.run()
    assert equal(before, weights(config.run))


def test_named_numbers_lead_z_and_the_rest_is_random(config):
    trainer = Trainer(config)
    batch = trainer.sampler.batch(np.random.default_rng(0), 5)
    z = trainer._latents(batch, torch.Generator().manual_seed(0)).numpy()
    assert z[:, :2] == pytest.approx(batch.parameters)
    assert np.abs(z[:, 2:]).max() <= 1
    assert z[:, 2:].std() > 0.3


def test_coordinates_as_fed_to_d(config):
    trainer = Trainer(config)
    batch = trainer.sampler.batch(np.random.default_rng(0), 5)
    fed = trainer._coordinates(batch).numpy()
    assert fed == pytest.approx(config.model.grid.macro_coordinates(batch.ids))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_the_papers_sizes(name):
    grid = PRESETS[name].model.grid
    full = {"celeba64": 64, "lsun64": 64, "lsun256": 256, "celebahq1024": 1024}.get(name, 128)
    wide = name in ("matterport3d", "rooms", "rooms-warmup")
    assert (grid.height_px, grid.width_px) == ((256, 768) if wide else (full, full))
    assert grid.macro_height_px == grid.macro_width_px == (128 if wide else full // 2)


def test_head_q_learns_without_names_too(config, tmp_path):
    with ShardWriter(tmp_path / "plain", height_px=32, width_px=96, projection=None, source="test") as writer:
        writer.append(np.zeros((32, 96, 3), np.uint8))
    trainer = Trainer(replace(config, data=tmp_path / "plain"))
    before = trainer.discriminator.content.weight.detach().clone()
    trainer.step()
    assert not torch.equal(before, trainer.discriminator.content.weight)


def test_images_of_earlier_runs_are_still_counted_after_a_resume(config):
    Trainer(config).run()
    later = replace(config, run=config.run.with_name("later"), init=config.run / "checkpoint.safetensors")
    Trainer(later).run()
    again = Trainer(replace(later, init=None))
    assert again._provenance().images_seen == 48
