"""Picture files written in strips: other programs read back the same pixels, and failures leave nothing."""

import errno
import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from cocogan_core.errors import ConfigError, OutputError
from cocogan_core.inference import picture_file
from cocogan_core.inference.picture_file import require_writable, write_picture

HEIGHT, WIDTH = 300, 517  # more than a tile, and no multiple of one


@pytest.fixture
def picture(rng):
    ramps = np.stack(np.broadcast_arrays(np.arange(WIDTH), np.arange(HEIGHT)[:, None], 7), -1)
    return (ramps + rng.integers(0, 3, ramps.shape)).astype(np.uint8)


def strips(picture, rows=7):
    return (picture[top : top + rows] for top in range(0, len(picture), rows))


def write(path, picture, rows=7, metadata=b""):
    write_picture(path, strips(picture, rows), height_px=HEIGHT, width_px=WIDTH, metadata=metadata)
    return path


@pytest.mark.parametrize("ending", [".tif", ".tiff", ".png", ".PNG"])
@pytest.mark.parametrize("rows", [1, 64, 299, 300])
def test_other_programs_read_the_same_pixels(tmp_path, picture, ending, rows):
    path = write(tmp_path / f"new/a{ending}", picture, rows)
    with Image.open(path) as read:
        assert np.array_equal(np.asarray(read), picture)
    if ending == ".tif":
        assert np.array_equal(tifffile.imread(path), picture)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_jpeg_is_nearly_the_picture(tmp_path, picture):
    smooth = np.repeat(picture[:, :1], WIDTH, 1)
    with Image.open(write(tmp_path / "a.jpg", smooth)) as read:
        assert np.abs(np.asarray(read).astype(int) - smooth).mean() < 2


@pytest.mark.parametrize("ending", [".tif", ".png", ".jpg"])
def test_metadata_travels(tmp_path, picture, ending):
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\xc3\xa9</x:xmpmeta>'
    path = write(tmp_path / f"a{ending}", picture, metadata=packet)
    if ending == ".tif":
        with tifffile.TiffFile(path) as file:
            assert file.pages[0].tags[700].value == packet
    with Image.open(path) as read:
        assert packet in (read.info.get("xmp"), read.info.get("XML:com.adobe.xmp", "").encode())


def test_a_png_is_as_its_specification_says(tmp_path, picture):
    content = io.BytesIO(write(tmp_path / "a.png", picture).read_bytes())
    assert content.read(8) == b"\x89PNG\r\n\x1a\n"
    kinds = []
    while head := content.read(8):
        length, kind = struct.unpack(">I4s", head)
        assert zlib.crc32(kind + content.read(length)) == struct.unpack(">I", content.read(4))[0]
        kinds.append(kind)
    assert (kinds[0], kinds[-1], {*kinds[1:-1]}) == (b"IHDR", b"IEND", {b"IDAT"})


def test_tiffs_are_in_tiles_and_big_where_they_must(tmp_path, picture, monkeypatch):
    with tifffile.TiffFile(write(tmp_path / "a.tif", picture)) as file:
        assert (file.is_bigtiff, file.pages[0].tilewidth, file.pages[0].tilelength) == (False, 256, 256)
    monkeypatch.setattr(picture_file, "CLASSIC_BYTES", 1000)
    with tifffile.TiffFile(write(tmp_path / "a.tif", picture)) as file:
        assert file.is_bigtiff
        assert np.array_equal(file.asarray(), picture)


def test_what_no_file_can_hold_is_refused_before_anything_is_made(tmp_path):
    def never():
        pytest.fail("a strip was asked for")
        yield

    with pytest.raises(
        ConfigError, match=r"65536×8, and a JPEG has at most 65500 pixels a side; name a \.tif or \.png"
    ):
        write_picture(tmp_path / "a.jpg", never(), height_px=8, width_px=65536)
    with pytest.raises(ConfigError, match=r"cannot write .*a\.gif; name a \.tif"):
        write_picture(tmp_path / "a.gif", never(), height_px=8, width_px=8)
    require_writable(tmp_path / "a.jpg", 65500, 65500)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("ending", [".tif", ".png", ".jpg"])
@pytest.mark.parametrize(
    ("stop", "raised"),
    [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(errno.ENOSPC, "No space left on device"), OutputError)],
)
def test_an_interruption_or_a_full_disk_leaves_what_was_there(tmp_path, picture, ending, stop, raised):
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"old")

    def broken():
        yield picture[:280]
        raise stop

    with pytest.raises(raised) as told:
        write_picture(path, broken(), height_px=HEIGHT, width_px=WIDTH)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if raised is OutputError:
        assert "No space left on device; choose another folder or free space" in str(told.value)


@pytest.mark.parametrize("ending", [".tif", ".png", ".jpg"])
def test_on_a_full_disk_the_older_picture_stays(picture, ending, small_disk):
    path = small_disk.folder / f"a{ending}"
    path.write_bytes(b"old")
    small_disk.fill(leaving=4096)
    with pytest.raises(OutputError, match="No space left on device; choose another folder or free space"):
        write(path, picture)
    assert path.read_bytes() == b"old"
    assert small_disk.files() == [path.name]
