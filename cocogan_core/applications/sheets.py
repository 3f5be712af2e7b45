"""Sheets of full images, macro and micro patches, as the paper's figures 3, 4 and 18 to 22 show them."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.applications.interpolation import Part, make_part
from cocogan_core.inference.latents import sample_z
from cocogan_core.inference.panorama_file import PatchMaker

__all__ = ["SheetKind", "draw_sheet", "tile"]

SheetKind = Literal["figure", "full", "macro", "micro"]
SHARED = 5  # columns of Fig. 3 and 4 whose three pictures are of one z
GAP_PX = 2
WHITE = 255

Pixels = NDArray[np.uint8]


def draw_sheet(maker: PatchMaker, kind: SheetKind, *, seed: int, count: int) -> Pixels:
    """A sheet (H, W, 3) of ``count`` pictures of random z, macro and micro patches at random places.

    ``kind`` "figure" has three rows, of full images, macro patches and micro patches, of which the first five of each
    row share their z, as in Fig. 3; the others show one part in rows of about a square sheet, as Fig. 18 to 22.
    """
    rng = np.random.default_rng(seed)
    if kind != "figure":
        pictures = [_random_part(maker, kind, rng, seed + index) for index in range(count)]
        height, width = pictures[0].shape[:2]
        return tile(pictures, columns=max(1, round((count * height / width) ** 0.5)))
    parts: tuple[Part, ...] = ("full", "macro", "micro")
    rows = [
        tile([_random_part(maker, part, rng, _seed_of(seed, row, index, count)) for index in range(count)], count)
        for row, part in enumerate(parts)
    ]
    gap = np.full((GAP_PX, rows[0].shape[1], 3), WHITE, np.uint8)
    stacked = [part for row in rows for part in (_widened(row, gap.shape[1]), gap)]
    return np.concatenate(stacked[:-1])


def tile(pictures: Sequence[Pixels], columns: int) -> Pixels:
    """Pictures (h, w, 3) in rows of ``columns``, left-aligned on white with a small gap between them."""
    height, width = (max(picture.shape[axis] for picture in pictures) + GAP_PX for axis in (0, 1))
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * height - GAP_PX, columns * width - GAP_PX, 3), WHITE, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return sheet


def _widened(row: Pixels, width_px: int) -> Pixels:
    """A row (h, w, 3) on white as wide as the others."""
    return np.pad(row, ((0, 0), (0, width_px - row.shape[1]), (0, 0)), constant_values=WHITE)


def _seed_of(seed: int, row: int, index: int, count: int) -> int:
    """The first columns share z between rows, the others have z of their own."""
    return seed + index if index < SHARED else seed + row * count + index


def _random_part(maker: PatchMaker, part: Part, rng: np.random.Generator, seed: int) -> Pixels:
    """A part of the picture of a seed, at a place drawn from ``rng``."""
    model = maker.metadata.model
    ids = model.grid.macro_ids() if part == "macro" else model.grid.micro_ids()
    row, column = ids[rng.integers(len(ids))]
    return make_part(maker, sample_z(seed, model.z_dim), part, (int(row), int(column)))
