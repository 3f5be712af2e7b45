"""The panel in the headset: where it stands, its ray, and every button by a trigger and by a gaze that rests."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from tests.xr_runtime.driving import enter, frames, settle, turn
from viewer.state.latents import Latents
from viewer.ui.actions import ChangeRoom, Command, EnterRoom
from viewer.ui.headset_panel import DWELL_S, HeadsetPanel, PanelModel
from viewer.xr.panel_place import forward_of
from viewer.xr.pose import PANEL_PX


class Finger:
    """A panel of its own that is pointed at, frame by frame."""

    def __init__(self, app, names=None, **model):
        self.panel = HeadsetPanel(PANEL_PX)
        self.target = app.context.simple_framebuffer((1, 1), 4)  # what it looks like is of no interest
        self.model = PanelModel(app.session.latents, names or app.session.names, **model)
        self.now_s = 0.0

    def frame(self, pointer, trigger, dt_s=0.02):
        self.target.use()
        self.now_s += dt_s
        return self.panel.draw(self.model, pointer, trigger=trigger, now_s=self.now_s, dt_s=dt_s)

    def press(self, pointer):
        return [action for down in (False, True, True, False) for action in self.frame(pointer, down)]

    def spots(self):
        """Each thing that the panel can be asked for, and where."""
        found = {}
        for y in np.arange(0.03, 1, 0.045):
            for x in (0.1, 0.4, 0.5):
                for action in self.press((x, y)):
                    found.setdefault(action if isinstance(action, Command) else type(action), (x, y))
        return found


@pytest.fixture(scope="module")
def spots(window):
    favourites = tuple(Latents.of_seed(seed, len(window.session.latents.base)) for seed in (5, 6))
    finger = Finger(window, favourites=favourites)
    yield finger.spots()
    finger.panel.close()


EVERYTHING = {
    Command.UNDO, Command.NEXT_ROOM, Command.FAVOURITE, EnterRoom, ChangeRoom, Command.RECENTRE, Command.TOGGLE_HEADSET
}  # fmt: skip


def test_everything_can_be_asked_for(spots):
    assert set(spots) == EVERYTHING


def test_with_as_many_sliders_as_there_can_be_all_of_it_is_still_on_the_panel(window):
    favourites = (Latents.of_seed(5, len(window.session.latents.base)),)
    finger = Finger(window, tuple("abcdefgh"), favourites=favourites)
    assert set(finger.spots()) == EVERYTHING
    finger.panel.close()


def test_favourites_come_one_after_the_other(window, spots):
    kept = tuple(Latents.of_seed(seed, len(window.session.latents.base)) for seed in (5, 6))
    finger = Finger(window, favourites=kept)
    assert finger.press(spots[EnterRoom]) == [EnterRoom(kept[0])]
    for here, following in ((0, 1), (1, 0)):
        finger.model = replace(finger.model, latents=kept[here])
        assert finger.press(spots[EnterRoom]) == [EnterRoom(kept[following])]
    finger.model = replace(finger.model, favourites=())
    assert finger.press(spots[EnterRoom]) == []
    finger.panel.close()


def test_a_gaze_presses_once_where_it_rests_and_not_where_it_wanders(window, spots):
    finger, (x, y) = Finger(window), spots[Command.NEXT_ROOM]
    steps = round(2.5 * DWELL_S / 0.05)
    asked = [action for _ in range(steps) for action in finger.frame((x, y), None, 0.05)]
    assert asked == [Command.NEXT_ROOM]
    wandering = [(x + 0.1 * (step % 2), y) for step in range(steps)]
    assert not [action for place in wandering for action in finger.frame(place, None, 0.05)]
    assert not [action for _ in range(steps) for action in finger.frame(None, None, 0.05)]
    finger.panel.close()


def stands(runtime, name="panel"):
    x, y, z, *orientation, width, height = runtime.numbers(name)
    return np.array([x, y, z]), tuple(orientation), (width, height)


def aim_at(place, spot):
    """Degrees to the right and up, from the eyes' middle, to a spot of a panel that stands there."""
    position, orientation, (width, height) = place
    back = -forward_of(orientation)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    x, y, z = position + right * (spot[0] - 0.5) * width + np.cross(back, right) * (0.5 - spot[1]) * height
    return math.degrees(math.atan2(x, -z)), math.degrees(math.atan2(y, math.hypot(x, z)))


def press(app, runtime, spot):
    runtime.say("aim {:.3f} {:.3f}".format(*aim_at(stands(runtime), spot)))
    frames(app, 3)
    runtime.say("trigger 1")
    frames(app, 3)
    runtime.say("trigger 0")
    frames(app, 3)


