"""The room as a headset sees it: what its eyes look at, how it is drawn, its panel, its fades. Knows no runtime."""

import math
import time
from collections.abc import Callable

from viewer.camera.camera import Camera
from viewer.camera.head import Eye, Head, HeadCamera
from viewer.camera.head_motion import HeadMotion
from viewer.session.session import Session
from viewer.ui.actions import Action
from viewer.ui.headset_panel import HeadsetPanel
from viewer.xr.condition import Condition
from viewer.xr.headset import FrameSource
from viewer.xr.panel_place import forward_of, gaze_of, hit, place_before
from viewer.xr.pose import PANEL_PX, Frame, PanelPlace
from viewer.xr.pose_file import PoseWriter

__all__ = ["HeadsetView"]

WAIT_S = 0.05  # longer than a frame of any headset; the window hears its events in between
DARKEN_S, LIGHTEN_S, LONGEST_DARK_S = 0.12, 0.25, 0.8  # another room
LOOK_DOWN_RAD, LOOK_DOWN_S = math.radians(-40), 1.2  # without a controller: who looks down so long gets the panel


class HeadsetView:
    """Call :meth:`look` once a frame, then have the session go on with the camera that it gives, then :meth:`draw`.

    Attributes:
        source: where frames come from.
        frame: the one that is to be drawn; None if there is none.
        frames: drawn so far.
    """

    def __init__(self, source: FrameSource, writer: PoseWriter | None = None) -> None:
        """Nothing has been seen yet."""
        self.source, self.frames = source, 0
        self.frame: Frame | None = None
        self._writer, self._motion = writer, HeadMotion()
        self._turn_rad: float | None = None  # how far to the right of the panorama's first column the front lies
        self._head: Head | None = None
        self._panel: HeadsetPanel | None = None
        self._place: PanelPlace | None = None
        self._menu = self._trigger = False
        self._looks_down_s: float | None = None
        self._room: tuple[Session, int] | None = None
        self._changed_s = -math.inf
        self._lit_s = -math.inf  # since when it becomes light again
        self._drawn_s = time.monotonic()
        self._prepared: Session | None = None

    @property
    def showing(self) -> bool:
        """Whether the headset shows the room."""
        return self.source.condition is Condition.SHOWING

    def look(self, camera: Camera) -> HeadCamera | None:
        """Wait for the next frame, and say how the head looks in it; at first ahead is where ``camera`` looks."""
        self.source.step()
        self.frame = self.source.wait(WAIT_S)
        if self.frame is None:
            return None
        if self._writer is not None:
            self._writer.write(self.frame, self.source.size_px)
        if self._turn_rad is None:
            self.recentre(camera.view.yaw_rad)
        turn_rad, near_rad = self._turn_rad or 0.0, self._head.yaw_rad if self._head else camera.view.yaw_rad
        left, right = (
            Eye.of_pose(eye.orientation, eye.angles_rad, turn_rad=turn_rad, near_rad=near_rad)
            for eye in self.frame.eyes
        )
        self._head = Head(left, right)
        return self._motion.follow(self._head, self.frame.time_s)

    def recentre(self, yaw_rad: float) -> None:
        """Let the head look there as it is held now."""
        if self.frame is not None:
            ahead = forward_of(self.frame.eyes[0].orientation)
            self._turn_rad = yaw_rad - math.atan2(ahead[0], -ahead[2])
            self._motion = HeadMotion()  # the room has turned, not the head
            self._changed_s = self._lit_s = time.monotonic()

    @property
    def screen_px(self) -> tuple[int, int]:
        """Pixels of all that both eyes see, at an eye's resolution."""
        width, height = self.source.size_px
        if self._head is None:
            return max(width, 1), max(height, 1)
        eye = self._head.left
        return round(width * self._head.half_width / eye.frustum[0]), height

    def draw(
        self, session: Session, now_s: float, *, sharp: bool, xray: bool, favourite: Callable[[], bool]
    ) -> list[Action]:
        """Draw the frame for both eyes, and the panel if it is open; what the panel is asked for."""
        frame, head = self.frame, self._head
        if frame is None or head is None:
            return []
        self.frame = None
        self._prepare(session)
        session.renderer.xray = xray
        try:
            actions = self._draw_all(session, frame, head, now_s, sharp=sharp, favourite=favourite)
        except Exception as error:  # the runtime's errors have many classes
            self.source.fail(error)
            return []
        self._drawn_s, self.frames = now_s, self.frames + 1
        return actions

    def _draw_all(
        self,
        session: Session,
        frame: Frame,
        head: Head,
        now_s: float,
        *,
        sharp: bool,
        favourite: Callable[[], bool],
    ) -> list[Action]:
        darkness, actions = self._darkness(session, now_s), list[Action]()
        for index, eye in enumerate((head.left, head.right)):
            with self.source.draw(index):
                session.renderer.draw_eye(eye, now_s, sharp=sharp, darkness=darkness, linear=self.source.linear)
        self._open_or_close(frame, now_s)
        if self._place is not None:
            actions = self._draw_panel(session, frame, self._place, now_s, favourite=favourite())
        self.source.end(self._place)
        return actions

    def close(self) -> None:
        """Leave the headset."""
        self.source.close()
        if self._panel is not None:
            self._panel.close()
        if self._writer is not None:
            self._writer.close()

    def _prepare(self, session: Session) -> None:
        """Have the eyes' programs compiled, once a session; until then the first frames may wait for them."""
        if self._prepared is session:
            return
        self._prepared = session
        session.renderer.expect_eyes(linear=self.source.linear)

    def _darkness(self, session: Session, now_s: float) -> float:
        """1 is black: another room appears out of the dark; sliders change this one in the light."""
        room = session, session.latents.seed
        if self._room is not None and room != self._room:
            self._changed_s, self._lit_s = now_s, math.inf
        self._room = room
        dark_s = now_s - self._changed_s
        if self._lit_s == math.inf and dark_s > DARKEN_S and (session.streamer.complete or dark_s > LONGEST_DARK_S):
            self._lit_s = now_s
        if self._lit_s == math.inf:
            return min(dark_s / DARKEN_S, 1.0)
        return min(max(1 - (now_s - self._lit_s) / LIGHTEN_S, 0.0), 1.0)

    def _open_or_close(self, frame: Frame, now_s: float) -> None:
        """The menu button, a trigger beside the panel, or a long look down."""
        hand, pressed = frame.hand, frame.hand.menu and not self._menu
        beside = self._place is None or self._pointer(frame, self._place) is None
        pressed |= hand.trigger and not self._trigger and beside
        self._menu, self._trigger = hand.menu, hand.trigger
        ahead = forward_of(frame.eyes[0].orientation)
        if hand.orientation is not None or math.asin(max(-1.0, min(1.0, ahead[1]))) > LOOK_DOWN_RAD:
            self._looks_down_s = None
        elif self._looks_down_s is None:
            self._looks_down_s = now_s
        elif now_s - self._looks_down_s > LOOK_DOWN_S:
            pressed, self._looks_down_s = True, math.inf
        if pressed:
            aspect = PANEL_PX[0] / PANEL_PX[1]
            self._place = place_before(frame.eyes, aspect) if self._place is None else None

    def _pointer(self, frame: Frame, place: PanelPlace) -> tuple[float, float] | None:
        hand = frame.hand
        if hand.orientation is not None:
            return hit(place, hand.position, hand.orientation)
        return hit(place, *gaze_of(frame.eyes))

    def _draw_panel(
        self, session: Session, frame: Frame, place: PanelPlace, now_s: float, *, favourite: bool
    ) -> list[Action]:
        if self._panel is None:
            self._panel = HeadsetPanel(PANEL_PX)
        trigger = frame.hand.trigger if frame.hand.orientation is not None else None
        with self.source.draw_panel():
            return self._panel.draw(
                session.latents,
                session.names,
                self._pointer(frame, place),
                trigger=trigger,
                favourite=favourite,
                now_s=now_s,
                dt_s=now_s - self._drawn_s,
            )
