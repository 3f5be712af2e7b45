"""The open session, and what opens others: recipes, checkpoints, the files opened before. Knows no window."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from cocogan_core.errors import CocoganError, RecipeError
from cocogan_core.files import is_picture
from cocogan_core.shipped import shipped_model
from viewer.camera.camera import View
from viewer.rendering.renderer import Renderer
from viewer.session.checkpoint_loader import CheckpointLoader, CheckpointSource, LoadedCheckpoint
from viewer.session.checkpoint_search import CheckpointSearch
from viewer.session.first_look import first_look_of
from viewer.session.gallery import FIRST_SEED
from viewer.session.session import Session
from viewer.state.latents import LARGEST_SEED, Latents
from viewer.state.photographs import is_plain_picture, photo_look
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import is_recipe, read_recipe
from viewer.state.settings import MOST_FAVOURITES, Settings, load, save
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, Severity

__all__ = ["Workspace"]

# Seconds that a notice stays; an error stays until it is closed.
STAYS_S = {Severity.INFO: 6.0, Severity.WARNING: 12.0}
SEED_DIGITS = 10
SOON_S = 0.1  # that a frame waits for a saved room's checkpoint to be found: most are at once


class Workspace:
    """Call :meth:`step` once a frame, before the session's; whatever goes wrong, the present session stays.

    Attributes:
        session: of the checkpoint that is shown.
        loader: of the checkpoint that is to be shown next, if there is one.
        settings: what is remembered.
        notice: for the user, until the next.
        offered: a picture for which a room may be looked for, if the user wants that.
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
        renderer = new_renderer(loaded.source)
        self.session = Session(loaded, renderer, idle_work=idle_work, only_visible=only_visible, device=device)
        self.loader: CheckpointLoader | None = None
        self._search: CheckpointSearch | None = None
        self.offered: Path | None = None
        self.settings, broken = load(settings) if settings else (Settings(seen_hint=True), "")
        self._remembered = self.settings
        self._notice, self._noticed_s = Notice(broken, Severity.WARNING), time.monotonic()
        self._new_renderer, self._settle, self._device = new_renderer, settle, device
        self._idle_work, self._file, self._logged = idle_work, settings, ""
        self._before_photograph: CheckpointSource | None = None

    @property
    def notice(self) -> Notice:
        """For the user, until it is closed, has been there for a while, or the next comes."""
        return self._notice

    @notice.setter
    def notice(self, notice: Notice) -> None:
        self._notice, self._noticed_s = notice, time.monotonic()

    @property
    def favourites(self) -> tuple[Recipe, ...]:
        """The user's favourites of the open checkpoint, newest first; what cannot be read is left out."""
        found = list(filter(None, map(_read_favourite, self.settings.favourites)))
        if not found:
            return ()
        sha256 = self.session.fingerprint
        return tuple(recipe for recipe in found if recipe.sha256 == sha256)

    def is_favourite(self, room: Latents) -> bool:
        """Whether a room of the open checkpoint is one of them."""
        kept = [(favourite.latents.base, favourite.latents.along) for favourite in self.favourites]
        return bool(kept) and _as_kept(room) in kept  # every frame asks, and there mostly are none

    def toggle_favourite(self, recipe: Recipe) -> None:
        """Keep the room of a recipe among the favourites, or no longer."""
        short, lines = _as_kept(recipe.latents), self.settings.favourites
        if self.is_favourite(recipe.latents):
            gone = {kept.line() for kept in self.favourites if (kept.latents.base, kept.latents.along) == short}
            lines = tuple(line for line in lines if line not in gone)
        else:
            lines = (recipe.line(), *lines)[:MOST_FAVOURITES]
        self.settings = replace(self.settings, favourites=lines)

    @property
    def message(self) -> Notice:
        """What the user is to be told now."""
        generator = self.session.notice
        if generator.text or self.notice.text:
            return generator if generator.text else self.notice
        return Notice("" if self.session.streamer.statistics.made else text("notice.loading"))

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
        try:
            self._follow_search()
        except CocoganError as error:
            self.fail(error)
        if self.loader is None:
            self._let_notice_leave()
            return
        try:
            loaded = self.loader.step()
        except CocoganError as error:
            self.loader = None
            self.fail(error)
            return
        if loaded is not None:
            self._begin(loaded)

    def _let_notice_leave(self) -> None:
        stays_s = STAYS_S.get(self.notice.severity)
        if self.notice.text and stays_s is not None and time.monotonic() - self._noticed_s > stays_s:
            self.notice = Notice()

    def open(self, path: Path) -> None:
        """Show a recipe's file, a checkpoint or a 360° photograph; it joins the recent ones once it is shown.

        Any other picture becomes :attr:`offered`.

        Raises:
            CocoganError: it cannot be used, as far as can be told before its generator has come up.
        """
        if is_recipe(path):
            self.show(read_recipe(path), file=path)
        elif is_plain_picture(path):
            self.offered = path
        else:
            self._load(path, None, path)

    def show(self, recipe: Recipe, *, file: Path | None = None) -> None:
        """Show a recipe, which came from ``file`` if it is named; raises as :meth:`open`.

        If its checkpoint is not found at once, the present room goes on until it is.
        """
        self._search = CheckpointSearch(recipe, file=file, at_hand=[self.session.checkpoint])
        self._follow_search(SOON_S)
        if self._search is not None:
            self.notice = Notice(text("notice.opening", path=file or recipe.checkpoint))

    def _follow_search(self, wait_s: float = 0.0) -> None:
        """Show the recipe whose checkpoint has been found; raises as :meth:`open`."""
        search, self._search = self._search, None
        if search is None:
            return
        checkpoint = search.result(wait_s)
        if checkpoint is None:
            self._search = search
        else:
            self._show(search.recipe, checkpoint, search.file)

    def _show(self, recipe: Recipe, checkpoint: Path, file: Path | None) -> None:
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
        self.show(Recipe.parse(self.settings.last, "the last session's room"))

    def paste(self, pasted: str) -> None:
        """Show a recipe's line of text, or the room of a seed; raises as :meth:`open`."""
        if pasted.isdecimal() and len(pasted) <= SEED_DIGITS:
            latents = self.session.latents
            self.session.change(latents.reseed(min(int(pasted), LARGEST_SEED)))
        else:
            self.show(Recipe.parse(pasted, "the clipboard"))

    def open_dropped(self, paths: list[str]) -> None:
        """Open the first file, if there is one: what is dropped may be anything. Raises as :meth:`open`."""
        if not paths or "\0" in paths[0]:
            raise RecipeError("what was dropped is no file; drop a saved room or a model")
        self.open(Path(paths[0]))

    def remember_reduced_motion(self, on: bool) -> None:
        """Nothing glides or fades from now on, or everything does again."""
        self.settings = replace(self.settings, reduced_motion=on)

    def toggle_only_visible(self) -> None:
        """Make nothing that is not looked at from now on, or go on with the rest."""
        self.session.streamer.only_visible = not self.session.streamer.only_visible

    def close(self, last: Recipe | None, window_px: tuple[int, int] | None) -> None:
        """End the generator processes and jobs, and keep settings; OpenGL's part is left to the session.

        The next start is to find the recipe ``last`` and the window's size; None: those of before.
        """
        self._stop_loading()
        self.session.job.cancel()
        self.session.worker.close()
        self.session.maker.close()
        if self._file is not None:
            line = self.settings.last if last is None else last.line()
            kept = replace(self.settings, last=line, size_px=window_px or self.settings.size_px)
            save(self._file, kept, self._remembered)

    def _source(self, checkpoint: Path, recipe: Recipe | None, file: Path | None) -> CheckpointSource:
        seed = self.session.latents.seed
        view = (
            photo_look(checkpoint) if is_picture(checkpoint) else View() if recipe else first_look_of(checkpoint, seed)
        )
        return CheckpointSource.read(checkpoint, recipe, seed=seed, view=view, named_by=file)

    def leave_photograph(self) -> None:
        """Back to the model and the room that were shown before a photograph; raises as :meth:`open`."""
        before = self._before_photograph or CheckpointSource.read(
            shipped_model(), None, seed=FIRST_SEED, view=first_look_of(shipped_model(), FIRST_SEED)
        )
        self._start_loading(before)

    def _load(self, checkpoint: Path, recipe: Recipe | None, file: Path | None) -> None:
        self._start_loading(self._source(checkpoint, recipe, file))

    def _start_loading(self, source: CheckpointSource) -> None:
        self._stop_loading()
        self.loader = CheckpointLoader(source, self._device)
        self.notice = Notice(text("notice.opening", path=source.path))

    def _stop_loading(self) -> None:
        self._search = None
        if self.loader is not None:
            self.loader.close()
            self.loader = None

    def _begin(self, loaded: LoadedCheckpoint) -> None:
        """Drop the session and begin another one."""
        self.loader = None
        former, only_visible = self.session, self.session.streamer.only_visible
        renderer = self._new_renderer(loaded.source)
        self.session = Session(
            loaded, renderer, idle_work=self._idle_work, only_visible=only_visible, device=self._device
        )
        self.session.job.take_over(former.job)
        if loaded.source.photograph and not former.source.photograph:
            self._before_photograph = replace(former.source, latents=former.latents, named_by=None)
        former.close()
        self.notice = Notice()
        self._settle(loaded.source.view)
        self._remember_file(loaded.source.named_by)

    def _remember_file(self, file: Path | None) -> None:
        if file is not None:
            self.settings = self.settings.with_recent(file)


@lru_cache(maxsize=64)
def _read_favourite(line: str) -> Recipe | None:
    try:
        return Recipe.parse(line, "a favourite")
    except RecipeError:
        return None


def _as_kept(room: Latents) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Its entries as a recipe's line keeps them: with the digits of a float32."""
    base, along = ([float(str(np.float32(value))) for value in values] for values in (room.base, room.along))
    return tuple(base), tuple(along)
