"""What one of two gloo processes does in test_distributed.py: gradients of its half of a batch, then a short run."""

import os
import pickle  # between processes of this test only
import sys
from pathlib import Path

import safetensors.torch
import torch

from cocogan_core.models.build import build_discriminator, build_generator
from cocogan_core.training.batches import TrainingBatch
from cocogan_core.training.distributed import Ranks, share_batch_norms
from cocogan_core.training.objective import Objective
from cocogan_core.training.optimizer import constant
from cocogan_core.training.trainer import Trainer


def networks(config):
    """G and D of ``config`` in float64, the same in every process."""
    torch.manual_seed(3)
    return build_generator(config.model).double(), build_discriminator(config.model).double()


def gradients(config, batch, generator, discriminator, ranks):
    """D's and G's gradients and statistics after D's step and G's, by name."""
    objective = Objective(config, generator, discriminator)
    objective.discriminator_loss(batch)[0].backward()
    ranks.average_gradients(discriminator.parameters())
    with constant(discriminator):
        objective.generator_loss(batch)[0].backward()
    ranks.average_gradients(generator.parameters())
    named = {"g": generator, "d": discriminator}
    found = {f"{n}.{k}": p.grad for n, net in named.items() for k, p in net.named_parameters() if p.grad is not None}
    return found | {f"{n}.{k}": b.clone() for n, net in named.items() for k, b in net.named_buffers()}


def half(batch, rank):
    """This process's half of the joined inputs."""
    return TrainingBatch(*(part.chunk(2)[rank] if isinstance(part, torch.Tensor) else part for part in batch))


def main(folder):
    """Write what this process found to ``folder``."""
    config, run, batch = pickle.loads((folder / "batch").read_bytes())
    torch.set_num_threads(1)
    ranks = Ranks.join()
    pair = networks(config)
    for network in pair:
        share_batch_norms(network)
    found = gradients(config, half(batch, ranks.rank), *pair, ranks)
    safetensors.torch.save_file({k: v.contiguous() for k, v in found.items()}, folder / f"gradients{ranks.rank}")
    assert ranks.any(ranks.rank == 1)
    assert not ranks.any(False)
    assert ranks.all_have(7)
    assert not ranks.all_have(ranks.rank)
    trainer = Trainer(run, ranks)
    drawn = trainer.data.loader.step(0)[0].z
    trainer.run(progress=True)
    weights = {k: v.contiguous() for k, v in trainer.generator.state_dict().items()}
    safetensors.torch.save_file({**weights, "drawn z": drawn.contiguous()}, folder / f"weights{ranks.rank}")
    ranks.leave()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(Path(sys.argv[1]))
