"""Draws at half the width and height, and enlarges that: a quarter of the work, for machines that need it."""

from collections.abc import Callable

import moderngl

from cocogan_core.files import resource

__all__ = ["HalfSize"]


class HalfSize:
    """Of one context; call :meth:`release` at the end."""

    def __init__(self, context: moderngl.Context) -> None:
        """Compile the program; the picture in between comes with the first frame."""
        self._context = context
        vertex, fragment = (resource(f"shaders/{name}").read_text() for name in ("view.vert", "enlarge.frag"))
        self._program = context.program(vertex_shader=vertex, fragment_shader=fragment)
        self._triangle = context.vertex_array(self._program, [])
        self._small: moderngl.Framebuffer | None = None

    def draw(self, target: moderngl.Framebuffer, size: tuple[int, int], paint: Callable[[int], None]) -> None:
        """Have ``paint`` (told its width) draw a smaller picture, and draw that over ``target``, of ``size``."""
        small = self._picture(((size[0] + 1) // 2, (size[1] + 1) // 2))
        small.use()
        self._context.viewport = (0, 0, *small.size)
        paint(small.width)
        target.use()
        self._context.viewport = (0, 0, *size)
        small.color_attachments[0].use(0)  # type: ignore[union-attr]
        self._triangle.render(moderngl.TRIANGLES, 3)

    def release(self) -> None:
        """Give everything back to OpenGL."""
        self._drop()
        self._triangle.release()
        self._program.release()

    def _picture(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        if self._small is None or self._small.size != size:
            self._drop()
            texture = self._context.texture(size, 3)
            texture.repeat_x = texture.repeat_y = False
            self._small = self._context.framebuffer([texture])
        return self._small

    def _drop(self) -> None:
        if self._small is not None:
            self._small.color_attachments[0].release()
            self._small.release()
            self._small = None
