"""The model for other programs: run by plain ONNX Runtime, as its metadata say."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image
from test_graph import COMPACT, LEVELS, PAPER, checkpoint_of

from cocogan_core.checkpoint import save_checkpoint
from cocogan_core.commands.main import main
from cocogan_core.errors import ConfigError
from cocogan_core.files import resource
from cocogan_core.inference.export_graph import export_graph
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.onnx_runtime import onnxruntime
from cocogan_core.inference.patch_generator import PatchGenerator

ROOT = Path(__file__).parents[3]
CONFIGS = {
    "compact": COMPACT,
    "compact with levels and walls": LEVELS,
    "paper with MLPs": replace(PAPER, conditioning="mlp"),
    "optimal G": replace(PAPER, generator="full", grid=replace(PAPER.grid, columns=12)),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_any_patches_at_once(name, tmp_path):
    checkpoint = checkpoint_of(CONFIGS[name])
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, checkpoint.metadata, generator=checkpoint.generator)
    exported = export_graph(checkpoint)
    onnx.checker.check_model(onnx.load_from_string(exported), full_check=True)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    z, ids = np.linspace(-1, 1, 9).astype(np.float32), [(3, 5), (0, 0), (1, 2), (1, 3), (0, 0)]
    made = session.run(["patches"], {"z": z, "ids": np.array(ids)})[0]
    expected = PatchGenerator.load(path, "cpu").patches(z, ids)
    assert made.dtype == np.uint8
    assert made.std() > 2
    assert np.abs(made.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("level", range(1, LEVELS.grid.levels))
def test_finer_levels(level, tmp_path):
    checkpoint = checkpoint_of(LEVELS)
    path, grid = tmp_path / "model.safetensors", LEVELS.grid.at_level(level)
    save_checkpoint(path, checkpoint.metadata, generator=checkpoint.generator)
    main(["export", str(path), "-o", str(tmp_path / "fine.onnx"), "--level", str(level)])
    onnx.checker.check_model(onnx.load(tmp_path / "fine.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(tmp_path / "fine.onnx", providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map["level"] == str(level)
    ids = [(grid.rows - 1, grid.columns - 1), (0, 0), (1, 2), (2, 1), (0, 0)]
    z = np.linspace(-1, 1, LEVELS.z_dim).astype(np.float32)
    made = session.run(["patches"], {"z": z, "ids": np.array(ids)})[0]
    assert np.abs(made.astype(int) - PatchGenerator.load(path, "cpu").patches(z, ids, level=level)).max() <= 1


@pytest.mark.parametrize("level", [-1, 4])
def test_a_level_that_there_is_not_is_refused(level, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", "-o", str(tmp_path / "pano.onnx"), "--level", str(level)])
    assert stopped.value.code == 2
    assert "level" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_network_for_each_patch_is_refused():
    with pytest.raises(ConfigError, match="network of its own"):
        export_graph(checkpoint_of(replace(PAPER, generator="multiple")))


def test_the_command_and_the_guides_example(tmp_path):
    main(["export", "plain", "-o", str(tmp_path / "pano.onnx")])
    stated = onnx.load(tmp_path / "pano.onnx").metadata_props
    model = json.loads(next(entry.value for entry in stated if entry.key == "cocogan"))
    assert model["projection"]["kind"] == "equirectangular"
    page = (ROOT / "docs" / "guide" / "apply.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(import json.*?)```", page, re.DOTALL)
    assert len([line for line in example.splitlines() if line]) <= 10
    subprocess.run([sys.executable, "-c", example], cwd=tmp_path, check=True)
    with Image.open(tmp_path / "corner.png") as picture:
        shown = np.asarray(picture)
    panorama = PatchGenerator.load(resource("assets/rooms.safetensors"), "cpu").panorama(sample_z(7, 128))
    assert np.abs(shown.astype(int) - panorama[128:256, :192]).max() <= 1


def test_another_ending_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", "-o", str(tmp_path / "pano.png")])
    assert stopped.value.code == 2
    assert ".onnx" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
