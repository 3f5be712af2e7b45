"""What is drawn for a headset, as swapchains and layers: both eyes, the panel, the ray, the panorama as a whole."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import moderngl
import xr

from viewer.xr.linear_light import LinearLight
from viewer.xr.pose import PANEL_PX, Layers, PanelPlace, Quaternion
from viewer.xr.swapchain import Swapchain, choose_format, is_linear

__all__ = ["Surfaces"]

RAY_PX, RAY_OPACITY = (4, 4), 0.6
RAY_SRGB = 0.797  # what stands for that much light in an sRGB target
BLENDED = xr.CompositionLayerFlags.BLEND_TEXTURE_SOURCE_ALPHA_BIT


class Surfaces:
    """Of one session; the OpenGL context is current whenever anything is called.

    Attributes:
        linear: whether linear light is to be drawn.
        eyes: the left and the right one's.
    """

    def __init__(self, session: Any, context: moderngl.Context, eyes_px: Sequence[tuple[int, int]]) -> None:  # noqa: ANN401
        """Have them made."""
        self._session, self._context = session, context
        self._format = choose_format(session)
        self.linear = is_linear(self._format)
        self.eyes = [self._swapchain(size) for size in eyes_px]
        self._panel, self._ray = self._swapchain(PANEL_PX), self._swapchain(RAY_PX)
        self._light = LinearLight(context, PANEL_PX) if self.linear else None
        self._sphere: Swapchain | None = None
        self._unseen = context.simple_framebuffer((1, 1), 4, dtype="f2" if self.linear else "f1")
        white = RAY_OPACITY if self.linear else RAY_SRGB  # premultiplied
        with self._ray.image() as target:
            target.clear(white, white, white, RAY_OPACITY)

    @contextmanager
    def rehearse(self) -> Iterator[None]:
        """Draw what nobody is to see, in a target of an eye's kind, while this is open."""
        self._unseen.use()
        yield

    @contextmanager
    def panel(self) -> Iterator[None]:
        """Draw the panel in sRGB's values, on nothing, while this is open."""
        with self._panel.image() as target:
            if self._light is None:
                target.clear()
                yield
                return
            with self._light.into(target) as picture:
                picture.clear()
                yield

    @contextmanager
    def sphere(self, size_px: tuple[int, int]) -> Iterator[None]:
        """Draw the panorama as a whole while this is open."""
        if self._sphere is None or self._sphere.size_px != size_px:
            if self._sphere is not None:
                self._sphere.close()
            self._sphere = self._swapchain(size_px)
        with self._sphere.image():
            yield

    def layers(self, layers: Layers, views: Sequence[Any], space: Any) -> list[Any]:  # noqa: ANN401
        """OpenXR's structures; ``views`` as they were located in ``space``."""
        found: list[Any] = []
        if layers.sphere is not None and self._sphere is not None:
            found.append(_sphere_layer(space, self._sphere, layers.sphere))
        elif layers.eyes:
            shown = [
                xr.CompositionLayerProjectionView(pose=view.pose, fov=view.fov, sub_image=swapchain.sub_image())
                for view, swapchain in zip(views, self.eyes, strict=True)
            ]
            found.append(xr.CompositionLayerProjection(space=space, views=shown))
        quads = ((self._panel, layers.panel), (self._ray, layers.ray))
        return [*found, *(_quad(space, swapchain, place) for swapchain, place in quads if place is not None)]

    def close(self) -> None:
        """Give everything back, whatever has become of the runtime."""
        self._context.screen.use()  # moderngl binds the last framebuffer again, an error where that one is gone
        if self._light is not None:
            self._light.close()
        self._unseen.color_attachments[0].release()
        self._unseen.release()
        for swapchain in (*self.eyes, self._panel, self._ray, *([self._sphere] if self._sphere else [])):
            with suppress(xr.exception.XrException):
                swapchain.close()

    def _swapchain(self, size_px: tuple[int, int]) -> Swapchain:
        return Swapchain(self._session, self._context, size_px, self._format)


def _sphere_layer(space: Any, swapchain: Swapchain, turned: Quaternion) -> Any:  # noqa: ANN401
    """All round and from pole to pole, infinitely far away (radius 0)."""
    return xr.CompositionLayerEquirect2KHR(
        space=space,
        eye_visibility=xr.EyeVisibility.BOTH,
        sub_image=swapchain.sub_image(),
        pose=xr.Posef(xr.Quaternionf(*turned), xr.Vector3f(0, 0, 0)),
        radius=0.0,
        central_horizontal_angle=2 * math.pi,
        upper_vertical_angle=math.pi / 2,
        lower_vertical_angle=-math.pi / 2,
    )


def _quad(space: Any, swapchain: Swapchain, place: PanelPlace) -> Any:  # noqa: ANN401
    return xr.CompositionLayerQuad(
        space=space,
        layer_flags=BLENDED,
        eye_visibility=xr.EyeVisibility.BOTH,
        sub_image=swapchain.sub_image(),
        pose=xr.Posef(xr.Quaternionf(*place.orientation), xr.Vector3f(*place.position)),
        size=xr.Extent2Df(*place.size_m),
    )
