"""The streamer on several levels, with a generator that paints what it is asked for."""

import math
from dataclasses import replace

import moderngl
import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera, View
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import Renderer
from viewer.state.latents import Latents
from viewer.streaming.streamer import PatchStreamer
from viewer.streaming.worker import Finished

GRID, PROJECTION = PatchGrid(patch_px=16, levels=4), Projection.of_aspect("mercator", 3)
ROOM, OTHER = Latents.of_seed(0, 8), Latents.of_seed(1, 8)
SCREEN = (320, 180)


class Painter:
    """Makes a few patches whenever it is polled; level and room are in their colour."""

    def __init__(self):
        self.made, self.plan, self.z = [], None, None

    def send(self, plan, z):
        self.plan, self.z = plan, z

    def poll(self):
        if self.plan is None or not self.plan.patches:
            return []
        level = self.plan.patches[0][0]
        now = tuple(patch for patch in self.plan.patches[:4] if patch[0] == level)
        self.plan = replace(self.plan, patches=tuple(p for p in self.plan.patches if p not in now))
        self.made += now
        pixels = np.full((len(now), 16, 16, 3), (60 + 50 * level, 150, 100 if self.z[0] > 0 else 200), np.uint8)
        return [Finished(self.plan.revision, now, pixels, 0.001)]


class Viewer:
    def __init__(self, context):
        window = AtlasWindow.fitting(GRID, 4096)
        self.renderer = Renderer(context, window, PROJECTION)
        self.painter = Painter()
        self.streamer = PatchStreamer(self.painter, self.renderer, window, PROJECTION)
        self.streamer.screen_px = SCREEN
        self.camera, self.now_s = Camera(View(0.4, 0.0, math.radians(90)), PROJECTION.half_extent_rad), 0.0
        self.camera = self.camera.resize(*SCREEN)

    def look(self, fov_deg, yaw_rad=0.4):
        self.camera = replace(
            self.camera, view=replace(self.camera.view, fov_rad=math.radians(fov_deg), yaw_rad=yaw_rad)
        )

    def frame(self, room=ROOM):
        self.now_s += 0.05
        self.streamer.step(self.camera, room, self.now_s)
        return self.renderer.picture(self.camera.view, SCREEN, sharp=False)

    def settle(self, room=ROOM):
        for _ in range(400):
            picture = self.frame(room)
            if self.streamer.complete:
                return picture
        raise AssertionError("never complete")


@pytest.fixture(scope="module")
def context():
    made = moderngl.create_standalone_context(require=330, backend="egl")
    yield made
    made.release()


@pytest.fixture
def viewer(context):
    made = Viewer(context)
    yield made
    made.renderer.release()


def test_a_closer_look_makes_finer_patches_and_shows_them(viewer):
    levels = []
    for fov in (110, 60, 25, 12):
        viewer.look(fov)
        picture = viewer.settle()
        level = viewer.streamer.levels.level
        levels.append(level)
        assert set(picture[..., 0].ravel()) == {60 + 50 * level}, "all of the view is of the level that it needs"
    assert levels == sorted(levels)
    assert levels[-1] == 3


def test_with_only_visible_nothing_is_made_that_is_not_looked_at(viewer):
    viewer.streamer.only_visible = True
    seen = set()
    for yaw in np.linspace(0, 2 * math.pi, 24):
        viewer.look(40, float(yaw))
        viewer.settle()
        seen |= set(viewer.streamer.visible)
    assert set(viewer.painter.made) == seen
    assert len(viewer.painter.made) == len(seen), "a patch was made twice"


def test_nothing_turns_black_or_goes_back_while_levels_and_rooms_change(viewer):
    viewer.settle()
    shown = 60
    for fov, yaw, room in ((30, 0.4, ROOM), (12, 0.5, ROOM), (12, 0.9, ROOM), (90, 0.9, ROOM), (20, 0.9, OTHER)):
        viewer.look(fov, yaw)
        for _ in range(60):
            picture = viewer.frame(room)
            assert picture.min() >= shown, "a hole"
    assert set(viewer.settle(OTHER)[..., 2].ravel()) <= {100, 200}


def test_coarse_comes_before_fine_and_the_middle_first(viewer):
    viewer.look(25)
    viewer.settle()
    levels = [level for level, _, _ in viewer.painter.made]
    first_fine = levels.index(max(levels))
    coarse = [patch for patch in viewer.streamer.visible if patch[0] == 0]
    assert set(coarse) <= set(viewer.painter.made[:first_fine])
    fine = [patch for patch in viewer.painter.made[first_fine:] if patch[0] == max(levels)]
    wanted = [patch for patch in viewer.streamer.visible if patch[0] == max(levels)]
    assert fine[: len(wanted)] == wanted


def test_textures_come_and_go_with_levels(viewer, context):
    viewer.look(12)
    viewer.settle()
    for _ in range(30):
        viewer.frame()
    first = len(viewer.renderer.fine)
    for _ in range(5):
        for fov in (100, 12, 40, 12):
            viewer.look(fov)
            viewer.settle()
            for _ in range(30):
                viewer.frame()
    assert len(viewer.renderer.fine) == first == 1
    assert context.error == "GL_NO_ERROR"


def test_a_zoom_has_the_next_level_made_before_it_is_needed(viewer):
    viewer.look(115)
    viewer.settle()
    level, foreseen = viewer.streamer.levels.level, False
    for _ in range(40):
        viewer.camera = viewer.camera.zoom(0.2)
        viewer.frame()
        if viewer.streamer.levels.level > level:
            break
        foreseen |= any(patch[0] > level for patch in viewer.painter.made)
    assert foreseen


def test_with_only_visible_no_zoom_is_foreseen(viewer):
    viewer.streamer.only_visible = True
    viewer.look(115)
    viewer.settle()
    sampled = set(viewer.streamer.visible)
    for _ in range(60):
        viewer.camera = viewer.camera.zoom(0.25)
        viewer.frame()
        sampled |= set(viewer.streamer.visible)
    assert set(viewer.painter.made) <= sampled
