"""What the shader draws, kept as small pictures in tests/golden. CONTRIBUTING.md says how to make them anew.

The atlas is synthetic, so that no checkpoint changes them.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import moderngl
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw
from viewer.camera.camera import View
from viewer.camera.head import Eye
from viewer.camera.view_projection import VIEW_PROJECTIONS, WIDEST_RAD
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import FADE_S, FineLevel, Renderer

ROOT = Path(__file__).parents[2]
GOLDEN, OUT = ROOT / "tests" / "golden", ROOT / "out" / "golden"
GRID = PatchGrid(patch_px=16, levels=3)
PROJECTION = Projection.of_aspect("mercator", 3)
SIZE = (160, 90)
ATOL = 1
# With another driver or CPU than theirs: llvmpipe without AVX filters with 8-bit weights (up to 3 off), and steps may
# fall on the pixel beside, for so large a share of the pixels.
ATOL_ELSEWHERE, STRAY = 4, 0.005
AMPLIFIED = 40
MADE_WITH = "made with"  # key of the PNG's note


def panorama(seed, level=0):
    """Waves, a step in brightness at every border of patches, and a white mark in each patch's upper left."""
    grid = GRID.at_level(level)
    row, column = np.mgrid[0 : grid.height_px, 0 : grid.width_px]
    turn, s, down = 2 * math.pi * column / grid.width_px, GRID.patch_px, row / 2**level
    picture = np.stack(
        [
            120 + 80 * np.sin((3 + seed) * turn),
            110 + 70 * np.cos((5 - seed) * turn + down / 9),
            60 + 1.7 * down * (1 - seed) + 90 * seed,
        ],
        -1,
    )
    picture += 18 * ((row // s + column // s) % 2)[..., None]
    picture[(row % s < 4) & (column % s < 6)] = 230
    return picture.astype(np.uint8)


PATCHES = {
    level: [GRID.at_level(level).split(panorama(seed, level)) for seed in (0, 1)] for level in range(GRID.levels)
}
SLOTS = {
    1: (6, 8),
    2: (8, 10),
}  # rows and columns of finer levels' windows, nested as on the screen


@dataclass(frozen=True)
class ViewModel:
    """What one golden picture shows: a view, how far a fade is (seconds), and which slots are empty or coloured.

    ``levels``: finer ones over level 0; ``covered``: the last of them is drawn alone.
    """

    view: View | Eye
    sharp: bool = True
    atlas_px: int = 8192
    fade_s: float | None = None
    holes: bool = False
    tints: bool = False
    seams: bool = False
    levels: tuple[int, ...] = ()
    opacity: float = 1.0
    covered: bool = False


def look(lens="rectilinear", former=None, mix=1.0, *, yaw=1.0, pitch=0.1, fov=1.6):
    return View(yaw, pitch, fov, SIZE[0] / SIZE[1], lens, former or lens, mix)


def eye(left, right, lean=0.0):
    """A Quest's, up to which tangents to its sides, of a head that leans to the left, looks down and to the right."""
    turned = (-0.2 * math.cos(lean), -0.35, math.sin(lean), 0.9)
    return Eye.of_pose(turned, (-left, right, 0.7679, -0.9599))


PLANET = look("stereographic", yaw=0.3, pitch=-math.pi / 2, fov=math.radians(280))
SCENES = {
    **{f"lens-{lens}": ViewModel(look(lens, pitch=0.0, fov=0.8 * WIDEST_RAD[lens])) for lens in VIEW_PROJECTIONS},
    "little-planet": ViewModel(PLANET),
    "cap-above": ViewModel(look(pitch=1.3)),
    "cap-below": ViewModel(look(pitch=-1.3)),
    "bilinear": ViewModel(look(fov=0.55), sharp=False),
    "catmull-rom": ViewModel(look(fov=0.55)),
    "change-of-lens": ViewModel(look("panini", "rectilinear", 0.4, fov=2.2)),
    "narrow-atlas": ViewModel(look(yaw=3.0, fov=1.0), atlas_px=8 * GRID.patch_px),
    "missing": ViewModel(look(yaw=0.0), holes=True),
    "fading": ViewModel(look(yaw=0.0), fade_s=FADE_S / 2, holes=True),
    "fading-cap": ViewModel(look(pitch=1.2), fade_s=FADE_S / 3, holes=True),
    "xray": ViewModel(look(yaw=0.0, fov=1.9), tints=True),
    "seams": ViewModel(look(yaw=0.0, fov=1.2), seams=True),
    "xray-planet": ViewModel(PLANET, tints=True, seams=True),
    "levels": ViewModel(look(fov=1.2), levels=(1, 2)),
    "levels-with-holes": ViewModel(look(fov=1.2), levels=(1, 2), holes=True, opacity=0.6),
    "levels-fading": ViewModel(look(fov=0.8), levels=(1, 2), holes=True, fade_s=FADE_S / 2),
    "levels-cap": ViewModel(look(pitch=0.9, fov=1.3), levels=(1,), holes=True),
    "levels-xray": ViewModel(look(fov=1.0), levels=(1, 2), tints=True, seams=True),
    "eye-left": ViewModel(eye(0.9425, 0.6981)),
    "eye-right": ViewModel(eye(0.6981, 0.9425)),
    "eye-levels-xray": ViewModel(eye(0.6981, 0.9425, 0.3), levels=(1, 2), tints=True, holes=True),
    "level-alone": ViewModel(look(pitch=0.0, fov=0.45), levels=(2,), covered=True),
}


@pytest.fixture(scope="module")
def context():
    context = moderngl.create_standalone_context(require=330, backend="egl")
    renderer = context.info["GL_RENDERER"]
    if not renderer.startswith(("llvmpipe", "softpipe")):
        context.release()
        pytest.skip(f"the pictures are of Mesa's software OpenGL, not of {renderer}")
    yield context
    context.release()


@pytest.mark.parametrize("name", SCENES)
def test_the_shader_draws_what_it_drew(context, name, request):
    drawn = picture(context, SCENES[name])
    path = GOLDEN / f"{name}.png"
    if request.config.getoption("regenerate_golden"):
        keep(path, drawn, driver(context))
        pytest.skip(f"wrote {path}")
    assert path.exists(), f"{path} is missing; make it with --regenerate-golden and look at it"
    with Image.open(path) as golden:
        here, wanted = golden.info.get(MADE_WITH) == driver(context), np.asarray(golden.convert("RGB"))
    word = difference(name, drawn, wanted) if here else difference(name, drawn, wanted, ATOL_ELSEWHERE, STRAY)
    assert not word, word


def test_every_picture_belongs_to_a_test_and_they_are_small():
    files = list(GOLDEN.iterdir())
    assert sorted(path.stem for path in files) == sorted(SCENES)
    assert sum(path.stat().st_size for path in files) < 350_000


def test_a_difference_is_kept_and_named(tmp_path, monkeypatch):
    monkeypatch.setattr("test_golden.OUT", tmp_path)
    wanted = np.full((90, 160, 3), 100, np.uint8)
    near, far = wanted + np.uint8(1), wanted.copy()
    far[3, 4] = (100, 97, 105)
    assert not difference("a", near, wanted)
    assert not difference("a", far, wanted, allowed=STRAY)
    assert not list(tmp_path.iterdir())
    word = difference("a", far, wanted)
    assert "1 of 14400 pixels" in word
    assert "by up to 5" in word
    for path in (tmp_path / "a.png", tmp_path / "a-difference.png"):
        assert str(path) in word
    with Image.open(tmp_path / "a-difference.png") as amplified:
        assert np.asarray(amplified)[3, 4].tolist() == [0, 3 * AMPLIFIED, 5 * AMPLIFIED]


def picture(context, scene):
    column = float(u_of_yaw(scene.view.yaw_rad, GRID.width_px)) * GRID.columns
    window = AtlasWindow.fitting(GRID, scene.atlas_px).centre_on(2, column)
    renderer = Renderer(context, window, PROJECTION)
    fill(renderer, window, scene)
    for level in scene.levels:
        fine = renderer.window_of(GRID, level, SLOTS[level]).follow(scene.view, PROJECTION)
        atlas = renderer.open_level(fine)
        fill(atlas, fine, scene)
        renderer.fine += (FineLevel(atlas, fine, scene.opacity if level == scene.levels[-1] else 1.0),)
    renderer.covered = renderer.sharp_fine = scene.covered
    renderer.xray = scene.tints or scene.seams
    target = context.simple_framebuffer(SIZE, 3)
    target.use()
    draw = renderer.draw_eye if isinstance(scene.view, Eye) else renderer.draw
    draw(scene.view, 5.0 + (FADE_S if scene.fade_s is None else scene.fade_s), sharp=scene.sharp)
    rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
    assert context.error == "GL_NO_ERROR"
    renderer.release()
    return rows.reshape(SIZE[1], SIZE[0], 3)[::-1]


def fill(atlas, window, scene):
    """A level's patches, and what the X-ray shows of them."""
    for (row, column), slot in window.cells():
        index = row * window.grid.columns + column
        if not (scene.holes and (row + column) % 3 == 0):
            atlas.upload(slot, PATCHES[window.level][0][index], 1.0, fade=False)
        if scene.fade_s is not None and (row + column) % 4:
            atlas.upload(slot, PATCHES[window.level][1][index], 5.0, fade=True)  # over others, or into an empty slot
    atlas.mark(tints(window) if scene.tints else {}, contrasts(window) if scene.seams else {})


def tints(window):
    return {
        slot: (60 * (row % 4), 255 - 20 * (column % 12), 40 + 10 * (column % 12), 30 + 18 * (column % 12))
        for (row, column), slot in window.cells()
        if (row, column) != (1, 1)
    }


def contrasts(window):
    """From unknown over calm to glaring."""
    return {slot: (0.2 * (column % 10), 0.3 * row + 0.05 * column) for (row, column), slot in window.cells()}


def difference(name, drawn, wanted, atol=ATOL, allowed=0.0):
    """Empty, or what differs by more than ``atol`` in a larger share of the pixels, and where that can be seen."""
    off = np.abs(drawn.astype(int) - wanted)
    wrong = int((off > atol).any(-1).sum())
    if wrong <= allowed * off.shape[0] * off.shape[1]:
        return ""
    OUT.mkdir(parents=True, exist_ok=True)
    actual, amplified = OUT / f"{name}.png", OUT / f"{name}-difference.png"
    Image.fromarray(drawn).save(actual)
    Image.fromarray(np.minimum(off * AMPLIFIED, 255).astype(np.uint8)).save(amplified)
    return (
        f"{wrong} of {off.shape[0] * off.shape[1]} pixels of {name} differ by more than {atol}, by up to {off.max()}: "
        f"wanted {GOLDEN / name}.png, drawn {actual}, difference times {AMPLIFIED} {amplified}"
    )


def driver(context):
    return f"{context.info['GL_RENDERER']}; {context.info['GL_VERSION']}"


def keep(path, drawn, made_with):
    note = PngImagePlugin.PngInfo()
    note.add_text(MADE_WITH, made_with)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(drawn).save(path, optimize=True, pnginfo=note)
