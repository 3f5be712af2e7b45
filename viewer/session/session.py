"""Everything that belongs to one open checkpoint: its generator, atlas, room, history and jobs. Knows no window."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from cocogan_core.errors import OutputError
from viewer.camera.camera import Camera, View
from viewer.rendering.renderer import Renderer
from viewer.rendering.snapshot import Snapshot
from viewer.rendering.thumbnails import Filmstrip, thumbnail_size
from viewer.session.background_job import BackgroundJob
from viewer.session.checkpoint_loader import LoadedCheckpoint
from viewer.session.history import RoomHistory
from viewer.session.inspector import Inspector
from viewer.state.latents import Latents
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import fingerprint
from viewer.state.settings import Settings
from viewer.streaming.patch_status import PatchStatus
from viewer.streaming.streamer import PatchStreamer
from viewer.ui.view_model import HistoryModel, Notice, Severity, ViewModel

__all__ = ["Session"]


class Session:
    """Call :meth:`step` and, where something is to be seen, :meth:`draw` once a frame, and :meth:`close` at the end.

    Attributes:
        checkpoint: the file.
        projection: of the panorama.
        latents: the room that is shown, or is on its way to the screen.
    """

    def __init__(
        self, loaded: LoadedCheckpoint, renderer: Renderer, *, idle_work: bool = True, only_visible: bool = False
    ) -> None:
        """Take over the worker and the renderer; ``idle_work``, ``only_visible`` as for :class:`PatchStreamer`."""
        source = loaded.source
        self.checkpoint, self.projection, self.latents = source.path, source.projection, source.latents
        self.worker, self.renderer = loaded.worker, renderer
        self.streamer = PatchStreamer(self.worker, renderer, renderer.window, self.projection, idle_work=idle_work)
        self.streamer.only_visible = only_visible
        if loaded.directions is not None:
            self.streamer.hear(loaded.directions)
        self.inspector = Inspector(self.streamer, self.projection)
        grid = self.streamer.grid
        self.filmstrip = Filmstrip(renderer.new_texture(Filmstrip.texture_size(grid)), grid)
        self.history = RoomHistory(self.filmstrip, self.latents)
        self.job = BackgroundJob(self.streamer, self.take_snapshot)
        self._names = source.metadata.model.latent_names

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
        return self.filmstrip.version, self.job.held, stage, round(share, 2), self.history.morph

    def change(self, latents: Latents) -> None:
        """Show another room."""
        self.latents = latents

    def step(self, camera: Camera, now_s: float, *, dragging: bool = False) -> Notice | None:
        """Note the room, go on with a morph and a job, and have the view's patches made and brought to the atlas.

        ``dragging``: a mouse button is down. Returns what there is to tell of a job that has ended.
        """
        self.history.follow(self.latents, self.streamer, dragging=dragging)
        room = self.history.next_morph_room(now_s, self.streamer)
        if room is not None:
            self.change(room)
        notice = self.job.step()
        self.streamer.step(camera, self.latents, now_s)
        return notice

    def draw(self, view: View, now_s: float, width_px: int, *, sharp: bool) -> None:
        """Draw into the framebuffer and viewport in use; its left part shows the room that is held to compare."""
        self.renderer.draw(view, now_s, sharp=sharp)
        if self.job.held is not None:
            self.job.held.draw(view, sharp=sharp, width_px=round(width_px * self.job.divider))

    def take_snapshot(self, level: int = 0) -> Snapshot:
        """A level of the room, all of which is made, in an atlas of its own."""
        window = self.renderer.window_of(self.streamer.grid, level) if level else self.streamer.window
        return Snapshot(self.renderer, window, self.projection, self.streamer.pixels(level))

    def write_picture(self, path: Path, view: View, size_px: tuple[int, int]) -> None:
        """Write a view of what is made as a picture file of ``size_px``, without panels.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            Image.fromarray(self.renderer.picture(view, size_px)).save(path)
        except (OSError, ValueError) as error:
            raise OutputError(f"cannot write {path} ({error}); name a .png or .jpg in a folder that exists") from error

    def recipe(self, view: View, size_px: tuple[int, int]) -> Recipe:
        """The recipe of a picture of the room.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        sha256 = fingerprint(self.checkpoint)
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
            names=self._names,
            directions=len(self.streamer.directions),
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

    def history_model(self, settings: Settings, *, reduced_motion: bool) -> HistoryModel:
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
            divider=None if self.job.held is None else self.job.divider,
            recent=tuple(Path(name).name for name in settings.recent),
            has_last=bool(settings.last),
            reduced_motion=reduced_motion,
        )

    def close(self) -> None:
        """End the generator process and give everything back to OpenGL."""
        self.worker.close()
        self.job.close()
        self.filmstrip.texture.release()
        self.renderer.release()
