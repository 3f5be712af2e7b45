"""Draws the room over all of the window as well as there is time for."""

from collections.abc import Callable

import moderngl

from viewer.rendering.half_size import HalfSize
from viewer.rendering.quality import DrawQuality, QualityGovernor

__all__ = ["AdaptiveDrawing"]


class AdaptiveDrawing:
    """Chooses how well to draw, and draws so.

    Attributes:
        governor: hears what frames take.
    """

    def __init__(self, context: moderngl.Context) -> None:
        """Begin with the best."""
        self.governor = QualityGovernor()
        self._context = context
        self._half_size: HalfSize | None = None  # where frames take so long that it is needed

    def quality(self, asked: str, *, moves: bool, changes: bool, awaits: bool) -> DrawQuality:
        """How well there is time to draw; or what is ``asked`` for, if that is not ``"automatic"``."""
        if asked != "automatic":
            return DrawQuality.SHARP if asked == "sharp" else DrawQuality.PLAIN
        return self.governor.choose(moves=moves, changes=changes, awaits=awaits)

    def draw(self, quality: DrawQuality, size_px: tuple[int, int], room: Callable[[int, bool], None]) -> None:
        """Have ``room`` (width in pixels, whether sharp) draw into the window of that size."""
        screen = self._context.screen
        screen.use()
        self._context.viewport = (0, 0, *size_px)
        if quality is not DrawQuality.COARSE:
            room(size_px[0], quality is DrawQuality.SHARP)
            return
        self._half_size = self._half_size or HalfSize(self._context)
        self._half_size.draw(screen, size_px, lambda width: room(width, False))

    def release(self) -> None:
        """Free what it has on the graphics card."""
        if self._half_size is not None:
            self._half_size.release()
