"""The panels: what there is to change about the room, the whole panorama as a strip, and how the work goes."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import u_of_yaw, yaw_of_u
from viewer.camera.camera import Camera
from viewer.camera.visibility import outline
from viewer.state.latents import Latents
from viewer.streaming.patch_status import tint
from viewer.ui.actions import Action, ChangeRoom, Command, MoveCamera
from viewer.ui.history_panel import draw_history_panel
from viewer.ui.overlay import draw_notice, draw_overlay, overlay_places
from viewer.ui.view_model import HistoryModel, Notice, ViewModel, ViewStatus

__all__ = ["Panels"]

Place = tuple[float, float, float, float]

PANEL_PX = 340
ALONG_LIMIT = 4.0  # principal directions are unit vectors in a cube of half side 1
STRIP_ROWS_PX = 84
DARK, LINE, FAINT = 0xB0101010, 0xFFFFFFFF, 0x80FFFFFF  # ImGui colours are 0xAABBGGRR


class Panels:
    """Draws the panels each frame and returns what the user asks for.

    Attributes:
        places: left, top, right, bottom of each panel of the last frame, in ImGui's coordinates.
        history_place: of the panel of visited rooms; None while it is hidden.
    """

    def __init__(self) -> None:
        """Set the style; ImGui's context must exist."""
        self.places: tuple[Place, ...] = ()
        self.history_place: Place | None = None
        self._search = ""
        self._history_open = True
        imgui.style_colors_dark()
        style = imgui.get_style()
        style.window_rounding = style.frame_rounding = style.grab_rounding = 6.0
        style.window_border_size = 0.0
        style.set_color_(imgui.Col_.window_bg, imgui.ImVec4(0.07, 0.07, 0.08, 0.82))

    def draw(self, status: ViewStatus, model: ViewModel, history: HistoryModel, notice: Notice) -> list[Action]:
        """Build this frame's panels; with bare status only the notice and what a key has called."""
        self.places, self.history_place = (), None
        actions: list[Action] = []
        if not status.bare:
            latents, camera = self._panel(status.latents, model, actions), self._strip(status.camera, model)
            actions += [ChangeRoom(latents)] if latents != status.latents else []
            actions += [MoveCamera(camera)] if camera != status.camera else []
            status = replace(status, latents=latents, camera=camera)
        actions += draw_overlay(status, model)
        self.places += overlay_places(status)
        if imgui.is_popup_open("", imgui.PopupFlags_.any_popup):  # a press anywhere chooses from it or closes it
            size = imgui.get_io().display_size
            self.places = ((0.0, 0.0, size.x, size.y),)
        if not status.bare:
            actions += self._history(history)
        return actions + (self._notice(notice) if notice.text else [])

    def _history(self, model: HistoryModel) -> list[Action]:
        actions, self.history_place, self._history_open = draw_history_panel(model, was_open=self._history_open)
        self.places += (self.history_place,)
        return actions

    def _notice(self, notice: Notice) -> list[Action]:
        bottom = self.history_place[1] if self.history_place else imgui.get_io().display_size.y
        actions, place = draw_notice(notice, bottom - 6)
        self.places += (place,)
        return actions

    def _panel(self, latents: Latents, model: ViewModel, actions: list[Action]) -> Latents:
        height = imgui.get_io().display_size.y
        imgui.set_next_window_pos(ImVec2(10, 10), imgui.Cond_.first_use_ever)
        imgui.set_next_window_size(
            ImVec2(PANEL_PX, min(560.0, height - STRIP_ROWS_PX - 50)), imgui.Cond_.first_use_ever
        )
        expanded, _ = imgui.begin("Room")
        if expanded:
            latents = self._seed(latents)
            imgui.same_line()
            if imgui.checkbox("only what is looked at", model.only_visible)[0]:
                actions.append(Command.TOGGLE_ONLY_VISIBLE)
            imgui.set_item_tooltip("make no patch before the view samples it")
            imgui.text_disabled(_work(model))
            _, self._search = imgui.input_text_with_hint("##search", "search sliders", self._search)
            imgui.separator()
            imgui.begin_child("sliders")
            for group, indices in _groups(model.names, len(latents.base), model.directions):
                latents = self._group(latents, model, group, indices)
            imgui.end_child()
        self._end()
        return latents

    def _end(self) -> None:
        """Close a panel and remember where it is."""
        corner, size = imgui.get_window_pos(), imgui.get_window_size()
        self.places += ((corner.x, corner.y, corner.x + size.x, corner.y + size.y),)
        imgui.end()

    def _seed(self, latents: Latents) -> Latents:
        imgui.set_next_item_width(130)
        changed, seed = imgui.input_int("seed", latents.seed, 1)
        if changed and seed >= 0:
            latents = latents.reseed(seed)
        if imgui.button("Shuffle"):
            latents = latents.shuffle()
        imgui.set_item_tooltip("another room: every entry drawn anew (Space); locked entries stay")
        imgui.same_line()
        if imgui.button("Reset"):
            latents = Latents.of_seed(latents.seed, len(latents.base))
        imgui.set_item_tooltip("the seed's own room, nothing locked")
        return latents

    def _group(self, latents: Latents, model: ViewModel, group: str, indices: range | list[int]) -> Latents:
        principal = group == PRINCIPAL
        labels = {i: f"direction {i + 1}" if principal else _label(model.names, i) for i in indices}
        found = [i for i in indices if self._search.lower() in f"{group} {labels[i]}".lower()]
        if not found:
            return latents
        opened = imgui.TreeNodeFlags_.default_open if self._search or group not in (PRINCIPAL, UNNAMED) else 0
        if not imgui.collapsing_header(group, opened):
            return latents
        for index in found:
            imgui.push_id(f"{group}{index}")
            latents = _direction(latents, index, labels[index]) if principal else _entry(latents, index, labels[index])
            imgui.pop_id()
        return latents

    def _strip(self, camera: Camera, model: ViewModel) -> Camera:
        """The whole panorama; unmade patches are dark, older ones dimmed, the view's border is drawn."""
        size, grid = imgui.get_io().display_size, model.window.grid
        width = min(size.x - 20, STRIP_ROWS_PX * grid.width_px / grid.height_px)
        imgui.set_next_window_pos(ImVec2(size.x - width - 10, size.y - STRIP_ROWS_PX - 10))
        imgui.set_next_window_size(ImVec2(width, STRIP_ROWS_PX))
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
        imgui.begin("strip", None, imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_saved_settings)
        corner = imgui.get_cursor_screen_pos()
        imgui.invisible_button("look", ImVec2(width, STRIP_ROWS_PX))
        if imgui.is_item_active():
            place = imgui.get_mouse_pos()
            camera = _look_at(camera, model, (place.x - corner.x) / width, (place.y - corner.y) / STRIP_ROWS_PX)
        _draw_patches(model, grid, corner, ImVec2(width, STRIP_ROWS_PX))
        _draw_outline(camera, model, corner, ImVec2(width, STRIP_ROWS_PX))
        _draw_fine_window(model, corner, ImVec2(width, STRIP_ROWS_PX))
        self._end()
        imgui.pop_style_var()
        return camera


