"""From a view to patches on the screen: what is visible is planned, made, cached and uploaded. Knows no window."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.coordinates import PatchGrid
from cocogan_core.projection import Projection, u_of_yaw
from viewer.atlas import PatchCache, Window
from viewer.camera import Camera
from viewer.planner import Plan, Planner, Urgency
from viewer.renderer import FADE_S, Renderer
from viewer.visibility import visible_patches
from viewer.worker import Directions, Failed, Finished, Restarted, Started, Worker

__all__ = ["Pipeline", "Statistics"]

CACHE_BYTES = 256 << 20
UPLOADS_A_FRAME = 8  # keeps a frame short whatever arrives
AHEAD_S = 0.3

Patch = tuple[int, int]
Slot = tuple[int, int]


@dataclass
class Statistics:
    """Counts since the start: patches ``made``, seconds a patch (running mean), and the newest message to the user."""

    made: int = 0
    patch_s: float = 0.0
    message: str = ""
    failed: bool = False


class Pipeline:
    """Owns planner and cache, and moves patches from worker to renderer; call :meth:`step` once a frame."""

    def __init__(
        self, worker: Worker, renderer: Renderer, window: Window, projection: Projection, *, idle_work: bool = True
    ) -> None:
        """``idle_work``: make the rest of the panorama when there is nothing better to do."""
        self.statistics = Statistics()
        self.directions: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.visible: list[Patch] = []
        self.window = window
        self._worker, self._renderer, self._projection = worker, renderer, projection
        self.idle_work = idle_work
        self._planner = Planner()
        self._cache = PatchCache(CACHE_BYTES)
        self._owners: dict[Slot, tuple[int, Patch]] = {}
        self._sent: Plan | None = None
        self._last_change_s = -FADE_S

    @property
    def grid(self) -> PatchGrid:
        """How the panorama is cut."""
        return self.window.grid

    @property
    def share(self) -> float:
        """Share of the panorama that is made for the present z."""
        return len(self._planner.done) / (self.grid.rows * self.grid.columns)

    @property
    def complete(self) -> bool:
        """Whether everything visible is made for the present z and on the screen."""
        current = {patch for generation, patch in self._owners.values() if generation == self._planner.generation}
        return bool(self.visible) and current.issuperset(self.visible)

    def busy(self, now_s: float) -> bool:
        """Whether the picture or the panels still change by themselves: something has come, or fades in.

        Not while the first patches are awaited: drawing the same frame again would take the generator's CPU time.
        """
        return now_s < self._last_change_s + FADE_S

    def shown(self) -> dict[Slot, tuple[Patch, bool]]:
        """What each slot shows, and whether that is of the present z."""
        return {slot: (patch, gen == self._planner.generation) for slot, (gen, patch) in self._owners.items()}

    def step(self, camera: Camera, generation: int, z: NDArray[np.float32], now_s: float) -> None:
        """Hear from the worker, plan for this camera and z, upload what has come."""
        for event in self._worker.poll():
            self._handle(event)
            self._last_change_s = now_s
        self.visible = visible_patches(camera.view, self.grid, self._projection)
        self._move_window(camera)
        plan = self._plan(camera, generation)
        if self._sent is None or plan != self._sent:
            self._worker.send(plan, z)
            self._sent = plan
        self._upload(now_s)

    def _handle(self, event: object) -> None:
        if isinstance(event, Finished):
            self._take(event)
        elif isinstance(event, Started):
            self._planner.started(event.generation, event.patches)
        elif isinstance(event, Directions):
            self.directions = event.unit
        elif isinstance(event, Restarted):
            self._planner.restarted()
            self._sent = None
            self.statistics.message = event.message
        elif isinstance(event, Failed):
            self.statistics.message, self.statistics.failed = event.message, True

    def _take(self, event: Finished) -> None:
        seen = self.statistics
        seen.made += len(event.patches)
        seen.message = ""  # whatever went wrong, patches come again
        seen.patch_s = event.patch_s if not seen.patch_s else 0.8 * seen.patch_s + 0.2 * event.patch_s
        if not self._planner.finished(event.generation, event.patches):
            return
        for patch, pixels in zip(event.patches, event.pixels, strict=True):
            gone = self._cache.put(event.generation, patch, pixels)
            self._planner.forget(old for generation, old in gone if generation == self._planner.generation)

    def _move_window(self, camera: Camera) -> None:
        s = self.grid.patch_px
        column = float(u_of_yaw(camera.view.yaw_rad, self.grid.width_px)) * self.grid.width_px / s
        row = float(self._projection.v_of_pitch(camera.view.pitch_rad)) * self.grid.rows
        self.window = self.window.centred(row, column)
        for patch, slot in self.window.cells():
            if slot in self._owners and self._owners[slot][1] != patch:
                del self._owners[slot]
                self._renderer.clear(slot)

    def _plan(self, camera: Camera, generation: int) -> Plan:
        planner = self._planner
        on_screen = {patch for _, patch in self._owners.values()}
        planner.begin(generation)
        self._cache.pin(generation, set(self.visible))
        planner.mark([patch for patch in self.visible if patch not in on_screen], Urgency.MISSING)
        planner.mark([patch for patch in self.visible if patch in on_screen], Urgency.STALE)
        if camera.moving:
            planner.mark(visible_patches(camera.ahead(AHEAD_S), self.grid, self._projection), Urgency.SOON)
        elif self.idle_work:
            planner.mark((patch for patch, _ in self.window.cells()), Urgency.REST)
        return planner.end()

    def _upload(self, now_s: float) -> None:
        """Bring made patches to their slots, visible ones first and from the centre, a few a frame."""
        generation, slots = self._planner.generation, dict(self.window.cells())
        left = UPLOADS_A_FRAME
        for patch in [*self.visible, *slots]:
            if not left:
                return
            slot = slots.get(patch)
            if slot is None or self._owners.get(slot) == (generation, patch) or patch not in self._planner.done:
                continue
            pixels = self._cache.get(generation, patch)
            if pixels is not None:
                self._renderer.upload(slot, pixels, now_s, fade=slot in self._owners)
                self._owners[slot] = (generation, patch)
                self._last_change_s = now_s
                left -= 1

    def finish(self, camera: Camera, generation: int, z: NDArray[np.float32]) -> bool:
        """Step without a window until the view is complete; False if the generator failed."""
        while not self.statistics.failed:
            self.step(camera, generation, z, time.monotonic())
            if self.complete:
                return True
            time.sleep(0.005)
        return False
