"""What the viewer remembers between sessions, in a small JSON file.

A broken file is set aside and named, never fatal; a folder that cannot be written means that nothing is remembered.
Several windows share the file: each writes what it has changed, over what the others have written meanwhile.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args

from cocogan_core.errors import OutputError
from cocogan_core.files import lock_folder, read_limited, write_atomically
from cocogan_core.json_text import parse_json

__all__ = ["MOST_FAVOURITES", "TEXT_SIZES", "Position", "Quality", "Settings", "Side", "Theme", "load", "peek", "save"]

MOST_RECENT, MOST_FAVOURITES = 8, 24
TEXT_SIZES = (0.75, 2.5)
MOST = {"recent": MOST_RECENT, "favourites": MOST_FAVOURITES}
LOCK_WAIT_S = 5.0  # writing takes milliseconds
Theme = Literal["dark", "light"]
Quality = Literal["automatic", "fast", "sharp"]
Side = Literal["left", "right"]
Position = tuple[float, float]
"""Of a panel: which shares of the free width and height lie to its left and above it; 0 and 1 are docked."""
SIDES_PX = (160, 16384)
MOST_BYTES = 64 << 20  # favourites are recipes, of up to megabytes each where z is long


@dataclass(frozen=True)
class Settings:
    """What is remembered.

    Attributes:
        size_px: of the window.
        reduced_motion: nothing flies, glides or fades, and the room turns by itself only until it is touched.
        recent: checkpoints and recipes opened last, newest first.
        last: recipe of what was shown at the end, as one line; empty at first.
        seen_hint: whether the first-run hint was closed.
        theme: of the panels.
        text_size: of the panels, 1 being the usual one.
        quality: of the picture: sharp where there is time for it, or never, or always.
        room_position, visited_position: where the room's panel and the visited rooms lie.
        panel, details, visited: whether the room's panel is open, shows everything, and whether the visited rooms do.
        favourites: recipes of rooms that the user keeps, as lines, newest first.
    """

    size_px: tuple[int, int] = (1280, 720)
    reduced_motion: bool = False
    recent: tuple[str, ...] = ()
    last: str = ""
    seen_hint: bool = False
    theme: Theme = "dark"
    text_size: float = 1.0
    quality: Quality = "automatic"
    room_position: Position = (0.0, 0.0)
    visited_position: Position = (1.0, 1.0)
    panel: bool = False
    details: bool = False
    visited: bool = False
    favourites: tuple[str, ...] = ()

    def with_recent(self, path: Path) -> Self:
        """A file was opened: put it first among the recent ones."""
        name = str(path.absolute())
        return replace(self, recent=(name, *(other for other in self.recent if other != name))[:MOST_RECENT])

    @property
    def side(self) -> Side:
        """Of the window where the room's panel lies."""
        return "left" if self.room_position[0] < 0.5 else "right"

    def with_panel(self, name: Literal["room", "visited"], position: Position) -> Self:
        """A panel was moved there; what is docked at that side goes to the other one."""
        changed: dict[str, Any] = {f"{name}_position": position}
        other = "visited_position" if name == "room" else "room_position"
        x, y = getattr(self, other)
        if x == position[0] and x in (0, 1):
            changed[other] = (1 - x, y)
        return replace(self, **changed)

    def merged(self, before: "Settings", others: "Settings") -> "Settings":
        """With what ``others`` have where this is still what it was ``before``; of lists, what each has added."""
        chosen = {}
        for name in (field.name for field in fields(self)):
            mine, old, theirs = (getattr(one, name) for one in (self, before, others))
            if mine == old:
                chosen[name] = theirs
            else:
                chosen[name] = _merged_lists(mine, old, theirs)[: MOST[name]] if name in MOST else mine
        return replace(self, **chosen)

    @classmethod
    def read(cls, stated: object) -> Self:
        """From JSON; what is missing or unknown does no harm, for versions differ.

        Raises:
            ValueError: a value is of a wrong type or range.
        """
        if not isinstance(stated, dict):
            raise ValueError("not an object")
        settings = cls()
        for name, read in READERS.items():
            if name in stated:
                settings = replace(settings, **{name: read(stated[name])})
        return settings


