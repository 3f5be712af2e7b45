"""Data sets that someone else made: whatever is wrong is one line on opening, and nothing outside is touched."""

import io
import json
import pickle
import shutil

import numpy as np
import pytest

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.npy import map_array, save_array
from cocogan_core.errors import DataError


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


PICTURES = np.zeros((6, 32, 96, 3), np.uint8)
ARRAYS = {
    "pickle": pickle.dumps(PICTURES),
    "pickled objects": npy(np.array([{}], object), allow_pickle=True),
    "zip": b"PK\x03\x04" + bytes(100),
    "empty": b"",
    "magic alone": b"\x93NUMPY",
    "float32": npy(PICTURES.astype(np.float32)),
    "float64": npy(PICTURES.astype(np.float64)),
    "big-endian": npy(PICTURES.astype(">u2")),
    "Fortran order": npy(np.asfortranarray(PICTURES)),
    "truncated": npy(PICTURES)[:-1],
    "longer": npy(PICTURES) + b"\0",
    "another shape": npy(PICTURES[:5]),
    "a claim of terabytes": npy(PICTURES).replace(b"(6, 32, 96, 3)", b"(99999999999,)"),
    "an expression": npy(PICTURES).replace(b"(6, 32, 96, 3)", b"(6, 32, 96,3,)"),
    "version 9": npy(PICTURES).replace(b"NUMPY\x01", b"NUMPY\x09"),
}


@pytest.mark.parametrize("content", ARRAYS.values(), ids=ARRAYS)
def test_a_shard_that_we_did_not_write_is_refused(data, content):
    (data / "images_00000.npy").write_bytes(content)
    with pytest.raises(DataError, match=r"broken .*images_00000\.npy") as caught:
        ImageDataset.open(data)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("array", [PICTURES, np.zeros((0, 3), np.float32), np.arange(4, dtype=np.float32)])
def test_what_we_write_is_read(tmp_path, array):
    save_array(tmp_path / "x.npy", array)
    found = map_array(tmp_path / "x.npy", array.dtype.type)
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_parameters_are_numbers(data, value):
    save_array(data / "parameters.npy", np.full((6, 2), value, np.float32))
    with pytest.raises(DataError, match="NaN or infinity"):
        ImageDataset.open(data)


def without(name):
    return lambda about: about.pop(name)


def of_shard(**changes):
    return lambda about: about["shards"][0].update(changes)


INDEXES = {
    "no licence": without("licence"),
    "no source": without("source"),
    "no shards": without("shards"),
    "licence 5": lambda about: about.update(licence=5),
    "list of lists": lambda about: about.update(shards=[[]]),
    "other names": lambda about: about.update(latent_names=[1, 2]),
    "height of text": lambda about: about.update(height_px="32"),
    "no height at all": lambda about: about.update(height_px=0),
    "projection of text": lambda about: about.update(projection="mercator"),
    "no extent": lambda about: about.update(projection={"kind": "mercator", "half_extent_rad": -1}),
    "many levels": lambda about: about.update(levels=99),
    "file above": of_shard(file="../images_00000.npy"),
    "absolute file": of_shard(file="/etc/passwd"),
    "no file name": of_shard(file=["images_00000.npy"]),
    "fewer pictures": of_shard(count=-1),
    "no whole number": of_shard(count=6.0),
    "a name short": of_shard(names=["a"] * 5),
    "names of numbers": of_shard(names=[1] * 6),
    "columns of text": of_shard(columns=["1"] * 6),
    "levels beyond": of_shard(levels=[2] * 6),
}


@pytest.mark.parametrize("change", INDEXES.values(), ids=INDEXES)
def test_a_broken_index_is_one_line(data, change):
    index = data / "dataset.json"
    about = json.loads(index.read_text())
    change(about)
    index.write_text(json.dumps(about))
    with pytest.raises(DataError) as caught:
        ImageDataset.open(data)
    assert str(caught.value).startswith(str(data))


def test_what_an_index_lacks_is_named(data):
    index = data / "dataset.json"
    about = json.loads(index.read_text())
    index.write_text(json.dumps({name: value for name, value in about.items() if name != "licence"}))
    with pytest.raises(DataError, match="'licence' is missing"):
        ImageDataset.open(data)


@pytest.mark.parametrize("text", [b"\xff", b"[" * 100_000, b"[]", b'{"format": 1, "format": 1}', b'{"format": NaN}'])
def test_an_index_that_is_no_index_is_one_line(data, text):
    (data / "dataset.json").write_bytes(text)
    with pytest.raises(DataError, match="broken"):
        ImageDataset.open(data)


def test_what_the_system_refuses_is_not_called_broken(data):
    (data / "images_00000.npy").unlink()
    (data / "images_00000.npy").mkdir()
    with pytest.raises(DataError, match="cannot read .*not a regular file") as caught:  # noqa: RUF043
        ImageDataset.open(data)
    assert "broken" not in str(caught.value)
    shutil.rmtree(data / "images_00000.npy")
