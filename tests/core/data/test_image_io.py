"""Reading any picture file: formats, tone mapping, and every way of being broken."""

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cocogan_core.data.sources.image_io import UnusablePicture, decode_picture, read_picture, require_readers, tone_map
from cocogan_core.data.sources.radiance import decode_radiance
from cocogan_core.errors import ConfigError


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind, **options)
    return buffer.getvalue()


def noise(height, width, channels=3):
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


def radiance(shared, *, runs):
    """A Radiance file of shared-exponent pixels (H, W, 4), run-length coded or flat."""
    height, width, _ = shared.shape
    content = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n".encode()
    for line in shared:
        if not runs:
            content += line.tobytes()
            continue
        content += struct.pack(">BBH", 2, 2, width)
        for channel in line.T:
            content += b"".join(
                bytes((128 + 4, channel[x]))
                if (channel[x : x + 4] == channel[x]).all()
                else bytes((4, *channel[x : x + 4]))
                for x in range(0, width, 4)
            )
    return content


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_formats_are_told_by_their_content(kind):
    assert np.array_equal(
        decode_picture(encoded(noise(5, 7), kind, **({"lossless": True} if kind == "WEBP" else {}))), noise(5, 7)
    )


def test_grey_and_transparent_pictures_become_rgb():
    assert decode_picture(encoded(noise(4, 4, 1)[..., 0])).shape == (4, 4, 3)
    assert np.array_equal(decode_picture(encoded(noise(4, 4, 4))), noise(4, 4, 4)[..., :3])


def test_pictures_stand_as_their_camera_was_held():
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    assert decode_picture(encoded(noise(4, 8), "JPEG", exif=exif)).shape == (8, 4, 3)


@pytest.mark.parametrize("content", [b"", b"junk", encoded(noise(64, 64), "JPEG")[:-700], encoded(noise(64, 64))[:500]])
def test_broken_pictures_are_rejected_in_one_line(content):
    with pytest.raises(UnusablePicture, match="cannot be read") as rejected:
        decode_picture(content)
    assert "\n" not in str(rejected.value)
    assert "0x" not in str(rejected.value)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_radiance_reader(content):
    for file in (content, b"#?RADIANCE\n\n-Y 2 +X 9\n" + content, b"#?RADIANCE\n\n-Y 2 +X 9\n\2\2\0\x09" + content):
        with suppress(ValueError):
            assert decode_radiance(file).shape[-1] == 3


@pytest.mark.parametrize("runs", [True, False])
def test_radiance_pixels_are_what_they_say(runs):
    shared = noise(6, 16, 4)
    shared[..., 3] = 120 + shared[..., 3] % 16
    shared[2] = shared[2, 0]  # a line of runs
    shared[3, :, 3] = 0  # black
    light = decode_radiance(radiance(shared, runs=runs))
    expected = (shared[..., :3] + 0.5) / 256 * 2.0 ** (shared[..., 3:].astype(float) - 128)
    expected[3] = 0
    assert light == pytest.approx(expected, rel=1e-6)


def test_light_is_exposed_to_its_mean():
    light = np.random.default_rng(0).lognormal(size=(40, 60, 3)).astype(np.float32)
    assert np.array_equal(tone_map(light), tone_map(light * 1000))
    assert tone_map(light, 1.0).mean() > tone_map(light).mean() > tone_map(light, -1.0).mean()
    middle = tone_map(np.full((2, 2, 3), 7.0, np.float32))
    assert 110 < middle.mean() < 150
    broken = np.array([[[np.nan] * 3, [np.inf] * 3, [-1] * 3, [1] * 3]], np.float32)
    assert tone_map(broken)[0, :, 0].tolist()[:3] == [0, 255, 0]


def test_files_of_light(tmp_path):
    shared = noise(6, 16, 4)
    shared[..., 3] = 128
    (tmp_path / "a.hdr").write_bytes(radiance(shared, runs=True))
    assert read_picture(tmp_path / "a.hdr").shape == (6, 16, 3)
    (tmp_path / "a.hdr").write_bytes(radiance(shared, runs=True)[:-9])
    with pytest.raises(UnusablePicture, match="truncated"):
        read_picture(tmp_path / "a.hdr")


def test_exr_gives_the_same_picture_as_radiance(tmp_path):
    exr = pytest.importorskip("OpenEXR")
    shared = noise(6, 16, 4)
    shared[..., 3] = 128
    (tmp_path / "a.hdr").write_bytes(radiance(shared, runs=False))
    light = decode_radiance((tmp_path / "a.hdr").read_bytes())
    for channels in ({"RGB": light}, {"RGBA": np.concatenate([light, np.ones_like(light[..., :1])], -1)}):
        header = {"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}
        with exr.File(header, channels) as file:
            file.write(str(tmp_path / "a.exr"))
        assert np.array_equal(read_picture(tmp_path / "a.exr"), read_picture(tmp_path / "a.hdr"))
    (tmp_path / "a.exr").write_bytes(b"junk")
    with pytest.raises(UnusablePicture, match="cannot be read"):
        read_picture(tmp_path / "a.exr")


def test_a_missing_exr_reader_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("cocogan_core.data.sources.image_io.find_spec", lambda _name: None)
    require_readers([tmp_path / "a.hdr"])
    with pytest.raises(ConfigError, match=r"pip install 'cocogan-panorama\[exr\]'"):
        require_readers([tmp_path / "a.hdr", tmp_path / "b.EXR"])


def test_16_bit_grey_keeps_its_shades():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(4, 0)
    picture = decode_picture(encoded(ramp))
    assert np.array_equal(picture[0, :, 0], np.arange(256))
    assert np.array_equal(picture[..., 0], picture[..., 2])


@pytest.mark.parametrize("content", [b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n{} loop\n", b"%PDF-1.4\n"])
def test_no_other_program_is_run_on_a_file_that_claims_to_be_a_picture(tmp_path, content, monkeypatch):
    def run(*_args, **_named):
        raise AssertionError("a program was run")

    monkeypatch.setattr("subprocess.Popen.__init__", run)
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(UnusablePicture, match="cannot be read"):
        read_picture(path)


def test_other_formats_are_not_even_tried():
    with pytest.raises(UnusablePicture, match="cannot be read"):
        decode_picture(encoded(noise(8, 8), "TIFF"))


def test_a_damaged_exr_is_refused_and_its_library_prints_nothing(tmp_path, capfd):
    exr = pytest.importorskip("OpenEXR")
    pixels = np.random.default_rng(0).random((16, 32, 3)).astype(np.float16)
    with exr.File({"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}, {"RGB": pixels}) as file:
        file.write(str(tmp_path / "a.exr"))
    content = bytearray((tmp_path / "a.exr").read_bytes())
    content[-200:-100] = b"\xff" * 100
    (tmp_path / "a\x1b[2J.exr").write_bytes(content)
    with pytest.raises(UnusablePicture):
        read_picture(tmp_path / "a\x1b[2J.exr")
    assert capfd.readouterr() == ("", "")
