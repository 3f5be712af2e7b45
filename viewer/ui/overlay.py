"""What lies over the view: its bar, the compass and the X-ray's legend at the right edge, the keys, the notice."""

import math

from imgui_bundle import ImVec2, imgui

from viewer.camera.camera import Camera
from viewer.camera.view_projection import VIEW_PROJECTIONS
from viewer.streaming.patch_status import COLOURS, PATCH_STATES
from viewer.ui.actions import KEY_TABLE, Action, ChangeProjection, Command, shortcut
from viewer.ui.view_model import Notice, Severity, ViewModel, ViewStatus

__all__ = ["draw_notice", "draw_overlay", "overlay_places"]

Place = tuple[float, float, float, float]

RADIUS_PX = 26.0
MARGIN_PX, COMPASS_PX, LEGEND_PX = 10.0, 52.0, 114.0  # from the right edge; tops from the upper edge
BAR_WIDE_PX, LEGEND_WIDE_PX, LEGEND_HIGH_PX = 270.0, 250.0, 220.0  # no less than they come to
PROJECTION_NAMES = {
    "rectilinear": "rectilinear", "panini": "Panini", "stereographic": "little planet", "cylindrical": "strip"
}  # fmt: skip
DIM, NORTH, GLASS = 0x90FFFFFF, 0xFF5050FF, 0xA0101010  # 0xAABBGGRR
NOTICE_COLOURS = {
    Severity.WARNING: imgui.ImVec4(1.0, 0.8, 0.4, 1.0), Severity.ERROR: imgui.ImVec4(1.0, 0.55, 0.45, 1.0)
}  # fmt: skip
NOTICE_WIDE_PX = 440.0
FLAGS = imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_nav


def draw_overlay(status: ViewStatus, model: ViewModel) -> list[Action]:
    """Draw everything that is on; what the user asks for. With bare status only what a key has called."""
    actions: list[Action] = []
    if not status.bare:
        actions += _bar(status)
        actions += [Command.FACE_NORTH] if _compass(status.camera) else []
    if status.xray and _legend(model):
        actions.append(Command.SHOW_WORST_SEAM)
    if status.keys:
        _keys()
    return actions


def overlay_places(status: ViewStatus) -> tuple[Place, ...]:
    """Left, top, right, bottom of what a press must not turn the room through."""
    right = imgui.get_io().display_size.x - MARGIN_PX
    bar = (right - BAR_WIDE_PX, MARGIN_PX, right, COMPASS_PX - 4)
    ring = (right - 2 * RADIUS_PX, COMPASS_PX, right, COMPASS_PX + 2 * RADIUS_PX)
    legend = (right - LEGEND_WIDE_PX, LEGEND_PX, right, LEGEND_PX + LEGEND_HIGH_PX)
    return (() if status.bare else (bar, ring)) + ((legend,) if status.xray else ())


def draw_notice(notice: Notice, bottom: float) -> tuple[list[Action], Place]:
    """Draw a notice with its lower edge at ``bottom``, and buttons to copy it with details and to close it."""
    size, actions = imgui.get_io().display_size, list[Action]()
    imgui.set_next_window_pos(ImVec2(size.x - 10, bottom), imgui.Cond_.always, ImVec2(1, 1))
    imgui.begin("banner", None, imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.always_auto_resize)
    imgui.push_text_wrap_pos(min(NOTICE_WIDE_PX, size.x - 40))
    if notice.severity is Severity.INFO:
        imgui.text(notice.text)
    else:
        imgui.text_colored(NOTICE_COLOURS[notice.severity], notice.text)
    imgui.pop_text_wrap_pos()
    if imgui.small_button("copy"):
        actions.append(Command.COPY_NOTICE)
    imgui.set_item_tooltip("copy this with what helps to find the cause")
    imgui.same_line()
    if imgui.small_button("close"):
        actions.append(Command.CLOSE_NOTICE)
    corner, extent = imgui.get_window_pos(), imgui.get_window_size()
    imgui.end()
    return actions, (corner.x, corner.y, corner.x + extent.x, corner.y + extent.y)


def _place_at_right(top: float) -> None:
    """The next window's top right corner."""
    imgui.set_next_window_pos(ImVec2(imgui.get_io().display_size.x - MARGIN_PX, top), imgui.Cond_.always, ImVec2(1, 0))


def _bar(status: ViewStatus) -> list[Action]:
    """Projection, X-ray and help."""
    actions: list[Action] = []
    _place_at_right(MARGIN_PX)
    imgui.begin("view", None, FLAGS | imgui.WindowFlags_.always_auto_resize)
    imgui.set_next_item_width(120)
    names = [PROJECTION_NAMES[projection] for projection in VIEW_PROJECTIONS]
    changed, index = imgui.combo("##lens", VIEW_PROJECTIONS.index(status.camera.view.lens), names)
    imgui.set_item_tooltip(f"projection ({shortcut(Command.NEXT_PROJECTION)})")
    imgui.same_line()
    if imgui.checkbox("X-ray", status.xray)[0]:
        actions.append(Command.TOGGLE_XRAY)
    imgui.set_item_tooltip(f"what is made where, and the seams ({shortcut(Command.TOGGLE_XRAY)})")
    imgui.same_line()
    if imgui.small_button("?"):
        actions.append(Command.TOGGLE_KEYS)
    imgui.set_item_tooltip(f"all keys ({shortcut(Command.TOGGLE_KEYS)})")
    imgui.end()
    return [*actions, ChangeProjection(VIEW_PROJECTIONS[index])] if changed else actions


def _compass(camera: Camera) -> bool:
    """A ring whose needle shows yaw 0 and whose wedge shows the view; True if it was clicked."""
    side = 2 * RADIUS_PX
    _place_at_right(COMPASS_PX)
    imgui.set_next_window_size(ImVec2(side, side))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
    imgui.begin("compass", None, FLAGS | imgui.WindowFlags_.no_background)
    place = imgui.get_cursor_screen_pos()
    clicked = imgui.invisible_button("north", ImVec2(side, side))
    imgui.set_item_tooltip(
        f"{math.degrees(camera.view.yaw_rad) % 360:.0f}°; click to face 0° ({shortcut(Command.FACE_NORTH)})"
    )
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
        for row in KEY_TABLE:
            imgui.table_next_column()
            imgui.text(row.keys)
            imgui.table_next_column()
            imgui.text_disabled(row.what)
        imgui.end_table()
    imgui.end()


def _legend(model: ViewModel) -> bool:
    """The X-ray's colours with counts, and sums; True if asked to show the worst seam."""
    statuses, totals = list(model.level_statuses.values()), model.totals
    _place_at_right(LEGEND_PX)
    imgui.begin("X-ray", None, FLAGS | imgui.WindowFlags_.always_auto_resize)
    for state in PATCH_STATES:
        count = sum(status.state == state for status in statuses)
        red, green, blue = COLOURS[state]
        imgui.text_colored(imgui.ImVec4(red / 255, green / 255, blue / 255, 1), f"{count:4d} {state}")
    imgui.separator()
    slowest = max((status.patch_s for status in statuses), default=0.0)
    imgui.text_disabled(f"slowest patch {slowest * 1000:.1f} ms")
    imgui.text_disabled(f"{totals.made} patches, {totals.rooms} room(s), {totals.gflop:.1f} GFLOP")
    imgui.text_disabled(f"{totals.saved:.0%} of their patches never made")
    asked = False
    if model.seam:
        imgui.text_disabled(f"worst seam {model.seam:.2f}")
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
