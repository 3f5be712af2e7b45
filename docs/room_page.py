"""MkDocs hook: the site has the room itself, as the page that ``cocogan web`` writes."""

from pathlib import Path
from typing import Any

from cocogan_core.shipped import shipped_model
from viewer.export.web_page import WebPage, write_single_file
from viewer.session.first_look import first_look_of

SEED = 2


def on_post_build(*, config: Any) -> None:  # noqa: ANN401 (MkDocs has no types)
    """Write ``room.html`` beside the first page, which shows it in a frame."""
    model = shipped_model()
    page = WebPage(model, "A room, made where you look", SEED, None, first_look_of(model, SEED))
    write_single_file(page, Path(config["site_dir"]) / "room.html")
