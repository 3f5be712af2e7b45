"""Where a panel lies: docked to an edge of the window or floating, dragged there by its grip."""

from imgui_bundle import ImVec2, imgui

from viewer.state.settings import Position
from viewer.ui.texts import text
from viewer.ui.theme import Icon
from viewer.ui.widgets import MARGIN_EM, em, tip, window_size

__all__ = ["Dock"]

MAGNET_EM = 2.5  # so near an edge a panel docks to it


class Dock:
    """Of one panel, and as long as the window, since a drag takes many frames."""

    def __init__(self) -> None:
        """Nobody drags it."""
        self._dragged: Position | None = None  # where it is meanwhile
        self._taken = ImVec2(0, 0)  # the mouse's place in it when it was taken
        self._top = self._bottom = 0.0  # of the part of the window that it moves in

    def put_next(self, remembered: Position, *, top: float, bottom: float) -> Position:
        """Put the panel that is begun next in its place, between ``top`` and ``bottom``; where that is."""
        self._top, self._bottom = top, bottom
        x, y = position = self._dragged or remembered
        left, right = em(MARGIN_EM), window_size()[0] - em(MARGIN_EM)
        corner = ImVec2(left + x * (right - left), top + y * (bottom - top))
        imgui.set_next_window_pos(corner, imgui.Cond_.always, ImVec2(x, y))  # the pivot keeps it inside at any size
        return position

    def grip(self) -> Position | None:
        """What the panel that is being built is moved by; once it is let go, where it is to be remembered."""
        imgui.button(Icon.GRIP)
        tip(text("panel.move.tip"))
        mouse, corner = imgui.get_mouse_pos(), imgui.get_window_pos()
        if imgui.is_item_activated():
            self._taken = ImVec2(mouse.x - corner.x, mouse.y - corner.y)
        if imgui.is_item_active() or imgui.is_item_hovered():
            imgui.set_mouse_cursor(imgui.MouseCursor_.resize_all)
        if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left):
            self._dragged = self._position(mouse.x - self._taken.x, mouse.y - self._taken.y)
        elif self._dragged is not None:
            put, self._dragged = self._dragged, None
            return put
        return None

    def _position(self, left: float, top: float) -> Position:
        """That of the panel that is being built, if its corner were there."""
        size, margin = imgui.get_window_size(), em(MARGIN_EM)
        free_x = window_size()[0] - 2 * margin - size.x
        return _share(left - margin, free_x), _share(top - self._top, self._bottom - self._top - size.y)


def _share(before: float, free: float) -> float:
    """Of the free space that lies before the panel; at either end if it is nearly there."""
    if before < em(MAGNET_EM):
        return 0.0
    return 1.0 if free - before < em(MAGNET_EM) else before / free
