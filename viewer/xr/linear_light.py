"""What is drawn in sRGB's values, such as a panel, brought into a target that wants linear light."""

from collections.abc import Iterator
from contextlib import contextmanager

import moderngl

from cocogan_core.files import resource

__all__ = ["LinearLight"]


class LinearLight:
    """A picture of its own to draw in first; one size."""

    def __init__(self, context: moderngl.Context, size_px: tuple[int, int]) -> None:
        """Make it, and the program."""
        sources = [resource(f"shaders/{name}").read_text() for name in ("view.vert", "linear.frag")]
        program = context.program(vertex_shader=sources[0], fragment_shader=sources[1])
        self._context, self._triangle = context, context.vertex_array(program, [])
        self._texture = context.texture(size_px, 4)
        self._picture = context.framebuffer([self._texture])

    @contextmanager
    def into(self, target: moderngl.Framebuffer) -> Iterator[moderngl.Framebuffer]:
        """Draw sRGB's values, premultiplied, while this is open; they end up in ``target``, linear."""
        self._picture.use()
        yield self._picture
        target.use()
        self._context.disable(moderngl.BLEND | moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._texture.use(0)
        self._triangle.render(moderngl.TRIANGLES, 3)

    def close(self) -> None:
        """Give everything back."""
        for owned in (self._picture, self._texture, self._triangle, self._triangle.program):
            owned.release()
