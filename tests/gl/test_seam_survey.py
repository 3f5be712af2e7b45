"""The seam microscope on fine levels: what is looked at, a little a frame."""

import moderngl
import numpy as np
import pytest

from benchmarks.level_scale import Drive
from cocogan_core.metrics.seams import patch_border_ratios
from viewer.session import seam_survey
from viewer.session.seam_survey import SeamSurvey


@pytest.fixture(scope="module")
def drive():
    context = moderngl.create_standalone_context(require=330, backend="egl")
    made = Drive(context, 4)
    rng = np.random.default_rng(0)
    made.worker._paint = lambda _level, count: rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)
    yield made
    made.renderer.release()
    context.release()


def test_all_that_is_looked_at_is_measured_a_few_patches_a_frame(drive, monkeypatch):
    asked, survey = [], SeamSurvey(drive.streamer)
    measure = patch_border_ratios
    monkeypatch.setattr(seam_survey, "patch_border_ratios", lambda p, grid: asked.append(len(p)) or measure(p, grid))
    drive.step()
    while not drive.streamer.complete:
        drive.step()
        survey.follow()
    for _ in range(20):
        survey.follow()
    seen = {patch[1:] for patch in drive.streamer.visible if patch[0] == 3}
    wanted = measure(drive.streamer.pixels_of(3, seen), drive.streamer.grid.at_level(3))
    assert survey.level == 3
    assert {border: survey.ratios[border] for border in wanted} == wanted
    assert max(asked) <= 5 * seam_survey.PATCHES_A_FRAME
    count = len(asked)
    survey.follow()
    assert len(asked) == count, "measured again"


def test_another_room_is_measured_anew(drive):
    survey = SeamSurvey(drive.streamer)
    survey.follow()
    assert survey.ratios
    drive.room += 1
    drive.step()
    survey.follow()
    assert not survey.ratios
