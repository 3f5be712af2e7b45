import json
import os
import pickle  # between two processes of this test only
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch

from cocogan_core import checkpoint
from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from cocogan_core.metrics.features import SIDE_PX
from cocogan_core.training import validation
from cocogan_core.training.checkpoints import is_best
from cocogan_core.training.config import PRESETS
from cocogan_core.training.trainer import Trainer, train


def weights(path: Path):
    return safetensors.numpy.load_file(path / "state.safetensors")


def seen_in_log(path: Path):
    return [json.loads(line)["seen"] for line in (path / "log.jsonl").read_text().splitlines()]


def equal(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def test_a_training_returns_what_it_left_and_says_nothing(config, capsys):
    result = train(config)
    assert capsys.readouterr() == ("", "")
    assert result.checkpoint == config.run / "checkpoint.safetensors"
    assert result.images_seen == 24
    assert checkpoint.load_checkpoint(result.checkpoint).metadata.provenance.images_seen == 24
    assert {"D", "W", "A", "G", "psnr_db"} <= result.figures.keys()
    again = train(config)
    assert (again.images_seen, again.figures) == (24, {})


def test_a_training_runs_in_a_thread_too(config):
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(train, config).result().images_seen == 24


@pytest.mark.parametrize("objective", ["adversarial", "regression"])
def test_a_run_in_two_pieces_is_bit_identical(config, tmp_path, objective):
    config = replace(config, objective=objective)
    Trainer(config).run()
    other = replace(config, run=tmp_path / "pieces")
    trainer = Trainer(other)
    for _ in range(3):
        trainer.step()
    trainer.export()
    trainer.save_state()
    Trainer(other).run()
    assert equal(weights(config.run), weights(other.run))


RUNNER = """
import os, pickle, sys, torch
from pathlib import Path
from cocogan_core.training.trainer import Trainer
torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports much more of torch
for _ in sys.stdin:  # imports once; every line starts a process that trains
    pid = os.fork()
    if not pid:
        Trainer(pickle.loads(Path(sys.argv[1]).read_bytes())).run()
        os._exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def test_a_run_killed_at_random_moments_ends_bit_identically(config, tmp_path):
    config = replace(config, images=120)
    Trainer(config).run()
    killed, moments, codes = tmp_path / "killed", np.random.default_rng().uniform(0, 0.4, 3), []
    (tmp_path / "config").write_bytes(pickle.dumps(replace(config, run=killed)))
    command = [sys.executable, "-c", RUNNER, str(tmp_path / "config")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    pipe = subprocess.PIPE
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=said, text=True) as runner,
    ):
        for moment in [*moments, None]:
            saved = len(list(killed.glob("sheet_*.png")))
            runner.stdin.write("\n")
            runner.stdin.flush()
            pid = int(number(runner.stdout))
            if moment is not None:
                while len(list(killed.glob("sheet_*.png"))) == saved:
                    time.sleep(0.002)
                time.sleep(moment)  # somewhere in a step, a save, or between the two
                os.kill(pid, signal.SIGKILL)
            codes.append(int(number(runner.stdout)))
        runner.stdin.close()
    assert codes[-1] == 0, (tmp_path / "said").read_text()
    assert -signal.SIGKILL in codes, moments
    assert equal(weights(config.run), weights(killed)), moments
    assert seen_in_log(killed)[-1] == 120
    assert seen_in_log(killed) == sorted(set(seen_in_log(killed)))


def number(lines):
    """The next line that is a number; the run's own plain lines are not."""
    return next(line for line in lines if line.strip().lstrip("-").isdigit())


def test_a_longer_run_goes_on_as_if_it_had_been_that_long(config, tmp_path):
    Trainer(config).run()
    Trainer(replace(config, images=48)).run()
    straight = replace(config, images=48, run=tmp_path / "straight")
    Trainer(straight).run()
    assert equal(weights(config.run), weights(straight.run))


def test_a_run_that_has_seen_enough_does_nothing(config):
    Trainer(config).run()
    before = (config.run / "state.safetensors").stat().st_mtime_ns
    Trainer(config).run()
    assert (config.run / "state.safetensors").stat().st_mtime_ns == before


def test_regression_learns_what_the_numbers_say(config):
    config = replace(
        config, objective="regression", images=800, generator_rate=3e-3, beta1=0.9, batch=8, save_every=200
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
    saved = checkpoint.load_checkpoint(config.run / "checkpoint.safetensors")
    assert saved.metadata.provenance.images_seen == 24
    assert saved.metadata.model.latent_names == ("a.b", "a.c")
    assert saved.discriminator
    grown = replace(
        config,
        run=config.run.with_name("grown"),
        init=(config.run / "checkpoint.safetensors",),
        model=replace(config.model, grid=replace(config.model.grid, patch_px=4)),
    )
    trainer = Trainer(grown)
    assert torch.equal(trainer.generator.lattice.weight, torch.from_numpy(saved.generator["lattice.weight"]))
    assert trainer.provenance().images_seen == 24


def test_other_settings_or_data_in_the_same_run_are_refused(config, tmp_path):
    trainer = Trainer(config)
    trainer.export()
    trainer.save_state()
    with pytest.raises(ConfigError, match="batch = 4, not 2"):
        Trainer(replace(config, batch=2))
    with pytest.raises(ConfigError, match=r"model\.generator_width = 16, not 24"):
        Trainer(replace(config, model=replace(config.model, generator_width=24)))
    copy = tmp_path / "copy"
    shutil.copytree(config.data, copy)
    Trainer(replace(config, data=copy))  # the same pictures elsewhere
    shard = np.load(copy / "images_00000.npy")
    shard[0, 0, 0] += 1
    np.save(copy / "images_00000.npy", shard)
    with pytest.raises(ConfigError, match="data set"):
        Trainer(replace(config, data=copy))


def test_a_state_of_another_version_is_refused_with_the_way_on(config):
    config.run.mkdir()
    tensors = {"generator.x": torch.zeros(1)}
    safetensors.torch.save_file(
        tensors, config.run / "state.safetensors", {"cocogan_state": '{"seen": 8, "config": {}}'}
    )
    with pytest.raises(TrainingError, match="--init"):
        Trainer(config)


def test_an_exploding_loss_stops_the_run_and_keeps_the_last_good_state(config):
    trainer = Trainer(config)
    trainer.step()
    trainer.export()
    trainer.save_state()
    before = weights(config.run)
    with torch.no_grad():
        trainer.discriminator.score.weight.mul_(1e9)
    with pytest.raises(TrainingError, match=r"diverged after 4 images \(a loss is .*e\+.*last good state"):
        trainer.run()
    assert equal(before, weights(config.run))


class Flat:
    """Stands for a feature network: three means a picture."""

    name, side_px = "efficientnet", SIDE_PX

    def extract(self, images):
        return images.mean((1, 2), dtype=np.float32)


def test_a_held_out_folder_is_measured_by_and_all_else_is_trained_on(config, monkeypatch, tmp_path):
    monkeypatch.setattr(validation, "load_features", lambda device: Flat())
    with DatasetWriter(
        tmp_path / "others", height_px=64, width_px=192, projection=Projection(), source="other rooms"
    ) as writer:
        for tint in range(5):
            writer.append(np.full((64, 192, 3), 50 * tint, np.uint8))
    trainer = Trainer(replace(config, fd_every=24, held_out=tmp_path / "others"))
    assert trainer.data.held_out == 0
    trainer.run()
    line = json.loads((config.run / "log.jsonl").read_text().splitlines()[-1])
    assert line["fd_samples"] == 5
    # five greys lie far apart: all of their spread is missing from what an untrained G makes
    assert line["fd"] > 1000


def test_the_frechet_distance_is_logged_and_what_it_is_taken_on_is_not_trained_on(config, monkeypatch):
    monkeypatch.setattr(validation, "load_features", lambda device: Flat())
    with DatasetWriter(
        config.data, height_px=32, width_px=96, projection=Projection(), source="test", latent_names=("a.b", "a.c")
    ) as writer:
        for _ in range(4):
            writer.append(np.zeros((32, 96, 3), np.uint8), np.zeros(2, np.float32))
    trainer = Trainer(replace(config, fd_every=12, fd_samples=2))
    drawn = trainer.data.loader.macro(np.random.default_rng(0), 500)
    assert trainer.data.held_out == 2
    assert len(np.unique(drawn.z[:, 0])) == 7  # six tints and the two zeros that are left
    trainer.run()
    lines = [json.loads(line) for line in (config.run / "log.jsonl").read_text().splitlines()]
    assert [line["seen"] for line in lines if "fd" in line] == [12, 24]
    assert all(line["fd"] >= 0 and line["fd_samples"] == 2 for line in lines if "fd" in line)


def test_precision_of_a_card_is_refused_without_one(config):
    if torch.cuda.is_available():
        pytest.skip("there is a card")
    with pytest.raises(ConfigError, match="CUDA"):
        Trainer(replace(config, precision="float16"))


def test_a_cpu_trains_in_bfloat16(config):
    trainer = Trainer(replace(config, precision="bfloat16", images=2 * config.batch))
    trainer.run()
    assert all(p.dtype == torch.float32 and torch.isfinite(p).all() for p in trainer.generator.parameters())


def test_a_batch_of_one_is_refused_where_batch_norm_needs_two(config):
    paper = replace(config, batch=1, model=replace(config.model, architecture="paper", generator_width=2))
    with pytest.raises(ConfigError, match="at least 2"):
        Trainer(paper)


def test_weights_without_an_average_are_the_latest(config):
    trainer = Trainer(replace(config, ema_images=0))
    trainer.step()
    for mean, now in zip(trainer.ema.network.parameters(), trainer.generator.parameters(), strict=True):
        assert torch.equal(mean, now)


def test_the_average_soon_forgets_the_first_weights_and_then_lags(config):
    trainer = Trainer(replace(config, ema_images=1000, generator_rate=1e-3))
    first = [p.detach().clone() for p in trainer.generator.parameters()]
    for _ in range(10):
        trainer.step()

    def apart(a, b):
        return sum((x - y).square().sum().item() for x, y in zip(a, b, strict=True)) ** 0.5

    now, mean = list(trainer.generator.parameters()), list(trainer.ema.network.parameters())
    assert 0 < apart(mean, now) < apart(mean, first) / 2


def test_the_generator_warms_up_by_itself(config):
    trainer = Trainer(replace(config, warmup_images=4, generator_warmup_images=40))
    trainer.step()
    rates = {name: optimizer.adam.param_groups[0]["lr"] for name, optimizer in trainer.optimizers.items()}
    assert rates == pytest.approx({"optimizer_d": 4e-4, "optimizer_g": 1e-4 * 4 / 40})


def test_divergence_keeps_the_last_good_state(config):
    trainer = Trainer(config)
    trainer.step()
    trainer.export()
    trainer.save_state()
    before = weights(config.run)
    with torch.no_grad():
        next(trainer.generator.parameters()).fill_(float("nan"))
    with pytest.raises(TrainingError, match="diverged"):
        trainer.run()
    assert equal(before, weights(config.run))


def test_named_numbers_lead_z_and_the_rest_is_random(config):
    loader = Trainer(config).data.loader
    batch = loader.macro(np.random.default_rng(0), 40)
    known = {tuple(np.float32(row)) for row in ImageDataset.open(config.data).parameters}
    assert {tuple(row) for row in batch.z[:, :2].numpy()} <= known
    assert batch.z[:, 2:].abs().max() <= 1
    assert batch.z[:, 2:].std() > 0.5


def test_an_unpaired_run_forgets_the_names(config):
    trainer = Trainer(replace(config, unpaired=True, roll=True))
    loader = trainer.data.loader
    batch = loader.macro(np.random.default_rng(0), 40)
    assert len(np.unique(batch.z[:, 0])) == 40
    trainer.step()
    trainer.export()
    trainer.save_state()
    assert checkpoint.load_checkpoint(config.run / "checkpoint.safetensors").metadata.model.latent_names == ()


def test_coordinates_as_given_to_d(config):
    loader = Trainer(config).data.loader
    batch = loader.macro(np.random.default_rng(0), 5)
    assert batch.coordinates.numpy() == pytest.approx(config.model.grid.macro_coordinates(batch.ids.numpy()))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_the_papers_sizes(name):
    grid = PRESETS[name].model.grid
    full = {"celeba64": 64, "lsun64": 64, "lsun256": 256, "celebahq1024": 1024}.get(name, 128)
    wide = name in ("paper", "matterport3d", "rooms", "rooms-warmup")
    assert (grid.height_px, grid.width_px) == ((256, 768) if wide else (full, full))
    assert grid.macro_height_px == grid.macro_width_px == (128 if wide else full // 2)


@pytest.mark.parametrize("name", [name for name in PRESETS if not name.startswith("rooms")])
def test_the_papers_presets_have_nothing_that_is_ours(name):
    preset = PRESETS[name]
    assert (preset.ema_images, preset.flip, preset.roll, preset.augment) == (0, False, False, ())
    assert (preset.gradient_penalty, preset.spatial_weight, preset.loss) == (10, 100, "wasserstein")
    assert (preset.beta1, preset.beta2, preset.generator_rate, preset.discriminator_rate) == (0, 0.999, 1e-4, 4e-4)
    assert (preset.model.conditioning, preset.model.spatial_head) == ("mlp", "full")
    assert preset.images // preset.batch >= 150_000


def test_the_best_checkpoint_by_distance_stays_beside_the_last(config, monkeypatch):
    distances = iter([5.0, 3.0, 4.0])
    config = replace(config, fd_every=8, fd_samples=2, held_out=config.data)
    validator = SimpleNamespace(distance=lambda network: next(distances), samples=2)
    monkeypatch.setattr(validation.FrechetValidator, "of", lambda *args, **kwargs: validator)
    Trainer(config).run()
    best = checkpoint.read_metadata(config.run / "best.safetensors").provenance
    assert (best.images_seen, best.metrics) == (16, {"fd": 3.0, "fd_samples": 2.0})
    assert checkpoint.read_metadata(config.run / "checkpoint.safetensors").provenance.images_seen == 24
    assert is_best(config.run / "best.safetensors", {"fd": 2.9, "fd_samples": 2.0})
    assert not is_best(config.run / "best.safetensors", {"fd": 3.1, "fd_samples": 2.0})
    assert is_best(config.run / "best.safetensors", {"fd": 3.1, "fd_samples": 3.0})  # not to be compared


def test_a_run_of_the_papers_networks_in_two_pieces_is_bit_identical(config, tmp_path):
    """Their averaged G's batch statistics are gathered whenever it is looked at."""
    grid = PatchGrid(rows=2, columns=6, patch_px=16)
    model = replace(config.model, architecture="paper", conditioning="mlp", generator_width=2, grid=grid)
    config = replace(config, model=model)
    Trainer(config).run()
    other = replace(config, run=tmp_path / "pieces")
    trainer = Trainer(other)
    trainer.step()
    trainer.export()
    trainer.save_state()
    Trainer(other).run()
    assert equal(weights(config.run), weights(other.run))


def test_head_q_learns_without_names_too(config, tmp_path):
    with DatasetWriter(tmp_path / "plain", height_px=32, width_px=96, projection=Projection(), source="test") as writer:
        writer.append(np.zeros((32, 96, 3), np.uint8))
    trainer = Trainer(replace(config, data=tmp_path / "plain"))
    before = trainer.discriminator.content.weight.detach().clone()
    trainer.step()
    assert not torch.equal(before, trainer.discriminator.content.weight)


def test_images_of_earlier_runs_are_still_counted_after_a_resume(config):
    Trainer(config).run()
    later = replace(config, run=config.run.with_name("later"), init=(config.run / "checkpoint.safetensors",))
    Trainer(later).run()
    again = Trainer(replace(later, init=()))
    assert again.provenance().images_seen == 48


def test_a_checkpoint_names_every_phase(config):
    Trainer(config).run()
    later = replace(config, run=config.run.with_name("later"), init=(config.run / "checkpoint.safetensors",))
    Trainer(replace(later, objective="regression")).run()
    notes = checkpoint.read_metadata(later.run / "checkpoint.safetensors").provenance.notes
    assert [phase.split(" images of ")[0] for phase in notes.split("; ")] == ["adversarial, 24", "regression, 24"]


def test_a_checkpoint_is_tuned_small_and_goes_on_large_with_what_it_learned(config):
    large = config
    Trainer(large).run()
    small = replace(
        large,
        run=config.run.with_name("small"),
        init=(large.run / "checkpoint.safetensors",),
        objective="regression",
        model=replace(config.model, grid=replace(config.model.grid, patch_px=4)),
    )
    Trainer(small).run()
    inits = (large.run / "checkpoint.safetensors", small.run / "checkpoint.safetensors")
    both = Trainer(replace(large, run=config.run.with_name("both"), init=inits))
    of_large, of_small = (checkpoint.load_checkpoint(path).generator for path in inits)
    for name, tensor in both.generator.state_dict().items():
        assert np.array_equal(tensor.numpy(), of_small.get(name, of_large[name])), name
    assert set(of_small) < set(of_large)
    assert not np.array_equal(of_small["lattice.weight"], of_large["lattice.weight"])
    assert both.seen_before == 48


def test_a_checkpoint_of_which_nothing_fits_is_refused(config, tmp_path):
    Trainer(config).run()
    tiny = replace(config.model, architecture="paper", generator_width=8, z_dim=9)
    other = replace(config, run=tmp_path / "other", model=tiny, init=(config.run / "checkpoint.safetensors",))
    with pytest.raises(ConfigError, match=r"checkpoint\.safetensors fits"):
        Trainer(other)
