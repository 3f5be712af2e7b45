"""From a view to patches on the screen: what is visible is planned, made, cached and uploaded. Knows no window."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw
from viewer.camera.camera import Camera
from viewer.camera.visibility import visible_patches
from viewer.rendering.atlas import AtlasWindow, PatchCache
from viewer.rendering.renderer import FADE_S, Renderer
from viewer.state.latents import Latents
from viewer.streaming.patch_status import Cell
from viewer.streaming.scheduler import PatchScheduler, Plan, Urgency
from viewer.streaming.worker import Directions, Failed, Finished, Restarted, Started, Worker

__all__ = ["PatchStreamer", "Statistics"]

CACHE_BYTES = 256 << 20
UPLOADS_A_FRAME = 8  # keeps a frame short whatever arrives
AHEAD_S = 0.3

Patch = tuple[int, int]
Slot = tuple[int, int]


@dataclass
class Statistics:
    """Counts since the start: patches ``made`` and ``rooms`` they are of, seconds a patch (running mean), and what a
    patch costs in 10⁹ operations; the newest message to the user.
    """

    made: int = 0
    patch_s: float = 0.0
    message: str = ""
    failed: bool = False
    rooms: int = 0
    patch_gflop: float = 0.0


class PatchStreamer:
    """Owns planner and cache, and moves patches from worker to renderer; call :meth:`step` once a frame."""

    def __init__(
        self, worker: Worker, renderer: Renderer, window: AtlasWindow, projection: Projection, *, idle_work: bool = True
    ) -> None:
        """``idle_work``: make the rest of the panorama when there is nothing better to do."""
        self.statistics = Statistics()
        self.directions: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.visible: list[Patch] = []
        self.window = window
        self._worker, self._renderer, self._projection = worker, renderer, projection
        self.idle_work = idle_work
        self.fades = True  # patches fade in and over those before; else they are there at once
        self.whole = False  # the whole panorama is wanted, and kept, however the camera moves
        self._planner = PatchScheduler()
        self._cache = PatchCache(CACHE_BYTES)
        self._room = b""  # the present z, as the cache knows it
        self._owners: dict[Slot, tuple[int, Patch]] = {}
        self._sent: Plan | None = None
        self._last_change_s = -FADE_S
        self._born: dict[Patch, tuple[float, float]] = {}  # when patches of this z came, and seconds each
        self._shown_once: set[Patch] = set()
        self._cached: set[Patch] = set()  # on the screen a second time, from the cache

    @property
    def grid(self) -> PatchGrid:
        """How the panorama is cut."""
        return self.window.grid

    @property
    def generation(self) -> int:
        """Which z is made; -1 before the first step."""
        return self._planner.generation

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

    def cells(self, now_s: float) -> dict[Patch, Cell]:
        """What has become of every patch that the atlas has a slot for."""
        return {patch: self._cell(patch, slot, now_s) for patch, slot in self.window.cells()}

    def _cell(self, patch: Patch, slot: Slot, now_s: float) -> Cell:
        if patch in self._planner.under_way:
            return Cell("making")
        shown = self._owners.get(slot)
        if shown == (self._planner.generation, patch):
            born_s, patch_s = self._born.get(patch, (now_s, 0.0))
            return Cell("cached" if patch in self._cached else "made", now_s - born_s, patch_s)
        if self._planner.wanted.get(patch) == Urgency.SOON:
            return Cell("predicted")
        return Cell("stale" if shown else "missing")

    def pixels(self) -> dict[Patch, NDArray[np.uint8]]:
        """Every patch of the present z that is made and kept."""
        kept = {patch: self._cache.get(self._room, patch) for patch in self._planner.done}
        return {patch: pixels for patch, pixels in kept.items() if pixels is not None}

    def step(self, camera: Camera, generation: int, latents: Latents, now_s: float) -> None:
        """Hear from the worker, plan for this camera and room, upload what has come."""
        for event in self._worker.poll():
            self.hear(event)
            self._last_change_s = now_s
        self._move_window(camera)
        held = {patch for patch, _ in self.window.cells()}  # less than the panorama where that is wider than a texture
        seen = visible_patches(camera.view, self.grid, self._projection)
        self.visible = [patch for patch in seen if patch in held]
        z, waits = latents.z(self.directions), any(latents.along) and not len(self.directions)
        if generation != self._planner.generation or (not waits and z.tobytes() != self._room):
            self._enter(generation, z, known=not waits)
        plan = self._plan(camera, generation)
        if waits:
            plan = Plan(generation, ())  # with nothing to make the generator works the directions out
        if self._sent is None or plan != self._sent:
            self._worker.send(plan, z)
            self._sent = plan
        self._upload(now_s)

    def hear(self, event: object) -> None:
        """Take in what the worker says."""
        if isinstance(event, Finished):
            self._take(event)
        elif isinstance(event, Started):
            self._planner.started(event.generation, event.patches)
        elif isinstance(event, Directions):
            self.directions, self.statistics.patch_gflop = event.unit, event.patch_gflop
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
        seen.rooms += not self._born
        self._born |= dict.fromkeys(event.patches, (time.monotonic(), event.patch_s))
        for patch, pixels in zip(event.patches, event.pixels, strict=True):
            gone = self._cache.put(self._room, patch, pixels)
            self._planner.forget(old for room, old in gone if room == self._room)

    def _move_window(self, camera: Camera) -> None:
        s = self.grid.patch_px
        column = float(u_of_yaw(camera.view.yaw_rad, self.grid.width_px)) * self.grid.width_px / s
        limit = self._projection.half_extent_rad  # a little planet looks beyond it, where Mercator has no end
        pitch = min(max(camera.view.pitch_rad, -limit), limit)
        row = float(self._projection.v_of_pitch(pitch)) * self.grid.rows
        self.window = self.window.centred(row, column)
        for patch, slot in self.window.cells():
            if slot in self._owners and self._owners[slot][1] != patch:
                del self._owners[slot]
                self._renderer.clear(slot)

    def _enter(self, generation: int, z: NDArray[np.float32], *, known: bool) -> None:
        """Another z: what the cache still has of it counts as made. Not ``known``: directions are to come first."""
        self._room = z.tobytes() if known else b""
        kept = {patch for patch in self._everything() if (self._room, patch) in self._cache}
        self._born, self._shown_once, self._cached = {}, kept, set()
        self._planner.begin(generation)
        self._planner.end()
        self._planner.finished(generation, kept)

    def _plan(self, camera: Camera, generation: int) -> Plan:
        planner = self._planner
        on_screen = {patch for _, patch in self._owners.values()}
        planner.begin(generation)
        everything = self._everything() if self.whole else []
        self._cache.pin(self._room, {*self.visible, *everything})
        planner.mark([patch for patch in self.visible if patch not in on_screen], Urgency.MISSING)
        planner.mark([patch for patch in self.visible if patch in on_screen], Urgency.STALE)
        if camera.moving:
            planner.mark(visible_patches(camera.ahead(AHEAD_S), self.grid, self._projection), Urgency.SOON)
        elif self.idle_work:
            planner.mark((patch for patch, _ in self.window.cells()), Urgency.REST)
        planner.mark(everything, Urgency.REST)
        return planner.end()

    def _everything(self) -> list[Patch]:
        return [(row, column) for row in range(self.grid.rows) for column in range(self.grid.columns)]

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
            pixels = self._cache.get(self._room, patch)
            if pixels is not None:
                since_s = now_s if self.fades else now_s - FADE_S
                self._renderer.upload(slot, pixels, since_s, fade=self.fades and slot in self._owners)
                self._owners[slot] = (generation, patch)
                (self._cached if patch in self._shown_once else self._shown_once).add(patch)
                self._last_change_s = now_s
                left -= 1

    def finish(self, camera: Camera, generation: int, latents: Latents) -> bool:
        """Step without a window until the view is complete; False if the generator failed."""
        while not self.statistics.failed:
            self.step(camera, generation, latents, time.monotonic())
            if self.complete:
                return True
            time.sleep(0.005)
        return False
