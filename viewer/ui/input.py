"""From mouse and keys to the camera. What ImGui owns never gets here."""

import math
from dataclasses import replace

from pyglet.window import BaseWindow, key, mouse

from viewer.camera.camera import DEFAULT_FOV_RAD, FLIGHT_S, Camera
from viewer.camera.view_projection import VIEW_PROJECTIONS, ViewProjection
from viewer.ui.actions import Command, command_of_keys
from viewer.ui.pitch_limit import PitchLimit

__all__ = ["Controls"]

DOUBLE_CLICK_S = 0.35
DOUBLE_CLICK_PX = 6
KEY_SPEED = 0.9  # of a rectilinear view's default field of view, a second
IDLE_S = 5.0  # before the room turns by itself; Pannellum's and Photo Sphere Viewer's lie between 2 and 10
DRIFT_RAD_S = math.radians(3)  # of the first look and of a tour: seen, but no reason to hurry
IDLE_SPEED_RAD_S = math.radians(12)  # Photo Sphere Viewer's two turns a minute
ARROWS = {key.LEFT: (-1, 0), key.RIGHT: (1, 0), key.UP: (0, 1), key.DOWN: (0, -1)}
ARROWS |= {key.A: (-1, 0), key.D: (1, 0), key.W: (0, 1), key.S: (0, -1)}
# Held while scrolling; pyglet tells of no modifiers then.
CTRL, SHIFT = frozenset({key.LCTRL, key.RCTRL}), frozenset({key.LSHIFT, key.RSHIFT})
SOFT: tuple[ViewProjection, ...] = ("rectilinear", "panini")  # where the pitch has a soft end
TURNED_S = 0.1  # a stick that has not turned the view for so long is at rest
NOTCH_TURN = 0.06  # of the field of view, as KEY_SPEED: sixteen notches turn by what is seen


