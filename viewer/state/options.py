"""What the command line asks of the viewer, and what its arguments mean."""

from dataclasses import dataclass
from pathlib import Path

from cocogan_core.errors import ConfigError, RecipeError
from cocogan_core.files import resource
from viewer.camera.camera import View
from viewer.state.recipe import LARGEST_SIDE_PX, Recipe
from viewer.state.recipe_files import SHIPPED, find_checkpoint, fingerprint, parse_or_read

__all__ = ["Options", "load_recipe_and_checkpoint", "parse_size"]


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
    only_visible: bool = False  # make nothing that is not looked at
    level: int | None = None  # of detail, instead of what the view needs
    safe: bool = False  # OpenGL is software: ask little of it


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of ``"1280x720"``.

    Raises:
        ConfigError: it is something else.
    """
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise ConfigError(f"--size is {text!r}; write WIDTHxHEIGHT, such as 1280x720") from error
    if not (16 <= width <= LARGEST_SIDE_PX and 16 <= height <= LARGEST_SIDE_PX):
        raise ConfigError(f"--size is {text!r}; each side must be between 16 and {LARGEST_SIDE_PX} pixels")
    return width, height


def load_recipe_and_checkpoint(text: str, checkpoint: Path | None) -> tuple[Recipe, Path]:
    """A recipe given as text or file, and its checkpoint: the named one, or wherever it is found.

    Raises:
        RecipeError: it is no recipe, or its checkpoint is not the named one or is not here.
        CheckpointError: the named checkpoint cannot be read.
    """
    recipe, file = parse_or_read(text)
    if checkpoint is None:
        return recipe, find_checkpoint(recipe, beside=file, at_hand=[resource(SHIPPED)])
    if fingerprint(checkpoint) != recipe.sha256:
        raise RecipeError(
            f"the recipe is of another checkpoint than {checkpoint} ({recipe.checkpoint or 'unnamed'}, SHA-256 "
            f"{recipe.sha256[:12]}...); leave --checkpoint out to have that one looked for"
        )
    return recipe, checkpoint
