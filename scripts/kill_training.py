"""Kills a small training run with SIGKILL at random moments until it is done: `python scripts/kill_training.py 100`.

Every run must end with the checkpoint, log and sheets of one that was left alone, to the byte.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cocogan_core.data.dataset import DatasetWriter
from cocogan_core.geometry.projection import Projection

LONGEST_S = 6.0  # a whole run takes about as long, most of it to start
SETTINGS = (
    "train", "rooms", "--images", "24", "--batch", "4", "--save-every", "4", "--log-every", "4", "--threads", "1",
    "--no-tensorboard", "--model.grid.patch-px", "8", "--model.generator-width", "16",
    "--model.discriminator-width", "4", "--model.z-dim", "12", "--warmup-images", "4",
)  # fmt: skip


def make_data(folder: Path) -> None:
    """Six pictures with two named numbers."""
    rng = np.random.default_rng(0)
    with DatasetWriter(
        folder, height_px=32, width_px=96, projection=Projection(), source="kills", latent_names=("a.b", "a.c")
    ) as writer:
        for _ in range(6):
            writer.append(rng.integers(0, 255, (32, 96, 3), np.uint8), rng.uniform(-1, 1, 2).astype(np.float32))


def train(data: Path, run: Path, patience_s: float | None) -> bool:
    """Whether it ended by itself within ``patience_s``; it is killed after that."""
    command = [sys.executable, "-m", "viewer", *SETTINGS, "--data", str(data), "--run", str(run)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            _, said = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False
        if process.returncode:
            raise SystemExit(f"exit code {process.returncode}: {said}")
        return True


def left(run: Path) -> dict[str, bytes]:
    """What a run leaves behind for people, by name."""
    return {path.name: path.read_bytes() for path in run.iterdir() if path.suffix in (".png", ".jsonl")} | {
        name: (run / name).read_bytes() for name in ("checkpoint.safetensors", "state.safetensors")
    }


def main() -> None:
    """Until so many kills have been survived."""
    wanted, rng = int(sys.argv[1]) if len(sys.argv) > 1 else 100, random.Random(time.time_ns())
    kills = runs = 0
    with tempfile.TemporaryDirectory() as folder:
        data, whole = Path(folder) / "data", Path(folder) / "whole"
        make_data(data)
        train(data, whole, None)
        expected = left(whole)
        while kills < wanted:
            run = Path(folder) / f"run{runs}"
            while kills < wanted and not train(data, run, rng.uniform(0.5, LONGEST_S)):
                kills += 1
            train(data, run, None)
            runs += 1
            if left(run) != expected:
                raise SystemExit(f"run {runs}, after {kills} kills in all, is not what an undisturbed one is")
    print(f"{kills} kills in {runs} runs: every checkpoint, state, log and sheet as in a run that was left alone")


if __name__ == "__main__":
    main()
