"""From a view to patches on the screen: what is visible is scheduled, made, cached and uploaded. Knows no window."""

import time
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.camera.camera import Camera
from viewer.camera.head import HeadCamera
from viewer.camera.look import Look
from viewer.camera.prediction import ViewPredictor
from viewer.rendering.atlas import AtlasWindow
from viewer.rendering.renderer import FADE_S, Renderer
from viewer.state.latents import Latents
from viewer.streaming.cache import PatchCache
from viewer.streaming.clipmap import Clipmap
from viewer.streaming.level_window import LevelWindow
from viewer.streaming.patch_status import PatchStatus
from viewer.streaming.scheduler import PatchScheduler, Plan, Urgency
from viewer.streaming.statistics import Statistics
from viewer.streaming.visible_set import VisibleSet
from viewer.streaming.whole_level import WholeLevel
from viewer.streaming.worker import Directions, Failed, Finished, Refused, Restarted, Started, Worker

__all__ = ["PatchStreamer"]

CACHE_BYTES = 256 << 20
UPLOADS_A_FRAME = 16  # keeps a frame short whatever arrives
WHOLE_AHEAD = 256  # patches of a whole level that are asked for at a time

Cell = tuple[int, int]
Patch = tuple[int, int, int]
Pixels = NDArray[np.uint8]


