"""What a frame does must not depend on how wide the finest panorama is: counted in calls, not in seconds."""

import sys
from collections import Counter

import moderngl
import pytest

from benchmarks.level_scale import LEVELS, Drive

FRAMES = 40


@pytest.fixture(scope="module")
def context():
    made = moderngl.create_standalone_context(require=330, backend="egl")
    yield made
    made.release()


class CountedDrive(Drive):
    """The benchmark's drive, each frame's calls counted."""

    def frame(self, turn=0.0):
        self.camera = self.camera.nudge(turn * self.camera.view.fov_rad, 0.0)
        calls = Counter()

        def count(_frame, event, _what):
            calls[event] += 1

        sys.setprofile(count)
        try:
            self.step()
        finally:
            sys.setprofile(None)
        return calls["call"] + calls["c_call"]

    def settle(self):
        calls = [self.frame()]
        while not self.streamer.complete:
            calls.append(self.frame())
        return sum(calls)


def test_calls_a_frame_are_as_many_at_every_width(context):
    found = []
    for levels in LEVELS:
        drive = CountedDrive(context, levels)
        first = drive.settle()
        rest = sum(drive.frame() for _ in range(FRAMES))
        turn = sum(drive.frame(turn=1 / 60) for _ in range(FRAMES))
        assert drive.streamer.levels.level == levels - 1
        found.append((first, rest, turn))
        drive.renderer.release()
    assert [768 << levels - 1 for levels in LEVELS] == [24_576, 98_304, 393_216]
    for counts in zip(*found, strict=True):
        assert max(counts) < 1.1 * min(counts), found


def test_a_view_at_rest_is_worked_out_once(context, monkeypatch):
    drive = CountedDrive(context, 4)
    asked = []
    work_out = drive.streamer._visible_set._patches
    monkeypatch.setattr(drive.streamer._visible_set, "_patches", lambda *a: asked.append(a) or work_out(*a))
    drive.settle()
    assert len(asked) == 1
    drive.frame(turn=0.1)
    assert len(asked) == 2
    drive.renderer.release()


def test_a_whole_fine_level_costs_a_frame_no_more_than_a_coarse_one(context):
    found = []
    for level in (2, 4):
        drive = CountedDrive(context, 6)
        drive.settle()
        drive.streamer.whole = level
        drive.frame()
        found.append(sum(drive.frame() for _ in range(FRAMES)))
        drive.renderer.release()
    assert max(found) < 1.1 * min(found), found
