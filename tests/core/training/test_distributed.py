"""Two gloo processes against one with the joined batch."""

import json
import os
import pickle  # between processes of this test only
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from distributed_worker import gradients, networks

from cocogan_core.errors import ConfigError
from cocogan_core.training.augment import DRAWS
from cocogan_core.training.batches import TrainingBatch
from cocogan_core.training.distributed import Ranks

WORKER = Path(__file__).with_name("distributed_worker.py")


def inputs(model, count):
    """Random inputs in float64."""
    torch.manual_seed(4)
    grid = model.grid
    ids = torch.stack([torch.randint(n, (count,)) for n in grid.macro_shape], 1)
    return TrainingBatch(
        real=torch.rand(count, 3, grid.macro_height_px, grid.macro_width_px, dtype=torch.float64) * 2 - 1,
        ids=ids,
        coordinates=torch.from_numpy(grid.macro_coordinates(ids.numpy())).double(),
        z=torch.rand(count, model.z_dim, dtype=torch.float64) * 2 - 1,
        mix=torch.rand(count, 1, 1, 1, dtype=torch.float64),
        jitter=torch.rand(count, DRAWS, dtype=torch.float64),
    )


def environment(rank, port):
    """What torchrun tells its processes."""
    told = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    paths = f"{WORKER.parents[2]}{os.pathsep}{WORKER.parent}"
    hidden = {"CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    return {**os.environ, **{name: str(value) for name, value in told.items()}, **hidden}


@pytest.fixture
def paper(config):
    """The paper's networks and objective, with everything on that a penalty or a statistic could break."""
    model = replace(config.model, architecture="paper", generator_width=2, discriminator_width=2)
    return replace(config, model=model, r1=1.0, augment=("color", "translation", "cutout"))


def test_two_processes_are_one_with_the_joined_batch(paper, config, tmp_path):
    batch, run = inputs(paper.model, 6), replace(paper, run=tmp_path / "run", images=16)
    (tmp_path / "batch").write_bytes(pickle.dumps((paper, run, batch)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(WORKER), str(tmp_path)]
    pair = [
        subprocess.Popen(
            command, env=environment(rank, port), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for rank in range(2)
    ]
    said = [process.communicate(timeout=240)[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0], said
    check_gradients(tmp_path, gradients(paper, batch, *networks(paper), Ranks()))
    check_run(tmp_path, said)


def check_gradients(folder, joined):
    """Each process holds the gradients and statistics of one process with all six samples."""
    for rank in range(2):
        found = safetensors.torch.load_file(folder / f"gradients{rank}")
        assert found.keys() == joined.keys()
        assert {"g.norm.weight", "g.norm.running_var", "d.spatial.1.weight", "d.spatial.1.running_mean"} <= found.keys()
        for name, tensor in joined.items():
            assert torch.allclose(found[name], tensor, rtol=1e-5, atol=1e-7), name


def check_run(folder, said):
    """Both end with the same weights from different draws; only the first writes and talks."""
    first, second = (safetensors.torch.load_file(folder / f"weights{rank}") for rank in range(2))
    assert not torch.equal(first.pop("drawn z"), second.pop("drawn z"))
    assert all(torch.equal(first[name], second[name]) for name in first)
    lines = [json.loads(line)["seen"] for line in (folder / "run/log.jsonl").read_text().splitlines()]
    assert lines == [8, 16]
    assert "16/16 images" in said[0]
    assert "images" not in said[1]


def test_a_batch_that_cannot_be_shared_is_refused():
    assert Ranks(0, 2).share(6) == 3
    with pytest.raises(ConfigError, match="2 processes cannot share evenly"):
        Ranks(0, 2).share(5)


def test_one_process_needs_no_group():
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.full((2,), 3.0)
    Ranks().average_gradients([weight])
    assert weight.grad.tolist() == [3.0, 3.0]
    assert Ranks().any(True)
