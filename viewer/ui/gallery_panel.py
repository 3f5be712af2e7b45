"""The gallery over the view: rooms as tiles, favourites, recent ones, moods, search."""

from imgui_bundle import ImVec2, imgui

from viewer.state.latents import Latents
from viewer.ui.actions import Action, ApplyMood, Command, EnterRoom
from viewer.ui.texts import text
from viewer.ui.theme import Icon
from viewer.ui.view_model import GalleryModel, Tile
from viewer.ui.widgets import FIXED, Place, em, place, window_size

__all__ = ["GalleryPanel"]

TILE_EM = 10.5  # width of a tile
TOP_EM = 3.6  # the bars are above
WHITE = 0xFFFFFFFF  # what a picture is multiplied by


class GalleryPanel:
    """Holds what is searched for."""

    def __init__(self) -> None:
        """Nothing is searched for."""
        self._search = ""

    def draw(self, model: GalleryModel, present: Latents) -> tuple[list[Action], Place]:
        """What the user asks for, and where it lies."""
        width, height = window_size()
        wide = min(width - em(1.2), em(TILE_EM * 4 + 7))
        imgui.set_next_window_pos(ImVec2(width / 2, em(TOP_EM)), imgui.Cond_.always, ImVec2(0.5, 0.0))
        imgui.set_next_window_size(ImVec2(wide, height - em(TOP_EM + 0.6)), imgui.Cond_.always)
        imgui.begin("gallery", None, FIXED)
        actions = self._head(model)
        imgui.begin_child("tiles")
        shown = 0
        for title, tiles in model.sections:
            found = [tile for tile in tiles if self._search.lower() in tile.title.lower()]
            shown += len(found)
            if found:
                actions += _section(title, found, model, present)
        if not shown:
            imgui.text_disabled(text("gallery.nothing"))
        imgui.end_child()
        where = place()
        imgui.end()
        return actions, where

    def _head(self, model: GalleryModel) -> list[Action]:
        """Moods, search and the way out."""
        actions: list[Action] = []
        imgui.set_next_item_width(em(9))
        _, self._search = imgui.input_text_with_hint("##search", text("gallery.search"), self._search)
        imgui.same_line(imgui.get_window_width() - em(2.6))
        if imgui.button(f"{Icon.CLOSE}##close"):
            actions.append(Command.TOGGLE_GALLERY)
        if model.moods:
            imgui.align_text_to_frame_padding()
            imgui.text_disabled(text("gallery.moods"))
        for mood in model.moods:
            if not _fits_beside(mood):
                imgui.new_line()
            imgui.push_style_color(imgui.Col_.button, imgui.get_style_color_vec4(imgui.Col_.frame_bg))
            if imgui.button(mood):
                actions.append(ApplyMood(mood))
            imgui.pop_style_color()
        return actions


def _fits_beside(label: str) -> bool:
    """Go on in the same line; whether the label fits there."""
    imgui.same_line()
    needed = imgui.calc_text_size(label).x + em(1.5)
    return bool(imgui.get_content_region_avail().x > needed)


def _section(title: str, tiles: list[Tile], model: GalleryModel, present: Latents) -> list[Action]:
    actions: list[Action] = []
    imgui.separator_text(title)
    free, gap = imgui.get_content_region_avail().x, imgui.get_style().item_spacing.x
    beside = max(1, int((free + gap) // (em(TILE_EM) + gap)))
    wide = (free + gap) / beside - gap
    for number, tile in enumerate(tiles):
        if number % beside:
            imgui.same_line()
        imgui.push_id(f"{title}{number}")
        if _tile(tile, model, wide, here=(tile.room.base, tile.room.along) == (present.base, present.along)):
            actions.append(EnterRoom(tile.room))
        imgui.pop_id()
    return actions


def _tile(tile: Tile, model: GalleryModel, wide: float, *, here: bool) -> bool:
    """A room's picture with its name below; whether it was chosen."""
    size = ImVec2(wide, wide / model.aspect)
    imgui.begin_group()
    corner = imgui.get_cursor_screen_pos()
    pressed = imgui.invisible_button("tile", size)
    end, draw = ImVec2(corner.x + size.x, corner.y + size.y), imgui.get_window_draw_list()
    if tile.edges is None:
        draw.add_rect_filled(corner, end, imgui.get_color_u32(imgui.Col_.frame_bg), 6.0)
        waiting = text("gallery.waiting")
        extent = imgui.calc_text_size(waiting)
        middle = ImVec2((corner.x + end.x - extent.x) / 2, (corner.y + end.y - extent.y) / 2)
        draw.add_text(middle, imgui.get_color_u32(imgui.Col_.text_disabled), waiting)
    else:
        _draw_thumbnail(imgui.ImTextureRef(model.texture_name), corner, end, tile.edges)
    if here or imgui.is_item_hovered():
        draw.add_rect(corner, end, imgui.get_color_u32(imgui.Col_.slider_grab), 6.0, 2.0)
    imgui.text(tile.title)
    imgui.end_group()
    return bool(pressed)


def _draw_thumbnail(
    texture: imgui.ImTextureRef, corner: ImVec2, end: ImVec2, edges: tuple[float, float, float, float]
) -> None:
    """Where it goes on beyond the panorama's right edge, in two parts: ImGui's textures do not repeat."""
    draw, (left, top, right, bottom) = imgui.get_window_draw_list(), edges
    wide, left = right - left, left % 1.0
    beyond = max(0.0, left + wide - 1.0)
    seam = float(round(end.x - (end.x - corner.x) * beyond / wide))
    sides = imgui.ImDrawFlags_
    first = sides.round_left if beyond else sides.round_all
    draw.add_image_rounded(
        texture, corner, ImVec2(seam, end.y), ImVec2(left, top), ImVec2(left + wide - beyond, bottom), WHITE, 6.0, first
    )
    if beyond:
        at, until = ImVec2(seam, corner.y), ImVec2(beyond, bottom)
        draw.add_image_rounded(texture, at, end, ImVec2(0.0, top), until, WHITE, 6.0, sides.round_right)