PRINCIPAL, UNNAMED = "principal directions", "other z"


def _groups(names: tuple[str, ...], z_dim: int, directions: int) -> Iterator[tuple[str, range | list[int]]]:
    """Slider groups in order: principal directions, named latents by the part before the dot, the rest of z."""
    if directions:
        yield PRINCIPAL, range(directions)
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        groups.setdefault(name.partition(".")[0], []).append(index)
    yield from groups.items()
    if len(names) < z_dim:
        yield UNNAMED, range(len(names), z_dim)


def _label(names: tuple[str, ...], index: int) -> str:
    return names[index].partition(".")[2].replace("_", " ") if index < len(names) else f"z {index}"


def _entry(latents: Latents, index: int, label: str) -> Latents:
    locked = index in latents.locked
    toggled, _ = imgui.checkbox("##lock", locked)
    imgui.set_item_tooltip("lock: Shuffle leaves it")
    imgui.same_line()
    imgui.set_next_item_width(PANEL_PX * 0.3)
    changed, value = imgui.slider_float("##value", latents.base[index], -1.0, 1.0, "%.2f")
    imgui.same_line()
    randomise = imgui.small_button("?")
    imgui.set_item_tooltip("random")
    imgui.same_line()
    reset = imgui.small_button("0")
    imgui.set_item_tooltip("as the seed has it")
    imgui.same_line()
    imgui.text(label)
    if toggled:
        latents = latents.toggle_lock(index)
    if changed:
        latents = latents.with_entry(index, value)
    if randomise:
        latents = latents.with_entry(index, float(np.random.default_rng().uniform(-1, 1)))
    return latents.reset_entry(index) if reset else latents


