"""Rectangles of neighbouring micro patches that are made in one pass and share their margins. Knows no network."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from cocogan_core.inference.engine import Cell, Engine, Latent, Patches, Shape
from cocogan_core.inference.memo import Memo

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
        self._room = _Room(np.zeros(0, np.float32), Memo())
        # its threads come with the first blocks, and so have the niceness of whoever asks for them
        self._pool = ThreadPoolExecutor(engine.at_once) if engine.at_once > 1 else None

    def make(self, z: Latent, blocks: Sequence[Block], level: int) -> Iterator[Patches]:
        """Each block's patches (rows·columns, s, s, 3), row by row; as many blocks at a time as the engine can."""
        if not np.array_equal(z, self._room.z):
            self._room = _Room(z.copy(), Memo(MOST_FEATURES))
        each = partial(self._fine if level else self._base, self._room, level)
        return map(each, blocks) if self._pool is None or len(blocks) == 1 else self._pool.map(each, blocks)

    def _fine(self, room: "_Room", level: int, block: Block) -> Patches:
        parent = block.corner[0] >> level, block.corner[1] >> level
        features = room.features.get(parent, lambda: self._engine.base(room.z, parent, (1, 1))[1][0])
        return self._engine.fine(room.z, block.corner, block.shape, level, features)

    def _base(self, room: "_Room", _: int, block: Block) -> Patches:
        patches, features = self._engine.base(room.z, block.corner, block.shape)
        for cell, of_cell in zip(block.cells(), features, strict=bool(features)):
            room.features.put(cell, of_cell)
        return patches


class _Room(NamedTuple):
    """A z, and its features of level 0."""

    z: Latent
    features: Memo[Cell, Any]
