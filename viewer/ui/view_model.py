"""What the panels are given to show, and what they give back. Data only."""

from dataclasses import dataclass

from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera
from viewer.rendering.atlas import AtlasWindow
from viewer.state.latents import Latents
from viewer.streaming.patch_status import Cell, Totals

__all__ = ["ViewModel", "ViewStatus"]


@dataclass(frozen=True)
class ViewStatus:
    """What the panels may change: the room, the camera (a click on the strip looks there), and what is shown over it.

    ``asked`` names what the user wants done: a lens by its name, ``"north"`` or ``"seam"``.
    """

    latents: Latents
    camera: Camera
    xray: bool = False
    help: bool = False
    asked: str = ""


@dataclass(frozen=True)
class ViewModel:
    """What the panels show."""

    window: AtlasWindow
    projection: Projection
    texture_name: int
    shown: dict[tuple[int, int], tuple[tuple[int, int], bool]]
    names: tuple[str, ...]
    directions: int
    fps: float
    patch_s: float
    made: int
    share: float
    cells: dict[tuple[int, int], Cell]
    totals: Totals
    seam: float
