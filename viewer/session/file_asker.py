"""Asks the user for files: by the platform's dialogs, or in the window itself where there are none."""

import time
from pathlib import Path
from typing import Literal

from cocogan_core.errors import OutputError
from viewer.export.export import Kind, suffix
from viewer.state.desktop_entry import ROOM_ENDING
from viewer.ui.texts import text
from viewer.window.file_dialogs import FileDialogs

__all__ = ["FileAsker", "Purpose"]

Purpose = Literal["open", "room", "picture", "page"] | Kind
PICTURES = "*.jpg *.jpeg *.png *.webp"
KINDS_TO_OPEN = ("Rooms, models, 360° photographs", f"*.json *.safetensors {PICTURES}", "All files", "*")


class FileAsker:
    """At most one question at a time.

    Attributes:
        purpose: what the file is for; None while nothing is asked.
        question: what the window itself is to ask; empty if it need not.
        suggestion: the file that is proposed.
    """

    def __init__(self, dialogs: FileDialogs) -> None:
        """Nothing is asked."""
        self._dialogs = dialogs
        self.purpose: Purpose | None = None
        self.question, self.suggestion = "", ""
        self._folder = Path.home()

    def ask(self, purpose: Purpose) -> None:
        """Ask for a file."""
        self.purpose = purpose
        suggestion = self._folder if purpose == "open" else self._folder / _new_name(purpose)
        title = text("file.ask_open" if purpose == "open" else "file.ask")
        if not self._dialogs.available:
            self.question, self.suggestion = title, str(suggestion)
        elif purpose == "open":
            self._dialogs.ask_to_open(title, KINDS_TO_OPEN)
        else:
            self._dialogs.ask_to_save(title, suggestion)

    def poll(self) -> str | None:
        """The platform's answer, if it has come and is not empty."""
        answer = self._dialogs.poll()
        if answer == "":
            self.purpose = None
        return answer or None

    def take(self, answer: str) -> tuple[Purpose, Path] | None:
        """What the file is for, and the file; None if nothing was asked, or nothing was named.

        Raises:
            OutputError: the window asked where to save, and there is a file already: the question stays.
        """
        if self.purpose is None or not answer.strip():
            self.cancel()
            return None
        path = Path(answer.strip()).expanduser().absolute()
        if self.purpose != "open" and not path.suffix:
            path = path.with_name(path.name + _ending(self.purpose))
        if self.question and self.purpose != "open" and path.exists():
            raise OutputError(f"{path} is there already; name another file")
        purpose, self._folder = self.purpose, path.parent
        self.cancel()
        return purpose, path

    def cancel(self) -> None:
        """Ask no more."""
        self.purpose, self.question, self.suggestion = None, "", ""


def _new_name(purpose: Purpose) -> str:
    """Named by the time."""
    return f"cocogan-{time.strftime('%Y%m%d-%H%M%S')}{_ending(purpose)}"


def _ending(purpose: Purpose) -> str:
    endings = {"room": ROOM_ENDING, "picture": ".png", "page": ".html", "open": ""}
    return endings[purpose] if purpose in endings else suffix(purpose)  # type: ignore[arg-type]