def test_the_panel_stands_before_the_eyes_and_is_pressed_by_a_ray(app, runtime, spots):
    enter(app)
    settle(app)
    room = app.session.latents
    runtime.say("pose 40 0 0", "aim 90 0", "menu 1")
    turn(app, lambda: app.headset.view.menu.place is not None)
    runtime.say("menu 0")
    frames(app, 2)
    runtime.save(app.turn)
    assert runtime.picture("panel").shape == (*PANEL_PX[::-1], 3)
    assert runtime.picture("panel").std() > 10
    position, orientation, size = stands(runtime)
    assert math.atan2(position[0], -position[2]) == pytest.approx(math.radians(40), abs=0.01)
    assert -forward_of(orientation) @ position < 0, "it faces who looks"
    assert size == pytest.approx((0.8, 0.8 * PANEL_PX[1] / PANEL_PX[0]))
    middle, _, (_, length) = stands(runtime, "ray")
    assert (middle, length) == (pytest.approx(np.array([1, 0, 0]), abs=0.01), pytest.approx(2)), "it misses the panel"
    press(app, runtime, spots[Command.NEXT_ROOM])
    assert app.session.latents.seed != room.seed
    runtime.save(app.turn)
    middle, _, (_, length) = stands(runtime, "ray")
    along = middle / np.linalg.norm(middle)
    end = along * length
    assert abs((end - position) @ forward_of(orientation)) < 0.01, "it ends on the panel"
    press(app, runtime, spots[Command.UNDO])
    assert app.session.latents == room
    press(app, runtime, spots[ChangeRoom])
    assert sum(a != b for a, b in zip(app.session.latents.base, room.base, strict=True)) == 1
    press(app, runtime, spots[Command.FAVOURITE])
    assert app.workspace.is_favourite(app.session.latents)
    press(app, runtime, spots[Command.FAVOURITE])
    assert not app.workspace.is_favourite(app.session.latents)
    press(app, runtime, spots[Command.RECENTRE])
    runtime.say("aim 90 0", "trigger 1")
    turn(app, lambda: app.headset.view.menu.place is None)


def test_leaving_by_the_panel_leaves(app, runtime, spots):
    enter(app)
    runtime.say("aim 90 0", "menu 1")
    turn(app, lambda: app.headset.view.menu.place is not None)
    frames(app, 2)
    runtime.save(app.turn)
    runtime.say("aim {:.3f} {:.3f}".format(*aim_at(stands(runtime), spots[Command.TOGGLE_HEADSET])))
    frames(app, 3)
    runtime.say("trigger 1")
    frames(app, 3)
    runtime.say("trigger 0")
    turn(app, lambda: app.headset.view is None)


def test_over_the_left_wrist_it_faces_the_eyes_and_goes_with_the_hand(app, runtime):
    enter(app)
    runtime.say("aim 90 0", "wrist -0.2 -0.3 -0.4", "menu 1")
    turn(app, lambda: app.headset.view.menu.place is not None)
    for wrist in ((-0.2, -0.3, -0.4), (0.1, -0.5, -0.3)):
        runtime.say("wrist {} {} {}".format(*wrist))
        frames(app, 3)
        runtime.save(app.turn)
        position, orientation, size = stands(runtime)
        assert position == pytest.approx(np.array(wrist) + np.array([0, 0.16, 0]), abs=1e-3)
        assert -forward_of(orientation) == pytest.approx(-position / np.linalg.norm(position), abs=1e-3)
        assert size[0] < 0.3
    runtime.say("drop")
    frames(app, 3)
    runtime.save(app.turn)
    assert stands(runtime)[2][0] == pytest.approx(0.8), "without controllers it stands before the eyes"
    assert not (runtime.folder / "ray.ppm").exists()


def test_without_a_controller_a_look_down_brings_it_and_a_gaze_presses(app, runtime, spots):
    enter(app)
    settle(app)
    room = app.session.latents
    runtime.say("pose 0 -50 0")
    turn(app, lambda: app.headset.view.menu.place is not None)
    runtime.say("pose 0 0 0")
    frames(app, 3)
    runtime.save(app.turn)
    runtime.say("pose {:.3f} {:.3f} 0".format(*aim_at(stands(runtime), spots[Command.NEXT_ROOM])))
    began = time.monotonic()
    turn(app, lambda: app.session.latents.seed != room.seed)
    assert time.monotonic() - began > 0.9 * DWELL_S
