"""LSUN's LMDB folders: keys to pictures, prepared like files."""

import io

import numpy as np
import pytest
from PIL import Image

from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.prepare import prepare_dataset
from cocogan_core.data.sources.images import Images
from cocogan_core.data.sources.lmdb_pictures import LmdbPicture, is_lmdb, lmdb_pictures
from cocogan_core.errors import DataError

lmdb = pytest.importorskip("lmdb")


@pytest.fixture
def bedrooms(tmp_path):
    """Three pictures under keys as LSUN's, one of them broken."""
    folder = tmp_path / "bedroom_train_lmdb"
    with lmdb.open(str(folder), map_size=1 << 20) as environment, environment.begin(write=True) as transaction:
        for grey in (40, 200):
            content = io.BytesIO()
            Image.new("RGB", (48, 32), (grey, grey, grey)).save(content, "WEBP", lossless=True)
            transaction.put(f"{grey:040x}".encode(), content.getvalue())
        transaction.put(b"f" * 40, b"no picture")
    return folder


def test_pictures_are_prepared_and_what_is_broken_is_reported(bedrooms, tmp_path):
    report = prepare_dataset(Images(src=bedrooms, out=tmp_path / "out", side=16, crop="lsun", workers=1))
    assert (report.prepared, len(report.rejected)) == (2, 1)
    dataset = ImageDataset.open(tmp_path / "out")
    assert [int(dataset.image(index).mean()) for index in range(2)] == [40, 200]
    assert np.ptp(dataset.image(0)) == 0


def test_a_key_that_is_gone_is_named(bedrooms):
    from cocogan_core.data.sources.image_io import UnusablePicture

    assert is_lmdb(bedrooms)
    assert len(lmdb_pictures(bedrooms)) == 3
    with pytest.raises(UnusablePicture, match="no longer"):
        LmdbPicture(bedrooms, b"gone").read()


def test_a_damaged_folder_is_named(tmp_path):
    (tmp_path / "data.mdb").write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(DataError, match="cannot be read as LMDB"):
        lmdb_pictures(tmp_path)


def test_a_damaged_page_is_one_line_and_ends_no_process_of_ours(bedrooms):
    """LMDB follows page numbers wherever they lead."""
    path = bedrooms / "data.mdb"
    sound = bytearray(path.read_bytes())
    for place in range(8192, len(sound), 4096):
        sound[place + 16 : place + 64] = b"\xff" * 48
    path.write_bytes(sound)
    with pytest.raises(DataError, match="download or unpack it again"):
        lmdb_pictures(bedrooms)
