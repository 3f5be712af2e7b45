"""The panel in a headset: opens and closes, stands before the eyes or over the left wrist, is pointed or gazed at."""

import math

from viewer.ui.actions import Action
from viewer.ui.headset_panel import HeadsetPanel, PanelModel
from viewer.xr.frame_source import FrameSource
from viewer.xr.panel_place import forward_of, gaze_of, hit, place_before, place_on_wrist, ray_place
from viewer.xr.pose import PANEL_PX, Frame, Hand, PanelPlace

__all__ = ["HeadsetMenu"]

LOOK_DOWN_RAD, LOOK_DOWN_S = math.radians(-40), 1.2  # without a controller: who looks down so long gets the panel
ASPECT = PANEL_PX[0] / PANEL_PX[1]


class HeadsetMenu:
    """Call :meth:`follow` once a frame, and :meth:`draw` if it has a place then.

    Attributes:
        place: where the panel stands; None while it is closed.
        ray: the controller's, as far as the panel, if there is one.
    """

    def __init__(self) -> None:
        """Closed."""
        self.place: PanelPlace | None = None
        self.ray: PanelPlace | None = None
        self._panel: HeadsetPanel | None = None
        self._open = self._menu = self._trigger = False
        self._stands: PanelPlace | None = None  # before the eyes, since it was opened there
        self._looks_down_s: float | None = None
        self._drawn_s = 0.0

    def follow(self, frame: Frame, now_s: float) -> None:
        """Open or close it: by the menu button, a trigger beside the panel, or a long look down; and place it."""
        hand, menu = _pointing(frame), any(one.menu for one in frame.hands)
        beside = self.place is None or self._pointer(frame, self.place) is None
        pressed = (menu and not self._menu) or (hand.trigger and not self._trigger and beside)
        self._menu, self._trigger = menu, hand.trigger
        if pressed or self._has_looked_down(frame, now_s):
            self._open, self._stands = not self._open, None
        self.place = self._where(frame) if self._open else None
        aim = hand.aim
        self.ray = None if aim is None or self.place is None else ray_place(aim, self.place, frame.eyes)

    def draw(self, source: FrameSource, frame: Frame, model: PanelModel, now_s: float) -> list[Action]:
        """Draw the panel, which has a place; what it is asked for."""
        assert self.place is not None
        hand, dt_s = _pointing(frame), now_s - self._drawn_s
        self._drawn_s = now_s
        trigger = hand.trigger if hand.aim is not None else None
        pointer = self._pointer(frame, self.place)
        panel = self.prepare()
        with source.draw_panel():
            return panel.draw(model, pointer, trigger=trigger, now_s=now_s, dt_s=dt_s)

    def prepare(self) -> HeadsetPanel:
        """Make the panel, whose fonts take a while; the one that there is if it has been made."""
        if self._panel is None:
            self._panel = HeadsetPanel(PANEL_PX)
        return self._panel

    def close(self) -> None:
        """Give everything back."""
        if self._panel is not None:
            self._panel.close()

    def _where(self, frame: Frame) -> PanelPlace:
        """Over the left wrist if the right hand can point at it there, else before the eyes, and there it stays."""
        left, right = frame.hands
        if left.grip is not None and right.aim is not None:
            self._stands = None
            return place_on_wrist(left.grip, frame.eyes, ASPECT)
        self._stands = self._stands or place_before(frame.eyes, ASPECT)
        return self._stands

    def _has_looked_down(self, frame: Frame, now_s: float) -> bool:
        """Once for each look down without a controller, after a while."""
        ahead = forward_of(frame.eyes[0].orientation)
        down = math.asin(max(-1.0, min(1.0, ahead[1]))) < LOOK_DOWN_RAD
        if _pointing(frame).aim is not None or not down:
            self._looks_down_s = None
        elif self._looks_down_s is None:
            self._looks_down_s = now_s
        elif now_s - self._looks_down_s > LOOK_DOWN_S:
            self._looks_down_s = math.inf
            return True
        return False

    def _pointer(self, frame: Frame, place: PanelPlace) -> tuple[float, float] | None:
        return hit(place, _pointing(frame).aim or gaze_of(frame.eyes))


def _pointing(frame: Frame) -> Hand:
    """The hand whose ray counts: the right one, or the left where only that is tracked."""
    left, right = frame.hands
    return left if right.aim is None and left.aim is not None else right
