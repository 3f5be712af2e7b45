"""Which level of detail a view needs, and how many of its patches a screen can show. Pure geometry.

A pixel at the view's middle is as wide as so many texels of a level: with fewer than one the picture is blurred, with
more than two a coarser level would do. The level that is shown stays a little longer than that, so that it does not
flutter.
"""

import math

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.look import Look

__all__ = ["choose_level", "slots_like", "slots_needed", "texels_per_pixel"]

HYSTERESIS = 0.2  # of a level
MOST_TEXELS: float = 2.0 ** (1 + HYSTERESIS)  # in a pixel of the level that is shown
# More than the view at pitch 0 needs: it widens toward the cylinder's borders, and what comes next must have a place.
RIM_SHARE, RIM_SLOTS = 0.25, 2
GROWTH = 8  # slots at a time, so that a window that is pulled larger gets few new atlases


def texels_per_pixel(view: Look, screen_px: tuple[int, int], width_px: int, projection: Projection) -> float:
    """How many columns of a panorama ``width_px`` wide a pixel at the middle of the view spans."""
    pixel_rad = 2 * view.half_width / screen_px[0]
    limit = projection.half_extent_rad
    pitch = min(max(view.pitch_rad, -limit), limit)
    stretch = math.cos(pitch) if projection.kind == "mercator" else 1.0
    return width_px / (2 * math.pi) * pixel_rad / stretch


def choose_level(
    view: Look, screen_px: tuple[int, int], grid: PatchGrid, projection: Projection, present: int = 0
) -> int:
    """The coarsest level with a texel in each pixel at the view's middle, else the finest there is.

    ``present``, the level shown now, stays while it has at most 2^(1 + ``HYSTERESIS``) texels in a pixel.
    """
    base = texels_per_pixel(view, screen_px, grid.width_px, projection)
    needed: int = min(max(math.ceil(-math.log2(base)), 0), grid.levels - 1)
    stays = needed == present - 1 and base * 2**present < MOST_TEXELS
    chosen: int = present if stays else needed
    return chosen


def slots_needed(screen_px: tuple[int, int], grid: PatchGrid) -> tuple[int, int]:
    """Rows and columns of patches that a screen can show of a level (``grid`` is the level's) while that is the one."""

    def slots(pixels: int, most: int) -> int:
        return min(most, math.ceil(pixels * MOST_TEXELS * (1 + RIM_SHARE) / grid.patch_px) + RIM_SLOTS)

    return slots(screen_px[1], grid.rows), slots(screen_px[0], grid.columns)


def slots_like(base: int, needed: int) -> int:
    """At least so many slots along an axis: a power of two of them just where level 0's ``base`` are one.

    Software OpenGL translates a program anew for textures of the other kind, which takes it a fifth of a second in the
    middle of a frame.
    """
    odd = base // (base & -base)
    if odd == 1:
        return 1 << (max(needed, GROWTH) - 1).bit_length()
    unit = odd << max(0, (-(-GROWTH // odd) - 1).bit_length())
    return -(-needed // unit) * unit