class Controls:
    """Holds the camera that the events turn; ``active`` says whether a button or key is down.

    ``pressed`` collects the commands of keys that are not about the camera, for whoever acts on them. With
    ``autorotate`` the room turns by itself when nobody has touched anything for a while. With ``reduced_motion``
    nothing flies or glides, and the room turns only until it is touched.

    ``dragged`` says whether the user has ever turned the room by hand; ``clicked`` collects the device coordinates of
    clicks that turned nothing.
    """

    def __init__(self, window: BaseWindow, camera: Camera) -> None:
        """Push handlers onto the window; attach ImGui after this, so that it comes first."""
        self.camera = camera
        self.pressed: list[Command] = []
        self.autorotate = self.reduced_motion = False
        self._window, self._home = window, camera
        self.dragged = False
        self.clicked: list[tuple[float, float]] = []
        self.limit = PitchLimit()
        self._speed_rad_s, self._welcoming = IDLE_SPEED_RAD_S, False
        self._held: set[int] = set()
        self._dragging = False
        self._moved_s = 0.0  # since the last drag event
        self._click = (-math.inf, 0, 0)
        self._clock_s = self._touched_s = 0.0
        self._turned_s = -math.inf  # when a key or a stick last did
        window.push_handlers(
            on_mouse_press=self._press,
            on_mouse_drag=self._drag,
            on_mouse_release=self._release,
            on_mouse_scroll=self._scroll,
            on_key_press=self._key_press,
            on_key_release=self._key_release,
            on_deactivate=self._release_keys,
            on_resize=self._resize,
        )

    @property
    def active(self) -> bool:
        """Whether the user turns the camera right now or inertia does."""
        held = self._dragging or bool(self._held - CTRL - SHIFT) or self._clock_s - self._turned_s < TURNED_S
        return held or self.camera.moving or self.turning or self.limit.springs

    @property
    def seen(self) -> Camera:
        """The camera as it is to be shown: pulled beyond the pitch's limit it gives a little."""
        view = self.camera.view
        if not self.limit.springs or view.lens not in SOFT or self.reduced_motion:
            return self.camera
        pitch_rad = min(max(view.pitch_rad + self.limit.stretch_rad, -math.pi / 2), math.pi / 2)
        return replace(self.camera, view=replace(view, pitch_rad=pitch_rad))

    @property
    def limited(self) -> int:
        """1 while it is to be told why the view goes no farther up, −1 for down, else 0."""
        return self.limit.side(self._clock_s)

    @property
    def turning(self) -> bool:
        """Whether the room turns by itself now."""
        return self.autorotate and not self._dragging and self._clock_s - self._touched_s > IDLE_S

    def through(self, lens: ViewProjection) -> None:
        """Look through another lens."""
        self.touch()
        self.camera = self.camera.through(lens, seconds=0) if self.reduced_motion else self.camera.through(lens)

    def face(self, yaw_rad: float) -> None:
        """Turn to a yaw, the shorter way round."""
        self.touch()
        turn = (yaw_rad - self.camera.view.yaw_rad + math.pi) % (2 * math.pi) - math.pi
        self.camera = self.camera.stop().nudge(turn, 0.0)

    def drift(self, *, on: bool) -> None:
        """Turn slowly by itself from now on, or stop; with reduced motion nothing does."""
        self.autorotate = on and not self.reduced_motion
        self._speed_rad_s = DRIFT_RAD_S if on else IDLE_SPEED_RAD_S
        self._touched_s = -IDLE_S if on else self._clock_s

    def welcome(self) -> None:
        """Turn slowly until somebody touches anything, and then no more."""
        self.drift(on=True)
        self._welcoming = self.autorotate

    def touch(self) -> None:
        """Somebody is there: the room does not turn by itself; with reduced motion, not until it is asked to again."""
        self._touched_s = self._clock_s
        if self._welcoming:
            self._welcoming = False
            self.drift(on=False)
        self.autorotate &= not self.reduced_motion

    def reduce_motion(self, on: bool) -> None:
        """Move only as the user does, or as usual again; what moves by itself is at its end."""
        self.reduced_motion = on
        if on:
            self.touch()
            self.camera = self.camera.stop().step(FLIGHT_S)

    def step(self, dt_s: float) -> None:
        """Advance keys and inertia."""
        self._clock_s += dt_s
        self._moved_s += dt_s
        if self._dragging:
            self.camera = self.camera.hold(dt_s) if self._moved_s > dt_s else self.camera
            return
        self.limit.release(dt_s)
        if self.reduced_motion:
            self.camera = self.camera.stop()
        arrows = [ARROWS[symbol] for symbol in self._held if symbol in ARROWS]
        right, up = sum(x for x, _ in arrows), sum(y for _, y in arrows)
        if right or up:
            self.turn(KEY_SPEED * right * dt_s, KEY_SPEED * up * dt_s)
        elif self.turning:
            self.camera = self.camera.step(dt_s).nudge(self._speed_rad_s * dt_s, 0.0)
        else:
            self.camera = self.camera.step(dt_s)

    def turn(self, right: float, up: float) -> None:
        """Turn by so many fields of view, of a rectilinear view's default at most."""
        self.touch()
        self.dragged, self._turned_s = True, self._clock_s
        way, before = min(self.camera.view.fov_rad, DEFAULT_FOV_RAD), self.camera.stop()
        self.camera = before.nudge(right * way, up * way)
        self._pull(self.camera, replace(before, half_extent_rad=math.pi / 2).nudge(right * way, up * way))

    def zoom(self, notches: float) -> None:
        """As the wheel does, by so many notches."""
        self.touch()
        self.camera = self.camera.zoom(notches)

    def ask(self, command: Command) -> None:
        """Do what is asked of the camera now; leave the rest to whoever acts on :attr:`pressed`."""
        if not self.run(command):
            self.pressed.append(command)

    def _pull(self, moved: Camera, free: Camera) -> None:
        """The camera has ``moved`` as far as there is something to see; on a whole sphere it had come to ``free``."""
        self.limit.pull(free.view.pitch_rad - moved.view.pitch_rad, self._clock_s)

    def _device(self, x: float, y: float) -> tuple[float, float]:
        width, height = self._window.get_size()
        return 2 * x / max(width, 1) - 1, 2 * y / max(height, 1) - 1

    def _press(self, x: int, y: int, button: int, _modifiers: int) -> None:
        self.touch()
        if button != mouse.LEFT:
            return
        when, before_x, before_y = self._click
        self._click = (self._clock_s, x, y)
        if self._clock_s - when < DOUBLE_CLICK_S and math.hypot(x - before_x, y - before_y) < DOUBLE_CLICK_PX:
            self.reset()
        self.camera, self._dragging, self._moved_s = self.camera.stop(), True, 0.0

    def _drag(self, x: int, y: int, dx: int, dy: int, _buttons: int, _modifiers: int) -> None:
        if self._dragging:
            self.dragged |= math.hypot(x - self._click[1], y - self._click[2]) > DOUBLE_CLICK_PX
            before, start, end = self.camera, self._device(x - dx, y - dy), self._device(x, y)
            self.camera = before.drag(start, end, self._moved_s)
            self._pull(self.camera, replace(before, half_extent_rad=math.pi / 2).drag(start, end, self._moved_s))
            self._moved_s = 0.0

    def _release(self, x: int, y: int, button: int, _modifiers: int) -> None:
        if button == mouse.LEFT:
            when, pressed_x, pressed_y = self._click
            still = math.hypot(x - pressed_x, y - pressed_y) < DOUBLE_CLICK_PX
            if self._dragging and still and self._clock_s - when < DOUBLE_CLICK_S:
                self.clicked.append(self._device(x, y))
            self._dragging = False

    def _scroll(self, x: int, y: int, right: float, up: float) -> None:
        """Up and down zooms, with Ctrl (so drivers tell of a pinch) about the cursor; sideways or with Shift turns."""
        self.touch()
        if self._held & SHIFT:
            right, up = right - up, 0.0
        if up:
            self.camera = self.camera.zoom(up, self._device(x, y) if self._held & CTRL else None)
        if right:
            way = NOTCH_TURN * min(self.camera.view.fov_rad, DEFAULT_FOV_RAD) * right
            self.camera = self.camera.stop().nudge(way, 0.0)

    def run(self, command: Command) -> bool:
        """Do what is asked of the camera; False if the command is about something else."""
        match command:
            case Command.ZOOM_IN:
                self.camera = self.camera.zoom(1)
            case Command.ZOOM_OUT:
                self.camera = self.camera.zoom(-1)
            case Command.FIRST_LOOK:
                self.reset()
            case Command.NEXT_PROJECTION:
                index = VIEW_PROJECTIONS.index(self.camera.view.lens) + 1
                self.through(VIEW_PROJECTIONS[index % len(VIEW_PROJECTIONS)])
            case Command.TURN_BY_ITSELF:
                self.autorotate = not self.autorotate
                self._touched_s = -IDLE_S if self.autorotate else self._clock_s
            case Command.FACE_NORTH:
                self.face(0.0)
            case _:
                return False
        return True

    def _key_press(self, symbol: int, modifiers: int) -> bool | None:
        turns = self.autorotate
        self.touch()
        control, shift = bool(modifiers & (key.MOD_CTRL | key.MOD_COMMAND)), bool(modifiers & key.MOD_SHIFT)
        command = command_of_keys(key.symbol_string(symbol), control=control, shift=shift)
        if command is Command.TURN_BY_ITSELF:
            self.autorotate = turns  # with reduced motion the touch has ended it
        if command is not None:
            self.ask(command)
        elif symbol in CTRL | SHIFT or (symbol in ARROWS and not control):
            self._held.add(symbol)
        return True if symbol == key.ESCAPE else None  # else pyglet closes the window

    def _key_release(self, symbol: int, _modifiers: int) -> None:
        self._held.discard(symbol)

    def _release_keys(self) -> None:
        """Another window has the keyboard now, and hears when a key comes up."""
        self._held.clear()

    def _resize(self, _width: int, _height: int) -> None:
        self.camera = self.camera.resize(*self._window.get_framebuffer_size())

    def settle(self, camera: Camera) -> None:
        """Another room: look through this camera, and come back to it."""
        self.touch()
        self.limit.forget()
        self.camera = self._home = camera

    def reset(self) -> None:
        """Back to the first look and lens, in the present shape of the window."""
        aspect = self.camera.view.aspect
        self.camera = replace(self._home, view=replace(self._home.view, aspect=aspect)).look()
