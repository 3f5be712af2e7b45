"""What a checkpoint's process is asked for before there is a window."""

import numpy as np
import pytest

from cocogan_core.files import resource
from viewer.camera.camera import View
from viewer.camera.visibility import visible_patches
from viewer.session import checkpoint_loader
from viewer.session.checkpoint_loader import LoadedCheckpoint
from viewer.state.latents import Latents
from viewer.state.options import Options
from viewer.state.recipe import Recipe
from viewer.streaming.protocol import FIRST_REVISION

ROOM = resource("assets/rooms.safetensors")


class Asked:
    """A generator process that only notes what it is asked for."""

    def __init__(self, *_):
        self.plans = []

    def send(self, plan, z):
        self.plans.append((plan, z))


@pytest.fixture
def asked(monkeypatch):
    """The plans for options."""
    monkeypatch.setattr(checkpoint_loader, "Worker", Asked)
    return lambda options: LoadedCheckpoint.named_by(options).worker.plans


@pytest.mark.parametrize(("size_px", "most"), [((1280, 720), 20), ((300, 900), 30), ((3000, 200), 12)])
def test_it_begins_with_what_the_first_look_shows(asked, size_px, most):
    view = View(yaw_rad=1.0, pitch_rad=0.1, aspect=7.0)  # the window's own shape counts
    ((plan, z),) = asked(Options(ROOM, 3, view, size_px, "cpu", None, headless=True))
    source = checkpoint_loader.CheckpointSource.read(ROOM, None, seed=3, view=view)
    camera = source.camera(size_px)
    assert camera.view.aspect == pytest.approx(size_px[0] / size_px[1])
    seen = visible_patches(camera.view, source.metadata.model.grid, source.projection)
    assert plan.revision == FIRST_REVISION
    assert plan.patches == tuple((0, *cell) for cell in seen)
    assert 4 <= len(seen) <= most
    assert (z == Latents.of_seed(3, 128).z(np.zeros((0, 128), np.float32))).all()


def test_a_room_along_directions_waits_until_they_are_told(asked):
    room = Latents.of_seed(3, 128)
    along = Latents(room.seed, room.base, (0.0, 0.5))
    recipe = Recipe(checkpoint=str(ROOM), sha256="", latents=along, view=View(), size_px=(640, 360))
    assert asked(Options(ROOM, 3, View(), (640, 360), "cpu", None, headless=True, recipe=recipe)) == []
