"""What the panels are given to show. Data only."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.projection import Projection
from cocogan_core.text import LONGEST_MESSAGE, printable
from viewer.camera.camera import Camera
from viewer.rendering.atlas import AtlasWindow
from viewer.state.interpolation import Morph
from viewer.state.latents import Latents
from viewer.state.settings import Settings, Side
from viewer.streaming.patch_status import PatchStatus, Totals

__all__ = ["GalleryModel", "HistoryModel", "Notice", "Severity", "Tile", "ViewModel", "ViewStatus"]


class Severity(Enum):
    """How much a notice matters: something has happened as wanted, something may be wrong, something went wrong."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Notice:
    """A line for the user; without text there is nothing to say. What is no error leaves by itself after a while."""

    text: str = ""
    severity: Severity = Severity.INFO

    def __post_init__(self) -> None:
        """Keep to one line that can be drawn: it may name files and values of a stranger's making."""
        object.__setattr__(self, "text", printable(self.text, LONGEST_MESSAGE))


@dataclass(frozen=True)
class ViewStatus:
    """What the panels can ask to change: the room, the camera, and what lies over the view.

    Attributes:
        latents: the room.
        camera: where the user looks.
        xray: whether it is shown what is made where.
        keys: whether the keys are listed.
        bare: whether the panels are hidden.
        gallery, panel, details, visited: whether the gallery, the room's sliders, all of these, and the visited rooms
            are shown.
        losing: whether the user is asked if an export may be lost.
        question: what a file is to be named for, while the window itself asks; empty if nothing.
        suggestion: the file that is proposed.
        favourite: whether the room is one of the favourites.
        hint: whether the first hint is shown.
        side: of the window where the room's panel lies.
        limit: why the view goes no farther up or down, while somebody pulls.
        offer: the picture for which a room may be looked for, if the user is asked.
        photograph: whether a photograph is shown, of which there is no other room.
    """

    latents: Latents
    camera: Camera
    xray: bool = False
    keys: bool = False
    bare: bool = False
    gallery: bool = False
    panel: bool = False
    details: bool = False
    visited: bool = False
    losing: bool = False
    question: str = ""
    suggestion: str = ""
    favourite: bool = False
    hint: bool = False
    photograph: bool = False
    offer: str = ""
    limit: str = ""
    side: Side = "left"


@dataclass(frozen=True)
class Tile:
    """A room of the gallery.

    Attributes:
        title: what it is called.
        room: its z.
        edges: left, top, right and bottom of what is shown of its thumbnail in their texture, once it is made; left
            may lie below 0, and right beyond 1, since a panorama goes round.
    """

    title: str
    room: Latents
    edges: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class GalleryModel:
    """What the gallery shows.

    Attributes:
        texture_name: OpenGL's name of the thumbnails' texture.
        aspect: width / height of what is shown of a thumbnail.
        sections: titles, and the rooms below each.
        moods: what the present room can be given.
    """

    texture_name: int
    aspect: float
    sections: tuple[tuple[str, tuple[Tile, ...]], ...]
    moods: tuple[str, ...]


@dataclass(frozen=True)
class ViewModel:
    """What the panels show of the panorama and of the work on it.

    Attributes:
        window: which patches the atlas has slots for.
        projection: of the panorama.
        texture_name: OpenGL's name of the atlas.
        slots: the patch in each slot, and whether it is of the present z.
        names: of the first entries of z.
        directions: principal directions (n, z_dim); none until they are known.
        fps: frames a second.
        patch_s: seconds a patch.
        made: patches since the start.
        share: of the panorama that is made.
        statuses: of each patch of level 0, while the X-ray is on.
        level_statuses: of each patch that is looked at, or will be soon, of the level that the view needs, while the
            X-ray is on; of level 0 each patch.
        fine_window: which patches of that level have slots; None if level 0 will do.
        made_at: patches of each level since the start.
        finest_share: of the finest panorama that is made.
        only_visible: whether nothing is made that is not looked at.
        totals: sums since the start.
        seam: contrast of the border between patches that stands out most; 0 if none is known.
    """

    window: AtlasWindow
    projection: Projection
    texture_name: int
    slots: dict[tuple[int, int], tuple[tuple[int, int], bool]]
    names: tuple[str, ...]
    directions: NDArray[np.float32]
    fps: float
    patch_s: float
    made: int
    share: float
    statuses: dict[tuple[int, int], PatchStatus]
    level_statuses: dict[tuple[int, int], PatchStatus]
    fine_window: AtlasWindow | None
    made_at: tuple[int, ...]
    finest_share: float
    only_visible: bool
    totals: Totals
    seam: float


@dataclass(frozen=True)
class HistoryModel:
    """What the panel of visited rooms shows.

    Attributes:
        texture_name: OpenGL's name of the thumbnails' texture.
        thumbnails: top and bottom of each visited room's thumbnail, 0 … 1.
        aspect: a thumbnail's width / height.
        present, target: which rooms are shown and morphed to; −1 for none.
        can_undo, can_redo: whether there is something.
        morph: what is between two rooms, if two were chosen.
        progress: an export's stage and share.
        picture: OpenGL's name, and width / height, of the picture whose room is looked for.
        divider: how much of the view shows the room that is held to compare, if one is.
        recent: files opened before.
        has_last: whether there was a session before.
        reduced_motion: whether nothing flies, glides or fades.
        touring: whether the rooms change by themselves.
        settings: what is remembered.
    """

    texture_name: int
    thumbnails: tuple[tuple[float, float], ...]
    aspect: float
    present: int
    target: int
    can_undo: bool
    can_redo: bool
    morph: Morph | None
    progress: tuple[str, float] | None
    divider: float | None
    recent: tuple[str, ...] = ()
    has_last: bool = False
    picture: tuple[int, float] | None = None
    reduced_motion: bool = False
    touring: bool = False
    settings: Settings = field(default_factory=Settings)
