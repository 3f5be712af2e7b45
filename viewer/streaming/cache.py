"""Keeps finished patches in memory within a budget of bytes, so that a room seen before is not made again. Pure."""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Sequence, Set
from itertools import islice

import numpy as np
from numpy.typing import NDArray

__all__ = ["PatchCache"]

SLAB_BYTES = 4 << 20
LOOKS = 64  # at the oldest patches, for each that comes

Patch = tuple[int, int, int]
Pixels = NDArray[np.uint8]


class PatchCache:
    """Pixels of finished patches, of whatever level, by z (any hashable key of it) and patch; the oldest used go first.

    Pixels lie in slabs, as many as the budget needs, and are handed out as copies. Allocated one by one, they
    kept the holes open that every frame leaves in the heap, four times their own size at first.
    """

    def __init__(self, budget_bytes: int) -> None:
        """Hold at most ``budget_bytes`` of pixels, pinned ones aside."""
        self.budget_bytes = budget_bytes
        self.bytes = 0
        self._places: OrderedDict[tuple[Hashable, Patch], int] = OrderedDict()
        self._of_z: defaultdict[Hashable, set[Patch]] = defaultdict(set)
        self._slabs: list[Pixels] = []  # (n, s, s, 3) each
        self._free: list[int] = []
        self._pinned_z: Hashable = None
        self._pinned: tuple[Set[Patch], ...] = ()

    def __len__(self) -> int:
        """How many patches are held."""
        return len(self._places)

    def __contains__(self, key: tuple[Hashable, Patch]) -> bool:
        """Whether a (z_key, patch) is held."""
        return key in self._places

    def pin(self, z_key: Hashable, *groups: Set[Patch]) -> None:
        """From now on exactly the patches of these groups must stay."""
        self._pinned_z, self._pinned = z_key, groups

    def put(self, z_key: Hashable, patch: Patch, pixels: Pixels) -> list[tuple[Hashable, Patch]]:
        """Add a patch (s, s, 3), all of one s; returns the (z_key, patch) that had to go for it."""
        key = (z_key, patch)
        if key not in self._places:
            self._places[key] = self._allocate(pixels)
            self._of_z[z_key].add(patch)
            self.bytes += pixels.nbytes
        self._places.move_to_end(key)
        self._at(self._places[key])[:] = pixels
        return self._shrink(pixels.nbytes)

    def patches(self, z_key: Hashable) -> frozenset[Patch]:
        """All that is held of one z."""
        return frozenset(self._of_z.get(z_key, ()))

    def get(self, z_key: Hashable, patch: Patch) -> Pixels | None:
        """A copy of a patch's pixels, now the most recently used, or None."""
        key = (z_key, patch)
        if key not in self._places:
            return None
        self._places.move_to_end(key)
        return self._at(self._places[key]).copy()

    def stack(self, z_key: Hashable, patches: Sequence[Patch]) -> Pixels:
        """Copies (n, s, s, 3) of patches that are held, now the most recently used, in one piece of memory.

        A whole level as thousands of small pieces would leave holes in the heap, several times its size.

        Raises:
            KeyError: one is not held.
        """
        keys = [(z_key, patch) for patch in patches]
        for key in keys:
            self._places.move_to_end(key)
        return np.stack([self._at(self._places[key]) for key in keys]) if keys else np.zeros((0, 0, 0, 3), np.uint8)

    def _at(self, place: int) -> Pixels:
        slab, index = divmod(place, len(self._slabs[0]))
        found: Pixels = self._slabs[slab][index]
        return found

    def _allocate(self, pixels: Pixels) -> int:
        """The index of a free place; a new slab if there is none."""
        if not self._free:
            size = max(1, SLAB_BYTES // pixels.nbytes)
            first = size * len(self._slabs)
            self._slabs.append(np.empty((size, *pixels.shape), np.uint8))
            self._free = list(range(first, first + size))[::-1]
        return self._free.pop()

    def _shrink(self, patch_bytes: int) -> list[tuple[Hashable, Patch]]:
        """Let the oldest go; pinned ones count as just used, and only a few are looked at, so that this stays short."""
        excess, gone = self.bytes - self.budget_bytes, []
        for key in list(islice(self._places, LOOKS)):
            if excess <= 0:
                break
            if key[0] == self._pinned_z and any(key[1] in group for group in self._pinned):
                self._places.move_to_end(key)
            else:
                excess -= patch_bytes
                gone.append(key)
        for key in gone:
            self._free.append(self._places.pop(key))
            self._forget(*key)
            self.bytes -= patch_bytes
        return gone

    def _forget(self, z_key: Hashable, patch: Patch) -> None:
        self._of_z[z_key].discard(patch)
        if not self._of_z[z_key]:
            del self._of_z[z_key]
