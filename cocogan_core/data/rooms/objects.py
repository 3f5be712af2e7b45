"""The objects of a room as :class:`RoomObjects`, for object coordinates: here those of a plain one. Numpy only.

Their places and sizes are those of ``cocogan_core.data.rooms.scene``, here as linear functions of the numbers; a test
holds one to the other.
"""

from typing import Literal, NotRequired, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.furnished.objects import furnished_objects
from cocogan_core.data.rooms.parameters import PARAMETERS, PLAIN_SPANS, Style
from cocogan_core.data.rooms.primitives import BACK, FRONT, LEFT, RIGHT
from cocogan_core.geometry.objects import RoomObject, RoomObjects

__all__ = ["room_objects"]

# (1 + numbers): a length in metres where all numbers are 0, and how much longer it is for a unit more of each
Form = NDArray[np.float64]
Span = tuple["Form | float", "Form | float"]


class Kind(TypedDict):
    """What else objects differ in, as of :class:`RoomObject`."""

    shape: NotRequired[Literal["box", "ellipsoid"]]
    present: NotRequired[str]


HANDS = ((-1, "left"), (1, "right"))
SASH_M, FRAME_M = 0.07, 0.04  # of windows: outside of the opening, and inside it
TUFTS = ((-0.14, 0.02, 0.62), (0.15, 0.06, 0.70), (0.0, -0.10, 0.92), (0.05, 0.14, 0.80), (-0.03, 0.0, 1.12))


def room_objects(style: Style, *, upright: bool = False) -> RoomObjects | None:
    """What object coordinates know of rooms of a family, of furnished ones only where all were set upright; or None."""
    if style == "furnished" and upright:
        return furnished_objects()
    if style != "plain":
        return None
    return RoomObjects(
        objects=(*_openings(), *_shelf(), *_sofa(), *_bed(), *_surfaces(), *_plant(), *_lamps()),
        window="window.front", frame_m=SASH_M + FRAME_M, sun_latents=("light.sun_azimuth", "light.sun_height"),
        sun_azimuth_rad=(-0.7, 0.7), sun_height_rad=(0.35, 0.75),
    )  # fmt: skip


def _openings() -> list[RoomObject]:
    """Windows and door with their frames, curtains and their rod."""
    u, high, half = _between("window.place", -0.5, 0.5), _between("window.height", 0.45, 0.72), _window_half()
    middle, wide = _metres(0.85) + high, _between("curtain.open", 0.30, 0.16)
    place, top, sash = half + _metres(0.26) - wide, middle + high + _metres(0.14), _metres(SASH_M)
    rod, low = place + wide + _metres(0.12), top - _metres(0.03)
    return [
        _on_wall("window.front", FRONT, _around(u, half + sash), (0, 0), _around(middle, high + sash)),
        _on_wall("window.side", LEFT, _around(0, _side_half() + sash), (0, 0), _around(1.85, 0.34 + SASH_M)),
        *(
            _on_wall(f"curtain.{hand}", FRONT, _around(u + s * place, 0.8 * wide), (0.05, 0.15), (0.03, low))
            for s, hand in HANDS
        ),
        _on_wall("curtain.rod", FRONT, _around(u, rod), (0.088, 0.112), _around(top + _metres(0.01), 0.012)),
        _on_wall("door", RIGHT, _around(_between("door.place", -1.2, -0.6), 0.52), (0, 0), (0, 2.12)),
    ]  # fmt: skip


def _window_half() -> Form:
    return _between("window.width", 0.6, 1.15)


def _side_half() -> Form:
    return _between("window.side_width", 0.35, 0.8)


def _shelf() -> list[RoomObject]:
    """A bookshelf, or a cabinet with what stands on it."""
    u, tall, low = _between("shelf.place", 0.75, 1.15), _height(0.75, 1.1), _height(0.36, 0.5)
    vase, tray = _around(u - _metres(0.25), 0.09), _around(u + _metres(0.28), 0.16)
    cabinet = Kind(present="-shelf.kind")
    vase_up, tray_up = _around(2 * low + _metres(0.14), 0.14), _around(2 * low + _metres(0.03), 0.03)
    return [
        _on_wall("shelf.books", RIGHT, _around(u, 0.48), (0, 0.34), (0, 2 * tall), present="shelf.kind"),
        _on_wall("shelf.cabinet", RIGHT, _around(u, 0.62), (0, 0.44), (0, 2 * low), **cabinet),
        _on_wall("shelf.vase", RIGHT, vase, (0.13, 0.31), vase_up, shape="ellipsoid", present="-shelf.kind"),
        _on_wall("shelf.tray", RIGHT, tray, (0.11, 0.33), tray_up, **cabinet),
    ]  # fmt: skip


def _height(low: float, high: float) -> Form:
    return _between("shelf.height", low, high)


def _seat_place() -> Form:
    return _between("seat.place", -0.5, 0.5)


def _sofa() -> list[RoomObject]:
    """With its table."""
    u, here = _seat_place(), Kind(present="seat.kind")
    soft = Kind(shape="ellipsoid", **here)
    high = (0.5, 0.86)
    ends = [
        part
        for s, hand in HANDS
        for part in (
            _on_wall(f"sofa.arm_{hand}", LEFT, _around(u + _metres(0.97 * s), 0.11), (0.06, 0.98), (0.1, 0.62), **here),
            _on_wall(f"sofa.cushion_{hand}", LEFT, _around(u + _metres(0.55 * s), 0.22), (0.32, 0.52), high, **soft),
        )
    ]  # fmt: skip
    return [
        _on_wall("sofa.seat", LEFT, _around(u, 0.87), (0.06, 0.96), (0.12, 0.54), **here),
        _on_wall("sofa.back", LEFT, _around(u, 1.0), (0.06, 0.34), (0.18, 0.86), **here),
        *ends,
        _on_wall("sofa.table", LEFT, _around(u, 0.42), (1.19, 1.71), (0.38, 0.42), **here),
    ]  # fmt: skip


