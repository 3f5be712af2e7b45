"""Patch-guided generation by a model of upright rooms: a photograph may show any of a room's eight images.

The search itself is that of ``guidance``, in the network's own rooms: the photograph is turned and mirrored instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cocogan_core.applications.guidance import Guidance, GuidanceSettings, GuidedRooms
from cocogan_core.applications.latent_search import Report
from cocogan_core.applications.photo import PlacedPhoto
from cocogan_core.checkpoint import Checkpoint
from cocogan_core.config import ModelConfig
from cocogan_core.geometry.symmetry import RoomSymmetry

__all__ = ["AnyGuidance", "TurnedGuidance", "guidance_of"]

Floats = NDArray[np.float32]

FIRST_CANDIDATES, FIRST_STEPS = 3, 0.05  # of each way, and the share of the steps that each of them is given
MARGIN = 1e-3  # by which walls of an upright room are told apart


@dataclass(frozen=True)
class Way:
    """How a room stands: its upright image, mirrored or not, and then turned by quarters to the right."""

    model: ModelConfig
    turns: int
    mirrored: bool

    def upright(self, picture: NDArray[np.generic]) -> NDArray[np.generic]:
        """The upright room's picture (H, W, …) from the room's."""
        back = np.roll(picture, -self.turns * picture.shape[1] // 4, axis=1)
        return np.ascontiguousarray(back[:, ::-1] if self.mirrored else back)

    def picture(self, upright: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The room's picture (H, W, 3) from the upright room's."""
        there = upright[:, ::-1] if self.mirrored else upright
        return np.roll(there, self.turns * upright.shape[1] // 4, axis=1)

    def room(self, upright: Floats) -> Floats:
        """The room's numbers (z_dim,) from those of its upright image, set upright first where they are not."""
        symmetry, names = self.model.symmetry, self.model.latent_names
        assert symmetry is not None
        numbers = _standing(symmetry, upright, names)
        numbers = symmetry.mirrored(numbers, names) if self.mirrored else numbers
        return np.asarray(symmetry.turned(numbers, names, times=self.turns), np.float32)

    def place(self, place: tuple[int, int]) -> tuple[int, int]:
        """Where the macro patch (row, column) of the upright room's picture lies in the room's."""
        grid, (row, column) = self.model.grid, place
        there = grid.columns - grid.macro_columns - column if self.mirrored else column
        return row, (there + self.turns * grid.columns // 4) % grid.columns


class TurnedGuidance:
    """Looks for the rooms of one photograph; as :class:`Guidance`, but that head A's answer is left out.

    All eight ways are tried for a few steps, and the one that comes nearest goes on.
    """

    def __init__(self, checkpoint: Checkpoint, photo: PlacedPhoto, settings: GuidanceSettings) -> None:
        """Of a checkpoint with a symmetry; raises as :class:`Guidance`."""
        model = checkpoint.metadata.model
        self.settings, self.grid = settings, model.grid
        own = replace(model, symmetry=None)
        self._network = replace(checkpoint, metadata=replace(checkpoint.metadata, model=own))
        self._photo, self._ways = photo, [Way(model, *way) for way in product(range(4), (False, True))]
        self._way, self._guidance = self._ways[0], self._guided(self._ways[0], settings)
        self._done, self._stopped = 0, False

    def run(self, report: Report = lambda _step, _error, _z: True) -> GuidedRooms:
        """As :meth:`Guidance.run`."""
        first = replace(self.settings, candidates=FIRST_CANDIDATES, steps=round(FIRST_STEPS * self.settings.steps))
        self._way = min(self._ways, key=dict(self._tried(first, report)).__getitem__)
        left = 0 if self._stopped else max(0, self.settings.steps - self._done)
        rest = replace(self.settings, steps=left)
        self._guidance = self._guided(self._way, rest)
        rooms = self._guidance.run(self._told(self._way, report))
        z = np.stack([self._way.room(upright) for upright in rooms.z])
        return replace(rooms, z=z, place=None, true_place=self._way.place(rooms.true_place))

    def pictures(self, z: Floats) -> NDArray[np.uint8]:
        """The whole pictures (n, H, W, 3) of rooms z (n, z_dim) that were found."""
        symmetry, names = self._way.model.symmetry, self._way.model.latent_names
        assert symmetry is not None
        upright = np.stack([symmetry.upright(one, names).numbers for one in z]).astype(np.float32)
        return np.stack([self._way.picture(one) for one in self._guidance.pictures(upright)])

    def _tried(self, settings: GuidanceSettings, report: Report) -> Iterator[tuple[Way, float]]:
        """How near each way comes in a few steps."""
        for way in self._ways:
            if self._stopped:
                yield way, float("inf")
            else:
                rooms = self._guided(way, settings).run(self._told(way, report))
                yield way, float(rooms.errors[0])

    def _guided(self, way: Way, settings: GuidanceSettings) -> Guidance:
        image, known = way.upright(self._photo.image), way.upright(self._photo.known)
        return Guidance(self._network, PlacedPhoto(image.astype(np.uint8), known.astype(bool)), settings)

    def _told(self, way: Way, report: Report) -> Report:
        """Hears of a search for the upright room, and tells of the room itself."""

        def heard(_step: int, error: float, z: Floats) -> bool:
            self._done += 1
            self._stopped = not report(self._done, error, way.room(z))
            return not self._stopped

        return heard


AnyGuidance = Guidance | TurnedGuidance


def guidance_of(checkpoint: Checkpoint, photo: PlacedPhoto, settings: GuidanceSettings) -> AnyGuidance:
    """The search that fits a model; raises as :class:`Guidance`."""
    upright = checkpoint.metadata.model.symmetry is not None
    return (TurnedGuidance if upright else Guidance)(checkpoint, photo, settings)


def _standing(symmetry: RoomSymmetry, numbers: Floats, names: tuple[str, ...]) -> Floats:
    """Numbers nearby of a room that stands upright: the wall in front most open, the right one less than the left."""
    front, right, back, left = (names.index(name) for name in symmetry.openness)
    after = np.array(numbers)
    low, high = sorted((after[right], after[left]))
    after[right] = min(low, 1 - 3 * MARGIN)
    after[left] = min(max(high, after[right] + MARGIN), 1 - 2 * MARGIN)
    after[back] = min(after[back], 1 - 2 * MARGIN)
    after[front] = max(after[front], after[[right, back, left]].max() + MARGIN)
    return after
