"""The panels: what there is to change about the room, the whole panorama as a strip, and how the work goes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from viewer.ui import overlay
from viewer.ui.view_model import ViewModel, ViewStatus

__all__ = ["Panels"]

PANEL_PX = 340
ALONG_LIMIT = 4.0  # principal directions are unit vectors in a cube of half side 1
STRIP_ROWS_PX = 84
DARK, LINE = 0xB0101010, 0xFFFFFFFF  # ImGui colours are 0xAABBGGRR


@dataclass
class Panels:
    """Draws the panels each frame and returns what the user has made of the room and the camera."""

    search: str = ""
    panels: tuple[tuple[float, float, float, float], ...] = ()
    """left, top, right, bottom of each panel of the last frame, in ImGui's coordinates"""

    def __post_init__(self) -> None:
        """Set the style; ImGui's context must exist."""
        imgui.style_colors_dark()
        style = imgui.get_style()
        style.window_rounding = style.frame_rounding = style.grab_rounding = 6.0
        style.window_border_size = 0.0
        style.set_color_(imgui.Col_.window_bg, imgui.ImVec4(0.07, 0.07, 0.08, 0.82))

    def draw(self, look: ViewStatus, scene: ViewModel) -> ViewStatus:
        """Build this frame's panels."""
        self.panels = ()
        latents = self._panel(look.latents, scene)
        camera = self._strip(look.camera, scene)
        look = overlay.over(replace(look, latents=latents, camera=camera), scene)
        self.panels += overlay.places(look)
        if imgui.is_popup_open("", imgui.PopupFlags_.any_popup):  # a press anywhere chooses from it or closes it
            size = imgui.get_io().display_size
            self.panels = ((0.0, 0.0, size.x, size.y),)
        return look

    def hidden(self, look: ViewStatus, scene: ViewModel) -> ViewStatus:
        """Build none of the panels; only what is asked for by key lies over the view."""
        self.panels = overlay.places(look, bare=True)
        return overlay.over(look, scene, bare=True)

    def _panel(self, latents: Latents, scene: ViewModel) -> Latents:
        height = imgui.get_io().display_size.y
        imgui.set_next_window_pos(ImVec2(10, 10), imgui.Cond_.first_use_ever)
        imgui.set_next_window_size(
            ImVec2(PANEL_PX, min(560.0, height - STRIP_ROWS_PX - 50)), imgui.Cond_.first_use_ever
        )
        expanded, _ = imgui.begin("Room")
        if expanded:
            latents = self._seed(latents)
            imgui.text_disabled(_work(scene))
            _, self.search = imgui.input_text_with_hint("##search", "search sliders", self.search)
            imgui.separator()
            imgui.begin_child("sliders")
            for group, indices in _groups(scene.names, len(latents.base), scene.directions):
                latents = self._group(latents, scene, group, indices)
            imgui.end_child()
        self._end()
        return latents

    def _end(self) -> None:
        """Close a panel and remember where it is."""
        corner, size = imgui.get_window_pos(), imgui.get_window_size()
        self.panels += ((corner.x, corner.y, corner.x + size.x, corner.y + size.y),)
        imgui.end()

    def _seed(self, latents: Latents) -> Latents:
        imgui.set_next_item_width(130)
        changed, seed = imgui.input_int("seed", latents.seed, 1)
        if changed and seed >= 0:
            latents = latents.reseeded(seed)
        if imgui.button("Shuffle"):
            latents = latents.shuffled()
        imgui.set_item_tooltip("another room: every entry drawn anew (Space); locked entries stay")
        imgui.same_line()
        if imgui.button("Reset"):
            latents = Latents.of_seed(latents.seed, len(latents.base))
        imgui.set_item_tooltip("the seed's own room, nothing locked")
        return latents

    def _group(self, latents: Latents, scene: ViewModel, group: str, indices: range | list[int]) -> Latents:
        principal = group == PRINCIPAL
        labels = {i: f"direction {i + 1}" if principal else _label(scene.names, i) for i in indices}
        found = [i for i in indices if self.search.lower() in f"{group} {labels[i]}".lower()]
        if not found:
            return latents
        opened = imgui.TreeNodeFlags_.default_open if self.search or group not in (PRINCIPAL, UNNAMED) else 0
        if not imgui.collapsing_header(group, opened):
            return latents
        for index in found:
            imgui.push_id(f"{group}{index}")
            latents = _direction(latents, index, labels[index]) if principal else _entry(latents, index, labels[index])
            imgui.pop_id()
        return latents

    def _strip(self, camera: Camera, scene: ViewModel) -> Camera:
        """The whole panorama; unmade patches are dark, older ones dimmed, the view's border is drawn."""
        size, grid = imgui.get_io().display_size, scene.window.grid
        width = min(size.x - 20, STRIP_ROWS_PX * grid.width_px / grid.height_px)
        imgui.set_next_window_pos(ImVec2(size.x - width - 10, size.y - STRIP_ROWS_PX - 10))
        imgui.set_next_window_size(ImVec2(width, STRIP_ROWS_PX))
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
        imgui.begin("strip", None, imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_saved_settings)
        corner = imgui.get_cursor_screen_pos()
        imgui.invisible_button("look", ImVec2(width, STRIP_ROWS_PX))
        if imgui.is_item_active():
            place = imgui.get_mouse_pos()
            camera = _look_at(camera, scene, (place.x - corner.x) / width, (place.y - corner.y) / STRIP_ROWS_PX)
        _draw_cells(scene, grid, corner, ImVec2(width, STRIP_ROWS_PX))
        _draw_outline(camera, scene, corner, ImVec2(width, STRIP_ROWS_PX))
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
        latents = latents.toggled(index)
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


