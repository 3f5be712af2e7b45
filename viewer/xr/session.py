"""What lives as long as a runtime's session: its states, spaces, surfaces, controllers and frames."""

import ctypes
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

import moderngl
import xr

from viewer.xr.controllers import Controllers, pose_of
from viewer.xr.frame_waiter import ENDS_WITHIN_S, FrameWaiter
from viewer.xr.instance import Instance
from viewer.xr.pose import EyePose, Frame, Layers
from viewer.xr.surfaces import Surfaces

__all__ = ["Session"]

STEREO = xr.ViewConfigurationType.PRIMARY_STEREO
STATES = xr.SessionState
LAST_WAIT_S = 0.5


class Session:
    """Call :meth:`become` with each new state, :meth:`wait` and :meth:`end` for frames while it is ``running``.

    Attributes:
        state: OpenXR's.
        running: whether frames are to be asked for.
        linear: whether linear light is to be drawn.
        ending: whether the headset's user has left.
        dozing: whether the last frame was not to be drawn: the headset is not worn, or shows its own menu.
    """

    def __init__(self, instance: Instance, system: Any, binding: Any, context: moderngl.Context) -> None:  # noqa: ANN401
        """Begin it; what can be told from OpenXR's errors is left to the caller."""
        xr.get_opengl_graphics_requirements_khr(instance.handle, system)  # runtimes refuse who has not asked
        self.handle = xr.create_session(instance.handle, xr.SessionCreateInfo(system_id=system, next=binding))
        self.state, self.running, self.ending, self.dozing = STATES.UNKNOWN, False, False, True
        self._frame: tuple[int, Sequence[Any]] | None = None  # display time and views of the frame that is drawn
        try:
            self._local = xr.create_reference_space(
                self.handle, xr.ReferenceSpaceCreateInfo(reference_space_type=xr.ReferenceSpaceType.LOCAL)
            )
            self._controllers = Controllers(instance.handle)
            self._controllers.attach(self.handle)
            views = xr.enumerate_view_configuration_views(instance.handle, system, STEREO)
            sizes = [(view.recommended_image_rect_width, view.recommended_image_rect_height) for view in views]
            self._surfaces = Surfaces(self.handle, context, sizes)
            self.linear = self._surfaces.linear
            self._waiter = FrameWaiter(self.handle)
        except BaseException:
            xr.destroy_session(self.handle)
            raise

    @property
    def size_px(self) -> tuple[int, int]:
        """Of an eye's picture."""
        return self._surfaces.eyes[0].size_px

    @property
    def hangs(self) -> bool:
        """Whether the compositor does not answer."""
        return self._waiter.hangs

    def become(self, state: Any) -> None:  # noqa: ANN401
        """Follow the runtime to another state."""
        self.state = state
        if state == STATES.READY:
            xr.begin_session(self.handle, xr.SessionBeginInfo(primary_view_configuration_type=STEREO))
            self.running = True
        elif state == STATES.STOPPING:
            self._finish_frame()
            self.running, self.dozing = False, True
            xr.end_session(self.handle)
        elif state == STATES.EXITING:
            self.ending = True

    def wait(self, seconds: float) -> Frame | None:
        """The next frame, begun, if it comes within so many seconds and is to be drawn."""
        self._waiter.ask()
        state = self._waiter.answer(seconds)
        if state is None:
            return None
        with suppress(xr.FrameDiscarded):
            xr.begin_frame(self.handle, xr.FrameBeginInfo())
        time = state.predicted_display_time
        located, views = self._locate(time)
        sees = located.view_state_flags & xr.ViewStateFlags.ORIENTATION_VALID_BIT
        self.dozing = not state.should_render
        if self.dozing or not sees:
            self._end_frame(time, [])
            return None
        self._frame = time, views
        left, right = (_eye(view) for view in views)
        return Frame(time * 1e-9, (left, right), self._controllers.read(self.handle, self._local, time))

    def rehearse(self) -> AbstractContextManager[object]:
        """Draw what nobody is to see while this is open."""
        return self._surfaces.rehearse()

    def draw(self, eye: int) -> AbstractContextManager[object]:
        """Draw what an eye sees (0 left, 1 right) while this is open."""
        return self._surfaces.eyes[eye].image()

    def draw_panel(self) -> AbstractContextManager[None]:
        """Draw the panel while this is open."""
        return self._surfaces.panel()

    def draw_sphere(self, size_px: tuple[int, int]) -> AbstractContextManager[None]:
        """Draw the panorama as a whole while this is open; the runtime must have layers for that."""
        return self._surfaces.sphere(size_px)

    def end(self, layers: Layers) -> None:
        """Hand the frame in, which consists of these."""
        assert self._frame is not None
        (time, views), self._frame = self._frame, None
        self._end_frame(time, self._surfaces.layers(layers, views, self._local))
        self._waiter.ask()

    def close(self, within_s: float = ENDS_WITHIN_S) -> bool:
        """Give everything back, whatever has become of the runtime; False if that holds a thread of ours."""
        if not self._waiter.close(within_s):
            return False
        for step in (self._surfaces.close, self._controllers.close, self._destroy):
            with suppress(xr.exception.XrException):
                step()
        return True

    def _destroy(self) -> None:
        xr.destroy_space(self._local)
        xr.destroy_session(self.handle)

    def _locate(self, time: int) -> Any:  # noqa: ANN401
        info = xr.ViewLocateInfo(view_configuration_type=STEREO, display_time=time, space=self._local)
        return xr.locate_views(self.handle, info)

    def _end_frame(self, time: int, layers: list[Any]) -> None:
        headers = [ctypes.byref(layer) for layer in layers]
        xr.end_frame(self.handle, xr.FrameEndInfo(display_time=time, layers=headers))

    def _finish_frame(self) -> None:
        """Every wait wants its begin, also the last."""
        state = self._waiter.answer(LAST_WAIT_S)
        if state is not None:
            xr.begin_frame(self.handle, xr.FrameBeginInfo())
            self._end_frame(state.predicted_display_time, [])


def _eye(view: Any) -> EyePose:  # noqa: ANN401
    pose, fov = pose_of(view.pose), view.fov
    angles = (float(fov.angle_left), float(fov.angle_right), float(fov.angle_up), float(fov.angle_down))
    return EyePose(pose.orientation, pose.position, angles)
