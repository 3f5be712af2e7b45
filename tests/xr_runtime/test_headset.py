"""The room in a headset, on a runtime of our own: every state, every loss, and coming back."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cocogan_core.errors import DataError, OutputError
from tests.xr_runtime.driving import LEFT, PX, condition, enter, frames, settle, turn
from viewer.rendering.shader_variants import ShaderVariants
from viewer.ui.actions import Command, MorphTo
from viewer.xr.condition import Condition
from viewer.xr.pose import EyePose, Frame
from viewer.xr.pose_file import PoseWriter, read_poses


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
    for _ in range(5):
        app.turn()  # comes back
    runtime.say("hang 0")
    turn(app, lambda: app.headset.showing)


def test_who_leaves_while_the_runtime_hangs_gets_back_in_when_it_has_come_back(app, runtime, monkeypatch):
    monkeypatch.setattr("viewer.xr.frame_waiter.ANSWERS_WITHIN_S", 0.5)
    monkeypatch.setattr("viewer.xr.session.ENDS_WITHIN_S", 0.1)
    enter(app)
    runtime.say("hang 1")
    turn(app, lambda: condition(app) is Condition.NO_ANSWER)
    app.handler.act(Command.TOGGLE_HEADSET)
    app.handler.act(Command.TOGGLE_HEADSET)
    turn(app, lambda: condition(app) is Condition.NO_ANSWER)
    runtime.say("hang 0")
    turn(app, lambda: app.headset.showing)


def test_without_pyopenxr_a_line_says_what_to_install(app, runtime, monkeypatch):
    monkeypatch.setitem(sys.modules, "viewer.xr.session", None)  # as if what that imports were not there
    app.handler.act(Command.TOGGLE_HEADSET)
    turn(app, lambda: app.headset.view is None)
    assert "pip install 'cocogan-panorama[vr]'" in app.workspace.message.text


@pytest.mark.parametrize("call", ["xrCreateInstance", "xrGetSystem"])
def test_a_runtime_that_takes_its_time_to_start_does_not_hold_the_window(app, runtime, call):
    runtime.say(f"slow {call} 1")
    app.handler.act(Command.TOGGLE_HEADSET)
    turns = 0
    while app.headset.view.source._session is None:
        app.turn()
        turns += 1
    assert turns > 3
    turn(app, lambda: app.headset.showing)


def test_who_leaves_while_the_runtime_starts_gets_back_in(app, runtime):
    runtime.say("slow xrCreateInstance 1")
    app.handler.act(Command.TOGGLE_HEADSET)
    app.turn()
    app.handler.act(Command.TOGGLE_HEADSET)
    assert app.headset.view is None
    enter(app)  # the runtime would note a second instance


def test_every_program_is_compiled_before_the_first_frame_is_shown(app, runtime, monkeypatch):
    programs = ShaderVariants(app.context)
    monkeypatch.setattr(app.session.renderer, "_programs", programs)
    monkeypatch.setattr(app.session.renderer, "_cold_eyes", {})

    def compiled():
        return {needs for needs in programs._triangles if "FRUSTUM" in needs}

    enter(app)
    first = compiled()
    assert len(first) == 8
    runtime.say("pose 30 80 0")
    app.handler.act(Command.TOGGLE_XRAY)
    frames(app, 3)
    app.handler.act(Command.NEXT_ROOM)
    settle(app)
    runtime.say("pose 0 0 0")
    app.handler.act(Command.TOGGLE_XRAY)
    frames(app, 3)
    assert compiled() == first


def test_recorded_poses_are_played_again(app, runtime, tmp_path, monkeypatch):
    path = tmp_path / "poses.jsonl"
    options = app.options
    monkeypatch.setattr(app.headset, "_options", replace(options, record=path))
    enter(app)
    runtime.say("pose 30 10 0")
    settle(app)
    yaw = app.controls.camera.view.yaw_rad
    app.handler.act(Command.TOGGLE_HEADSET)
    monkeypatch.setattr(app.headset, "_options", options)
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


def test_a_morph_goes_to_its_end_at_once(app, runtime):
    enter(app)
    settle(app)
    begin, history = app.session.latents, app.session.history
    app.handler.act(Command.NEXT_ROOM)
    settle(app)
    end = app.session.latents
    app.handler.act(MorphTo(history.filmstrip.rooms.index(begin)))
    app.handler.act(Command.PLAY_MORPH)
    assert history.morph.playing
    frames(app, 4)
    assert app.session.latents == begin != end
    assert not history.morph.playing


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
    monkeypatch.setattr(app.headset, "_options", replace(app.options, record=path))
    monkeypatch.setattr(app, "options", replace(app.options, replay=path))
    with pytest.raises(DataError):
        app.headset.toggle()
    assert path.read_text() == "no poses"
