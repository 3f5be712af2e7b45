"""The X-ray and the seam microscope at work: asks the pipeline, colours the renderer's slots, knows the worst seam."""

from cocogan_core.geometry.projection import Projection, yaw_of_u
from cocogan_core.metrics.seams import Border, patch_border_ratios, worst_border
from viewer.camera.camera import Camera
from viewer.rendering.renderer import Renderer
from viewer.streaming.patch_status import Cell, Totals, tint
from viewer.streaming.streamer import PatchStreamer
from viewer.ui.view_model import ViewModel

__all__ = ["Inspector"]


class Inspector:
    """Of one pipeline and its renderer; :meth:`look` once a frame while the X-ray is on."""

    def __init__(self, pipeline: PatchStreamer, renderer: Renderer, projection: Projection) -> None:
        """Nothing has been looked at yet."""
        self._pipeline, self._renderer, self._projection = pipeline, renderer, projection
        self._seams: dict[Border, float] = {}
        self._known = -1  # patches whose borders were measured

    @property
    def worst(self) -> float:
        """Contrast of the border that stands out most; 0 if none is known."""
        return max(self._seams.values(), default=0.0)

    @property
    def totals(self) -> Totals:
        """Sums since the start."""
        seen, grid = self._pipeline.statistics, self._pipeline.grid
        return Totals(seen.made, seen.rooms, grid.rows * grid.columns, seen.patch_gflop)

    def look(self, now_s: float) -> dict[tuple[int, int], Cell]:
        """What has become of each patch, and to the renderer its colour and its borders' contrast."""
        cells, slots = self._pipeline.cells(now_s), dict(self._pipeline.window.cells())
        if self._known != self._pipeline.statistics.made:
            self._known = self._pipeline.statistics.made
            self._seams = patch_border_ratios(self._pipeline.pixels(), self._pipeline.grid)
        seams = {
            slot: (self._seams.get((patch, "right"), 0.0), self._seams.get((patch, "below"), 0.0))
            for patch, slot in slots.items()
        }
        self._renderer.mark({slots[patch]: tint(cell) for patch, cell in cells.items()}, seams)
        return cells

    def scene(self, cells: dict[tuple[int, int], Cell], names: tuple[str, ...], fps: float) -> ViewModel:
        """What the panels show: of the pipeline, and ``cells`` as :meth:`look` gave them (none without the X-ray)."""
        seen = self._pipeline.statistics
        return ViewModel(
            window=self._pipeline.window,
            projection=self._projection,
            texture_name=self._renderer.texture_name,
            shown=self._pipeline.shown(),
            names=names,
            directions=len(self._pipeline.directions),
            fps=fps,
            patch_s=seen.patch_s,
            made=seen.made,
            share=self._pipeline.share,
            cells=cells,
            totals=self.totals,
            seam=self.worst,
        )

    def at_the_worst(self, camera: Camera) -> Camera:
        """The camera turned to the border that stands out most; as it is if none is known."""
        border = worst_border(self._seams)
        if border is None:
            return camera
        ((row, column), side), grid = border, self._pipeline.grid
        u, v = (column + 1, row + 0.5) if side == "right" else (column + 0.5, row + 1)
        pitch_rad = float(self._projection.pitch_of_v(v / grid.rows))
        return camera.stopped().look(yaw_rad=float(yaw_of_u(u / grid.columns, grid.width_px)), pitch_rad=pitch_rad)
