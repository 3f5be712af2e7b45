"""``train.py``: its help, and how mistakes end."""

import os
import subprocess
import sys
from pathlib import Path

TRAIN = Path(__file__).parents[3] / "train.py"


def run(*arguments):
    environment = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, str(TRAIN), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_papers_ablations_say_what_they_are_for():
    shown = run("paper", "--help").stdout
    for option in ("--continuous-sampling", "--optimal-d", "--optimal-g", "--multiple-g"):
        assert f"{option}, --no-" in shown
    assert shown.count("paper's ablation (§4.4)") == 4
    assert "{full,vertical}" in shown
    assert "(paper: 100)" in shown


def test_a_mistake_is_one_line_and_exit_code_2(tmp_path):
    found = run("paper", "--data", str(tmp_path / "nothing"), "--run", str(tmp_path / "run"))
    assert found.returncode == 2
    assert found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1
    assert found.stderr.startswith("train: error: ")
    assert "nothing" in found.stderr
