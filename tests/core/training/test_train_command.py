"""``cocogan train`` and its alias train.py: help, a whole run, and how mistakes end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocogan_core.checkpoint import read_metadata

ROOT = Path(__file__).parents[3]
ALIAS = [str(ROOT / "train.py")]
COMMAND = ["-m", "cocogan_core.commands.main", "train"]
TINY = (
    *("--model.grid.patch-px", "4", "--model.generator-width", "1", "--model.discriminator-width", "1"),
    *("--model.z-dim", "4", "--threads", "1", "--no-tensorboard", "--no-roll"),
)


def run(command, *arguments, **environment):
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, *command, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("command", [ALIAS, COMMAND])
def test_the_papers_ablations_say_what_they_are_for(command):
    shown = run(command, "paper", "--help").stdout
    for option in ("--continuous-sampling", "--optimal-d", "--optimal-g", "--multiple-g"):
        assert f"{option}, --no-" in shown
    assert shown.count("paper's ablation (§3.7)") == 4
    assert "{full,vertical}" in shown
    assert "(paper: 100)" in shown


@pytest.mark.parametrize("command", [ALIAS, COMMAND])
def test_a_run_from_the_command_line(command, data, tmp_path):
    folder = tmp_path / "run"
    found = run(command, "paper", "--data", str(data), "--run", str(folder), "--images", "8", "--batch", "4", *TINY)
    assert found.returncode == 0, found.stderr
    assert "8/8 images" in found.stdout
    assert read_metadata(folder / "checkpoint.safetensors").provenance.images_seen == 8
    assert json.loads((folder / "log.jsonl").read_text().splitlines()[-1])["seen"] == 8


def test_a_mistake_is_one_line_and_exit_code_2(tmp_path):
    arguments = ("paper", "--data", str(tmp_path / "nothing"), "--run", str(tmp_path / "run"))
    found = run(COMMAND, *arguments)
    assert found.returncode == 2
    assert found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1
    assert found.stderr.startswith("cocogan: error: ")
    assert "nothing" in found.stderr
    assert not (tmp_path / "run").exists()


def test_of_several_processes_one_on_each_machine_says_what_is_wrong(tmp_path):
    found = run(COMMAND, "paper", "--data", str(tmp_path / "nothing"), LOCAL_RANK="1")
    assert (found.returncode, found.stdout, found.stderr) == (2, "", "")
