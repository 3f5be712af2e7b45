"""Exports of a room, on software OpenGL, with a streamer that only says how far it is."""

import math
import time
from dataclasses import dataclass, field

import moderngl
import numpy as np
import pytest
from PIL import Image

from cocogan_core.errors import CheckpointError, CocoganError, ConfigError, OutputError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import View
from viewer.export import export
from viewer.export.export import Export, ExportSettings
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import Renderer
from viewer.rendering.snapshot import Snapshot
from viewer.streaming.statistics import Statistics

GRID = PatchGrid(patch_px=16)
PROJECTION = Projection.of_aspect("mercator", 3)


@pytest.fixture(scope="module")
def renderer():
    context = moderngl.create_standalone_context(require=330, backend="egl")
    yield Renderer(context, AtlasWindow.fitting(GRID, 4096), PROJECTION)
    context.release()


@pytest.fixture
def take_snapshot(renderer):
    """Columns of patches from dark to light, the turn's first half red."""
    column = np.arange(12) * 20
    patches = {
        (r, c): np.full((16, 16, 3), (column[c], column[c] if c >= 6 else 0, column[c]), np.uint8)
        for r in range(4)
        for c in range(12)
    }
    return lambda level=0: Snapshot(renderer, AtlasWindow.fitting(GRID, 4096), PROJECTION, patches)


@dataclass
class PatchStreamer:
    """As far as an export asks."""

    share: float = 1.0
    revision: int = 0
    whole: int | None = None
    statistics: Statistics = field(default_factory=Statistics)

    @property
    def failed(self):
        return self.statistics.failed

    def share_of(self, _level):
        return self.share


def run(job, seconds=30):
    shares, end = [], time.monotonic() + seconds
    while not job.done:
        assert time.monotonic() < end
        job.step()
        shares.append(job.share)
        time.sleep(0.001)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return shares


def start(kind, out, take_snapshot, streamer=None, size=(64, 48), **more):
    streamer = streamer or PatchStreamer()
    return Export(kind, out, View(yaw_rad=1.0), size, streamer=streamer, take_snapshot=take_snapshot, **more)


def test_a_panorama(take_snapshot, tmp_path):
    run(start("panorama", tmp_path / "a.png", take_snapshot))
    with Image.open(tmp_path / "a.png") as picture:
        assert "GPano" in picture.info["XML:com.adobe.xmp"]
        pixels = np.asarray(picture)
    assert pixels.shape[1] == GRID.width_px
    assert (pixels[:, 8 * 16 + 8] == 160).all()


def test_a_panorama_may_be_the_whole_sphere_at_a_chosen_size(take_snapshot, tmp_path):
    run(start("panorama", tmp_path / "a.png", take_snapshot, settings=ExportSettings(whole=True, width_px=96)))
    with Image.open(tmp_path / "a.png") as picture:
        xmp, pixels = picture.info["XML:com.adobe.xmp"], np.asarray(picture)
    assert pixels.shape == (48, 96, 3)
    for name, value in (("CroppedAreaImageHeightPixels", 48), ("CroppedAreaTopPixels", 0)):
        assert f"<GPano:{name}>{value}</GPano:{name}>" in xmp
    top = int(xmp.split("LargestValidInteriorRectTop>")[1].split("<")[0])
    rows = int(xmp.split("LargestValidInteriorRectHeight>")[1].split("<")[0])
    assert 2 * top + rows == 48
    assert top > 5
    assert len(np.unique(pixels[:top].reshape(-1, 3), axis=0)) == 1, "nothing above what is made passes for a picture"
    assert pixels[24].std() > 20


def test_a_cube_has_the_side_that_is_asked_for(take_snapshot, tmp_path):
    run(start("cube", tmp_path / "a.png", take_snapshot, settings=ExportSettings(face_px=40)))
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            assert picture.size == (40, 40)


def test_a_film_cannot_go_into_a_picture(take_snapshot, tmp_path):
    for kind, name in (("turntable", "a.png"), ("panorama", "a.mp4"), ("cube", "a.tif")):
        with pytest.raises(ConfigError, match="ends in"):
            start(kind, tmp_path / name, take_snapshot)


