"""What the command line asks of the viewer, and what its arguments mean."""

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from cocogan_core.errors import ConfigError, RecipeError
from cocogan_core.files import is_picture
from cocogan_core.shipped import model_path, shipped_models
from viewer.camera.camera import DEFAULT_FOVS_RAD, View
from viewer.camera.view_projection import WIDEST_RAD, ViewProjection
from viewer.state.latents import LARGEST_SEED, Latents
from viewer.state.photographs import photo_look
from viewer.state.recipe import LARGEST_SIDE_PX, Recipe
from viewer.state.recipe_files import find_checkpoint, fingerprint, is_recipe, parse_or_read

__all__ = ["Opened", "Options", "look_from", "open_room", "parse_size"]

NARROWEST_DEG = 1.0
LIMITED_RAD = math.radians(0.1)  # a look that differs by more is not the one that was asked for


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
    offer: Path | None = None  # a picture for which a room may be looked for
    vr: bool = False  # in the headset from the start
    sphere: bool = False  # a complete room goes to the headset's runtime as a whole
    record: Path | None = None  # write the head's poses
    replay: Path | None = None  # play these poses instead of a headset's
    after_crash: bool = False  # a headset's runtime has ended the window before
    welcome: bool = False  # the first look turns slowly until somebody touches anything

    @property
    def command(self) -> list[str]:
        """What opens another window like this one, if the room is added to it."""
        flags = {"--safe": self.safe, "--only-visible": self.only_visible, "--reduced-motion": self.reduced_motion}
        command = [sys.executable, "-m", "viewer", "view", "--device", self.device]
        return [*command, *(flag for flag, given in flags.items() if given)]

    def limits_of(self, shown: View) -> list[str]:
        """What of the look that was asked for ``shown`` could not be, in words for the user."""
        asked = self.recipe.view if self.recipe else self.view
        angles = (("pitch", asked.pitch_rad, shown.pitch_rad), ("fov", asked.fov_rad, shown.fov_rad))
        return [
            f"{name} is {math.degrees(limited):.1f} degrees rather than {math.degrees(wanted):.1f}: "
            "the room is generated no farther, or no finer"
            for name, wanted, limited in angles
            if abs(wanted - limited) > LIMITED_RAD
        ]


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


@dataclass(frozen=True)
class Opened:
    """What a command is to show: a checkpoint or photograph, and a saved room of it or else a seed."""

    checkpoint: Path
    recipe: Recipe | None = None
    seed: int | None = None

    @property
    def look(self) -> View:
        """Where to look unless something else is asked for: a saved room's, a photograph's, else yaw 0.

        Raises:
            CheckpointError, DataError: it is a picture that cannot be shown.
        """
        if self.recipe is not None:
            return self.recipe.view
        return photo_look(self.checkpoint) if is_picture(self.checkpoint) else View()


def open_room(file: str | None, checkpoint: Path | None = None, *, seed: int | None = None) -> Opened:
    """What ``file`` names: a saved room (its file or its line of text) or a model; else the shipped one.

    ``seed`` is another room of the same model; what a saved room states of the look and the size stays.

    Raises:
        ConfigError: the seed is negative or too large.
        RecipeError, CheckpointError: as :func:`load_recipe_and_checkpoint`.
    """
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise ConfigError(f"--seed is {seed}; name a whole number from 0 to {LARGEST_SEED}")
    if file is None or not (file.lstrip().startswith("{") or is_recipe(Path(file))):
        return Opened(model_path(checkpoint or file), seed=seed)
    recipe, path = load_recipe_and_checkpoint(file, checkpoint)
    if seed is not None:
        recipe = replace(recipe, latents=Latents.of_seed(seed, len(recipe.latents.base)))
    return Opened(path, recipe)


def look_from(
    base: View,
    *,
    yaw: float | None = None,
    pitch: float | None = None,
    fov: float | None = None,
    lens: ViewProjection | None = None,
) -> View:
    """The look ``base`` with what the command line names instead, in degrees.

    Another lens comes with its usual field of view, and the little planet looks straight down, as in the window.

    Raises:
        ConfigError: a number is not finite, or beyond what the lens can show.
    """
    if lens is not None and lens != base.lens:
        pitch_rad = -math.pi / 2 if lens == "stereographic" else base.pitch_rad if base.lens != "stereographic" else 0.0
        base = replace(base, lens=lens, former=lens, fov_rad=DEFAULT_FOVS_RAD[lens], pitch_rad=pitch_rad)
    widest = math.degrees(WIDEST_RAD[base.lens])
    return replace(
        base,
        yaw_rad=_angle("yaw", yaw, -36000.0, 36000.0, base.yaw_rad),
        pitch_rad=_angle("pitch", pitch, -90.0, 90.0, base.pitch_rad),
        fov_rad=_angle("fov", fov, NARROWEST_DEG, widest, base.fov_rad),
    )


def _angle(name: str, degrees: float | None, low: float, high: float, otherwise: float) -> float:
    if degrees is None:
        return otherwise
    if not low <= degrees <= high:  # NaN fails too
        raise ConfigError(f"--{name} is {degrees:g}; name degrees from {low:g} to {high:g}")
    return math.radians(degrees)


def load_recipe_and_checkpoint(text: str, checkpoint: Path | None) -> tuple[Recipe, Path]:
    """A recipe given as text or file, and its checkpoint: the named one, or wherever it is found.

    Raises:
        RecipeError: it is no recipe, or its checkpoint is not the named one or is not here.
        CheckpointError: the named checkpoint cannot be read.
    """
    recipe, file = parse_or_read(text)
    if checkpoint is None:
        return recipe, find_checkpoint(recipe, beside=file, at_hand=shipped_models())
    checkpoint = model_path(checkpoint)
    if fingerprint(checkpoint) != recipe.sha256:
        raise RecipeError(
            f"the saved room is of another checkpoint than {checkpoint} ({recipe.checkpoint or 'unnamed'}, SHA-256 "
            f"{recipe.sha256[:12]}...); leave --checkpoint out to have that one looked for"
        )
    return recipe, checkpoint
