"""The panel of visited rooms: undo, what lies between two rooms, comparing, and everything that makes files."""

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from viewer.export.export import KINDS
from viewer.state.interpolation import Morph

__all__ = ["Shelf", "Wish", "rooms_panel"]

Wish = tuple[str, float]
HEIGHT_PX, TITLE_PX, THUMB_PX = 118.0, 20.0, 36.0
WIDE_PX, NARROW_PX = 640.0, 252.0
BOTTOM_PX = 104.0  # the strip of the whole panorama is below
LOW_WINDOW_PX = 500.0  # in a lower one the panel is closed at first
CHOSEN, TARGET = imgui.ImVec4(1, 1, 1, 1), imgui.ImVec4(1.0, 0.55, 0.2, 1)
FILE_ITEMS = (
    ("save recipe", "Save recipe", "Ctrl+S"),
    ("copy recipe", "Copy recipe as a line", "Ctrl+C"),
    ("paste", "Paste recipe or seed", "Ctrl+V"),
)
EXPORT_NAMES = {"panorama": "Panorama (JPEG)", "cube": "Cube map (6 PNG)", "turntable": "Turntable (MP4)"}


@dataclass(frozen=True)
class Shelf:
    """What the panel shows.

    Attributes:
        texture_name: OpenGL's name of the thumbnails' texture.
        thumbs: top and bottom of each visited room's thumbnail, 0 … 1.
        aspect: a thumbnail's width / height.
        present, target: which rooms are shown and morphed to; −1 for none.
        can_undo, can_redo: whether there is something.
        morph: what is between two rooms, if two were chosen.
        progress: an export's stage and share.
        wipe: how much of the view shows the held room, if one is held.
        recent: files opened before.
        last: whether there was a session before.
        reduced_motion: whether nothing flies, glides or fades.
    """

    texture_name: int
    thumbs: tuple[tuple[float, float], ...]
    aspect: float
    present: int
    target: int
    can_undo: bool
    can_redo: bool
    morph: Morph | None
    progress: tuple[str, float] | None
    wipe: float | None
    recent: tuple[str, ...] = ()
    last: bool = False
    reduced_motion: bool = False


def rooms_panel(shelf: Shelf, *, was_open: bool) -> tuple[list[Wish], tuple[float, float, float, float], bool]:
    """Draw it; returns what the user wants, by name with a number, where the panel is, and whether it is open.

    Names: those of ``FILE_ITEMS`` and of exports, ``undo``, ``redo``, ``room``, ``target``, ``scrub``, ``play``,
    ``hold``, ``wipe``, ``cancel``, ``recent``, ``last``, ``reduced motion``.
    """
    size = imgui.get_io().display_size
    width = min(size.x - 370, _wanted_px(shelf)) if size.x > 700 else size.x - 20
    top = size.y - BOTTOM_PX - (HEIGHT_PX if was_open else TITLE_PX)
    imgui.set_next_window_pos(ImVec2(size.x - width - 10, top), imgui.Cond_.always)
    imgui.set_next_window_size(ImVec2(width, HEIGHT_PX), imgui.Cond_.always)
    imgui.set_next_window_collapsed(size.y < LOW_WINDOW_PX, imgui.Cond_.once)
    flags = imgui.WindowFlags_.no_resize | imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_saved_settings
    expanded, _ = imgui.begin("Rooms", None, flags)
    wishes: list[Wish] = []
    if expanded:
        wishes += _first_row(shelf)
        wishes += _thumbs(shelf)
    corner, room = imgui.get_window_pos(), imgui.get_window_size()
    imgui.end()
    return wishes, (corner.x, corner.y, corner.x + room.x, corner.y + room.y), expanded


def _wanted_px(shelf: Shelf) -> float:
    """No wider than its rooms, so that the first one's panel leaves the view free; its sliders need all of it."""
    busy = shelf.progress is not None or shelf.wipe is not None or len(shelf.thumbs) > 1
    return WIDE_PX if busy else NARROW_PX


