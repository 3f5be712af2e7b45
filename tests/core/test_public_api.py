"""``import cocogan_core``: what it offers, and what it costs."""

import ast
import inspect
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import cocogan_core

PUBLIC = [
    "Checkpoint",
    "CocoganError",
    "ImageDataset",
    "ModelConfig",
    "PatchGenerator",
    "PatchGrid",
    "Projection",
    "TrainConfig",
    "evaluate",
    "load_checkpoint",
    "prepare_dataset",
    "read_metadata",
    "sample_z",
    "save_checkpoint",
    "train",
]


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_these_names_are_public_and_no_others():
    assert cocogan_core.__all__ == PUBLIC == sorted(PUBLIC)
    assert set(PUBLIC) <= set(dir(cocogan_core))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_is_there_and_documented(name):
    value = getattr(cocogan_core, name)
    assert value.__name__ == name
    assert len(inspect.getdoc(value).split()) >= 5


def test_type_checkers_are_told_the_same_modules_as_the_interpreter():
    tree = ast.parse(Path(cocogan_core.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in block.body for alias in node.names}
    assert told == {name: f"cocogan_core.{module}" for name, module in cocogan_core._MODULES.items()}


def test_a_star_import_gives_them_all_and_a_wrong_name_is_an_attribute_error():
    code = "from cocogan_core import *; import cocogan_core; print(set(cocogan_core.__all__) - set(globals()))"
    assert run(code) == "set()"
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = cocogan_core.nonsense
    from cocogan_core import checkpoint

    assert inspect.ismodule(checkpoint)


def test_the_import_loads_nothing_heavy():
    code = "import sys, cocogan_core; print({'torch', 'numpy', 'moderngl', 'pyglet', 'PIL'} & set(sys.modules))"
    assert run(code) == "set()"


@pytest.mark.parametrize(
    "name", ["CocoganError", "ModelConfig", "PatchGrid", "TrainConfig", "load_checkpoint", "sample_z", "ImageDataset"]
)
def test_names_that_need_no_network_do_not_load_torch_or_opengl(name):
    assert (
        run(f"import sys; from cocogan_core import {name}; print({{'torch', 'moderngl'}} & set(sys.modules))")
        == "set()"
    )


def test_the_import_takes_less_time_than_numpys():
    """A ratio, since machines differ; medians, since a busy one stutters."""
    code = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"

    def seconds(module):
        return statistics.median(float(run(code.format(module))) for _ in range(5))

    assert seconds("cocogan_core") / seconds("numpy") <= 1.0
