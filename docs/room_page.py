"""MkDocs hook: the site has the room itself, as the page that ``cocogan web`` writes."""

import math
from pathlib import Path
from typing import Any

from cocogan_core.shipped import shipped_model
from viewer.camera.camera import View
from viewer.export.web_page import WebPage, write_single_file

SEED = 11


def on_post_build(*, config: Any) -> None:  # noqa: ANN401 (MkDocs has no types)
    """Write ``room.html`` beside the first page, which shows it in a frame."""
    look = View(yaw_rad=math.radians(238), fov_rad=math.radians(150), lens="panini")  # the window's first look
    page = WebPage(shipped_model(), "A room, made where you look", SEED, None, look)
    write_single_file(page, Path(config["site_dir"]) / "room.html")