def _bed() -> list[RoomObject]:
    """With its stand and lamp. No two visible sides lie in one plane, where rounding would choose the nearer."""
    u, bed = _seat_place(), Kind(present="-seat.kind")
    soft, high = Kind(shape="ellipsoid", **bed), (0.52, 0.72)
    return [
        _on_wall("bed.mattress", LEFT, _around(u, 0.835), (0.105, 1.935), (0.05, 0.51), **bed),
        _on_wall("bed.blanket", LEFT, _around(u, 0.84), (0.58, 1.94), (0.32, 0.54), **bed),
        _on_wall("bed.band", LEFT, _around(u, 0.845), (0.57, 0.75), (0.533, 0.557), **bed),
        _on_wall("bed.head", LEFT, _around(u, 0.88), (0.02, 0.10), (0, 1.10), **bed),
        *(
            _on_wall(f"bed.pillow_{hand}", LEFT, _around(u + _metres(0.4 * s), 0.33), (0.14, 0.54), high, **soft)
            for s, hand in HANDS
        ),
        _on_wall("bed.cushion", LEFT, _around(u, 0.24), (0.41, 0.63), _around(0.64, 0.14), **soft),
        _on_wall("bed.stand", LEFT, _around(u + _metres(1.15), 0.22), (0.04, 0.44), (0.02, 0.50), **bed),
        _on_wall("bed.lamp", LEFT, _around(u + _metres(1.15), 0.05), (0.19, 0.29), (0.50, 0.68), **bed),
    ]  # fmt: skip


def _surfaces() -> list[RoomObject]:
    """Picture and rug."""
    size, rug = _between("picture.size", 0.75, 1.25), _between("rug.size", 0.75, 1.3)
    place = _between("picture.place", -0.8, 0.5)
    return [
        _on_wall("picture", BACK, _around(place, 0.52 * size), (0, 0.04), _around(1.62, 0.36 * size)),
        _object("rug", _around(0.2, rug), (0, 0), _around(-1.0, 0.72 * rug)),
    ]


def _plant() -> list[RoomObject]:
    size, u = _between("plant.size", 0.7, 1.15), _width() / 2 - _metres(0.5)
    tufts = [
        _on_wall(
            f"plant.tuft_{k}", BACK, _around(u + along * size, 0.19 * size),
            _around(_metres(0.5) + away * size, 0.19 * size), _around(_metres(0.12) + up * size, 0.17 * size),
            shape="ellipsoid",
        )
        for k, (along, away, up) in enumerate(TUFTS)
    ]  # fmt: skip
    return [_on_wall("plant.pot", BACK, _around(u, 0.19), (0.31, 0.69), (0, 0.34)), *tufts]


def _lamps() -> list[RoomObject]:
    """The pendant, and shade and pole of the standing one."""
    x, z = _metres(0.42) - _width() / 2, _depth() / 2 - _metres(0.42)
    pendant = _around(_room("height") - _metres(0.42), 0.12)
    return [
        _object("lamp.pendant", _around(-0.5, 0.17), pendant, _around(-0.6, 0.17), shape="ellipsoid"),
        _object("lamp.shade", _around(x, 0.17), _around(1.55, 0.15), _around(z, 0.17)),
        _object("lamp.pole", _around(x, 0.014), _around(0.775, 0.70), _around(z, 0.014)),
    ]


def _width() -> Form:
    return _room("width")


def _depth() -> Form:
    return _room("depth")


def _room(size: str) -> Form:
    return _between(f"room.{size}", *PLAIN_SPANS[f"room.{size}"])


def _metres(length: float) -> Form:
    """The same for every room."""
    return np.concatenate([[length], np.zeros(len(PARAMETERS))])


def _between(name: str, low: float, high: float) -> Form:
    """``low`` where a number is −1, ``high`` where it is 1."""
    form = _metres((low + high) / 2)
    form[1 + PARAMETERS.index(name)] = (high - low) / 2
    return form


def _form(length: Form | float) -> Form:
    return length if isinstance(length, np.ndarray) else _metres(length)


def _around(middle: Form | float, half: Form | float) -> Span:
    return _form(middle) - _form(half), _form(middle) + _form(half)


def _on_wall(name: str, wall: int, right: Span, out: Span, up: Span, **kind: Unpack[Kind]) -> RoomObject:
    """At metres right of a wall's middle, as seen from inside, out of it and up."""
    (r0, r1), (o0, o1) = ([_form(end) for end in span] for span in (right, out))
    w, d = _width() / 2, _depth() / 2
    x, z = {
        FRONT: ((r0, r1), (d - o1, d - o0)),
        RIGHT: ((w - o1, w - o0), (-r1, -r0)),
        BACK: ((-r1, -r0), (o0 - d, o1 - d)),
        LEFT: ((o0 - w, o1 - w), (r0, r1)),
    }[wall]
    return _object(name, x, up, z, **kind)


def _object(name: str, x: Span, y: Span, z: Span, **kind: Unpack[Kind]) -> RoomObject:
    """Between metres along X, Y and Z."""
    sides = np.stack([_form(span[end]) for end in (0, 1) for span in (x, y, z)])
    used = np.flatnonzero(abs(sides[:, 1:]).any(0))
    entries = sides[:, [0, *(1 + used)]].round(9).ravel().tolist()
    return RoomObject(name=name, sides_m=tuple(entries), latents=tuple(PARAMETERS[k] for k in used), **kind)