def load(path: Path) -> tuple[Settings, str]:
    """What was remembered, and a word to the user: empty, or that a broken file was set aside."""
    try:
        return _read(path), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"cannot read {path}: {error.strerror}; going on with the usual settings"
    except ValueError as error:
        return Settings(), _set_aside(path, error)


def peek(path: Path) -> Settings:
    """What was remembered, leaving a broken file for :func:`load` to deal with."""
    return _read_or(path, Settings())


def _read_or(path: Path, otherwise: Settings) -> Settings:
    try:
        return _read(path)
    except (OSError, ValueError):
        return otherwise


def _read(path: Path) -> Settings:
    return Settings.read(parse_json(read_limited(path, MOST_BYTES), most_bytes=MOST_BYTES))


def save(path: Path, settings: Settings, before: Settings | None = None) -> str:
    """Remember what has changed since ``before``, or all of it; a word to the user if that fails."""
    low, high = SIDES_PX
    width, height = (min(max(side, low), high) for side in settings.size_px)
    settings = replace(settings, size_px=(width, height))  # a window may be lower than what is read back
    try:
        with lock_folder(path.parent, OutputError(f"cannot write {path}: another window has it"), wait_s=LOCK_WAIT_S):
            if before is not None:
                settings = settings.merged(before, _read_or(path, before))
            write_atomically(path, json.dumps(asdict(settings), indent=1) + "\n")
    except OutputError as error:
        return str(error)
    return ""


def _merged_lists(mine: tuple[str, ...], before: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """Mine, then what others have, less what was taken out; newest first."""
    gone = {line for line in before if line not in mine or line not in theirs}
    return tuple(line for line in dict.fromkeys((*mine, *theirs)) if line not in gone)


def _set_aside(path: Path, error: Exception) -> str:
    aside = path.with_name(f"{path.stem}-broken-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    try:
        path.replace(aside)
    except OSError:
        return f"the settings in {path} cannot be read ({error}); going on with the usual ones"
    return f"the settings were broken ({error}); they lie in {aside}, and the usual ones are used"


def _read_size(value: object) -> tuple[int, int]:
    low, high = SIDES_PX
    if not (isinstance(value, list) and len(value) == 2 and all(type(s) is int and low <= s <= high for s in value)):
        raise ValueError(f"size_px must be two whole numbers from {low} to {high}")
    return value[0], value[1]


def _read_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("a yes or no is expected")
    return value


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")
    return value


def _read_one_of(*words: str) -> Any:  # noqa: ANN401 (a reader)
    def read(value: object) -> str:
        if value not in words:
            raise ValueError(f"one of {', '.join(words)} is expected")
        return str(value)

    return read


def _read_text_size(value: object) -> float:
    low, high = TEXT_SIZES
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"text_size must be a number from {low} to {high}")
    return float(value)


def _read_position(value: object) -> Position:
    numbers = isinstance(value, list) and len(value) == 2 and all(type(share) in (int, float) for share in value)
    if not (isinstance(value, list) and numbers and all(0 <= share <= 1 for share in value)):
        raise ValueError("a panel's position must be two numbers from 0 to 1")
    return float(value[0]), float(value[1])


def _read_favourites(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("a list of rooms is expected")
    return tuple(_read_text(line) for line in value)[:MOST_FAVOURITES]


def _read_names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("a list of files is expected")
    return tuple(_read_text(name) for name in value)[:MOST_RECENT]


READERS: Mapping[str, Any] = {
    "size_px": _read_size, "reduced_motion": _read_flag, "recent": _read_names, "last": _read_text,
    "seen_hint": _read_flag, "theme": _read_one_of(*get_args(Theme)), "text_size": _read_text_size,
    "quality": _read_one_of(*get_args(Quality)),
    "room_position": _read_position, "visited_position": _read_position, "panel": _read_flag, "details": _read_flag,
    "visited": _read_flag, "favourites": _read_favourites,
}  # fmt: skip
