"""How far the borders of the patches that are looked at stand out, measured a few patches a frame."""

from collections.abc import Iterator

from cocogan_core.metrics.seams import Border, patch_border_ratios
from viewer.streaming.streamer import PatchStreamer

__all__ = ["SeamSurvey"]

PATCHES_A_FRAME = 32  # about two milliseconds

Cell = tuple[int, int]


class SeamSurvey:
    """Of the level that the view needs, and of the z that is shown; call :meth:`follow` once a frame.

    Attributes:
        level: of which.
        ratios: contrast of each border that has been measured.
    """

    def __init__(self, streamer: PatchStreamer) -> None:
        """Nothing has been measured yet."""
        self.level = 0
        self.ratios: dict[Border, float] = {}
        self._streamer = streamer
        self._of = (-1, 0)  # revision and level
        self._known: set[Cell] = set()

    def follow(self) -> None:
        """Measure the borders of some more patches."""
        streamer = self._streamer
        state = streamer.revision, streamer.levels.level
        if state != self._of:
            self._of, self.level, self.ratios, self._known = state, state[1], {}, set()
        fresh = [cell for cell in self._candidates() if cell not in self._known][:PATCHES_A_FRAME]
        if fresh:
            self._known.update(fresh)
            around = {neighbour for cell in fresh for neighbour in self._around(cell)}
            grid = streamer.grid.at_level(self.level)
            self.ratios |= patch_border_ratios(streamer.pixels_of(self.level, around), grid)

    def _candidates(self) -> Iterator[Cell]:
        """Patches that are made: of level 0 all, of a finer one what is looked at."""
        streamer = self._streamer
        looked_at = streamer.visible if self.level else streamer.levels.base.patches()
        return (patch[1:] for patch in looked_at if patch[0] == self.level and streamer.is_made(patch))

    def _around(self, cell: Cell) -> Iterator[Cell]:
        """A patch and its four neighbours."""
        columns = self._streamer.grid.at_level(self.level).columns
        for down, right in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
            yield cell[0] + down, (cell[1] + right) % columns
