"""From named numbers to a furnished room: shapes, colours and lights, without any drawing. Numpy only.

Every number lies in [−1, 1], always means the same thing and enters as smoothly as it can: colours in opponent
coordinates (brightness, warm–cool, green–magenta), places as offsets from a fixed role, kinds by a number's sign.

World frame as in ``shaders/room_scene.glsl``: X right, Y up, Z forward, metres, floor at y = 0, room centred on
x = z = 0. Walls: 1 front (+Z, yaw 0, the window), 2 right (+X, door and shelf), 3 back (−Z, accent, picture),
4 left (−X, sofa or bed).
"""

import numpy as np
from numpy.typing import NDArray

from cocogan_core.data.rooms.parameters import (
    PARAMETERS,
    VARIED,
    RoomBox,
    RoomParameters,
    room_box,
    varied_surfaces,
)
from cocogan_core.data.rooms.primitives import (
    BACK,
    BOOKS,
    BOX,
    CYLINDER,
    DOORS,
    ELLIPSOID,
    FABRIC,
    FRONT,
    LAMP,
    LEAVES,
    LEFT,
    PICTURE,
    PLAIN,
    RIGHT,
    WOOD,
    Group,
    Primitive,
    Scene,
    Wall,
)

__all__ = ["PARAMETERS", "VARIED", "Scene", "build_scene"]

Vector = NDArray[np.float64]

SIDES = (-1, 1)
WHITE = np.array([0.86, 0.85, 0.82])


def build_scene(values: NDArray[np.floating]) -> Scene:
    """A room from ``values`` (K,) in [−1, 1]; values outside are clipped.

    They are in the order of :data:`PARAMETERS`, or of :data:`VARIED` where there are as many.
    """
    n = RoomParameters(np.asarray(values, float))
    box = room_box(values)
    room = box.size_m
    walls = {wall: Wall(wall, room) for wall in (FRONT, RIGHT, BACK, LEFT)}
    warmth = n.between("floor.warmth", 0.05, 0.5)
    wood = n.between("floor.brightness", 0.16, 0.46) * (1 + warmth * np.array([1.0, 0.05, -0.9]))
    seat = _sofa if n.positive("seat.kind") else _bed
    groups = (
        seat(n, walls[BACK if n.positive("seat.wall") else LEFT], wood),
        _shelf(n, walls[RIGHT], wood),
        _curtains(n, walls[FRONT]),
        _plant(n, walls[BACK]),
        _picture(n, walls[BACK], wood),
        *_lamps(room, walls[FRONT]),
    )
    return Scene(groups, _surfaces(n, box, wood) | varied_surfaces(n) | _lights(n, room, walls[FRONT], wood))


def _seat_place(n: RoomParameters) -> float:
    """Metres from the middle of its wall; at the back one it leaves the plant's corner free."""
    return n.between("seat.place", -0.6, -0.3) if n.positive("seat.wall") else n.between("seat.place", -0.5, 0.5)


def _sofa(n: RoomParameters, wall: Wall, wood: Vector) -> Group:
    u = _seat_place(n)
    colour = n.colour("seat", brightness=(0.18, 0.55), strength=0.6)
    cushion = n.colour("cushion", brightness=0.5, strength=0.55)
    soft = [
        wall.solid((u, 0.52, 0.30), (1.0, 0.44, 0.14), colour, FABRIC, BOX, 0.05),
        wall.solid((u, 0.20, 0.52), (1.0, 0.14, 0.34), colour * 0.96, FABRIC, BOX, 0.07),
    ]
    for s in SIDES:
        soft += [
            wall.solid((u + s * 0.97, 0.52, 0.36), (0.11, 0.46, 0.26), colour * 0.93, FABRIC, BOX, 0.07),
            wall.solid((u + s * 0.43, 0.58, 0.47), (0.42, 0.38, 0.07), colour * 1.06, FABRIC, BOX, 0.06),
            wall.solid((u + s * 0.55, 0.42, 0.68), (0.22, 0.10, 0.18), cushion, FABRIC, ELLIPSOID),
            wall.solid((u + s * 0.85, 0.88, 0.08), (0.03, 0.03, 0.08), wood * 0.6, PLAIN, CYLINDER),
        ]
    return (*soft, *_coffee_table(wall, u, wood))


def _coffee_table(wall: Wall, u: float, wood: Vector) -> Group:
    legs = [
        wall.solid((u + s * 0.34, 1.45 + t * 0.18, 0.19), (0.025, 0.025, 0.19), wood, PLAIN, CYLINDER)
        for s in SIDES
        for t in SIDES
    ]
    return (wall.solid((u, 1.45, 0.40), (0.42, 0.26, 0.02), wood * 1.25, WOOD), *legs)


