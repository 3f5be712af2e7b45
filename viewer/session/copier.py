"""Puts text on the clipboard: the room, and what a notice says."""

from cocogan_core.checkpoint import code_version
from viewer.session.file_saver import FileSaver
from viewer.session.workspace import Workspace
from viewer.state.paths import log_path
from viewer.ui.clipboard import Clipboard
from viewer.ui.texts import text
from viewer.ui.view_model import Notice

__all__ = ["Copier"]


class Copier:
    """Of one window."""

    def __init__(self, workspace: Workspace, clipboard: Clipboard, saver: FileSaver) -> None:
        """Nothing is copied yet."""
        self._workspace, self._clipboard, self._saver = workspace, clipboard, saver

    def copy_room(self) -> None:
        """What is shown now, as one line of text.

        Raises:
            CheckpointError: the checkpoint's file is gone.
        """
        self._clipboard.copy(self._saver.recipe().line())
        self._workspace.notice = Notice(text("file.copied"))

    def copy_notice(self) -> None:
        """Copy what is shown."""
        self._clipboard.copy(self._workspace.message.text)

    def copy_notice_details(self) -> None:
        """Copy the notice with what helps to find its cause."""
        shown, checkpoint = self._workspace.message.text, self._workspace.session.checkpoint
        self._clipboard.copy(f"{shown}\n{checkpoint}\nversion {code_version()}, log: {log_path()}\n")
