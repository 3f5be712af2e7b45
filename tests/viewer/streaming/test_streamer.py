"""What reaches the screen, with a generator and a renderer that only keep books."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera, View
from viewer.camera.visibility import visible_patches
from viewer.rendering.atlas import AtlasWindow
from viewer.state.latents import Latents
from viewer.streaming.protocol import FIRST_REVISION, TRIAL_REVISION
from viewer.streaming.scheduler import Plan
from viewer.streaming.streamer import UPLOADS_A_FRAME, PatchStreamer
from viewer.streaming.worker import Directions, Finished, Refused, Restarted

GRID = PatchGrid(patch_px=16)
PROJECTION = Projection.of_aspect("mercator", 3)
ROOM = Latents(1, (0.25, -0.5))
OTHER = Latents(2, (-0.75, 0.5))
NORTH = Directions(np.array([[0.0, 1.0]], np.float32))


class Generator:
    """Makes every patch of the last plan, in the colour of z's last entry."""

    def __init__(self):
        self.plan, self.z, self.made, self.events = Plan(-1, ()), None, [], []

    def send(self, plan, z):
        self.plan, self.z = plan, z

    def poll(self):
        events, self.events = self.events, []
        return events

    def work(self):
        patches, colour = self.plan.patches, round(100 * float(self.z[-1])) % 256
        self.made += patches
        if patches:
            pixels = np.full((len(patches), 16, 16, 3), colour, np.uint8)
            self.events.append(Finished(self.plan.revision, patches, pixels, 0.01))


class Screen:
    """The colour of every slot, and how many uploads there were since it was last asked."""

    def __init__(self):
        self.slots, self.uploads = {}, 0

    def upload(self, slot, pixels, _now_s, *, fade):
        self.slots[slot] = int(pixels[0, 0, 0])
        self.uploads += 1

    def clear(self, slot):
        self.slots.pop(slot, None)


class Viewer:
    def __init__(self, *, idle_work):
        self.generator, self.screen, self.now_s, self.most_uploads = Generator(), Screen(), 0.0, 0
        window = AtlasWindow.fitting(GRID, 4096)
        self.streamer = PatchStreamer(self.generator, self.screen, window, PROJECTION, idle_work=idle_work)
        self.camera = Camera(View(yaw_rad=0.4), PROJECTION.half_extent_rad)

    def frames(self, latents, count=12):
        for _ in range(count):
            self.streamer.step(self.camera, latents, self.now_s)
            self.generator.work()
            self.now_s += 1 / 60
            self.most_uploads, self.screen.uploads = max(self.most_uploads, self.screen.uploads), 0
        return {self.screen.slots.get(slot) for patch, slot in self.streamer.window.cells() if self.seen(patch)}

    def seen(self, patch):
        return patch in visible_patches(self.camera.view, GRID, PROJECTION)


@pytest.fixture
def viewer():
    return Viewer(idle_work=False)


def test_exactly_what_is_seen_is_made_and_shown(viewer):
    assert viewer.frames(ROOM) == {206}
    assert sorted(viewer.generator.made) == sorted(
        (0, *cell) for cell in visible_patches(viewer.camera.view, GRID, PROJECTION)
    )
    assert viewer.streamer.complete
    viewer.camera = replace(viewer.camera, view=replace(viewer.camera.view, yaw_rad=0.4 + math.pi))
    assert viewer.frames(ROOM) == {206}
    assert len(set(viewer.generator.made)) == len(viewer.generator.made), "a patch was made twice"


def test_what_was_made_of_the_first_room_before_there_was_a_streamer_is_shown_in_the_first_frame(viewer):
    cells = visible_patches(viewer.camera.view, GRID, PROJECTION)
    viewer.generator.send(Plan(FIRST_REVISION, tuple((0, *cell) for cell in cells)), np.array(ROOM.base, np.float32))
    viewer.generator.work()
    viewer.streamer.expect(ROOM)
    assert viewer.frames(ROOM, count=1) == {206}
    assert viewer.streamer.complete
    viewer.frames(ROOM)
    assert len(viewer.generator.made) == len(cells), "a patch was made twice"


