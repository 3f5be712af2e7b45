"""A room that no longer changes, in an atlas of its own: for exports, and to compare with the room that is shown."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import View
from viewer.rendering.atlas import AtlasWindow, Cell, Slot
from viewer.rendering.renderer import FADE_S, Renderer

__all__ = ["Snapshot"]

Pixels = NDArray[np.uint8]


class Snapshot:
    """All patches of one room on one level. Costs a second atlas in the graphics card's memory; no second generator."""

    def __init__(
        self, like: Renderer, window: AtlasWindow, projection: Projection, patches: Mapping[Cell, Pixels]
    ) -> None:
        """Upload ``patches``, which must be all of the window's level, into a twin of the renderer ``like``."""
        self.projection, self._patches, self._window = projection, dict(patches), window
        self._renderer = like.twin(window)
        self._owners: dict[Slot, Cell] = {}

    @property
    def grid(self) -> PatchGrid:
        """How the panorama is cut."""
        return self._window.grid

    @property
    def level(self) -> int:
        """Of detail."""
        return self._window.level

    def strips(self) -> Iterator[Pixels]:
        """The whole panorama as strips (s, W, 3) of a patch's height, from the top."""
        for row in range(self.grid.rows):
            patches = np.stack([self._patches[row, column] for column in range(self.grid.columns)])
            merged: Pixels = self.grid.merge(patches, (1, self.grid.columns))
            yield merged

    def picture(self, view: View, size: tuple[int, int]) -> Pixels:
        """A view of it, (h, w, 3)."""
        self._upload_visible(view)
        return self._renderer.picture(view, size)

    def draw(self, view: View, *, sharp: bool, width_px: int | None = None) -> None:
        """Draw a view of it into the framebuffer and viewport in use, as sharp as what it is compared with.

        ``width_px``: only so many columns, from the left.
        """
        self._upload_visible(view)
        self._renderer.draw(view, FADE_S, sharp=sharp, width_px=width_px)  # nothing fades

    def close(self) -> None:
        """Give the atlas back."""
        self._renderer.release()

    def _upload_visible(self, view: View) -> None:
        """Upload what the view needs and the atlas does not hold; after the first time only if that is small."""
        self._window = self._window.follow(view, self.projection)
        for patch, slot in self._window.cells():
            if self._owners.get(slot) != patch:
                self._renderer.upload(slot, self._patches[patch], 0.0, fade=False)
                self._owners[slot] = patch
