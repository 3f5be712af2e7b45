"""Every kind of bad checkpoint at the command line: one clear line, exit code 2."""

import json
import pickle
import struct

import numpy as np
import pytest
import safetensors.numpy
from command import one_line_error, run


def stated(path):
    with safetensors.safe_open(path, "numpy") as file:
        return file.metadata()


def rewrite(path, good, **tensors):
    path.write_bytes(safetensors.numpy.save({**safetensors.numpy.load_file(good), **tensors}, stated(good)))


def other_format(path, good):
    metadata = json.loads(stated(good)["cocogan"]) | {"format": 99}
    path.write_bytes(safetensors.numpy.save(safetensors.numpy.load_file(good), {"cocogan": json.dumps(metadata)}))


def huge(path, good):
    tensor = {"dtype": "F32", "shape": [160_000, 160_000], "data_offsets": [0, 4 * 160_000**2]}
    text = json.dumps({"__metadata__": stated(good), "generator.x": tensor}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)


ZEROS = np.zeros(3, np.float32)
BAD = {
    "missing": (lambda _path, _good: None, "does not exist"),
    "empty": (lambda path, _good: path.write_bytes(b""), "is empty"),
    "truncated": (lambda path, good: path.write_bytes(good.read_bytes()[:-1000]), "truncated or broken"),
    "HTML": (lambda path, _good: path.write_text("<html></html>"), "HTML"),
    "pickle": (lambda path, _good: path.write_bytes(pickle.dumps({"a": list(range(99))})), "pickle"),
    "wrong shapes": (
        lambda path, good: rewrite(path, good, **{"generator.lattice.bias": np.zeros(3, np.float32)}),
        "shape [3]",
    ),
    "NaN": (lambda path, good: rewrite(path, good, **{"generator.rgb.0.bias": np.full(3, np.nan, np.float32)}), "NaN"),
    "a 100 GB shape": (huge, "do not hold"),
    "wrong format": (other_format, "format 99"),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_line_and_exit_code_2(kind, tmp_path, tiny_checkpoint):
    make, words = BAD[kind]
    path = tmp_path / "bad.safetensors"
    make(path, tiny_checkpoint)
    done = run("--headless", "--screenshot", tmp_path / "a.png", "--size", "64x64", "--checkpoint", path)
    one_line_error(done, words)
    assert str(path) in done.stderr
    assert not (tmp_path / "a.png").exists()
