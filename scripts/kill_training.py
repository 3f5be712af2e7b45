"""Kills a small training run with SIGKILL at random moments until it is done: `python scripts/kill_training.py 100 2`.

The first number counts the kills, the second the processes of the run (gloo), of which one, or all at once, are killed;
what is left of them then ends as torchrun would have it. Every run must end with the checkpoint, state, log and sheets
of one that was left alone, to the byte. Processes are forked after torch is imported, which takes longer than a run.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch._dynamo  # noqa: F401 (imported by the first optimizer step)

from cocogan_core.data.dataset import DatasetWriter
from cocogan_core.geometry.projection import Projection
from cocogan_core.training import trainer  # noqa: F401
from viewer.__main__ import main as cocogan

TORCHRUN_S = 30.0  # what torchrun gives a process that it ends because another one has died
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


class Run:
    """The processes of one call of ``cocogan train``; what they say lands in ``said``."""

    def __init__(self, data: Path, run: Path, processes: int) -> None:
        """Start them."""
        self.said = run.with_suffix(".txt")
        arguments = [*SETTINGS, "--data", str(data), "--run", str(run)]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.codes: dict[int, int | None] = {}  # by process id
        for rank in range(processes):
            names = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
            values = (rank, rank, processes, "127.0.0.1", port)
            self.codes[self._fork(arguments, dict(zip(names, map(str, values), strict=True)))] = None

    def _fork(self, arguments: list[str], environment: dict[str, str]) -> int:
        pid = os.fork()
        if not pid:
            os.environ.update(environment)
            said = os.open(self.said, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            os.dup2(said, 1)
            os.dup2(said, 2)
            cocogan(arguments)
            sys.exit(0)  # as an interpreter of its own would: through Python's end
        return pid

    def wait(self, seconds: float) -> bool:
        """Whether all have ended, well or not, by then; at once if one has failed."""
        until_s = time.monotonic() + seconds
        while True:
            for pid in [pid for pid, code in self.codes.items() if code is None]:
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    self.codes[pid] = os.waitstatus_to_exitcode(status)
            if None not in self.codes.values() or any(self.codes.values()):
                return None not in self.codes.values()
            if time.monotonic() >= until_s:
                return False
            time.sleep(0.005)

    def kill(self, rng: random.Random) -> None:
        """SIGKILL for one, or all; the others end as under torchrun."""
        pids = list(self.codes)
        self._signal(pids if rng.random() < 0.5 else [rng.choice(pids)], signal.SIGKILL)
        self._signal(pids, signal.SIGTERM)
        until_s = time.monotonic() + TORCHRUN_S
        while None in self.codes.values() and time.monotonic() < until_s:
            self.wait(0.0)
            time.sleep(0.005)
        self._signal(pids, signal.SIGKILL)
        while None in self.codes.values():
            self.wait(0.0)
            time.sleep(0.005)

    def _signal(self, pids: list[int], number: int) -> None:
        for pid in pids:
            if self.codes[pid] is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def require_sound(self) -> None:
        """They ended by themselves: with exit code 0."""
        if any(self.codes.values()):
            raise SystemExit(f"exit codes {list(self.codes.values())}: {self.said.read_text()}")


def train(data: Path, run: Path, processes: int) -> float:
    """A run, or the rest of one, that nobody disturbs; the seconds that it took."""
    began = time.monotonic()
    started = Run(data, run, processes)
    started.wait(600.0)
    started.require_sound()
    return time.monotonic() - began


def left(run: Path) -> dict[str, bytes]:
    """What a run leaves behind for people, by name."""
    return {path.name: path.read_bytes() for path in run.iterdir() if path.suffix in (".png", ".jsonl")} | {
        name: (run / name).read_bytes() for name in ("checkpoint.safetensors", "state.safetensors")
    }


def main() -> None:
    """Until so many kills have been survived."""
    wanted, processes, *_ = *(int(word) for word in sys.argv[1:]), *(100, 1)[len(sys.argv) - 1 :]
    rng, kills, runs = random.Random(time.time_ns()), 0, 0
    folder = tempfile.mkdtemp()  # forked processes leave through here too, and would take a context's folder away
    data, run = Path(folder) / "data", Path(folder) / "run"
    make_data(data)
    longest_s = train(data, Path(folder) / "whole", processes)
    expected = left(Path(folder) / "whole")
    while kills < wanted:
        started = Run(data, run, processes)
        if not started.wait(rng.uniform(0.0, longest_s)):
            failed = any(started.codes.values())
            started.kill(rng)
            if failed:
                raise SystemExit(f"it failed by itself: {started.said.read_text()}")
            kills += 1
            continue
        started.require_sound()
        runs += 1
        if left(run) != expected:
            raise SystemExit(f"run {runs}, after {kills} kills in all, is not what an undisturbed one is")
        print(f"{kills} kills, {runs} runs", flush=True)
        shutil.rmtree(run)
    train(data, run, processes)
    if left(run) != expected:
        raise SystemExit(f"the last run, after {kills} kills in all, is not what an undisturbed one is")
    shutil.rmtree(folder)
    print(
        f"{kills} kills in {runs + 1} runs of {processes} process(es): every checkpoint, state, log and sheet as in a "
        "run that was left alone"
    )


if __name__ == "__main__":
    main()
