"""What lies over the view: compass, divider, hint, the X-ray's legend, the keys, a job's progress, the notice."""

import math

from imgui_bundle import ImVec2, imgui

from viewer.camera.camera import Camera
from viewer.state.settings import Side
from viewer.streaming.patch_status import BEYOND_COLOUR, COLOURS, PATCH_STATES
from viewer.ui.actions import KEY_TABLE, Action, Command, MoveDivider, shortcut
from viewer.ui.texts import text
from viewer.ui.view_model import Notice, Severity, ViewModel
from viewer.ui.widgets import FIXED, Place, at_side, begin_fixed, em, place, window_size

__all__ = ["draw_compass", "draw_divider", "draw_hint", "draw_keys", "draw_legend", "draw_notice", "draw_progress"]

RADIUS_EM, TOP_EM, MARGIN_EM = 1.6, 3.6, 0.6
DIM, NORTH, GLASS, LINE = 0x90FFFFFF, 0xFF5050FF, 0xA0101010, 0xFFFFFFFF  # 0xAABBGGRR
NOTICE_COLOURS = {
    Severity.WARNING: imgui.ImVec4(0.85, 0.60, 0.15, 1.0), Severity.ERROR: imgui.ImVec4(0.95, 0.40, 0.32, 1.0)
}  # fmt: skip
NOTICE_EM, GRIP_EM = 28.0, 0.7
KEYS_EM = 44.0
PICTURE_EM = 6.0  # height


def draw_notice(notice: Notice, top: float) -> tuple[list[Action], Place]:
    """Draw a notice in the middle below ``top``, over everything else, and buttons to copy and to close it."""
    width, actions = window_size()[0], list[Action]()
    imgui.set_next_window_bg_alpha(1.0)
    begin_fixed("notice", (width / 2, top), (0.5, 0.0))
    imgui.set_window_focus()  # in front of whatever panel is open
    imgui.push_text_wrap_pos(min(em(NOTICE_EM), width - em(3)))
    if notice.severity is Severity.INFO:
        imgui.text_unformatted(notice.text)
    else:
        imgui.push_style_color(imgui.Col_.text, NOTICE_COLOURS[notice.severity])
        imgui.text_unformatted(notice.text)
        imgui.pop_style_color()
    imgui.pop_text_wrap_pos()
    names = ["notice.copy", "notice.details"] if notice.severity is not Severity.INFO else []
    commands = {
        "notice.copy": Command.COPY_NOTICE,
        "notice.details": Command.COPY_NOTICE_DETAILS,
        "notice.close": Command.CLOSE_NOTICE,
    }
    for name in [*names, "notice.close"]:
        if imgui.small_button(text(name)):
            actions.append(commands[name])
        if name != "notice.close":
            imgui.set_item_tooltip(text(f"{name}.tip"))
            imgui.same_line()
    where = place()
    imgui.end()
    return actions, where


def draw_hint(words: str) -> None:
    """A hint at the lower edge; it takes no press."""
    width, height = window_size()
    imgui.set_next_window_pos(ImVec2(width / 2, height - em(1.5)), imgui.Cond_.always, ImVec2(0.5, 1.0))
    flags = FIXED | imgui.WindowFlags_.no_inputs | imgui.WindowFlags_.always_auto_resize
    imgui.begin("hint", None, flags | imgui.WindowFlags_.no_focus_on_appearing)
    imgui.internal.bring_window_to_display_front(imgui.internal.get_current_window())  # without taking the focus
    imgui.text(words)
    imgui.end()


def draw_progress(stage: str, share: float, picture: tuple[int, float] | None) -> tuple[list[Action], Place]:
    """How far a job is, the picture that it is about, and a button that ends it."""
    width, height = window_size()
    begin_fixed("progress", (width / 2, height - em(MARGIN_EM)), (0.5, 1.0))
    if picture is not None:
        name, aspect = picture
        imgui.image(imgui.ImTextureRef(name), ImVec2(em(PICTURE_EM) * aspect, em(PICTURE_EM)))
    imgui.progress_bar(share, ImVec2(min(em(24), width - em(10)), 0), f"{stage}  {share:.0%}")
    imgui.same_line()
    actions: list[Action] = [Command.CANCEL_JOB] if imgui.button(text("file.cancel_export")) else []
    where = place()
    imgui.end()
    return actions, where


def draw_divider(share: float) -> tuple[list[Action], Place]:
    """The line between the two rooms that are compared, to be dragged, with A and B beside it."""
    (width, height), grip = window_size(), em(GRIP_EM)
    x = share * width
    imgui.set_next_window_pos(ImVec2(x - grip, 0), imgui.Cond_.always)
    imgui.set_next_window_size(ImVec2(2 * grip, height), imgui.Cond_.always)
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
    flags = FIXED | imgui.WindowFlags_.no_background | imgui.WindowFlags_.no_bring_to_front_on_focus
    imgui.begin("divider", None, flags | imgui.WindowFlags_.no_nav)
    imgui.invisible_button("grip", ImVec2(2 * grip, height))
    dragged = imgui.is_item_active()
    if dragged or imgui.is_item_hovered():
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    moved: list[Action] = [MoveDivider(imgui.get_mouse_pos().x / max(width, 1))] if dragged else []
    where = place()
    imgui.end()
    imgui.pop_style_var()
    _draw_line(x, height)
    return moved, where