def _bed(n: RoomParameters, wall: Wall, wood: Vector) -> Group:
    u = _seat_place(n)
    blanket = n.colour("seat", brightness=(0.18, 0.55), strength=0.6)
    cushion = n.colour("cushion", brightness=0.5, strength=0.55)
    pillows = [wall.solid((u + s * 0.40, 0.34, 0.62), (0.33, 0.20, 0.10), WHITE, FABRIC, ELLIPSOID, 0.0) for s in SIDES]
    return (
        wall.solid((u, 0.06, 0.55), (0.88, 0.04, 0.55), wood * 1.1, WOOD, BOX, 0.02),
        wall.solid((u, 1.02, 0.18), (0.84, 0.92, 0.13), wood, WOOD),
        wall.solid((u, 1.02, 0.40), (0.81, 0.90, 0.11), WHITE, FABRIC, BOX, 0.06),
        wall.solid((u, 1.26, 0.43), (0.84, 0.68, 0.11), blanket, FABRIC, BOX, 0.07),
        wall.solid((u, 0.66, 0.545), (0.84, 0.09, 0.012), cushion, FABRIC, BOX, 0.01),
        *pillows,
        wall.solid((u, 0.52, 0.64), (0.24, 0.11, 0.14), cushion, FABRIC, ELLIPSOID),
        wall.solid((u + 1.15, 0.24, 0.26), (0.22, 0.20, 0.24), wood * 1.15, WOOD),
        wall.solid((u + 1.15, 0.24, 0.59), (0.05, 0.05, 0.09), WHITE * 0.8, PLAIN, CYLINDER),
    )


def _shelf(n: RoomParameters, wall: Wall, wood: Vector) -> Group:
    """To the right of the door: a tall bookshelf, or a low cabinet with a vase on it."""
    u = n.between("shelf.place", 0.75, 1.15)
    if n.positive("shelf.kind"):
        high = n.between("shelf.height", 0.75, 1.1)
        return (wall.solid((u, 0.17, high), (0.48, 0.17, high), wood * 1.15, BOOKS, BOX, 0.01),)
    high = n.between("shelf.height", 0.36, 0.5)
    vase = n.colour("cushion", brightness=0.5, strength=0.55)
    return (
        wall.solid((u, 0.22, high), (0.62, 0.22, high), wood * 1.3, DOORS, BOX, 0.01),
        wall.solid((u - 0.25, 0.22, 2 * high + 0.14), (0.09, 0.09, 0.14), vase, PLAIN, ELLIPSOID),
        wall.solid((u + 0.28, 0.22, 2 * high + 0.03), (0.16, 0.11, 0.03), WHITE * 0.7),
    )


def _window(n: RoomParameters) -> tuple[float, float, float, float]:
    """The front window: metres right, height of its middle, half width, half height."""
    high = n.between("window.height", 0.45, 0.72)
    return n.between("window.place", -0.5, 0.5), 0.85 + high, n.between("window.width", 0.6, 1.15), high


def _curtains(n: RoomParameters, wall: Wall) -> Group:
    u, middle, half, high = _window(n)
    colour = n.colour("curtain", brightness=0.6, strength=0.4)
    wide = n.between("curtain.open", 0.30, 0.16)
    place, top = half + 0.26 - wide, middle + high + 0.14
    folds = [
        wall.solid(
            (u + s * (place + k * wide * 0.5), 0.10, top / 2),
            (wide * 0.30, 0.05, top / 2 - 0.03),
            colour * (1.0 - 0.05 * abs(k)),
            FABRIC,
            CYLINDER,
        )
        for s in SIDES
        for k in (-1, 0, 1)
    ]
    return (*folds, wall.solid((u, 0.10, top + 0.01), (place + wide + 0.12, 0.012, 0.012), WHITE * 0.35))


def _plant(n: RoomParameters, wall: Wall) -> Group:
    """In the right corner of the back wall."""
    size = n.between("plant.size", 0.7, 1.15)
    u, out = wall.length / 2 - 0.5, 0.5
    leaf, bark, pot = np.array([0.14, 0.30, 0.11]), np.array([0.25, 0.17, 0.1]), np.array([0.62, 0.36, 0.24])
    tufts = [(-0.14, 0.02, 0.62), (0.15, 0.06, 0.70), (0.0, -0.10, 0.92), (0.05, 0.14, 0.80), (-0.03, 0.0, 1.12)]
    leaves = [
        wall.solid(
            (u + along * size, out + away * size, 0.12 + up * size),
            (0.19 * size, 0.19 * size, 0.17 * size),
            leaf * (0.8 + 0.4 * up),
            LEAVES,
            ELLIPSOID,
        )
        for along, away, up in tufts
    ]
    return (
        wall.solid((u, out, 0.17), (0.19, 0.19, 0.17), pot, PLAIN, CYLINDER, 0.03),
        wall.solid((u, out, 0.30 + 0.2 * size), (0.02, 0.02, 0.2 * size), bark, PLAIN, CYLINDER),
        *leaves,
    )


def _picture(n: RoomParameters, wall: Wall, wood: Vector) -> Group:
    size = n.between("picture.size", 0.75, 1.25)
    place = (n.between("picture.place", -0.8, 0.5), 0.02, 1.62)
    return (wall.solid(place, (0.52 * size, 0.02, 0.36 * size), wood * 0.8, PICTURE, BOX, 0.005),)


def _lamp_places(room: Vector, front: Wall) -> tuple[Vector, Vector]:
    return np.array([-0.5, room[1] - 0.42, -0.6]), front.point(-front.length / 2 + 0.42, 0.42, 1.55)


