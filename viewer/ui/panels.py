"""All panels of a frame: which are shown, where they lie, and what the user asks them for."""

from imgui_bundle import imgui

from viewer.ui.actions import Action
from viewer.ui.dock import Dock
from viewer.ui.file_menu import FileQuestion, draw_export_question, draw_offer
from viewer.ui.gallery_panel import GalleryPanel
from viewer.ui.history_panel import draw_history_panel
from viewer.ui.map_panel import draw_map
from viewer.ui.overlay import draw_compass, draw_divider, draw_hint, draw_keys, draw_legend, draw_notice, draw_progress
from viewer.ui.room_panel import RoomPanel
from viewer.ui.texts import text
from viewer.ui.theme import add_system_fonts, apply_theme, load_fonts
from viewer.ui.toolbar import draw_bars
from viewer.ui.view_model import GalleryModel, HistoryModel, Notice, ViewModel, ViewStatus
from viewer.ui.widgets import Place, em, opposite, window_size

__all__ = ["Panels"]

Drawn = tuple[list[Action], Place]


class Panels:
    """Draws the panels each frame and returns what the user asks for.

    Attributes:
        places: left, top, right, bottom of each panel of the last frame, in ImGui's coordinates.
    """

    def __init__(self) -> None:
        """Load the fonts; ImGui's context must exist."""
        self.places: tuple[Place, ...] = ()
        self._room, self._gallery, self._question = RoomPanel(), GalleryPanel(), FileQuestion()
        self._visited_dock = Dock()
        self._look: tuple[object, ...] = ()
        self._all_fonts = False
        load_fonts()

    def complete_fonts(self) -> None:
        """Once there is time, before a frame begins: fonts for what the text font lacks."""
        if not self._all_fonts:
            self._all_fonts = True
            add_system_fonts()

    def show_object(self, group: str) -> None:
        """Show the sliders of an object."""
        self._room.show(group)

    def style(self, history: HistoryModel) -> None:
        """Take theme and size of text from the settings, before a frame begins."""
        look = (history.settings.theme, history.settings.text_size)
        if look != self._look:
            self._look = look
            apply_theme(history.settings.theme, history.settings.text_size)

    def draw(
        self, status: ViewStatus, model: ViewModel, history: HistoryModel, gallery: GalleryModel | None, notice: Notice
    ) -> list[Action]:
        """Build this frame's panels; with bare status only the notice and what a key has called."""
        self.places = ()
        actions: list[Action] = []
        if history.divider is not None:
            actions += self._take(draw_divider(history.divider))
        if not status.bare:
            actions += self._beside_the_view(status, model, history, gallery)
        actions += self._over_the_view(status, model, history, notice)
        if imgui.is_popup_open("", imgui.PopupFlags_.any_popup):  # a press anywhere chooses from it or closes it
            self.places = ((0.0, 0.0, *window_size()),)
        return actions

    def _beside_the_view(
        self, status: ViewStatus, model: ViewModel, history: HistoryModel, gallery: GalleryModel | None
    ) -> list[Action]:
        actions, places = draw_bars(status, history)
        self.places += places
        if gallery is not None:
            return actions + self._take(self._gallery.draw(gallery, status.latents))
        actions += self._take(draw_compass(status.camera))
        if status.panel:
            actions += self._take(self._room.draw(status, model, history.settings))
        if status.visited:
            actions += self._take(draw_history_panel(history, self._visited_dock))
            actions += self._take(draw_map(status.camera, model, self.places[-1]))
        return actions

    def _over_the_view(
        self, status: ViewStatus, model: ViewModel, history: HistoryModel, notice: Notice
    ) -> list[Action]:
        """What is on top, whatever else is open."""
        actions: list[Action] = []
        if status.xray:
            actions += self._take(draw_legend(model, opposite(status.side)))
        if status.keys:
            actions += self._take(draw_keys())
        if history.progress is not None:
            actions += self._take(draw_progress(*history.progress, history.picture))
        if status.limit or (status.hint and not status.bare and not status.visited):
            draw_hint(status.limit or text("hint"))
        if notice.text:
            actions += self._take(draw_notice(notice, em(3.6)))
        if status.offer:
            actions += self._take(draw_offer(status.offer))
        if status.losing:
            actions += self._take(draw_export_question())
        if status.question:
            actions += self._take(self._question.draw(status))
        else:
            self._question.forget()
        return actions

    def _take(self, drawn: Drawn) -> list[Action]:
        """Note where a panel lies."""
        actions, where = drawn
        self.places += (where,)
        return actions
