"""What works on a CUDA card, and how quickly: ``python scripts/cuda_table.py [--device cpu] [--out FILE]``.

One row for every path that has never run on one: training in 32 and 16 bits, with channels-last weights and compiled,
in a group of processes (NCCL), patches and panoramas of the plain room beside the CPU's, figures, and rooms drawn by
EGL. A path that fails becomes a row that says why, and the others go on. ``--device cpu`` tries the script itself where
there is no card, without the paths that need one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from cocogan_core.data.rooms.generate import make_panoramas
from cocogan_core.data.rooms.renderer import RoomRenderer, room_parameters
from cocogan_core.data.rooms.spec import RoomDatasetSpec
from cocogan_core.files import resource, write_atomically
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.patch_generator import PatchGenerator
from cocogan_core.metrics.evaluation import evaluate
from cocogan_core.training.config import PRESETS, TrainConfig
from cocogan_core.training.trainer import Trainer

ROOM = "assets/rooms.safetensors"  # of the plain rooms, which has a discriminator
TIMED = 5  # patches or rooms a figure
PICTURES = 8
PLAIN: Mapping[str, Any] = {}


class Attempt(NamedTuple):
    """A path's name, and what tries it and returns what came of it, in words."""

    name: str
    run: Callable[[], str]


class Setup(NamedTuple):
    """What all paths need: a folder of small rooms, room for runs, how long to train, and on what."""

    data: Path
    runs: Path
    images: int
    device: str


def attempts(setup: Setup) -> Iterator[Attempt]:
    """All of them, those that need a card only where there is one."""
    yield Attempt("patches of the plain room", lambda: patches(setup))
    yield Attempt("rooms by EGL", rooms)
    yield Attempt("training, rooms-warmup, float32", lambda: training(setup, "rooms-warmup"))
    yield Attempt("training, rooms, float32", lambda: training(setup, "rooms"))
    yield Attempt("training, rooms, channels-last", lambda: training(setup, "rooms", {"channels_last": True}))
    yield Attempt("training, rooms, compiled", lambda: training(setup, "rooms", {"compile": True}))
    yield Attempt("training, a group of one process", lambda: group(setup))
    yield Attempt("cocogan evaluate", lambda: figures(setup))
    if setup.device == "cuda":
        for precision in ("bfloat16", "float16"):
            options = {"precision": precision, "channels_last": True}
            for preset in ("rooms-warmup", "rooms", "paper"):
                run = partial(training, setup, preset, options)
                yield Attempt(f"training, {preset}, {precision}, channels-last", run)


def patches(setup: Setup) -> str:
    """How far patches are from the CPU's, and how long they take."""
    here, there = (PatchGenerator.load(resource(ROOM), device) for device in (setup.device, "cpu"))
    grid, z = here.metadata.model.grid, sample_z(0, here.metadata.model.z_dim, count=TIMED + 1)
    apart = np.abs(here.panorama(z[0]).astype(int) - there.panorama(z[0])).max()
    whole_s = timed(lambda index: here.panorama(z[index]))
    patch_s = timed(lambda index: here.patches(z[index], [(0, 0)]))
    count = grid.rows * grid.columns
    times = f"{1e3 * whole_s:.1f} ms a panorama of {count} patches, {1e3 * patch_s:.1f} ms one patch alone"
    return f"±{apart} of 255 from the CPU; {times}"


def rooms() -> str:
    """Which driver draws rooms, and how quickly."""
    with RoomRenderer(768, style="furnished") as renderer:
        drawn = [room_parameters(0, index, "furnished") for index in range(TIMED + 1)]
        room_s = timed(lambda index: renderer.panorama(drawn[index]))
        driver = renderer.driver
    return f"{1e3 * room_s:.0f} ms a furnished room of 768×256 on {driver}"


