"""Draws at half the width and height, and enlarges that: a quarter of the work, for machines that need it."""

from collections.abc import Callable

import moderngl

from cocogan_core.files import resource

__all__ = ["HalfSize"]


class HalfSize:
    """Of one context; call :meth:`release` at the end.

    The small picture is drawn into a corner of the window's own framebuffer and copied from there: into one of another
    pixel format software OpenGL would have to translate every program anew, a third of a second each, just when there
    is too little time.
    """

    def __init__(self, context: moderngl.Context) -> None:
        """Compile the program; the picture in between comes with the first frame."""
        self._context = context
        vertex, fragment = (resource(f"shaders/{name}").read_text() for name in ("view.vert", "enlarge.frag"))
        self._program = context.program(vertex_shader=vertex, fragment_shader=fragment)
        self._triangle = context.vertex_array(self._program, [])
        self._small: moderngl.Texture | None = None

    def draw(self, target: moderngl.Framebuffer, size: tuple[int, int], paint: Callable[[int], None]) -> None:
        """Have ``paint`` (told its width) draw a smaller picture, and draw that over ``target``, of ``size``."""
        small = self._picture(((size[0] + 1) // 2, (size[1] + 1) // 2))
        target.use()
        self._context.viewport = (0, 0, *small.size)
        paint(small.width)
        self._context.copy_framebuffer(small, target)
        self._context.viewport = (0, 0, *size)
        small.use(0)
        self._triangle.render(moderngl.TRIANGLES, 3)

    def release(self) -> None:
        """Give everything back to OpenGL."""
        if self._small is not None:
            self._small.release()
        self._triangle.release()
        self._program.release()

    def _picture(self, size: tuple[int, int]) -> moderngl.Texture:
        if self._small is None or self._small.size != size:
            if self._small is not None:
                self._small.release()
            self._small = self._context.texture(size, 3)
            self._small.repeat_x = self._small.repeat_y = False
        return self._small