def _work(scene: ViewModel) -> str:
    per_patch = f"{scene.patch_s * 1000:.1f} ms a patch" if scene.patch_s else "no patch yet"
    return f"{scene.fps:.0f} fps, {per_patch}\n{scene.made} patches made, {scene.share:.0%} of this panorama"


def _look_at(camera: Camera, scene: ViewModel, u: float, v: float) -> Camera:
    yaw = float(yaw_of_u(u, scene.window.grid.width_px))
    turn = (yaw - camera.view.yaw_rad + math.pi) % (2 * math.pi) - math.pi
    return camera.stopped().look(
        yaw_rad=camera.view.yaw_rad + turn, pitch_rad=float(scene.projection.pitch_of_v(min(max(v, 0.0), 1.0)))
    )


def _draw_cells(scene: ViewModel, grid: PatchGrid, corner: ImVec2, size: ImVec2) -> None:
    draw, texture = imgui.get_window_draw_list(), imgui.ImTextureRef(scene.texture_name)
    draw.add_rect_filled(corner, ImVec2(corner.x + size.x, corner.y + size.y), DARK)
    w, h = size.x / grid.columns, size.y / grid.rows
    rows, columns = scene.window.rows, scene.window.columns
    for (slot_row, slot_column), ((row, column), current) in scene.shown.items():
        low = ImVec2(corner.x + column * w, corner.y + row * h)
        high = ImVec2(low.x + w, low.y + h)
        uv = ImVec2(slot_column / columns, slot_row / rows)
        uv_high = ImVec2((slot_column + 1) / columns, (slot_row + 1) / rows)
        draw.add_image(texture, low, high, uv, uv_high, LINE if current else 0xFF909090)
    for (row, column), cell in scene.cells.items():
        red, green, blue, alpha = tint(cell)
        low = ImVec2(corner.x + column * w, corner.y + row * h)
        high = ImVec2(low.x + w - 1, low.y + h - 1)
        draw.add_rect_filled(low, high, alpha << 24 | blue << 16 | green << 8 | red)


def _draw_outline(camera: Camera, scene: ViewModel, corner: ImVec2, size: ImVec2) -> None:
    border: NDArray[np.float64] = outline(camera.view, scene.projection, scene.window.grid.width_px)
    shift = math.floor(float(u_of_yaw(camera.view.yaw_rad, scene.window.grid.width_px)))
    draw = imgui.get_window_draw_list()
    for turn in (-1, 0, 1):
        points = [(corner.x + (u - shift + turn) * size.x, corner.y + v * size.y) for u, v in border.tolist()]
        for start, end in pairwise(points):
            draw.add_line(start, end, LINE, 1.5)
