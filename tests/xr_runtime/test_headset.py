"""The room in a headset, on a runtime of our own: pictures of both eyes, every state, every loss, and coming back."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pyglet = pytest.importorskip("pyglet")
pyglet.options.headless = True
pyglet.options.shadow_window = False

from cocogan_core.errors import DataError, OutputError  # noqa: E402
from viewer.app import App  # noqa: E402
from viewer.camera.camera import View  # noqa: E402
from viewer.camera.head import Eye  # noqa: E402
from viewer.state.options import Options  # noqa: E402
from viewer.ui.actions import Command  # noqa: E402
from viewer.xr import headset as headset_module  # noqa: E402
from viewer.xr.condition import Condition  # noqa: E402
from viewer.xr.pose import EyePose, Frame  # noqa: E402
from viewer.xr.pose_file import PoseWriter, read_poses  # noqa: E402

LEFT, RIGHT = (-0.9425, 0.6981, 0.7679, -0.9599), (-0.6981, 0.9425, 0.7679, -0.9599)
PX = (160, 168)


@pytest.fixture(scope="module")
def window(tiny_checkpoint):
    app = App(Options(tiny_checkpoint, 0, View(1.0), (96, 64), "cpu", None, headless=True))
    yield app
    assert app.context.error  # also what is pending is over now
    app.close()


@pytest.fixture
def app(window, runtime, monkeypatch):
    monkeypatch.setattr(headset_module, "RETRY_S", 0.2)
    window.workspace.dismiss()
    yield window
    if window.headset.view is not None:
        window.handler.act(Command.TOGGLE_HEADSET)
    window.session.latents = window.session.latents


def turn(app, until, seconds=30):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "timed out"
        app.turn()


def enter(app):
    app.handler.act(Command.TOGGLE_HEADSET)
    turn(app, lambda: app.headset.showing)


def settle(app):
    """Until the room is complete and light."""
    turn(app, lambda: app.session.streamer.complete and app.session.streamer.share == 1)
    end = time.monotonic() + 1
    turn(app, lambda: time.monotonic() > end)


def condition(app):
    return app.headset.view.source.condition if app.headset.view else Condition.OFF


def test_both_eyes_see_the_room_through_their_own_frusta(app, runtime):
    enter(app)
    yaw = app.controls.camera.view.yaw_rad
    settle(app)
    runtime.say("pose 30 10 20")
    turn(app, lambda: abs(app.controls.camera.view.yaw_rad - yaw) > 0.5)
    settle(app)
    pictures = runtime.take_pictures(app.turn)
    y, p, r = np.radians([30, 10, 20]) / 2
    a = np.array([np.cos(y) * np.sin(p), -np.sin(y) * np.cos(p), np.sin(y) * np.sin(p), np.cos(y) * np.cos(p)])
    s, c = np.sin(r), np.cos(r)
    turned = (a[0] * c + a[1] * s, a[1] * c - a[0] * s, a[3] * s + a[2] * c, a[3] * c - a[2] * s)
    for picture, angles in zip(pictures, (LEFT, RIGHT), strict=True):
        eye = Eye.of_pose(tuple(map(float, turned)), angles, turn_rad=yaw)
        target = app.context.simple_framebuffer(PX, 3)
        target.use()
        app.session.renderer.draw_eye(eye, time.monotonic(), sharp=False)
        rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8).reshape(PX[1], PX[0], 3)[::-1]
        off = np.abs(picture.astype(int) - rows)
        assert off.mean() < 1
        assert picture.std() > 5
    assert np.abs(pictures[0].astype(int) - pictures[1]).mean() > 2


def test_a_runtime_without_srgb_gets_linear_light(app, runtime):
    enter(app)
    settle(app)
    encoded, _ = runtime.take_pictures(app.turn)
    app.handler.act(Command.TOGGLE_HEADSET)
    app.workspace.dismiss()
    runtime.restart("linear")
    enter(app)
    settle(app)
    linear, _ = runtime.take_pictures(app.turn)
    light = encoded / 255
    expected = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4) * 255
    assert np.abs(linear - expected).mean() < 2


def test_asleep_it_waits_and_awake_it_goes_on(app, runtime):
    enter(app)
    runtime.say("sleep")
    turn(app, lambda: condition(app) is Condition.ASLEEP)
    assert "put it on" in app.workspace.message.text
    runtime.forget_frames()
    turn(app, lambda: len(runtime.frames) > 5)
    assert (runtime.frames[:, 1] == 0).all(), "frames go on, without layers"
    runtime.say("wake")
    turn(app, lambda: app.headset.showing)
    assert not app.workspace.notice.text


def test_stopping_ends_the_session_and_ready_begins_it_again(app, runtime):
    enter(app)
    runtime.say("stop")
    turn(app, lambda: condition(app) is Condition.STARTING)
    runtime.say("ready")
    turn(app, lambda: app.headset.showing)


def test_who_leaves_by_the_headsets_menu_has_left(app, runtime):
    enter(app)
    runtime.say("exit")
    turn(app, lambda: app.headset.view is None)
    assert app.workspace.message.text == "Headset: left."


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("lose-session", Condition.SESSION_LOST),
        ("lose-instance", Condition.RUNTIME_LOST),
        ("fail xrEndFrame -2", Condition.RUNTIME_LOST),
        ("fail xrWaitFrame -2", Condition.RUNTIME_LOST),
        ("fail xrAcquireSwapchainImage -2", Condition.RUNTIME_LOST),
        ("fail xrPollEvent -2", Condition.RUNTIME_LOST),
        ("fail xrSyncActions -17", Condition.SESSION_LOST),
    ],
)
def test_what_is_lost_is_said_in_a_line_and_comes_back(app, runtime, line, lost):
    enter(app)
    runtime.say(line)
    turn(app, lambda: condition(app) is lost)
    turn(app, lambda: app.workspace.message.text.startswith("Headset: "))
    assert "\n" not in app.workspace.message.text
    shown = app.window.get_size()
    app.turn()  # the window goes on
    assert app.window.get_size() == shown
    runtime.say("fail none 0")
    turn(app, lambda: app.headset.showing)
    assert not app.workspace.notice.text


def test_no_headset_yet_is_said_and_one_that_is_connected_is_found(app, runtime):
    runtime.say("headset 0")
    app.handler.act(Command.TOGGLE_HEADSET)
    turn(app, lambda: condition(app) is Condition.NO_HEADSET)
    runtime.say("headset 1")
    turn(app, lambda: app.headset.showing)


def test_no_runtime_is_a_line_and_the_button_may_be_pressed_again(app, runtime, monkeypatch):
    monkeypatch.setenv("XR_RUNTIME_JSON", str(runtime.folder / "gone.json"))
    app.handler.act(Command.TOGGLE_HEADSET)
    turn(app, lambda: app.headset.view is None)
    assert "no OpenXR runtime" in app.workspace.message.text
    monkeypatch.setenv("XR_RUNTIME_JSON", str(runtime.folder / "runtime.json"))
    enter(app)


def test_a_runtime_that_hangs_does_not_hang_the_window(app, runtime, monkeypatch):
    monkeypatch.setattr("viewer.xr.frame_waiter.ANSWERS_WITHIN_S", 0.5)
    enter(app)
    runtime.say("hang 1")
    turn(app, lambda: condition(app) is Condition.NO_ANSWER)
    began = time.monotonic()
    for _ in range(5):
        app.turn()
    assert time.monotonic() - began < 2
    runtime.say("hang 0")
    turn(app, lambda: app.headset.showing)


def test_another_room_appears_out_of_the_dark(app, runtime):
    enter(app)
    settle(app)
    light, _ = runtime.take_pictures(app.turn)
    app.handler.act(Command.NEXT_ROOM)
    end = time.monotonic() + 0.15
    app.session.streamer.complete = False
    turn(app, lambda: time.monotonic() > end)
    dark, _ = runtime.take_pictures(app.turn)
    assert dark.mean() < 0.7 * light.mean()
    settle(app)
    assert runtime.take_pictures(app.turn)[0].mean() > 1.2 * dark.mean()


def test_the_panel_is_pointed_at_and_pressed(app, runtime):
    enter(app)
    settle(app)
    room = app.session.latents
    runtime.say("aim 90 0", "menu 1")
    turn(app, lambda: app.headset.view._place is not None)
    runtime.say("menu 0")
    runtime.take_pictures(app.turn)
    panel = runtime.picture("panel")
    assert panel.shape == (560, 640, 3)
    assert panel.std() > 10
    runtime.say("aim -2 -2")
    turn(app, lambda: len(runtime.frames) and (runtime.frames[-1, 1] == 2))
    assert app.session.latents == room
    for pitch in np.arange(2, -28, -2.0):  # down the panel's first column, pressing wherever that leads
        runtime.say(f"aim -10 {pitch}", "trigger 1")
        frames = app.headset.view.frames
        turn(app, lambda before=frames: app.headset.view.frames > before + 3)
        runtime.say("trigger 0")
        turn(app, lambda before=frames: app.headset.view.frames > before + 6)
        if app.session.latents != room:
            break
    assert app.session.latents != room


def test_recorded_poses_are_played_again(app, runtime, tmp_path, monkeypatch):
    path = tmp_path / "poses.jsonl"
    monkeypatch.setattr(app.headset, "_record", path)
    enter(app)
    runtime.say("pose 30 10 0")
    settle(app)
    yaw = app.controls.camera.view.yaw_rad
    app.handler.act(Command.TOGGLE_HEADSET)
    monkeypatch.setattr(app.headset, "_record", None)
    size, frames = read_poses(path)
    assert size == PX
    assert len(frames) > 1
    monkeypatch.setattr(app, "options", replace(app.options, replay=path))
    app.controls.camera = app.controls.camera.look(yaw_rad=0.0)
    app.handler.act(Command.TOGGLE_HEADSET)
    eyes = app.headset.view.source.eyes
    turn(app, lambda: np.frombuffer(eyes[0].read(components=3), np.uint8).std() > 5)  # it comes out of the dark
    turn(app, lambda: app.headset.view is None)
    assert "recorded poses" in app.workspace.message.text
    assert app.controls.camera.view.yaw_rad != 0.0 != yaw


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 1, "size_px": [8, 8]}\n{"time_s": NaN}', "\udcff"]
)
def test_what_holds_no_poses_is_one_line(tmp_path, text):
    path = tmp_path / "poses.jsonl"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=r"^--replay: .*poses.jsonl holds no recorded poses \("):
        read_poses(path)


def test_a_full_disk_ends_a_recording_in_one_line():
    eye = EyePose((0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0), LEFT)
    writer = PoseWriter(Path("/dev/full"))
    with pytest.raises(OutputError, match=r"^--record: cannot write /dev/full \(No space left on device\)"):
        writer.write(Frame(0.0, (eye, eye)), PX)
    writer.close()


def test_poses_that_cannot_be_played_cost_no_file(app, tmp_path, monkeypatch):
    path = tmp_path / "poses.jsonl"
    path.write_text("no poses")
    monkeypatch.setattr(app.headset, "_record", path)
    monkeypatch.setattr(app, "options", replace(app.options, replay=path))
    with pytest.raises(DataError):
        app.headset.toggle()
    assert path.read_text() == "no poses"
