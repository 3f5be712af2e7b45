"""The X-ray and the seam microscope: asks the streamer, colours the atlases' slots, finds the worst seam."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from cocogan_core.geometry.projection import Projection, yaw_of_u, yaw_pitch_of
from cocogan_core.metrics.seams import Border
from viewer.camera.camera import Camera
from viewer.session.seam_survey import SeamSurvey
from viewer.streaming.level_window import LevelWindow
from viewer.streaming.patch_status import PatchStatus, Totals, tint
from viewer.streaming.streamer import PatchStreamer

__all__ = ["Inspector"]

STANDS_OUT = 1.4  # real pictures' borders come to 1.37 (cocogan_core.metrics.seams)


Cell = tuple[int, int]
Slot = tuple[int, int]


class Inspector:
    """Of one streamer; call :meth:`look` once a frame while the X-ray is on."""

    def __init__(self, streamer: PatchStreamer, projection: Projection) -> None:
        """Nothing has been looked at yet."""
        self._streamer, self._projection = streamer, projection
        self._seams = SeamSurvey(streamer)

    @property
    def worst(self) -> float:
        """Contrast of the border that stands out most; 0 if none is known."""
        return max(self._seams.ratios.values(), default=0.0)

    @property
    def totals(self) -> Totals:
        """Sums since the start."""
        seen, grid = self._streamer.statistics, self._streamer.grid
        finest = grid.at_level(grid.levels - 1)
        return Totals(seen.made, seen.rooms, finest.rows * finest.columns, seen.gflop, seen.made_at[grid.levels - 1])

    def look(self, now_s: float) -> dict[int, dict[tuple[int, int], PatchStatus]]:
        """What has become of the patches of each level that is shown, and to their atlases their colours and borders.

        Borders are measured on the level that the view needs.
        """
        levels = self._streamer.levels
        self._seams.follow()
        found = {}
        for held in (levels.base, levels.fine, levels.former):
            if held is not None:
                statuses = found[held.level] = self._mark_beyond(held, self._streamer.statuses(held, now_s))
                tints = {held.window.slot(cell): tint(status) for cell, status in statuses.items()}
                held.atlas.mark(tints, self._contrasts(held, statuses) if held.level == self._seams.level else {})
        return found

    def _mark_beyond(self, held: LevelWindow, statuses: dict[Cell, PatchStatus]) -> dict[Cell, PatchStatus]:
        """Those that lie above or below what the model was trained on, as such."""
        grid = held.window.grid
        if not grid.beyond:
            return statuses
        inner = range(grid.beyond, grid.rows - grid.beyond)
        return {cell: replace(status, beyond=cell[0] not in inner) for cell, status in statuses.items()}

    def _contrasts(self, held: LevelWindow, cells: Iterable[Cell]) -> dict[Slot, tuple[float, float]]:
        known = self._seams.ratios
        return {
            held.window.slot(cell): (known.get((cell, "right"), 0.0), known.get((cell, "below"), 0.0)) for cell in cells
        }

    def face_worst_seam(self, camera: Camera) -> Camera | None:
        """The camera turned to the border that stands out most among those that can be seen; None if none does."""
        self._seams.follow()
        for border, ratio in sorted(self._seams.ratios.items(), key=lambda item: -item[1]):
            if ratio < STANDS_OUT:
                break
            yaw_rad, pitch_rad = self._middle(border)
            turned = camera.stop().look(yaw_rad=yaw_rad, pitch_rad=pitch_rad)
            edges = turned.view.directions(np.zeros(2), np.array([-1.0, 1.0]))
            low, high = np.sort(yaw_pitch_of(edges)[1])
            if low < pitch_rad < high:
                return turned
        return None

    def _middle(self, border: Border) -> tuple[float, float]:
        """Yaw and pitch of a border's middle."""
        ((row, column), side), grid = border, self._streamer.grid.at_level(self._seams.level)
        u, v = (column + 1, row + 0.5) if side == "right" else (column + 0.5, row + 1)
        yaw_rad = float(yaw_of_u(u / grid.columns, self._streamer.grid.width_px))
        return yaw_rad, float(self._projection.pitch_of_v(v / grid.rows))
