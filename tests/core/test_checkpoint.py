import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import safetensors.numpy

from cocogan_core import checkpoint
from cocogan_core.errors import CheckpointError
from cocogan_core.models.build import load_generator


def with_header(path, header, body=b""):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def zip_file(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"x" * 100)


BROKEN = {
    "empty": (lambda p: p.write_bytes(b""), "empty"),
    "short": (lambda p: p.write_bytes(b"\x01\x02\x03"), "short"),
    "html": (lambda p: p.write_text("<!DOCTYPE html><html>Not found</html>"), "HTML"),
    "pickle": (lambda p: p.write_bytes(pickle.dumps({"a": list(range(99))})), "pickle"),
    "zip": (zip_file, "zip"),
    "lfs": (lambda p: p.write_text("version https://git-lfs.github.com/spec/v1\noid"), "LFS"),
    "noise": (lambda p: p.write_bytes(bytes(range(256))), "header"),
    "not json": (lambda p: p.write_bytes(struct.pack("<Q", 8) + b"{not json"), "JSON"),
    "nested": (lambda p: p.write_bytes(struct.pack("<Q", 400_001) + b"[" * 400_001), "JSON"),
    "a list": (lambda p: p.write_bytes(struct.pack("<Q", 4) + b"[1] "), "object"),
    "foreign": (lambda p: p.write_bytes(safetensors.numpy.save({"a": np.zeros(3)})), "not a COCO-GAN"),
    "folder": (lambda p: p.mkdir(), "folder"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_other_files_are_recognised(tmp_path, kind):
    make, word = BROKEN[kind]
    make(tmp_path / "x.safetensors")
    with pytest.raises(CheckpointError, match=word) as caught:
        checkpoint.read_metadata(tmp_path / "x.safetensors")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="nowhere"):
        checkpoint.read_metadata(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize("missing", [1, 100, 10_000, 1_000_000])
def test_truncation_is_seen_before_anything_is_read(tiny_checkpoint, tmp_path, missing):
    (tmp_path / "part").write_bytes(tiny_checkpoint.read_bytes()[:-missing])
    with pytest.raises(CheckpointError, match="truncated or broken"):
        checkpoint.read_metadata(tmp_path / "part")


def test_bytes_beyond_the_last_tensor_are_refused(tiny_checkpoint, tmp_path):
    (tmp_path / "more").write_bytes(tiny_checkpoint.read_bytes() + b"\0" * 7)
    with pytest.raises(CheckpointError, match="7 bytes follow"):
        checkpoint.read_metadata(tmp_path / "more")


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"dtype": "F32", "shape": [1], "data_offsets": ["a", "b"]}, "entry"),
        ({"dtype": "F32", "shape": [-1, -1], "data_offsets": [0, 4]}, "entry"),
        ({"dtype": [], "shape": [1], "data_offsets": [0, 4]}, "type"),
        ({"dtype": "F32", "shape": [2**62] * 9, "data_offsets": [0, 4]}, "entry"),
        ({"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}, "F64"),
        ({"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}, "gaps"),
    ],
)
def test_odd_entries_are_refused(tiny_checkpoint, tmp_path, entry, word):
    with_header(tmp_path / "x", {"__metadata__": {"cocogan": stated(tiny_checkpoint)}, "generator.x": entry}, bytes(8))
    with pytest.raises(CheckpointError, match=word):
        checkpoint.read_metadata(tmp_path / "x")


def test_a_claim_of_100_gb_costs_nothing(tiny_checkpoint, tmp_path):
    metadata = {"cocogan": stated(tiny_checkpoint)}
    huge = {"dtype": "F32", "shape": [160_000, 160_000], "data_offsets": [0, 4 * 160_000**2]}
    with_header(tmp_path / "huge", {"__metadata__": metadata, "generator.x": huge})
    with pytest.raises(CheckpointError, match="do not hold"):
        checkpoint.read_metadata(tmp_path / "huge")


def stated(path):
    with safetensors.safe_open(path, "numpy") as file:
        return file.metadata()["cocogan"]


def rewritten(path, tensors, **changes):
    data = json.loads(stated(path[0])) | changes
    path[1].write_bytes(safetensors.numpy.save(tensors, {"cocogan": json.dumps(data)}))
    return path[1]


@pytest.fixture
def change(tiny_checkpoint, tmp_path):
    tensors = safetensors.numpy.load_file(tiny_checkpoint)
    return tensors, lambda changed, **metadata: rewritten(
        (tiny_checkpoint, tmp_path / "x.safetensors"), changed, **metadata
    )


def test_nan_is_named(change):
    tensors, write = change
    tensors["generator.lattice.bias"][0] = np.nan
    with pytest.raises(CheckpointError, match=r"generator\.lattice\.bias holds NaN"):
        checkpoint.load_checkpoint(write(tensors))


def test_wrong_missing_and_unknown_tensors_are_named(change):
    tensors, write = change
    for wrong, word in (
        ({**tensors, "generator.lattice.bias": np.zeros(3, np.float32)}, r"shape \[3\]"),
        ({k: v for k, v in tensors.items() if k != "generator.lattice.bias"}, "missing"),
        ({**tensors, "generator.extra": np.zeros(3, np.float32)}, "not part"),
    ):
        with pytest.raises(CheckpointError, match=word):
            load_generator(checkpoint.load_checkpoint(write(wrong)))


@pytest.mark.parametrize(
    ("metadata", "word"),
    [
        ({"format": 2}, "format 2"),
        ({"model": {"z_dim": "x"}}, "z_dim"),
        ({"projection": {"kind": 1}}, "kind"),
        ({"format": True}, "format True"),
        ({"provenance": {"images_seen": "many"}}, "images_seen"),
        ({"provenance": {"metrics": {"psnr_db": float("nan")}}}, "finite"),
        ({"provenance": {"metrics": {"psnr_db": 10**400}}}, "finite"),
        ({"provenance": {"metrics": [1]}}, "finite"),
    ],
)
def test_metadata_of_another_kind_is_refused(change, metadata, word):
    tensors, write = change
    with pytest.raises(CheckpointError, match=word):
        checkpoint.read_metadata(write(tensors, **metadata))


def test_a_round_trip_keeps_everything(tiny_checkpoint, tiny_config, tmp_path):
    first = checkpoint.load_checkpoint(tiny_checkpoint)
    assert first.metadata.model == tiny_config
    halves = {name: tensor.astype(np.float16) for name, tensor in first.generator.items()}
    checkpoint.save_checkpoint(tmp_path / "again", first.metadata, generator=halves, discriminator=first.discriminator)
    again = checkpoint.load_checkpoint(tmp_path / "again")
    assert again.metadata == first.metadata
    assert all(np.allclose(again.generator[k], first.generator[k], atol=1e-2) for k in first.generator)


def test_what_the_window_imports_leaves_torch_alone():
    code = "import sys, cocogan_core.commands.info, cocogan_core.geometry.projection, viewer.app, viewer.__main__"
    code += "; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ABSURD = {
    "an empty name": ({"latent_names": ["", "b"]}, "latent names"),
    "a lone surrogate": ({"latent_names": ["\ud800"]}, "latent names"),
    "a line break": ({"latent_names": ["a\nb"]}, "latent names"),
    "a long name": ({"latent_names": ["x" * 101]}, "latent names"),
    "a name twice": ({"latent_names": ["a.b", "a.b"]}, "distinct"),
    "256×256 patches": ({"grid": {"rows": 256, "columns": 256, "patch_px": 4}}, "at most 4096"),
    "1×65536 patches": ({"grid": {"rows": 1, "columns": 65536, "macro_rows": 1, "patch_px": 4}}, "at most 4096"),
    "a strip": ({"grid": {"rows": 1, "columns": 4096, "macro_rows": 1, "patch_px": 8}}, "16384 a side"),
    "too many pixels": ({"grid": {"rows": 16, "columns": 16, "patch_px": 512}}, "in all"),
    "many networks": ({"generator": "multiple", "grid": {"rows": 64, "columns": 64, "patch_px": 8}}, "at most 256"),
    "networks without tensors": ({"generator": "multiple"}, "incomplete"),
    "a wide network of nothing": ({"generator_width": 4096}, "more weights"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ABSURD)
def test_a_model_that_the_file_cannot_hold_is_refused_before_it_is_built(change, tiny_checkpoint, kind):
    tensors, write = change
    changes, word = ABSURD[kind]
    model = json.loads(stated(tiny_checkpoint))["model"]
    with pytest.raises(CheckpointError, match=word) as caught:
        checkpoint.read_metadata(write(tensors, model=model | changes))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("half_extent", [10**400, True, "1", None])
def test_half_an_extent_that_is_no_angle_is_refused(change, half_extent):
    tensors, write = change
    with pytest.raises(CheckpointError, match=r"finite|half_extent"):
        checkpoint.read_metadata(write(tensors, projection={"kind": "mercator", "half_extent_rad": half_extent}))


def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.safetensors")
    with pytest.raises(CheckpointError, match="not a regular file"):
        checkpoint.read_metadata(tmp_path / "x.safetensors")


def test_bytes_are_127ths(tmp_path, tiny_checkpoint):
    known = checkpoint.load_checkpoint(tiny_checkpoint)
    name = next(name for name, tensor in known.generator.items() if tensor.ndim > 1)
    shape = known.generator[name].shape
    sevenths = np.resize(np.arange(-127, 128, dtype=np.int8), shape)
    path = tmp_path / "bytes.safetensors"
    checkpoint.save_checkpoint(path, known.metadata, generator=known.generator | {name: sevenths})
    read = checkpoint.load_checkpoint(path).generator[name]
    assert read.dtype == np.float32
    assert np.array_equal(read, (sevenths / 127).astype(np.float32))