def training(setup: Setup, preset: str, options: Mapping[str, Any] = PLAIN) -> str:
    """Train for a few steps; the figures must be finite, or the trainer raises."""
    trainer = Trainer(settings(setup, preset, options))
    losses = trainer.step()  # the first is slow: kernels are chosen, code compiled
    began, before = time.perf_counter(), trainer.seen
    while trainer.seen < setup.images:
        losses = trainer.step()
    synchronize(setup.device)
    rate = (trainer.seen - before) / (time.perf_counter() - began)
    memory = f", {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB" if setup.device == "cuda" else ""
    return f"{rate:.1f} images/s{memory}; " + ", ".join(f"{name} {value:.3g}" for name, value in losses.items())


def settings(setup: Setup, preset: str, options: Mapping[str, Any] = PLAIN) -> TrainConfig:
    """Of one run."""
    base = PRESETS[preset]
    model = replace(base.model, grid=replace(base.model.grid, patch_px=16)) if setup.device == "cpu" else base.model
    more = {"precision": "float32", **options}
    run = setup.runs / f"{preset}-{'-'.join(map(str, more.values()))}"
    return replace(base, data=setup.data, run=run, model=model, batch=4, images=setup.images, roll=False, **more)


def group(setup: Setup) -> str:
    """``torchrun`` with a process for every card, or one: NCCL on cards, gloo without."""
    count = max(1, torch.cuda.device_count()) if setup.device == "cuda" else 1
    run = setup.runs / "group"
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}", "--no-python"),
        *("--", str(Path(sys.executable).with_name("cocogan")), "train", "rooms-warmup", "--data", str(setup.data)),
        *(
            "--run",
            str(run),
            "--model.grid.patch-px",
            "16",
            "--batch",
            str(4 * count),
            "--images",
            str(4 * setup.images),
        ),
    ]
    hidden = {} if setup.device == "cuda" else {"CUDA_VISIBLE_DEVICES": ""}
    subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **hidden})
    return f"{count} process(es), {(run / 'checkpoint.safetensors').stat().st_size / 2**20:.1f} MiB checkpoint"


def figures(setup: Setup) -> str:
    """The plain room beside its own family."""
    began = time.perf_counter()
    found = evaluate(resource(ROOM), data=setup.data, samples=PICTURES // 2, device=setup.device)
    assert found.paired_psnr is not None
    return (
        f"{found.paired_psnr.mean_db:.1f} dB on {found.paired_psnr.pictures} rooms, {time.perf_counter() - began:.0f} s"
    )


def timed(one: Callable[[int], object]) -> float:
    """Seconds of ``one(1)`` … ``one(TIMED)``, each; ``one(0)`` warms up."""
    one(0)
    began = time.perf_counter()
    for index in range(1, TIMED + 1):
        one(index)
    return (time.perf_counter() - began) / TIMED


def synchronize(device: str) -> None:
    """Wait for what was asked of a card."""
    if device == "cuda":
        torch.cuda.synchronize()


def row(attempt: Attempt) -> str:
    """A line of the table, whatever happens."""
    try:
        came = attempt.run()
    except subprocess.CalledProcessError as error:
        came = f"**failed**: {error.stderr.strip().splitlines()[-1]}"
    except Exception as error:  # the table is for finding out what fails
        came = f"**failed**: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return f"| {attempt.name} | {came} |"


def main() -> None:
    """Print the table as it grows, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--images", type=int, default=400, help="of each short run")
    parser.add_argument("--out", type=Path, default=None, help="Markdown file to write too")
    chosen = parser.parse_args()
    if chosen.device == "cuda" and not torch.cuda.is_available():
        sys.exit("cuda_table: error: there is no CUDA card here; --device cpu tries the script itself")
    card = torch.cuda.get_device_name() if chosen.device == "cuda" else "CPU"
    lines = [f"| {card}, torch {torch.__version__} | |", "|---|---|"]
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "rooms")
        make_panoramas(data, RoomDatasetSpec(seed=1), count=PICTURES)
        for attempt in attempts(Setup(data, Path(folder, "runs"), chosen.images, chosen.device)):
            lines.append(row(attempt))
            print(lines[-1], flush=True)
    if chosen.out is not None:
        write_atomically(chosen.out, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
