"""A run that is stopped anywhere leaves what an uninterrupted one leaves; no two train in one folder."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cocogan_core.checkpoint import read_metadata
from cocogan_core.errors import OutputError, TrainingError
from cocogan_core.training import resume
from cocogan_core.training import trainer as module
from cocogan_core.training.logger import MetricLogger
from cocogan_core.training.snapshots import SampleGrid
from cocogan_core.training.state import lock_run
from cocogan_core.training.trainer import Trainer, train


class Killed(BaseException):
    """As sudden as SIGKILL: nothing catches it."""


def cut(monkeypatch, owner, name, call):
    """Have the ``call``-th call of a function end the process before it does anything."""
    calls, whole = [], getattr(owner, name)

    def or_end(*args, **named):
        calls.append(name)
        if len(calls) == call:
            raise Killed
        return whole(*args, **named)

    monkeypatch.setattr(owner, name, or_end)


def left(folder):
    """Everything that a run has left for people."""
    return {path.name: path.read_bytes() for path in [*folder.glob("sheet_*.png"), folder / "log.jsonl"]}


WRITES = [(module, "save_checkpoint"), (SampleGrid, "draw"), (MetricLogger, "write"), (resume, "save_state")]


@pytest.mark.parametrize("call", [2, 3])  # in the middle, and at the very end
@pytest.mark.parametrize("write", WRITES, ids=lambda write: write[1])
def test_a_run_cut_at_any_write_ends_as_one_that_was_not(config, tmp_path, monkeypatch, write, call):
    config = replace(config, images=24, save_every=8, log_every=1000, tensorboard=False)
    train(config)
    again = replace(config, run=tmp_path / "cut")
    with monkeypatch.context() as patch:
        cut(patch, *write, call)
        with pytest.raises(Killed):
            train(again)
    assert train(again).images_seen == 24
    assert left(again.run) == left(config.run)
    assert read_metadata(again.run / "checkpoint.safetensors").provenance.images_seen == 24
    assert (again.run / "checkpoint.safetensors").read_bytes() == (config.run / "checkpoint.safetensors").read_bytes()


def test_a_second_trainer_is_refused_and_a_dead_ones_folder_is_free(config):
    hold = "import sys; from pathlib import Path; from cocogan_core.training.state import lock_run\n"
    hold += "with lock_run(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    command, root = [sys.executable, "-c", hold, str(config.run)], Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(TrainingError, match="another process"):
            train(config)
        assert not (config.run / "state.safetensors").exists()
        other.kill()
    assert train(config).images_seen == config.images


def test_a_folder_below_a_file_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"), lock_run(tmp_path / "file" / "run"):
        pass


def test_a_trainer_alone_needs_no_lock(config):
    assert Trainer(config).run().images_seen == config.images
