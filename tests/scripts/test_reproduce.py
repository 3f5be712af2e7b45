"""The paper's experiments as scripts: they parse, ask for presets and options that exist, and split data truly."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cocogan_core.data.dataset import DatasetWriter, ImageDataset
from cocogan_core.training.config import PRESETS

FOLDER = Path(__file__).parents[2] / "scripts" / "reproduce"
SCRIPTS = sorted(path for path in FOLDER.glob("*.sh") if path.name != "common.sh")


@pytest.mark.parametrize("path", [*SCRIPTS, FOLDER / "common.sh"], ids=lambda path: path.name)
def test_a_script_is_shell_and_names_presets_that_exist(path):
    subprocess.run(["bash", "-n", str(path)], check=True)
    asked = re.findall(r"^\s*reproduce ([a-z0-9-]+) ", path.read_text(), re.MULTILINE)
    assert set(asked) <= set(PRESETS)
    assert path.name in ("common.sh", "paper_networks.sh", "table1.sh") or asked


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.name != "paper_networks.sh"], ids=lambda path: path.name)
def test_without_data_a_script_says_what_it_needs(path):
    found = subprocess.run(["bash", str(path)], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "--tiny" in found.stderr


def test_digits_are_written_once(tmp_path):
    for _ in range(2):
        command = [sys.executable, str(FOLDER / "digits.py"), str(tmp_path / "digits"), "--side", "16"]
        subprocess.run(command, check=True, capture_output=True, cwd=FOLDER.parents[1])
    digits = ImageDataset.open(tmp_path / "digits")
    assert (digits.count, digits.height_px, digits.width_px) == (1797, 16, 16)
    assert digits.image(0).std() > 50


def test_held_out_pictures_are_in_neither_more_nor_less_than_one_part(tmp_path):
    with DatasetWriter(tmp_path / "data", height_px=4, width_px=4, projection=None, source="t") as writer:
        for grey in range(20):
            writer.append(np.full((4, 4, 3), grey, np.uint8))
    command = [
        sys.executable,
        str(FOLDER / "hold_out.py"),
        *map(str, [tmp_path / "data", tmp_path / "a", tmp_path / "b"]),
    ]
    subprocess.run([*command, "--count", "6"], check=True, capture_output=True, cwd=FOLDER.parents[1])
    parts = [ImageDataset.open(tmp_path / name) for name in "ab"]
    greys = [[int(part.image(index)[0, 0, 0]) for index in range(part.count)] for part in parts]
    assert (len(greys[0]), len(greys[1])) == (14, 6)
    assert sorted(greys[0] + greys[1]) == list(range(20))
    again = subprocess.run(
        [*command, "--count", "6"], capture_output=True, text=True, check=False, cwd=FOLDER.parents[1]
    )
    assert "holds 14 pictures already" in again.stderr