def test_a_cube_map_has_each_face_where_it_belongs(take_snapshot, tmp_path):
    run(start("cube", tmp_path / "a.png", take_snapshot))
    faces = {path.stem: np.asarray(Image.open(path)).astype(int) for path in tmp_path.iterdir()}
    assert sorted(faces) == ["a-back", "a-down", "a-front", "a-left", "a-right", "a-up"]
    assert all(face.shape[0] == face.shape[1] for face in faces.values())
    middle = faces["a-back"].shape[0] // 2
    assert faces["a-right"][middle, middle, 0] == pytest.approx(60, abs=20)  # a quarter of the turn, column 3
    assert faces["a-left"][middle, middle].tolist() == pytest.approx([180] * 3, abs=20)
    for left, right in (("front", "right"), ("right", "back"), ("back", "left"), ("left", "front")):
        assert np.abs(faces[f"a-{left}"][:, -1] - faces[f"a-{right}"][:, 0]).max() <= 22  # neighbours meet
    assert np.abs(faces["a-up"][-1] - faces["a-front"][0]).mean() < 12  # bottom of up, top of front
    assert np.abs(faces["a-down"][0] - faces["a-front"][-1]).mean() < 12


def test_a_turntable_turns_once(take_snapshot, tmp_path):
    av = pytest.importorskip("av")
    settings = ExportSettings(film_s=2, rate=15)
    run(start("turntable", tmp_path / "a.mp4", take_snapshot, size=(65, 48), settings=settings))
    with av.open(str(tmp_path / "a.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in film.decode(video=0)]
        assert film.streams.video[0].average_rate == 15
    assert len(frames) == 30
    assert frames[0].shape == (48, 64, 3)
    snapshot = take_snapshot()
    for index in (0, 10, 29):
        view = View(yaw_rad=1.0 + 2 * math.pi * index / len(frames))
        assert np.abs(frames[index] - snapshot.picture(view, (64, 48))).mean() < 6
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_what_is_missing_is_made_first(take_snapshot, tmp_path):
    streamer = PatchStreamer(share=0.25)
    job = start("panorama", tmp_path / "a.jpg", take_snapshot, streamer)
    for _ in range(3):
        job.step()
    assert streamer.whole == 0
    assert "rest of the room" in job.stage
    streamer.share = 1.0
    run(job)
    assert streamer.whole is None
    assert (tmp_path / "a.jpg").exists()


def test_another_room_or_a_dead_generator_ends_it(take_snapshot, tmp_path):
    for change in ({"revision": 1}, {"statistics": Statistics(failed=True, message="the generator stopped")}):
        streamer = PatchStreamer(share=0.25)
        job = start("panorama", tmp_path / "a.jpg", take_snapshot, streamer)
        job.step()
        job.step()
        vars(streamer).update(change)
        with pytest.raises(CheckpointError, match=r"again|stopped"):
            run(job)
        assert streamer.whole is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", export.KINDS)
@pytest.mark.parametrize("steps", [1, 4, 9])
def test_given_up_it_leaves_nothing_or_everything(kind, steps, take_snapshot, tmp_path):
    if kind == "turntable":
        pytest.importorskip("av")
    job = start(kind, tmp_path / ("a.mp4" if kind == "turntable" else "a.png"), take_snapshot)
    for _ in range(steps):
        if not job.done:
            job.step()
    job.close()
    assert len(list(tmp_path.iterdir())) in {0, 6 if kind == "cube" else 1}
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_cannot_be_is_one_line(take_snapshot, tmp_path):
    (tmp_path / "file").write_text("")
    for kind, name in (("panorama", "a.png"), ("cube", "a.png"), ("turntable", "a.mp4")):
        if kind == "turntable":
            pytest.importorskip("av")
        with pytest.raises(OutputError, match="cannot write") as caught:
            run(start(kind, tmp_path / "file" / name, take_snapshot))
        assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"ends in \.jpg"):
        start("panorama", tmp_path / "a.bmp", take_snapshot)


def test_without_the_encoder_it_says_what_to_install(take_snapshot, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(ConfigError, match=r"cocogan-panorama\[film\]"):
        start("turntable", tmp_path / "a.mp4", take_snapshot)
    assert issubclass(ConfigError, CocoganError)


def test_a_narrow_atlas_shows_the_same(take_snapshot, renderer):
    whole = take_snapshot()
    narrow = AtlasWindow.fitting(GRID, 8 * 16)  # eight of twelve columns
    small = Snapshot(Renderer(renderer._context, narrow, PROJECTION), narrow, PROJECTION, whole._patches)
    for yaw in (0.0, 2.0, -2.5):
        view = View(yaw_rad=yaw, aspect=4 / 3)
        assert np.abs(whole.picture(view, (64, 48)).astype(int) - small.picture(view, (64, 48))).max() <= 1
    small.close()
