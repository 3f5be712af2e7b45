"""Sky, sun and lamps of a furnished room, from day over dusk to night. Numpy only; radiances are relative."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.openings import WindowRow
from cocogan_core.data.rooms.parameters import RoomParameters

__all__ = ["Hour", "dusk_at", "hour_of", "light_uniforms"]

Vector = NDArray[np.float64]


def _ramp(value: float, low: float, high: float) -> float:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Hour:
    """How much there is of daylight, of the colours of dusk, and of the night, 0 … 1 each."""

    day: float
    dusk: float
    night: float


def dusk_at(hour: float) -> float:
    """How much there is of dusk's colours."""
    return math.exp(-(((hour - 0.38) / 0.24) ** 2))


def hour_of(n: RoomParameters) -> Hour:
    """Half of the numbers are day, and a quarter night."""
    hour = n.value("light.hour")
    return Hour(1 - _ramp(hour, 0.05, 0.75), dusk_at(hour), _ramp(hour, 0.1, 0.7))


def _sun(n: RoomParameters, hour: Hour) -> tuple[Vector, Vector]:
    """Direction toward the sun (3,), and its light."""
    azimuth = n.between("light.sun_azimuth", -0.75, 0.75)
    height = n.between("light.sun_height", 0.38, 0.85) * (1 - 0.5 * hour.dusk)
    towards = np.array([math.sin(azimuth) * math.cos(height), math.sin(height), math.cos(azimuth) * math.cos(height)])
    low = _ramp(-height, -0.8, -0.2)
    strength = n.between("light.sun", 0.0, 2.3) * (1 - _ramp(n.value("light.hour"), 0.3, 0.55))
    return towards, strength * np.array([1.0, 0.95 - 0.22 * low, 0.85 - 0.48 * low])


def _lamp(n: RoomParameters, hour: Hour) -> Vector:
    warmth = n.between("light.lamp_warmth", 0.25, 1.0)
    strength = n.between("light.lamps", 0.03, 0.22) + hour.night * n.between("light.lamps", 0.45, 0.75)
    return strength * np.array([1.0, 0.88 - 0.12 * warmth, 0.74 - 0.30 * warmth])


def light_uniforms(
    n: RoomParameters, rows: Sequence[WindowRow], lamps: Vector, *, room: Vector, floor: Vector
) -> dict[str, object]:
    """Uniforms of ``shaders/room_light.glsl`` and of the view outside.

    Args:
        n: the upright room's numbers.
        rows: its windows, the front wall's first.
        lamps: (2, 3) places of the pendant and of the standing lamp.
        room: (3,) width, height, depth.
        floor: colour (3,).
    """
    hour = hour_of(n)
    towards, sun = _sun(n, hour)
    lamp = _lamp(n, hour)
    areas = [4 * row.count * row.half[0] * row.half[1] for row in rows]
    sky = (1.7 * hour.day + 0.02) * (np.array([0.80, 0.91, 1.0]) + hour.dusk * np.array([0.25, -0.12, -0.30]))
    spot = _sun_spot(rows[0], towards, room)
    surface = float(room[0] * room[1] + room[1] * room[2] + room[2] * room[0])
    # least squares over 160 rendered rooms, ±12 %
    mean = (0.42 * sky.mean() * sum(areas) + 7.9 * lamp.mean() + 0.16 * sun.mean() * areas[0]) / surface
    return {
        "sky_light": sky,
        "ground_light": 0.42 * sky * np.array([1.0, 0.97, 0.80]),
        "sun_direction": towards,
        "sun_light": sun,
        "sun_patch": np.array([*spot, 0.7 * areas[0]]),
        "sun_patch_normal": np.array([0.0, 1.0, 0.0]),
        "sun_patch_light": sun * floor * towards[1],
        "lamp_place": lamps,
        "lamp_light": np.stack([lamp, 0.7 * lamp]),
        "lamp_shown": np.clip(0.55 + lamp * np.array([1.0, 0.95, 0.9]), 0, 1),
        "ambient": 0.022 * (sky + lamp),
        "exposure": float((0.34 - 0.10 * hour.night) / mean),
        "fire": 0.35 + 0.65 * hour.night,
        **_outside(hour),
    }


def _sun_spot(row: WindowRow, towards: Vector, room: Vector) -> Vector:
    """Where the sun shines on the floor through the middle of the front windows."""
    u, middle = row.middle
    spot = np.array([u, middle, room[2] / 2]) - towards * (middle / towards[1])
    spot[2] = max(spot[2], -room[2] / 2 + 0.3)  # a patch that climbs a wall gives its light from the foot of it
    return np.asarray(spot)


def _outside(hour: Hour) -> Mapping[str, object]:
    """Colours as shown: blue by day, violet over orange at dusk, navy at night."""
    high = hour.day * np.array([0.36, 0.58, 0.90]) + np.array([0.012, 0.018, 0.045])
    low = hour.day * np.array([0.80, 0.86, 0.90]) + np.array([0.020, 0.030, 0.060])
    dusk = 0.75 * hour.dusk
    return {
        "sky_colour": np.clip(high + dusk * np.array([0.10, -0.08, -0.05]), 0, 1),
        "horizon_colour": np.clip(low + dusk * np.array([0.25, -0.06, -0.26]), 0.01, 1),
    }
