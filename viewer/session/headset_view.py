"""The room as a headset sees it: what its eyes look at, how it is drawn, its panel, its fades. Knows no runtime."""

import math
from collections.abc import Callable

from viewer.camera.camera import Camera
from viewer.camera.head import Eye, Head, HeadCamera
from viewer.camera.head_motion import HeadMotion
from viewer.session.headset_fade import HeadsetFade
from viewer.session.headset_menu import HeadsetMenu
from viewer.session.session import Session
from viewer.ui.actions import Action
from viewer.ui.headset_panel import PanelModel
from viewer.xr.condition import Condition
from viewer.xr.frame_source import FrameSource
from viewer.xr.panel_place import forward_of
from viewer.xr.pose import Frame, Layers, Quaternion
from viewer.xr.pose_file import PoseWriter

__all__ = ["HeadsetView"]

WAIT_S = 0.05  # longer than a frame of any headset; the window hears its events in between
MOST_SPHERE_PX = 4096  # columns of the panorama as a whole


class HeadsetView:
    """Call :meth:`look` once a frame, then have the session go on with the camera that it gives, then :meth:`draw`.

    Attributes:
        source: where frames come from.
        frame: the one that is to be drawn; None if there is none.
        frames: drawn so far.
        menu: the panel.
    """

    def __init__(self, source: FrameSource, writer: PoseWriter | None = None, *, sphere: bool = False) -> None:
        """Nothing has been seen yet. ``sphere``: a panorama that is complete is given as a whole, where it is taken."""
        self.source, self.frames, self.menu = source, 0, HeadsetMenu()
        self.frame: Frame | None = None
        self._writer, self._motion, self._fade = writer, HeadMotion(), HeadsetFade()
        self._turn_rad: float | None = None  # how far to the right of the panorama's first column the front lies
        self._head: Head | None = None
        self._prepared: Session | None = None
        self._wants_sphere = sphere
        self._sphere_of: tuple[Session, int] | None = None  # session and revision of the one that was drawn

    @property
    def showing(self) -> bool:
        """Whether the headset shows the room."""
        return self.source.condition is Condition.SHOWING

    def look(self, camera: Camera, session: Session) -> HeadCamera | None:
        """Wait for the next frame, and say how the head looks in it; at first ahead is where ``camera`` looks.

        No frame is asked for before all programs are compiled that one may need.
        """
        self.source.step()
        self.frame = self.source.wait(WAIT_S) if self._is_prepared(session) else None
        if self.frame is None:
            self._sphere_of = None  # who has lost the headset has lost what it was given
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
            self._fade.blink()

    @property
    def screen_px(self) -> tuple[int, int]:
        """Pixels of all that both eyes see, at an eye's resolution."""
        width, height = self.source.size_px
        if self._head is None:
            return max(width, 1), max(height, 1)
        eye = self._head.left
        return round(width * self._head.half_width / eye.frustum[0]), height

    def draw(
        self, session: Session, now_s: float, *, sharp: bool, xray: bool, model: Callable[[], PanelModel]
    ) -> list[Action]:
        """Draw the frame for both eyes, and the panel, which shows ``model``, if it is open; what that is asked for."""
        frame, head = self.frame, self._head
        if frame is None or head is None:
            return []
        self.frame = None
        session.renderer.xray = xray
        self.menu.follow(frame, now_s)
        try:
            sphere = self._draw_room(session, head, now_s, sharp=sharp)
            actions = self.menu.draw(self.source, frame, model(), now_s) if self.menu.place else []
            self.source.end(Layers(sphere=sphere, panel=self.menu.place, ray=self.menu.ray))
        except Exception as error:  # the runtime's errors have many classes
            self.source.fail(error)
            return []
        self.frames += 1
        return actions

    def close(self) -> None:
        """Leave the headset."""
        self.source.close()
        self.menu.close()
        if self._writer is not None:
            self._writer.close()

    def _is_prepared(self, session: Session) -> bool:
        """Compile one more program, until all are known; then the panel's turn comes."""
        if self._prepared is session or self.source.size_px == (0, 0):
            return True
        with self.source.rehearse():
            if session.renderer.warm_up_eyes(linear=self.source.linear, sphere=self._gives_sphere):
                return False
        self.menu.prepare()
        self._prepared = session
        return True

    def _draw_room(self, session: Session, head: Head, now_s: float, *, sharp: bool) -> Quaternion | None:
        """For each eye, or as a whole: then how that is turned."""
        darkness = self._fade.follow(session, session.latents, now_s, complete=session.streamer.complete)
        linear, renderer = self.source.linear, session.renderer
        streamer = session.streamer
        still = not (darkness or renderer.xray or streamer.busy(now_s))
        if self._gives_sphere and still and streamer.levels.shows_only(streamer.revision):
            return self._draw_sphere(session, now_s)
        for index, eye in enumerate((head.left, head.right)):
            with self.source.draw(index):
                renderer.draw_eye(eye, now_s, sharp=sharp, darkness=darkness, linear=linear)
        return None

    @property
    def _gives_sphere(self) -> bool:
        return self._wants_sphere and self.source.spheres

    def _draw_sphere(self, session: Session, now_s: float) -> Quaternion:
        """Only another room is drawn again, and as well as it can be: that is once."""
        drawn = session, session.streamer.revision
        if drawn != self._sphere_of:
            self._sphere_of = drawn
            width = min(2 * session.streamer.grid.width_px, MOST_SPHERE_PX)
            with self.source.draw_sphere((width, width // 2)):
                session.renderer.draw_sphere(now_s, linear=self.source.linear)
        half = (self._turn_rad or 0.0) / 2  # its middle is yaw 0, which lies so far to the left of the front
        return (0.0, math.sin(half), 0.0, math.cos(half))
