"""Rectangles of neighbouring micro patches that are made in one pass and share their margins. Knows no network."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cocogan_core.inference.engine import Cell, Engine, Latent, Patches, Shape

__all__ = ["Block", "BlockMaker", "cover"]

MOST_FEATURES = 64  # of patches on level 0: 0.4 MB each, of the shipped room


class Block(NamedTuple):
    """``shape`` = (rows, columns) patches from the one at ``corner`` on."""

    corner: Cell
    shape: Shape

    def cells(self) -> Iterator[Cell]:
        """Every patch, row by row."""
        (top, left), (rows, columns) = self
        return ((top + row, left + column) for row in range(rows) for column in range(columns))


def cover(cells: Iterable[Cell], shapes: Sequence[Shape]) -> list[Block]:
    """Blocks of just these patches, each patch once, in the order of each block's first.

    ``shapes`` come largest first; a block's corner is a multiple of its shape. The last is (1, 1), so that nothing is
    left over, and no block has a patch that is not among ``cells``.
    """
    order = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
    left, found = set(order), []
    for rows, columns in shapes:
        groups: dict[Cell, list[Cell]] = defaultdict(list)
        for row, column in left:
            groups[row - row % rows, column - column % columns].append((row, column))
        whole = {corner: group for corner, group in groups.items() if len(group) == rows * columns}
        found += [Block(corner, (rows, columns)) for corner in whole]
        left.difference_update(*whole.values())
    return sorted(found, key=lambda block: min(order[cell] for cell in block.cells()))


class BlockMaker:
    """Has an engine make blocks, and keeps the newest room's features of level 0, which finer levels go on from."""

    def __init__(self, engine: Engine[Any]) -> None:
        """Nothing is kept yet."""
        self._engine = engine
        self._z: Latent = np.zeros(0, np.float32)
        self._features: OrderedDict[Cell, Any] = OrderedDict()

    def make(self, z: Latent, block: Block, level: int) -> Patches:
        """A block's patches (rows·columns, s, s, 3), row by row."""
        if not np.array_equal(z, self._z):
            self._features.clear()
            self._z = z.copy()
        if not level:
            return self._base(block)
        parent = block.corner[0] >> level, block.corner[1] >> level
        if parent not in self._features:
            self._base(Block(parent, (1, 1)))
        self._features.move_to_end(parent)
        return self._engine.fine(self._z, block.corner, block.shape, level, self._features[parent])

    def _base(self, block: Block) -> Patches:
        patches, features = self._engine.base(self._z, block.corner, block.shape)
        if features:
            self._features.update(zip(block.cells(), features, strict=True))
        while len(self._features) > MOST_FEATURES:
            self._features.popitem(last=False)
        return patches
