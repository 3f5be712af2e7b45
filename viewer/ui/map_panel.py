"""The whole panorama as a strip: what is made of it, where the view looks; a press looks there."""

import math
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import u_of_yaw, yaw_of_u
from viewer.camera.camera import Camera
from viewer.camera.visibility import outline
from viewer.streaming.patch_status import tint
from viewer.ui.actions import Action, MoveCamera
from viewer.ui.view_model import ViewModel
from viewer.ui.widgets import FIXED, MARGIN_EM, Place, em, place, window_size

__all__ = ["MAP_EM", "draw_map"]

MAP_EM = 5.0  # height
DARK, LINE, FAINT = 0xB0101010, 0xFFFFFFFF, 0x80FFFFFF  # ImGui colours are 0xAABBGGRR


def draw_map(camera: Camera, model: ViewModel, above: Place) -> tuple[list[Action], Place]:
    """Below another panel; unmade patches are dark, older ones dimmed, the view's border is drawn."""
    width, grid = window_size()[0], model.window.grid
    wide = min(width - em(1.2), em(MAP_EM) * grid.width_px / grid.height_px)
    left, _, right, bottom = above
    at_right = left + right > width
    corner = ImVec2(right if at_right else left, bottom + em(MARGIN_EM))
    imgui.set_next_window_pos(corner, imgui.Cond_.always, ImVec2(float(at_right), 0.0))
    imgui.set_next_window_size(ImVec2(wide, em(MAP_EM)))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
    imgui.begin("strip", None, FIXED | imgui.WindowFlags_.no_background)
    corner, size, looked = imgui.get_cursor_screen_pos(), ImVec2(wide, em(MAP_EM)), camera
    imgui.invisible_button("look", size)
    if imgui.is_item_active():
        mouse = imgui.get_mouse_pos()
        looked = _look_at(camera, model, (mouse.x - corner.x) / size.x, (mouse.y - corner.y) / size.y)
    _draw_patches(model, grid, corner, size)
    _draw_outline(looked, model, corner, size)
    _draw_fine_window(model, corner, size)
    where = place()
    imgui.end()
    imgui.pop_style_var()
    return ([MoveCamera(looked)] if looked != camera else []), where


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