def test_what_was_made_of_the_first_room_is_not_shown_as_another(viewer):
    cells = visible_patches(viewer.camera.view, GRID, PROJECTION)
    viewer.generator.send(Plan(FIRST_REVISION, tuple((0, *cell) for cell in cells)), np.array(ROOM.base, np.float32))
    viewer.generator.work()
    viewer.streamer.expect(ROOM)
    assert 206 not in viewer.frames(OTHER, count=1)
    assert viewer.frames(OTHER) == {50}


def test_whatever_comes_at_once_is_uploaded_a_few_a_frame():
    viewer = Viewer(idle_work=True)
    viewer.frames(ROOM)
    assert viewer.streamer.share == 1
    assert viewer.most_uploads == UPLOADS_A_FRAME


def test_a_room_seen_before_comes_from_the_cache(viewer):
    viewer.frames(ROOM)
    viewer.frames(OTHER)
    made = len(viewer.generator.made)
    assert viewer.frames(ROOM) == {206}
    assert len(viewer.generator.made) == made


def test_while_directions_are_awaited_no_other_rooms_patches_stand_in(viewer):
    viewer.frames(ROOM)
    moved = ROOM.with_along(0, 0.25)  # without the directions its z would be the room's own
    viewer.frames(moved)
    assert viewer.generator.plan == Plan(1, ()), "the generator is to work the directions out first"
    assert not viewer.streamer.complete
    viewer.generator.events.append(NORTH)
    assert viewer.frames(moved) == {round(100 * -0.25) % 256}


def test_patches_of_a_room_that_was_left_are_not_shown(viewer):
    viewer.streamer.step(viewer.camera, ROOM, 0.0)
    viewer.generator.work()
    assert viewer.frames(OTHER) == {50}
    assert viewer.streamer.statistics.made > len(viewer.streamer.visible)  # the late ones were made, and dropped


def test_the_revision_follows_z_and_nothing_else(viewer):
    assert viewer.streamer.revision == -1
    viewer.frames(ROOM)
    assert viewer.streamer.revision == 0
    for same in (ROOM, replace(ROOM, seed=9), ROOM.toggle_lock(0), ROOM.with_along(0, 0.0)):
        viewer.frames(same, 1)
        assert viewer.streamer.revision == 0
    viewer.frames(OTHER, 1)
    assert viewer.streamer.revision == 1
    viewer.frames(ROOM, 1)
    assert viewer.streamer.revision == 2


def test_directions_that_come_late_make_no_other_revision_of_the_room_that_awaits_them(viewer):
    viewer.frames(ROOM.with_along(0, 0.25), 3)
    viewer.frames(ROOM.with_along(0, 0.5), 3)
    assert viewer.streamer.revision == 1, "each of them is another room"
    viewer.generator.events.append(NORTH)
    assert viewer.frames(ROOM.with_along(0, 0.5)) == {0}
    assert viewer.streamer.revision == 1


def test_a_generator_on_trial_leaves_nothing_on_the_screen(viewer):
    pixels = np.full((1, 16, 16, 3), 99, np.uint8)
    patch = visible_patches(viewer.camera.view, GRID, PROJECTION)[0]
    viewer.generator.events.append(Finished(TRIAL_REVISION, ((0, *patch),), pixels, 0.01))
    assert viewer.frames(ROOM) == {206}


def test_a_room_that_cannot_be_made_leaves_the_picture_and_one_notice_until_another_can(viewer):
    viewer.frames(ROOM)
    viewer.streamer.step(viewer.camera, OTHER, viewer.now_s)
    refused = viewer.generator.plan
    viewer.generator.events = [Refused(refused.revision, refused.patches[:2], "overflow")] * 2
    assert viewer.frames(OTHER) == {206}, "the picture stays"
    assert viewer.streamer.statistics.message == "overflow"
    assert not viewer.generator.plan.patches, "it is not asked for again"
    assert viewer.streamer.failed
    assert not viewer.streamer.finish(viewer.camera, OTHER)
    viewer.frames(ROOM)  # of the cache
    assert not viewer.streamer.statistics.message
    assert not viewer.streamer.failed


def test_another_process_may_make_what_one_could_not(viewer):
    viewer.streamer.step(viewer.camera, ROOM, viewer.now_s)
    viewer.generator.events = [Refused(0, viewer.generator.plan.patches, "overflow")]
    viewer.streamer.step(viewer.camera, ROOM, viewer.now_s)
    viewer.generator.events = [Restarted("a new one")]
    assert viewer.frames(ROOM) == {206}
    assert not viewer.streamer.statistics.message
