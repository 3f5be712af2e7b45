"""Poses, frames and what they are made of, as OpenXR has them: X right, Y up, −Z forward, metres, radians."""

from dataclasses import dataclass

__all__ = ["PANEL_PX", "EyePose", "Frame", "Hand", "Layers", "PanelPlace", "Pose", "Quaternion", "Vector"]

Quaternion = tuple[float, float, float, float]  # x, y, z, w
Vector = tuple[float, float, float]

PANEL_PX = (640, 656)  # of the panel


@dataclass(frozen=True)
class Pose:
    """How something is turned, and where it is."""

    orientation: Quaternion
    position: Vector


@dataclass(frozen=True)
class EyePose(Pose):
    """An eye's pose, and the angles of its left, right, upper and lower sides."""

    angles_rad: tuple[float, float, float, float]


@dataclass(frozen=True)
class Hand:
    """What a controller does; ``aim``: its ray, along −Z; ``grip``: where it is held. None: it is not tracked."""

    aim: Pose | None = None
    grip: Pose | None = None
    trigger: bool = False
    menu: bool = False


@dataclass(frozen=True)
class Frame:
    """A frame that is to be drawn: when it will be seen, by which eyes, and what the left and right hands do."""

    time_s: float
    eyes: tuple[EyePose, EyePose]
    hands: tuple[Hand, Hand] = (Hand(), Hand())


@dataclass(frozen=True)
class PanelPlace(Pose):
    """Where something flat stands: its middle, how it is turned, its width and height in metres."""

    size_m: tuple[float, float]


@dataclass(frozen=True)
class Layers:
    """What a frame consists of, from the back to the front; of nothing the headset shows nothing.

    ``eyes``: what was drawn for both; ``sphere``: the panorama that was drawn as a whole, so turned, in place of them.
    """

    eyes: bool = True
    sphere: Quaternion | None = None
    panel: PanelPlace | None = None
    ray: PanelPlace | None = None