def _first_row(shelf: Shelf) -> list[Wish]:
    wishes = _button("Undo", "undo", shelf.can_undo, "the room before (Ctrl+Z)")
    wishes += _button("Redo", "redo", shelf.can_redo, "forward again (Ctrl+Shift+Z)")
    if imgui.button("File ..."):
        imgui.open_popup("file")
    imgui.same_line()
    wishes += _file_menu(shelf)
    if shelf.progress is not None:
        return wishes + _progress(*shelf.progress)
    return wishes + _compare(shelf) + _between(shelf)


def _button(label: str, wish: str, enabled: bool, tip: str) -> list[Wish]:
    imgui.begin_disabled(not enabled)
    pressed = imgui.button(label)
    imgui.set_item_tooltip(tip)
    imgui.end_disabled()
    imgui.same_line()
    return [(wish, 0.0)] if pressed else []


def _file_menu(shelf: Shelf) -> list[Wish]:
    wishes: list[Wish] = []
    if not imgui.begin_popup("file"):
        return wishes
    for wish, label, keys in FILE_ITEMS:
        if imgui.menu_item_simple(label, keys):
            wishes.append((wish, 0.0))
    imgui.separator()
    free = shelf.progress is None
    wishes += [(kind, 0.0) for kind in KINDS if imgui.menu_item_simple(EXPORT_NAMES[kind], enabled=free)]
    imgui.separator()
    if imgui.menu_item("Reduced motion", "", shelf.reduced_motion)[0]:
        wishes.append(("reduced motion", 0.0))
    if shelf.last and imgui.menu_item_simple("The last session's room"):
        wishes.append(("last", 0.0))
    imgui.separator()
    for index, name in enumerate(shelf.recent):
        if imgui.menu_item_simple(f"{name}##recent{index}"):
            wishes.append(("recent", float(index)))
    imgui.end_popup()
    return wishes


def _progress(stage: str, share: float) -> list[Wish]:
    room = imgui.get_content_region_avail().x
    imgui.progress_bar(share, ImVec2(max(room - 70, 60), 0), f"{stage}  {share:.0%}")
    imgui.same_line()
    return [("cancel", 0.0)] if imgui.button("Cancel") else []


def _compare(shelf: Shelf) -> list[Wish]:
    held = shelf.wipe is not None
    wishes = _button("Let go" if held else "Hold", "hold", True, "keep this room to compare others with: A | B")
    if shelf.wipe is not None:
        imgui.set_next_item_width(90)
        changed, share = imgui.slider_float("##wipe", shelf.wipe, 0.0, 1.0, "A | B")
        imgui.same_line()
        wishes += [("wipe", share)] if changed else []
    return wishes


def _between(shelf: Shelf) -> list[Wish]:
    """The scrubber between two rooms, once a second one is chosen."""
    if shelf.morph is None:
        imgui.text_disabled("right-click a room to go there slowly" if len(shelf.thumbs) > 1 else "")
        return []
    wishes = _button("Stop" if shelf.morph.playing else "Play", "play", True, "there and back (K)")
    imgui.set_next_item_width(max(imgui.get_content_region_avail().x, 40))
    changed, share = imgui.slider_float("##between", shelf.morph.share, 0.0, 1.0, "%.2f of the way")
    return wishes + ([("scrub", share)] if changed else [])


def _thumbs(shelf: Shelf) -> list[Wish]:
    wishes: list[Wish] = []
    imgui.begin_child("thumbs", ImVec2(0, 0), 0, imgui.WindowFlags_.horizontal_scrollbar)
    texture = imgui.ImTextureRef(shelf.texture_name)
    for index, (top, bottom) in reversed(list(enumerate(shelf.thumbs))):  # the newest is at hand
        frame = CHOSEN if index == shelf.present else TARGET if index == shelf.target else imgui.ImVec4(0, 0, 0, 0)
        imgui.push_style_color(imgui.Col_.button, frame)
        size = ImVec2(THUMB_PX * shelf.aspect, THUMB_PX)
        imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(2, 2))
        if imgui.image_button(f"room {index}", texture, size, ImVec2(0, top), ImVec2(1, bottom)):
            wishes.append(("room", float(index)))
        if imgui.is_item_clicked(imgui.MouseButton_.right):
            wishes.append(("target", float(index)))
        imgui.pop_style_var()
        imgui.pop_style_color()
        imgui.set_item_tooltip("click: go there; right click: choose it as the end of a slow way from here")
        imgui.same_line()
    imgui.end_child()
    return wishes
