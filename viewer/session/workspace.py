"""The open session, and what opens others: recipes, checkpoints, the files opened before. Knows no window."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cocogan_core.errors import CocoganError, RecipeError
from viewer.camera.camera import View
from viewer.rendering.renderer import Renderer
from viewer.session.checkpoint_loader import CheckpointLoader, CheckpointSource, LoadedCheckpoint
from viewer.session.session import Session
from viewer.state.latents import LARGEST_SEED
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import find_checkpoint, is_recipe, read_recipe
from viewer.state.settings import Settings, load, save
from viewer.ui.view_model import Notice, Severity

__all__ = ["Workspace"]

HINT = "drag to look around, Space for another room, sliders on the left change this one; H: every key, Tab: no panels"
SEED_DIGITS = 10


class Workspace:
    """Call :meth:`step` once a frame, before the session's; whatever goes wrong, the present session stays.

    Attributes:
        session: of the checkpoint that is shown.
        loader: of the checkpoint that is to be shown next, if there is one.
        settings: what is remembered.
        notice: for the user, until the next.
    """

    def __init__(
        self,
        loaded: LoadedCheckpoint,
        *,
        new_renderer: Callable[[CheckpointSource], Renderer],
        settle: Callable[[View], None],
        device: str,
        idle_work: bool = True,
        only_visible: bool = False,
        settings: Path | None = None,
    ) -> None:
        """Begin the first session.

        ``new_renderer`` makes a session's renderer, ``settle`` is told the first look of what was opened later;
        ``settings``: the file that remembers, None for nothing.
        """
        self.session = Session(loaded, new_renderer(loaded.source), idle_work=idle_work, only_visible=only_visible)
        self.loader: CheckpointLoader | None = None
        self.settings, broken = load(settings) if settings else (Settings(seen_hint=True), "")
        hint = Notice("" if self.settings.seen_hint else HINT)
        self.notice = Notice(broken, Severity.WARNING) if broken else hint
        self._new_renderer, self._settle, self._device = new_renderer, settle, device
        self._idle_work, self._file, self._logged = idle_work, settings, ""

    @property
    def message(self) -> Notice:
        """What the user is to be told now."""
        generator = self.session.notice
        if generator.text or self.notice.text:
            return generator if generator.text else self.notice
        return Notice("" if self.session.streamer.statistics.made else "loading the generator ...")

    def fail(self, error: CocoganError) -> None:
        """Tell the user what went wrong."""
        self.notice = Notice(str(error), Severity.ERROR)

    def dismiss(self) -> None:
        """Say no more."""
        self.notice, self.session.streamer.statistics.message = Notice(), ""

    def step(self) -> None:
        """Log what is new for the user, and begin the next session once its generator has come up."""
        if self._logged != (text := self.message.text):
            self._logged = text
            logging.getLogger("viewer").info(text)
        if self.loader is None:
            return
        try:
            loaded = self.loader.step()
        except CocoganError as error:
            self.loader = None
            self.fail(error)
            return
        if loaded is not None:
            self._begin(loaded)

    def open(self, path: Path) -> None:
        """Show a recipe's file or a checkpoint; it joins the recent ones once it is shown.

        Raises:
            CocoganError: it cannot be used, as far as can be told before its generator has come up.
        """
        if is_recipe(path):
            self.show(read_recipe(path), file=path)
        else:
            self._load(path, None, path)

    def show(self, recipe: Recipe, *, file: Path | None = None) -> None:
        """Show a recipe, which came from ``file`` if it is named; raises as :meth:`open`."""
        checkpoint = find_checkpoint(recipe, beside=file, at_hand=[self.session.checkpoint])
        if checkpoint != self.session.checkpoint:
            self._load(checkpoint, recipe, file)
            return
        source = self._source(checkpoint, recipe, file)
        self._stop_loading()
        self.session.change(source.latents)
        self._settle(source.view)
        self._remember_file(file)

    def open_recent(self, index: int) -> None:
        """Open one of the files opened before; raises as :meth:`open`."""
        self.open(Path(self.settings.recent[index]))

    def open_last(self) -> None:
        """Show what the last session ended with; raises as :meth:`open`."""
        self.show(Recipe.parse(self.settings.last, "the last session's recipe"))

    def paste(self, text: str) -> None:
        """Show a recipe's line of text, or the room of a seed; raises as :meth:`open`."""
        if text.isdecimal() and len(text) <= SEED_DIGITS:
            latents = self.session.latents
            self.session.change(latents.reseed(min(int(text), LARGEST_SEED)))
        else:
            self.show(Recipe.parse(text, "the clipboard"))

    def open_dropped(self, paths: list[str]) -> None:
        """Open the first file, if there is one: what is dropped may be anything. Raises as :meth:`open`."""
        if not paths or "\0" in paths[0]:
            raise RecipeError("what was dropped is no file; drop a recipe or a checkpoint")
        self.open(Path(paths[0]))

    def remember_reduced_motion(self, on: bool) -> None:
        """Nothing glides or fades from now on, or everything does again."""
        self.settings = replace(self.settings, reduced_motion=on)

    def toggle_only_visible(self) -> None:
        """Make nothing that is not looked at from now on, or go on with the rest."""
        self.session.streamer.only_visible = not self.session.streamer.only_visible

    def close(self, last: Recipe | None, window_px: tuple[int, int]) -> None:
        """End the generator processes and jobs, and keep settings; OpenGL's part is left to the session.

        The next start is to find the recipe ``last`` (None: the one before) and the window's size.
        """
        self._stop_loading()
        self.session.job.cancel()
        self.session.worker.close()
        if self._file is not None:
            line = self.settings.last if last is None else last.line()
            save(self._file, replace(self.settings, size_px=window_px, last=line, seen_hint=True))

    def _source(self, checkpoint: Path, recipe: Recipe | None, file: Path | None) -> CheckpointSource:
        seed = self.session.latents.seed
        return CheckpointSource.read(checkpoint, recipe, seed=seed, view=View(), named_by=file)

    def _load(self, checkpoint: Path, recipe: Recipe | None, file: Path | None) -> None:
        source = self._source(checkpoint, recipe, file)
        self._stop_loading()
        self.loader = CheckpointLoader(source, self._device)
        self.notice = Notice(f"opening {checkpoint} ...")

    def _stop_loading(self) -> None:
        if self.loader is not None:
            self.loader.close()
            self.loader = None

    def _begin(self, loaded: LoadedCheckpoint) -> None:
        """Drop the session and begin another one."""
        self.loader = None
        only_visible = self.session.streamer.only_visible
        self.session.close()
        renderer = self._new_renderer(loaded.source)
        self.session = Session(loaded, renderer, idle_work=self._idle_work, only_visible=only_visible)
        self.notice = Notice()
        self._settle(loaded.source.view)
        self._remember_file(loaded.source.named_by)

    def _remember_file(self, file: Path | None) -> None:
        if file is not None:
            self.settings = self.settings.with_recent(file)
