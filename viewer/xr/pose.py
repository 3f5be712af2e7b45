"""Poses and frames, as OpenXR has them: X right, Y up, −Z forward, metres, radians."""

from dataclasses import dataclass

__all__ = ["PANEL_PX", "EyePose", "Frame", "Hand", "PanelPlace", "Quaternion", "Vector"]

Quaternion = tuple[float, float, float, float]  # x, y, z, w
Vector = tuple[float, float, float]

PANEL_PX = (640, 560)  # of the panel


@dataclass(frozen=True)
class EyePose:
    """Where an eye is, how it is turned, and the angles of its left, right, upper and lower sides."""

    orientation: Quaternion
    position: Vector
    angles_rad: tuple[float, float, float, float]


@dataclass(frozen=True)
class Hand:
    """What a controller does; ``orientation`` and ``position`` of its ray, None where it is not tracked."""

    orientation: Quaternion | None = None
    position: Vector = (0.0, 0.0, 0.0)
    trigger: bool = False
    menu: bool = False


@dataclass(frozen=True)
class Frame:
    """A frame that is to be drawn: when it will be seen, by which eyes, and what the hand does."""

    time_s: float
    eyes: tuple[EyePose, EyePose]
    hand: Hand = Hand()


@dataclass(frozen=True)
class PanelPlace:
    """Where a flat panel stands: its middle, how it is turned, its width and height in metres."""

    orientation: Quaternion
    position: Vector
    size_m: tuple[float, float]