def _draw_line(x: float, height: float) -> None:
    draw = imgui.get_background_draw_list()
    draw.add_line(ImVec2(x, 0), ImVec2(x, height), LINE, 2.0)
    draw.add_circle_filled(ImVec2(x, height / 2), em(0.6), LINE)
    for label, side in (("A", -1), ("B", 1)):
        middle = ImVec2(x + side * em(1.6), height - em(2.0))
        draw.add_circle_filled(middle, em(0.9), GLASS)
        extent = imgui.calc_text_size(label)
        draw.add_text(ImVec2(middle.x - extent.x / 2, middle.y - extent.y / 2), LINE, label)


def draw_keys() -> tuple[list[Action], Place]:
    """Every key and what it does, in the middle of the window, over all else."""
    width, height = window_size()
    wide, high = min(em(KEYS_EM), width - em(1.2)), min(em(1.6 * len(KEY_TABLE) + 2), height - em(1.2))
    imgui.set_next_window_bg_alpha(1.0)  # nothing may show through text
    begin_fixed("keys", (width / 2, height / 2), (0.5, 0.5), (wide, high))
    imgui.set_window_focus()
    imgui.begin_child("all keys")
    if imgui.begin_table("keys", 2):
        imgui.table_setup_column("keys", imgui.TableColumnFlags_.width_stretch, 0.4)
        imgui.table_setup_column("what", imgui.TableColumnFlags_.width_stretch, 0.6)
        for row in KEY_TABLE:
            imgui.table_next_row()
            imgui.table_next_column()
            imgui.text_wrapped(row.keys)
            imgui.table_next_column()
            imgui.text_wrapped(row.what)
        imgui.end_table()
    imgui.end_child()
    where = place()
    imgui.end()
    return [], where


def draw_compass(camera: Camera) -> tuple[list[Action], Place]:
    """A ring whose needle shows yaw 0 and whose wedge shows the view; a click faces that."""
    side = 2 * em(RADIUS_EM)
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
    imgui.set_next_window_pos(
        ImVec2(window_size()[0] - em(MARGIN_EM), em(TOP_EM)), imgui.Cond_.always, ImVec2(1.0, 0.0)
    )
    imgui.set_next_window_size(ImVec2(side, side))
    imgui.begin("compass", None, FIXED | imgui.WindowFlags_.no_background | imgui.WindowFlags_.no_nav)
    corner = imgui.get_cursor_screen_pos()
    clicked = imgui.invisible_button("north", ImVec2(side, side))
    words = text("compass.tip", degrees=math.degrees(camera.view.yaw_rad) % 360)
    imgui.set_item_tooltip(f"{words} ({shortcut(Command.FACE_NORTH)})")
    _ring(ImVec2(corner.x + side / 2, corner.y + side / 2), camera)
    where = place()
    imgui.end()
    imgui.pop_style_var()
    return ([Command.FACE_NORTH] if clicked else []), where


def draw_legend(model: ViewModel, side: Side) -> tuple[list[Action], Place]:
    """The X-ray's colours with counts, sums, and a button that looks at the worst border."""
    statuses, totals = list(model.level_statuses.values()), model.totals
    top, pivot = (TOP_EM, 0.0) if side == "left" else (TOP_EM + 2 * RADIUS_EM + 0.4, 1.0)
    begin_fixed("X-ray", (at_side(side, 0.0), em(top)), (pivot, 0.0))
    for state in PATCH_STATES:
        _draw_count(sum(status.state == state for status in statuses), state, COLOURS[state])
    beyond = sum(status.beyond for status in statuses)
    if beyond:
        _draw_count(beyond, text("xray.beyond"), BEYOND_COLOUR)
    imgui.separator()
    slowest = max((status.patch_s for status in statuses), default=0.0)
    imgui.text_disabled(text("xray.slowest", ms=slowest * 1000))
    imgui.text_disabled(text("xray.sums", made=totals.made, rooms=totals.rooms, gflop=totals.gflop))
    imgui.text_disabled(text("xray.saved", share=totals.saved))
    actions: list[Action] = []
    if model.seam:
        imgui.text_disabled(text("xray.seam", contrast=model.seam))
        imgui.same_line()
        actions += [Command.SHOW_WORST_SEAM] if imgui.small_button(text("xray.look")) else []
    where = place()
    imgui.end()
    return actions, where


def _draw_count(count: int, what: str, colour: tuple[int, int, int]) -> None:
    red, green, blue = colour
    imgui.text_colored(imgui.ImVec4(red / 255, green / 255, blue / 255, 1), f"{count:4d}  {what}")


def _ring(middle: ImVec2, camera: Camera) -> None:
    draw = imgui.get_window_draw_list()
    draw.add_circle_filled(middle, em(RADIUS_EM), GLASS)
    draw.add_circle(middle, em(RADIUS_EM) - 1, DIM, 0, 1.5)
    half = min(camera.view.fov_rad / 2, math.pi)
    draw.path_line_to(middle)  # the view's wedge stays up; the ring turns under it
    draw.path_arc_to(middle, em(RADIUS_EM) - 6, -math.pi / 2 - half, -math.pi / 2 + half)
    draw.path_fill_convex(0x30FFFFFF)
    north = -camera.view.yaw_rad
    left, right = (_on(middle, 5.0, north + turn) for turn in (-math.pi / 2, math.pi / 2))
    draw.add_triangle_filled(_on(middle, em(RADIUS_EM) - 5, north), left, right, NORTH)
    draw.add_triangle_filled(_on(middle, em(RADIUS_EM) - 5, north + math.pi), left, right, DIM)


def _on(middle: ImVec2, radius: float, angle: float) -> ImVec2:
    """A point at an angle to the right of straight up."""
    return ImVec2(middle.x + radius * math.sin(angle), middle.y - radius * math.cos(angle))
