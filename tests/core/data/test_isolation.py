"""What a file of a stranger can do to the process that reads it, and to nothing else."""

import multiprocessing
import os
import signal
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from cocogan_core.data.isolation import Died, Limits, map_isolated
from cocogan_core.data.prepare import prepare_dataset
from cocogan_core.data.sources.archives import Member
from cocogan_core.data.sources.image_io import UnusablePicture, decode_picture, read_picture
from cocogan_core.data.sources.images import Images
from cocogan_core.errors import DataError
from cocogan_core.inference.photo_patches import PhotoSphere

SMALL = Limits(memory_bytes=6 << 30, cpu_s=2)


def deadly(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        while True:
            time.process_time()
    if number == 7:
        try:
            return len(np.ones(1 << 31, np.float64))
        except MemoryError:
            return "memory"
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_only_what_kills_its_process_is_lost(workers):
    made = list(map_isolated(deadly, range(10), workers=workers, limits=SMALL))
    assert made == [0, 1, 2, Died(3), 4, Died(5), 6, "memory", 8, 9]


def test_a_process_that_dies_before_the_next_item_is_handed_over_costs_that_item_only():
    def items():
        yield 3
        end = time.monotonic() + 60
        while not multiprocessing.active_children() and time.monotonic() < end:
            time.sleep(0.01)
        while multiprocessing.active_children() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.2)  # until the pool has noticed
        yield from (4, 6)

    assert list(map_isolated(deadly, items(), workers=2, limits=SMALL)) == [Died(3), 4, 6]


def png(width, height, body=b""):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def webp(width, height):
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little") + bytes(20)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


BOMBS = {
    "a.png": png(16384, 8000, zlib.compress(bytes(10_000_000))),
    "b.png": png(60000, 60000),
    "c.webp": webp(16383, 16383),
    "d.hdr": b"#?RADIANCE\n\n-Y 8000 +X 4000\n" + bytes(1000),
    "e.hdr": b"#?RADIANCE\n\n-Y 20000 +X 40000\n" + bytes(1000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_picture_out_of_proportion_is_refused_by_its_header(tmp_path, name):
    import tracemalloc

    (tmp_path / name).write_bytes(BOMBS[name])
    tracemalloc.start()
    with pytest.raises(UnusablePicture, match=r"pixels|truncated"):
        read_picture(tmp_path / name)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_large_plain_picture_is_no_bomb(tmp_path):
    Image.new("RGB", (6000, 3000), "white").save(tmp_path / "white.png")
    assert decode_picture((tmp_path / "white.png").read_bytes()).shape == (3000, 6000, 3)


def test_a_member_that_grows_a_thousandfold_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.jpg", bytes(50_000_000))
        archive.writestr("small.jpg", bytes(900_000))
    with pytest.raises(UnusablePicture, match="no picture packs so well"):
        Member(tmp_path / "a.zip", "zeros.jpg").read()
    assert len(Member(tmp_path / "a.zip", "small.jpg").read()) == 900_000


def test_no_bad_file_stops_the_others(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    rng = np.random.default_rng(0)
    for name in (b"good.png", b"not \xff utf-8 \x1b[2J.png"):
        pixels = rng.integers(0, 255, (20, 20, 3), np.uint8)
        with open(os.fsencode(source) + b"/" + name, "wb") as file:  # noqa: PTH123 (bytes are no Path)
            Image.fromarray(pixels).save(file, "PNG")
    for name, content in BOMBS.items():
        (source / name).write_bytes(content)
    os.mkfifo(source / "pipe.png")
    report = prepare_dataset(Images(src=source, out=tmp_path / "out", side=16, workers=1))
    assert (report.prepared, len(report.rejected)) == (2, len(BOMBS))
    text = (tmp_path / "out" / "report.txt").read_text()
    assert "\x1b" not in text
    assert all(f"{name}: cannot be read" in text for name in BOMBS)


def test_a_photographs_header_is_read_within_the_same_budget(tmp_path):
    (tmp_path / "x.webp").write_bytes(BOMBS["c.webp"])
    with pytest.raises(DataError, match="cannot be read"):
        PhotoSphere.read(tmp_path / "x.webp")
