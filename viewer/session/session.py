"""What there is around looking: recipes, other checkpoints, exports, and the rooms that were visited."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from imgui_bundle import imgui
from pyglet.event import EVENT_HANDLED
from pyglet.window import BaseWindow, key

from cocogan_core.checkpoint import code_version
from cocogan_core.errors import CocoganError, RecipeError
from cocogan_core.files import write_atomically
from viewer.export.export import KINDS, Kind, suffix
from viewer.rendering.thumbnails import Filmstrip, thumbnail_size
from viewer.session.background_job import BackgroundJob
from viewer.session.checkpoint_loader import CheckpointLoader, chosen_room
from viewer.session.host import Host
from viewer.session.visits import Visits
from viewer.state.latents import LARGEST_SEED
from viewer.state.recipe import Recipe
from viewer.state.recipe_files import find_checkpoint, fingerprint, is_recipe, new_path, read_recipe
from viewer.state.settings import Settings, load, log_path, save
from viewer.ui.banner import banner
from viewer.ui.clipboard import Clipboard
from viewer.ui.history_panel import Shelf, rooms_panel

__all__ = ["Studio"]

Panel = tuple[float, float, float, float]


class Studio:
    """Acts on keys, drops and its panel; whatever goes wrong becomes the host's notice, and the room stays."""

    def __init__(self, host: Host, window: BaseWindow, settings: Path | None, *, reduced_motion: bool = False) -> None:
        """Push handlers onto the window, after the controls' and before ImGui's; remember in the file ``settings``.

        ``reduced_motion``: asked for this session, whatever is remembered.
        """
        self.host, self.window = host, window
        self.clipboard = Clipboard(window)
        self.panels: tuple[Panel, ...] = ()
        self.errand = BackgroundJob(host)
        self._opening: CheckpointLoader | None = None
        self._candidate: Path | None = None
        self._panel_open = True
        self._file, self._told = settings, ""
        self.settings, host.notice = load(settings) if settings else (Settings(seen_hint=True), "")
        host.notice = host.notice or ("" if self.settings.seen_hint else HINT)
        host.controls.reduce_motion(self.settings.reduced_motion or reduced_motion)
        self._actions = self._by_name()
        self._enter()
        window.push_handlers(on_key_press=self._key_press, on_file_drop=self._drop)

    def step(self, now_s: float) -> bool:
        """Once a frame, before the pipeline's step; whether there is something new to draw."""
        if self._told != (text := self.message):
            self._told = text
            logging.getLogger("viewer").info(text)
        changed = self._open_step()
        changed |= self._visits.follow(self.host.latents, self.host.pipeline, held=any(imgui.get_io().mouse_down))
        room = self._visits.move(now_s, self.host.pipeline)
        if room is not None:
            self.host.change(room)
        return self.errand.step() or changed

    def draw(self, *, bare: bool) -> None:
        """Build this frame's panels; ``bare``: only the message, if there is one."""
        self.panels, wishes = ((), []) if bare else self._panel()
        if self.message:
            bottom = self.panels[0][1] if self.panels else imgui.get_io().display_size.y
            asked, place = banner(self.message, bottom - 6)
            self.panels += (place,)
            wishes += [(asked, 0.0)] if asked else []
        for wish in wishes:
            self.do(*wish)

    def _panel(self) -> tuple[tuple[Panel, ...], list[tuple[str, float]]]:
        """Build the panel of rooms: where it is, and what is wished there."""
        visits, strip = self._visits, self._visits.filmstrip
        width, height = thumbnail_size(self.host.pipeline.grid)
        shelf = Shelf(
            texture_name=strip.texture.glo,
            thumbs=tuple(strip.rows(index) for index in range(len(strip.rooms))),
            aspect=width / height,
            present=visits.present,
            target=visits.target,
            can_undo=visits.history.can_undo,
            can_redo=visits.history.can_redo,
            morph=visits.morph,
            progress=self.errand.progress,
            wipe=None if self.errand.held is None else self.errand.wipe,
            recent=tuple(Path(name).name for name in self.settings.recent),
            last=bool(self.settings.last),
            reduced_motion=self.host.controls.reduced_motion,
        )
        wishes, panel, self._panel_open = rooms_panel(shelf, was_open=self._panel_open)
        return (panel,), wishes

    @property
    def message(self) -> str:
        """What the user is to be told now."""
        seen = self.host.pipeline.statistics
        return seen.message or self.host.notice or ("" if seen.made else "loading the generator ...")

    def do(self, wish: str, number: float = 0.0) -> None:
        """Fulfil a wish of the panel (see :func:`rooms_panel`); what goes wrong becomes the notice."""
        try:
            if wish not in QUIET:
                self.host.notice = ""
            self._actions[wish](number)
        except CocoganError as error:
            self.host.notice = str(error)

    def close(self) -> None:
        """Stop what runs."""
        self._stop_opening()
        self.errand.cancel()
        if self._file is not None:
            save(self._file, self._remembered())

    def open(self, path: Path) -> None:
        """Show a recipe's file or a checkpoint.

        Raises:
            CocoganError: it cannot be used, as far as can be told before its generator has come up.
        """
        if is_recipe(path):
            self.show(read_recipe(path), beside=path)
        else:
            self._try_out(path, None)
        self._candidate = path
        self._keep_candidate()

    def show(self, recipe: Recipe, *, beside: Path | None = None) -> None:
        """Show a recipe; raises as :meth:`open`."""
        checkpoint = find_checkpoint(recipe, beside=beside, at_hand=[self.host.checkpoint])
        if checkpoint != self.host.checkpoint:
            self._try_out(checkpoint, recipe)
            return
        _, latents = chosen_room(checkpoint, recipe, 0)
        self._stop_opening()
        self.host.change(latents)
        self.host.settle(recipe.view)

    def _by_name(self) -> dict[str, Callable[[float], None]]:
        change = self.host.change
        return {
            "save recipe": self._save_recipe,
            "copy recipe": self._copy_recipe,
            "paste": self._paste,
            "undo": lambda _: change(self._visits.undo()),
            "redo": lambda _: change(self._visits.redo()),
            "room": lambda index: change(self._visits.visit(int(index))),
            "target": lambda index: self._visits.aim(int(index)),
            "scrub": lambda share: change(self._visits.scrub(share)),
            "play": lambda _: self._visits.play(time.monotonic()),
            "hold": lambda _: self.errand.hold(),
            "wipe": self.errand.compare,
            "recent": lambda index: self.open(Path(self.settings.recent[int(index)])),
            "last": lambda _: self.show(Recipe.parse(self.settings.last, "the last session's recipe")),
            "reduced motion": self._reduce_motion,
            "detail": lambda _: self.clipboard.copy(self._detail()),
            "dismiss": lambda _: self._dismiss(),
            "cancel": lambda _: self.errand.cancel(),
            **{kind: partial(self._export, kind) for kind in KINDS},
        }

    def _enter(self) -> None:
        """Begin anew with the host's checkpoint."""
        grid = self.host.pipeline.grid
        filmstrip = Filmstrip(self.host.new_texture(Filmstrip.texture_size(grid)), grid)
        self._visits = Visits(filmstrip, self.host.latents)

    def _leave(self) -> None:
        """Give back what belongs to the host's checkpoint."""
        self.errand.cancel()
        self.errand.let_go()
        self._visits.filmstrip.texture.release()

    def _recipe(self) -> Recipe:
        return Recipe(
            checkpoint=str(self.host.checkpoint),
            sha256=fingerprint(self.host.checkpoint),
            latents=self.host.latents,
            view=self.host.controls.camera.look().view,
            size_px=self.window.get_framebuffer_size(),
        )

    def _remembered(self) -> Settings:
        """What to keep for the next session."""
        try:
            last = self._recipe().line()
        except CocoganError:  # the checkpoint's file is gone
            last = self.settings.last
        size = self.settings.size_px if self.window.fullscreen else self.window.get_size()
        return replace(self.settings, size_px=size, last=last, seen_hint=True)

    def _reduce_motion(self, _: float) -> None:
        self.host.controls.reduce_motion(not self.host.controls.reduced_motion)
        self.settings = replace(self.settings, reduced_motion=self.host.controls.reduced_motion)

    def _detail(self) -> str:
        """The message with what helps to find its cause."""
        return f"{self.message}\n{self.host.checkpoint}\nversion {code_version()}, log: {log_path()}\n"

    def _dismiss(self) -> None:
        self.host.notice = self.host.pipeline.statistics.message = ""

    def _save_recipe(self, _: float) -> None:
        path = new_path(".json")
        write_atomically(path, self._recipe().file_text())
        self.host.notice = f"saved {path}"

    def _copy_recipe(self, _: float) -> None:
        self.clipboard.copy(self._recipe().line())
        self.host.notice = "copied the recipe as one line of text"

    def _paste(self, _: float) -> None:
        text = self.clipboard.paste().strip()
        if text.isdecimal() and len(text) < 11:
            self.host.change(self.host.latents.reseeded(min(int(text), LARGEST_SEED)))
        else:
            self.show(Recipe.parse(text, "the clipboard"))

    def _try_out(self, checkpoint: Path, recipe: Recipe | None) -> None:
        opening = CheckpointLoader(checkpoint, recipe, self.host.device, self.host.latents.seed)
        self._stop_opening()
        self._opening = opening
        self.host.notice = f"opening {checkpoint} ..."

    def _stop_opening(self) -> None:
        if self._opening is not None:
            self._opening.close()
            self._opening = self._candidate = None

    def _open_step(self) -> bool:
        """Take over a checkpoint whose generator has come up."""
        if self._opening is None:
            return False
        try:
            if not self._opening.ready():
                return False
        except CocoganError as error:
            self._stop_opening()
            self.host.notice = str(error)
            return True
        opening, self._opening = self._opening, None
        self._leave()
        self.host.take_over(opening)
        self._enter()
        self._keep_candidate()
        return True

    def _keep_candidate(self) -> None:
        """A file that was opened joins the recent ones once it is shown."""
        if self._candidate is not None and self._opening is None:
            self.settings = self.settings.opened(self._candidate)
            self._candidate = None

    def _export(self, kind: Kind, _: float) -> None:
        self.errand.export(kind, new_path(suffix(kind)), self.window.get_framebuffer_size())

    def _key_press(self, symbol: int, modifiers: int) -> bool | None:
        control = bool(modifiers & (key.MOD_CTRL | key.MOD_COMMAND))
        wish = KEYS.get((symbol, control, bool(modifiers & key.MOD_SHIFT)))
        if wish is None:
            return None
        self.do(wish)
        return EVENT_HANDLED

    def _drop(self, _x: int, _y: int, paths: list[str]) -> None:
        """Open the first file, if there is one: what is dropped may be anything."""
        try:
            self.host.notice = ""
            if not paths or "\0" in paths[0]:
                raise RecipeError("what was dropped is no file; drop a recipe or a checkpoint")
            self.open(Path(paths[0]))
        except CocoganError as error:
            self.host.notice = str(error)


HINT = "drag to look around, Space for another room, sliders on the left change this one; H: every key, Tab: no panels"
QUIET = ("detail", "scrub", "wipe")  # wishes that leave the words on the screen
KEYS = {
    (key.S, True, False): "save recipe",
    (key.C, True, False): "copy recipe",
    (key.V, True, False): "paste",
    (key.Z, True, False): "undo",
    (key.Z, True, True): "redo",
    (key.Y, True, False): "redo",
    (key.K, False, False): "play",
}
