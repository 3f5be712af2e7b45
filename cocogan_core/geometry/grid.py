"""Coordinate systems of COCO-GAN: where a micro patch lies, what vector names it, how patches are cut and joined.

Knows nothing of networks, files or windows; numpy only.

A grid has ``rows`` × ``columns`` micro patches of ``patch_px``² pixels. A macro patch is ``macro_rows`` ×
``macro_columns`` (the paper's N × M) neighbouring micro patches and is named by its top-left one. On a cylinder
columns wrap round; on a plane they stop. Image rows run top to bottom, columns left to right; θ of column 0 is −π
(docs/architecture.md, conventions).

A grid may have several levels of detail: level l is cut from an image 2^l times as wide and high, into micro patches of
as many pixels, so that it has 2^l times the rows and columns. :meth:`PatchGrid.at_level` is the grid of one of them.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from cocogan_core.errors import ConfigError

__all__ = ["PatchGrid"]

MOST_LEVELS = 12  # a panorama of 768 columns has three million there

Ids = NDArray[np.intp]
Coordinates = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class PatchGrid:
    """How a full image is cut into micro and macro patches (paper §2, Fig. 2 and 15a; cylindrical: §3.4).

    Attributes:
        system: whether columns wrap round.
        rows, columns: of micro patches, on level 0.
        macro_rows, macro_columns: micro patches of a macro patch (the paper's N × M), on every level.
        patch_px: side of a micro patch in pixels, on every level.
        levels: of detail; 1 in the paper.
        beyond: micro patches beyond the trained image on each side that is no seam: of ``rows`` as many above and
            below, of ``columns`` as many left and right on a plane (paper §3.3, Appendix E).

    Raises:
        ConfigError: a count is not positive or beyond reason, or the macro patch is larger than the image.
    """

    system: Literal["cylindrical", "planar"] = "cylindrical"
    rows: int = 4
    columns: int = 12
    macro_rows: int = 2
    macro_columns: int = 2
    patch_px: int = 64
    levels: int = 1
    beyond: int = 0

    def __post_init__(self) -> None:
        """Refuse impossible grids early, in the user's words."""
        for name in ("rows", "columns", "macro_rows", "macro_columns", "patch_px", "levels"):
            if getattr(self, name) < 1:
                raise ConfigError(f"patch grid: {name} is {getattr(self, name)}; it must be at least 1")
        inner_rows, inner_columns = self._inner_shape
        if self.beyond < 0 or min(inner_rows, inner_columns) < 1:
            raise ConfigError(f"patch grid: beyond is {self.beyond}; it must be at least 0 and leave rows and columns")
        if self.macro_rows > self.rows or self.macro_columns > self.columns:
            raise ConfigError(
                f"patch grid: a macro patch of {self.macro_rows}×{self.macro_columns} micro patches does not fit into "
                f"{self.rows}×{self.columns}; lower macro_rows and macro_columns"
            )
        if self.levels > MOST_LEVELS:
            raise ConfigError(f"patch grid: levels is {self.levels}; it must be at most {MOST_LEVELS}")

    def at_level(self, level: int) -> Self:
        """The grid of one level alone: 2^level times the rows and columns, patches of as many pixels.

        Raises:
            ConfigError: there is no such level.
        """
        if not 0 <= level < self.levels:
            raise ConfigError(f"level {level} is not one of the {self.levels} there are, 0 to {self.levels - 1}")
        finer = {name: getattr(self, name) << level for name in ("rows", "columns", "beyond")}
        return replace(self, **finer, levels=1)

    def extended(self, patches: int = 1) -> Self:
        """The grid with ``patches`` more micro patches beyond each border (Appendix E): of a cylinder, up and down."""
        sides = 0 if self.wraps else 2 * patches
        beyond = self.beyond + patches
        return replace(self, rows=self.rows + 2 * patches, columns=self.columns + sides, beyond=beyond)

    @property
    def inner(self) -> Self:
        """The grid of the trained image alone, as real pictures are cut."""
        rows, columns = self._inner_shape
        return replace(self, rows=rows, columns=columns, beyond=0)

    @property
    def _inner_shape(self) -> tuple[int, int]:
        return self.rows - 2 * self.beyond, self.columns - (0 if self.wraps else 2 * self.beyond)

    def require_inside(self, ids: Ids) -> None:
        """Refuse (row, column) pairs (n, 2) of micro patches that are none of the grid's; columns wrap on a cylinder.

        Raises:
            ConfigError: names the first.
        """
        outside = (ids[:, 0] < 0) | (ids[:, 0] >= self.rows)
        if not self.wraps:
            outside |= (ids[:, 1] < 0) | (ids[:, 1] >= self.columns)
        for row, column in ids[outside][:1]:
            raise ConfigError(
                f"there is no micro patch ({row}, {column}): this grid has rows 0 to {self.rows - 1} and columns 0 to "
                f"{self.columns - 1}; a model that goes beyond its borders is made by `cocogan extend`"
            )

    @property
    def wraps(self) -> bool:
        """Whether column ``columns`` is column 0 again."""
        return self.system == "cylindrical"

    @property
    def height_px(self) -> int:
        """Height of the full image."""
        return self.rows * self.patch_px

    @property
    def width_px(self) -> int:
        """Width of the full image."""
        return self.columns * self.patch_px

    @property
    def macro_height_px(self) -> int:
        """Height of a macro patch."""
        return self.macro_rows * self.patch_px

    @property
    def macro_width_px(self) -> int:
        """Width of a macro patch."""
        return self.macro_columns * self.patch_px

    @property
    def coordinate_dim(self) -> int:
        """Length of a micro or macro coordinate vector: 3 on a cylinder, 2 on a plane."""
        return 3 if self.wraps else 2

    @property
    def macro_shape(self) -> tuple[int, int]:
        """How many macro patch positions there are: (rows, columns); on a cylinder every column is one."""
        columns = self.columns if self.wraps else self.columns - self.macro_columns + 1
        return self.rows - self.macro_rows + 1, columns

    def micro_ids(self) -> Ids:
        """All micro patches as (row, column), row by row; shape (rows·columns, 2)."""
        return _cells(self.rows, self.columns)

    def macro_ids(self) -> Ids:
        """All macro patches, each as the (row, column) of its top-left micro patch; shape (n, 2)."""
        return _cells(*self.macro_shape)

    def members(self, macro_ids: Ids) -> Ids:
        """The micro patches of each macro patch, row by row; shape (..., 2) → (..., N·M, 2), columns wrapped."""
        ids = np.asarray(macro_ids)[..., None, :] + _cells(self.macro_rows, self.macro_columns)
        if self.wraps:
            ids[..., 1] %= self.columns
        return ids

    def micro_coordinates(self, ids: Ids | NDArray[np.float64]) -> Coordinates:
        """Vectors that name micro patches (paper §2): shape (..., 2) → (..., 2 or 3), each entry in [−1, 1].

        Beyond the trained image verticals, and on a plane horizontals, lie outside of that (Appendix E: c″ up to
        ±1.66). Fractional (row, column) are allowed: coordinate interpolation (paper §3.2) and the continuous-sampling
        ablation (§3.7) need them.
        """
        return self._vectors(ids, *self._inner_shape)

    def macro_coordinates(self, ids: Ids | NDArray[np.float64]) -> Coordinates:
        """Vectors that name macro patches: as micro, the verticals (and planar horizontals) over the macro grid."""
        rows, columns = self.inner.macro_shape
        return self._vectors(ids, rows, columns)

    def _vectors(self, ids: Ids | NDArray[np.float64], rows: int, columns: int) -> Coordinates:
        cells = np.asarray(ids, np.float64) - (self.beyond, 0 if self.wraps else self.beyond)
        vertical = _spread(cells[..., 0], rows)
        if not self.wraps:
            return np.stack([vertical, _spread(cells[..., 1], columns)], -1).astype(np.float32)
        theta_rad = -np.pi + 2 * np.pi * cells[..., 1] / columns
        return np.stack([vertical, np.cos(theta_rad), np.sin(theta_rad)], -1).astype(np.float32)

    def crop(self, image: NDArray[Any], top_left: tuple[int, int], height_px: int, width_px: int) -> NDArray[Any]:
        """Crop ψ (paper §2): a window of a full image (H, W, ...) whose columns wrap on a cylinder.

        ``top_left`` is (row, column) in pixels. Raises ValueError where a window leaves a plane or the poles.
        """
        y, x = top_left
        height, width = image.shape[:2]
        if y < 0 or y + height_px > height or (not self.wraps and (x < 0 or x + width_px > width)):
            raise ValueError(f"window {height_px}×{width_px} at ({y}, {x}) leaves the {height}×{width} image")
        window = image[y : y + height_px]
        return window[:, np.arange(x, x + width_px) % width]

    def split(self, image: NDArray[Any]) -> NDArray[Any]:
        """All micro patches of a full image (H, W, ...) in the order of :meth:`micro_ids`; inverse of :meth:`merge`."""
        s = self.patch_px
        if image.shape[:2] != (self.height_px, self.width_px):
            raise ValueError(f"image is {image.shape[0]}×{image.shape[1]}, the grid {self.height_px}×{self.width_px}")
        cells = image.reshape(self.rows, s, self.columns, s, *image.shape[2:]).swapaxes(1, 2)
        return cells.reshape(self.rows * self.columns, s, s, *image.shape[2:])

    def merge(self, patches: NDArray[Any], shape: tuple[int, int] | None = None) -> NDArray[Any]:
        """Merge φ (paper §2): patches (n, s, s, ...), row by row, joined to one picture.

        ``shape`` is (rows, columns) of micro patches; the full image if left out.
        """
        rows, columns = shape or (self.rows, self.columns)
        if len(patches) != rows * columns:
            raise ValueError(f"{len(patches)} patches cannot fill {rows}×{columns}")
        s = patches.shape[1]
        cells = patches.reshape(rows, columns, s, s, *patches.shape[3:]).swapaxes(1, 2)
        return cells.reshape(rows * s, columns * s, *patches.shape[3:])


def _cells(rows: int, columns: int) -> Ids:
    return np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), -1).reshape(-1, 2)


def _spread(index: Ids | NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Grid index → [−1, 1]; the only point of a single-row grid is 0."""
    return np.zeros(np.shape(index)) if count == 1 else -1 + 2 * np.asarray(index, float) / (count - 1)