def _direction(latents: Latents, index: int, label: str) -> Latents:
    amount = latents.along[index] if index < len(latents.along) else 0.0
    imgui.set_next_item_width(PANEL_PX * 0.5)
    changed, amount = imgui.slider_float(label, amount, -ALONG_LIMIT, ALONG_LIMIT, "%.2f")
    return latents.with_along(index, amount) if changed else latents


def _work(model: ViewModel) -> str:
    per_patch = f"{model.patch_s * 1000:.1f} ms a patch" if model.patch_s else "no patch yet"
    lines = f"{model.fps:.0f} fps, {per_patch}\n{model.made} patches made, {model.share:.0%} of this panorama"
    if len(model.made_at) > 1:
        shown = model.fine_window or model.window
        lines += f"\nlevel {shown.level}: {shown.grid.width_px} columns; by level {' + '.join(map(str, model.made_at))}"
        lines += f"\n{model.finest_share:.1%} of the finest panorama made"
    return lines


def _look_at(camera: Camera, model: ViewModel, u: float, v: float) -> Camera:
    yaw = float(yaw_of_u(u, model.window.grid.width_px))
    turn = (yaw - camera.view.yaw_rad + math.pi) % (2 * math.pi) - math.pi
    return camera.stop().look(
        yaw_rad=camera.view.yaw_rad + turn, pitch_rad=float(model.projection.pitch_of_v(min(max(v, 0.0), 1.0)))
    )


def _draw_patches(model: ViewModel, grid: PatchGrid, corner: ImVec2, size: ImVec2) -> None:
    draw, texture = imgui.get_window_draw_list(), imgui.ImTextureRef(model.texture_name)
    draw.add_rect_filled(corner, ImVec2(corner.x + size.x, corner.y + size.y), DARK)
    w, h = size.x / grid.columns, size.y / grid.rows
    rows, columns = model.window.rows, model.window.columns
    for (slot_row, slot_column), ((row, column), current) in model.slots.items():
        low = ImVec2(corner.x + column * w, corner.y + row * h)
        high = ImVec2(low.x + w, low.y + h)
        uv = ImVec2(slot_column / columns, slot_row / rows)
        uv_high = ImVec2((slot_column + 1) / columns, (slot_row + 1) / rows)
        draw.add_image(texture, low, high, uv, uv_high, LINE if current else 0xFF909090)
    for (row, column), status in model.statuses.items():
        red, green, blue, alpha = tint(status)
        low = ImVec2(corner.x + column * w, corner.y + row * h)
        high = ImVec2(low.x + w - 1, low.y + h - 1)
        draw.add_rect_filled(low, high, alpha << 24 | blue << 16 | green << 8 | red)


def _draw_fine_window(model: ViewModel, corner: ImVec2, size: ImVec2) -> None:
    """A faint frame round what the finer level has slots for."""
    window = model.fine_window
    if window is None or window.columns == window.grid.columns:
        return
    draw, columns, rows = imgui.get_window_draw_list(), window.grid.columns, window.grid.rows
    left = window.left % columns / columns
    top, bottom = (corner.y + size.y * row / rows for row in (window.top, window.top + window.rows))
    for turn in (-1, 0):
        low, high = (corner.x + size.x * (left + turn + share) for share in (0, window.columns / columns))
        draw.add_rect(ImVec2(low, top), ImVec2(high, bottom), FAINT)


def _draw_outline(camera: Camera, model: ViewModel, corner: ImVec2, size: ImVec2) -> None:
    border: NDArray[np.float64] = outline(camera.view, model.projection, model.window.grid.width_px)
    shift = math.floor(float(u_of_yaw(camera.view.yaw_rad, model.window.grid.width_px)))
    draw = imgui.get_window_draw_list()
    for turn in (-1, 0, 1):
        points = [(corner.x + (u - shift + turn) * size.x, corner.y + v * size.y) for u, v in border.tolist()]
        for start, end in pairwise(points):
            draw.add_line(start, end, LINE, 1.5)
