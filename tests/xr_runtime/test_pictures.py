"""What the runtime is given to show, read back from its textures: both eyes, or the panorama as a whole."""

import math
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.viewer.camera.test_visibility import sampled
from tests.xr_runtime.driving import LEFT, PX, RIGHT, enter, frames, settle, turn
from viewer.camera.head import Eye
from viewer.ui.actions import Command

GOLDEN = Path(__file__).parent / "golden"
POSES = {"ahead": (0, 0, 0), "leaning": (30, 10, 20)}  # degrees to the right, up, leaning to the left
ATOL, STRAY = 4, 0.005  # another CPU makes other pixels, by one, and puts an edge on the pixel beside


def quaternion(yaw, pitch, roll):
    """As the runtime turns the head."""
    y, p, r = np.radians([yaw, pitch, roll]) / 2
    a = np.array([np.cos(y) * np.sin(p), -np.sin(y) * np.cos(p), np.sin(y) * np.sin(p), np.cos(y) * np.cos(p)])
    s, c = np.sin(r), np.cos(r)
    return tuple(map(float, (a[0] * c + a[1] * s, a[1] * c - a[0] * s, a[3] * s + a[2] * c, a[3] * c - a[2] * s)))


def drawn(app, eye, **how):
    """What the renderer makes of an eye, in a target of ours."""
    target = app.context.simple_framebuffer(PX, 3)
    target.use()
    app.session.renderer.draw_eye(eye, time.monotonic(), **how)
    rows = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
    return rows.reshape(PX[1], PX[0], 3)[::-1].astype(int)


def hold(app, runtime, pose):
    """Hold the head so, until the room is complete there."""
    runtime.say("pose {} {} {}".format(*pose))
    frames(app, 3)
    settle(app)


@pytest.mark.parametrize("name", POSES)
def test_both_eyes_see_the_room_through_their_own_frusta(app, runtime, name, request):
    enter(app)
    hold(app, runtime, POSES[name])
    pictures = runtime.take_pictures(app.turn)
    for side, picture, angles in zip(("left", "right"), pictures, (LEFT, RIGHT), strict=True):
        eye = Eye.of_pose(quaternion(*POSES[name]), angles, turn_rad=1.0)
        assert np.abs(picture - drawn(app, eye, sharp=False)).mean() < 1
        path = GOLDEN / f"{name}-{side}.png"
        if request.config.getoption("regenerate_golden"):
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(picture).save(path, optimize=True)
        off = np.abs(picture.astype(int) - np.asarray(Image.open(path).convert("RGB")))
        assert (off > ATOL).any(-1).mean() <= STRAY, f"{name} {side}: up to {off.max()} off {path}"
    assert np.abs(pictures[0].astype(int) - pictures[1]).mean() > 2


def test_the_golden_pictures_are_small_and_all_are_of_a_test():
    files = sorted(GOLDEN.iterdir())
    assert [path.stem for path in files] == [f"{name}-{side}" for name in POSES for side in ("left", "right")]
    assert sum(path.stat().st_size for path in files) < 200_000


def test_every_patch_that_a_pixel_of_either_eye_shows_is_in_the_visible_set(app, runtime, monkeypatch):
    """Each slot in a colour of its own, by the X-ray; what colours are read back says which patches are seen."""
    session, streamer = app.session, app.session.streamer
    enter(app)
    monkeypatch.setattr(session.inspector, "look", lambda now: {})
    app.handler.act(Command.TOGGLE_XRAY)
    colours = {cell: (60 + 20 * cell[0], 10 + 15 * cell[1], 200) for cell, _ in streamer.window.cells()}
    assert len(set(colours.values())) == len(colours)
    session.renderer.mark({slot: (*colours[cell], 255) for cell, slot in streamer.window.cells()}, {})
    for pose in ((0, 0, 0), (100, -20, 15), (200, 25, -40), (30, 80, 0)):
        hold(app, runtime, pose)
        seen = np.concatenate([picture.reshape(-1, 3) for picture in runtime.take_pictures(app.turn)])
        shown = {cell for cell, colour in colours.items() if (seen == colour).all(-1).any()}
        visible = {cell for level, *cell in streamer.visible for cell in [tuple(cell)] if level == 0}
        eyes = [Eye.of_pose(quaternion(*pose), angles, turn_rad=1.0) for angles in (LEFT, RIGHT)]
        wide, exact = (
            set().union(*(sampled(eye, streamer.grid, session.projection, rim=rim) for eye in eyes)) for rim in (3, 0)
        )
        assert shown
        assert shown <= visible, (pose, shown - visible)
        assert exact <= visible, (pose, exact - visible)
        if pose[1] < 60:  # nearer a pole neighbouring rays of the brute force are many texels apart
            assert visible <= wide, (pose, visible - wide)