def _lamps(room: Vector, front: Wall) -> tuple[Group, Group]:
    """A pendant and a floor lamp in the front left corner."""
    pendant, standing = _lamp_places(room, front)
    metal = WHITE * 0.3
    cord = Primitive(pendant + np.array([0, 0.27, 0]), np.array([0.012, 0.15, 0.012]), metal, PLAIN, CYLINDER)
    pole = Primitive(standing * [1, 0.5, 1], np.array([0.014, 0.70, 0.014]), metal, PLAIN, CYLINDER)
    foot = Primitive(standing * [1, 0.01, 1], np.array([0.14, 0.012, 0.14]), metal, PLAIN, CYLINDER)
    shades = (
        Primitive(pendant, np.array([0.17, 0.12, 0.17]), WHITE, LAMP, ELLIPSOID),
        Primitive(standing, np.array([0.17, 0.15, 0.17]), WHITE, LAMP, CYLINDER),
    )
    return (shades[0], cord), (shades[1], pole, foot)


def _surfaces(n: RoomParameters, box: RoomBox, wood: Vector) -> dict[str, object]:
    u, middle, half, high = _window(n)
    side = n.between("window.side_width", 0.35, 0.8)
    rug = n.between("rug.size", 0.75, 1.3)
    door = n.between("door.brightness", 0.35, 0.85) * (0.75 + 0.25 * wood / wood.max())
    return {
        "room": box.size_m,
        "camera": box.viewer_m,
        "window_place": np.array([[FRONT, u, middle, 0], [LEFT, 0.0, 1.85, 0]]),
        "window_half": np.array([[half, high], [side, 0.34]]),
        "door": np.array([n.between("door.place", -1.2, -0.6), 0.43, 2.03, 0.0]),
        "rug": np.array([0.2, -1.0, rug, 0.72 * rug]),
        "wall_colour": n.colour("wall", brightness=(0.50, 0.80), strength=n.more("wall.strength", 0.16, 0.5)),
        "accent_colour": n.colour("accent", brightness=(0.25, 0.62), strength=0.5),
        "floor_colour": wood,
        "door_colour": np.clip(door, 0, 0.9),
        "rug_colour": n.colour("rug", brightness=0.42, strength=0.6),
        "picture_colour": n.colour("picture", brightness=0.45, strength=0.65),
    }


def _lights(n: RoomParameters, room: Vector, front: Wall, wood: Vector) -> dict[str, object]:
    """Sky, sun and lamps; radiances are relative, ``exposure`` keeps rooms of any light about equally bright."""
    u, middle, half, high = _window(n)
    day = n.between("light.daylight", 0.55, 1.6)
    azimuth, height = n.between("light.sun_azimuth", -0.7, 0.7), n.between("light.sun_height", 0.35, 0.75)
    towards = np.array([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
    low = (0.75 - height) / 0.4
    sun = n.between("light.sun", 0.0, 2.4) * np.array([1.0, 0.93 - 0.12 * low, 0.80 - 0.28 * low])
    warmth = n.between("light.lamp_warmth", 0.0, 1.0)
    lamp = n.between("light.lamps", 0.08, 0.75) * np.array([1.0, 0.88 - 0.12 * warmth, 0.74 - 0.32 * warmth])
    spot = front.point(u, 0, middle) - towards * (middle / towards[1])
    spot[2] = max(spot[2], -room[2] / 2 + 0.3)  # a patch that climbs the back wall gives its light from the foot of it
    area, dusk = half * high, 1 - n.more("light.dusk", 0.0, 1.0) * np.array([0.0, 0.30, 0.35])
    side = n.between("window.side_width", 0.35, 0.8) * 0.34
    mean = 0.035 + 0.055 * day * (area + side) + 0.18 * float(lamp.mean()) + 0.035 * float(sun.mean()) * area
    return {
        "sky_light": 1.5 * day * np.array([0.80, 0.90, 1.0]),
        "ground_light": 0.55 * day * np.array([0.80, 0.84, 0.72]),
        "sun_direction": towards,
        "sun_light": sun,
        "sun_patch": np.array([*spot, 2.8 * area]),
        "sun_patch_normal": np.array([0.0, 1.0, 0.0]),
        "sun_patch_light": sun * wood * towards[1],
        "lamp_place": np.stack(_lamp_places(room, front)),
        "lamp_light": np.stack([lamp, 0.5 * lamp]),
        "lamp_shown": np.clip(0.5 + lamp, 0, 1),
        "ambient": 0.02 * (day + lamp),
        "sky_colour": np.clip((0.25 + 0.35 * day) * np.array([0.62, 0.82, 1.1]) * dusk, 0, 1),
        "horizon_colour": np.clip(
            (0.35 + 0.40 * day) * np.array([1.0, 1.0 - 0.08 * low, 1.0 - 0.2 * low]) * dusk, 0, 1
        ),
        "exposure": 0.47 / mean * n.more("room.stretch", 1.0, 1.4) ** 1.5,  # light spreads over more surface
    }
