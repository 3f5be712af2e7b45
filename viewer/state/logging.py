"""The viewer's log file: warnings, and what the user is told."""

import logging
import logging.handlers
from pathlib import Path

from cocogan_core.text import LONGEST_MESSAGE, printable

__all__ = ["start_log"]

LOG_BYTES, LOG_FILES = 256 << 10, 2


def start_log(path: Path) -> None:
    """Keep warnings and what the viewer is told in a small file that rotates; without such a folder, nowhere."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _QuietHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True)
        with path.open("a", encoding="utf-8"):
            pass
    except OSError:
        return
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("viewer")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False  # the terminal is for what the user can mend


class _QuietHandler(logging.handlers.RotatingFileHandler):
    """A line that the disk has no room for is lost, which is nothing to trouble the user with."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the standard library's name)
        """Say nothing."""


class _OneLine(logging.Formatter):
    """A message may name files and values of a stranger's making."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the standard library's name)
        """One line, whatever the message holds."""
        return printable(super().formatMessage(record), LONGEST_MESSAGE)
