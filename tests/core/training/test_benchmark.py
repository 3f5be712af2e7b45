import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocogan_core.commands import bench as module
from cocogan_core.commands.bench import bench
from cocogan_core.errors import ConfigError, TrainingError
from cocogan_core.training.benchmark import _config, measure
from cocogan_core.training.benchmark_process import TrainingCost

FORKING = """
import json, os
from cocogan_core.training.benchmark import _config, measure
wanted = {"preset": "celeba64", "batch": 32, "steps": 1, "width": 4, "patch": 0, "precision": "float32"}
for mode in ("macro", "full", "micro", "image"):  # imports once; each measurement still has a process of its own
    if not os.fork():
        print(json.dumps(measure({**wanted, "mode": mode})), flush=True)
        os._exit(0)
    os.wait()
"""


def test_macro_patches_take_less_memory_than_full_images():
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    found = subprocess.run([sys.executable, "-c", FORKING], env=environment, capture_output=True, text=True, check=True)
    macro, full, micro, image = map(json.loads, found.stdout.splitlines())
    assert (macro["size"], full["size"]) == ("32×32", "64×64")
    assert 0 < macro["peak_bytes"] < 0.7 * full["peak_bytes"]
    assert macro["images_per_s"] > 0
    assert (micro["size"], image["size"]) == ("16×16", "64×64")
    assert 0 < micro["peak_bytes"] < 0.9 * image["peak_bytes"]  # of megabytes here, beside which the allocator counts
    assert image["peak_bytes"] < full["peak_bytes"]


def test_the_baseline_is_the_same_backbone_with_no_micro_patches():
    wanted = {"preset": "celeba64", "batch": 2, "width": 4, "patch": 0, "precision": "float32"}
    model = _config({**wanted, "mode": "full"}).model
    assert model.generator == "full"
    assert (model.grid.macro_rows, model.grid.macro_columns) == (4, 4)
    assert _config({**wanted, "mode": "macro"}).model.generator == "micro"


def test_the_table_shows_parts_and_wholes_and_their_ratios(monkeypatch, capsys):
    costs = {
        "macro": TrainingCost(size="32×32", peak_bytes=50_000_000, images_per_s=30.0, device="a card"),
        "full": TrainingCost(size="64×64", peak_bytes=200_000_000, images_per_s=10.0, device="a card"),
        "micro": TrainingCost(size="16×16", peak_bytes=20_000_000, images_per_s=40.0, device="a card"),
        "image": TrainingCost(size="64×64", peak_bytes=40_000_000, images_per_s=80.0, device="a card"),
    }
    monkeypatch.setattr(module, "measure_in_process", lambda settings: costs[settings["mode"]])
    bench("train")
    shown = capsys.readouterr().out
    rows = [[word.strip() for word in line.strip("│").split("│")] for line in shown.splitlines() if line[:1] == "│"]
    assert rows == [
        ["training on macro patches", "32×32", "50 MB", "30"],
        ["training on full images", "64×64", "200 MB", "10"],
        ["inference by micro patches", "16×16", "20 MB", "40"],
        ["inference of full images", "64×64", "40 MB", "80"],
    ]
    assert "macro patches: −75.0 % memory, 3.0 times the images/s; on a card" in shown
    assert "micro patches: −50.0 % memory, 0.5 times the images/s; on a card" in shown
    assert "−47.7 %" in shown


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
    assert max(peaks) < 1.1 * mean  # of the mean; 0.948 was seen on a busy machine
    assert min(peaks) > 0.9 * mean
