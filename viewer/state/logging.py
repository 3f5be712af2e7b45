"""The viewer's log file: warnings, and what the user is told."""

import logging
import logging.handlers
from pathlib import Path

__all__ = ["start_log"]

LOG_BYTES, LOG_FILES = 256 << 10, 2


def start_log(path: Path) -> None:
    """Keep warnings and what the viewer is told in a small file that rotates; without such a folder, nowhere."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )
        with path.open("a", encoding="utf-8"):
            pass
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("viewer")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False  # the terminal is for what the user can mend
