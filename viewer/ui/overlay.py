"""What lies over the view's right edge: its bar, the compass, the X-ray's legend; and the keys in the middle."""

import math
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from viewer.camera.camera import Camera
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.streaming.patch_status import FATES, INKS
from viewer.ui.view_model import ViewModel, ViewStatus

__all__ = ["over", "places"]

RADIUS_PX = 26.0
MARGIN_PX, COMPASS_PX, LEGEND_PX = 10.0, 52.0, 114.0  # from the right edge; tops from the upper edge
BAR_WIDE_PX, LEGEND_WIDE_PX, LEGEND_HIGH_PX = 270.0, 250.0, 220.0  # no less than they come to
LENS_NAMES = {
    "rectilinear": "rectilinear", "panini": "Panini", "stereographic": "little planet", "cylindrical": "strip"
}  # fmt: skip
INK, DIM, NORTH, GLASS = 0xFFFFFFFF, 0x90FFFFFF, 0xFF5050FF, 0xA0101010  # 0xAABBGGRR
FLAGS = imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_nav

KEYS = (
    ("drag, arrows, W A S D", "look around"),
    ("wheel, + and -", "zoom; with Ctrl about the cursor"),
    ("sideways wheel, Shift+wheel", "turn"),
    ("Home, double click", "back to the first look"),
    ("P", "next projection: rectilinear, Panini, little planet, strip"),
    ("N", "face north, the middle of the panorama's first column"),
    ("R", "turn by itself"),
    ("Space", "another room"),
    ("X", "X-ray: what is made where, and the seams' contrast"),
    ("F", "full screen"),
    ("Tab", "hide the panels"),
    ("Ctrl+S, Ctrl+C, Ctrl+V", "save, copy, paste the recipe of what is shown"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("K", "go slowly to the room chosen by a right click, or stop"),
    ("F12", "save the view as a picture"),
    ("H", "these keys"),
    ("Esc", "close this, leave full screen, end"),
)


def over(look: ViewStatus, scene: ViewModel, *, bare: bool = False) -> ViewStatus:
    """Draw everything that is on; what the user has made of it. ``bare``: only what a key has called."""
    if not bare:
        look = _bar(look)
        if _compass(look.camera):
            look = replace(look, asked="north")
    if look.xray and _legend(scene):
        look = replace(look, asked="seam")
    if look.help:
        _keys()
    return look


def places(look: ViewStatus, *, bare: bool = False) -> tuple[tuple[float, float, float, float], ...]:
    """Left, top, right, bottom of what a press must not turn the room through."""
    right = imgui.get_io().display_size.x - MARGIN_PX
    bar = (right - BAR_WIDE_PX, MARGIN_PX, right, COMPASS_PX - 4)
    ring = (right - 2 * RADIUS_PX, COMPASS_PX, right, COMPASS_PX + 2 * RADIUS_PX)
    legend = (right - LEGEND_WIDE_PX, LEGEND_PX, right, LEGEND_PX + LEGEND_HIGH_PX)
    return (() if bare else (bar, ring)) + ((legend,) if look.xray else ())


def _place(top: float) -> None:
    """The next window's top right corner."""
    imgui.set_next_window_pos(ImVec2(imgui.get_io().display_size.x - MARGIN_PX, top), imgui.Cond_.always, ImVec2(1, 0))


def _bar(look: ViewStatus) -> ViewStatus:
    """Projection, X-ray and help."""
    _place(MARGIN_PX)
    imgui.begin("view", None, FLAGS | imgui.WindowFlags_.always_auto_resize)
    imgui.set_next_item_width(120)
    names = [LENS_NAMES[lens] for lens in VIEW_PROJECTIONS]
    changed, index = imgui.combo("##lens", VIEW_PROJECTIONS.index(look.camera.view.lens), names)
    imgui.set_item_tooltip("projection (P)")
    imgui.same_line()
    _, xray = imgui.checkbox("X-ray", look.xray)
    imgui.set_item_tooltip("what is made where, and the seams (X)")
    imgui.same_line()
    shown = imgui.small_button("?")
    imgui.set_item_tooltip("all keys (H)")
    imgui.end()
    return replace(look, xray=xray, help=look.help ^ shown, asked=VIEW_PROJECTIONS[index] if changed else look.asked)


def _compass(camera: Camera) -> bool:
    """A ring whose needle shows yaw 0 and whose wedge shows the view; True if it was clicked."""
    side = 2 * RADIUS_PX
    _place(COMPASS_PX)
    imgui.set_next_window_size(ImVec2(side, side))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
    imgui.begin("compass", None, FLAGS | imgui.WindowFlags_.no_background)
    place = imgui.get_cursor_screen_pos()
    clicked = imgui.invisible_button("north", ImVec2(side, side))
    imgui.set_item_tooltip(f"{math.degrees(camera.view.yaw_rad) % 360:.0f}°; click to face 0° (N)")
    _ring(ImVec2(place.x + RADIUS_PX, place.y + RADIUS_PX), camera)
    imgui.end()
    imgui.pop_style_var()
    return clicked


def _keys() -> None:
    """Every key and what it does, in the middle of the window."""
    size = imgui.get_io().display_size
    imgui.set_next_window_pos(ImVec2(size.x / 2, size.y / 2), imgui.Cond_.always, ImVec2(0.5, 0.5))
    imgui.begin("keys", None, FLAGS | imgui.WindowFlags_.always_auto_resize)
    if imgui.begin_table("keys", 2):
        for names, what in KEYS:
            imgui.table_next_column()
            imgui.text(names)
            imgui.table_next_column()
            imgui.text_disabled(what)
        imgui.end_table()
    imgui.end()


def _legend(scene: ViewModel) -> bool:
    """The X-ray's colours with counts, and sums; True if asked to show the worst seam."""
    cells, totals = list(scene.cells.values()), scene.totals
    _place(LEGEND_PX)
    imgui.begin("X-ray", None, FLAGS | imgui.WindowFlags_.always_auto_resize)
    for fate in FATES:
        count = sum(cell.fate == fate for cell in cells)
        red, green, blue = INKS[fate]
        imgui.text_colored(imgui.ImVec4(red / 255, green / 255, blue / 255, 1), f"{count:4d} {fate}")
    imgui.separator()
    slowest = max((cell.patch_s for cell in cells), default=0.0)
    imgui.text_disabled(f"slowest patch {slowest * 1000:.1f} ms")
    imgui.text_disabled(f"{totals.made} patches, {totals.rooms} room(s), {totals.gflop:.1f} GFLOP")
    imgui.text_disabled(f"{totals.saved:.0%} of their patches never made")
    asked = False
    if scene.seam:
        imgui.text_disabled(f"worst seam {scene.seam:.2f}")
        imgui.same_line()
        asked = imgui.small_button("look")
    imgui.end()
    return asked


def _ring(middle: ImVec2, camera: Camera) -> None:
    draw = imgui.get_window_draw_list()
    draw.add_circle_filled(middle, RADIUS_PX, GLASS)
    draw.add_circle(middle, RADIUS_PX - 1, DIM, 0, 1.5)
    half = min(camera.view.fov_rad / 2, math.pi)
    draw.path_line_to(middle)  # the view's wedge stays up; the ring turns under it
    draw.path_arc_to(middle, RADIUS_PX - 6, -math.pi / 2 - half, -math.pi / 2 + half)
    draw.path_fill_convex(0x30FFFFFF)
    north = -camera.view.yaw_rad
    left, right = (_on(middle, 5.0, north + turn) for turn in (-math.pi / 2, math.pi / 2))
    draw.add_triangle_filled(_on(middle, RADIUS_PX - 5, north), left, right, NORTH)
    draw.add_triangle_filled(_on(middle, RADIUS_PX - 5, north + math.pi), left, right, DIM)


def _on(middle: ImVec2, radius: float, angle: float) -> ImVec2:
    """A point at an angle to the right of straight up."""
    return ImVec2(middle.x + radius * math.sin(angle), middle.y - radius * math.cos(angle))
