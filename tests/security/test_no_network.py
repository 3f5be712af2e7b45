"""No command asks another machine for anything; none reads a pickle or evaluates text."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("cocogan_core", "viewer") for path in (ROOT / package).rglob("*.py"))
OTHERS = [path for top in ("benchmarks", "scripts", "tests") for path in sorted((ROOT / top).rglob("*.py"))]
EVIL = {"eval", "exec", "compile", "__import__"}
# Of the environment: where it looks like a machine that runs tests, ONNX Runtime reports nothing of itself.
KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "SYSTEMROOT")
LOADERS = {"pickle.loads", "pickle.load", "np.load", "numpy.load", "torch.load", "yaml.load"}


@pytest.fixture
def run(tmp_path):
    """A command in a process where the network ends it, and its children too."""
    (tmp_path / "site").mkdir()
    source = Path(__file__).with_name("no_network.py").read_text()
    (tmp_path / "site" / "sitecustomize.py").write_text(source)
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env |= {"PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{ROOT}", "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*arguments):
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("call", ["getaddrinfo('example.org', 80)", "create_connection(('127.0.0.1', 9))"])
def test_the_guard_ends_what_uses_the_network(run, call):
    assert run("-c", f"import socket; socket.{call}").returncode == 99


def test_no_command_opens_a_socket(run, tiny_checkpoint, tmp_path):
    (tmp_path / "in").mkdir()
    for index in range(3):
        pixels = np.random.default_rng(index).integers(0, 255, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "in" / f"{index}.png")
    train = ("train", "celeba64", "--data", "data", "--run", "run", "--images", "4", "--batch", "2", "--threads", "1")
    small = ("--model.grid.patch-px", "4", "--model.generator-width", "1", "--model.discriminator-width", "1")
    for command in (
        ("info", tiny_checkpoint),
        ("sample", tiny_checkpoint, "-o", "sample.png"),
        ("interpolate", "1", "2", "--checkpoint", tiny_checkpoint, "-o", "between.png"),
        ("export", tiny_checkpoint, "-o", "model.onnx"),
        ("prepare", "images", "in", "data", "--side", "16", "--workers", "2"),
        (*train, *small),
        ("plot", "run", "-o", "curve.png", "--terms", "G"),
        ("web", tiny_checkpoint, "-o", "room.html"),
    ):
        done = run("-m", "viewer", *command)
        assert "NETWORK" not in done.stderr, command
        assert done.returncode == 0, (command, done.stderr)
    # What a library written in C++ would send later it keeps first: the guard does not see its connections.
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"cocogan-panorama"}


@pytest.mark.parametrize("path", SOURCES + OTHERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_onnx_runtime_is_imported_where_it_is_told_to_send_nothing_and_nowhere_else(path):
    if path.name != "onnx_runtime.py":
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        named = {name.name for node in imports if isinstance(node, ast.Import) for name in node.names}
        named |= {node.module for node in imports if isinstance(node, ast.ImportFrom)}
        assert not {name for name in named if str(name).split(".")[0] == "onnxruntime"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_evaluates_text_or_reads_pickles(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in EVIL, node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            plain = "weights_only=True" in ast.unparse(node)  # torch's reader of plain tensors
            assert plain or ast.unparse(node.func) not in LOADERS, node.lineno
