"""What the studio and its work ask of the application."""

from pathlib import Path
from typing import Protocol

from viewer.camera import View
from viewer.controls import Controls
from viewer.filmstrip import Texture
from viewer.opening import Opening
from viewer.pipeline import Pipeline
from viewer.state import Latents
from viewer.still import Still

__all__ = ["Host"]


class Host(Protocol):
    """The application, as far as the studio knows it."""

    checkpoint: Path
    latents: Latents
    pipeline: Pipeline
    controls: Controls
    notice: str
    device: str

    def change(self, latents: Latents) -> None:
        """Show another room of the same checkpoint."""

    def settle(self, view: View) -> None:
        """Look there."""

    def take_over(self, opening: Opening) -> None:
        """Show another checkpoint."""

    def take_still(self) -> Still:
        """What is made of the room now, to keep."""

    def new_texture(self, size: tuple[int, int]) -> Texture:
        """A texture for thumbnails."""