class PatchStreamer:
    """Owns scheduler and cache, and moves patches from worker to renderer; call :meth:`step` once a frame.

    Attributes:
        revision: numbers the z that is shown, from 0 on; −1 before there is one. Another z is another revision.
        visible: the patches that the view samples, of level 0 and then of the level that the view needs, each from its
            centre outward.
        levels: what the atlases show of the panorama.
        directions: principal directions (n, z_dim); none until the generator has told them.
        idle_work: whether the rest of level 0 is made when there is nothing better to do.
        only_visible: whether nothing is made that the view does not sample.
        fades: whether patches fade in and over those before; else they are there at once.
        screen_px: width and height of what is drawn.
        complete: whether everything visible is made for the present z and on the screen.
    """

    def __init__(
        self, worker: Worker, renderer: Renderer, window: AtlasWindow, projection: Projection, *, idle_work: bool = True
    ) -> None:
        """Nothing is visible until the first step."""
        self.statistics = Statistics()
        self.directions: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.revision = -1
        self.visible: list[Patch] = []
        self.levels = Clipmap(renderer, window, projection)
        self.idle_work, self.only_visible, self.fades = idle_work, False, True
        self.screen_px, self.complete = (1280, 720), False
        self._worker = worker
        self._visible_set, self._predictor = VisibleSet(self.levels, projection), ViewPredictor()
        self._whole: WholeLevel | None = None
        self._scheduler = PatchScheduler()
        self._cache = PatchCache(CACHE_BYTES)
        self._room: tuple[tuple[float, ...], tuple[float, ...]] | None = None  # what the user has set
        self._z_key = b""  # the z of it, as the cache knows it; empty while directions are awaited
        self._soon: list[Patch] = []
        self._sent: Plan | None = None
        self._refused = -1  # revision of a room that cannot be made
        self._last_change_s = -FADE_S
        self._arrivals: dict[Patch, tuple[float, float]] = {}  # when patches of this z came, and seconds each
        self._shown_once: set[Patch] = set()
        self._from_cache: set[Patch] = set()  # on the screen a second time, from the cache

    @property
    def grid(self) -> PatchGrid:
        """How the panorama is cut."""
        return self.levels.grid

    @property
    def window(self) -> AtlasWindow:
        """What the atlas shows of level 0."""
        return self.levels.base.window

    @property
    def whole(self) -> int | None:
        """The level of which everything is wanted, and kept, however the camera moves; None for what is seen."""
        return None if self._whole is None else self._whole.level

    @whole.setter
    def whole(self, level: int | None) -> None:
        self._whole = None if level is None else WholeLevel(self.grid, level)

    @property
    def share(self) -> float:
        """Share of the panorama on level 0 that is made for the present z."""
        return self.share_of(0)

    def share_of(self, level: int) -> float:
        """Share of a level that is made for the present z."""
        grid = self.grid.at_level(level)
        return self._scheduler.count(level) / (grid.rows * grid.columns)

    @property
    def failed(self) -> bool:
        """Whether nothing more of the present room will come: the generator has failed, or cannot make this one."""
        return self.statistics.failed or self._refused == self.revision >= 0

    def busy(self, now_s: float) -> bool:
        """Whether the picture or the panels still change by themselves: something has come, or fades in."""
        return now_s < self._last_change_s + FADE_S

    def slot_contents(self) -> dict[Cell, tuple[Cell, bool]]:
        """The patch in each slot of level 0, and whether that is of the present z."""
        held = self.levels.base.contents()
        return {slot: (cell, revision == self.revision) for slot, (revision, cell) in held.items()}

    def statuses(self, held: LevelWindow, now_s: float) -> dict[Cell, PatchStatus]:
        """What has become of the patches of one of :attr:`levels` that matter: all of level 0, else what is looked at,
        or will be soon, and has a slot.
        """
        if held is self.levels.base:
            cells = [cell for cell, _ in held.window.cells()]
        else:
            wanted = (patch[1:] for patch in dict.fromkeys([*self.visible, *self._soon]) if patch[0] == held.level)
            cells = [cell for cell in wanted if held.window.holds(cell)]
        return {cell: self._status(held, cell, now_s) for cell in cells}

    def _status(self, held: LevelWindow, cell: Cell, now_s: float) -> PatchStatus:
        patch, revision = (held.level, *cell), held.revision_of(cell)
        if patch in self._scheduler.under_way:
            return PatchStatus("making")
        if revision == self.revision:
            arrived_s, patch_s = self._arrivals.get(patch, (now_s, 0.0))
            return PatchStatus("cached" if patch in self._from_cache else "made", now_s - arrived_s, patch_s)
        if self._scheduler.wanted.get(patch) == Urgency.SOON:
            return PatchStatus("predicted")
        return PatchStatus("missing" if revision is None else "stale")

    def is_made(self, patch: Patch) -> bool:
        """Whether a patch is made for the present z."""
        return self._scheduler.is_done(patch)

    def pixels(self, level: int = 0) -> dict[Cell, Pixels]:
        """Every patch of a level for the present z that is made and kept."""
        return self.pixels_of(level, [cell for made_at, *cell in self._scheduler.done if made_at == level])

    def pixels_of(self, level: int, cells: Iterable[Sequence[int]]) -> dict[Cell, Pixels]:
        """Those of some patches of a level for the present z that are made and kept."""
        wanted = [(level, row, column) for row, column in cells]
        made = [patch for patch in wanted if self.is_made(patch) and (self._z_key, patch) in self._cache]
        return {patch[1:]: pixels for patch, pixels in zip(made, self._cache.stack(self._z_key, made), strict=True)}

    def expect(self, latents: Latents) -> None:
        """The room that the worker has been asked for already, by whoever started it."""
        self._follow(latents, latents.key(self.directions))

    def step(self, camera: Camera | HeadCamera, latents: Latents, now_s: float) -> None:
        """Hear from the worker, plan for this camera and room, upload what has come."""
        for event in self._worker.poll():
            self.hear(event)
            self._last_change_s = now_s
        self.levels.follow(camera.view, self.screen_px, now_s)
        self.visible = self._visible_set.of(camera.view)
        plan = self._plan(camera, self._follow(latents, key := latents.key(self.directions)), now_s)
        if not key or self._refused == self.revision:
            plan = Plan(self.revision, ())  # with nothing to make the generator works the directions out
        if self._sent is None or plan != self._sent:
            self._worker.send(plan, latents.z(self.directions))
            self._sent = plan
        self._upload(now_s)
        self._settle(camera.view, now_s)

    def _settle(self, view: Look, now_s: float) -> None:
        self.complete = bool(self.visible) and all(self.revision_of(p) == self.revision for p in self.visible)
        if self.levels.settle(view, now_s, complete=self.complete, fades=self.fades):
            self._last_change_s = now_s

    def revision_of(self, patch: Patch) -> int | None:
        """The revision of a patch that is on the screen; None if nothing of it is."""
        held = self.levels.fine if patch[0] else self.levels.base
        if held is None or held.level != patch[0] or not held.window.holds(patch[1:]):
            return None
        return held.revision_of(patch[1:])

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
            self._sent, self._refused = None, -1
            self.statistics.message = event.message
        elif isinstance(event, Failed):
            self.statistics.message, self.statistics.failed = event.message, True
        elif isinstance(event, Refused) and event.revision == self.revision:
            self.statistics.message, self._refused = event.message, self.revision

    def _take(self, event: Finished) -> None:
        self.statistics.count(event.patches, event.patch_s)
        if not self._scheduler.mark_finished(event.revision, event.patches):
            return
        self.statistics.rooms += not self._arrivals
        self._arrivals |= dict.fromkeys(event.patches, (time.monotonic(), event.patch_s))
        for patch, pixels in zip(event.patches, event.pixels, strict=True):
            gone = self._cache.put(self._z_key, patch, pixels)
            self._scheduler.forget(old for z_key, old in gone if z_key == self._z_key)

    def _follow(self, latents: Latents, z_key: bytes) -> frozenset[Patch]:
        """Compare z with the last frame's: another one is another revision. Returns what the cache has of it.

        While directions are awaited z is not known, so that the user's settings are compared instead; when they come,
        z becomes known, which is no other room.
        """
        room = latents.base, latents.along
        same = z_key == self._z_key and self.revision >= 0
        another = room != self._room and not (same and z_key)
        self._room = room
        if another and self._refused == self.revision >= 0:
            self.statistics.message = ""
        self.revision += another
        if same and not another:
            return frozenset()
        self._z_key = z_key
        self.whole = self.whole  # none of it is made
        cached = self._cache.patches(z_key)
        self._arrivals, self._shown_once, self._from_cache = {}, set(cached), set()
        return cached

    def _plan(self, camera: Camera | HeadCamera, cached: frozenset[Patch], now_s: float) -> Plan:
        scheduler = self._scheduler
        scheduler.begin(self.revision, cached)
        kept = self._whole.patches if self._whole else frozenset[Patch]()
        self._cache.pin(self._z_key, frozenset(self.visible), kept)
        coarse = [patch for patch in self.visible if not patch[0]]
        scheduler.mark([patch for patch in coarse if self.revision_of(patch) is None], Urgency.MISSING)
        scheduler.mark(coarse, Urgency.STALE)
        scheduler.mark(self.visible[len(coarse) :], Urgency.FINE)
        ahead = self._predictor.follow(camera, now_s)
        self._soon = []
        if not self.only_visible:
            self._mark_unseen(ahead)
        if self._whole is not None:
            scheduler.mark(self._whole.missing(scheduler.is_done, WHOLE_AHEAD), Urgency.REST)
        return scheduler.end()

    def _mark_unseen(self, ahead: Look | None) -> None:
        """What the camera's motion leads to (``ahead``); in a camera at rest, the rest of level 0."""
        if ahead is not None:
            self._soon = self._visible_set.ahead(ahead, self.screen_px)
            self._scheduler.mark(self._soon, Urgency.SOON)
        elif self.idle_work:
            self._scheduler.mark(self.levels.base.patches(), Urgency.REST)

    def _upload(self, now_s: float) -> None:
        """Bring made patches to their slots, visible ones first and from the centre, a few a frame."""
        left, renewed = UPLOADS_A_FRAME, set()
        for patch in [*self.visible, *self._soon, *self.levels.base.patches()]:
            if not left:
                break
            if self._scheduler.is_done(patch) and self.revision_of(patch) != self.revision and self._show(patch, now_s):
                left -= 1
                renewed |= set() if patch[0] else {patch[1:]}
        if renewed:
            self.levels.renew(renewed, self.revision, now_s, fades=self.fades)

    def _show(self, patch: Patch, now_s: float) -> bool:
        """Bring a patch from the cache to its slot; False if either does not exist any more."""
        held, cell = self.levels.fine if patch[0] else self.levels.base, patch[1:]
        if held is None or held.level != patch[0] or not held.window.holds(cell):
            return False
        pixels = self._cache.get(self._z_key, patch)
        if pixels is None:
            return False
        since_s = now_s if self.fades else now_s - FADE_S
        over = patch[0] > 0 or held.revision_of(cell) is not None
        held.upload(cell, self.revision, pixels, since_s, fade=self.fades and over)
        (self._from_cache if patch in self._shown_once else self._shown_once).add(patch)
        self._last_change_s = now_s
        return True

    def finish(self, camera: Camera, latents: Latents) -> bool:
        """Step without a window until the view is complete; False if the generator cannot make it."""
        while not self.failed:
            self.step(camera, latents, time.monotonic())
            if self.complete:
                return True
            time.sleep(0.005)
        return False
