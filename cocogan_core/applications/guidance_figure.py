"""The figure of patch-guided generation (Fig. 9 and 28): the photograph, the rooms, and boxes of both places."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cocogan_core.applications.guidance import Corner, GuidedRooms, corner_of
from cocogan_core.applications.photo import PlacedPhoto
from cocogan_core.applications.sheets import tile
from cocogan_core.applications.turned_guidance import AnyGuidance
from cocogan_core.geometry.grid import PatchGrid

__all__ = ["draw_guidance"]

RED, BLUE = (220, 30, 30), (40, 80, 230)  # the truth, and head A's answer
COLUMNS = 4
THICK_PX = 2

Pixels = NDArray[np.uint8]


def draw_guidance(guidance: AnyGuidance, rooms: GuidedRooms, photo: PlacedPhoto) -> Pixels:
    """The photograph where it belongs, then every room, the best one first, as one sheet (H, W, 3).

    The red box is the macro patch that guided, the blue one where head A takes it to be.
    """
    grid = guidance.grid
    pictures = [photo.image, *guidance.pictures(rooms.z)]
    boxes: list[tuple[Corner, tuple[int, int, int]]] = [(rooms.true_place, RED)]
    if rooms.place is not None:
        boxes.append((corner_of(grid, rooms.place, rooms.true_place), BLUE))
    return tile([_boxed(picture, boxes, grid) for picture in pictures], COLUMNS)


def _boxed(picture: Pixels, boxes: "list[tuple[Corner, tuple[int, int, int]]]", grid: PatchGrid) -> Pixels:
    """A copy of a picture with the outlines of macro patches; on a cylinder they wrap."""
    image = Image.fromarray(picture)
    page = ImageDraw.Draw(image)
    for (row, column), colour in boxes:
        width_px = 2 * THICK_PX if colour is RED else THICK_PX  # where both agree, both are seen
        top, left = row * grid.patch_px, column * grid.patch_px
        for shift in (0, grid.width_px) if grid.wraps else (0,):
            x, right = left - shift, left - shift + grid.macro_width_px - 1
            page.rectangle((x, top, right, top + grid.macro_height_px - 1), outline=colour, width=width_px)
    return np.asarray(image)
