"""What the user can ask for: typed actions of keys and panels, and the one table of keys.

The table feeds the key handler (:mod:`viewer.ui.input`), the overlay that lists every key, the shortcuts shown in
menus and tooltips, and the test of the README.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from cocogan_core.shipped import Family
from viewer.camera.camera import Camera
from viewer.camera.view_projection import ViewProjection
from viewer.export.export import Kind
from viewer.state.latents import Latents
from viewer.state.settings import Settings
from viewer.ui.texts import text

__all__ = [
    "KEY_TABLE",
    "Action",
    "AnswerFile",
    "ApplyMood",
    "ChangeProjection",
    "ChangeRoom",
    "ChangeSettings",
    "Command",
    "EnterRoom",
    "ExportRoom",
    "KeyRow",
    "MorphTo",
    "MoveCamera",
    "MoveDivider",
    "OpenFamily",
    "OpenRecent",
    "RoomAction",
    "ScrubMorph",
    "TurnToGroup",
    "ViewAction",
    "VisitRoom",
    "command_of_keys",
    "is_quiet",
    "shortcut",
]


class Command(Enum):
    """An action that needs no further word."""

    # about the camera
    ZOOM_IN = auto()
    ZOOM_OUT = auto()
    FIRST_LOOK = auto()
    NEXT_PROJECTION = auto()
    FACE_NORTH = auto()
    TURN_BY_ITSELF = auto()
    # about the room
    NEXT_ROOM = auto()
    UNDO = auto()
    REDO = auto()
    PLAY_MORPH = auto()
    COMPARE = auto()
    SHOW_WORST_SEAM = auto()
    FAVOURITE = auto()
    RESET_ROOM = auto()
    LEAVE_PHOTOGRAPH = auto()
    ANSWER_PICTURE = auto()
    CANCEL_OFFER = auto()
    # about files
    OPEN_FILE = auto()
    CANCEL_FILE = auto()
    SAVE_RECIPE = auto()
    COPY_RECIPE = auto()
    PASTE = auto()
    SAVE_PICTURE = auto()
    SHARE_PAGE = auto()
    OPEN_LAST = auto()
    CANCEL_JOB = auto()
    KEEP_JOB = auto()
    # about the window
    TOGGLE_GALLERY = auto()
    TOGGLE_ROOM = auto()
    TOGGLE_DETAILS = auto()
    CHANGE_SIDE = auto()
    TOGGLE_VISITED = auto()
    TOGGLE_TOUR = auto()
    TOGGLE_XRAY = auto()
    TOGGLE_KEYS = auto()
    TOGGLE_PANELS = auto()
    TOGGLE_FULL_SCREEN = auto()
    TOGGLE_HEADSET = auto()
    RECENTRE = auto()
    TOGGLE_REDUCED_MOTION = auto()
    TOGGLE_ONLY_VISIBLE = auto()
    COPY_NOTICE = auto()
    COPY_NOTICE_DETAILS = auto()
    CLOSE_NOTICE = auto()
    LEAVE = auto()
    QUIT = auto()


@dataclass(frozen=True)
class ChangeRoom:
    """Show this room of the same checkpoint."""

    latents: Latents


@dataclass(frozen=True)
class EnterRoom:
    """Show this room of the same checkpoint from where its furniture is seen."""

    latents: Latents


@dataclass(frozen=True)
class ApplyMood:
    """Give the present room a mood, by its name."""

    mood: str


@dataclass(frozen=True)
class TurnToGroup:
    """Look where the entries of z of a group show."""

    group: str


@dataclass(frozen=True)
class ChangeSettings:
    """Remember other settings of the window: theme, size of text, quality, where panels lie."""

    settings: Settings


@dataclass(frozen=True)
class AnswerFile:
    """The file that the user names for what was asked last."""

    path: str


@dataclass(frozen=True)
class MoveCamera:
    """Look so."""

    camera: Camera


@dataclass(frozen=True)
class ChangeProjection:
    """Look through another projection."""

    projection: ViewProjection


@dataclass(frozen=True)
class VisitRoom:
    """Go to a room of the filmstrip, by its place."""

    index: int


@dataclass(frozen=True)
class MorphTo:
    """Choose a room of the filmstrip, by its place, as the end of a morph from the present one."""

    index: int


@dataclass(frozen=True)
class ScrubMorph:
    """Show the room at this share, 0 … 1, of the morph."""

    share: float


@dataclass(frozen=True)
class MoveDivider:
    """Show the room that is held to compare in this share, 0 … 1, of the view."""

    share: float


@dataclass(frozen=True)
class OpenRecent:
    """Open a file that was opened before, by its place among those."""

    index: int


@dataclass(frozen=True)
class OpenFamily:
    """Open the shipped model of a family of rooms."""

    family: Family


@dataclass(frozen=True)
class ExportRoom:
    """Export the present room."""

    kind: Kind


RoomAction = (
    ChangeRoom | EnterRoom | ApplyMood | VisitRoom | MorphTo | ScrubMorph | MoveDivider | OpenRecent | ExportRoom
    | OpenFamily | AnswerFile | TurnToGroup | ChangeSettings
)  # fmt: skip
ViewAction = MoveCamera | ChangeProjection
Action = Command | RoomAction | ViewAction

# What leaves the notice on the screen: it is about the view, or comes many times in a drag.
_QUIET = (ChangeRoom, MoveCamera, ChangeProjection, ScrubMorph, MoveDivider, TurnToGroup, ChangeSettings)
_QUIET_COMMANDS = {
    Command.NEXT_ROOM, Command.FACE_NORTH, Command.TOGGLE_XRAY, Command.TOGGLE_KEYS, Command.ZOOM_IN, Command.ZOOM_OUT,
    Command.TOGGLE_PANELS, Command.TOGGLE_FULL_SCREEN, Command.COPY_NOTICE, Command.COPY_NOTICE_DETAILS, Command.LEAVE,
    Command.TOGGLE_ROOM, Command.CHANGE_SIDE, Command.TOGGLE_DETAILS, Command.TOGGLE_VISITED, Command.TOGGLE_GALLERY,
    Command.RECENTRE,
}  # fmt: skip


def is_quiet(action: Action) -> bool:
    """Whether a notice stays while this is done."""
    return action in _QUIET_COMMANDS if isinstance(action, Command) else isinstance(action, _QUIET)


@dataclass(frozen=True)
class KeyRow:
    """A row of the table: keys as people read them, what they do, and which keys ask for which command.

    Keys have pyglet's names, with ``Ctrl+`` and ``Shift+`` before them.
    """

    keys: str
    what: str
    commands: Mapping[str, Command] = field(default_factory=dict)


_ZOOM = {"Equal": Command.ZOOM_IN, "Plus": Command.ZOOM_IN, "Num_Add": Command.ZOOM_IN}
_ZOOM |= {"Minus": Command.ZOOM_OUT, "Num_Subtract": Command.ZOOM_OUT}
_RECIPE = {"Ctrl+S": Command.SAVE_RECIPE, "Ctrl+C": Command.COPY_RECIPE, "Ctrl+V": Command.PASTE}
_UNDO = {"Ctrl+Z": Command.UNDO, "Ctrl+Shift+Z": Command.REDO, "Ctrl+Y": Command.REDO}

KEY_TABLE = (
    KeyRow("drag, arrows, W A S D", text("keys.look")),
    KeyRow("wheel, + and -", text("keys.zoom"), _ZOOM),
    KeyRow("sideways wheel, Shift+wheel", text("keys.turn")),
    KeyRow("Home, double click", text("keys.first_look"), {"Home": Command.FIRST_LOOK}),
    KeyRow("P", text("keys.projection"), {"P": Command.NEXT_PROJECTION}),
    KeyRow("N", text("keys.north"), {"N": Command.FACE_NORTH}),
    KeyRow("R", text("keys.by_itself"), {"R": Command.TURN_BY_ITSELF}),
    KeyRow("Space", text("keys.next_room"), {"Space": Command.NEXT_ROOM}),
    KeyRow("G", text("keys.gallery"), {"G": Command.TOGGLE_GALLERY}),
    KeyRow("E", text("keys.room"), {"E": Command.TOGGLE_ROOM}),
    KeyRow("L", text("keys.favourite"), {"L": Command.FAVOURITE}),
    KeyRow("T", text("keys.tour"), {"T": Command.TOGGLE_TOUR}),
    KeyRow("X", text("keys.xray"), {"X": Command.TOGGLE_XRAY}),
    KeyRow("F", text("keys.full_screen"), {"F": Command.TOGGLE_FULL_SCREEN}),
    KeyRow("Tab", text("keys.panels"), {"Tab": Command.TOGGLE_PANELS}),
    KeyRow("Ctrl+O", text("keys.open"), {"Ctrl+O": Command.OPEN_FILE}),
    KeyRow("Ctrl+S, Ctrl+C, Ctrl+V", text("keys.files"), _RECIPE),
    KeyRow("Ctrl+Z, Ctrl+Shift+Z", text("keys.undo"), _UNDO),
    KeyRow("K", text("keys.morph"), {"K": Command.PLAY_MORPH}),
    KeyRow("F12", text("keys.picture"), {"F12": Command.SAVE_PICTURE}),
    KeyRow("H", text("keys.help"), {"H": Command.TOGGLE_KEYS}),
    KeyRow("Esc", text("keys.leave"), {"Escape": Command.LEAVE}),
    KeyRow("Ctrl+Q", text("keys.quit"), {"Ctrl+Q": Command.QUIT}),
)
_COMMANDS = {keys.upper(): command for row in KEY_TABLE for keys, command in row.commands.items()}


def command_of_keys(name: str, *, control: bool, shift: bool) -> Command | None:
    """The command of a key, by pyglet's name for it; None if it has none.

    Shift makes a difference only where the table says so.
    """
    plain = f"{'CTRL+' if control else ''}{name}"
    shifted = f"{'CTRL+' if control else ''}SHIFT+{name}"
    return _COMMANDS.get(shifted, _COMMANDS.get(plain)) if shift else _COMMANDS.get(plain)


def shortcut(command: Command) -> str:
    """The keys of a command as people read them, such as ``"Ctrl+Z"``; empty if it has none."""
    found = (keys for row in KEY_TABLE for keys, asked in row.commands.items() if asked is command)
    return next(found, "")
