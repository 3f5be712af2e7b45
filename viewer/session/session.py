"""Everything that belongs to one open checkpoint: its generator, atlas, room, history and jobs. Knows no window."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from cocogan_core.geometry.projection import Projection, u_of_yaw, yaw_of_u, yaw_pitch_of
from cocogan_core.inference.picture_file import write_picture
from cocogan_core.shipped import shipped_model
from viewer.camera.camera import Camera, View
from viewer.camera.head import HeadCamera
from viewer.rendering.renderer import Renderer
from viewer.rendering.snapshot import Snapshot
from viewer.rendering.thumbnails import Filmstrip, Texture, thumbnail_size
from viewer.session.background_job import BackgroundJob
from viewer.session.checkpoint_loader import LoadedCheckpoint
from viewer.session.gallery import Gallery
from viewer.session.history import RoomHistory
from viewer.session.inspector import Inspector
from viewer.session.object_finder import ObjectFinder
from viewer.session.thumbnail_maker import ThumbnailMaker
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint
from viewer.state.settings import Settings
from viewer.streaming.patch_status import PatchStatus
from viewer.streaming.streamer import PatchStreamer
from viewer.ui.texts import text
from viewer.ui.view_model import HistoryModel, Notice, Severity, ViewModel

__all__ = ["Session"]

MOST_RECENT = 12


class Session:
    """Call :meth:`step` and, where something is to be seen, :meth:`draw` once a frame, and :meth:`close` at the end.

    Attributes:
        source: what was opened.
        checkpoint: the file.
        projection: of the panorama.
        latents: the room that is shown, or is on its way to the screen.
        take_snapshot: called with a level, all of which is made: that in an atlas of its own.
    """

    def __init__(
        self,
        loaded: LoadedCheckpoint,
        renderer: Renderer,
        *,
        idle_work: bool = True,
        only_visible: bool = False,
        device: str = "auto",
    ) -> None:
        """Take over the worker and the renderer; ``idle_work``, ``only_visible`` as for :class:`PatchStreamer`."""
        source = self.source = loaded.source
        self.checkpoint, self.projection, self.latents = source.path, source.projection, source.latents
        self.worker, self.renderer = loaded.worker, renderer
        self.streamer = PatchStreamer(self.worker, renderer, renderer.window, self.projection, idle_work=idle_work)
        self.streamer.only_visible = only_visible
        if loaded.directions is not None:
            self.streamer.hear(loaded.directions)
        self.streamer.expect(self.latents)
        self.inspector = Inspector(self.streamer, self.projection)
        grid = self.streamer.grid
        self.filmstrip = Filmstrip(renderer.new_texture(Filmstrip.texture_size(grid)), grid)
        self.history = RoomHistory(self.filmstrip, self.latents)
        self.names = source.metadata.model.latent_names
        tiles = renderer.new_texture(Gallery.texture_size(grid))
        shipped = self.checkpoint == shipped_model()
        self.gallery = Gallery(tiles, source.metadata.model, shipped=shipped)
        self.objects = ObjectFinder(grid, self.names)
        self.maker = ThumbnailMaker(self.checkpoint, device, grid)
        self._picture: Texture | None = None  # whose room is looked for
        self._guided: Latents | None = None  # what the search for one has shown last
        self.found: Latents | None = None  # the room of a picture, until somebody keeps it
        self.looked_for = ""  # the object that is to be turned to once it is known where that is
        # not a method: the job would hold the session that holds it, and neither would be freed before all rubbish is
        self.take_snapshot = partial(_snapshot, renderer, self.streamer, self.projection)
        self.job = BackgroundJob(self.streamer, self.take_snapshot)

    @property
    def notice(self) -> Notice:
        """What the generator has to say."""
        seen = self.streamer.statistics
        if seen.message:
            return Notice(seen.message, Severity.ERROR if seen.failed else Severity.WARNING)
        return Notice()

    @property
    def state(self) -> tuple[object, ...]:
        """Compares unequal when the panels have something new to show of it."""
        stage, share = self.job.progress or ("", 0.0)
        pictures = self.filmstrip.version, self.gallery.tiles.version
        return pictures, self.job.held, stage, round(share, 2), self.history.morph, len(self.streamer.directions)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the checkpoint; worked out when it is first asked for.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        return fingerprint(self.checkpoint)

    @property
    def recent(self) -> list[Latents]:
        """Rooms visited lately, newest first."""
        return self.filmstrip.rooms[::-1][:MOST_RECENT]

    def change(self, latents: Latents) -> None:
        """Show another room."""
        self.latents = latents

    def step(self, camera: Camera | HeadCamera, now_s: float, *, dragging: bool = False) -> Notice | None:
        """Note the room, go on with a morph and a job, and have the view's patches made and brought to the atlas.

        ``dragging``: a mouse button is down. Returns what there is to tell of a job that has ended.
        """
        guiding = self.job.guide is not None  # one step back, however many rooms it tries
        self.history.follow(self.latents, self.streamer, dragging=dragging or guiding)
        room = self.history.next_morph_room(now_s, self.streamer)
        if room is not None:
            self.change(room)
        notice = self.job.step() or self._follow_guide()
        self.streamer.step(camera, self.latents, now_s)
        return notice

    @property
    def _picture_shown(self) -> tuple[int, float] | None:
        """OpenGL's name and width / height of the picture whose room is looked for; None if there is none."""
        picture = None if self.job.guide is None else self.job.guide.picture
        if picture is None:
            return None
        if self._picture is None:
            self._picture = self.renderer.new_texture((picture.shape[1], picture.shape[0]))
            self._picture.write(picture.tobytes(), alignment=1)
        return self._picture.glo, picture.shape[1] / picture.shape[0]

    def _drop_picture(self) -> None:
        if self._picture is not None:
            self._picture.release()
            self._picture = None

    def _follow_guide(self) -> Notice | None:
        """Show the best room for a picture so far, once the one before is on the screen; a word when it is found."""
        guide, guided = self.job.guide, self._guided
        if guide is None:
            self._guided = None
            self._drop_picture()
            return None
        if guided is not None and self.latents != guided:
            self.job.cancel()  # the user went to another room
            return None
        if guide.best is None or not (self.streamer.complete or guide.found):
            return None
        self._guided = replace(self.latents, base=tuple(np.clip(guide.best, -1, 1).tolist()), along=())
        self.change(self._guided)
        if guide.found is None:
            return None
        self.found = self.latents
        self.job.cancel()
        return Notice(text("notice.guided", picture=guide.task.photo.name, error=guide.found.error))

    def make_thumbnails(self, favourites: Sequence[Latents], now_s: float, *, gallery: bool, panel: bool) -> None:
        """Go on with small pictures of other rooms, as long as nobody waits for the present one.

        ``gallery``: its tiles are looked at; ``panel``: places of objects may be asked for. Rooms of the filmstrip that
        were left half made are made whole.
        """
        free = self.streamer.complete and (self.streamer.share == 1 or self.streamer.only_visible)
        wanted: list[Latents] = []
        if free and not self.maker.busy:
            wanted += self.gallery.wanted(favourites, self.recent) if gallery else []
            wanted += [room for room in self.filmstrip.unfinished if room != self.latents]
            wanted += self.objects.wanted(self.latents, self.looked_for) if panel or self.looked_for else []
        made = self.maker.step(wanted, self.streamer.directions, now_s, free=free)
        if made is None or self.objects.add(*made):
            return
        room, patches = made
        self.gallery.add(room, patches)
        if self.filmstrip.find(room) is not None:
            self.filmstrip.add(room, patches)

    def face_looked_for(self, camera: Camera) -> Camera | None:
        """The camera turned to the object that is looked for, once it is known where that is."""
        place = self.objects.place(self.looked_for) if self.looked_for else None
        if place is None:
            return None
        self.looked_for = ""
        yaw_rad = float(yaw_of_u(place[0], self.streamer.grid.width_px))
        return camera.stop().look(yaw_rad=yaw_rad, pitch_rad=float(self.projection.pitch_of_v(place[1])))

    def object_under(self, camera: Camera, place: tuple[float, float]) -> str | None:
        """The object that shows under device coordinates; None if none is known there."""
        yaw, pitch = yaw_pitch_of(camera.view.directions(np.array(place[0]), np.array(place[1])))
        u = float(u_of_yaw(float(yaw), self.streamer.grid.width_px))
        v = float(self.projection.v_of_pitch(float(pitch)))
        return self.objects.object_at(u % 1.0, v) if 0 <= v < 1 else None

    def draw(self, view: View, now_s: float, width_px: int, *, sharp: bool) -> None:
        """Draw into the framebuffer and viewport in use; its left part shows the room that is held to compare."""
        self.renderer.draw(view, now_s, sharp=sharp)
        if self.job.held is not None:
            self.job.held.draw(view, sharp=sharp, width_px=round(width_px * self.job.divider))

    def write_picture(self, path: Path, view: View, size_px: tuple[int, int]) -> None:
        """Write a view of what is made as a picture file of ``size_px``, without panels.

        Raises:
            OutputError: it cannot be written; an older picture stays.
            ConfigError: its name ends as no picture's does.
        """
        pixels = self.renderer.picture(view, size_px)
        write_picture(path, [pixels], height_px=size_px[1], width_px=size_px[0])

    def recipe(self, view: View, size_px: tuple[int, int]) -> Recipe:
        """The recipe of a picture of the room.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        sha256 = self.fingerprint
        return Recipe(checkpoint=str(self.checkpoint), sha256=sha256, latents=self.latents, view=view, size_px=size_px)

    def view_model(self, statuses: Mapping[int, dict[tuple[int, int], PatchStatus]], fps: float) -> ViewModel:
        """What the panels show; ``statuses`` as the inspector gave them, none without the X-ray."""
        seen, levels = self.streamer.statistics, self.streamer.levels
        finest = self.streamer.grid.levels - 1
        return ViewModel(
            window=self.streamer.window,
            projection=self.projection,
            texture_name=self.renderer.texture_name,
            slots=self.streamer.slot_contents(),
            names=self.names,
            directions=self.streamer.directions,
            fps=fps,
            patch_s=seen.patch_s,
            made=seen.made,
            share=self.streamer.share,
            statuses=statuses.get(0, {}),
            level_statuses=statuses.get(levels.level, {}),
            fine_window=levels.fine.window if levels.fine else None,
            made_at=tuple(seen.made_at[level] for level in range(finest + 1)),
            finest_share=self.streamer.share_of(finest),
            only_visible=self.streamer.only_visible,
            totals=self.inspector.totals,
            seam=self.inspector.worst,
        )

    def history_model(self, settings: Settings, *, reduced_motion: bool, touring: bool = False) -> HistoryModel:
        """What the panel of visited rooms shows."""
        width, height = thumbnail_size(self.streamer.grid)
        return HistoryModel(
            texture_name=self.filmstrip.texture.glo,
            thumbnails=tuple(self.filmstrip.edges(index) for index in range(len(self.filmstrip.rooms))),
            aspect=width / height,
            present=self.history.present,
            target=self.history.target,
            can_undo=self.history.steps.can_undo,
            can_redo=self.history.steps.can_redo,
            morph=self.history.morph,
            progress=self.job.progress,
            picture=self._picture_shown,
            divider=None if self.job.held is None else self.job.divider,
            recent=tuple(Path(name).name for name in settings.recent),
            has_last=bool(settings.last),
            reduced_motion=reduced_motion,
            touring=touring,
            settings=settings,
        )

    def close(self) -> None:
        """End the generator process and give everything back to OpenGL."""
        self.worker.close()
        self.maker.close()
        self.job.close()
        self._drop_picture()
        self.filmstrip.texture.release()
        self.gallery.tiles.texture.release()
        self.renderer.release()


def _snapshot(renderer: Renderer, streamer: PatchStreamer, projection: Projection, level: int) -> Snapshot:
    """A level of the room, all of which is made, in an atlas of its own."""
    window = renderer.window_of(streamer.grid, level) if level else streamer.window
    return Snapshot(renderer, window, projection, streamer.pixels(level))
