"""A game controller, made up: sticks look, triggers zoom, buttons ask; controllers come and go."""

import math

import pytest
from handlers import Window

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True

from pyglet.event import EventDispatcher  # noqa: E402 (the option above has to be set first)

from viewer.camera.camera import Camera, View  # noqa: E402
from viewer.ui.actions import Command  # noqa: E402
from viewer.ui.gamepad import BUTTONS, Gamepad  # noqa: E402
from viewer.ui.input import Controls  # noqa: E402
from viewer.window.gamepads import LOOK_S, Gamepads  # noqa: E402


class Device:
    """On Linux, a file that has something to read or not."""

    def __init__(self):
        self.waiting, self.broken = [], False

    def poll(self):
        if self.broken:
            raise OSError("unplugged")
        return bool(self.waiting)

    def select(self):
        while self.waiting:
            self.waiting.pop(0)()


class Controller(EventDispatcher):
    def __init__(self):
        self.device, self.opened = Device(), 0

    def open(self):
        self.opened += 1

    def close(self):
        self.opened -= 1

    def later(self, event, *arguments):
        self.device.waiting.append(lambda: self.dispatch_event(event, self, *arguments))


for _event in ("on_stick_motion", "on_trigger_motion", "on_button_press"):
    Controller.register_event_type(_event)


class Manager:
    def __init__(self, *controllers):
        self.controllers = list(controllers)

    def get_controllers(self):
        return self.controllers


@pytest.fixture
def controls():
    return Controls(Window(), Camera(View(fov_rad=1.2), math.pi / 2).look())


@pytest.fixture
def pad():
    return Controller()


@pytest.fixture
def step(controls, pad):
    gamepad = Gamepad(controls)
    gamepads = Gamepads(gamepad.handlers, Manager(pad))

    def step(dt_s=0.02, times=1):
        for _ in range(times):
            gamepad.follow(gamepads, dt_s)

    step.gamepads = gamepads
    step()
    return step


def test_sticks_look_right_and_up_and_stop(controls, pad, step):
    pad.later("on_stick_motion", "rightstick", pyglet.math.Vec2(1, 1))
    step(times=10)
    seen = controls.camera.view
    assert seen.yaw_rad > 0.05
    assert seen.pitch_rad > 0.05
    assert controls.dragged
    assert controls.active
    controls.step(0.02)
    pad.later("on_stick_motion", "rightstick", pyglet.math.Vec2(0.1, -0.1))  # a worn one's middle
    step(times=10)
    assert controls.camera.view == seen
    controls.step(0.2)
    assert not controls.active


def test_triggers_zoom_in_and_out(controls, pad, step):
    pad.later("on_trigger_motion", "righttrigger", 1.0)
    step(times=10)
    near = controls.camera.view.fov_rad
    assert near < 1.1
    pad.later("on_trigger_motion", "righttrigger", 0.0)
    pad.later("on_trigger_motion", "lefttrigger", 1.0)
    step(times=20)
    assert controls.camera.view.fov_rad > near


def test_buttons_ask_once_a_press(controls, pad, step):
    for name in BUTTONS:
        pad.later("on_button_press", name)
    pad.later("on_button_press", "guide")  # the system's own
    step(times=5)
    camera = {Command.NEXT_PROJECTION, Command.FACE_NORTH, Command.FIRST_LOOK}
    assert controls.pressed == [command for command in BUTTONS.values() if command not in camera]
    assert {Command.NEXT_ROOM, Command.UNDO, Command.FAVOURITE} <= set(controls.pressed)
    pad.later("on_button_press", "rightshoulder")
    step()
    assert controls.camera.flight is not None


def test_one_that_is_pulled_out_turns_nothing_and_comes_back(controls, pad, step):
    pad.later("on_stick_motion", "leftstick", pyglet.math.Vec2(1, 0))
    step(times=2)
    pad.device.broken = True
    step(times=2)
    assert step.gamepads.count == 0
    seen = controls.camera.view
    step(times=5)
    assert controls.camera.view == seen
    pad.device.broken = False
    step(LOOK_S)
    assert step.gamepads.count == 1
    assert pad.opened == 1
    pad.later("on_button_press", "a")
    step()
    assert controls.pressed == [Command.NEXT_ROOM], "handlers were pushed twice"


def test_one_that_is_plugged_in_later_is_found(controls, step):
    second = Controller()
    step.gamepads._manager.controllers.append(second)
    step(LOOK_S)
    assert step.gamepads.count == 2
    step.gamepads._manager.controllers.remove(second)
    step(LOOK_S)
    assert step.gamepads.count == 1


def test_the_machine_is_asked_only_once_there_is_something_to_see(controls, monkeypatch, pad):
    monkeypatch.setattr("viewer.window.gamepads._platform_manager", lambda: Manager(pad))
    gamepad = Gamepad(controls)
    gamepad.listen(0.02, ready=False)
    assert pad.opened == 0
    gamepad.listen(0.02, ready=True)
    gamepad.listen(0.02, ready=False)
    assert pad.opened == 1


def test_without_a_manager_there_is_nothing(monkeypatch):
    monkeypatch.setattr("viewer.window.gamepads._platform_manager", lambda: None)
    gamepads = Gamepads({})
    gamepads.step(9.0)
    assert gamepads.count == 0
