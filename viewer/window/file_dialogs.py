"""The platform's own dialogs for opening and saving, without stalling the window; none where the platform has none."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["FileDialogs"]

LINUX_HELPERS = ("zenity", "kdialog", "matedialog", "qarma")  # what portable-file-dialogs calls there


class FileDialogs:
    """At most one dialog at a time."""

    def __init__(self, *, headless: bool) -> None:
        """``headless``: there is nobody to ask."""
        helper = sys.platform != "linux" or any(map(shutil.which, LINUX_HELPERS))
        display = sys.platform != "linux" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
        self.available = helper and display and not headless
        self._dialog: Any = None

    def ask_to_open(self, title: str, kinds: Sequence[str]) -> None:
        """Ask for a file that is there; ``kinds`` are names and patterns by turns."""
        from imgui_bundle import portable_file_dialogs as dialogs

        self._dialog = dialogs.open_file(title, str(Path.home()), list(kinds))

    def ask_to_save(self, title: str, suggestion: Path) -> None:
        """Ask where to save; the platform itself warns of a file that is there already."""
        from imgui_bundle import portable_file_dialogs as dialogs

        self._dialog = dialogs.save_file(title, str(suggestion), [suggestion.suffix, f"*{suggestion.suffix}"])

    def poll(self) -> str | None:
        """The path that was chosen, empty if the dialog was closed without one; None while there is no answer."""
        if self._dialog is None or not self._dialog.ready(0):
            return None
        result, self._dialog = self._dialog.result(), None
        return result if isinstance(result, str) else next(iter(result), "")