def linear(picture):
    light = picture / 255
    return np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4) * 255


def test_a_runtime_without_srgb_gets_linear_light_of_eyes_panel_and_ray(app, runtime):
    pictures = []
    for line in ("", "linear"):
        runtime.restart(line, "aim -5 -10", "menu 1")
        enter(app)
        settle(app)
        runtime.save(app.turn)
        pictures.append([runtime.picture(name) for name in ("left", "panel", "ray")])
        app.handler.act(Command.TOGGLE_HEADSET)
        app.workspace.dismiss()
    for encoded, light in zip(*pictures, strict=True):
        assert encoded.max() > 100
        assert np.abs(light - linear(encoded)).mean() < 2


def test_another_room_appears_out_of_the_dark(app, runtime):
    enter(app)
    settle(app)
    light, _ = runtime.take_pictures(app.turn)
    app.handler.act(Command.NEXT_ROOM)
    turn(app, lambda: app.headset.view._fade.darkness > 0.5)
    dark, _ = runtime.take_pictures(app.turn)
    assert dark.mean() < 0.8 * light.mean()
    settle(app)
    assert runtime.take_pictures(app.turn)[0].mean() > 1.1 * dark.mean()


def test_a_complete_room_goes_to_the_runtime_as_a_whole(app, runtime, monkeypatch):
    runtime.restart("spheres", "pose 30 10 20")
    monkeypatch.setattr("viewer.session.headset_view.MOST_SPHERE_PX", 512)
    enter(app)
    app.headset.view._wants_sphere = True
    settle(app)
    turned = app.headset.view._turn_rad
    runtime.save(app.turn)
    assert not (runtime.folder / "left.ppm").exists()
    x, y, z, w, radius, across, upper, lower = runtime.numbers("sphere")
    assert (x, z, radius) == (0, 0, 0)
    assert (across, upper, lower) == pytest.approx((2 * math.pi, math.pi / 2, -math.pi / 2))
    sphere = runtime.picture("sphere").astype(int)
    height, width = sphere.shape[:2]
    eye = Eye.of_pose(quaternion(30, 10, 20), LEFT)  # in the runtime's frame, +Z ahead
    down, right = (np.arange(size) for size in (PX[1], PX[0]))
    d = eye.directions((right[None] + 0.5) / PX[0] * 2 - 1, 1 - (down[:, None] + 0.5) / PX[1] * 2)
    middle = -2 * math.atan2(y, w)  # how far to the right of straight ahead the sphere's middle stands
    u = (np.arctan2(d[..., 0], d[..., 2]) - middle) / (2 * math.pi) + 0.5
    v = 0.5 - np.arctan2(d[..., 1], np.hypot(d[..., 0], d[..., 2])) / math.pi
    seen = sphere[np.clip(v * height, 0, height - 1).astype(int), (u % 1 * width).astype(int)]
    wanted = drawn(app, Eye.of_pose(quaternion(30, 10, 20), LEFT, turn_rad=turned), sharp=False)
    assert np.abs(seen - wanted).mean() < 0.15 * np.abs(wanted - wanted.mean((0, 1))).mean() + 2
    app.handler.act(Command.TOGGLE_XRAY)
    frames(app, 2)
    runtime.take_pictures(app.turn)  # the eyes' again: the X-ray is not of the sphere
    app.handler.act(Command.TOGGLE_XRAY)
    app.handler.act(Command.NEXT_ROOM)
    settle(app)
    runtime.save(app.turn)
    assert np.abs(runtime.picture("sphere") - sphere).mean() > 2


def test_a_runtime_that_takes_no_spheres_gets_eyes(app, runtime):
    enter(app)
    app.headset.view._wants_sphere = True
    settle(app)
    runtime.take_pictures(app.turn)
