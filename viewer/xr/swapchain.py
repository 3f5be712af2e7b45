"""A runtime's textures as framebuffers. sRGB where the runtime has it, else linear light in halves of floats."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import moderngl
import xr

__all__ = ["Swapchain", "choose_format", "is_linear"]

SRGB8_ALPHA8, RGBA16F = 0x8C43, 0x881A
WAIT_NS = 1_000_000_000


def choose_format(session: Any) -> int:  # noqa: ANN401
    """What to draw in, of what the runtime offers.

    The shader gives sRGB values. An sRGB texture keeps them as they are (GL_FRAMEBUFFER_SRGB is off) and the runtime
    reads them as what they are; a linear one needs linear values, for which eight bits are too few.

    Raises:
        xr.SwapchainFormatUnsupportedError: the runtime offers neither.
    """
    offered = xr.enumerate_swapchain_formats(session)
    for wanted in (SRGB8_ALPHA8, RGBA16F):
        if wanted in offered:
            return wanted
    raise xr.SwapchainFormatUnsupportedError


def is_linear(colour_format: int) -> bool:
    """Whether a format wants linear values."""
    return colour_format == RGBA16F


class Swapchain:
    """Textures of one size that the compositor takes by turns.

    Attributes:
        size_px: width and height.
    """

    def __init__(self, session: Any, context: moderngl.Context, size_px: tuple[int, int], colour_format: int) -> None:  # noqa: ANN401
        """Have them made; the OpenGL context is current."""
        self.size_px = size_px
        usage = xr.SwapchainUsageFlags.COLOR_ATTACHMENT_BIT | xr.SwapchainUsageFlags.SAMPLED_BIT
        create = xr.SwapchainCreateInfo(
            usage_flags=usage,
            format=colour_format,
            sample_count=1,
            width=size_px[0],
            height=size_px[1],
            face_count=1,
            array_size=1,
            mip_count=1,
        )
        self._handle = xr.create_swapchain(session, create)
        images = xr.enumerate_swapchain_images(self._handle, xr.SwapchainImageOpenGLKHR)
        kind = "f2" if is_linear(colour_format) else "f1"
        self._textures = [context.external_texture(image.image, size_px, 4, 0, kind) for image in images]
        self._framebuffers = [context.framebuffer([texture]) for texture in self._textures]

    @contextmanager
    def image(self) -> Iterator[moderngl.Framebuffer]:
        """Draw into the next texture while this is open; the viewport is all of it."""
        index = xr.acquire_swapchain_image(self._handle, xr.SwapchainImageAcquireInfo())
        try:
            xr.wait_swapchain_image(self._handle, xr.SwapchainImageWaitInfo(timeout=WAIT_NS))
            self._framebuffers[index].use()
            yield self._framebuffers[index]
        finally:
            xr.release_swapchain_image(self._handle, xr.SwapchainImageReleaseInfo())

    def sub_image(self) -> Any:  # noqa: ANN401
        """All of what was drawn last, as layers want it."""
        width, height = self.size_px
        return xr.SwapchainSubImage(self._handle, xr.Rect2Di(xr.Offset2Di(0, 0), xr.Extent2Di(width, height)), 0)

    def close(self) -> None:
        """Give everything back."""
        for framebuffer in self._framebuffers:
            framebuffer.release()
        for texture in self._textures:
            texture.release()
        xr.destroy_swapchain(self._handle)
