"""From a view to patches on the screen: what is visible is scheduled, made, cached and uploaded. Knows no window."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection, u_of_yaw
from viewer.camera.camera import Camera
from viewer.camera.visibility import visible_patches
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import FADE_S, Renderer
from viewer.state.latents import Latents
from viewer.streaming.cache import PatchCache
from viewer.streaming.patch_status import PatchStatus
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
    """Owns scheduler and cache, and moves patches from worker to renderer; call :meth:`step` once a frame.

    Attributes:
        revision: numbers the z that is shown, from 0 on; −1 before the first step. Another z is another revision.
        visible: the patches that the view samples, from its centre outward.
        window: what the atlas shows of the panorama.
        directions: principal directions (n, z_dim); none until the generator has told them.
        idle_work: whether the rest of the panorama is made when there is nothing better to do.
        fades: whether patches fade in and over those before; else they are there at once.
        whole: whether the whole panorama is wanted, and kept, however the camera moves.
    """

    def __init__(
        self, worker: Worker, renderer: Renderer, window: AtlasWindow, projection: Projection, *, idle_work: bool = True
    ) -> None:
        """Nothing is visible until the first step."""
        self.statistics = Statistics()
        self.directions: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.revision = -1
        self.visible: list[Patch] = []
        self.window = window
        self.idle_work, self.fades, self.whole = idle_work, True, False
        self._worker, self._renderer, self._projection = worker, renderer, projection
        self._scheduler = PatchScheduler()
        self._cache = PatchCache(CACHE_BYTES)
        self._room: tuple[tuple[float, ...], tuple[float, ...]] | None = None  # what the user has set
        self._z_key = b""  # the z of it, as the cache knows it; empty while directions are awaited
        self._owners: dict[Slot, tuple[int, Patch]] = {}
        self._sent: Plan | None = None
        self._last_change_s = -FADE_S
        self._arrivals: dict[Patch, tuple[float, float]] = {}  # when patches of this z came, and seconds each
        self._shown_once: set[Patch] = set()
        self._from_cache: set[Patch] = set()  # on the screen a second time, from the cache

    @property
    def grid(self) -> PatchGrid:
        """How the panorama is cut."""
        return self.window.grid

    @property
    def share(self) -> float:
        """Share of the panorama that is made for the present z."""
        return len(self._scheduler.done) / (self.grid.rows * self.grid.columns)

    @property
    def complete(self) -> bool:
        """Whether everything visible is made for the present z and on the screen."""
        current = {patch for revision, patch in self._owners.values() if revision == self.revision}
        return bool(self.visible) and current.issuperset(self.visible)

    def busy(self, now_s: float) -> bool:
        """Whether the picture or the panels still change by themselves: something has come, or fades in.

        Not while the first patches are awaited: drawing the same frame again would take the generator's CPU time.
        """
        return now_s < self._last_change_s + FADE_S

    def slot_contents(self) -> dict[Slot, tuple[Patch, bool]]:
        """The patch in each slot, and whether that is of the present z."""
        return {slot: (patch, revision == self.revision) for slot, (revision, patch) in self._owners.items()}

    def statuses(self, now_s: float) -> dict[Patch, PatchStatus]:
        """What has become of every patch that the atlas has a slot for."""
        return {patch: self._status(patch, slot, now_s) for patch, slot in self.window.cells()}

    def _status(self, patch: Patch, slot: Slot, now_s: float) -> PatchStatus:
        if patch in self._scheduler.under_way:
            return PatchStatus("making")
        owner = self._owners.get(slot)
        if owner == (self.revision, patch):
            arrived_s, patch_s = self._arrivals.get(patch, (now_s, 0.0))
            return PatchStatus("cached" if patch in self._from_cache else "made", now_s - arrived_s, patch_s)
        if self._scheduler.wanted.get(patch) == Urgency.SOON:
            return PatchStatus("predicted")
        return PatchStatus("stale" if owner else "missing")

    def pixels(self) -> dict[Patch, NDArray[np.uint8]]:
        """Every patch of the present z that is made and kept."""
        kept = {patch: self._cache.get(self._z_key, patch) for patch in self._scheduler.done}
        return {patch: pixels for patch, pixels in kept.items() if pixels is not None}

    def step(self, camera: Camera, latents: Latents, now_s: float) -> None:
        """Hear from the worker, plan for this camera and room, upload what has come."""
        for event in self._worker.poll():
            self.hear(event)
            self._last_change_s = now_s
        self._move_window(camera)
        held = {patch for patch, _ in self.window.cells()}  # less than the panorama where that is wider than a texture
        seen = visible_patches(camera.view, self.grid, self._projection)
        self.visible = [patch for patch in seen if patch in held]
        z, waits = latents.z(self.directions), any(latents.along) and not len(self.directions)
        cached = self._follow(latents, b"" if waits else z.tobytes())
        plan = self._plan(camera, cached)
        if waits:
            plan = Plan(self.revision, ())  # with nothing to make the generator works the directions out
        if self._sent is None or plan != self._sent:
            self._worker.send(plan, z)
            self._sent = plan
        self._upload(now_s)

    def hear(self, event: object) -> None:
        """Take in what the worker says."""
        if isinstance(event, Finished):
            self._take(event)
        elif isinstance(event, Started):
            self._scheduler.mark_started(event.revision, event.patches)
        elif isinstance(event, Directions):
            self.directions, self.statistics.patch_gflop = event.unit, event.patch_gflop
        elif isinstance(event, Restarted):
            self._scheduler.forget_under_way()
            self._sent = None
            self.statistics.message = event.message
        elif isinstance(event, Failed):
            self.statistics.message, self.statistics.failed = event.message, True

    def _take(self, event: Finished) -> None:
        seen = self.statistics
        seen.made += len(event.patches)
        seen.message = ""  # whatever went wrong, patches come again
        seen.patch_s = event.patch_s if not seen.patch_s else 0.8 * seen.patch_s + 0.2 * event.patch_s
        if not self._scheduler.mark_finished(event.revision, event.patches):
            return
        seen.rooms += not self._arrivals
        self._arrivals |= dict.fromkeys(event.patches, (time.monotonic(), event.patch_s))
        for patch, pixels in zip(event.patches, event.pixels, strict=True):
            gone = self._cache.put(self._z_key, patch, pixels)
            self._scheduler.forget(old for z_key, old in gone if z_key == self._z_key)

    def _move_window(self, camera: Camera) -> None:
        s = self.grid.patch_px
        column = float(u_of_yaw(camera.view.yaw_rad, self.grid.width_px)) * self.grid.width_px / s
        limit = self._projection.half_extent_rad  # a little planet looks beyond it, where Mercator has no end
        pitch = min(max(camera.view.pitch_rad, -limit), limit)
        row = float(self._projection.v_of_pitch(pitch)) * self.grid.rows
        self.window = self.window.centre_on(row, column)
        for patch, slot in self.window.cells():
            if slot in self._owners and self._owners[slot][1] != patch:
                del self._owners[slot]
                self._renderer.clear(slot)

    def _follow(self, latents: Latents, z_key: bytes) -> frozenset[Patch]:
        """Compare z with the last frame's: another one is another revision. Returns what the cache has of it.

        While directions are awaited z is not known, so that the user's settings are compared instead; when they come,
        z becomes known, which is no other room.
        """
        room = latents.base, latents.along
        same = z_key == self._z_key and self.revision >= 0
        another = room != self._room and not (same and z_key)
        self._room = room
        self.revision += another
        if same and not another:
            return frozenset()
        self._z_key = z_key
        cached = frozenset(patch for patch in self._all_patches() if (z_key, patch) in self._cache)
        self._arrivals, self._shown_once, self._from_cache = {}, set(cached), set()
        return cached

    def _plan(self, camera: Camera, cached: frozenset[Patch]) -> Plan:
        scheduler = self._scheduler
        on_screen = {patch for _, patch in self._owners.values()}
        scheduler.begin(self.revision, cached)
        everything = self._all_patches() if self.whole else []
        self._cache.pin(self._z_key, {*self.visible, *everything})
        scheduler.mark([patch for patch in self.visible if patch not in on_screen], Urgency.MISSING)
        scheduler.mark([patch for patch in self.visible if patch in on_screen], Urgency.STALE)
        if camera.moving:
            scheduler.mark(visible_patches(camera.ahead(AHEAD_S), self.grid, self._projection), Urgency.SOON)
        elif self.idle_work:
            scheduler.mark((patch for patch, _ in self.window.cells()), Urgency.REST)
        scheduler.mark(everything, Urgency.REST)
        return scheduler.end()

    def _all_patches(self) -> list[Patch]:
        return [(row, column) for row in range(self.grid.rows) for column in range(self.grid.columns)]

    def _upload(self, now_s: float) -> None:
        """Bring made patches to their slots, visible ones first and from the centre, a few a frame."""
        slots, left = dict(self.window.cells()), UPLOADS_A_FRAME
        for patch in [*self.visible, *slots]:
            if not left:
                return
            slot = slots.get(patch)
            if slot is None or self._owners.get(slot) == (self.revision, patch) or patch not in self._scheduler.done:
                continue
            pixels = self._cache.get(self._z_key, patch)
            if pixels is not None:
                since_s = now_s if self.fades else now_s - FADE_S
                self._renderer.upload(slot, pixels, since_s, fade=self.fades and slot in self._owners)
                self._owners[slot] = (self.revision, patch)
                (self._from_cache if patch in self._shown_once else self._shown_once).add(patch)
                self._last_change_s = now_s
                left -= 1

    def finish(self, camera: Camera, latents: Latents) -> bool:
        """Step without a window until the view is complete; False if the generator failed."""
        while not self.statistics.failed:
            self.step(camera, latents, time.monotonic())
            if self.complete:
                return True
            time.sleep(0.005)
        return False
