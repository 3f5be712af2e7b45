"""Between latent vectors, and between coordinates: the paper's interpolations (§3.2; Fig. 5, 6, 23, 25).

Full images and parts along z need whatever makes patches; interpolated coordinates lie between the grid points that an
inference engine knows, and need the network itself: only those import torch.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.inference.latents import slerp
from cocogan_core.inference.panorama_file import PatchMaker

if TYPE_CHECKING:
    from cocogan_core.models.base import Generator

__all__ = ["Axis", "Part", "coordinate_path", "latent_path", "make_part", "part_ids", "patches_between"]

Axis = Literal["horizontal", "vertical"]
Part = Literal["full", "macro", "micro"]
Cell = tuple[int, int]
Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


def latent_path(stops: Sequence[Floats], steps: int) -> Floats:
    """z (n, z_dim) along great circles from each stop (z_dim,) to the next, ``steps`` to each, both ends included.

    Raises:
        ConfigError: there are fewer than two stops, or no steps.
    """
    if len(stops) < 2 or steps < 1:
        raise ConfigError(f"between {len(stops)} rooms in {steps} steps there is no way; name two or more, and steps")
    shares = np.arange(steps) / steps
    legs = [slerp(a, b, float(share)) for a, b in pairwise(stops) for share in shares]
    return np.asarray([*legs, stops[-1]], np.float32)


def part_ids(grid: PatchGrid, part: Part, at: Cell) -> list[Cell]:
    """The micro patches (row, column) of the full image, or of the macro or micro patch ``at`` a top-left cell.

    Raises:
        ConfigError: it lies outside the grid.
    """
    rows, columns = _part_shape(grid, part)
    top, left = (0, 0) if part == "full" else at
    ids = [(top + row, left + column) for row in range(rows) for column in range(columns)]
    grid.require_inside(np.array(ids))
    return ids


def make_part(maker: PatchMaker, z: Floats, part: Part, at: Cell = (0, 0)) -> Pixels:
    """The full image of z, or its macro or micro patch ``at`` (row, column), as bytes (h, w, 3); raises as above."""
    grid = maker.metadata.model.grid
    merged: Pixels = grid.merge(maker.patches(z, part_ids(grid, part, at)), _part_shape(grid, part))
    return merged


def coordinate_path(grid: PatchGrid, axis: Axis, steps: int, at: Cell) -> NDArray[np.float64]:
    """Real-valued (row, column) (steps, 2) through the trained range of one axis; the other one stays as in ``at``.

    Verticals, and horizontals on a plane, go from −1 to 1 (§3.2). On a cylinder the angle goes all the way round, the
    last step short of the first.

    Raises:
        ConfigError: there are fewer than two steps.
    """
    if steps < 2:
        raise ConfigError(f"--steps is {steps}; a way through coordinates has at least 2")
    ids = np.tile(np.asarray(at, np.float64), (steps, 1))
    inner = grid.inner
    if axis == "vertical":
        ids[:, 0] = np.linspace(0, inner.rows - 1, steps) + grid.beyond
    elif grid.wraps:
        ids[:, 1] = np.linspace(0, grid.columns, steps, endpoint=False)
    else:
        ids[:, 1] = np.linspace(0, inner.columns - 1, steps) + grid.beyond
    return ids


def patches_between(generator: "Generator", z: Floats, ids: NDArray[np.float64]) -> Iterator[Pixels]:
    """Micro patches (s, s, 3) of one z at real-valued (row, column) ids (n, 2), one by one.

    Raises:
        ConfigError: the generator knows whole coordinates only.
    """
    import torch

    from cocogan_core.models.pixels import to_uint8

    if generator.config.generator != "micro":
        raise ConfigError(f"a {generator.config.generator} generator makes no patches between its grid's points")
    code = torch.from_numpy(np.asarray(z, np.float32))[None]
    generator.eval()
    for place in torch.from_numpy(generator.config.grid.micro_coordinates(ids)):
        with torch.inference_mode():
            yield to_uint8(generator(code, place[None]))[0]


def _part_shape(grid: PatchGrid, part: Part) -> tuple[int, int]:
    """Micro patches of a part as (rows, columns)."""
    shapes = {"full": (grid.rows, grid.columns), "macro": (grid.macro_rows, grid.macro_columns), "micro": (1, 1)}
    return shapes[part]
