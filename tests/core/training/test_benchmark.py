import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocogan_core.commands import bench as module
from cocogan_core.commands.bench import bench
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.training.benchmark import measure
from cocogan_core.training.benchmark_process import TrainingCost

FORKING = """
import json, os
from cocogan_core.training.benchmark import measure
wanted = {"preset": "celeba64", "batch": 32, "steps": 1, "width": 4, "patch": 0, "precision": "float32"}
for mode in ("macro", "full"):  # imports once; each measurement still has a process of its own
    if not os.fork():
        print(json.dumps(measure({**wanted, "mode": mode})), flush=True)
        os._exit(0)
    os.wait()
"""


def test_macro_patches_take_less_memory_than_full_images():
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    found = subprocess.run([sys.executable, "-c", FORKING], env=environment, capture_output=True, text=True, check=True)
    macro, full = map(json.loads, found.stdout.splitlines())
    assert (macro["size"], full["size"]) == ("32×32", "64×64")
    assert 0 < macro["peak_bytes"] < 0.7 * full["peak_bytes"]
    assert macro["images_per_s"] > 0


def test_the_table_shows_both_and_their_ratios(monkeypatch, capsys):
    costs = {
        "macro": TrainingCost(size="32×32", peak_bytes=50_000_000, images_per_s=30.0, device="a card"),
        "full": TrainingCost(size="64×64", peak_bytes=200_000_000, images_per_s=10.0, device="a card"),
    }
    monkeypatch.setattr(module, "measure_in_process", lambda settings: costs[settings["mode"]])
    bench("train")
    shown = capsys.readouterr().out
    rows = [[word.strip() for word in line.strip("│").split("│")] for line in shown.splitlines() if "MB" in line]
    assert rows == [["macro patches", "32×32", "50 MB", "30"], ["full images", "64×64", "200 MB", "10"]]
    assert "0.25 of the memory, 3.0 times the images/s; on a card" in shown


def test_a_measurement_that_dies_is_named(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(TrainingError, match="lower --batch"):
        bench("train")


def test_mistakes_are_named():
    with pytest.raises(ConfigError, match="at least 1"):
        bench("train", batch=0)
    with pytest.raises(ConfigError, match="at least 0"):
        bench("train", width=-1)
    with pytest.raises(ConfigError, match="choose one of celeba128"):
        measure({"preset": "nonsense"})


LEVELS = """
import json, os
from cocogan_core.training.benchmark import measure
wanted = {"mode": "macro", "preset": "rooms", "batch": 8, "steps": 1, "width": 16, "patch": 32, "precision": "float32"}
for level in range(6):
    if not os.fork():
        print(json.dumps(measure({**wanted, "levels": 6, "level": level})), flush=True)
        os._exit(0)
    os.wait()
"""


def test_memory_of_a_step_does_not_grow_with_the_panoramas_width():
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    found = subprocess.run([sys.executable, "-c", LEVELS], env=environment, capture_output=True, text=True, check=True)
    costs = [json.loads(line) for line in found.stdout.splitlines()]
    assert {cost["size"] for cost in costs} == {"64×64"}  # of panoramas of 384 to 12,288 columns
    peaks = [cost["peak_bytes"] for cost in costs]
    mean = sum(peaks) / len(peaks)
    assert max(peaks) < 1.05 * mean
    assert min(peaks) > 0.95 * mean
