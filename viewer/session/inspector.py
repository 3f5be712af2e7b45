"""The X-ray and the seam microscope: asks the streamer, colours the renderer's slots, finds the worst seam."""

from cocogan_core.geometry.projection import Projection, yaw_of_u
from cocogan_core.metrics.seams import Border, patch_border_ratios, worst_border
from viewer.camera.camera import Camera
from viewer.rendering.renderer import Renderer
from viewer.streaming.patch_status import PatchStatus, Totals, tint
from viewer.streaming.streamer import PatchStreamer

__all__ = ["Inspector"]


class Inspector:
    """Of one streamer and its renderer; call :meth:`look` once a frame while the X-ray is on."""

    def __init__(self, streamer: PatchStreamer, renderer: Renderer, projection: Projection) -> None:
        """Nothing has been looked at yet."""
        self._streamer, self._renderer, self._projection = streamer, renderer, projection
        self._seams: dict[Border, float] = {}
        self._measured = -1  # patches made when the borders were measured

    @property
    def worst(self) -> float:
        """Contrast of the border that stands out most; 0 if none is known."""
        return max(self._seams.values(), default=0.0)

    @property
    def totals(self) -> Totals:
        """Sums since the start."""
        seen, grid = self._streamer.statistics, self._streamer.grid
        return Totals(seen.made, seen.rooms, grid.rows * grid.columns, seen.patch_gflop)

    def look(self, now_s: float) -> dict[tuple[int, int], PatchStatus]:
        """What has become of each patch, and to the renderer its colour and its borders' contrast."""
        statuses, slots = self._streamer.statuses(now_s), dict(self._streamer.window.cells())
        if self._measured != self._streamer.statistics.made:
            self._measured = self._streamer.statistics.made
            self._seams = patch_border_ratios(self._streamer.pixels(), self._streamer.grid)
        seams = {
            slot: (self._seams.get((patch, "right"), 0.0), self._seams.get((patch, "below"), 0.0))
            for patch, slot in slots.items()
        }
        self._renderer.mark({slots[patch]: tint(status) for patch, status in statuses.items()}, seams)
        return statuses

    def face_worst_seam(self, camera: Camera) -> Camera:
        """The camera turned to the border that stands out most; as it is if none is known."""
        border = worst_border(self._seams)
        if border is None:
            return camera
        ((row, column), side), grid = border, self._streamer.grid
        u, v = (column + 1, row + 0.5) if side == "right" else (column + 0.5, row + 1)
        pitch_rad = float(self._projection.pitch_of_v(v / grid.rows))
        return camera.stop().look(yaw_rad=float(yaw_of_u(u / grid.columns, grid.width_px)), pitch_rad=pitch_rad)
