"""Where the viewer keeps its files: the platform's folders for settings, caches and logs."""

from pathlib import Path

import platformdirs

from cocogan_core.files import cache_folder

__all__ = ["cache_folder", "config_path", "log_path"]

NAME = "cocogan-panorama"


def config_path() -> Path:
    """Where settings are kept."""
    return platformdirs.user_config_path(NAME, appauthor=False) / "settings.json"


def log_path() -> Path:
    """Where the log is."""
    return platformdirs.user_log_path(NAME, appauthor=False) / "viewer.log"
