"""The generator's process may begin before it is known what it is to make."""

import multiprocessing as mp
import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from cocogan_core.checkpoint import read_metadata
from viewer.__main__ import main
from viewer.streaming import generator_process
from viewer.streaming.generator_process import begun_early
from viewer.streaming.scheduler import Plan
from viewer.streaming.worker import Finished, Worker


def first_patch(worker):
    worker.send(Plan(0, ((0, 0, 0),)), np.zeros(12, np.float32))
    end = time.monotonic() + 60
    while not any(isinstance(event, Finished) for event in worker.poll()):
        assert time.monotonic() < end
        time.sleep(0.01)


def generators():
    """Other tests may have left children of another kind."""
    return [child for child in mp.active_children() if child.name == "generator"]


def opened(checkpoint):
    return closing(Worker(checkpoint, "cpu", read_metadata(checkpoint).model.grid))


def test_the_first_worker_has_the_process_that_has_begun(tiny_checkpoint):
    with begun_early():
        (early,) = generators()
        with opened(tiny_checkpoint) as worker, opened(tiny_checkpoint) as other:
            assert worker.pid == early.pid != other.pid
            first_patch(worker)
    assert not generators()


def test_one_that_has_died_meanwhile_is_replaced(tiny_checkpoint):
    with begun_early():
        (early,) = generators()
        os.kill(early.pid, signal.SIGKILL)
        early.join()
        with opened(tiny_checkpoint) as worker:
            first_patch(worker)
            assert worker.pid != early.pid


@pytest.fixture
def begun(monkeypatch):
    """Processes that have begun."""
    found = []

    class Watched(generator_process.GeneratorProcess):
        def __init__(self):
            super().__init__()
            found.append(self.process)

    monkeypatch.setattr(generator_process, "GeneratorProcess", Watched)
    return found


@pytest.mark.parametrize("words", [["--help"], ["--seed", "x"], ["--nothing"]], ids=" ".join)
def test_help_and_unreadable_lines_begin_none(begun, words):
    with pytest.raises(SystemExit):
        main(["view", *words])
    assert not begun


def test_a_start_that_fails_leaves_none(begun, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["view", "gone.safetensors"])
    assert exit_.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    (process,) = begun
    assert process.exitcode is not None
    assert not generators()


def test_a_start_that_is_ended_before_there_is_a_window_leaves_none(begun, tiny_checkpoint, monkeypatch, tmp_path):
    def ended(*_):
        raise SystemExit(143)  # by SIGTERM

    monkeypatch.setattr("viewer.app.App", ended)
    workers = []
    monkeypatch.setattr(Worker, "_free", lambda self, free=Worker._free: workers.append(self) or free(self))
    with pytest.raises(SystemExit):
        main(["view", str(tiny_checkpoint), "--headless", "--screenshot", str(tmp_path / "a.png")])
    assert len(workers) == 1, "its memory has been given back"
    assert begun[0].exitcode is not None


def test_what_begins_it_imports_nothing_that_takes_long():
    code = "import sys, viewer.__main__, viewer.streaming.generator_process; print({'numpy', 'tyro'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
