"""The menu of files: opening, saving, sharing; and the window's own question for a path."""

from typing import get_args

from imgui_bundle import ImVec2, imgui

from cocogan_core.shipped import Family
from cocogan_core.text import printable
from viewer.export.export import KINDS
from viewer.ui.actions import Action, AnswerFile, Command, ExportRoom, OpenFamily, OpenRecent, shortcut
from viewer.ui.texts import EXPORT_TEXTS, text
from viewer.ui.view_model import HistoryModel, ViewStatus
from viewer.ui.widgets import Place, begin_fixed, em, place, window_size

__all__ = ["FileQuestion", "draw_export_question", "draw_file_menu", "draw_offer"]

ITEMS = (
    (Command.OPEN_FILE, "file.open"),
    (Command.SAVE_RECIPE, "file.save_room"),
    (Command.SAVE_PICTURE, "file.save_picture"),
    (Command.SHARE_PAGE, "file.share_page"),
    (Command.COPY_RECIPE, "file.copy_room"),
    (Command.PASTE, "file.paste_room"),
)


def draw_file_menu(popup: str, model: HistoryModel) -> list[Action]:
    """The menu, if ``popup`` is open."""
    actions: list[Action] = []
    if not imgui.begin_popup(popup):
        return actions
    actions += [item for item, name in ITEMS if imgui.menu_item_simple(text(name), shortcut(item))]
    imgui.separator_text(text("file.families"))
    actions += [OpenFamily(one) for one in get_args(Family) if imgui.menu_item_simple(text(f"file.{one}"))]
    imgui.separator()
    free = model.progress is None
    actions += [ExportRoom(kind) for kind in KINDS if imgui.menu_item_simple(EXPORT_TEXTS[kind], enabled=free)]
    if model.recent or model.has_last:
        imgui.separator_text(text("file.recent"))
    if model.has_last and imgui.menu_item_simple(text("file.last")):
        actions.append(Command.OPEN_LAST)
    for index, name in enumerate(model.recent):
        if imgui.menu_item_simple(f"{printable(name)}##recent{index}"):
            actions.append(OpenRecent(index))
    imgui.end_popup()
    return actions


class FileQuestion:
    """Asks for a path in the window itself; holds what is typed so far."""

    def __init__(self) -> None:
        """Nothing is asked."""
        self._asked, self._typed = "", ""

    def draw(self, status: ViewStatus) -> tuple[list[Action], Place]:
        """The question in the middle of the window."""
        fresh = self._asked != status.question
        if fresh:
            self._asked, self._typed = status.question, status.suggestion
        width, height = window_size()
        begin_fixed("file question", (width / 2, height / 2), (0.5, 0.5))
        imgui.text(status.question)
        if fresh:
            imgui.set_keyboard_focus_here()
        imgui.set_next_item_width(min(em(32), width - em(4)))
        flags = imgui.InputTextFlags_.enter_returns_true
        entered, self._typed = imgui.input_text_with_hint("##path", text("file.path"), self._typed, flags)
        actions: list[Action] = []
        if imgui.button(text("file.ok")) or entered:
            actions.append(AnswerFile(self._typed))
        imgui.same_line()
        if imgui.button(text("file.cancel")):
            actions.append(Command.CANCEL_FILE)
        where = place()
        imgui.end()
        return actions, where

    def forget(self) -> None:
        """Nothing is asked any more."""
        self._asked = ""


def draw_export_question() -> tuple[list[Action], Place]:
    """Whether an export may be lost."""
    answers = {"file.keep_export": Command.KEEP_JOB, "file.stop_export": Command.CANCEL_JOB}
    return _ask("export question", [text("file.lose_export")], answers)


def draw_offer(picture: str) -> tuple[list[Action], Place]:
    """Whether the room that answers to a picture is to be looked for."""
    answers = {"offer.make": Command.ANSWER_PICTURE, "offer.cancel": Command.CANCEL_OFFER}
    return _ask("offer", [text("offer", picture=picture), text("offer.what")], answers)


def _ask(name: str, lines: list[str], answers: dict[str, Command]) -> tuple[list[Action], Place]:
    """A question in the middle of the window, and a button for each answer."""
    width, height = window_size()
    begin_fixed(name, (width / 2, height / 2), (0.5, 0.5))
    imgui.push_text_wrap_pos(min(em(32), width - em(4)))
    for line in lines:
        imgui.text_unformatted(line)
    imgui.pop_text_wrap_pos()
    actions: list[Action] = []
    for answer, command in answers.items():
        if imgui.button(text(answer), ImVec2(0, 0)):
            actions.append(command)
        imgui.same_line()
    where = place()
    imgui.end()
    return actions, where
