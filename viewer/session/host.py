"""What the studio and its work ask of the application."""

from pathlib import Path
from typing import Protocol

from viewer.camera.camera import View
from viewer.rendering.snapshot import Snapshot
from viewer.rendering.thumbnails import Texture
from viewer.session.checkpoint_loader import CheckpointLoader
from viewer.state.latents import Latents
from viewer.streaming.streamer import PatchStreamer
from viewer.ui.input import Controls

__all__ = ["Host"]


class Host(Protocol):
    """The application, as far as the studio knows it."""

    checkpoint: Path
    latents: Latents
    pipeline: PatchStreamer
    controls: Controls
    notice: str
    device: str

    def change(self, latents: Latents) -> None:
        """Show another room of the same checkpoint."""

    def settle(self, view: View) -> None:
        """Look there."""

    def take_over(self, opening: CheckpointLoader) -> None:
        """Show another checkpoint."""

    def take_still(self) -> Snapshot:
        """What is made of the room now, to keep."""

    def new_texture(self, size: tuple[int, int]) -> Texture:
        """A texture for thumbnails."""
