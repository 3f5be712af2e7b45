"""The panel inside a headset: rooms, favourite, a few sliders, recentre, exit. ImGui in a context of its own."""

import math
from dataclasses import dataclass
from typing import Any

from imgui_bundle import ImVec2, imgui

from viewer.state.latents import Latents
from viewer.ui.actions import Action, ChangeRoom, Command, EnterRoom
from viewer.ui.latent_texts import SIMPLE, label_text
from viewer.ui.texts import text
from viewer.ui.theme import Icon, apply_theme, load_fonts
from viewer.ui.widgets import FIXED

__all__ = ["HeadsetPanel", "PanelModel"]

SLIDERS = 4
TEXT_SIZE = 2.0  # of a desktop's
DWELL_S, DWELL_PX = 1.0, 28.0  # a gaze that rests so long within so little presses what it rests on
NOWHERE = -3.4e38  # ImGui's "no mouse"


@dataclass(frozen=True)
class PanelModel:
    """What it shows: the room, the names of entries of z, rooms that the user has kept, and whether this is one."""

    latents: Latents
    names: tuple[str, ...]
    favourites: tuple[Latents, ...] = ()
    kept: bool = False


class HeadsetPanel:
    """Draws into the framebuffer in use; call :meth:`close` while the OpenGL context still is."""

    def __init__(self, size_px: tuple[int, int]) -> None:
        """Create ImGui's context; the one in use stays in use."""
        self._size = size_px
        before = imgui.get_current_context()
        self._context = imgui.create_context()
        imgui.set_current_context(self._context)
        self._io: Any = imgui.get_io()
        self._io.set_ini_filename("")
        imgui.backends.opengl3_init("#version 330")
        load_fonts()
        apply_theme("dark", TEXT_SIZE)
        imgui.set_current_context(before)
        self._down = False
        self._rests: tuple[float, float] | None = None  # where the gaze rests …
        self._since_s, self._pressed = 0.0, False  # … since when, and whether it has pressed there

    def draw(
        self,
        model: PanelModel,
        pointer: tuple[float, float] | None,
        *,
        trigger: bool | None,
        now_s: float,
        dt_s: float,
    ) -> list[Action]:
        """Draw it, and return what is asked for.

        ``pointer``: where it is pointed at, as shares of its width and height from the upper left. ``trigger``: whether
        that is pressed; None without a controller: then the gaze presses by resting.
        """
        before = imgui.get_current_context()
        imgui.set_current_context(self._context)
        try:
            self._point(pointer, trigger, now_s)
            self._io.display_size, self._io.delta_time = ImVec2(*self._size), max(dt_s, 1e-4)
            imgui.backends.opengl3_new_frame()
            imgui.new_frame()
            actions = self._build(model)
            self._draw_pointer(pointer, now_s, gaze=trigger is None)
            imgui.render()
            imgui.backends.opengl3_render_draw_data(imgui.get_draw_data())
        finally:
            imgui.set_current_context(before)
        return actions

    def close(self) -> None:
        """Free ImGui's context."""
        before = imgui.get_current_context()
        imgui.set_current_context(self._context)
        imgui.backends.opengl3_shutdown()
        imgui.set_current_context(before)
        imgui.destroy_context(self._context)

    def _point(self, pointer: tuple[float, float] | None, trigger: bool | None, now_s: float) -> None:
        at = (pointer[0] * self._size[0], pointer[1] * self._size[1]) if pointer else None
        self._io.add_mouse_pos_event(*(at or (NOWHERE, NOWHERE)))
        down = self._dwells(at, now_s) if trigger is None else bool(trigger and at)
        if down != self._down:
            self._io.add_mouse_button_event(0, down)
            self._down = down

    def _dwells(self, at: tuple[float, float] | None, now_s: float) -> bool:
        """Whether a gaze that has come to rest presses in this frame."""
        if at is None or self._rests is None or math.dist(at, self._rests) > DWELL_PX:
            self._rests, self._since_s, self._pressed = at, now_s, False
            return False
        presses = now_s - self._since_s > DWELL_S and not self._pressed
        self._pressed |= presses
        return presses

    def _build(self, model: PanelModel) -> list[Action]:
        names = model.names
        imgui.set_next_window_pos(ImVec2(0, 0))
        imgui.set_next_window_size(ImVec2(*self._size))
        imgui.begin("headset", None, FIXED)
        imgui.push_style_color(imgui.Col_.button, imgui.get_style_color_vec4(imgui.Col_.frame_bg))  # seen as buttons
        actions = _row((Command.UNDO, "headset.previous"), (Command.NEXT_ROOM, "headset.next"))
        actions += _favourites(model)
        for name in [*(name for name in SIMPLE if name in names), *names][:SLIDERS]:
            actions += _slider(model.latents, names.index(name), name)
        actions += _row((Command.RECENTRE, "headset.recentre"), (Command.TOGGLE_HEADSET, "headset.exit"))
        imgui.pop_style_color()
        imgui.end()
        return actions

    def _draw_pointer(self, pointer: tuple[float, float] | None, now_s: float, *, gaze: bool) -> None:
        """A dot, and round it for a gaze how much of the rest is over."""
        if pointer is None:
            return
        at = ImVec2(pointer[0] * self._size[0], pointer[1] * self._size[1])
        drawn, white = imgui.get_foreground_draw_list(), imgui.get_color_u32(imgui.ImVec4(1, 1, 1, 0.9))
        drawn.add_circle_filled(at, 6.0, white)
        if gaze and not self._pressed:
            drawn.add_circle(at, 6.0 + 18.0 * max(0.0, 1 - (now_s - self._since_s) / DWELL_S), white, 0, 2.0)


def _row(*buttons: tuple[Command, str]) -> list[Action]:
    asked: list[Action] = []
    for number, (command, name) in enumerate(buttons):
        if number:
            imgui.same_line()
        if imgui.button(text(name)):
            asked.append(command)
    return asked


def _favourites(model: PanelModel) -> list[Action]:
    """Keep the room or no longer, and go to the next that was kept."""
    word = text("headset.kept") if model.kept else text("headset.keep")
    actions: list[Action] = [Command.FAVOURITE] if imgui.button(f"{Icon.HEART} {word}##keep") else []
    imgui.same_line()
    imgui.begin_disabled(not model.favourites)
    if imgui.button(text("headset.favourite")):
        here = model.favourites.index(model.latents) if model.latents in model.favourites else -1
        actions.append(EnterRoom(model.favourites[(here + 1) % len(model.favourites)]))
    imgui.end_disabled()
    return actions


def _slider(latents: Latents, index: int, name: str) -> list[Action]:
    imgui.text(label_text(name))
    imgui.set_next_item_width(-1)
    changed, value = imgui.slider_float(f"##{name}", latents.base[index], -1.0, 1.0, "")
    return [ChangeRoom(latents.with_entry(index, value))] if changed else []
