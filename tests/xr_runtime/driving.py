"""Turns the window's loop until something has come about."""

import time

from viewer.camera.camera import View
from viewer.state.latents import Latents
from viewer.ui.actions import Command
from viewer.xr.condition import Condition

LEFT, RIGHT = (-0.9425, 0.6981, 0.7679, -0.9599), (-0.6981, 0.9425, 0.7679, -0.9599)
PX = (160, 168)
LONGEST_S = 120  # on a machine that is busy with much else


def turn(app, until, seconds=LONGEST_S):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "timed out"
        app.turn()


def enter(app):
    app.handler.act(Command.TOGGLE_HEADSET)
    turn(app, lambda: app.headset.showing and app.headset.view.frames)


def frames(app, number):
    """So many more frames in the headset."""
    before = app.headset.view.frames
    turn(app, lambda: app.headset.view.frames >= before + number)


def settle(app):
    """Until the room is complete, faded in and light."""
    streamer = app.session.streamer
    frames(app, 1)  # what was asked for just now is known only then
    turn(app, lambda: streamer.complete and streamer.share == 1 and not streamer.busy(time.monotonic()))
    turn(app, lambda: app.headset.view._fade.darkness == 0)
    frames(app, 2)


def come_back(app, seed=0):
    """To where every test may begin: a room, a look, no headset."""
    if app.headset.view is not None:
        app.handler.act(Command.TOGGLE_HEADSET)
    if app.handler.status.xray:
        app.handler.act(Command.TOGGLE_XRAY)
    app.session.change(Latents.of_seed(seed, len(app.session.latents.base)))
    app.controls.camera = app.controls.camera.look(yaw_rad=1.0, pitch_rad=0.0)
    app.workspace.dismiss()


def condition(app):
    return app.headset.view.source.condition if app.headset.view else Condition.OFF


FIRST_VIEW = View(1.0)
