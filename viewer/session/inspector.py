"""The X-ray and the seam microscope: asks the streamer, colours the atlases' slots, finds the worst seam."""

from cocogan_core.geometry.projection import Projection, yaw_of_u
from cocogan_core.metrics.seams import Border, patch_border_ratios, worst_border
from viewer.camera.camera import Camera
from viewer.streaming.level_window import LevelWindow
from viewer.streaming.patch_status import PatchStatus, Totals, tint
from viewer.streaming.streamer import PatchStreamer

__all__ = ["Inspector"]


class Inspector:
    """Of one streamer; call :meth:`look` once a frame while the X-ray is on."""

    def __init__(self, streamer: PatchStreamer, projection: Projection) -> None:
        """Nothing has been looked at yet."""
        self._streamer, self._projection = streamer, projection
        self._seams: dict[Border, float] = {}
        self._level = 0  # of those
        self._measured = (-1, -1)  # patches made, and the level, when the borders were measured

    @property
    def worst(self) -> float:
        """Contrast of the border that stands out most; 0 if none is known."""
        return max(self._seams.values(), default=0.0)

    @property
    def totals(self) -> Totals:
        """Sums since the start."""
        seen, grid = self._streamer.statistics, self._streamer.grid
        finest = grid.at_level(grid.levels - 1)
        return Totals(seen.made, seen.rooms, finest.rows * finest.columns, seen.gflop, seen.made_at[grid.levels - 1])

    def look(self, now_s: float) -> dict[int, dict[tuple[int, int], PatchStatus]]:
        """What has become of each patch of each level that is shown, and to its atlas its colour and borders.

        Borders are measured on the level that the view needs.
        """
        levels = self._streamer.levels
        self._measure(levels.level)
        found = {}
        for held in (levels.base, levels.fine, levels.former):
            if held is not None:
                statuses = found[held.level] = self._streamer.statuses(held, now_s)
                tints = {held.window.slot(cell): tint(status) for cell, status in statuses.items()}
                held.atlas.mark(tints, self._contrasts(held) if held.level == self._level else {})
        return found

    def _measure(self, level: int) -> None:
        """Know the contrast of all borders on a level."""
        if self._measured != (state := (self._streamer.statistics.made, level)):
            self._measured, self._level = state, level
            self._seams = patch_border_ratios(self._streamer.pixels(level), self._streamer.grid.at_level(level))

    def _contrasts(self, held: LevelWindow) -> dict[tuple[int, int], tuple[float, float]]:
        return {
            slot: (self._seams.get((cell, "right"), 0.0), self._seams.get((cell, "below"), 0.0))
            for cell, slot in held.window.cells()
        }

    def face_worst_seam(self, camera: Camera) -> Camera:
        """The camera turned to the border that stands out most; as it is if none is known."""
        border = worst_border(self._seams)
        if border is None:
            return camera
        ((row, column), side), grid = border, self._streamer.grid.at_level(self._level)
        u, v = (column + 1, row + 0.5) if side == "right" else (column + 0.5, row + 1)
        yaw_rad = float(yaw_of_u(u / grid.columns, self._streamer.grid.width_px))
        return camera.stop().look(yaw_rad=yaw_rad, pitch_rad=float(self._projection.pitch_of_v(v / grid.rows)))
