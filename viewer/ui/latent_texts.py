"""What the named entries of z are called in the window, which of them come first, and moods made of them.

Both families of rooms of :mod:`cocogan_core.data.rooms` are known by name; whatever else a model names is shown as it
calls it.
"""

from collections.abc import Iterable

from cocogan_core.text import printable

__all__ = ["MOODS", "SIMPLE", "Mood", "group_of", "group_text", "known", "label_text"]

Mood = dict[str, float]

_GROUPS = {
    "room": "Room", "light": "Light", "wall": "Walls", "accent": "Accent wall", "floor": "Floor", "window": "Windows",
    "curtain": "Curtains", "door": "Door", "shelf": "Shelf", "seat": "Sofa or bed", "cushion": "Cushions",
    "picture": "Picture", "rug": "Rug", "plant": "Plant", "panel": "Panelling", "ceiling": "Ceiling",
    "palette": "Colours", "paint": "Paint", "wood": "Wood", "front": "Front wall", "right": "Right wall",
    "back": "Back wall", "left": "Left wall", "corner": "Corners",
}  # fmt: skip
_LABELS = {
    "room.viewer_right": "your position, sideways", "room.viewer_forward": "your position, forward",
    "light.sun": "sunshine", "light.sun_azimuth": "where the sun stands", "light.sun_height": "height of the sun",
    "light.hour": "day to night", "light.lamp_warmth": "lamps' warmth", "light.dusk": "dusk",
    "seat.kind": "bed or sofa", "shelf.kind": "drawers or shelf", "floor.kind": "boards or tiles",
    "seat.wall": "which wall", "window.side_width": "width of the side window", "wall.strength": "strength of colour",
    "palette.hue": "hue", "palette.strength": "strength of colour", "paint.accent": "accent wall",
    "ceiling.right": "slope sideways", "ceiling.forward": "slope forward",
}  # fmt: skip
_ENDINGS = {
    "green": "green–pink", "warmth": "cool–warm", "brightness": "brightness", "place": "place", "open": "openness",
    "tone": "tone", "form_x": "what stands there, 1", "form_y": "what stands there, 2", "hang": "what hangs there",
    "kind_x": "kind, 1", "kind_y": "kind, 2",
}  # fmt: skip

# What the simple panel shows, as far as the model has it: each changes much, and none needs to be explained.
SIMPLE = (
    "light.daylight", "light.hour", "light.sun", "light.lamps", "light.lamp_warmth",
    "palette.hue", "palette.strength", "paint.brightness", "paint.accent", "wall.brightness", "wall.warmth",
    "accent.warmth", "wood.brightness", "floor.brightness",
    "seat.kind", "seat.warmth", "shelf.height", "rug.size", "plant.size", "curtain.open",
    "room.width", "room.depth",
)  # fmt: skip
MOODS: dict[str, Mood] = {
    "Cosy evening": {
        "light.daylight": -0.9, "light.hour": 0.9, "light.sun": -1.0, "light.lamps": 1.0, "light.lamp_warmth": 1.0,
        "wall.warmth": 0.7, "curtain.open": -0.6, "curtain.warmth": 0.6, "rug.size": 0.6,
    },
    "Bright morning": {
        "light.daylight": 1.0, "light.hour": -0.9, "light.sun": 0.9, "light.lamps": -0.8, "wall.brightness": 0.8,
        "paint.brightness": 0.8, "floor.brightness": 0.6, "curtain.open": 0.8, "plant.size": 0.7,
    },
    "Grey afternoon": {
        "light.daylight": 0.3, "light.hour": -0.3, "light.sun": -1.0, "light.lamps": -0.9, "wall.warmth": -0.4,
        "palette.strength": -0.6,
    },
    "Warm colours": {
        "wall.warmth": 0.8, "accent.warmth": 0.9, "seat.warmth": 0.8, "rug.warmth": 0.9, "cushion.warmth": 0.9,
        "palette.strength": 0.8, "wood.warmth": 0.7,
    },
    "Cool colours": {
        "wall.warmth": -0.7, "accent.warmth": -0.9, "seat.warmth": -0.8, "rug.warmth": -0.9, "cushion.warmth": -0.7,
        "light.lamp_warmth": -0.6, "wood.warmth": -0.6,
    },
}  # fmt: skip


def group_of(name: str) -> str:
    """The object that an entry belongs to: what stands before the dot."""
    return name.partition(".")[0]


def group_text(group: str) -> str:
    """What an object is called."""
    return _GROUPS.get(group) or printable(group.replace("_", " ").capitalize())


def label_text(name: str) -> str:
    """What an entry of z changes about its object."""
    ending = name.partition(".")[2] or name
    return _LABELS.get(name) or _ENDINGS.get(ending) or printable(ending.replace("_", " "))


def known(names: Iterable[str], mood: Mood) -> Mood:
    """As much of a mood as a model has names for."""
    there = set(names)
    return {name: value for name, value in mood.items() if name in there}
