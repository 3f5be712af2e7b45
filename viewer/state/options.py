"""What the command line asks of the viewer. Data only."""

from dataclasses import dataclass
from pathlib import Path

from viewer.camera.camera import View
from viewer.state.recipe import Recipe

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What the command line says; angles in radians."""

    checkpoint: Path
    seed: int
    view: View
    size: tuple[int, int]
    device: str
    screenshot: Path | None
    headless: bool
    idle_work: bool = True
    recipe: Recipe | None = None  # instead of seed and view
    settings: Path | None = None  # the file that remembers; None: nothing is remembered
    reduced_motion: bool = False  # this time, whatever is remembered
    safe: bool = False  # OpenGL is software: ask little of it
