"""The shader that draws a view, compiled for just what a picture needs. Knows no atlas."""

from collections.abc import Iterator, Mapping, Sequence

import moderngl

from cocogan_core.files import resource
from viewer.camera.view_projection import VIEW_PROJECTIONS

__all__ = ["TRANSITION", "Needs", "ShaderVariants", "every_eye_need", "every_need"]

Needs = tuple[str, ...]  # definitions for shaders/view.frag

TRANSITION: Needs = ("LENS lens_now", "FORMER_LENS lens_before", "FADE", "CAP")


class ShaderVariants:
    """One program for each need, compiled when it is first asked for; for every renderer of a context."""

    def __init__(self, context: moderngl.Context, *, plain: bool = False) -> None:
        """Read the sources. ``plain``: nothing is to be sharper than bilinear."""
        self._context, self.plain = context, plain
        self._sources = {kind: resource(f"shaders/view.{kind}").read_text() for kind in ("vert", "frag")}
        self._triangles: dict[Needs, moderngl.VertexArray] = {}

    @property
    def compiled(self) -> int:
        """How many there are."""
        return len(self._triangles)

    def draw(self, needs: Needs, values: Mapping[str, object]) -> None:
        """Draw over the framebuffer and viewport in use; ``values`` that a program has no use for are left out."""
        triangle = self._triangle(needs)
        for name, value in values.items():
            uniform = triangle.program.get(name, None)
            if uniform is not None:
                assert isinstance(uniform, moderngl.Uniform)
                uniform.value = value
        triangle.render(moderngl.TRIANGLES, 3)

    def _triangle(self, needs: Needs) -> moderngl.VertexArray:
        if needs not in self._triangles:
            version, rest = self._sources["frag"].split("\n", 1)
            source = "\n".join([version, *(f"#define {need}" for need in needs), rest])
            program = self._context.program(vertex_shader=self._sources["vert"], fragment_shader=source)
            self._triangles[needs] = self._context.vertex_array(program, [])
        return self._triangles[needs]


def every_need(levels: int = 1) -> Iterator[Needs]:
    """All that a renderer of so many levels of detail asks for, the likeliest first."""
    yield from _with_levels(list(_plain_needs()), levels)


def every_eye_need(levels: int, *, linear: bool, sphere: bool = False) -> Iterator[Needs]:
    """The same for the eyes of a headset, in linear light or not; ``sphere``: for the panorama as a whole too."""
    more = ("LINEAR",) if linear else ()
    whole: list[Needs] = [("SPHERE", "CAP"), ("SPHERE", "SHARP", "CAP")] if sphere else []
    yield from ((*needs, *more) for needs in (*_with_levels(list(_needs_of("FRUSTUM")), levels), *whole))


def _with_levels(plain: Sequence[Needs], levels: int) -> Iterator[Needs]:
    yield from plain
    for fine in (("FINE",), ("FINE", "FINER"))[: levels - 1]:
        yield from ((*needs, *fine) for needs in plain if "FADE" in needs)


def _needs_of(look: str) -> Iterator[Needs]:
    for what in ((), ("FADE",), ("SHARP",), ("FADE", "XRAY")):
        for cap in ((), ("CAP",)):
            yield (look, *what, *cap)


def _plain_needs() -> Iterator[Needs]:
    for number, lens in enumerate(VIEW_PROJECTIONS):
        yield from (needs for needs in _needs_of(f"LENS {number}") if "CAP" in needs or lens != "stereographic")
        if not number:
            yield TRANSITION
    yield (*TRANSITION, "XRAY")
